"""What a source says of a film now, held against what is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from publisher.model import Film, Listing, OfferKind, Price, Review, Terms
from publisher.watch.comparison import RENEWED_AFTER, TEXT, Comparison, compare
from publisher.watch.ownership import UNCHANGED, Hand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.site import Site
    from tests.conftest import MakeSite

CHECKED = datetime(2026, 11, 22, 6, tzinfo=UTC)
VUDU = "https://athome.fandango.com/content/browse/details/The-Matrix/9254"


@pytest.fixture
def site(make_site: MakeSite) -> Site:
    """Return a site in the United States."""
    return make_site()


def listing(service: str, kind: str = "subscription", url: str | None = None, **terms: object) -> Listing:
    """Make a listing; unless it says otherwise, TMDB's of today."""
    said = {"region": "US", "source": "tmdb", "checked": CHECKED, **terms}
    return Listing(service=service, url=url, terms=Terms(kind=OfferKind(kind), **said))  # type: ignore[arg-type]


def mine(service: str, kind: str = "subscription", **terms: object) -> Listing:
    """Make a listing as an editor writes it."""
    return listing(service, kind, **{"source": None, "checked": None, **terms})  # type: ignore[arg-type]


def review(*watch: Listing, found: tuple[Listing, ...] = ()) -> Review:
    """Make a review with listings."""
    return Review(
        id="4c768283-9939-45ec-b325-53b5be6f9ce5",
        slug="karmalink",
        title="Karmalink",
        date=datetime(2022, 7, 15, tzinfo=UTC),
        language="en",
        film=Film(title="Karmalink", ids={}),
        watch=watch,
        found=found,
    )


def compared(
    site: Site, written: Review, *answered: Listing, regions: tuple[str, ...] | None = None
) -> Comparison:
    """Compare what TMDB answered with offers that `attach` wrote."""
    return beside(site, written, {"tmdb": answered}, regions=regions)["tmdb"]


def beside(
    site: Site,
    written: Review,
    answers: Mapping[str, tuple[Listing, ...]],
    *,
    regions: tuple[str, ...] | None = None,
    hand: Hand = UNCHANGED,
) -> dict[str, Comparison]:
    """Hold answers against a review whose offers were all written by one hand."""
    hands = [hand] * len(written.watch)
    return compare(written, answers, site, now=CHECKED, hands=hands, regions=regions)


def services(*listings: tuple[Listing, ...]) -> list[list[str]]:
    """Name the services of listings."""
    return [[one.service for one in several] for several in listings]


def test_new_changed_gone_and_kept_are_told_apart(site: Site) -> None:
    """By service, kind and country; a change says what differs."""
    was = listing("Netflix"), listing("Shudder", price=Price(Decimal(5), "USD")), listing("MUBI")

    found = compared(
        site,
        review(*was),
        listing("netflix"),
        listing("shudder", price=Price(Decimal(6), "USD")),
        listing("hulu"),
        listing("netflix", region="GB"),
    )

    assert services(found.new, found.gone, found.kept) == [["hulu", "netflix"], ["MUBI"], ["Netflix"]]
    assert [(change.before.service, change.keys) for change in found.changed] == [("Shudder", ("price",))]
    assert services(found.result) == [["Netflix", "shudder", "hulu", "netflix"]]


@pytest.mark.parametrize("region", ["US", None])
def test_what_the_editor_wrote_always_wins(site: Site, region: str | None) -> None:
    """A source that says the same adds nothing, by whatever name, and the editor's own is nothing of its."""
    own = mine("Vudu", "rent", region=region)

    found = compared(site, review(own), listing("fandango-at-home", "rent", VUDU))

    assert services(found.said) == [["fandango-at-home"]]
    assert not found.differs
    assert found.result == ()


