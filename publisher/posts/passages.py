"""What a review's text is made of, passage by passage: links, pictures, headings and HTML, and where each stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from io import StringIO
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as percent_encode

import pyromark

from publisher.diagnostics import Span
from publisher.markup.dialect import MARKDOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.markup.tags import Attribute, Oddity, Tag

# What Markdown leaves as it is in an address; everything else it percent-encodes.
_KEPT_IN_ADDRESS = "!#$%&'()*+,/:;=?@^"
# Marks of quotes may stand before an address that is on a line of its own.
_DESTINATION = re.compile(r"[\s>]*(?:<(?P<angle>(?:\\.|[^<>\\\n])*)>|(?P<bare>\S+))")
_INLINE = re.compile(rb"\]\(" + _DESTINATION.pattern.encode())
_DEFINITION = re.compile(r"^[ \t>*+\d.)-]*\[(?P<label>(?:\\.|[^\[\]\\]){1,999})\]:", re.MULTILINE | re.DOTALL)
# Square brackets and parentheses that would have been a link, had the address been one.
_FAILED = re.compile(rb"!?\[[^\[\]]{0,500}\]\((?P<address>[^)\[\]\r\n]{1,500})\)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ELEMENTS = {"Image": "img", "Link": "a"}
_WORDS = {"Code", "FootnoteReference", "InlineHtml", "Text"}
# Bytes of UTF-8 that begin no character.
_CONTINUATION = bytes(range(0x80, 0xC0))
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a picture that Markdown makes.

    Attributes:
        tag: The element it becomes: `a` or `img`.
        written: The address as the editor means it.
        address: The address as it stands in HTML.
        worded: Whether there are words in its square brackets.
        start: Where it begins, in bytes of the text; `end` is where it ends, `words_end` where its words do.
        label: The name of the definition that has the address; None where the link itself has it.
    """

    tag: str
    written: str
    address: str
    worded: bool
    start: int
    end: int
    words_end: int
    label: str | None


