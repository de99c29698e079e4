"""What the posts say is to happen later: reviews that go live, are updated or are taken back at a moment to come."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from publisher.model import Status, Visibility, visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from publisher.model import Review
    from publisher.posts import Post


class Turn(StrEnum):
    """What happens to a review at a moment."""

    LIVE = "live"
    UPDATED = "updated"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Appointment:
    """Something that happens to a review at a moment (aware)."""

    turn: Turn
    at: datetime
    review: Review


def appointments(posts: Iterable[Post], now: datetime) -> tuple[Appointment, ...]:
    """Return what happens after `now` (aware), the next first; a draft has no appointments."""
    found = [
        Appointment(turn, at, post.review)
        for post in posts
        for turn, at in _turns(post.review)
        if at > now and visibility(post.review, at) is _THEN[turn]
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.review.id, one.turn)))


def _turns(review: Review) -> Iterator[tuple[Turn, datetime]]:
    yield Turn.LIVE, review.date
    if review.updated is not None:
        yield Turn.UPDATED, review.updated
    if review.status is Status.RETRACTED and review.retracted is not None:
        yield Turn.RETRACTED, review.retracted


# Otherwise it does not come to it: the review is a draft, or was taken back before.
_THEN = {
    Turn.LIVE: Visibility.LIVE,
    Turn.UPDATED: Visibility.LIVE,
    Turn.RETRACTED: Visibility.RETRACTED,
}
