"""Ready-made repairs for lines that YAML reads in another way than their writer meant."""

from __future__ import annotations

import re

_LINE = re.compile(r"^\s*(?:- +)?(?P<key>[A-Za-z_][\w-]*):\s+(?P<value>\S.*?)\s*$")
# What makes a plain value mean something else: an indicator at its start, or `: ` or ` #` within.
_RISKY = re.compile(r"""^[\[\]{}&*!|>'"%@`,?#-]|: |\s#|:$""")

# Nobody copies a longer line from a message.
_LONGEST = 300


def quoted_line(line: str) -> str | None:
    """Suggest a `key: value` line with its value in double quotes, where that changes its meaning."""
    match = _LINE.match(line) if len(line) <= _LONGEST else None
    if not match or not _RISKY.search(match["value"]):
        return None
    value = match["value"]
    for mark in ("'", '"'):
        if len(value) > 1 and value[0] == value[-1] == mark:
            value = value[1:-1]
            break
        if value.count(mark) == 1 and value[0] == mark:  # opened and never closed
            value = value[1:]
    quoted = _quoted(value)
    return f"put the value in quotes: {match['key']}: {quoted}" if quoted != match["value"] else None


def _quoted(value: str) -> str:
    """Quote a value in the way that is easiest to read."""
    if ('"' in value or "\\" in value) and "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
