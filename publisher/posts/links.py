"""Addresses of the site's own reviews: which links in a text are meant to lead to one, and whether they do."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

if TYPE_CHECKING:
    from publisher.model import Review
    from publisher.site import Site


def review_key(address: str, site: Site) -> str | None:
    """Reduce an address that has the form of a review's on this site to what tells two of them apart.

    A query, a fragment, percent-encoding and the slash at the end make no difference. None is the answer for any
    other address, also for a relative one: that is read against the review it stands in.

    Args:
        address: As it stands in a text: absolute, or from the root of the host.
        site: The site.
    """
    return _review_key(address, site.base_url, site.permalink)


@lru_cache(maxsize=100_000)  # posts link to the same few thousand others
def _review_key(address: str, base_url: str, permalink: str) -> str | None:
    if address.startswith("/") and not address.startswith("//"):
        address = urljoin(base_url, address)
    elif not address.startswith(base_url):
        return None
    key = _key(address)
    return key if _form(base_url, permalink).fullmatch(key) else None


def key_of(review: Review, site: Site) -> str:
    """Return the key of a review's own address."""
    return _key(site.url_of(review))


def keys_before(review: Review, site: Site) -> list[str]:
    """Return the keys of the addresses a review once had."""
    return [_key(urljoin(site.base_url, path)) for path in review.previous]


def _key(url: str) -> str:
    return unquote(re.split("[?#]", url, maxsplit=1)[0]).rstrip("/")


@cache
def _form(base_url: str, permalink: str) -> re.Pattern[str]:
    path = permalink.lstrip("/").rstrip("/")
    parts = re.split(r"(\{[a-z]+\})", path)
    pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in parts)
    return re.compile(re.escape(unquote(base_url)) + pattern)
