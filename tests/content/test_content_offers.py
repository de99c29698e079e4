"""Where to watch, in words: the list that readers see, one line for each offer, and what has to be said with them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import nh3
import pytest

from publisher.content import (
    current_offers,
    disclosure,
    is_around,
    offer_fields,
    offer_title,
    offers_fields,
    where_to_watch,
)
from publisher.content.presentation import whole
from publisher.markup.dialect import ATTRIBUTES, TAGS
from publisher.model import Film, LinkOrigin, Listing, Offer, OfferKind, Price, Review, Terms
from publisher.site import KIND_ORDER
from publisher.watch.sources import attributions
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from tests.conftest import MakeSite

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHICAGO = NOW.astimezone(ZoneInfo("America/Chicago"))
REVIEW = Review(id="1", slug="k", title="A", date=NOW, language="en", film=Film(title="Karmalink", ids={}))
FILM_PAGE = "https://athome.fandango.com/content/browse/details/K/1?a=1&b=2"
GIVEN: dict[str, Any] = {"url": FILM_PAGE, "link": LinkOrigin.GIVEN}
DOLLARS = Price(Decimal("3.99"), "USD")
HOSTILE = "</li><script>alert('1')</script>&amp;\"<b>"
ESCAPED = "&lt;/li&gt;&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;&amp;amp;&quot;&lt;b&gt;"
_OWN = ("service", "name", "former", "url", "link", "sponsored", "generic", "closed")


def offer(kind: OfferKind = OfferKind.RENT, **more: Any) -> Offer:
    """Make an offer of Fandango at Home, or what `service` and `name` say."""
    own = {key: more.pop(key) for key in _OWN if key in more}
    service = {"service": "fandango-at-home", "name": "Fandango at Home", **own}
    return Offer(**service, terms=Terms(kind=kind, **more))


def apple(**more: Any) -> Offer:
    """Make an offer of another service."""
    return offer(**{"service": "apple-tv-store", "name": "Apple TV Store", **more})


VOD: dict[str, Any] = {"service": "vod", "name": "VOD", "generic": True}
THEATERS: dict[str, Any] = {"service": "theaters", "name": "theaters", "generic": True}
DISC: dict[str, Any] = {"service": "physical", "name": "physical disc", "generic": True}


@pytest.mark.parametrize(
    ("made", "title"),
    [
        (offer(region="US"), "Rent: Fandango at Home (US)"),
        (offer(OfferKind.BUY), "Buy: Fandango at Home"),
        (offer(OfferKind.SUBSCRIPTION, region="GB"), "Stream: Fandango at Home (GB)"),
        (offer(OfferKind.FREE), "Free: Fandango at Home"),
        (offer(OfferKind.ADS), "Free with ads: Fandango at Home"),
        (offer(OfferKind.CINEMA), "In cinemas: Fandango at Home"),
        (offer(OfferKind.DISC), "On disc: Fandango at Home"),
        (offer(OfferKind.DISC, **DISC), "On disc"),
        (offer(OfferKind.CINEMA, **THEATERS, region="DE"), "In cinemas (DE)"),
        (offer(OfferKind.CINEMA, **THEATERS, url="https://t.example/"), "In cinemas: theaters"),
        (offer(**VOD), "Rent: VOD"),
        (offer(url=FILM_PAGE, link=LinkOrigin.SEARCH), "Rent: Fandango at Home, search"),
        (offer(**GIVEN, sponsored=True, region="US"), "Rent: Fandango at Home (US), sponsored"),
        (offer(starts=datetime(2026, 12, 1, 6, tzinfo=UTC)), "Rent: Fandango at Home, from 2026-12-01"),
        (offer(starts=datetime(2026, 12, 1, 5, tzinfo=UTC)), "Rent: Fandango at Home, from 2026-11-30"),
        (offer(starts=NOW), "Rent: Fandango at Home"),
    ],
)
def test_an_offer_is_named_in_one_line(made: Offer, title: str) -> None:
    """Kind, service and country in words that readers use; when it begins; what the link is, if not the film's page."""
    assert offer_title(made, CHICAGO) == title


