"""What the page says to programs: schema.org reviews of films, field by field."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.pages.structured_data import structured_data
from tests.feeds.feeds_sites import CONFIGURATION, HOSTILE_TITLES, hostile_posts, identity, post, write_site
from tests.pages.built_pages import build_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import MakeSite

FILM = """
author: odd
tags: [a & b, war]
language: en-GB
summary: What it is <about>.
updated: 2024-05-01T08:00-05:00
correction: It was not 1 < 2.
film:
  title: Nosferatu
  original_title: Nosferatu, eine Symphonie des Grauens
  year: 1922
  directors: [F. W. Murnau]
  cast: [Max Schreck, Greta Schröder]
  countries: [DE]
  languages: [de]
  runtime: 94
  ids: {imdb: tt0013442, tmdb: 653, wikidata: Q151895}
rating: 3.5
image:
  src: images/a b.png
  alt: A picture
watch:
  - service: Vudu
    kind: rent
    price: 3.99 USD
    url: https://athome.fandango.com/content/browse/search?searchString=Nosferatu
    from: 2024-01-01
    until: 2030-01-01
  - service: Apple TV
    kind: rent
    region: GB
  - service: Kanopy
    kind: free
  - service: Blu-ray
    kind: disc
"""


def test_a_review_is_told_field_by_field(tmp_path: Path) -> None:
    """Say everything that is known of review, film, rating and ways to watch, and nothing that is not."""
    page = build_page(write_site(tmp_path, {"a.md": post(0, "A wind gets in", more=FILM)}))
    (review,) = page.reviews
    film = review.pop("itemReviewed")
    watch = film.pop("potentialAction")

    assert review == {
        "@type": "Review",
        "@id": f"urn:uuid:{identity(0)}",
        "url": "https://reviews.example/reviews/a/",
        "name": "A wind gets in",
        "description": "What it is <about>.",
        "inLanguage": "en-GB",
        "datePublished": "2024-03-01T15:00:00+00:00",
        "dateModified": "2024-05-01T13:00:00+00:00",
        "correction": "It was not 1 < 2.",
        "keywords": ["a & b", "war"],
        "image": "https://cdn.example/im%20ages/a%20b.png",
        "author": [
            {
                "@type": "Person",
                "name": "O’Neil & <Sons>, 朝霧 ]]>",
                "url": "https://reviews.example/authors/odd?a=1&b=2",
            }
        ],
        "publisher": {
            "@type": "Organization",
            "name": "Wing & <b>Pin</b>",
            "url": "https://reviews.example/",
        },
        "license": "https://reviews.example/licence?a=1&b=2",
        "reviewRating": {"@type": "Rating", "ratingValue": 3.5, "bestRating": 5, "worstRating": 0},
    }
    assert film == {
        "@type": "Movie",
        "name": "Nosferatu",
        "alternateName": "Nosferatu, eine Symphonie des Grauens",
        "dateCreated": "1922",
        "duration": "PT94M",
        "director": [{"@type": "Person", "name": "F. W. Murnau"}],
        "actor": [
            {"@type": "Person", "name": "Max Schreck"},
            {"@type": "Person", "name": "Greta Schröder"},
        ],
        "countryOfOrigin": [
            {"@type": "Country", "name": "Germany", "identifier": "DE"},
        ],
        "inLanguage": ["de"],
        "sameAs": [
            "https://www.imdb.com/title/tt0013442/",
            "https://www.themoviedb.org/movie/653",
            "https://www.wikidata.org/wiki/Q151895",
        ],
    }
    assert watch == [
        {
            "@type": "WatchAction",
            "name": "Rent: Fandango at Home (US), search",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": "https://athome.fandango.com/content/browse/search?searchString=Nosferatu",
            },
            "expectsAcceptanceOf": {
                "@type": "Offer",
                "category": "rental",
                "offeredBy": {"@type": "Organization", "name": "Fandango at Home"},
                "price": "3.99",
                "priceCurrency": "USD",
                "eligibleRegion": {"@type": "Country", "name": "US"},
                "availabilityStarts": "2024-01-01T06:00:00+00:00",
                "availabilityEnds": "2030-01-02T06:00:00+00:00",
            },
        },
        {
            "@type": "WatchAction",
            "name": "Rent: Apple TV Store (GB), search",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": "https://tv.apple.com/search?term=Nosferatu",
            },
            "expectsAcceptanceOf": {
                "@type": "Offer",
                "category": "rental",
                "offeredBy": {"@type": "Organization", "name": "Apple TV Store"},
                "eligibleRegion": {"@type": "Country", "name": "GB"},
            },
        },
    ]


OFFERS = """
film: {title: "</script><b>Alien & Co"}
watch:
  - service: Vudu
    kind: rent
    url: https://www.vudu.com/content/movies/details/The-Matrix/9254
    from: 2030-01-01
    source: tmdb
    via: </script><b>
  - {service: Kanopy, kind: free, url: "https://www.kanopy.com/en/product/1", until: 2020-01-01}
  - {service: Shudder, kind: subscription, price: 5.99 USD}
  - {service: theaters, kind: cinema, from: 2030-01-01}
