"""A review as fields for machines: the same names in JSON Feed and in events.

A field that is there has a value: what is not known is left out, never null, empty or zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from publisher.model import plain

if TYPE_CHECKING:
    from decimal import Decimal

    from publisher.content.entry import Picture
    from publisher.model import Author, Film, Offer, RatingScale


# Where a film is found under its identifier: the page's own address, without language, title or tracking.
_FILM_PAGES = {
    "imdb": "https://www.imdb.com/title/{}/",
    "tmdb": "https://www.themoviedb.org/movie/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
}


def sparse(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known."""
    return {key: value for key, value in fields.items() if value not in (None, "", [], {})}


def author_fields(author: Author) -> dict[str, Any]:
    """Return an author's name and address."""
    return sparse({"name": author.name, "url": author.url})


def film_fields(film: Film) -> dict[str, Any]:
    """Return what is known of a film."""
    return sparse(
        {
            "title": film.title,
            "original_title": film.original_title,
            "year": film.year,
            "directors": list(film.directors),
            "cast": list(film.cast),
            "countries": list(film.countries),
            "languages": list(film.languages),
            "runtime": film.runtime,
            "ids": dict(film.ids),
        }
    )


def film_links(film: Film) -> list[str]:
    """Return the pages about a film that its identifiers lead to (`sameAs` of schema.org).

    They are no part of `film_fields`: what was announced of a film is compared with that.
    """
    return [page.format(quote(film.ids[key])) for key, page in _FILM_PAGES.items() if key in film.ids]


def rating_fields(value: Decimal, scale: RatingScale) -> dict[str, Any]:
    """Return a rating with the scale it is given on."""
    return {
        "value": _number(value),
        "minimum": _number(scale.minimum),
        "maximum": _number(scale.maximum),
        "unit": scale.units,
        "text": scale.describe(value),
    }


def picture_fields(picture: Picture) -> dict[str, Any]:
    """Return a picture under its public address; size, width and height (pixels) only of the site's own."""
    return sparse(
        {
            "url": picture.url,
            "mime_type": picture.type,
            "size_in_bytes": picture.length,
            "width": picture.width,
            "height": picture.height,
            "alt": picture.alt,
            "credit": picture.credit,
        }
    )


def offer_fields(offer: Offer) -> dict[str, str]:
    """Return a way to see a film; every value is text, so that XML attributes and JSON say the same."""
    terms = offer.terms
    return sparse(
        {
            "service": offer.service,
            "name": offer.name,
            "kind": str(terms.kind),
            "region": terms.region,
            "href": offer.url,
            "link": str(offer.link),
            "price": str(terms.price.amount) if terms.price else None,
            "currency": terms.price.currency if terms.price else None,
            "quality": terms.quality,
            "via": terms.via,
            "exclusive": "true" if terms.exclusive else None,
            "from": terms.starts.isoformat() if terms.starts else None,
            "until": terms.ends.isoformat() if terms.ends else None,
            "source": terms.source,
            "checked": terms.checked.isoformat() if terms.checked else None,
        }
    )


def _number(value: Decimal) -> int | float:
    text = plain(value)
    return float(text) if "." in text else int(text)
