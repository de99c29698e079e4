"""A review's Markdown as HTML that is safe in anybody's page: sanitised, every address absolute."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import nh3
import pyromark

from publisher.content.words import plain_text
from publisher.markup.addresses import absolute_address, absolute_srcset
from publisher.markup.dialect import ADDRESSES, ATTRIBUTES, CLASSES, MARKDOWN, SCHEMES, TAGS
from publisher.values.characters import FORBIDDEN

if TYPE_CHECKING:
    from collections.abc import Callable

# `rel` is nobody's to add here, "noopener" neither: readers set their own.
_LISTS: dict[str, Any] = {
    "tags": TAGS,
    "attributes": ATTRIBUTES,
    "allowed_classes": CLASSES,
    "url_schemes": SCHEMES,
    "link_rel": None,
}
_ROUNDS = 8


def render(markdown: str, base: str, local: Callable[[str], str | None]) -> str:
    """Render Markdown to HTML.

    Args:
        markdown: CommonMark with tables, footnotes and strikethrough; raw HTML may be part of it.
        base: The review's own address; relative addresses, fragments among them, are read against it.
        local: Answers the public address of one of the site's own pictures, or None for any other address.
    """

    def absolute(address: str) -> str | None:
        return absolute_address(address, base, local)

    def attribute(tag: str, name: str, value: str) -> str | None:
        # nh3 does not look at the answer again, and would keep a value whose filter raises.
        if name == "srcset":
            return absolute_srcset(value, absolute)
        if name not in ADDRESSES:
            return value
        found = absolute(value)
        return found if found is None or tag == "a" or not found.startswith("mailto:") else None

    html = pyromark.html(markdown, options=MARKDOWN)
    html = nh3.clean(html, attribute_filter=attribute, url_relative=absolute, **_LISTS)
    # nh3 lets pass what XML cannot carry, such as the &#11; that became a character.
    html = FORBIDDEN.sub("\ufffd", html).strip()
    # Markdown without a tag in it becomes a tree that reads as it was written.
    return _settled(html) if "<" in markdown else html


def _settled(html: str) -> str:
    """Sanitise until nothing changes.

    Where an element is taken out, its neighbours may come to stand as no parser would put them (a paragraph
    within a paragraph): the next parser would see another tree than the one that was found to be safe.
    """
    for _ in range(_ROUNDS):
        again = nh3.clean(html, **_LISTS).strip()
        if again == html:
            return html
        html = again
    return f"<p>{escape(plain_text(html), quote=False)}</p>"
