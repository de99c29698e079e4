"""A text file as its editor sees it: lines, columns and the pieces messages quote."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A stretch of a text: offsets in characters, the end not included."""

    start: int
    end: int

    @classmethod
    def at(cls, offset: int) -> Span:
        """Point at one character."""
        return cls(offset, offset + 1)


@dataclass(frozen=True)
class Source:
    """The text of one file, without its byte order mark.

    Attributes:
        path: How the file is called in messages: relative to the site where it can be.
        text: All of it; positions are offsets into it, in characters.
    """

    path: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def position(self, offset: int) -> tuple[int, int]:
        """Answer line and column, both counted from 1, in characters."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    @cached_property
    def _lines(self) -> dict[int, str]:
        return {}

    def line(self, number: int) -> str:
        """Return a line (counted from 1) without its end."""
        known = self._lines.get(number)
        if known is None:  # many faults of one long line share its text
            start = self._starts[number - 1]
            end = self._starts[number] if number < len(self._starts) else len(self.text)
            known = self._lines[number] = self.text[start:end].rstrip("\r\n")
        return known

    def offset(self, line: int, column: int = 1) -> int:
        """Answer the offset of a line and column, both counted from 1, within the text."""
        start = self._starts[min(line, len(self._starts)) - 1]
        return min(start + column - 1, len(self.text))