def _watch(more: str) -> str:
    return CONFIGURATION.replace("[watch]\n", f"[watch]\n{more}\n")


def lines(site: Any, *offers: Offer) -> list[str]:
    """Return the points of the list."""
    return list(where_to_watch(offers, site, NOW).lines)


def test_services_of_a_kind_and_a_country_stand_in_one_line(make_site: MakeSite) -> None:
    """The line of the issue: present names, former ones beside them, the country once."""
    shown = lines(make_site(), offer(former="Vudu", region="US"), apple(region="US"))

    assert shown == ["Rent: Fandango at Home (formerly Vudu), Apple TV Store · US"]


def test_kinds_come_in_the_sites_order(make_site: MakeSite) -> None:
    """Whatever the editor's: what costs nothing more comes first, unless the site says otherwise."""
    offers = [offer(kind) for kind in reversed(KIND_ORDER)]
    words = ["Stream", "Free", "Free with ads", "Rent", "Buy", "In cinemas", "On disc"]
    turned = make_site(configuration=_watch('order = ["disc", "rent"]'))

    assert lines(make_site(), *offers) == [f"{word}: Fandango at Home" for word in words]
    assert [line.partition(":")[0] for line in lines(turned, *offers)] == [
        "On disc", "Rent", "Stream", "Free", "Free with ads", "Buy", "In cinemas",
    ]  # fmt: skip


def test_what_differs_in_the_country_alone_is_said_once(make_site: MakeSite) -> None:
    """Countries of one service stand together; services that share all of theirs share a line; in the order of the codes."""
    netflix: dict[str, Any] = {"service": "netflix", "name": "Netflix", "url": "https://n.example/1"}
    offers = (
        offer(region="US"),
        offer(**netflix, region="US"),
        offer(**netflix, region="GB"),
        apple(region="GB"),
        apple(region="US"),
        offer(**netflix, region="CA", price=DOLLARS),
    )

    assert lines(make_site(), *offers) == [
        "Rent: Fandango at Home · US",
        'Rent: <a href="https://n.example/1">Netflix</a>, Apple TV Store · GB, US',
        'Rent: <a href="https://n.example/1">Netflix</a> (3.99 USD) · CA',
    ]


def test_where_links_differ_by_country_each_country_has_its_own(make_site: MakeSite) -> None:
    """Nobody is sent to another country's shop."""
    shown = lines(
        make_site(), *(apple(region=code, url=f"https://a.example/{code}") for code in ("US", "GB"))
    )

    assert shown == [
        f'Rent: <a href="https://a.example/{code}">Apple TV Store</a> · {code}' for code in ("US", "GB")
    ]


def test_an_offer_without_a_country_claims_none(make_site: MakeSite) -> None:
    """Not even where the same service has offers elsewhere."""
    assert lines(make_site(), offer(), offer(region="US"), apple()) == [
        "Rent: Fandango at Home, Apple TV Store",
        "Rent: Fandango at Home · US",
    ]


def test_prices_of_one_service_stand_together(make_site: MakeSite) -> None:
    """What differs in quality and price alone is one service; the same said twice is said once."""
    offers = (
        offer(quality="sd", price=DOLLARS),
        offer(quality="4k", price=Price(Decimal("5.99"), "USD")),
        offer(quality="sd", price=DOLLARS),
        offer(),
    )

    assert lines(make_site(), *offers) == ["Rent: Fandango at Home (sd 3.99 USD, 4k 5.99 USD)"]


