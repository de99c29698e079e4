"""A text file as its editor sees it: lines, columns and the pieces messages quote."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import NamedTuple

_LINE_END = re.compile(r"\r\n|\r|\n")
# Lines are counted block by block: to remember where each begins, a file of line ends would take forty times its size.
_BLOCK = 8192


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
    def _blocks(self) -> tuple[list[int], list[int]]:
        """How many lines end before each block of the text, and where the line begins that is open there."""
        ended, begun = [0], [0]
        for start in range(0, len(self.text), _BLOCK):
            end = start + _BLOCK
            ended.append(ended[-1] + self._ends(start, end))
            begun.append(self._begin(start, end) or begun[-1])
        return ended, begun

    def _ends(self, start: int, end: int) -> int:
        """Count the lines that end from one offset to another; CR LF ends one, at its second character."""
        text = self.text
        return (
            text.count("\n", start, end) + text.count("\r", start, end) - text.count("\r\n", start, end + 1)
        )

    def _begin(self, start: int, end: int) -> int:
        """Answer where the last line begins that begins behind `start` and not behind `end`; 0 where none does."""
        feed, carriage = self.text.rfind("\n", start, end), self.text.rfind("\r", start, end)
        if carriage == end - 1 >= 0 and self.text.startswith("\n", end):
            carriage = self.text.rfind("\r", start, carriage)
        return max(feed, carriage) + 1

    def position(self, offset: int) -> tuple[int, int]:
        """Answer line and column, both counted from 1, in characters."""
        ended, begun = self._blocks
        block = offset // _BLOCK
        start = block * _BLOCK
        begin = self._begin(start, offset) or begun[block]
        return ended[block] + self._ends(start, offset) + 1, offset - begin + 1

    @cached_property
    def _lines(self) -> dict[int, str]:
        return {}

    def line(self, number: int) -> str:
        """Return a line (counted from 1) without its end."""
        known = self._lines.get(number)
        if known is None:  # many faults of one long line share its text
            start = self.offset(number)
            feed = self.text.find("\n", start)
            carriage = self.text.find("\r", start, feed if feed >= 0 else len(self.text))
            end = carriage if carriage >= 0 else feed
            known = self._lines[number] = self.text[start:] if end < 0 else self.text[start:end]
        return known

    def offset(self, line: int, column: int = 1) -> int:
        """Answer the offset of a line and column, both counted from 1, within the text."""
        ended, _ = self._blocks
        line = min(line, ended[-1] + 1)
        if line == 1:
            return min(column - 1, len(self.text))
        block = bisect_left(ended, line - 1) - 1
        ends = _LINE_END.finditer(self.text, block * _BLOCK)
        start = next(islice(ends, line - 2 - ended[block], None)).end()
        return min(start + column - 1, len(self.text))