@dataclass(frozen=True, slots=True)
class FailedLink:
    """What was meant to be a link or a picture, and is none because of its address.

    Attributes:
        start: Where the address begins, in bytes of the text; `end` is where it ends.
    """

    picture: bool
    written: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that Markdown makes; `start` in bytes of the text."""

    level: int
    start: int


@dataclass
class RawHtml:
    """HTML that the editor wrote, up to where Markdown makes something again."""

    _html: StringIO = field(default_factory=StringIO)
    _length: int = 0
    _offsets: list[int] = field(default_factory=list)
    _bytes: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return self._length > 0

    def add(self, html: str, start: int) -> None:
        """Append a piece that begins at a byte of the text."""
        if "<" in html:
            self._offsets.append(self._length)
            self._bytes.append(start)
        self._length += len(html)
        self._html.write(html)

    @cached_property
    def html(self) -> str:
        """Return all of it, once it is complete; marks of quotes and lists at the beginning of lines are no part of it."""
        return self._html.getvalue()

    def place(self, offset: int) -> tuple[int, int]:
        """Answer at which byte of the text a piece begins, and how many characters after that `offset` is."""
        number = bisect_right(self._offsets, offset) - 1  # every tag begins in a piece that was noted
        return self._bytes[number], offset - self._offsets[number]


Passage = Link | FailedLink | Heading | RawHtml


@dataclass(slots=True)
class _Open:
    """A link or a picture whose end was not met yet."""

    about: Mapping[str, Any]
    start: int
    words_end: int
    worded: bool = False


@dataclass(slots=True)
class _Walk:
    """Makes passages of what the Markdown parser meets."""

    text: bytes
    _open: list[_Open] = field(default_factory=list)
    #: How many of those are pictures: within their words, nothing is more than words.
    pictures: int = 0
    _bracket: int = -1
    _brackets_end: int = -1

    def step(self, kind: str, value: object, start: int, end: int) -> Passage | None:
        """Take in one event, and return what is complete with it."""
        if kind == "End" and isinstance(value, str) and value in _ELEMENTS:
            return self._finished(_ELEMENTS[value], end)
        for one in self._open:
            one.words_end = max(one.words_end, end)
            one.worded |= kind in _WORDS and isinstance(value, str) and not value.isspace()
        if kind == "Text" and isinstance(value, str):
            return None if self.pictures else self._failed(value, start, end)
        if kind == "Start" and isinstance(value, dict):
            if "Heading" in value:
                return Heading(int(value["Heading"]["level"].removeprefix("H")), start)
            if "Link" in value:
                self._open.append(_Open(value["Link"], start, start + len("[")))
            elif "Image" in value:
                self._open.append(_Open(value["Image"], start, start + len("![")))
                self.pictures += 1
        return None

    def _finished(self, tag: str, end: int) -> Link | None:
        done = self._open.pop()
        self.pictures -= tag == "img"
        if self.pictures:
            return None
        written = done.about["dest_url"]
        form = done.about["link_type"]
        if form == "Email":
            written = f"mailto:{written}"
        return Link(
            tag=tag,
            written=written,
            address=percent_encode(written, safe=_KEPT_IN_ADDRESS),
            worded=done.worded,
            start=done.start,
            end=end,
            # An autolink is nothing but its address, between < and >.
            words_end=done.start if form in {"Autolink", "Email"} else done.words_end,
            label=done.about["id"] if form in {"Reference", "Collapsed", "Shortcut"} else None,
        )

    def _failed(self, text: str, start: int, end: int) -> FailedLink | None:
        """Notice brackets that stayed text: the parser gives `[`, `![` and `]` one by one where it looks for links."""
        if text in {"[", "!["}:
            self._bracket = start
        elif text == "]":
            self._brackets_end = end
        elif start == self._brackets_end and text[:1] == "(" and self._bracket >= 0:
            match = _FAILED.match(self.text, self._bracket)
            if match and match.start("address") == start + 1:
                written = match["address"].decode()
                return FailedLink(match.group().startswith(b"!"), written, *match.span("address"))
        return None


class Prose:
    """The text of a review, in its file.

    The parser counts in bytes of UTF-8; a place in the file is found only for what there is something to say of.
    """

    def __init__(self, source: str, span: Span) -> None:
        """Take the text that stands at a span of a file."""
        self._source = source
        self._span = span
        self._text = source[span.start : span.end]
        self._bytes = self._text.encode()
        self._found: dict[str, Span | None] = {}

    def passages(self) -> Iterator[Passage]:
        """Yield what there may be something to say of; a picture comes before the link that it stands in."""
        walk = _Walk(self._bytes)
        html = RawHtml()
        for event, place in pyromark.events_with_range(self._text, options=MARKDOWN):
            kind: str
            value: Any
            kind, value = next(iter(event.items())) if isinstance(event, dict) else (event, "")
            if kind in {"Html", "InlineHtml"} and not walk.pictures:
                html.add(value, place["start"])
            elif html and value != "HtmlBlock":
                yield html
                html = RawHtml()
            passage = walk.step(kind, value, place["start"], place["end"])
            if passage is not None:
                yield passage
        if html:
            yield html

    def span_of(self, passage: Heading | FailedLink | Link) -> Span:
        """Find the marks of a heading, or the address of a link: in the link, or in the definition it refers to."""
        if isinstance(passage, Heading):
            marks = re.compile(rb"#+").search(self._bytes, passage.start)
            return self._between(*marks.span()) if marks else Span.at(self._offset(passage.start))
        if isinstance(passage, FailedLink):
            return self._between(passage.start, passage.end)
        if passage.label is not None:
            return self._definition(passage) or self._between(passage.start, passage.end)
        if passage.words_end == passage.start:
            return self._between(passage.start + 1, passage.end - 1)
        return self._inline(passage)

    def words_of(self, link: Link) -> Span:
        """Find the square brackets of a link or a picture."""
        return self._between(link.start, min(link.words_end + 1, link.end))

    def span_of_tag(self, html: RawHtml, tag: Tag | Oddity) -> Span:
        """Find a tag."""
        byte, after = html.place(tag.start)
        start = self._offset(byte) + after
        return Span(start, min(start + tag.end - tag.start, self._span.end))

    def span_of_value(self, html: RawHtml, tag: Tag, attribute: Attribute) -> Span:
        """Find the value of an attribute; the tag, where it has none or is broken by marks of a quote."""
        element = self.span_of_tag(html, tag)
        written = html.html[attribute.start : attribute.end]
        start = element.start + attribute.start - tag.start
        if not self._source.startswith(written, start):  # marks of a quote stand between
            start = self._source.find(written, element.start, 2 * element.end - element.start)
        return Span(start, start + len(written)) if written and start >= 0 else element

    def _inline(self, link: Link) -> Span:
        found = _INLINE.search(self._bytes, link.words_end, link.end)
        if found is None:
            return self._between(link.start, link.end)
        start, end = found.span("bare" if found["angle"] is None else "angle")
        end = min(end, link.end - 1)  # the parenthesis is no part of the address
        return self._between(start, end) if start < end else self._between(found.start() + 1, link.end)

    def _definition(self, link: Link) -> Span | None:
        label = _folded(link.label or "")
        if label not in self._found:
            self._found[label] = self._find(label, link.written)
        return self._found[label]

    def _find(self, label: str, address: str) -> Span | None:
        for colon in self._definitions.get(label, ()):
            found = _DESTINATION.match(self._source, colon, self._span.end)
            form = "bare" if found and found["angle"] is None else "angle"
            # What stands in a block of code defines nothing.
            if found and unescape(_ESCAPE.sub(r"\1", found[form])) == address:
                return Span(*found.span(form))
        return None

    @cached_property
    def _definitions(self) -> Mapping[str, Sequence[int]]:
        """List for each name where the colon of its definition stands, or what looks like one, in their order."""
        colons = defaultdict(list)
        for match in _DEFINITION.finditer(self._source, self._span.start, self._span.end):
            colons[_folded(match["label"])].append(match.end())
        return colons

    def _between(self, start: int, end: int) -> Span:
        return Span(self._offset(start), self._offset(end))

    def _offset(self, byte: int) -> int:
        """Answer which character of the file a byte of the text belongs to."""
        if len(self._bytes) == len(self._text):
            return self._span.start + byte
        block = byte // _BLOCK
        return self._span.start + self._characters[block] + _count(self._bytes[block * _BLOCK : byte])

    @cached_property
    def _characters(self) -> list[int]:
        """Count the characters before each block of bytes."""
        counts = (_count(self._bytes[at : at + _BLOCK]) for at in range(0, len(self._bytes), _BLOCK))
        return list(accumulate(counts, initial=0))


def _folded(label: str) -> str:
    """Write the name of a definition as those that mean the same are written (CommonMark, 4.7)."""
    return " ".join(re.split(r"[\s>]+", label.strip())).casefold()


def _count(encoded: bytes) -> int:
    """Count the characters that begin in a piece of UTF-8."""
    return len(encoded.translate(None, _CONTINUATION))
