"""From what was written down to where the reader is sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.catalogue import UrlVerdict, catalogue
from publisher.model import Film, LinkOrigin, Listing, OfferKind, OfferStatus, Review, Terms
from publisher.site import load_site
from publisher.watch import attach, check_link
from tests.conftest import CONFIGURATION

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.model import Offer
    from publisher.site import Site
    from tests.conftest import MakeSite

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MATRIX = "https://athome.fandango.com/content/browse/details/The-Matrix/9254"
RENT, BUY, SUBSCRIPTION = OfferKind.RENT, OfferKind.BUY, OfferKind.SUBSCRIPTION


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a site that nobody changes."""
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "publisher.toml").write_text(CONFIGURATION, encoding="utf-8")
    return load_site(folder)


def review(
    *listings: Listing, title: str | None = "Karmalink", found: tuple[Listing, ...] = (), day: datetime = NOW
) -> Review:
    """Make a review that lists ways to see its film."""
    film = Film(title=title, original_title="កម្មលិង្គ", ids={}) if title else None
    return Review(
        id="1",
        slug="x",
        title="Another title",
        date=day,
        language="en",
        film=film,
        watch=listings,
        found=found,
    )


def listing(
    service: str,
    kind: OfferKind = RENT,
    url: str | None = None,
    *,
    region: str | None = None,
    source: str | None = None,
    quality: str | None = None,
    checked: datetime | None = None,
) -> Listing:
    """Make a listing."""
    terms = Terms(kind=kind, region=region, source=source, quality=quality, checked=checked)
    return Listing(service=service, terms=terms, url=url)


def one(review: Review, site: Site) -> Offer:
    """Return the only offer of a review."""
    (offer,) = attach(review, site)
    return offer


@pytest.mark.parametrize(
    "name", ["Vudu", "vudu", "VUDU", "FandangoNOW", "Fandango at Home", "fandango-at-home"]
)
def test_every_name_it_ever_had_leads_to_the_present_one(site: Site, name: str) -> None:
    """Readers see the name of today, and a former one is kept for those who want to know."""
    offer = one(review(listing(name)), site)

    assert (offer.service, offer.name) == ("fandango-at-home", "Fandango at Home")
    assert (offer.former is not None) == (name.lower() in {"vudu", "fandangonow"})


@pytest.mark.parametrize(
    ("kind", "service", "name"),
    [
        (RENT, "apple-tv-store", "Apple TV Store"),
        (BUY, "apple-tv-store", "Apple TV Store"),
        (SUBSCRIPTION, "apple-tv-plus", "Apple TV"),
    ],
)
def test_the_kind_decides_between_services_of_one_name(
    site: Site, kind: OfferKind, service: str, name: str
) -> None:
    """Apple TV to rent is the store; by subscription it is the subscription."""
    offer = one(review(listing("Apple TV", kind)), site)

    assert (offer.service, offer.name) == (service, name)


def test_the_day_of_the_review_decides_where_the_kind_does_not(site: Site) -> None:
    """Before the subscription took the name, only the store had it."""
    day = datetime(2024, 5, 1, tzinfo=UTC)

    assert one(review(listing("Apple TV", OfferKind.ADS), day=day), site).service == "apple-tv-store"


def test_a_given_link_leads_where_it_says(site: Site) -> None:
    """What the service needs of it stays, byte for byte."""
    url = f"{MATRIX}?a=1&b=%7e"
    offer = one(review(listing("Vudu", url=url)), site)

    assert (offer.url, offer.link, offer.sponsored) == (url, LinkOrigin.GIVEN, False)


def test_a_link_of_a_former_form_is_rewritten(site: Site) -> None:
    """An old address leads to the same film at the present host, and says that it was rewritten."""
    old = "https://www.vudu.com/content/movies/details/The-Matrix/9254"
    offer = one(review(listing("Vudu", url=old)), site)

    assert (offer.url, offer.link) == (MATRIX, LinkOrigin.REWRITTEN)


def test_other_people_s_campaigns_are_left_out(site: Site) -> None:
    """Nobody earns a commission from a link but the site itself."""
    offer = one(review(listing("Vudu", url=f"{MATRIX}?irclickid=x&utm_source=y")), site)

    assert (offer.url, offer.link) == (MATRIX, LinkOrigin.GIVEN)