def test_what_stands_for_many_is_not_said_twice(make_site: MakeSite) -> None:
    """Of a disc or a cinema in general the kind says it all, unless it stands beside another; to rent it as VOD says two things."""
    starts = datetime(2026, 12, 1, 6, tzinfo=UTC)
    site, disc = make_site(), offer(OfferKind.DISC, **DISC)
    cinema = offer(OfferKind.CINEMA, **THEATERS, region="DE", starts=starts)

    assert lines(site, disc, cinema, offer(**VOD)) == [
        "Rent: VOD",
        "In cinemas (from 2026-12-01) · DE",
        "On disc",
    ]
    assert lines(site, disc, offer(OfferKind.DISC)) == ["On disc: physical disc, Fandango at Home"]


def test_an_offer_says_everything_that_is_known_of_it(make_site: MakeSite) -> None:
    """Former name, channel, quality, price, exclusiveness, dates and what the link is, behind the name."""
    full = offer(
        former="Vudu",
        via="A & <B>",
        region="US",
        quality="4k",
        price=DOLLARS,
        exclusive=True,
        starts=datetime(2026, 12, 1, 6, tzinfo=UTC),
        ends=datetime(2027, 1, 1, 6, tzinfo=UTC),
        url=FILM_PAGE,
        link=LinkOrigin.SEARCH,
        sponsored=True,
    )

    assert lines(make_site(), full) == [
        (
            'Rent: <a href="https://athome.fandango.com/content/browse/details/K/1?a=1&amp;b=2"'
            ' rel="sponsored nofollow">Fandango at Home</a> (formerly Vudu, via A &amp; &lt;B&gt;, 4k 3.99 USD,'
            " nowhere else, from 2026-12-01, until 2026-12-31, search, sponsored) · US"
        )
    ]


@pytest.mark.parametrize(
    ("zone", "ends", "shown"),
    [
        # Midnight in the site's zone ends the day before; elsewhere it is a time like any other.
        ("America/Chicago", "2026-12-24T06:00:00+00:00", "until 2026-12-23"),
        ("Asia/Tokyo", "2026-12-24T06:00:00+00:00", "until 2026-12-24 15:00 JST"),
        ("America/Chicago", "2026-12-25T00:00:00+00:00", "until 2026-12-24 18:00 CST"),
        ("UTC", "2027-01-01T00:00:00+00:00", "until 2026-12-31"),
        # The day after has 23 hours, or begins at one o'clock because there is no midnight.
        ("America/Chicago", "2027-03-14T06:00:00+00:00", "until 2027-03-13"),
        ("America/Santiago", "2026-09-06T04:00:00+00:00", "until 2026-09-05"),
    ],
)
def test_the_last_day_is_that_of_the_sites_zone(
    make_site: MakeSite, zone: str, ends: str, shown: str
) -> None:
    """An offer's end is its first moment over; readers are told the last day, or the time and its zone."""
    site = replace(make_site(), zone=ZoneInfo(zone))

    assert lines(site, offer(ends=datetime.fromisoformat(ends))) == [f"Rent: Fandango at Home ({shown})"]


def test_the_first_day_is_shown_while_it_lies_ahead(make_site: MakeSite) -> None:
    """Once an offer holds, since when no longer matters."""
    later = datetime(2026, 11, 23, 6, tzinfo=UTC)

    assert lines(make_site(), offer(starts=later)) == ["Rent: Fandango at Home (from 2026-11-23)"]
    assert lines(make_site(), offer(starts=NOW)) == ["Rent: Fandango at Home"]


def listing(**terms: Any) -> Listing:
    """Write an offer down."""
    return Listing(service=terms.pop("service", "Vudu"), terms=Terms(kind=OfferKind.RENT, **terms))


def test_an_ended_offer_is_gone_at_its_end_and_not_before(make_site: MakeSite) -> None:
    """The end is the first moment at which the offer no longer holds; one that is to come is there."""
    review = replace(REVIEW, watch=(listing(ends=NOW),))
    just_before = datetime(2026, 11, 22, 11, 59, 59, tzinfo=UTC)

    assert current_offers(review, make_site(), NOW) == ()
    assert len(current_offers(review, make_site(), just_before)) == 1
    assert len(current_offers(replace(REVIEW, watch=(listing(starts=NOW),)), make_site(), just_before)) == 1