"""
#: The properties that schema.org gives the types that ways to watch are told in, their own and inherited, as far as used.
SCHEMA = {
    "WatchAction": {"name", "target", "expectsAcceptanceOf"},
    "EntryPoint": {"urlTemplate"},
    "Offer": {
        "category", "offeredBy", "price", "priceCurrency", "eligibleRegion", "availabilityStarts", "availabilityEnds",
    },
    "Organization": {"name"},
    "Country": {"name"},
}  # fmt: skip


def typed(value: object) -> Iterator[dict[str, object]]:
    """Yield every object within a value."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from typed(inner)


def test_ways_to_watch_keep_to_schema_org(tmp_path: Path) -> None:
    """Types and properties that there are, a price with its currency, dates that programs read, and an address."""
    site = write_site(tmp_path, {"a.md": post(0, "One", more=FILM), "b.md": post(1, "Two", more=OFFERS)})
    reviews = build_page(site).reviews
    actions = [action for review in reviews for action in review["itemReviewed"]["potentialAction"]]

    assert len(actions) == 4
    for found in typed(actions):
        assert set(found) - {"@type"} <= SCHEMA[str(found["@type"])]
    for action in actions:
        assert {"@type", "name", "target", "expectsAcceptanceOf"} == set(action)
        assert urlsplit(action["target"]["urlTemplate"]).scheme == "https"
        offer = action["expectsAcceptanceOf"]
        # In the words of Google's media actions.
        assert offer["category"] in {"free", "subscription", "rental", "purchase"}
        assert ("price" in offer) == ("priceCurrency" in offer)
        for key in ("availabilityStarts", "availabilityEnds"):
            assert key not in offer or datetime.fromisoformat(offer[key]).tzinfo


def test_offers_are_told_as_they_stand(tmp_path: Path) -> None:
    """An ended one is gone, one to come has its date, one that is paid for and one that is a search say so."""
    affiliates = '[watch.affiliates.fandango-at-home]\ntag = "<b>&"\n'
    site = write_site(tmp_path, {"a.md": post(0, "One", more=OFFERS)}, f"{CONFIGURATION}\n{affiliates}")
    page = build_page(site)
    (review,) = page.reviews

    actions = review["itemReviewed"]["potentialAction"]
    assert [action["name"] for action in actions] == [
        "Rent: Fandango at Home (US), from 2030-01-01, sponsored",
        "Stream: Shudder (US), search, sponsored",
    ]
    assert actions[0]["target"]["urlTemplate"] == (
        "https://athome.fandango.com/content/browse/details/The-Matrix/9254?tag=%3Cb%3E%26"
    )
    assert actions[0]["expectsAcceptanceOf"]["availabilityStarts"] == "2030-01-01T06:00:00+00:00"
    assert "TMDB" in review["creditText"]
    assert not {"<", ">", "&"} & set(structured_data(page.entries, page.site))


def test_what_is_not_known_is_not_said(make_site: MakeSite) -> None:
    """Leave out rating, film, licence and changes where there are none."""
    (review,) = build_page(make_site({"a.md": post(0, "Plain")})).reviews

    assert review.keys() == {
        "@type", "@id", "url", "name", "description", "inLanguage", "datePublished", "author", "publisher",
    }  # fmt: skip


def test_a_country_that_is_no_more_has_a_name(make_site: MakeSite) -> None:
    """Name the country that an old film came from."""
    film = "film: {title: Stalker, year: 1979, countries: [SU]}"
    (review,) = build_page(make_site({"a.md": post(0, "The Zone", more=film)})).reviews

    assert review["itemReviewed"]["countryOfOrigin"] == [
        {"@type": "Country", "name": "USSR", "identifier": "SU"}
    ]


def test_a_licence_without_an_address_is_named(tmp_path: Path) -> None:
    """Give the licence's name where it has no page."""
    configuration = CONFIGURATION.replace('url = "https://reviews.example/licence?a=1&b=2"\n', "")
    (review,) = build_page(write_site(tmp_path, {"a.md": post(0, "Plain")}, configuration)).reviews

    assert review["license"] == {"@type": "CreativeWork", "name": "CC BY & <more>"}


def test_no_text_ends_the_script(tmp_path: Path) -> None:
    """Leave no sign that HTML knows in the script, and say every title as it was written."""
    page = build_page(write_site(tmp_path, hostile_posts()))
    script = structured_data(page.entries, page.site)

    assert not {"<", ">", "&"} & set(script)
    assert set(HOSTILE_TITLES) <= {review["name"] for review in page.reviews}
    assert [review["@id"] for review in page.reviews] == [entry.review.urn for entry in page.entries]


def test_the_worst_rating_is_a_rating(tmp_path: Path) -> None:
    """Say a rating of nothing, which is not no rating."""
    page = build_page(write_site(tmp_path, hostile_posts()))
    rating = next(review["reviewRating"] for review in page.reviews if review["name"] == "Rated nothing")

    assert rating == {"@type": "Rating", "ratingValue": 0, "bestRating": 5, "worstRating": 0}
