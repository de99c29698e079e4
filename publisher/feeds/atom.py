"""Atom 1.0 (RFC 4287), with tombstones (RFC 6721)."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher.channels import MAIN, ChannelKind, feed_file
from publisher.feeds.document import GENERATOR, escaped, fragment, split_shell
from publisher.feeds.drafts import feed_entry
from publisher.feeds.links import document_links
from publisher.feeds.vocabulary import NAMESPACES, XML_LANG, add, add_elements, tag

if TYPE_CHECKING:
    from publisher.channels import Channel
    from publisher.feeds.document import Form, Heading
    from publisher.feeds.drafts import Draft
    from publisher.feeds.script import Told
    from publisher.feeds.tombstones import Tombstone
    from publisher.site import Site

_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_PREFIXES = {
    prefix: uri
    for prefix, uri in NAMESPACES.items()
    if prefix in {"fh", "letterboxd", "media", "review", "source", "tmdb", "watch"}
}


class _Feed(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """Declares namespaces, links documents and licence (RFC 4946), says what was taken back (RFC 6721)."""

    def __init__(self, site: Site, heading: Heading) -> None:
        self._site = site
        self._heading = heading

    def extend_ns(self) -> dict[str, str]:
        return _PREFIXES | ({"at": _TOMBSTONES} if self._heading.tombstones else {})

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        for link in document_links(self._heading.channel, "atom", self._site):
            add(feed, "link", **link)
        if self._heading.channel.kind is ChannelKind.ARCHIVE:
            add(feed, tag("fh", "archive"))
        licence = self._site.licence
        if licence is not None and licence.url is not None:
            add(feed, "link", rel="license", href=licence.url, type="text/html", title=licence.name)
        for tombstone in self._heading.tombstones:
            _add_tombstone(feed, tombstone, self._site)
        return feed


class _Entry(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """Writes an entry's links in full (feedgen keeps only `href`), its language, and what the review says."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def extend_atom(self, element: etree._Element) -> etree._Element:
        told = self._told
        # Readers show entries of many feeds together: each says by itself what it is in.
        element.set(XML_LANG, told.language)
        _set(element, "published", told.published)
        _set(element, "updated", told.updated)
        for link in element.findall("link"):
            element.remove(link)
        add(element, "link", rel="alternate", type="text/html", hreflang=told.language, href=told.url)
        for url, kind, length, alt in told.said["enclosures"]:
            add(element, "link", rel="enclosure", type=kind, length=length, title=alt, href=url)
        for title, url in told.said["related"]:
            add(element, "link", rel="related", title=title, href=url)
        add_elements(element, told)
        return element


def _set(parent: etree._Element, name: str, text: str) -> None:
    child = parent.find(name)
    if child is not None:
        child.text = text


class _Atom:
    """Atom 1.0."""

    key = "atom"
    separator = b""

    def shell(self, site: Site, heading: Heading, *, empty: bool) -> tuple[bytes, bytes]:  # noqa: ARG002 - JSON's
        """Return everything before the first entry, and everything after the last."""
        return split_shell(_shell(site, heading), b"</feed>", heading.channel.file(self.key))

    def entry(self, draft: Draft) -> bytes:
        """Return one entry."""
        texts = (draft.entry.html, draft.entry.markdown) if draft.full else ()
        return draft.cast(_entry, [escaped(text) for text in texts if text is not None])


ATOM: Form = _Atom()


def _shell(site: Site, heading: Heading) -> bytes:
    channel = heading.channel
    feed = FeedGenerator()
    feed.id(_feed_id(channel, site))
    feed.title(channel.title)
    feed.subtitle(channel.description)
    feed.updated(heading.updated)
    feed.language(site.language)
    feed.generator(GENERATOR)
    feed.link([{"rel": "alternate", "type": "text/html", "href": channel.home or site.base_url}])
    if site.licence is not None:
        feed.rights(site.licence.line)
    # RFC 4287, 4.1.1: a feed names an author unless every entry does; an empty one has no entries.
    feed.author(name=site.title, uri=site.base_url)
    feed.register_extension("site", lambda: _Feed(site, heading), None, atom=True, rss=False)
    shell: bytes = feed.atom_str(pretty=True)
    return shell


def _feed_id(channel: Channel, site: Site) -> str:
    """Return what a feed is known by; it stays when the site moves, if the site has an id (RFC 4287, section 4.2.6)."""
    # The pages of an archive are one feed with what one subscribes to (RFC 5005, section 1.2).
    name = MAIN if channel.kind is ChannelKind.ARCHIVE else channel.name
    if site.id is None:
        return site.published(feed_file(name, "atom"))
    return uuid.uuid5(uuid.UUID(site.id), name).urn


def _add_tombstone(feed: etree._Element, tombstone: Tombstone, site: Site) -> None:
    deleted = etree.SubElement(
        feed,
        f"{{{_TOMBSTONES}}}deleted-entry",
        attrib={"ref": tombstone.ref, "when": tombstone.when.isoformat()},
    )
    if tombstone.reason is not None:
        if tombstone.language != site.language:
            deleted.set(XML_LANG, tombstone.language)
        add(deleted, f"{{{_TOMBSTONES}}}comment", tombstone.reason)


def _entry(told: Told) -> str:
    item = feed_entry(told)
    item.register_extension("review", lambda: _Entry(told), atom=True, rss=False)
    return fragment(item.atom_entry(), ("feed",), _PREFIXES)