def test_an_offer_of_a_service_that_is_gone_is_gone(make_site: MakeSite) -> None:
    """Whatever its dates: nobody gets there any more."""
    review = replace(REVIEW, watch=(listing(), listing(service="Gone Films")))
    gone = '[services.gone-films]\nname = "Gone Films"\nkinds = ["rent"]\n'
    sites = [make_site(more=gone), make_site(more=f'{gone}status = "closed"\n')]

    assert [[one.name for one in current_offers(review, site, NOW)] for site in sites] == [
        ["Fandango at Home", "Gone Films"],
        ["Fandango at Home"],
    ]


PAID = offer(**GIVEN, sponsored=True)


def test_who_pays_for_links_is_said_wherever_one_is_shown(make_site: MakeSite) -> None:
    """In the site's own words, once, below the list and for machines; where no link is paid for, nothing is."""
    site = make_site(configuration=_watch("disclosure = 'We <earn> & \"tell\".'"))

    shown = whole(REVIEW, "<p>Text.</p>", None, (PAID, offer(**GIVEN), PAID), site, NOW)
    assert shown.endswith("\n</ul>\n<p><small>We &lt;earn&gt; &amp; &quot;tell&quot;.</small></p>")
    assert disclosure([PAID], site) == 'We <earn> & "tell".'
    assert offers_fields([PAID], site, NOW)["disclosure"] == 'We <earn> & "tell".'
    free = whole(REVIEW, "<p>Text.</p>", None, (offer(**GIVEN),), site, NOW)
    assert "earn" not in free
    assert "rel=" not in free
    assert "sponsored" not in free
    assert "disclosure" not in offers_fields([offer(**GIVEN)], site, NOW)


def test_sources_are_credited_wherever_their_offers_are_shown(make_site: MakeSite) -> None:
    """Each once, with the line and the link that it demands; the editor's own word needs no credit."""
    site = make_site()
    found = [offer(source="streaming-availability"), apple(source="tmdb"), apple(source="tmdb", region="US")]
    tmdb, other = attributions(found)
    assert "TMDB" in tmdb.text
    assert "Movie of the Night" in other.text

    written = [offer(source="TMDB"), offer(source="Streaming Availability")]
    for offers, credited in (
        (found, [tmdb, other]),
        (found[:1], [other]),
        (written, [tmdb, other]),
        ([offer(source="a friend")], []),
    ):
        assert len(where_to_watch(offers, site, NOW).notes) == len(credited)
        for note, credit in zip(where_to_watch(offers, site, NOW).notes, credited, strict=True):
            assert note == f'<a href="{credit.url}">{credit.text}</a>'
        assert offers_fields(offers, site, NOW).get("attributions", []) == [
            {"text": credit.text, "url": credit.url} for credit in credited
        ]


def test_notes_stand_below_the_list(make_site: MakeSite) -> None:
    """First who pays, then who found it; the correction comes after, and the text is found again."""
    review = replace(REVIEW, correction="No.", updated=NOW)
    shown = whole(review, "<p>Text.</p>", None, (replace(PAID, terms=replace(PAID.terms, source="tmdb")),), make_site(), NOW)  # fmt: skip

    assert [line.partition(">")[0] for line in shown.splitlines()] == [
        "<p", "<p", "<ul", "<li", "</ul", "<p", "<p", "<p",
    ]  # fmt: skip
    assert "commission" in shown.splitlines()[5]
    assert "TMDB" in shown.splitlines()[6]
    assert "Correction" in shown.splitlines()[7]
    assert is_around(shown, "<p>Text.</p>")


def test_no_offer_is_nothing(make_site: MakeSite) -> None:
    """No heading, no list, no fields."""
    assert whole(REVIEW, "<p>Text.</p>", None, (), make_site(), NOW) == "<p>Text.</p>"
    assert where_to_watch((), make_site(), NOW).notes == ()
    assert offers_fields((), make_site(), NOW) == {}


