"""What the page says to programs: each review as a schema.org `Review` of a `Movie`, with the ways to watch it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from publisher.content import film_links, offer_title, rating_fields, sparse
from publisher.model import OfferKind
from publisher.values import iso
from publisher.watch.sources import attributions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from publisher.content import Entry
    from publisher.model import Film, Offer, Review
    from publisher.site import Site

# Offer.category, in Google's words for media actions where it has them.
_CATEGORIES = {
    OfferKind.RENT: "rental",
    OfferKind.BUY: "purchase",
    OfferKind.SUBSCRIPTION: "subscription",
    OfferKind.FREE: "free",
    OfferKind.ADS: "free",
    OfferKind.CINEMA: "cinema",
    OfferKind.DISC: "disc",
}
# No sign that HTML knows may stand in a script, not even within a string.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def structured_data(entries: Iterable[Entry], site: Site) -> str:
    """Write the reviews as JSON-LD that can stand between `<script>` and `</script>` as it is."""
    graph = [_review(entry, site) for entry in entries]
    return orjson.dumps({"@context": "https://schema.org", "@graph": graph}).decode().translate(_ESCAPES)


def _review(entry: Entry, site: Site) -> dict[str, Any]:
    review, picture = entry.review, entry.picture
    return sparse(
        {
            "@type": "Review",
            "@id": review.urn,
            "url": entry.url,
            "name": review.title,
            "description": entry.summary,
            "inLanguage": review.language,
            "datePublished": review.date.isoformat(),
            "dateModified": review.changed.isoformat() if review.updated else None,
            "correction": review.correction,
            "keywords": list(review.tags),
            "image": picture.url if picture else None,
            "author": [
                sparse({"@type": "Person", "name": author.name, "url": author.url})
                for author in review.authors
            ],
            "publisher": {"@type": "Organization", "name": site.title, "url": site.base_url},
            "creditText": " ".join(source.text for source in attributions(entry.offers)),
            "license": _licence(site),
            "itemReviewed": _movie(review.film, entry) if review.film else None,
            "reviewRating": _rating(review, site),
        }
    )


def _licence(site: Site) -> str | dict[str, str] | None:
    licence = site.licence
    if licence is None:
        return None
    return licence.url or {"@type": "CreativeWork", "name": licence.name}


def _rating(review: Review, site: Site) -> dict[str, Any] | None:
    if review.rating is None:
        return None
    rating = rating_fields(review.rating, site.scale)
    return {
        "@type": "Rating",
        "ratingValue": rating["value"],
        "bestRating": rating["maximum"],
        "worstRating": rating["minimum"],
    }


def _movie(film: Film, entry: Entry) -> dict[str, Any]:
    return sparse(
        {
            "@type": "Movie",
            "name": film.title,
            "alternateName": film.original_title if film.original_title != film.title else None,
            "dateCreated": str(film.year) if film.year is not None else None,
            "duration": f"PT{film.runtime}M" if film.runtime is not None else None,
            "director": [{"@type": "Person", "name": name} for name in film.directors],
            "actor": [{"@type": "Person", "name": name} for name in film.cast],
            "countryOfOrigin": [_country(code) for code in film.countries],
            "inLanguage": list(film.languages),
            "sameAs": film_links(film),
            "potentialAction": [_watch(offer, entry.now) for offer in entry.offers if offer.url],
        }
    )


def _country(code: str) -> dict[str, str]:
    country = iso.countries().get(code)
    if country is None:
        country = next(former for former in iso.former_countries() if former.code == code)
    return {"@type": "Country", "name": country.name, "identifier": code}


def _watch(offer: Offer, now: datetime) -> dict[str, Any]:
    """Say how to watch a film; the name says so where the link only searches for it, or is paid for."""
    terms = offer.terms
    return {
        "@type": "WatchAction",
        "name": offer_title(offer, now),
        "target": {"@type": "EntryPoint", "urlTemplate": offer.url},
        "expectsAcceptanceOf": sparse(
            {
                "@type": "Offer",
                "category": _CATEGORIES[terms.kind],
                "offeredBy": {"@type": "Organization", "name": offer.name},
                "price": str(terms.price.amount) if terms.price else None,
                "priceCurrency": terms.price.currency if terms.price else None,
                "eligibleRegion": {"@type": "Country", "name": terms.region} if terms.region else None,
                "availabilityStarts": terms.starts.isoformat() if terms.starts else None,
                "availabilityEnds": terms.ends.isoformat() if terms.ends else None,
            }
        ),
    }
