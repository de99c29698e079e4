"""Repairs that need nobody's judgement: what to write where, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

BYTE_ORDER_MARK = "\ufeff"


class Edit(NamedTuple):
    """Put `text` where the characters from `start` to `end` stand; offsets as `Source` counts them."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A safe repair of a fault.

    Attributes:
        title: What it does, for people: "put the value in quotes".
        edits: What to write where.
    """

    title: str
    edits: tuple[Edit, ...]


#: A byte order mark stands before the first character that `Source` counts.
STRIP_BYTE_ORDER_MARK = Fix("remove the byte order mark", (Edit(-1, 0, ""),))


def apply_fixes(written: str, fixes: Iterable[Fix]) -> tuple[str, list[Fix]]:
    """Repair a text; a fix that touches what an earlier one touched is left for the next round.

    Args:
        written: All of a file, its byte order mark included.
        fixes: The repairs, in the order of their faults.

    Returns:
        The repaired text, and the fixes that went into it.
    """
    shift = len(BYTE_ORDER_MARK) if written.startswith(BYTE_ORDER_MARK) else 0
    done: list[Fix] = []
    edits: list[Edit] = []
    for fix in fixes:
        if all(_apart(edit, other) for edit in fix.edits for other in edits):
            edits += fix.edits
            done.append(fix)
    for start, end, text in sorted(edits, reverse=True):
        written = written[: start + shift] + text + written[end + shift :]
    return written, done


def _apart(edit: Edit, other: Edit) -> bool:
    return edit.end < other.start or other.end < edit.start
