"""Words that other programs use for our keys, for a post's status or an offer's kind, and which of ours they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest
from publisher.model import OfferKind, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_STATUSES = {
    Status.DRAFT: "wip pending review idea private hidden unpublished unlisted",
    Status.READY: "published publish public live final finished done scheduled schedule future",
    Status.RETRACTED: "deleted delete removed remove withdrawn revoked",
}
_KINDS = {
    OfferKind.RENT: "rental renting rentals tvod hire",
    OfferKind.BUY: "purchase sale own est download sell",
    OfferKind.SUBSCRIPTION: "stream streaming streams svod flatrate included membership",
    OfferKind.FREE: "gratis library publicdomain fvod",
    OfferKind.ADS: "avod fast adsupported freewithads withads",
    OfferKind.CINEMA: "theater theaters theatre theatres theatrical theatrically cinemas screening",
    OfferKind.DISC: "dvd bluray bd uhd 4k 4kuhd vhs laserdisc physical homevideo disk",
}


def _ours(words: Mapping[str, str] | Mapping[Status, str] | Mapping[OfferKind, str]) -> dict[str, str]:
    return {other: str(own) for own, others in words.items() for other in others.split()}


KEYS = _ours(
    {
        "id": "uuid guid",
        "slug": "permalink url path",
        "date": "published publishdate publishedat pubdate datepublished created createdat",
        "updated": "lastmod lastmodified lastmodifiedat modified datemodified",
        "status": "draft state",
        "previous": "aliases redirectfrom redirects oldurls",
        "author": "byline by writer reviewer",
        "language": "lang locale",
        "summary": "description excerpt abstract teaser standfirst dek subtitle",
        "tags": "categories category keywords topics genres genre",
        "film": "movie",
        "rating": "score stars grade butterflies",
        "image": "cover thumbnail featuredimage banner picture photo poster",
        "watch": "offers streaming wheretowatch availability providers",
    }
)
FILM_KEYS = _ours(
    {
        "title": "name",
        "original_title": "originaltitle aka",
        "year": "released release releaseyear",
        "cast": "actors actor starring stars",
        "runtime": "length duration minutes",
        "ids": "imdb imdbid tmdb tmdbid wikidata",
    }
)
IMAGE_KEYS = _ours(
    {"src": "url path file source href", "alt": "description alttext text", "credit": "author by"}
)
OFFER_KEYS = _ours(
    {
        "service": "provider platform name store",
        "kind": "type monetization",
        "url": "link href",
        "region": "country territory",
        "price": "cost amount",
        "quality": "resolution format",
        "from": "start since starts begins",
        "until": "end ends expires to",
    }
)


_OURS = {Status: _ours(_STATUSES), OfferKind: _ours(_KINDS)}


def meant(written: str, kind: type[Status | OfferKind]) -> str | None:
    """Return the word of ours that is meant by another, or by a misspelt one."""
    ours = _OURS[kind]
    folded = "".join(char for char in written.casefold() if char.isalnum())
    known: Iterable[str] = map(str, kind)
    return ours.get(folded) or nearest(written, known) or ours.get(nearest(folded, ours, likeness=0.8) or "")
