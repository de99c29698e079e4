"""Texts as YAML writes them: plain where they can be, in quotes where they would mean something else."""

from __future__ import annotations

import re

# What makes a plain value mean something else: an indicator at its start, or `: ` or ` #` within.
RISKY = re.compile(r"""^[\[\]{}&*!|>'"%@`,?#-]|: |\s#|:$""")
_RISKY_IN_BRACKETS = re.compile(r"[\[\]{},?]|:\S")


def quoted(value: str) -> str:
    """Quote a text in the way that is easiest to read."""
    if ('"' in value or "\\" in value) and "'" not in value:
        return f"'{value}'"
    return _in_double_quotes(value)


def scalar(value: str) -> str:
    """Write a text on one line, in quotes only where it needs them."""
    return (
        quoted(value) if RISKY.search(value) or not value.isprintable() or value != value.strip() else value
    )


def in_place_of(written: str, value: str) -> str:
    """Write a text in the way that another was written: in the same quotes, or in none where that can be."""
    if written.startswith("'"):
        return "'" + value.replace("'", "''") + "'"
    if written.startswith('"'):
        return _in_double_quotes(value)
    # Whether it stands in brackets is not looked at: what could only stand outside goes in quotes, too.
    return quoted(value) if _RISKY_IN_BRACKETS.search(value) else scalar(value)


def _in_double_quotes(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
