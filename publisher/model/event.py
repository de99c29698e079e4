"""What partners are told about: the kinds of events."""

from enum import StrEnum


class EventType(StrEnum):
    """The `type` of an event; a type never changes its meaning once released."""

    PUBLISHED = "review.published"
    UPDATED = "review.updated"
    OFFERS_CHANGED = "review.offers_changed"
    RETRACTED = "review.retracted"

    @property
    def words(self) -> str:
        """Say in words what became of a review: "published", "offers changed"."""
        return self.removeprefix("review.").replace("_", " ")
