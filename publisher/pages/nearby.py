"""Addresses as a page of the site names them: without the host where it is the page's own.

So the page works wherever the site is looked at: in public, on a staging host, and under `publisher serve`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publisher.site import Site


def origin(url: str) -> str:
    """Return the scheme, host and port of an address, as they are written."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def nearby(url: str, site: Site) -> str:
    """Return an address without its host if that is the host of the feeds, else as it is."""
    host = origin(site.syndication.url)
    path = url.removeprefix(host) or "/"
    # What begins with two slashes would name another host (RFC 3986, 4.2).
    return path if url.startswith(host) and path.startswith("/") and not path.startswith("//") else url