def test_the_country_of_the_site_need_not_be_named(site: Site) -> None:
    """A sentence that names no country says the same as an offer in the site's own."""
    at_home = replace(site, watch=replace(site.watch, region="US"))
    said = listing("shudder", region=None, source=TEXT, checked=None)

    for written in (mine("Shudder", region="US"), mine("Shudder", region=None)):
        assert not beside(at_home, review(written), {TEXT: (said,)})[TEXT].differs
    assert services(beside(at_home, review(mine("Shudder", region="GB")), {TEXT: (said,)})[TEXT].new) == [
        ["shudder"]
    ]
    both = beside(at_home, review(), {TEXT: (said,), "tmdb": (listing("shudder"),)})
    assert services(both[TEXT].new, both["tmdb"].new) == [["shudder"], []]


def test_what_was_not_asked_about_is_left_alone(site: Site) -> None:
    """Somebody who asks about Britain learns nothing of America."""
    written = review(listing("Netflix"), listing("MUBI", region="GB"), listing("Shudder", region=None))

    found = compared(site, written, regions=("GB",))

    assert services(found.untouched, found.gone) == [["Netflix"], ["MUBI", "Shudder"]]
    assert compared(site, written).untouched == ()


def test_another_quality_is_a_change_and_two_qualities_are_two_offers(site: Site) -> None:
    """A source may have a film twice at one service."""
    written = review(listing("Hulu", "rent", quality="hd"))

    better = compared(site, written, listing("hulu", "rent", quality="4k"))
    both = compared(
        site, written, listing("hulu", "rent", quality="hd"), listing("hulu", "rent", quality="4k")
    )

    assert [change.keys for change in better.changed] == [("quality",)]
    assert services(both.kept, both.new) == [["Hulu"], ["hulu"]]


def test_a_date_is_renewed_when_it_is_old_and_not_before(site: Site) -> None:
    """So that a run that finds nothing new touches no line, and that nobody takes an old date for a fresh one."""
    for days, renewed in ((RENEWED_AFTER.days + 1, 1), (RENEWED_AFTER.days - 2, 0)):
        before = listing("Netflix", checked=CHECKED - timedelta(days=days))
        found = compared(site, review(before), listing("netflix"))
        assert (len(found.kept), len(found.renewed), found.differs) == (1, renewed, False)


def test_a_link_that_leads_elsewhere_is_no_link(site: Site) -> None:
    """A source that lies, or was lied to, sends nobody anywhere; a link in an old form is brought up to date."""
    found = compared(
        site,
        review(),
        listing("netflix", url="https://films.example/netflix"),
        listing("hulu", url="https://www.netflix.com/title/1"),
        listing(
            "fandango-at-home",
            "rent",
            "https://www.vudu.com/content/movies/details/The-Matrix/9254?utm_source=them",
        ),
    )

    assert [one.url for one in found.new[:2]] == [None, None]
    assert found.new[2].url == VUDU


@pytest.mark.parametrize(
    "hostile",
    [
        listing("no such service"),
        listing("netflix", quality="a\x1b[2J"),
        listing("netflix", via="x" * 5000),
        listing("netflix", region="XX"),
        listing("netflix", price=Price(Decimal("1E+40"), "USD")),
        listing("netflix", starts=CHECKED, ends=CHECKED),
        listing("netflix", ends=datetime.max.replace(tzinfo=UTC)),
        listing("netflix", starts=datetime.min.replace(tzinfo=UTC)),
    ],
)
def test_what_front_matter_would_not_take_is_left_out(site: Site, hostile: Listing) -> None:
    """Whatever a source sends, nothing is written that could not be read again."""
    assert compared(site, review(), hostile).new == ()


