"""The words of a review without its markup, and how its summary is made of them."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

import nh3

_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>(.*?)(?:</p>|\Z)", re.DOTALL)
_FOOTNOTE = re.compile(r'<sup class="footnote-reference">.*?</sup>', re.DOTALL)
_SPACE = re.compile(r"\s+")
# Where these begin or end, so does a word.
_BREAK = re.compile(
    r"</?(?:blockquote|br|caption|dd|details|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|summary|t[dhr]|table|ul)\b"
    r"[^>]*>"
)
# So much of a text has its first words in it.
_BEGINNING = 100_000
_JOINERS = "\u200d\ufe0e\ufe0f"
_WITHOUT_TAGS = nh3.Cleaner(tags=set())


def first_words(html: str, limit: int) -> str:
    """Return the first paragraph that has words as plain text, cut between words at `limit` characters."""
    html = html[:_BEGINNING]
    for match in _PARAGRAPH.finditer(html):
        words = plain_text(_FOOTNOTE.sub("", match[1]))
        if words:
            return shorten(words, limit)
    return shorten(plain_text(html), limit)


def plain_text(html: str) -> str:
    """Return the text of sanitised HTML without its tags, on one line."""
    return _SPACE.sub(" ", unescape(_WITHOUT_TAGS.clean(_BREAK.sub(" ", html)))).strip()


def shorten(words: str, limit: int) -> str:
    """Cut a text between words, so that it has at most `limit` characters.

    A text without spaces where it would be cut, as in Japanese, is cut between characters.
    """
    if len(words) <= limit:
        return words
    cut = words[: limit - 1]
    if words[limit - 1] != " ":
        space = cut.rfind(" ")
        # The one space far back in a text that hardly has any is not where to cut.
        cut = cut[:space] if space >= limit // 3 else _between_characters(words, limit - 1)
    return cut.rstrip(" ,;:–—-、。") + "…"


def _between_characters(words: str, limit: int) -> str:
    """Cut so that no mark loses its letter, and no emoji falls apart (roughly UAX #29, 3.1)."""
    end = limit
    while end > 0 and (
        unicodedata.category(words[end]) in {"Mn", "Mc", "Me"}
        or words[end] in _JOINERS
        or words[end - 1] == _JOINERS[0]
        or "\U0001f3fb" <= words[end] <= "\U0001f3ff"
    ):
        end -= 1
    return words[:end] or words[:limit]
