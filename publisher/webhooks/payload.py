"""What an event says: the bytes partners receive."""

from __future__ import annotations

import base64
import hashlib
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
from publisher.ledger import Event
from publisher.watch.sources import passed_on

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from publisher.content import Entry
    from publisher.model import EventType
    from publisher.site import Site

SCHEMA_VERSION = 1


def event_id(review_id: str, sequence: int, type: EventType, body: bytes) -> str:
    """Make an event's id from what it is about and what it says.

    A, then B, then A again are three events, because the review's sequence number goes on. The body is part of it
    because a ledger that was lost counts from the beginning again: another event must not get an id that a partner
    has seen.
    """
    digest = hashlib.sha256(f"{review_id}:{sequence}:{type}:".encode() + body).digest()
    return "msg_" + base64.b32encode(digest[:20]).decode().lower()


def review_event(
    type: EventType,
    entry: Entry,
    sequence: int,
    site: Site,
    now: datetime,
    *,
    changed: Sequence[str] = (),
    offers_before: Sequence[Mapping[str, str]] | None = None,
) -> Event:
    """Make the event that a review was published, or that the fields `changed` of it were.

    Where offers are among these, `offers_before` are those that partners know; there may be none.
    """
    review = entry.review
    watch = offers_fields(passed_on(entry.offers, site), site, entry.now)
    data = {
        "schema_version": SCHEMA_VERSION,
        "sequence": sequence,
        "changed": list(changed),
        "review": sparse(
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
                "published": review.date.isoformat(),
                "updated": review.updated.isoformat() if review.updated else None,
                "correction": review.correction,
            }
        ),
        "previous": {"offers": list(offers_before)} if offers_before is not None else None,
        "feeds": site.feed_urls,
    }
    return _event(type, review.id, sequence, sparse(data), now)


def retraction_event(
    type: EventType, review_id: str, url: str, sequence: int, now: datetime, *, reason: str, at: datetime
) -> Event:
    """Make the event that a review was taken back `at` a moment; nothing of its text is said."""
    data = {
        "schema_version": SCHEMA_VERSION,
        "sequence": sequence,
        "review": {"id": f"urn:uuid:{review_id}", "url": url},
        "reason": reason,
        "retracted": at.isoformat(),
    }
    return _event(type, review_id, sequence, data, now)


def _event(type: EventType, review_id: str, sequence: int, data: dict[str, Any], now: datetime) -> Event:
    body = orjson.dumps({"type": str(type), "timestamp": now.isoformat(), "data": data})
    return Event(event_id(review_id, sequence, type, body), type, review_id, sequence, body)
