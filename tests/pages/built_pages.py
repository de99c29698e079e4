"""The page to subscribe from as the tests read it: made of a site's posts, parsed as HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lxml import html

from publisher.channels import Channel, find_channels, live_posts, retracted_reviews
from publisher.content import Entry, present
from publisher.pages.opml import opml
from publisher.pages.subscribe import subscribe_page
from publisher.posts import read_posts
from tests.feeds.feeds_sites import NOW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.site import Site


@dataclass(frozen=True)
class Page:
    """A page with all that it was made of; unlike the real one, it shows every live review."""

    site: Site
    channels: list[Channel]
    entries: list[Entry]
    source: bytes
    opml: bytes

    @cached_property
    def root(self) -> html.HtmlElement:
        """Parse the page."""
        return html.document_fromstring(self.source.decode())

    @cached_property
    def reviews(self) -> list[dict[str, Any]]:
        """Parse what it says to programs."""
        (script,) = self.root.xpath("//script[@type='application/ld+json']/text()")
        document = json.loads(script)
        assert document.keys() == {"@context", "@graph"}
        assert document["@context"] == "https://schema.org"
        reviews: list[dict[str, Any]] = document["@graph"]
        return reviews

    def card(self, title: str) -> html.HtmlElement:
        """Find the one review of that title."""
        (card,) = (card for card in self.root.iter("article") if card.find(".//h3").text_content() == title)
        return card


def build_page(site: Site, now: datetime = NOW, kept: Mapping[str, str | None] | None = None) -> Page:
    """Make the page of a site."""
    posts = read_posts(site).require_valid().posts
    live, retracted = live_posts(posts, now), retracted_reviews(posts, now)
    channels = find_channels(live, retracted, site, now, kept or {})
    entries = [present(post, site, now) for post in live]
    source = subscribe_page(channels, entries, site, now)
    return Page(site, channels, entries, source, opml(channels, site))


def words(element: html.HtmlElement) -> str:
    """Return the words of an element on one line."""
    return " ".join(element.text_content().split())
