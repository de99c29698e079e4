"""Numbers, sizes and times in the words of messages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LONGEST_QUOTE = 200
_KIB, _MIB, _GIB = 1024, 1024**2, 1024**3


def count(number: int, one: str, many: str | None = None) -> str:
    """Count things in words: "1 post", "2 posts"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def size(amount: int) -> str:
    """Say a number of bytes: "512 bytes", "3.4 KiB", "1.2 GiB"."""
    for unit, name in ((_GIB, "GiB"), (_MIB, "MiB"), (_KIB, "KiB")):
        if amount >= unit:
            return f"{amount / unit:,.1f} {name}"
    return count(amount, "byte")


def written(at: datetime) -> str:
    """Write a moment as its own zone does: "2026-11-22 06:00 CST"."""
    return f"{at:%Y-%m-%d %H:%M %Z}"


def moment(seconds: float, zone: ZoneInfo) -> str:
    """Write a time in seconds since 1970 as the site's zone does."""
    try:
        return written(datetime.fromtimestamp(seconds, UTC).astimezone(zone))
    except (ValueError, OverflowError, OSError):  # a damaged ledger, a clock that stood wrong
        return "a time that no calendar has"


def quoted(text: str) -> str:
    """Shorten another's words to what may stand in a message."""
    shown = "".join(character if character.isprintable() else "\ufffd" for character in text)
    return shown if len(shown) <= _LONGEST_QUOTE else shown[:_LONGEST_QUOTE] + "…"
