"""What a review looks like outside: safe HTML, summary, picture, offers as shown; and as fields for machines."""

from publisher.content.entry import Entry, Picture, current_offers, picture_url, present
from publisher.content.fields import (
    author_fields,
    film_fields,
    film_links,
    offer_fields,
    offers_fields,
    picture_fields,
    rating_fields,
    sparse,
)
from publisher.content.offers import KIND_WORDS, WhereToWatch, disclosure, offer_title, where_to_watch
from publisher.content.presentation import is_around, rating_symbols

__all__ = [
    "KIND_WORDS",
    "Entry",
    "Picture",
    "WhereToWatch",
    "author_fields",
    "current_offers",
    "disclosure",
    "film_fields",
    "film_links",
    "is_around",
    "offer_fields",
    "offer_title",
    "offers_fields",
    "picture_fields",
    "picture_url",
    "present",
    "rating_fields",
    "rating_symbols",
    "sparse",
    "where_to_watch",
]
