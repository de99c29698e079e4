"""What the files of the feeds are to be served with: type, how long caches may keep them, and links to themselves and to hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import feed_file
from publisher.site import FEED_TYPES

if TYPE_CHECKING:
    from publisher.site import Site

#: The media types that hosts are told to send feeds with. Browsers show the source of what comes as application/rss+xml or
#: application/atom+xml, or offer to store it, and do not read its style sheet; programs that read feeds take any XML
#: (RFC 7303, section 3), and the links to feeds name the exact type.
SERVED_TYPES = {"rss": "application/xml", "atom": "application/xml", "json": FEED_TYPES["json"]}
#: What the page to subscribe from is called.
SUBSCRIBE_PAGE = "index.html"
#: The media types of the files beside the feeds. There is no registered one for OPML; this is what its readers know.
PAGE_TYPES = {SUBSCRIBE_PAGE: "text/html", "feed.css": "text/css", "opml.xml": "text/x-opml"}
#: Everything is UTF-8, and of these types one says so: RFC 8259, section 11, gives JSON no such parameter.
WITH_CHARSET = {*FEED_TYPES.values(), *SERVED_TYPES.values(), *PAGE_TYPES.values()} - {FEED_TYPES["json"]}

# Seconds. A cache adds its time to that which readers let pass between two looks, the ttl.
_LONGEST = 15 * 60
# A page of the archive changes only when one of its own reviews is corrected or taken back.
_ARCHIVE = 6 * 3600


def full_type(media_type: str) -> str:
    """Return a media type as a header has it, with the charset where there is one to be named."""
    return f"{media_type}; charset=utf-8" if media_type in WITH_CHARSET else media_type


def cache_control(site: Site, *, archive: bool = False, topic: bool = False) -> str:
    """Say how long a cache may keep a file without asking for it again (RFC 9111, section 5.2.2).

    `must-revalidate` because a review that was taken back is not to come out of a cache that happens not to reach the
    site. A topic whose hub was told that it has changed is fetched at once, and has to come new then: `no-cache` lets
    caches keep it, and ask each time whether it still holds.

    Args:
        site: The site.
        archive: The file is a page of the archive.
        topic: It is one that hubs are told of, where the site has any.
    """
    if topic and site.syndication.hubs:
        return "no-cache"
    seconds = _ARCHIVE if archive else min(site.syndication.ttl * 60, _LONGEST)
    return f"public, max-age={seconds}, must-revalidate"


def topic_link(name: str, form: str, site: Site) -> str:
    """Return the `Link` header of a feed that one can subscribe to: its own address and its hubs (WebSub, section 4).

    Args:
        name: The channel's name; a page of the archive has no such header.
        form: The format.
        site: The site.
    """
    links = [f'<{site.published(feed_file(name, form))}>; rel="self"']
    return ", ".join([*links, *(f'<{hub}>; rel="hub"' for hub in site.syndication.hubs)])
