"""A review's Markdown as HTML that is safe in anybody's page: sanitised, every address absolute."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import nh3
import pyromark

if TYPE_CHECKING:
    from collections.abc import Callable

_OPTIONS = (
    pyromark.Options.ENABLE_FOOTNOTES | pyromark.Options.ENABLE_STRIKETHROUGH | pyromark.Options.ENABLE_TABLES
)
_TAGS = (nh3.ALLOWED_TAGS - {"area", "center", "map", "strike", "tt"}) | {
    "audio",
    "picture",
    "source",
    "track",
    "video",
}
_ATTRIBUTES = {
    "*": {"dir", "id", "lang", "title"},
    "a": {"href", "hreflang"},
    "audio": {"controls", "src"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "img": {"alt", "height", "sizes", "src", "srcset", "width"},
    "ins": {"cite", "datetime"},
    "ol": {"reversed", "start"},
    "q": {"cite"},
    "source": {"media", "sizes", "src", "srcset", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
    "track": {"kind", "label", "src", "srclang"},
    "video": {"controls", "height", "poster", "src", "width"},
}
_CLASSES = {
    "div": {"footnote-definition"},
    "sup": {"footnote-definition-label", "footnote-reference"},
}
_SCHEMES = {"http", "https", "mailto"}
# XML 1.0, section 2.2: what the parser of a feed would stumble over. nh3 lets these pass.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>(.*?)</p>", re.DOTALL)
_FOOTNOTE = re.compile(r'<sup class="footnote-reference">.*?</sup>', re.DOTALL)
_SPACE = re.compile(r"\s+")


def render(markdown: str, base: str, local: Callable[[str], str | None]) -> str:
    """Render Markdown to HTML.

    Args:
        markdown: CommonMark with tables, footnotes and strikethrough; raw HTML may be part of it.
        base: The review's own address; relative addresses, fragments among them, are read against it.
        local: Answers the public address of one of the site's own pictures, or None for any other address.
    """

    def absolute(address: str) -> str | None:
        try:
            joined = local(address) or urljoin(base, address)
            # nh3 does not look at the answer again.
            return joined if urlsplit(joined).scheme in _SCHEMES else None
        except ValueError:
            return None

    def attribute(_tag: str, name: str, value: str) -> str | None:
        if name == "srcset":
            return _srcset(value, absolute)
        return value

    html = nh3.clean(
        pyromark.html(markdown, options=_OPTIONS),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        attribute_filter=attribute,
        url_schemes=_SCHEMES,
        url_relative=absolute,
        link_rel=None,
    )
    return _FORBIDDEN.sub("\ufffd", html).strip()


def _srcset(value: str, absolute: Callable[[str], str | None]) -> str | None:
    """Make every candidate of a srcset absolute (HTML standard, 4.8.4.2.1); a dangerous one is dropped."""
    candidates = []
    for candidate in re.split(r",\s+|,(?=\s*\S+\s)", value):
        address, _, descriptor = candidate.strip().strip(",").partition(" ")
        joined = absolute(address) if address else None
        if joined:
            candidates.append(f"{joined} {descriptor.strip()}".strip())
    return ", ".join(candidates) or None


def first_words(html: str, limit: int) -> str:
    """Return the first paragraph that has words as plain text, cut between words at `limit` characters."""
    for match in _PARAGRAPH.finditer(html):
        words = plain_text(_FOOTNOTE.sub("", match[1]))
        if words:
            return shorten(words, limit)
    return shorten(plain_text(html), limit)


def plain_text(html: str) -> str:
    """Return the text of sanitised HTML without its tags, on one line."""
    return _SPACE.sub(" ", unescape(nh3.clean(html, tags=set()))).strip()


def shorten(words: str, limit: int) -> str:
    """Cut a text between words, so that it has at most `limit` characters."""
    if len(words) <= limit:
        return words
    cut = words[: limit - 1]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(" ,;:–—-") + "…"
