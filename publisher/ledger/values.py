"""What the ledger's columns may hold: SQLite keeps anything in any column, and somebody may have edited the file."""

from __future__ import annotations

from typing import Any

# The year 9998 ends then: a time after it cannot be shown everywhere.
_LATEST = 253_370_764_800.0


def moment(value: Any) -> float:  # noqa: ANN401 - it may be anything
    """Take a time in seconds since 1970.

    Raises:
        ValueError, TypeError: It is none, or no calendar has it.
    """
    at = float(value)
    if not 0 <= at < _LATEST:
        raise ValueError("not a time")
    return at


def moment_or_none(value: Any) -> float | None:  # noqa: ANN401 - it may be anything
    """Take a time in seconds since 1970, where there is one."""
    return None if value is None else moment(value)


def text_or_none(value: Any) -> str | None:  # noqa: ANN401 - it may be anything
    """Take a text, where there is one.

    Raises:
        TypeError: It is something else.
    """
    if value is not None and not isinstance(value, str):
        raise TypeError("not a text")
    return value
