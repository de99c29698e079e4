"""What a review looks like outside: safe HTML, summary, picture, offers as shown; and as fields for machines."""

from publisher.content.entry import Entry, Picture, current_offers, picture_url, present
from publisher.content.fields import (
    author_fields,
    film_fields,
    film_links,
    offer_fields,
    picture_fields,
    rating_fields,
    sparse,
)
from publisher.content.presentation import KIND_WORDS, is_around, offer_html, offer_title, rating_symbols

__all__ = [
    "KIND_WORDS",
    "Entry",
    "Picture",
    "author_fields",
    "current_offers",
    "film_fields",
    "film_links",
    "is_around",
    "offer_fields",
    "offer_html",
    "offer_title",
    "picture_fields",
    "picture_url",
    "present",
    "rating_fields",
    "rating_symbols",
    "sparse",
]
