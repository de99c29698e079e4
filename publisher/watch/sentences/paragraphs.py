"""The words of a review's text, paragraph by paragraph, with what they link to and the line each stands on."""

from __future__ import annotations

import string
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyromark

from publisher.markup.dialect import MARKDOWN
from publisher.markup.tags import RAW_TEXT, Tag, TagReader

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Stands in a paragraph for what is shown there and is no sentence: code, a picture, words that were struck out.
OPAQUE = "\ufffc"
# A line that the editor broke on purpose.
BREAK = "\n"
# A text with more signs than this is refused by validation (`body-markup`), and the parser would take too much memory.
_MOST_SIGNS = 1_000_000
_SIGNS = f"{string.punctuation}\r\n".encode()
# What stands in these is somebody else's word, or no sentence.
_UNREAD = {"BlockQuote", "CodeBlock", "HtmlBlock", "Image", "MetadataBlock", "Strikethrough", "Table"}
_INLINE_UNREAD = {"Image", "Strikethrough"}
_OF_THEIR_OWN = {"Heading", "Item", "Paragraph", "FootnoteDefinition"}
_STRESSED = {"Emphasis", "Strong"}
_STRESSED_TAGS = {"b", "cite", "em", "i", "strong"}
_UNREAD_TAGS = RAW_TEXT | {"blockquote", "code", "del", "kbd", "pre", "q", "s", "samp", "strike"}


class Linked(NamedTuple):
    """Characters of a paragraph that are a link, and its address."""

    start: int
    end: int
    url: str


class Stressed(NamedTuple):
    """Characters of a paragraph that are set off, as titles of films are."""

    start: int
    end: int


@dataclass(slots=True)
class Paragraph:
    """Words that belong together.

    Attributes:
        heading: The level of the heading that it is; 0 where it is none.
        item: Whether it is part of a list.
    """

    heading: int = 0
    item: bool = False
    links: list[Linked] = field(default_factory=list)
    stressed: list[Stressed] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _bytes: list[int] = field(default_factory=list)
    length: int = 0

    def add(self, words: str, byte: int) -> None:
        """Append words that begin at a byte of the text."""
        if words:
            self._pieces.append(words)
            self._starts.append(self.length)
            self._bytes.append(byte)
            self.length += len(words)

    @property
    def text(self) -> str:
        """Return all of its words."""
        return "".join(self._pieces)

    def byte(self, offset: int) -> int:
        """Answer at which byte of the text the piece begins that a character belongs to."""
        return self._bytes[max(bisect_right(self._starts, offset) - 1, 0)]


def paragraphs(text: str) -> Iterator[Paragraph]:
    """Yield the paragraphs, items, cells and headings of a Markdown text; blocks of code, quotes and HTML are none."""
    encoded = text.encode()
    if len(encoded) - len(encoded.translate(None, _SIGNS)) > _MOST_SIGNS:
        return
    walk = _Walk()
    for event, place in pyromark.events_with_range(text, options=MARKDOWN):
        kind: str
        value: Any
        kind, value = next(iter(event.items())) if isinstance(event, dict) else (event, "")
        done = walk.step(kind, value, place["start"])
        if done is not None:
            yield done
    if walk.paragraph.length:
        yield walk.paragraph


