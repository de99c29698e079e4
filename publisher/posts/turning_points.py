"""The moments at which something else is to be said or shown of a review, though nobody changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.model import TOMBSTONE_KEPT
from publisher.posts.offer_sources import kept_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from publisher.model import Review


def turning_points(review: Review) -> Iterator[datetime]:
    """Return every moment that rules, feeds and pages compare the present with, as far as a review names it; unsorted."""
    yield review.date
    if review.updated is not None:
        yield review.updated
    if review.retracted is not None:
        yield review.retracted
        yield review.retracted + TOMBSTONE_KEPT
    for listing in (*review.watch, *review.found):
        terms = listing.terms
        for moment in (terms.starts, terms.ends, terms.checked, kept_until(terms.source, terms.checked)):
            if moment is not None:
                yield moment


def span_around(now: datetime, moments: Iterator[datetime]) -> tuple[datetime | None, datetime | None]:
    """Return from when and up to when no moment passes: the last one at or before `now`, and the next; None for never."""
    before = after = None
    for moment in moments:
        if moment <= now:
            before = moment if before is None or moment > before else before
        else:
            after = moment if after is None or moment < after else after
    return before, after


def within(now: datetime, since: datetime | None, until: datetime | None) -> bool:
    """Tell whether a moment lies in a span."""
    return (since is None or since <= now) and (until is None or now < until)
