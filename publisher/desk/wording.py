"""What a command writes into a file: words fit to stand there, or refused by the option they came with; moments."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Any

from publisher.errors import UsageError
from publisher.values.characters import FORBIDDEN, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from zoneinfo import ZoneInfo

# Those that end a line in YAML 1.1, in Unicode or in some editor.
_LINE_BREAK = re.compile("[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
# Beside what no feed carries, what YAML 1.1 (section 4.1.1) does not take: C1 controls, the byte order mark.
_UNFIT = re.compile(f"{FORBIDDEN.pattern}|[\x80-\x9f\ufeff]")


def require_fit(option: str, written: str) -> str:
    """Return a text that can stand on one line of a file, as it is.

    Raises:
        UsageError: It is empty, or holds a line break or a character that no file of the site may hold.
    """
    if not written.strip():
        way_out = (
            f"write something, or leave {option} out" if option.startswith("-") else "say what it is called"
        )
        raise UsageError(f"{option}: the text is empty", way_out)
    if _LINE_BREAK.search(written):
        raise UsageError(f"{option}: the text holds a line break", "write it on one line")
    if match := _UNFIT.search(written):
        raise UsageError(
            f"{option}: the text holds {name_of(match.group())}, which no feed can carry",
            "leave the character out; it is often left behind by pasting",
        )
    return written


def misused(option: str, about: Mapping[str, Any]) -> UsageError:
    """Make the error of an option from what a checker of values said of it: `message`, `label`, `help`."""
    ways_out = [words for words in (about.get("label"), about.get("help")) if words]
    return UsageError(f"{option}: {about.get('message')}", "; ".join(ways_out) or None)


def written_moment(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment (aware) as front matter takes it: in a zone, with its offset, to the minute where that is exact."""
    local = at.astimezone(zone)
    offset = local.utcoffset()
    # Before zones were agreed on, towns kept their own time, to the second; no front matter takes such an offset.
    if offset is None or offset.total_seconds() % 60:
        local = at.astimezone(UTC)
    return local.isoformat(timespec="seconds" if local.second else "minutes")
