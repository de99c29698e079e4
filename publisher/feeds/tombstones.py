"""Tombstones: what tells readers that an entry they may have kept was taken back (RFC 6721)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.model import TOMBSTONE_KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.model import Review


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What is left of a review: nothing that was in it.

    Attributes:
        ref: The identity its entry had.
        when: When it was taken back; aware, in UTC.
        reason: Why, in plain text on one line; None when the editor gave none.
        language: The language of the reason, a BCP 47 tag.
    """

    ref: str
    when: datetime
    reason: str | None
    language: str


def tombstones(retracted: Iterable[Review], now: datetime) -> tuple[Tombstone, ...]:
    """Make the tombstones a feed carries at `now` (aware): the latest retraction first, ties by id."""
    found = [
        Tombstone(
            ref=review.urn,
            when=review.retracted.astimezone(UTC),
            reason=" ".join(review.reason.split()) if review.reason else None,
            language=review.language,
        )
        for review in retracted
        if review.retracted is not None and now - review.retracted.astimezone(UTC) < TOMBSTONE_KEPT
    ]
    found.sort(key=lambda tombstone: tombstone.ref)
    found.sort(key=lambda tombstone: tombstone.when, reverse=True)
    return tuple(found)
