"""A review as fields for machines: the same names in JSON Feed and in events.

A field that is there has a value: what is not known is left out, never null, empty or zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from publisher.content.offers import disclosure
from publisher.model import plain
from publisher.watch.sources import attributions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from decimal import Decimal

    from publisher.content.entry import Picture
    from publisher.model import Author, Film, Offer, RatingScale
    from publisher.site import Site


# Where a film is found under its identifier: the page's own address, without language, title or tracking.
_FILM_PAGES = {
    "imdb": "https://www.imdb.com/title/{}/",
    "tmdb": "https://www.themoviedb.org/movie/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
}


def sparse(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known: None, and what is empty. Zero is known, and so is False."""
    return {key: value for key, value in fields.items() if value or value == 0}


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


def offer_fields(offer: Offer, now: datetime) -> dict[str, str]:
    """Return a way to see a film as it stands at `now` (aware).

    Every value is text, so that XML attributes and JSON say the same.
    """
    terms = offer.terms
    return sparse(
        {
            "service": offer.service,
            "name": offer.name,
            "former": offer.former,
            "kind": str(terms.kind),
            "status": str(offer.status(now)),
            "region": terms.region,
            "href": offer.url,
            "link": str(offer.link),
            "sponsored": "true" if offer.sponsored else None,
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


def offers_fields(offers: Sequence[Offer], site: Site, now: datetime) -> dict[str, Any]:
    """Return the ways to see a film, and what has to be said wherever they are shown; nothing where there are none."""
    return sparse(
        {
            "offers": [offer_fields(offer, now) for offer in offers],
            "attributions": [{"text": one.text, "url": one.url} for one in attributions(offers)],
            "disclosure": disclosure(offers, site),
        }
    )


def _number(value: Decimal) -> int | float:
    text = plain(value)
    return float(text) if "." in text else int(text)