AFFILIATE = '[watch.affiliates.amazon-video]\ntag = "pinnedwing-20"\nnote = "a b"\n'


def test_the_site_s_own_campaign_is_put_into_links_of_its_service(make_site: MakeSite) -> None:
    """In place of another's, behind what is there, before the fragment; searches too; readers are told."""
    site = make_site({}, more=AFFILIATE)
    film = "https://www.amazon.com/gp/video/detail/B00FZM8Z7I"
    given, search, other = attach(
        review(
            listing("Amazon Video", url=f"{film}?tag=somebody-20&th=1#about"),
            listing("Amazon Video"),
            listing("Vudu"),
        ),
        site,
    )

    assert given.url == f"{film}?th=1&tag=pinnedwing-20&note=a+b#about"
    assert str(search.url).endswith("&i=instant-video&tag=pinnedwing-20&note=a+b")
    assert (given.sponsored, search.sponsored, other.sponsored) == (True, True, False)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.amazon.com/dp/B00FZM8Z7I%2Fsomebody-20",
        "https://www.amazon.com/dp/B00FZM8Z7I?pid=somebody",
        "https://www.amazon.de/dp/B00FZM8Z7I?tag=somebody-21",
        "https://www.amazon.com/gp/video/detail/B00FZM8Z7I/../../../gp/redirect.html?location=https://films.example/",
    ],
)
def test_no_link_has_two_campaigns(make_site: MakeSite, url: str) -> None:
    """Where another's cannot be taken out, or the link may lead elsewhere, the site's own is not put in, nor sponsorship told."""
    offer = one(review(listing("Amazon Video", url=url)), make_site({}, more=AFFILIATE))

    assert (offer.url, offer.sponsored) == (url, False)


def test_a_campaign_that_hides_in_the_path_gives_way_to_the_site_s_own(make_site: MakeSite) -> None:
    """In a segment, or behind ";"."""
    site = make_site({}, more=AFFILIATE)
    for tail in ("/somebody-20", ";tag=somebody-20", "?x=1;tag=somebody-20"):
        offer = one(review(listing("Amazon Video", url=f"https://www.amazon.com/dp/B00FZM8Z7I{tail}")), site)

        assert "somebody" not in str(offer.url)
        assert str(offer.url).endswith("tag=pinnedwing-20&note=a+b")
        assert offer.sponsored


def test_the_site_s_own_campaign_stays_where_the_editor_wrote_it(make_site: MakeSite) -> None:
    """On a host that nobody verified, too; readers are told of it."""
    own = '[watch.affiliates.apple-tv-store]\nat = "1000pw"\n'
    url = "https://geo.itunes.apple.com/us/movie/x/id1234567?at="
    mine, other = attach(
        review(listing("iTunes", url=f"{url}1000pw"), listing("iTunes", url=f"{url}somebody")),
        make_site({}, more=own),
    )

    assert (mine.url, mine.sponsored) == (f"{url}1000pw", True)
    assert (other.url, other.sponsored) == (f"{url}somebody", False)


def test_a_name_of_the_site_s_own_campaign_is_not_left_to_another(make_site: MakeSite) -> None:
    """Whatever the parameter may mean elsewhere, the site says what it means at this service."""
    site = make_site({}, more='[watch.affiliates.shudder]\nPID = "mine"\n')
    url = "https://www.shudder.com/movies/watch/terrified/4436477"
    offer = one(review(listing("Shudder", SUBSCRIPTION, url=f"{url}?PID=somebody")), site)

    assert (offer.url, offer.sponsored) == (f"{url}?PID=mine", True)


def test_a_link_to_somebody_else_s_host_gets_no_campaign(make_site: MakeSite) -> None:
    """Who follows it earns the site nothing there, and nobody else is to learn of the code."""
    site = make_site({}, more=AFFILIATE)
    offer = one(review(listing("Amazon Video", url="https://films.example/1")), site)

    assert (offer.url, offer.sponsored) == ("https://films.example/1", False)


