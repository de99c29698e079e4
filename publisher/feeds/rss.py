"""RSS 2.0 by the RSS Advisory Board's specification 2.0.11 and its best practices profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from publisher.channels import ChannelKind
from publisher.feeds.document import GENERATOR, NEVER, escaped, fragment, in_cdata, split_shell
from publisher.feeds.drafts import feed_entry
from publisher.feeds.links import document_links
from publisher.feeds.vocabulary import NAMESPACES, add, add_elements, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.feeds.document import Form, Heading
    from publisher.feeds.drafts import Draft
    from publisher.feeds.script import Told
    from publisher.site import Site


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

    def __init__(self, told: Told) -> None:
        self._told = told

    def extend_rss(self, item: etree._Element) -> etree._Element:
        told = self._told
        for name, text in (("description", told.description), ("pubDate", told.pub_date)):
            child = item.find(name)
            if child is not None:
                child.text = text
        for author, _ in told.said["authors"]:
            add(item, tag("dc", "creator"), author)
        # Readers show items of many feeds together: each says by itself what it is in, and on which terms.
        add(item, tag("dc", "language"), told.language)
        for (line,) in told.said["rights"]:
            add(item, tag("dc", "rights"), line)
        add_elements(item, told)
        for (moment,) in told.said["changed"]:
            add(item, tag("atom", "updated"), moment)
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
        texts = []
        if draft.full:
            texts.append(in_cdata(draft.entry.html))
            if draft.entry.markdown is not None:
                texts.append(escaped(draft.entry.markdown))
        return draft.cast(_item, texts)


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


def _item(told: Told) -> str:
    item = feed_entry(told)
    item.register_extension("review", lambda: _Item(told), atom=False, rss=True)
    return fragment(item.rss_entry(), ("rss", "channel"), NAMESPACES)
