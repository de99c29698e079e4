"""The register is read once, when first needed, and cannot be changed."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from publisher.catalogue import ServiceCategory, ServiceStatus, service_for_tmdb, services
from publisher.model import OfferKind


def test_services_are_read_once_and_cannot_be_changed() -> None:
    """Everybody gets the same register, which refuses to be written to."""
    register = services()

    assert services() is register
    with pytest.raises(TypeError):
        register["new"] = register["vod"]  # type: ignore[index] # that it is refused is the point
    with pytest.raises(FrozenInstanceError):
        register["vod"].name = "x"  # type: ignore[misc] # likewise


def test_importing_reads_nothing_and_resolving_compiles_nothing() -> None:
    """Neither the file nor any regular expression is paid for before it is needed."""
    program = (
        "import publisher.catalogue as c\n"
        "from publisher.catalogue.service import _compiled\n"
        "print(c.services.cache_info().currsize)\n"
        "c.resolve('Vudu', None)\n"
        "print(c.services.cache_info().currsize, _compiled.cache_info().currsize)\n"
        "c.services()['vod'].url_patterns\n"
        "print(_compiled.cache_info().currsize)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["0", "1", "0", "1"]


def test_a_service_carries_what_the_file_says() -> None:
    """Names, kinds, hosts and status come out typed, with the verified ones apart."""
    fandango = services()["fandango-at-home"]
    movies_anywhere = services()["movies-anywhere"]

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


def test_services_of_one_name_keep_labels_of_their_own() -> None:
    """The store and the subscription are both Apple TV to readers, and two things to editors."""
    store, subscription = services()["apple-tv-store"], services()["apple-tv-plus"]

    assert store.name == subscription.name == "Apple TV"
    assert store.label == "Apple TV (store)"
    assert subscription.label == "Apple TV (subscription)"


def test_no_service_is_called_closed_on_hearsay() -> None:
    """Services that only vanished from a list are unknown, not closed."""
    for key in ("redbox", "alamo-on-demand", "crackle", "showtime"):
        assert services()[key].status is ServiceStatus.UNKNOWN
    assert services()["freevee"].status is ServiceStatus.RENAMED


def test_sellers_of_discs_offer_discs() -> None:
    """A shop for discs, and the generic disc, are known for discs as well as for buying."""
    sellers = {service.key for service in services().values() if OfferKind.DISC in service.kinds}

    assert {"physical", "amazon-disc", "zavvi"} <= sellers
    assert "amazon-video" not in sellers


@pytest.mark.parametrize(
    ("provider", "key"), [(7, "fandango-at-home"), (2, "apple-tv-store"), (119, "prime-video")]
)
def test_a_provider_id_finds_its_service(provider: int, key: str) -> None:
    """Ids of lists of offers lead to the service, several of one service too."""
    found = service_for_tmdb(provider)

    assert found is services()[key]


def test_an_unheard_of_provider_id_finds_nothing() -> None:
    """A provider that the catalogue does not hold is nobody, not an error."""
    assert service_for_tmdb(0) is None
