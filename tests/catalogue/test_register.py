"""The register is read once, when first needed, and cannot be changed."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from publisher.catalogue import ServiceCategory, ServiceStatus, catalogue
from publisher.model import OfferKind


def test_services_are_read_once_and_cannot_be_changed() -> None:
    """Everybody gets the same register, which refuses to be written to."""
    register = catalogue().services

    assert catalogue().services is register
    with pytest.raises(TypeError):
        register["new"] = register["vod"]  # type: ignore[index] # that it is refused is the point
    with pytest.raises(FrozenInstanceError):
        register["vod"].name = "x"  # type: ignore[misc] # likewise


def test_importing_reads_nothing_and_resolving_compiles_nothing() -> None:
    """Neither the file nor any regular expression is paid for before it is needed."""
    program = (
        "import publisher.catalogue as c\n"
        "from publisher.catalogue.service import _compiled\n"
        "print(c.catalogue.cache_info().currsize)\n"
        "c.catalogue().resolve('Vudu', None)\n"
        "print(c.catalogue.cache_info().currsize, _compiled.cache_info().currsize)\n"
        "c.catalogue().services['hulu'].forms[0].pattern\n"
        "print(_compiled.cache_info().currsize)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["0", "1", "0", "1"]


def test_a_service_carries_what_the_file_says() -> None:
    """Names, kinds, hosts and status come out typed, with the verified ones apart."""
    fandango = catalogue().services["fandango-at-home"]
    movies_anywhere = catalogue().services["movies-anywhere"]

    assert fandango.name == fandango.label == "Fandango at Home"
    assert fandango.category is ServiceCategory.STORE
    assert fandango.status is ServiceStatus.ACTIVE
    assert fandango.former_names == ("Vudu", "FandangoNOW")
    assert fandango.kinds == fandango.verified_kinds == {OfferKind.RENT, OfferKind.BUY}
    assert "www.vudu.com" in fandango.verified_hosts
    assert movies_anywhere.kinds == {OfferKind.BUY}
    assert movies_anywhere.verified_kinds == frozenset()
    assert movies_anywhere.hosts == ("moviesanywhere.com",)
    assert movies_anywhere.verified_hosts == ()


def test_services_that_shared_a_name_are_told_apart_by_their_present_ones() -> None:
    """What was Apple TV to readers is a store and a subscription, and each is called what its owner calls it."""
    store, subscription = catalogue().services["apple-tv-store"], catalogue().services["apple-tv-plus"]

    assert (store.name, store.label) == ("Apple TV Store", "Apple TV Store")
    assert (subscription.name, subscription.label) == ("Apple TV", "Apple TV (subscription)")


def test_a_catalogue_survives_being_sent_to_another_process() -> None:
    """It is pickled without its indexes, and answers the same."""
    sent = pickle.loads(pickle.dumps(catalogue()))  # noqa: S301 - our own bytes

    assert dict(sent.services) == dict(catalogue().services)
    assert sent.resolve("Vudu", None).service.key == "fandango-at-home"


def test_no_service_is_called_closed_on_hearsay() -> None:
    """Services that only vanished from a list are unknown, not closed."""
    for key in ("redbox", "alamo-on-demand", "crackle", "showtime"):
        assert catalogue().services[key].status is ServiceStatus.UNKNOWN
    assert catalogue().services["freevee"].status is ServiceStatus.RENAMED


def test_sellers_of_discs_offer_discs() -> None:
    """A shop for discs, and the generic disc, are known for discs as well as for buying."""
    sellers = {service.key for service in catalogue().services.values() if OfferKind.DISC in service.kinds}

    assert {"physical", "amazon-disc", "zavvi"} <= sellers
    assert "amazon-video" not in sellers


@pytest.mark.parametrize(
    ("provider", "key"), [(7, "fandango-at-home"), (2, "apple-tv-store"), (119, "prime-video")]
)
def test_a_provider_id_finds_its_service(provider: int, key: str) -> None:
    """Ids of lists of offers lead to the service, several of one service too."""
    found = catalogue().service_for_tmdb(provider)

    assert found is catalogue().services[key]


def test_an_unheard_of_provider_id_finds_nothing() -> None:
    """A provider that the catalogue does not hold is nobody, not an error."""
    assert catalogue().service_for_tmdb(0) is None


@pytest.mark.parametrize(
    ("key", "country", "served"),
    [
        ("hulu", "US", True),
        ("hulu", "GB", False),
        ("fandango-at-home", "KP", False),
        ("hulu", "KP", None),
        ("vod", "GB", None),
        ("zavvi", "GB", None),
    ],
)
def test_where_a_service_is_is_only_told_where_it_is_known(
    key: str, country: str, *, served: bool | None
) -> None:
    """A country for which nobody was listed says nothing, but of a service that is known to be nowhere else."""
    assert catalogue().serves(catalogue().services[key], country) is served


def test_an_address_at_home_is_on_a_verified_host() -> None:
    """A host that nobody checked, or that only looks like one, is nobody's home."""
    netflix, zavvi = catalogue().services["netflix"], catalogue().services["zavvi"]

    assert catalogue().is_home(netflix, "https://netflix.com/anything")
    assert not catalogue().is_home(netflix, "https://netflix.com.evil.example/")
    assert not catalogue().is_home(netflix, "https://netflix.com@evil.example/")
    assert not catalogue().is_home(zavvi, "https://www.zavvi.com/")
