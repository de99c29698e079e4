"""A site's own services: added to the catalogue, or in place of what it says."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.catalogue import LinkPage, ServiceCategory, ServiceStatus, UrlVerdict, catalogue
from publisher.model import OfferKind

if TYPE_CHECKING:
    from tests.conftest import MakeSite

KINO = """
[services.kino-klub]
name = "Kino Klub"
former_names = ["Kino am Dach"]
aliases = ["KK"]
kinds = ["rent", "subscription"]
countries = ["AT", "DE"]
hosts = ["www.kino.example"]
films = ["https://www.kino.example/film/{slug}-{id}", "https://www.kino.example/play?v={id}"]
search = "https://www.kino.example/?q={title}"
"""


def test_a_site_without_services_has_the_catalogue_itself(make_site: MakeSite) -> None:
    """Nothing is copied, and no index made twice."""
    assert make_site({}).catalogue is catalogue()


def test_a_service_of_the_site_s_own_is_like_any_other(make_site: MakeSite) -> None:
    """It is found by its names and hosts, its links are read, and its search written."""
    known = make_site({}, more=KINO).catalogue
    kino = known.services["kino-klub"]

    assert (kino.name, kino.label, kino.category, kino.status) == (
        "Kino Klub",
        "Kino Klub",
        ServiceCategory.STREAMING,
        ServiceStatus.ACTIVE,
    )
    assert kino.kinds == kino.verified_kinds == {OfferKind.RENT, OfferKind.SUBSCRIPTION}
    assert known.resolve("kk", None).service is kino
    assert known.resolve("kino am dach", None).former == "Kino am Dach"
    assert known.services_for_host("kino.example") == (kino,)
    assert known.search_url(kino, "A & B") == "https://www.kino.example/?q=A%20%26%20B"
    read = known.read_link("http://kino.example/film/the-fog-1980?utm_source=x&a=1")
    assert (read.service, read.page, read.id) == (kino, LinkPage.FILM, "1980")
    assert read.canonical == "https://kino.example/film/the-fog-1980?a=1"
    assert known.read_link("https://www.kino.example/play?v=x_1").id == "x_1"
    assert known.check_url(kino, "https://www.kino.example/film/x-1").verdict is UrlVerdict.KNOWN_FORM
    assert (known.serves(kino, "AT"), known.serves(kino, "US")) == (True, False)
    assert list(known.services) == sorted(known.services)
    assert "kino-klub" not in catalogue().services


def test_a_known_service_is_changed_in_what_is_said(make_site: MakeSite) -> None:
    """Its present name becomes a former one, lists are added to, and all else stays."""
    own = """
[services.hulu]
name = "Hulu on Disney+"
aliases = ["Hulu Plus"]
hosts = ["hulu.example"]
status = "closed"
"""
    known = make_site({}, more=own).catalogue
    before, hulu = catalogue().services["hulu"], known.services["hulu"]

    assert (hulu.name, hulu.label, hulu.status) == (
        "Hulu on Disney+",
        "Hulu on Disney+",
        ServiceStatus.CLOSED,
    )
    assert known.resolve("Hulu", None).former == "Hulu"
    assert known.resolve("hulu plus", None).service is hulu
    assert set(hulu.verified_hosts) == {*before.verified_hosts, "hulu.example"}
    assert (hulu.forms, hulu.kinds, hulu.tmdb_ids) == (before.forms, before.kinds, before.tmdb_ids)
    assert catalogue().services["hulu"] is before


def test_feeds_and_posts_know_the_site_s_own_services(make_site: MakeSite) -> None:
    """A feed may ask for one by any of its names."""
    feed = '[[feeds]]\nname = "kino"\nservice = "Kino am Dach"\n'
    (rule,) = make_site({}, more=KINO + feed).syndication.rules

    assert rule.services == ("kino-klub",)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(st.sampled_from(["-", "a", "/", "?v=", "&", "%2F", "é", "{id}"]), max_size=300).map("".join))
def test_a_form_of_the_site_s_own_never_runs_away(make_site: MakeSite, tail: str) -> None:
    """Whatever an address holds, it is read in a moment."""
    known = make_site({}, more=KINO).catalogue
    began = time.process_time()
    for url in (f"https://kino.example/film/{tail}", f"https://kino.example/film/{tail * 10}"[:2048]):
        known.read_link(url)

    assert time.process_time() - began < 1
