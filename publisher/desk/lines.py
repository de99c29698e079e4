"""What an edit does to the lines of a file, for people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LINE = re.compile(r"\r\n|\r|\n")
# What differs in more lines than that is no edit of ours; to find which go together would take long.
_MOST_COMPARED = 500


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A line that goes or comes.

    Attributes:
        number: Counted from 1; of a line that goes, in the old file, of one that comes, in the new.
        sign: "-" or "+".
    """

    number: int
    sign: str
    text: str


def changed_lines(before: bytes, after: bytes) -> tuple[ChangedLine, ...]:
    """Compare two states of a file line by line; what is not UTF-8 is shown as such."""
    old, new = _lines(before), _lines(after)
    head = _alike_at_start(old, new)
    tail = _alike_at_start(old[head:][::-1], new[head:][::-1])
    return tuple(_differing(old[head : len(old) - tail], new[head : len(new) - tail], head + 1))


def _differing(old: Sequence[str], new: Sequence[str], first: int) -> Iterator[ChangedLine]:
    if max(len(old), len(new)) > _MOST_COMPARED:
        steps = [("replace", 0, len(old), 0, len(new))]
    else:
        steps = list(SequenceMatcher(None, old, new, autojunk=False).get_opcodes())
    for what, i, j, k, m in steps:
        if what != "equal":
            yield from (ChangedLine(first + number, "-", old[number]) for number in range(i, j))
            yield from (ChangedLine(first + number, "+", new[number]) for number in range(k, m))


def _alike_at_start(one: Sequence[str], two: Sequence[str]) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
    )


def _lines(data: bytes) -> list[str]:
    """Split a text into lines without their ends; an end at the end of the file begins no other line."""
    lines = _LINE.split(data.decode("utf-8", "replace"))
    return lines[:-1] if lines[-1] == "" else lines
