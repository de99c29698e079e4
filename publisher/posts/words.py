"""Words that other programs use for our keys and for a post's status, and which of ours they mean."""

from __future__ import annotations

from publisher.model import Status
from publisher.values.choices import Choice

STATUSES = Choice(
    Status,
    {
        Status.DRAFT: "wip pending review idea private hidden unpublished unlisted",
        Status.READY: "published publish public live final finished done scheduled schedule future",
        Status.RETRACTED: "deleted delete removed remove withdrawn revoked",
    },
    helps={Status.READY: "the date says when a ready post is published"},
)


def _ours(words: dict[str, str]) -> dict[str, str]:
    return {other: own for own, others in words.items() for other in others.split()}


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
