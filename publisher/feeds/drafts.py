"""An entry before it is written: what the formats have in common, in feedgen's words and in our own, is made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedgen.entry import FeedEntry

from publisher.feeds.document import HOLE
from publisher.feeds.vocabulary import RATING_SCHEME, review_elements
from publisher.model import plain

if TYPE_CHECKING:
    from lxml import etree

    from publisher.content import Entry
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry on its way into the formats.

    Attributes:
        full: Whether it has the whole text, or the summary alone.
        item: The entry as feedgen has it, for Atom and for RSS; the text is a `HOLE`.
        about: Below it, what a review says in our own words and in others', the same in Atom and RSS.
    """

    entry: Entry
    site: Site
    full: bool
    item: FeedEntry
    about: etree._Element

    @classmethod
    def of(cls, entry: Entry, site: Site, *, full: bool) -> Draft:
        """Begin an entry, with the whole text or the summary alone."""
        return cls(
            entry,
            site,
            full,
            _item(entry, site, full=full),
            review_elements(entry, site, full=full),
        )


def _item(entry: Entry, site: Site, *, full: bool) -> FeedEntry:
    review, picture = entry.review, entry.picture
    item = FeedEntry()
    item.id(review.urn)
    item.title(review.title)
    item.published(review.date)
    item.updated(review.changed)
    item.link(href=entry.url)
    item.summary(entry.summary)
    if full:
        item.content(HOLE, type="html")
    for author in review.authors:
        item.author(name=author.name, **({"uri": author.url} if author.url else {}))
    for name in review.tags:
        item.category(term=name, label=name)
    if review.rating is not None:
        item.category(
            term=plain(review.rating), scheme=RATING_SCHEME, label=site.scale.describe(review.rating)
        )
    if picture is not None and picture.type is not None:
        # A length nobody knows is 0 (RSS best practices profile, enclosure).
        item.enclosure(picture.url, str(picture.length or 0), picture.type)
    if site.licence is not None:
        item.rights(site.licence.line)
    return item
