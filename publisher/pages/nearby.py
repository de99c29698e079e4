"""Addresses as a page below the feeds' folder names them: relative where they lie on its own host.

So the page works wherever the site is looked at: in public, on a staging host, and under `publisher serve`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from publisher.site import Site


def origin(url: str) -> str:
    """Return the scheme, host and port of an address (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def nearby(url: str, site: Site) -> str:
    """Return an address relative to the feeds' folder if it lies on the same host, else as it is."""
    base = site.syndication.url
    if origin(url) != origin(base):
        return url
    parts = urlsplit(url)
    here, there = urlsplit(base).path or "/", parts.path or "/"
    near = posixpath.relpath(posixpath.dirname(there), posixpath.dirname(here))
    # `./` also keeps a colon in a name from being read as the end of a scheme (RFC 3986, 4.2).
    near = f"{near}/{posixpath.basename(there)}"
    return near + url[len(origin(url)) + len(parts.path) :]
