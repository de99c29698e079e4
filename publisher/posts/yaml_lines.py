"""The quickest way through front matter that is written as almost all of it is: a key and its value on each line.

Below a key that stands alone, indented by two, may stand a group of such lines, or a list; a list may also stand in brackets. What
has quotes has nothing in them that stands for something else. Whatever might be anything else is left to libyaml.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

_STEP = "  "
_DEEPEST = 6
# A line: how it is indented, whether an item of a list begins, the key, the value.
_LINE = re.compile(r"^( *+)(- )?(?:([a-z_]{1,64}+):(?: ++|$))?(.*+)$", re.MULTILINE)
_QUOTED = r""""[^"]*+"|'[^']*+'"""
_QUOTES = "\"'"
# Without quotes, a text begins with a letter or a digit, as nothing else in YAML does; a colon before a space would end it.
_TEXT = re.compile(r"[A-Za-z0-9](?:[^:]|:(?! |\Z))*+")
_ITEM = re.compile(rf"{_QUOTED}|[A-Za-z0-9][^,:?\[\]{{}}\"']*+")
_LIST = re.compile(rf"\[ *+(?:(?:{_ITEM.pattern}) *+(?:, *+(?:{_ITEM.pattern}) *+)*+)?\]")
# Where a comment may begin; what may end a line, or indent it, beside what does so here.
_STRANGE = "#\t\r\u2028\u2029"
_NULLS = frozenset({"null", "Null", "NULL"})

_Lines: TypeAlias = "list[tuple[str, str, str, str]]"


class _InDoubt(Exception):
    """The other way has to be taken."""


def values_of_lines(text: str) -> dict[str, Any] | None:
    """Return front matter as text, lists and dicts; None where only another way can tell what it says.

    An answer is always the one that libyaml gives of the same text. That has been looked through before: there are no anchors,
    tags or escapes in it, and no characters that YAML does not take.
    """
    if any(sign in text for sign in _STRANGE):
        return None
    lines = _LINE.findall(text.removesuffix("\n"))
    if lines[0][:2] != ("", ""):
        return None
    try:
        values, end = _group(lines, 0, "")
    except _InDoubt:
        return None
    return values if end == len(lines) else None


def _group(lines: _Lines, at: int, indent: str) -> tuple[dict[str, Any], int]:
    """Read keys and values from a line on, which is indented as those behind it; return them, and which line is the next."""
    values: dict[str, Any] = {}
    _, _, key, written = lines[at]
    while True:
        if not key or key in values or key in _NULLS:
            raise _InDoubt
        at += 1
        if written:
            values[key] = _value(written)
        else:
            values[key], at = _below(lines, at, indent + _STEP)
        if at == len(lines):
            break
        spaces, item, key, written = lines[at]
        if spaces != indent or item:
            break
    return values, at


def _below(lines: _Lines, at: int, indent: str) -> tuple[Any, int]:
    """Read what stands below a key that stands alone."""
    if at == len(lines) or lines[at][0] != indent or len(indent) > _DEEPEST:
        raise _InDoubt
    return _items(lines, at, indent) if lines[at][1] else _group(lines, at, indent)


def _items(lines: _Lines, at: int, indent: str) -> tuple[list[Any], int]:
    """Read the items of a list that has a line for each, or several."""
    values: list[Any] = []
    while at < len(lines):
        spaces, item, key, written = lines[at]
        if spaces != indent or not item:
            break
        if key:
            group, at = _group(lines, at, indent + _STEP)
            values.append(group)
        else:
            values.append(_value(written))
            at += 1
    return values, at


def _value(written: str) -> str | list[str]:
    written = written.rstrip(" ")
    if _TEXT.fullmatch(written) and written not in _NULLS:
        return written
    if written[:1] == "[" and _LIST.fullmatch(written):
        return [_item(item.rstrip(" ")) for item in _ITEM.findall(written)]
    return _quoted(written)


def _item(written: str) -> str:
    """Read an item of a list in brackets; `_ITEM` has seen to what stands in it."""
    if written in _NULLS:
        raise _InDoubt
    return written[1:-1] if written[0] in _QUOTES else written


def _quoted(written: str) -> str:
    text = written[1:-1]
    if (
        len(written) < len(_QUOTES)
        or written[0] not in _QUOTES
        or written[-1] != written[0]
        or written[0] in text
    ):
        raise _InDoubt
    return text
