"""JSON Feed 1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from publisher.content import author_fields, film_fields, offer_fields, picture_fields, rating_fields, sparse
from publisher.feeds.vocabulary import ABOUT
from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from publisher.content import Entry, Picture
    from publisher.feeds.document import Heading
    from publisher.site import Site

VERSION = "https://jsonfeed.org/version/1.1"


class JsonDocument:
    """The feed as JSON Feed 1.1; items are indented as `json.tool` would."""

    name = FEED_NAMES["json"]

    def __init__(self, site: Site, heading: Heading) -> None:
        self._site = site
        self._heading = heading
        self._first = True

    def head(self) -> bytes:
        """Return everything before the first item."""
        heading = sparse(
            {
                "version": VERSION,
                "title": self._heading.title,
                "home_page_url": self._site.base_url,
                "feed_url": self._site.feeds_url + self.name,
                "description": self._heading.description,
                "language": self._site.language,
                "authors": [{"name": self._site.title, "url": self._site.base_url}],
            }
        )
        shell = orjson.dumps(heading, option=orjson.OPT_INDENT_2)
        return shell.removesuffix(b"\n}") + b',\n  "items": ['

    def entry(self, entry: Entry) -> bytes:
        """Return one item."""
        item = orjson.dumps(item_fields(entry, self._site), option=orjson.OPT_INDENT_2)
        comma = b"" if self._first else b","
        self._first = False
        # Line ends within strings are escaped: every line here is one of the layout.
        return comma + b"\n    " + item.replace(b"\n", b"\n    ")

    def tail(self) -> bytes:
        """Return everything after the last item."""
        return b"]\n}\n" if self._first else b"\n  ]\n}\n"


def item_fields(entry: Entry, site: Site) -> dict[str, Any]:
    """Return an item: objects, lists, texts and numbers as JSON has them."""
    review, picture = entry.review, entry.picture
    return sparse(
        {
            "id": review.urn,
            "url": entry.url,
            "title": review.title,
            "content_html": entry.html,
            "summary": entry.summary,
            "image": picture.url if picture else None,
            "date_published": review.date.isoformat(),
            "date_modified": review.changed.isoformat(),
            "authors": [author_fields(author) for author in review.authors],
            "tags": list(review.tags),
            "language": review.language,
            "attachments": [_attachment(picture)] if picture and picture.type else None,
            "_review": _review(entry, site),
            "_watch": {"about": ABOUT, "offers": [offer_fields(offer) for offer in entry.offers]}
            if entry.offers
            else None,
        }
    )


def _attachment(picture: Picture) -> dict[str, Any]:
    return sparse(
        {
            "url": picture.url,
            "mime_type": picture.type,
            "title": picture.alt,
            "size_in_bytes": picture.length,
        }
    )


def _review(entry: Entry, site: Site) -> dict[str, Any]:
    review = entry.review
    return sparse(
        {
            "about": ABOUT,
            "film": film_fields(review.film) if review.film else None,
            "rating": rating_fields(review.rating, site.scale) if review.rating is not None else None,
            "correction": review.correction,
            "image": picture_fields(entry.picture) if entry.picture else None,
        }
    )
