"""Durations as people say and write them."""

from __future__ import annotations

import re
from datetime import timedelta

_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 31_557_600
_UNITS = {"s": 1, "m": _MINUTE, "h": _HOUR, "d": _DAY, "w": 7 * _DAY}
_WRITTEN = re.compile(r"([0-9]{1,6})\s*([smhdw])", re.ASCII | re.IGNORECASE)


def parse_duration(written: str) -> timedelta:
    """Read a whole number and its unit: "45s", "30m", "24h", "7d" or "2w"; "0" needs none.

    Raises:
        ValueError: It is something else.
    """
    text = written.strip()
    if text == "0":
        return timedelta()
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError("not a duration")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2].lower()])


def duration_in_words(seconds: float) -> str:
    """Say a duration with as much precision as anybody wants: "40 s", "6 min", "20 h 5 min", "3 days 20 h", "2 years".

    What is shorter than a second, or negative, is "1 s".
    """
    if seconds < 1.5 * _MINUTE:
        return f"{max(1, round(seconds))} s"
    if seconds < 1.5 * _HOUR:
        return f"{round(seconds / _MINUTE)} min"
    if seconds < 2 * _DAY:
        hours, minutes = divmod(round(seconds / _MINUTE), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    if seconds < 14 * _DAY:
        days, hours = divmod(round(seconds / _HOUR), 24)
        return f"{days} days {hours} h" if hours else f"{days} days"
    return f"{int(seconds // _DAY)} days" if seconds < 2 * _YEAR else f"{int(seconds // _YEAR)} years"
