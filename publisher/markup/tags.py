"""Tags within HTML: which there are, what their attributes say, and where all that stands (HTML standard, 13.2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_TAG_NAME = re.compile(r"</?+([a-zA-Z][^\t\n\f\r />]*+)")
_ATTRIBUTE = re.compile(
    r"""
    [\t\n\f\r /]*+
    (?:
        (?P<close>>)
      | (?P<name>[^\t\n\f\r />][^\t\n\f\r />=]*+)
        (?:
            [\t\n\f\r ]*+=[\t\n\f\r ]*+
            (?:"(?P<double>[^"]*+)(?:"|\Z)|'(?P<single>[^']*+)(?:'|\Z)|(?P<bare>[^\t\n\f\r >]*+))
        )?+
    )
    """,
    re.VERBOSE,
)
# In an attribute, a reference without its semicolon means itself where more of a word follows (13.2.5.73).
_REFERENCE = re.compile(
    r"&(?:#(?:[0-9]++|[xX][0-9a-fA-F]++);?|(?P<name>[a-zA-Z][a-zA-Z0-9]*+;|[a-zA-Z0-9]++(?!=)))"
)
_COMMENT = re.compile(r"<!--(?:-?>|.*?--!?>)", re.DOTALL)
_COMMENT_END = re.compile("--!?>")
_RENAMED = {"image": "img"}  # 13.2.6.4.7: "Don't ask."
_NOTHING = re.compile(r"(?!)")
#: What stands in these is text, whatever it looks like; the sanitiser takes `noscript` for one of them.
RAW_TEXT = frozenset(
    {"iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp"}
)


class Attribute(NamedTuple):
    """What an attribute says, and where that is written."""

    value: str
    start: int
    end: int


class Tag(NamedTuple):
    """A tag, its name in lower case; of an attribute that stands twice, the first counts.

    Attributes:
        closes: Whether it is an end tag.
        slashed: Whether it ends in a slash, which HTML takes no notice of.
    """

    name: str
    start: int
    end: int
    closes: bool
    slashed: bool
    attributes: Mapping[str, Attribute]


class Odd(Enum):
    """What begins as a tag does and is none."""

    #: A comment without an end.
    COMMENT = auto()
    #: A declaration, a section of CDATA or a processing instruction.
    DECLARATION = auto()
    #: A tag without an end.
    TAG = auto()


class Oddity(NamedTuple):
    """Something odd, and where it stands."""

    kind: Odd
    start: int
    end: int


@dataclass(slots=True)
class TagReader:
    """Reads HTML that comes in pieces, between which other things stand.

    A comment, or an element of raw text, that one piece opens hides what stands in the next. A tag does not: what
    follows one without an end is anybody's guess.
    """

    _hidden_until: re.Pattern[str] | None = None

    def read(self, html: str) -> Iterator[Tag | Oddity]:
        """Yield the tags of a piece, and what only begins as one."""
        position = 0
        while True:
            if self._hidden_until is not None:
                revealed = self._hidden_until.search(html, position)
                if revealed is None:
                    return
                self._hidden_until = None
                position = revealed.end()
            start = html.find("<", position)
            if start < 0:
                return
            found, position = self._at(html, start)
            if found is not None:
                yield found

    def _at(self, html: str, start: int) -> tuple[Tag | Oddity | None, int]:
        """Read what a `<` begins, and answer where reading goes on."""
        name = _TAG_NAME.match(html, start)
        if name is not None:
            tag = _tag(html, name)
            if tag is None:
                return Oddity(Odd.TAG, start, name.end()), len(html)
            if tag.name in RAW_TEXT and not tag.closes:
                self._hidden_until = _end_of_raw_text(tag.name)
            return tag, tag.end
        if html.startswith("<!--", start):
            comment = _COMMENT.match(html, start)
            if comment is not None:
                return None, comment.end()
            self._hidden_until = _COMMENT_END
            return Oddity(Odd.COMMENT, start, start + 4), len(html)
        if html.startswith(("<!", "<?", "</"), start):
            end = html.find(">", start) + 1 or len(html)
            return (None if html[start + 1] == "/" else Oddity(Odd.DECLARATION, start, end)), end
        return None, start + 1


def _end_of_raw_text(name: str) -> re.Pattern[str]:
    """Return what finds the place before the end tag; it is read as any other."""
    if name == "plaintext":  # it has none
        return _NOTHING
    return re.compile(rf"(?=</{name}[\t\n\f\r />])", re.IGNORECASE)


def _tag(html: str, name: re.Match[str]) -> Tag | None:
    """Read a tag to its end; None where the text ends before."""
    attributes: dict[str, Attribute] = {}
    position = name.end()
    while found := _ATTRIBUTE.match(html, position):
        position = found.end()
        if found["close"]:
            return Tag(
                _RENAMED.get(name[1].lower(), name[1].lower()),
                name.start(),
                position,
                closes=html[name.start() + 1] == "/",
                slashed=found.group().endswith("/>"),
                attributes=attributes,
            )
        group = found.lastgroup or "name"
        value = "" if group == "name" else _meaning(found[group])
        attributes.setdefault(found["name"].lower(), Attribute(value, *found.span(group)))
    return None


def _meaning(written: str) -> str:
    """Resolve the references in the value of an attribute."""
    return _REFERENCE.sub(_referred, written) if "&" in written else written


def _referred(reference: re.Match[str]) -> str:
    name = reference["name"]
    return html5.get(name, reference.group()) if name else unescape(reference.group())
