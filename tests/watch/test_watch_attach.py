"""From what the editor wrote to where the reader is sent."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import catalogue
from publisher.model import Film, LinkOrigin, Listing, OfferKind, Review, Terms
from publisher.watch import attach

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def review(*listings: Listing, title: str | None = "Karmalink") -> Review:
    """Make a review that lists ways to see its film."""
    film = Film(title=title, original_title="កម្មលិង្គ", ids={}) if title else None
    return Review(id="1", slug="x", title="Another title", date=NOW, language="en", film=film, watch=listings)


def listing(service: str, kind: OfferKind = OfferKind.RENT, url: str | None = None) -> Listing:
    """Make a listing."""
    return Listing(service=service, terms=Terms(kind=kind), url=url)


@pytest.mark.parametrize(
    "name", ["Vudu", "vudu", "VUDU", "FandangoNOW", "Fandango at Home", "fandango-at-home"]
)
def test_every_name_it_ever_had_leads_to_the_present_one(name: str) -> None:
    """Readers see the name of today, and a former one is kept for those who want to know."""
    (offer,) = attach(review(listing(name)))
    assert (offer.service, offer.name) == ("fandango-at-home", "Fandango at Home")
    assert (offer.former is not None) == (name.lower() in {"vudu", "fandangonow"})


@pytest.mark.parametrize(
    ("kind", "service"),
    [
        (OfferKind.RENT, "apple-tv-store"),
        (OfferKind.BUY, "apple-tv-store"),
        (OfferKind.SUBSCRIPTION, "apple-tv-plus"),
    ],
)
def test_the_kind_decides_between_services_of_one_name(kind: OfferKind, service: str) -> None:
    """Apple TV to rent is the store; by subscription it is the subscription."""
    (offer,) = attach(review(listing("Apple TV", kind)))
    assert (offer.service, offer.name) == (service, "Apple TV")


def test_a_given_link_is_kept_as_it_is() -> None:
    """Even one of an old host: the editor gave it, and validation has had its say."""
    url = "https://www.vudu.com/content/movies/details/Karmalink/1?a=1&b=2"
    (offer,) = attach(review(listing("Vudu", url=url)))
    assert (offer.url, offer.link) == (url, LinkOrigin.GIVEN)


def test_without_a_link_the_search_of_the_service_stands_in() -> None:
    """It looks for the film's title, not the review's, and is marked as a search."""
    (offer,) = attach(review(listing("Vudu"), title="Alien & <Aliens>: 50% ü"))
    assert offer.link is LinkOrigin.SEARCH
    assert offer.url is not None
    assert offer.url.endswith("=Alien%20%26%20%3CAliens%3E%3A%2050%25%20%C3%BC")


@pytest.mark.parametrize(("service", "title"), [("Kanopy", "Karmalink"), ("Vudu", None)])
def test_a_service_without_a_link_is_named_all_the_same(service: str, title: str | None) -> None:
    """Neither a search nor a film to search for: the name stands alone."""
    (offer,) = attach(review(listing(service), title=title))
    assert (offer.url, offer.link) == (None, LinkOrigin.NONE)
    assert offer.name in {"Kanopy", "Fandango at Home"}


def test_terms_and_order_are_the_editors() -> None:
    """Nothing that the editor said is changed, sorted or merged."""
    listings = (
        listing("Vudu"),
        listing("Netflix", OfferKind.SUBSCRIPTION),
        listing("Vudu"),
        listing("Vudu", OfferKind.BUY),
    )
    offers = attach(review(*listings))
    assert [offer.terms for offer in offers] == [one.terms for one in listings]
    assert [offer.name for offer in offers] == [
        "Fandango at Home",
        "Netflix",
        "Fandango at Home",
        "Fandango at Home",
    ]


def test_a_review_that_lists_nothing_has_no_offers() -> None:
    """No service is made up."""
    assert attach(review()) == ()


@pytest.mark.parametrize("name", ["No Such Service", "Apple TV", ""])
def test_a_name_that_is_not_one_service_is_an_error_of_the_program(name: str) -> None:
    """Validation lets none pass; were one to come here, nobody may be sent to a guess."""
    with pytest.raises(ValueError, match="is not one service of the catalogue"):
        attach(review(listing(name, OfferKind.CINEMA)))


@given(
    st.sampled_from(sorted(catalogue.services())),
    st.sampled_from(OfferKind),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=30),
)
def test_a_search_holds_the_whole_title(key: str, kind: OfferKind, title: str) -> None:
    """Whatever the service and the title, a search is an https address with the title in it, percent-encoded."""
    (offer,) = attach(review(listing(key, kind), title=title))
    assert offer.service == key
    assert (offer.url is None) == (offer.link is LinkOrigin.NONE)
    if offer.url is not None:
        assert offer.link is LinkOrigin.SEARCH
        assert urlsplit(offer.url).scheme == "https"
        assert offer.url.isascii()
        assert title in unquote(offer.url)
