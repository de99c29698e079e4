"""How values stand in front matter: where they begin and end, and how one is written in the place of another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from publisher.diagnostics import Edit
from publisher.posts.tree import NULLS, Mapping, Node, Scalar, Sequence
from publisher.posts.yaml_text import in_place_of, quoted, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable

# The head of a block scalar: how its lines are joined, how its end is cut, how far it is indented.
BLOCK = re.compile(r"[|>][+\-0-9]*")
_COLON = re.compile(r"\s*:")
_COMMA = re.compile(r"(?:[ \t]*,)?")
_LINE_REST = re.compile(r"[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")

Edits: TypeAlias = tuple[Edit, ...]


def plainly(value: str, *, flow: bool = False) -> str:
    """Write a text on one line, in quotes only where it needs them; more often between brackets."""
    if value in NULLS:
        return quoted(value)
    return in_place_of("", value) if flow else scalar(value)


def replaced(text: str, group: Mapping, key: str, value: str) -> Edits:
    """Write a value in the place of what a key of a group says; a comment behind the key or the value stays."""
    node = group.values[key]
    written = text[node.span.start : node.span.end]
    new = plainly(value, flow=group.flow)
    if isinstance(node, Scalar) and not written:
        return (Edit(node.span.start, node.span.start, f" {new}"),)
    if isinstance(node, Scalar) and (head := BLOCK.match(written)):
        start = node.span.start
        return (Edit(start, start + head.end(), new), *lines_below(text, start, end_of_value(node, text)))
    if isinstance(node, Scalar) and written[0] in "'\"":
        return (Edit(*node.span, in_place_of(written, value)),)
    if isinstance(node, Scalar) or node.flow:
        return (Edit(*node.span, new),)
    colon = behind_colon(text, group, key)
    return (Edit(colon, colon, f" {new}"), *lines_below(text, colon, end_of_value(node, text)))


def lines_below(text: str, start: int, end: int) -> Edits:
    """Take out the lines below the one that `start` stands in, down to the one that `end` stands in."""
    first, last = end_of_line(text, start), end_of_line(text, end)
    return (Edit(first, last, ""),) if first < last else ()


def without_part(text: str, parts: Iterable[tuple[int, int]], number: int) -> Edit:
    """Take one of the parts between brackets or braces out, by where each begins and ends, with its comma."""
    parts = list(parts)
    start, end = parts[number]
    before = parts[number - 1][1] if number else start
    after = end if number or len(parts) == 1 else parts[1][0]
    if "#" in text[before:start] or "#" in text[end:after]:  # a comment: it stays, and with it a comma
        before, after = start, behind(_COMMA, text, end)
    return Edit(before, after, "")


def end_of_value(node: Node, text: str) -> int:
    """Answer where a value ends; of one in lines, behind the last character of the last line."""
    if isinstance(node, Scalar):
        if text.startswith(("|", ">"), node.span.start):
            return node.span.start + len(text[node.span.start : node.span.end].rstrip())
        return node.span.end
    if node.flow:
        return node.span.end
    inner = node.items if isinstance(node, Sequence) else node.values.values()
    return max((end_of_value(value, text) for value in inner), default=node.span.end)


def behind_colon(text: str, group: Mapping, key: str) -> int:
    """Answer where the colon behind a key of a group ends."""
    return behind(_COLON, text, group.keys[key].end)


def start_of_line(text: str, at: int) -> int:
    """Answer where the line begins that a character stands in."""
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def end_of_line(text: str, at: int) -> int:
    """Answer where the line ends that a character stands in, its line end left out."""
    return behind(_LINE_REST, text, at)


def next_line(text: str, at: int) -> int:
    """Answer where the line begins below the one that a character stands in."""
    return behind(_LINE_END, text, end_of_line(text, at))


def behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Answer where what stands at `at` ends; there, where no such thing does."""
    match = pattern.match(text, at)
    return match.end() if match else at
