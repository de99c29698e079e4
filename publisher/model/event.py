"""What partners are told about: the kinds of events."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class EventType(StrEnum):
    """The `type` of an event; a type never changes its meaning once released."""

    PUBLISHED = "review.published"
    UPDATED = "review.updated"
    MOVED = "review.moved"
    OFFERS_CHANGED = "review.offers_changed"
    RETRACTED = "review.retracted"
    #: A try whether events arrive; it tells of no review, and nobody asks for it.
    PING = "ping"

    @property
    def words(self) -> str:
        """Say in words what became of a review: "published", "offers changed"."""
        return self.removeprefix("review.").replace("_", " ")


#: The types that tell of reviews: those an endpoint can ask for.
REVIEW_EVENTS: tuple[EventType, ...] = tuple(kind for kind in EventType if kind is not EventType.PING)


def types_sent(asked: Iterable[EventType]) -> frozenset[EventType]:
    """Return the types that an endpoint gets which asked for some.

    Who wants to know what changed has to know the new address, too: `review.updated` brings `review.moved` along. It
    told of moves itself before there was a type for them, and lists of types from then name only that one.
    """
    types = frozenset(asked)
    return types | {EventType.MOVED} if EventType.UPDATED in types else types
