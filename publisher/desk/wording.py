"""What editors hand to a command in words: fit to stand in a file, or refused by the name of the option it came with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from publisher.errors import UsageError
from publisher.values.characters import FORBIDDEN, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

# Those that end a line in YAML 1.1, in Unicode or in some editor.
_LINE_BREAK = re.compile("[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]")
# Beside what no feed carries, what YAML 1.1 (section 4.1.1) does not take: C1 controls, the byte order mark.
_UNFIT = re.compile(f"{FORBIDDEN.pattern}|[\x80-\x9f\ufeff]")


def require_fit(option: str, written: str) -> str:
    """Return a text that can stand on one line of a file, as it is.

    Raises:
        UsageError: It holds a line break, or a character that no file of the site may hold.
    """
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
