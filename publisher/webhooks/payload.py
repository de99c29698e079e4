"""What an event says: the bytes partners receive."""

from __future__ import annotations

import base64
import hashlib
import secrets
from datetime import UTC
from typing import TYPE_CHECKING, Any

import orjson

from publisher.content import (
    author_fields,
    film_fields,
    offers_fields,
    picture_fields,
    rating_fields,
    sparse,
)
from publisher.content.presentation import whole
from publisher.ledger import Event
from publisher.model import EventType
from publisher.watch.sources import passed_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from publisher.content import Entry
    from publisher.site import Site

SCHEMA_VERSION = 1
#: No body has more bytes than this (the Standard Webhooks specification asks for less than 20 kB).
BODY_LIMIT = 20_000


def event_id(review_id: str, sequence: int, type: EventType, body: bytes) -> str:
    """Make an event's id from what it is about and what it says.

    A, then B, then A again are three events, because the review's sequence number goes on. The body is part of it
    because a ledger that was lost counts from the beginning again: another event must not get an id that a partner
    has seen.
    """
    return _written_id(hashlib.sha256(f"{review_id}:{sequence}:{type}:".encode() + body).digest()[:20])


def review_event(  # noqa: PLR0913 - which event it is, and what there was before
    type: EventType,
    entry: Entry,
    sequence: int,
    site: Site,
    now: datetime,
    *,
    changed: Sequence[str] = (),
    offers_before: Sequence[Mapping[str, str]] | None = None,
    url_before: str | None = None,
) -> Event:
    """Make the event that a review was published, or that the fields `changed` of it were.

    Where an endpoint of the site asked for the whole text, the event has a second body with it. A body that would have
    more than 20,000 bytes leaves the text out, and says so; where that is not enough, it is thin: it names the review,
    and says no more than what changed, and where the rest is found.

    Args:
        type: What became of the review.
        entry: The review.
        sequence: Counts the review's events, from 1.
        site: The site.
        now: When it is announced; aware.
        changed: The fields that changed, in the order in which they are told.
        offers_before: Where offers are among these, those that partners know; there may be none.
        url_before: Where its address is among these, the one that partners know.
    """
    review = _review_fields(entry, site)
    before = {
        **({"url": url_before} if url_before is not None else {}),
        **({"offers": list(offers_before)} if offers_before is not None else {}),
    }
    about = {"schema_version": SCHEMA_VERSION, "sequence": sequence, "changed": list(changed)}
    feeds = {"feeds": site.feed_urls}
    summary = sparse({**about, "review": review, "previous": before, **feeds})
    thin = sparse(
        {
            **about,
            "thin": True,
            "review": {key: review[key] for key in _NAMED if key in review},
            "previous": {key: before[key] for key in ("url",) if key in before},
            **feeds,
        }
    )
    body = _fitting(type, now, summary, thin)
    full = None
    if any(endpoint.full for endpoint in site.endpoints):
        content = {"review": {**review, "content_html": _content(entry, site)}}
        full = _fitting(type, now, {**summary, **content}, {**summary, "content_omitted": True}, thin)
    key = event_id(entry.review.id, sequence, type, body)
    return Event(key, type, entry.review.id, sequence, body, full if full != body else None)


def retraction_event(
    type: EventType, review_id: str, url: str, sequence: int, now: datetime, *, reason: str, at: datetime
) -> Event:
    """Make the event that a review was taken back `at` a moment; nothing of its text is said."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "sequence": sequence,
        "review": {"id": f"urn:uuid:{review_id}", "url": url},
        "reason": reason,
        "retracted": _rfc3339(at),
    }
    body = _fitting(type, now, data)
    return Event(event_id(review_id, sequence, type, body), type, review_id, sequence, body)


def ping_event(now: datetime) -> Event:
    """Make an event that tells of no review, to see whether events arrive; each has an id of its own."""
    body = _fitting(EventType.PING, now, {"schema_version": SCHEMA_VERSION})
    return Event(_written_id(secrets.token_bytes(20)), EventType.PING, "", 0, body)


# What even a thin event says of a review.
_NAMED = ("id", "url", "title", "published", "updated")


def _review_fields(entry: Entry, site: Site) -> dict[str, Any]:
    review = entry.review
    watch = offers_fields(passed_on(entry.offers, site), site, entry.now)
    return sparse(
        {
            "id": review.urn,
            "url": entry.url,
            "title": review.title,
            "summary": entry.summary,
            "language": review.language,
            "authors": [author_fields(author) for author in review.authors],
            "tags": list(review.tags),
            "film": film_fields(review.film) if review.film else None,
            "rating": rating_fields(review.rating, site.scale) if review.rating is not None else None,
            "image": picture_fields(entry.picture) if entry.picture else None,
            "offers": watch.get("offers"),
            "offers_attributions": watch.get("attributions"),
            "offers_disclosure": watch.get("disclosure"),
            "published": _rfc3339(review.date),
            "updated": _rfc3339(review.updated) if review.updated else None,
            "correction": review.correction,
        }
    )


def _content(entry: Entry, site: Site) -> str:
    """Return what feeds show of a review, without offers that may be shown to the site's own readers only."""
    offers = passed_on(entry.offers, site)
    return whole(entry.review, entry.text, entry.picture, offers, site, entry.now)


def _fitting(type: EventType, now: datetime, *forms: Mapping[str, Any]) -> bytes:
    """Write the first of an event's forms whose body is not too large; the last, if none is."""
    for data in forms:
        # Strict UTF-8, without a byte order mark; a lone surrogate is an error.
        body = orjson.dumps({"type": str(type), "timestamp": _rfc3339(now), "data": data})
        if len(body) <= BODY_LIMIT:
            break
    return body


def _rfc3339(moment: datetime) -> str:
    """Write a moment in UTC: offsets of early time zones have seconds, which RFC 3339 has no place for."""
    return moment.astimezone(UTC).isoformat()


def _written_id(unique: bytes) -> str:
    return "msg_" + base64.b32encode(unique).decode().lower()