def test_without_a_link_the_search_of_the_service_stands_in(site: Site) -> None:
    """It looks for the film's title, not the review's, and is marked as a search."""
    offer = one(review(listing("Vudu"), title="Alien & <Aliens>: 50% ü"), site)

    assert offer.link is LinkOrigin.SEARCH
    assert offer.url is not None
    assert offer.url.endswith("=Alien%20%26%20%3CAliens%3E%3A%2050%25%20%C3%BC")


@pytest.mark.parametrize(
    ("service", "url"),
    [
        ("Shudder", "https://www.shudder.com/search?q=the+fog"),
        ("Internet Archive", "https://archive.org/search?query=the+fog+1980"),
        ("Mubi", "https://mubi.com/search?query=fog"),
    ],
)
def test_a_search_that_was_written_down_is_a_search(site: Site, service: str, url: str) -> None:
    """Readers are told so, wherever it comes from."""
    offer = one(review(listing(service, OfferKind.FREE, url=url)), site)

    assert (offer.url, offer.link) == (url, LinkOrigin.SEARCH)


def test_a_search_of_another_service_is_only_what_was_given(site: Site) -> None:
    """What is wrong with it is for validation to say."""
    offer = one(review(listing("Shudder", url="https://www.netflix.com/search?q=x")), site)

    assert offer.link is LinkOrigin.GIVEN


@pytest.mark.parametrize("service", ["HBO Max", "Mubi"])
def test_no_reader_is_led_to_a_search_that_nobody_verified(site: Site, service: str) -> None:
    """It may be one that the service left."""
    offer = one(review(listing(service, SUBSCRIPTION)), site)

    assert (offer.url, offer.link) == (None, LinkOrigin.NONE)


@pytest.mark.parametrize(("service", "title"), [("Kanopy", "Karmalink"), ("Vudu", None)])
def test_a_service_without_a_link_is_named_all_the_same(site: Site, service: str, title: str | None) -> None:
    """Neither a search nor a film to search for: the name stands alone."""
    offer = one(review(listing(service), title=title), site)

    assert (offer.url, offer.link) == (None, LinkOrigin.NONE)
    assert offer.name in {"Kanopy", "Fandango at Home"}


def test_terms_and_order_are_the_editors(site: Site) -> None:
    """Nothing that the editor said is changed, sorted or merged."""
    listings = (
        listing("Vudu"),
        listing("Netflix", SUBSCRIPTION),
        listing("Vudu"),
        listing("Vudu", BUY),
    )
    offers = attach(review(*listings), site)

    assert [offer.terms for offer in offers] == [one.terms for one in listings]
    assert [offer.name for offer in offers] == [
        "Fandango at Home",
        "Netflix",
        "Fandango at Home",
        "Fandango at Home",
    ]


def test_what_sources_found_follows_what_the_editor_did_not_say(site: Site) -> None:
    """The same service, kind and country is the editor's; another kind or country is news."""
    offers = attach(
        review(
            listing("Vudu", region="US"),
            found=(
                listing("fandango-at-home", region="US", source="tmdb"),
                listing("fandango-at-home", BUY, region="US", source="tmdb"),
                listing("fandango-at-home", region="CA", source="tmdb"),
                listing("no-such-service", region="US", source="tmdb"),
            ),
        ),
        site,
    )

    assert [(offer.terms.kind, offer.terms.region, offer.terms.source) for offer in offers] == [
        (RENT, "US", None),
        (BUY, "US", "tmdb"),
        (RENT, "CA", "tmdb"),
    ]


def test_an_editor_s_offer_without_a_country_stands_for_every_country(make_site: MakeSite) -> None:
    """What was found for one country adds nothing to it."""
    site = make_site({}, configuration=CONFIGURATION.replace('[watch]\nregion = "US"', ""))
    offers = attach(review(listing("Vudu"), found=(listing("fandango-at-home", region="US"),)), site)

    assert len(offers) == 1


def test_of_two_sources_the_first_is_believed(site: Site) -> None:
    """One source may know two qualities; what a second says of the same offer is left out."""
    found = (
        listing("netflix", SUBSCRIPTION, region="US", source="tmdb", quality="hd"),
        listing("netflix", SUBSCRIPTION, region="US", source="tmdb", quality="4k"),
        listing("netflix", SUBSCRIPTION, region="US", source="streaming-availability"),
    )

    assert [offer.terms.quality for offer in attach(review(found=found), site)] == ["hd", "4k"]