class _Walk:
    """Makes paragraphs of what the Markdown parser meets."""

    def __init__(self) -> None:
        self.paragraph = Paragraph()
        self._unread: list[str] = []
        self._open: list[tuple[str, int, str]] = []
        self._html = _Inline()
        #: How many items of lists are open.
        self._items = 0

    def step(self, kind: str, value: object, byte: int) -> Paragraph | None:
        """Take in one event, and return the paragraph that is complete with it."""
        if kind in {"Start", "End"}:
            name, about = next(iter(value.items())) if isinstance(value, dict) else (str(value), None)
            return self._starts(name, about, byte) if kind == "Start" else self._ends(name)
        if self._unread:
            return None
        paragraph = self.paragraph
        if not isinstance(value, str):
            return None
        if kind == "InlineHtml":
            self._html.take(value, paragraph, byte)
        elif self._html.hidden:
            pass
        elif kind == "Text":
            paragraph.add(value, byte)
        elif kind == "SoftBreak":
            paragraph.add(" ", byte)
        elif kind == "HardBreak":
            paragraph.add(BREAK, byte)
        elif kind in {"Code", "InlineMath", "DisplayMath", "FootnoteReference"}:
            paragraph.add(OPAQUE, byte)
        return None

    def _starts(self, name: str, about: object, byte: int) -> Paragraph | None:
        if name in _UNREAD:
            if not self._unread and name in _INLINE_UNREAD:
                self.paragraph.add(OPAQUE, byte)
            self._unread.append(name)
            return None if name in _INLINE_UNREAD else self._fresh()
        if name in _OF_THEIR_OWN:
            self._items += name == "Item"
            done = self._fresh()
            if name == "Heading" and isinstance(about, dict):
                self.paragraph.heading = int(about["level"].removeprefix("H"))
            return done
        if name == "Link" and isinstance(about, dict):
            self._open.append((name, self.paragraph.length, about["dest_url"]))
        elif name in _STRESSED:
            self._open.append((name, self.paragraph.length, ""))
        return None

    def _ends(self, name: str) -> Paragraph | None:
        if name in _UNREAD:
            if self._unread:
                self._unread.pop()
            return None
        if name in _OF_THEIR_OWN:
            self._items -= name == "Item"
            return self._fresh()
        if self._open and (name == "Link" or name in _STRESSED):
            opened, start, url = self._open.pop()
            end = self.paragraph.length
            if start < end and opened == "Link":
                self.paragraph.links.append(Linked(start, end, url))
            elif start < end:
                self.paragraph.stressed.append(Stressed(start, end))
        return None

    def _fresh(self) -> Paragraph | None:
        done, self.paragraph = self.paragraph, Paragraph(item=self._items > 0)
        self._open.clear()
        self._html = _Inline()
        return done if done.length else None


class _Inline:
    """The HTML that stands within one paragraph."""

    def __init__(self) -> None:
        self._reader = TagReader()
        self._hidden: list[str] = []
        self._open: list[tuple[str, int, str]] = []

    @property
    def hidden(self) -> bool:
        """Tell whether words are in an element that is not read."""
        return bool(self._hidden)

    def take(self, html: str, paragraph: Paragraph, byte: int) -> None:
        """Take in one tag, or a comment."""
        for tag in self._reader.read(html):
            if not isinstance(tag, Tag):
                self._hidden.append("!")  # what follows is anybody's guess
                paragraph.add(OPAQUE, byte)
            elif tag.name == "br":
                paragraph.add(BREAK, byte)
            elif tag.name in _UNREAD_TAGS:
                self._hide(tag, paragraph, byte)
            elif tag.name == "a" or tag.name in _STRESSED_TAGS:
                self._mark(tag, paragraph)

    def _hide(self, tag: Tag, paragraph: Paragraph, byte: int) -> None:
        if not tag.closes:
            paragraph.add(OPAQUE, byte)
            self._hidden.append(tag.name)
        elif tag.name in self._hidden:
            del self._hidden[self._hidden.index(tag.name) :]

    def _mark(self, tag: Tag, paragraph: Paragraph) -> None:
        if not tag.closes:
            href = tag.attributes.get("href")
            self._open.append((tag.name, paragraph.length, href.value.strip() if href else ""))
        elif self._open and self._open[-1][0] == tag.name:
            name, start, url = self._open.pop()
            if start < paragraph.length and name == "a":
                paragraph.links.append(Linked(start, paragraph.length, url))
            elif start < paragraph.length:
                paragraph.stressed.append(Stressed(start, paragraph.length))