@pytest.mark.parametrize(
    ("service", "kind", "url", "kept"),
    [
        ("amazon-video", "buy", "https://www.amazon.de/dp/B08XYZ1234?tag=foe-21", None),
        ("amazon-video", "buy", "https://www.amazon.de/dp/B08XYZ1234", "https://www.amazon.de/dp/B08XYZ1234"),
        ("prime-video", "subscription", "https://www.amazon.co.uk/gp/video/detail/B08XYZ1234?tag=foe-21", "https://www.amazon.co.uk/gp/video/detail/B08XYZ1234"),
        ("apple-tv-store", "rent", "https://geo.itunes.apple.com/us/movie/foo/id12345?at=foe", None),
        ("apple-tv-store", "rent", "https://geo.itunes.apple.com/us/movie/foo/id12345?at=mine", "https://geo.itunes.apple.com/us/movie/foo/id12345?at=mine"),
        ("peacock", "subscription", "https://www.peacocktv.com/x?cid=foe&pid=2", None),
        ("fandango-at-home", "rent", f"{VUDU}?tag=foe#at=foe", VUDU),
        ("netflix", "subscription", "https://click.justwatch.com/a?r=https%3A%2F%2Fwww.netflix.com%2Ftitle%2F1", "https://www.netflix.com/title/1"),
        ("netflix", "subscription", "https://click.justwatch.com/a?cx=a", None),
        ("night-cinema", "cinema", "https://night-cinema.example/film", "https://night-cinema.example/film"),
        ("night-cinema", "cinema", "https://night-cinema.example/film?x=foe", None),
        ("night-cinema", "cinema", "https://night-cinema.example/film#x=foe", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("source", ["tmdb", TEXT])
def test_a_link_that_may_earn_somebody_else_something_is_no_link(
    make_site: MakeSite, source: str, service: str, kind: str, url: str, kept: str | None
) -> None:
    """No editor chose it, and the service's search is nobody's; what can be taken out for certain is."""
    more = '[watch.affiliates.apple-tv-store]\nat = "mine"\n[services.night-cinema]\nname = "Night Cinema"\nkinds = ["cinema"]\n'
    said = listing(service, kind, url, source=source)

    (found,) = beside(make_site(more=more), review(), {source: (said,)})[source].new

    assert (found.service, found.url) == (service, kept)


def test_of_two_sources_the_one_with_links_says_what_both_know(site: Site) -> None:
    """Readers see a service once; where neither has links, the one that was asked first says it."""
    other = [
        replace(one, terms=replace(one.terms, source="other"))
        for one in (listing("fandango-at-home", "rent", VUDU), listing("mubi"))
    ]

    both = (listing("fandango-at-home", "rent"), listing("hulu"))
    found = beside(site, review(), {"tmdb": both, "other": tuple(other)})
    plain = beside(site, review(), {"tmdb": (listing("mubi"),), "other": (other[1],)})

    assert list(found) == ["tmdb", "other"]
    assert services(found["tmdb"].new, found["tmdb"].said) == [["hulu"], ["fandango-at-home"]]
    assert services(found["other"].new) == [["fandango-at-home", "mubi"]]
    assert services(plain["tmdb"].new, plain["other"].said) == [["mubi"], ["mubi"]]


def test_what_another_source_wrote_stays_when_that_source_is_not_asked(site: Site) -> None:
    """It is not gone, and the same is not written twice."""
    written = review(listing("Netflix", source="other"), found=(listing("mubi", source="other"),))

    found = compared(site, written, listing("netflix"), listing("mubi"), listing("hulu"))

    assert services(found.new, found.said, found.gone) == [["hulu"], ["netflix", "mubi"], []]


def test_sentences_are_about_every_country(site: Site) -> None:
    """A run that asks about Britain still takes back what the text no longer says of America."""
    written = review(listing("Netflix", source=TEXT))

    assert services(beside(site, written, {TEXT: ()}, regions=("GB",))[TEXT].gone) == [["Netflix"]]


def test_what_is_over_is_not_said_any_more(site: Site) -> None:
    """A source may know of offers that ended long ago; one that is written goes, and one that is to come stays."""
    hour = timedelta(hours=1)
    past, present, future = (
        listing("netflix", ends=CHECKED),
        listing("hulu", ends=CHECKED + hour),
        listing("mubi", starts=CHECKED + hour),
    )

    found = compared(site, review(listing("Netflix", ends=CHECKED)), past, present, future)

    assert services(found.new, found.gone) == [["hulu", "mubi"], ["Netflix"]]