def test_the_offer_of_a_closed_service_is_gone_whatever_its_dates_say(make_site: MakeSite) -> None:
    """Every output leaves it out."""
    site = make_site({}, more='[services.philo]\nstatus = "closed"\n')
    offer = one(review(listing("Philo", SUBSCRIPTION)), site)

    assert offer.closed
    assert offer.status(NOW) is OfferStatus.GONE
    assert offer.status(NOW - timedelta(days=9999)) is OfferStatus.GONE


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("tmdb", False),
        ("TMDB", False),
        ("streaming-availability", True),
        ("the distributor", True),
        (None, True),
    ],
)
def test_what_may_not_be_kept_any_longer_is_not_shown(site: Site, source: str | None, *, shown: bool) -> None:
    """TMDB's terms say six months; nobody else's offers grow too old."""
    checked = datetime(2026, 1, 1, tzinfo=UTC)
    offer = one(review(listing("Shudder", SUBSCRIPTION, source=source, checked=checked)), site)

    last = checked + timedelta(days=180)
    assert offer.status(last - timedelta(seconds=1)) is OfferStatus.CURRENT
    assert offer.status(last) is (OfferStatus.CURRENT if shown else OfferStatus.EXPIRED)


def test_what_stands_for_many_services_says_so(site: Site) -> None:
    """Theaters are no service; a service is none of those."""
    assert one(review(listing("select theaters", OfferKind.CINEMA)), site).generic
    assert not one(review(listing("Vudu")), site).generic


def test_a_service_of_the_site_s_own_is_attached_like_any_other(make_site: MakeSite) -> None:
    """Its name, its search and its campaign."""
    own = """
[services.kino-klub]
name = "Kino Klub"
hosts = ["kino.example"]
search = "https://kino.example/?q={title}"

[watch.affiliates.kino-klub]
ref = "us"
"""
    offer = one(review(listing("kino klub")), make_site({}, more=own))

    assert (offer.service, offer.name) == ("kino-klub", "Kino Klub")
    assert (offer.url, offer.link) == ("https://kino.example/?q=Karmalink&ref=us", LinkOrigin.SEARCH)
    assert offer.sponsored


def test_a_review_that_lists_nothing_has_no_offers(site: Site) -> None:
    """No service is made up."""
    assert attach(review(), site) == ()


@pytest.mark.parametrize("name", ["No Such Service", "Apple TV", ""])
def test_a_name_that_is_not_one_service_is_an_error_of_the_program(site: Site, name: str) -> None:
    """Validation lets none pass; were one to come here, nobody may be sent to a guess."""
    with pytest.raises(ValueError, match="is not one service of the catalogue"):
        attach(review(listing(name, OfferKind.CINEMA)), site)


def test_only_a_link_that_was_written_down_is_checked(site: Site) -> None:
    """A search is the catalogue's own; a rewritten link was given by somebody."""
    given, rewritten, search = attach(
        review(
            listing("Vudu", url="https://films.example/"),
            listing("Vudu", url="https://www.vudu.com/content/movies/details/The-Matrix/9254"),
            listing("Vudu"),
        ),
        site,
    )

    assert [
        check and check.verdict for check in (check_link(offer, site) for offer in (given, rewritten, search))
    ] == [
        UrlVerdict.UNKNOWN_HOST,
        UrlVerdict.KNOWN_FORM,
        None,
    ]


@given(
    key=st.sampled_from(sorted(catalogue().services)),
    kind=st.sampled_from(OfferKind),
    title=st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)
def test_a_search_holds_the_whole_title(site: Site, key: str, kind: OfferKind, title: str) -> None:
    """Whatever the service and the title, a search is an https address with the title in it, percent-encoded."""
    offer = one(review(listing(key, kind), title=title), site)

    assert offer.service == key
    assert (offer.url is None) == (offer.link is LinkOrigin.NONE)
    if offer.url is not None:
        assert offer.link is LinkOrigin.SEARCH
        assert urlsplit(offer.url).scheme == "https"
        assert offer.url.isascii()
        assert title in unquote(offer.url)
