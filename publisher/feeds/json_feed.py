"""JSON Feed 1.1."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from publisher.channels import ChannelKind
from publisher.channels.channel import feed_file
from publisher.content import (
    author_fields,
    film_fields,
    film_links,
    offers_fields,
    picture_fields,
    rating_fields,
    sparse,
)
from publisher.feeds.vocabulary import ABOUT, ABOUT_OFFERS

if TYPE_CHECKING:
    from publisher.content import Entry, Picture
    from publisher.feeds.document import Form, Heading
    from publisher.feeds.drafts import Draft
    from publisher.model import Film
    from publisher.site import Site

VERSION = "https://jsonfeed.org/version/1.1"


class _Json:
    """JSON Feed 1.1; items are indented as `json.tool` would."""

    key = "json"
    separator = b","

    def shell(self, site: Site, heading: Heading, *, empty: bool) -> tuple[bytes, bytes]:
        """Return everything before the first item, and everything after the last."""
        channel = heading.channel
        hubs = () if channel.kind is ChannelKind.ARCHIVE else site.syndication.hubs
        fields = sparse(
            {
                "version": VERSION,
                "title": channel.title,
                "home_page_url": channel.home or site.base_url,
                "feed_url": site.published(channel.file(self.key)),
                "next_url": site.published(feed_file(channel.older, self.key)) if channel.older else None,
                "description": channel.description,
                "language": site.language,
                "authors": [{"name": site.title, "url": site.base_url}],
                "hubs": [{"type": "WebSub", "url": hub} for hub in hubs],
            }
        )
        head = orjson.dumps(fields, option=orjson.OPT_INDENT_2).removesuffix(b"\n}") + b',\n  "items": ['
        return head, b"]\n}\n" if empty else b"\n  ]\n}\n"

    def entry(self, draft: Draft) -> bytes:
        """Return one item."""
        fields = item_fields(draft.entry, draft.site, full=draft.full)
        item = orjson.dumps(fields, option=orjson.OPT_INDENT_2)
        # Line ends within strings are escaped: every line here is one of the layout.
        return b"\n    " + item.replace(b"\n", b"\n    ")


JSON: Form = _Json()


def item_fields(entry: Entry, site: Site, *, full: bool = True) -> dict[str, Any]:
    """Return an item: objects, lists, texts and numbers as JSON has them.

    An item has to have content; one without the whole text has the summary for it.
    """
    review, picture = entry.review, entry.picture
    return sparse(
        {
            "id": review.urn,
            "url": entry.url,
            "title": review.title,
            "content_html": entry.html if full else None,
            "content_text": None if full else entry.summary,
            "summary": entry.summary,
            "image": picture.url if picture else None,
            "date_published": review.date.isoformat(),
            "date_modified": review.changed.isoformat(),
            "authors": [author_fields(author) for author in review.authors],
            "tags": list(review.tags),
            "language": review.language,
            "attachments": [_attachment(picture)] if picture and picture.type else None,
            "_review": _review(entry, site, full=full),
            "_watch": {"about": ABOUT_OFFERS, **offers_fields(entry.offers, site, entry.now)}
            if entry.offers
            else None,
        }
    )


def _attachment(picture: Picture) -> dict[str, Any]:
    fields = picture_fields(picture)
    own = {key: fields.get(key) for key in ("url", "mime_type", "size_in_bytes")}
    return sparse({**own, "title": picture.alt})


def _review(entry: Entry, site: Site, *, full: bool) -> dict[str, Any]:
    review, corrected = entry.review, entry.review.correction is not None
    return sparse(
        {
            "about": ABOUT,
            "film": _film(review.film) if review.film else None,
            "rating": rating_fields(review.rating, site.scale) if review.rating is not None else None,
            "correction": review.correction,
            "corrected": review.changed.isoformat() if corrected else None,
            "image": picture_fields(entry.picture) if entry.picture else None,
            "rights": site.licence.line if site.licence else None,
            "markdown": entry.markdown if full else None,
        }
    )


def _film(film: Film) -> dict[str, Any]:
    return sparse({**film_fields(film), "sameAs": film_links(film)})
