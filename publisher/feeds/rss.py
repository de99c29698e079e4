"""RSS 2.0 by the RSS Advisory Board's specification 2.0.11 and its best practices profile."""

from __future__ import annotations

from copy import deepcopy
from html import escape
from typing import TYPE_CHECKING

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher.channels import ChannelKind
from publisher.feeds.document import GENERATOR, NEVER, escaped, fragment, in_cdata, split_shell
from publisher.feeds.links import document_links
from publisher.feeds.vocabulary import NAMESPACES, add, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content import Entry
    from publisher.feeds.document import Form, Heading
    from publisher.feeds.drafts import Draft
    from publisher.site import Licence, Site


class _Channel(BaseExtension):  # type: ignore[misc] # feedgen has no types
    """Sets right what feedgen leaves open: the channel's link, the links between documents, and the licence."""

    def __init__(self, site: Site, heading: Heading) -> None:
        self._site = site
        self._channel = heading.channel
        self._never = heading.updated == NEVER

    def extend_ns(self) -> dict[str, str]:
        return NAMESPACES

    def extend_rss(self, feed: etree._Element) -> etree._Element:
        channel = feed[0]
        for link in channel.findall(tag("atom", "link")):
            channel.remove(link)
        built = channel.find("lastBuildDate")
        if built is not None and self._never:
            channel.remove(built)
        home = channel.find("link")
        if home is not None:
            # feedgen writes whichever link was added last.
            home.text = self._channel.home or self._site.base_url
            for element in reversed([*self._links()]):
                home.addnext(element)
        return feed

    def _links(self) -> Iterator[etree._Element]:
        for link in document_links(self._channel, "rss", self._site):
            yield etree.Element(tag("atom", "link"), link)
        if self._channel.kind is ChannelKind.ARCHIVE:
            yield etree.Element(tag("fh", "archive"))
        licence = self._site.licence
        if licence is not None and licence.url is not None:
            # RFC 4946: what `copyright` says in words, where programs find it.
            about = {"rel": "license", "href": licence.url, "type": "text/html", "title": licence.name}
            yield etree.Element(tag("atom", "link"), about)


class _Item(BaseEntryExtension):  # type: ignore[misc] # feedgen has no types
    """Says what RSS has no words for: names without e-mail, language, rights, and what the review says."""

    def __init__(self, entry: Entry, licence: Licence | None, about: etree._Element) -> None:
        self._entry = entry
        self._licence = licence
        self._about = about

    def extend_rss(self, item: etree._Element) -> etree._Element:
        entry, licence = self._entry, self._licence
        review = entry.review
        description = item.find("description")
        if description is not None:
            # Readers take it for HTML (RSS best practices profile): plain text becomes HTML first.
            description.text = escape(entry.summary, quote=False)
        for author in review.authors:
            add(item, tag("dc", "creator"), author.name)
        # Readers show items of many feeds together: each says by itself what it is in, and on which terms.
        add(item, tag("dc", "language"), review.language)
        if licence is not None:
            add(item, tag("dc", "rights"), licence.line)
        item.extend(deepcopy(self._about))
        if review.updated is not None:
            add(item, tag("atom", "updated"), review.changed.isoformat())
        return item


class _Rss:
    """RSS 2.0."""

    key = "rss"
    separator = b""

    def shell(self, site: Site, heading: Heading, *, empty: bool) -> tuple[bytes, bytes]:  # noqa: ARG002 - JSON's
        """Return everything before the first item, and everything after the last."""
        return split_shell(_shell(site, heading), b"</channel>", heading.channel.file(self.key))

    def entry(self, draft: Draft) -> bytes:
        """Return one item."""
        entry, licence, about = draft.entry, draft.site.licence, draft.about
        # Likewise nothing here knows the draft.
        draft.item.register_extension("rss", lambda: _Item(entry, licence, about), atom=False, rss=True)
        texts = []
        if draft.full:
            texts.append(in_cdata(entry.html))
            if entry.markdown is not None:
                texts.append(escaped(entry.markdown))
        return fragment(draft.item.rss_entry(), ("rss", "channel"), NAMESPACES, texts)


RSS: Form = _Rss()


def _shell(site: Site, heading: Heading) -> bytes:
    channel = heading.channel
    feed = FeedGenerator()
    feed.title(channel.title)
    feed.description(channel.description)
    feed.link(href=site.base_url, rel="alternate")
    feed.language(site.language)
    feed.generator(GENERATOR)
    feed.docs("https://www.rssboard.org/rss-specification")
    feed.ttl(site.syndication.ttl)
    feed.lastBuildDate(heading.updated)
    if site.licence is not None:
        feed.copyright(site.licence.line)
    feed.register_extension("channel", lambda: _Channel(site, heading), None, atom=False, rss=True)
    shell: bytes = feed.rss_str(pretty=True)
    return shell
