"""What the project talks about: reviews, films, ratings, offers. Pure data and pure functions."""

from publisher.model.event import REVIEW_EVENTS, EventType, types_sent
from publisher.model.offer import LinkOrigin, Listing, Offer, OfferKind, OfferStatus, Price, Terms
from publisher.model.review import (
    TOMBSTONE_KEPT,
    Author,
    Film,
    Image,
    RatingScale,
    Review,
    Status,
    Visibility,
    as_of,
    plain,
    visibility,
)

__all__ = [
    "REVIEW_EVENTS",
    "TOMBSTONE_KEPT",
    "Author",
    "EventType",
    "Film",
    "Image",
    "LinkOrigin",
    "Listing",
    "Offer",
    "OfferKind",
    "OfferStatus",
    "Price",
    "RatingScale",
    "Review",
    "Status",
    "Terms",
    "Visibility",
    "as_of",
    "plain",
    "types_sent",
    "visibility",
]
