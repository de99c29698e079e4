"""The quick way through HTML that has nothing unusual in it, as most Markdown makes it.

Where a text has no HTML of its own, all tags come from the renderer: well nested, and few. Of those that are listed here the
sanitiser takes nothing away; what it changes, is changed here likewise. Whatever is not recognised as a whole is left
to the sanitiser: this takes a fifth of its time, and knows nothing that it does not.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from publisher.values.characters import may_hold_forbidden

if TYPE_CHECKING:
    from collections.abc import Callable

# What begins like a tag and is none of those that the renderer writes; the most usual come first.
_STRANGE = re.compile(
    "<(?!"
    "/?(?:p|em|strong|li|blockquote|ul|ol|code|pre|h[1-6]|del)>"
    "|/(?:a|sup|div)>"
    r'|a href="[^"<>\xa0]*+">'
    '|sup class="footnote-(?:reference|definition-label)">'
    '|div class="footnote-definition" id="[A-Za-z0-9_-]++">'
    r'|img src="[^"<>\xa0]*+" alt="[^"<>&\xa0]*+" />'
    "|(?:br|hr) />"
    ")"
)
# What stands for a character, and would not be written so.
_REFERENCE = re.compile("&(?!(?:amp|lt|gt);)")
_ADDRESS = re.compile('<(a href|img src)="([^"]*)"')
_FOOTNOTE = '<div class="footnote-definition" id="'
# An address that the sanitiser can read: with a scheme it takes, and a host that is a name, and no number in disguise;
# or one that it leaves to us, because it has neither.
_READABLE = re.compile(
    r"/(?![/\\])|[#?]|\Z|[^:/?#\\]++(?:[/?#]|\Z)|mailto:[a-z0-9._+-]+@[a-z0-9.-]+\Z"
    r"|https?://(?:(?!xn--)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?:[/?#]|\Z)"
)
# What would not stand as itself within a value.
_UNUSUAL = re.compile(r'["<>\xa0\x00-\x20]')
# Of every text that is longer, the sanitiser sees more.
_LONGEST = 100_000


class _Unsafe(Exception):
    """An address leads nowhere safe."""


def plain_html(html: str, absolute: Callable[[str], str | None], prefix: str) -> str | None:
    """Do to HTML what the sanitiser would, if it has nothing but what is known to be harmless; None otherwise.

    Args:
        html: What the renderer made of a text that has no `<` in it.
        absolute: Answers the absolute address of an address, or None where it leads nowhere safe.
        prefix: What is put before the name of every element.
    """
    if (
        len(html) > _LONGEST
        or "\r" in html
        or _STRANGE.search(html)
        or html.count("<") != html.count(">")
        or ("&" in html and _REFERENCE.search(html))
        or _nested_links(html)
        or may_hold_forbidden(html)
    ):
        return None

    known: dict[str, str] = {}

    def rewritten(match: re.Match[str]) -> str:
        written = match[0]
        if written not in known:
            known[written] = _rewritten(match[1], unescape(match[2]), absolute)
        return known[written]

    try:
        html = _ADDRESS.sub(rewritten, html)
    except _Unsafe:
        return None
    if prefix and _FOOTNOTE in html:
        html = html.replace(_FOOTNOTE, _FOOTNOTE + prefix)
    # Between tags, nothing that is not escaped ends like one.
    return html.replace(" />", ">").replace("\xa0", "&nbsp;")


def _rewritten(what: str, address: str, absolute: Callable[[str], str | None]) -> str:
    found = absolute(address) if _READABLE.match(address) else None
    if found is None or _UNUSUAL.search(found) or (what == "img src" and found.startswith("mailto:")):
        raise _Unsafe
    return f'<{what}="{found.replace("&", "&amp;")}"'


def _nested_links(html: str) -> bool:
    """Tell whether a link begins within another, as a footnote's number may: a parser takes such apart."""
    return not all("</a>" in link for link in html.split("<a ")[1:-1])
