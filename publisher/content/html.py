"""A review's Markdown as HTML that is safe in anybody's page: sanitised, every address absolute."""

from __future__ import annotations

import re
import threading
from html import escape, unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import nh3

from publisher.content.plain_html import plain_html
from publisher.content.words import plain_text
from publisher.markup.addresses import absolute_in, absolute_srcset
from publisher.markup.dialect import ADDRESSES, ATTRIBUTES, CLASSES, SCHEMES, TAGS, marked_up
from publisher.values.characters import FORBIDDEN, may_hold_forbidden

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
# In one stretch of text, the time nh3 takes grows with the square of how many of these characters there are (in UTF-8
# they begin as the no-break space does). Of a long text it is shown noncharacters in their place: those are for use
# within a program (Unicode, 23.7), and as many.
_SLOW = range(0x80, 0xC0)
_NONCHARACTERS = (
    *range(0xFDD0, 0xFDF0),
    *(plane * 0x10000 + last for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)),
)
_STAND_INS = dict(zip(_SLOW, _NONCHARACTERS, strict=True))
_STOOD_FOR = dict(zip(_NONCHARACTERS, _SLOW, strict=True))
_WRITTEN = _STOOD_FOR | {_STAND_INS[0xA0]: "&nbsp;"}  # as nh3 writes it
_LONG = 100_000
# What may be the name of an element; one too many does no harm.
_ID = re.compile(r"""=(?<=[iI][dD]=)(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")


class _Sanitiser(threading.local):
    """The sanitiser with its rules, which are taken over once: for a text of usual length that takes as long as the rest.

    What it asks of attributes and addresses is answered by whoever uses it, one at a time in each thread.
    """

    attribute: Callable[[str, str, str], str | None]
    absolute: Callable[[str], str | None]

    def __init__(self) -> None:
        self.settle = nh3.Cleaner(**_LISTS).clean
        self._clean = nh3.Cleaner(
            attribute_filter=self._attribute, url_relative=self._address, **_LISTS
        ).clean

    def clean(
        self,
        html: str,
        attribute: Callable[[str, str, str], str | None],
        absolute: Callable[[str], str | None],
    ) -> str:
        """Sanitise; `attribute` answers what becomes of a value, `absolute` of an address without a scheme."""
        self.attribute, self.absolute = attribute, absolute
        return self._clean(html)

    def _attribute(self, tag: str, name: str, value: str) -> str | None:
        return self.attribute(tag, name, value)

    def _address(self, address: str) -> str | None:
        return self.absolute(address)


_SANITISER = _Sanitiser()


def render(markdown: str, base: str, local: Callable[[str], str | None], *, name: str = "") -> str:
    """Render Markdown to HTML.

    Args:
        markdown: CommonMark with tables, footnotes and strikethrough; raw HTML may be part of it.
        base: The review's own address; relative addresses, fragments among them, are read against it.
        local: Answers the public address of one of the site's own pictures, or None for any other address.
        name: What the `id` of each element begins with, those of footnotes among them, and links to it lead to: one
            page may show many reviews, and an `id` must be the only one there (HTML standard, 3.2.6).
    """
    # Stripped before nh3, it need not be copied after: of a long text each copy counts.
    html = marked_up(markdown).strip()
    prefix = f"{name}-" if name else ""
    if "<" not in markdown:
        plain = plain_html(html, _absolute(html, base, local, prefix), prefix)
        if plain is not None:
            return plain
    long = len(html) > _LONG
    if long:
        html = html.translate(_STAND_INS)
    local_here = (lambda address: local(address.translate(_STOOD_FOR))) if long else local
    html = _cleaned(html, _absolute(html, base, local_here, prefix), prefix)
    # Markdown without a tag in it becomes a tree that reads as it was written.
    html = _settled(html) if "<" in markdown else html
    return html.translate(_WRITTEN).strip() if long else html


def _absolute(
    html: str, base: str, local: Callable[[str], str | None], prefix: str
) -> Callable[[str], str | None]:
    """Make what answers the absolute address of each address in a text; a link to one of its own names has the prefix."""
    names = {unescape("".join(groups)) for groups in _ID.findall(html)} if prefix else frozenset()
    absolute = absolute_in(base, local)
    if not names:
        return absolute

    def prefixed(address: str) -> str | None:
        own = address[:1] == "#" and unquote(address[1:]) in names
        return absolute(f"#{prefix}{address[1:]}" if own else address)

    return prefixed


def _cleaned(html: str, absolute: Callable[[str], str | None], prefix: str) -> str:
    """Sanitise, with every address made absolute, and a prefix put before the name of every element."""

    def attribute(tag: str, name: str, value: str) -> str | None:
        # nh3 does not look at the answer again, and would keep a value whose filter raises.
        if name == "srcset":
            return absolute_srcset(value, absolute)
        if name == "id":
            return prefix + value
        if name == "headers":
            return " ".join(prefix + one for one in value.split())
        if name not in ADDRESSES:
            return value
        found = absolute(value)
        return found if found is None or tag == "a" or not found.startswith("mailto:") else None

    html = _SANITISER.clean(html, attribute, absolute)
    # nh3 lets pass what XML cannot carry, such as the &#11; that became a character.
    return (FORBIDDEN.sub("\ufffd", html) if may_hold_forbidden(html) else html).strip()


def _settled(html: str) -> str:
    """Sanitise until nothing changes.

    Where an element is taken out, its neighbours may come to stand as no parser would put them (a paragraph
    within a paragraph): the next parser would see another tree than the one that was found to be safe.
    """
    for _ in range(_ROUNDS):
        again = _SANITISER.settle(html).strip()
        if again == html:
            return html
        html = again
    return f"<p>{escape(plain_text(html), quote=False)}</p>"
