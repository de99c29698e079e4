"""Names resolve to the service that is meant, and to none where that would be a guess."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.catalogue import Service, resolve, services
from publisher.model import OfferKind

RENT, BUY, SUBSCRIPTION = OfferKind.RENT, OfferKind.BUY, OfferKind.SUBSCRIPTION
FREE, ADS, CINEMA, DISC = OfferKind.FREE, OfferKind.ADS, OfferKind.CINEMA, OfferKind.DISC


def _key(service: Service | None) -> str | None:
    return service.key if service else None


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.key)
def test_every_key_and_every_label_means_its_own_service(service: Service) -> None:
    """The key and the label are names that always decide, whatever the kind."""
    assert resolve(service.key, None).service is service
    assert resolve(service.label, None).service is service or service.label == service.name


@pytest.mark.parametrize("service", services().values(), ids=lambda service: service.key)
def test_every_name_leads_to_its_service(service: Service) -> None:
    """A present name, former name or alias names its service, alone or among those that share it."""
    for name in (service.name, *service.former_names, *service.aliases):
        found = resolve(name, None)

        assert service in (found.service, *found.candidates), name


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("fandango-at-home", None, "fandango-at-home"),
        ("Vudu", None, "fandango-at-home"),
        ("vudu", RENT, "fandango-at-home"),
        ("VUDU", BUY, "fandango-at-home"),
        ("FandangoNOW", None, "fandango-at-home"),
        ("Fandango at Home (formerly Vudu)", None, "fandango-at-home"),
        ("Vudu Free", ADS, "fandango-at-home-free"),
        ("Apple TV", RENT, "apple-tv-store"),
        ("Apple TV", BUY, "apple-tv-store"),
        ("AppleTV", SUBSCRIPTION, "apple-tv-plus"),
        ("Apple TV+", None, "apple-tv-plus"),
        ("Apple TV (store)", None, "apple-tv-store"),
        ("iTunes", None, "apple-tv-store"),
        ("YouTube", RENT, "youtube-movies"),
        ("YouTube", FREE, "youtube-free"),
        ("Amazon Prime", None, "prime-video"),
        ("Max", None, "hbo-max"),
        ("in theaters", None, None),
        ("theatres", CINEMA, "theaters"),
        ("Blu-ray", DISC, "physical"),
        ("Zavvi", DISC, "zavvi"),
    ],
)
def test_a_name_and_a_kind_mean_a_service(name: str, kind: OfferKind | None, expected: str | None) -> None:
    """Names that editors write lead where the catalogue says."""
    assert _key(resolve(name, kind).service) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Disney +", "disney-plus"),
        ("DISNEY PLUS", "disney-plus"),
        ("Disney\uff0b", "disney-plus"),
        ("Barnes and Noble", "barnes-noble"),
        ("blu ray", "physical"),
        ("Blu\u2011ray", "physical"),
        ("Acorn\u00a0T.V.", "acorn-tv"),
        ("Mu\u200bbi", "mubi"),
        (" 'Hoopla\u2019 ", "hoopla"),
    ],
)
def test_spelling_does_not_matter(written: str, expected: str) -> None:
    """Case, width, spaces, hyphens, dots, apostrophes and what cannot be seen are ignored; & and + are words."""
    assert _key(resolve(written, None).service) == expected


@pytest.mark.parametrize(
    ("name", "kind"), [("Vudu", ADS), ("Amazon", SUBSCRIPTION), ("Amazon Prime", CINEMA)]
)
def test_a_kind_never_overrules_the_only_match(name: str, kind: OfferKind) -> None:
    """A service that is not known for a kind is still the one that was named."""
    assert resolve(name, kind) == resolve(name, None)
    assert resolve(name, kind).service is not None


@pytest.mark.parametrize("kind", [None, CINEMA])
def test_a_shared_name_without_a_deciding_kind_is_ambiguous(kind: OfferKind | None) -> None:
    """All services of the name are candidates, in the order of keys, and none is chosen."""
    found = resolve("Apple TV", kind)

    assert found.service is None
    assert [service.key for service in found.candidates] == ["apple-tv-plus", "apple-tv-store"]
    assert found.suggestion is None


def test_an_unverified_kind_does_not_decide_between_two() -> None:
    """Only one of the services called Arrow is thought to be a subscription, but nobody has checked."""
    found = resolve("Arrow", SUBSCRIPTION)
    claiming = [service.key for service in found.candidates if SUBSCRIPTION in service.kinds]

    assert found.service is None
    assert claiming == ["arrow-player"]
    assert len(found.candidates) == 2


@pytest.mark.parametrize(
    ("name", "former"),
    [
        ("vudu", "Vudu"),
        ("Freevee.", "Freevee"),
        ("Fandango at Home", None),
        ("AMC Shudder", None),
        ("mubi", None),
    ],
)
def test_a_former_name_is_reported_as_the_catalogue_spells_it(name: str, former: str | None) -> None:
    """A match by a former name says so; a match by the present name or an alias does not."""
    found = resolve(name, None)

    assert found.service is not None
    assert found.former == former


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("Shuder", "Shudder"),
        ("Netflx", "Netflix"),
        ("Vuduu", "Vudu"),
        ("Critereon Channel", "Criterion Channel"),
        ("Foobar", None),
        ("", None),
        ("...", None),
        ("n" * 100_000, None),
    ],
)
def test_only_a_near_miss_brings_a_suggestion(name: str, suggestion: str | None) -> None:
    """A slip of the pen is answered with the name that was probably meant; anything else with nothing."""
    found = resolve(name, None)

    assert found.service is None
    assert found.candidates == ()
    assert found.suggestion == suggestion


@given(st.text(), st.sampled_from([None, *OfferKind]))
@settings(deadline=None)
def test_any_text_gets_one_kind_of_answer(name: str, kind: OfferKind | None) -> None:
    """Whatever is typed, the answer is a service, two or more candidates, or at most a suggestion."""
    found = resolve(name, kind)

    assert (found.service is not None) + bool(found.candidates) + (found.suggestion is not None) <= 1
    assert len(found.candidates) != 1


@given(st.sampled_from([name for s in services().values() for name in (s.name, *s.former_names)]), st.data())
@settings(deadline=None)
def test_noise_in_a_known_name_changes_nothing(name: str, data: st.DataObject) -> None:
    """Case, spaces, hyphens and dots put anywhere into a known name leave its meaning alone."""
    noise = st.sampled_from(["", " ", "-", ".", "\u2019", "\u00ad"])
    noisy = "".join(char.swapcase() + data.draw(noise) for char in name)

    assert resolve(f" {noisy}", RENT) == resolve(f" {name}", RENT)
