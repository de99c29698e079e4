"""What lies beside the feeds: the page to subscribe from, lists of the feeds, style, and what hosts are to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.pages.assets import asset
from publisher.pages.hosts import host_files
from publisher.pages.http_headers import SUBSCRIBE_PAGE
from publisher.pages.opml import opml
from publisher.pages.redirect_files import redirect_files
from publisher.pages.redirects import find_redirects
from publisher.pages.subscribe import subscribe_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from publisher.channels import Channel
    from publisher.content import Entry
    from publisher.model import Review
    from publisher.site import Site

#: How many of the newest reviews the page to subscribe from shows.
NEWEST = 6


def page_files(
    channels: Sequence[Channel],
    newest: Sequence[Entry],
    live: Sequence[Review],
    retracted: Sequence[Review],
    site: Site,
    now: datetime,
) -> dict[str, bytes]:
    """Make the files beside the feeds, each under its name below their folder.

    Args:
        channels: All feeds of the site.
        newest: The newest reviews, `NEWEST` at the most.
        live: The reviews that are live at `now`; the newest first.
        retracted: Those that were taken back; the newest first.
        site: The site.
        now: The moment the files are made for; aware.
    """
    return {
        SUBSCRIBE_PAGE: subscribe_page(channels, newest, site, now),
        # Feeds name it.
        "feed.css": asset("feed.css").encode(),
        "opml.xml": opml(channels, site),
        **host_files(channels, site),
        **redirect_files(find_redirects(live, retracted, site)),
    }