def test_hostile_words_are_escaped_once(make_site: MakeSite) -> None:
    """Whatever a name, a channel, a link or the site's own words hold stays words, and reads as it was written."""
    site = make_site()
    site = replace(site, watch=replace(site.watch, disclosure=HOSTILE))
    evil = offer(
        name=HOSTILE, former=HOSTILE, via=HOSTILE, quality=HOSTILE, url=f"https://x.example/{HOSTILE}",
        link=LinkOrigin.GIVEN, sponsored=True, region=HOSTILE, price=Price(Decimal(1), HOSTILE),
    )  # fmt: skip

    shown = where_to_watch([evil], site, NOW)
    html = "\n".join([*shown.lines, *shown.notes])
    assert html.count(ESCAPED) == 8
    assert html.count("<") == html.count(">") == 2


def test_html_is_what_a_sanitiser_would_keep(make_site: MakeSite) -> None:
    """A reader that sanitises by our own list, and keeps `rel`, changes no byte of it."""
    ended = datetime(2027, 1, 1, 6, tzinfo=UTC)
    offers = (
        offer(**GIVEN, sponsored=True, former="A 'q' \"d\" & <b>", region="US", source="tmdb"),
        apple(url=FILM_PAGE, link=LinkOrigin.SEARCH, ends=ended, via="ü \u202e &amp;"),
    )
    html = whole(REVIEW, "<p>Text.</p>", None, offers, make_site(), NOW)
    attributes = {**ATTRIBUTES, "a": ATTRIBUTES["a"] | {"rel"}}

    kept = nh3.clean(html, tags=TAGS, attributes=attributes, link_rel=None)
    # A quote in a text need not be escaped; nothing else is written in another way.
    assert kept == html.replace("&#x27;", "'").replace("&quot;", '"')


def test_offer_fields_are_texts() -> None:
    """XML attributes and JSON can say the same of an offer."""
    moment = datetime(2026, 12, 1, 6, tzinfo=UTC)
    full = offer(
        former="Vudu",
        url=FILM_PAGE,
        link=LinkOrigin.REWRITTEN,
        sponsored=True,
        price=Price(Decimal("3.50"), "EUR"),
        quality="4k",
        via="x",
        exclusive=True,
        starts=moment,
        ends=moment,
        checked=moment,
        source="x",
        region="DE",
    )

    assert offer_fields(full, NOW) == {
        "service": "fandango-at-home",
        "name": "Fandango at Home",
        "former": "Vudu",
        "kind": "rent",
        "status": "upcoming",
        "region": "DE",
        "href": FILM_PAGE,
        "link": "rewritten",
        "sponsored": "true",
        "price": "3.50",
        "currency": "EUR",
        "quality": "4k",
        "via": "x",
        "exclusive": "true",
        "from": "2026-12-01T06:00:00+00:00",
        "until": "2026-12-01T06:00:00+00:00",
        "source": "x",
        "checked": "2026-12-01T06:00:00+00:00",
    }


def test_offer_fields_hold_what_is_known_and_nothing_else() -> None:
    """What is not known of an offer is left out."""
    assert offer_fields(offer(), NOW) == {
        "service": "fandango-at-home",
        "name": "Fandango at Home",
        "kind": "rent",
        "status": "current",
        "link": "none",
    }


@pytest.mark.parametrize(
    ("made", "status"),
    [
        (offer(starts=NOW), "current"),
        (offer(starts=datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)), "upcoming"),
        (offer(ends=NOW), "expired"),
        (offer(ends=NOW, closed=True), "gone"),
    ],
)
def test_machines_are_told_where_an_offer_stands(made: Offer, status: str) -> None:
    """At the moment they are told."""
    assert offer_fields(made, NOW)["status"] == status
