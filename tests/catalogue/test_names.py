"""Names resolve to the service that is meant, and to none where that would be a guess."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.catalogue import Decision, Service, catalogue
from publisher.model import OfferKind

RENT, BUY, SUBSCRIPTION = OfferKind.RENT, OfferKind.BUY, OfferKind.SUBSCRIPTION
FREE, ADS, CINEMA, DISC = OfferKind.FREE, OfferKind.ADS, OfferKind.CINEMA, OfferKind.DISC


def _key(service: Service | None) -> str | None:
    return service.key if service else None


@pytest.mark.parametrize("service", catalogue().services.values(), ids=lambda service: service.key)
def test_every_key_and_every_label_means_its_own_service(service: Service) -> None:
    """The key and the label are names that always decide, whatever the kind."""
    assert catalogue().resolve(service.key, None).service is service
    assert catalogue().resolve(service.label, None).service is service or service.label == service.name


@pytest.mark.parametrize("service", catalogue().services.values(), ids=lambda service: service.key)
def test_every_name_leads_to_its_service(service: Service) -> None:
    """A present name, former name or alias names its service, alone or among those that share it."""
    for name in (service.name, *service.former_names, *service.aliases):
        found = catalogue().resolve(name, None)

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
    assert _key(catalogue().resolve(name, kind).service) == expected


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
    assert _key(catalogue().resolve(written, None).service) == expected


@pytest.mark.parametrize(
    ("name", "kind"), [("Vudu", ADS), ("Amazon", SUBSCRIPTION), ("Amazon Prime", CINEMA)]
)
def test_a_kind_never_overrules_the_only_match(name: str, kind: OfferKind) -> None:
    """A service that is not known for a kind is still the one that was named."""
    assert catalogue().resolve(name, kind) == catalogue().resolve(name, None)
    assert catalogue().resolve(name, kind).service is not None


@pytest.mark.parametrize("kind", [None, CINEMA])
def test_a_shared_name_without_a_deciding_kind_is_ambiguous(kind: OfferKind | None) -> None:
    """All services of the name are candidates, in the order of keys, and none is chosen."""
    found = catalogue().resolve("Apple TV", kind)

    assert found.service is None
    assert [service.key for service in found.candidates] == ["apple-tv-plus", "apple-tv-store"]
    assert found.suggestion is None


def test_an_unverified_kind_does_not_decide_between_two() -> None:
    """Only one of the services called Arrow is thought to be a subscription, but nobody has checked."""
    found = catalogue().resolve("Arrow", SUBSCRIPTION)
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
    found = catalogue().resolve(name, None)

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
    found = catalogue().resolve(name, None)

    assert found.service is None
    assert found.candidates == ()
    assert found.suggestion == suggestion


@given(st.text(), st.sampled_from([None, *OfferKind]))
@settings(deadline=None)
def test_any_text_gets_one_kind_of_answer(name: str, kind: OfferKind | None) -> None:
    """Whatever is typed, the answer is a service, two or more candidates, or at most a suggestion."""
    found = catalogue().resolve(name, kind)

    assert (found.service is not None) + bool(found.candidates) + (found.suggestion is not None) <= 1
    assert len(found.candidates) != 1


@given(
    st.sampled_from([name for s in catalogue().services.values() for name in (s.name, *s.former_names)]),
    st.data(),
)
@settings(deadline=None)
def test_noise_in_a_known_name_changes_nothing(name: str, data: st.DataObject) -> None:
    """Case, spaces, hyphens and dots put anywhere into a known name leave its meaning alone."""
    noise = st.sampled_from(["", " ", "-", ".", "\u2019", "\u00ad"])
    noisy = "".join(char.swapcase() + data.draw(noise) for char in name)

    assert catalogue().resolve(f" {noisy}", RENT) == catalogue().resolve(f" {name}", RENT)


BEFORE, AFTER = date(2025, 10, 12), date(2025, 10, 13)


@pytest.mark.parametrize(
    ("kind", "day", "expected", "decision"),
    [
        (None, BEFORE, "apple-tv-store", Decision.DAY),
        (CINEMA, BEFORE, "apple-tv-store", Decision.DAY),
        (RENT, BEFORE, "apple-tv-store", Decision.KIND),
        (RENT, AFTER, "apple-tv-store", Decision.KIND),
        (SUBSCRIPTION, BEFORE, "apple-tv-plus", Decision.KIND),
        (SUBSCRIPTION, AFTER, "apple-tv-plus", Decision.KIND),
        (None, AFTER, None, None),
        (CINEMA, AFTER, None, None),
    ],
)
def test_the_kind_and_then_the_day_decide_what_a_shared_name_means(
    kind: OfferKind | None, day: date, expected: str | None, decision: Decision | None
) -> None:
    """Before the subscription took the name it was the store's alone; since then only the kind can tell."""
    found = catalogue().resolve("Apple TV", kind, day)

    assert (_key(found.service), found.decision) == (expected, decision)
    assert {service.key for service in found.rivals} == (
        {"apple-tv-store", "apple-tv-plus"} - {expected} if expected else set()
    )


def test_it_is_told_when_nothing_had_to_be_decided() -> None:
    """A key is a key, and most names are one service's."""
    assert catalogue().resolve("hulu", None).decision is Decision.KEY
    assert catalogue().resolve("Hulu!", None).decision is None
    assert catalogue().resolve("HULU", None).decision is Decision.NAME
    assert catalogue().resolve("HULU", None).rivals == ()


def test_a_name_that_came_back_was_never_somebody_else_s() -> None:
    """HBO Max was so called before it was Max: no day rules the name out."""
    for day in (date(2021, 1, 1), date(2024, 6, 1), date(2026, 6, 1)):
        assert _key(catalogue().resolve("HBO Max", None, day).service) == "hbo-max"
