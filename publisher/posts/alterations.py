"""What can be altered in front matter, and where the characters of each alteration go: the natural way first.

Nothing here is sure to be right: YAML is written in more ways than these functions know. `publisher.posts.editing`
takes the first way whose result reads as it should.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from publisher.diagnostics import Edit
from publisher.posts.layout import (
    BLOCK,
    Edits,
    behind,
    end_of_line,
    end_of_value,
    lines_below,
    next_line,
    plainly,
    replaced,
    start_of_line,
    without_part,
)
from publisher.posts.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.posts.handler import Parts

_DASH = re.compile(r"[ \t]*-[ \t]+")
_NOTES = re.compile(r"(?:(?:[ \t]+#[^\r\n]*|[ \t]*+)(?:\r\n|\r|\n))*+")
_COMMENT_LINE = re.compile(r"(?:^|[\r\n])[ \t]*#")


@dataclass(frozen=True, slots=True)
class Set:
    """Let a key say `value`, a text on one line; a new key goes below the first of `after` that is there."""

    key: str
    value: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a key out, with all that it says."""

    key: str


@dataclass(frozen=True, slots=True)
class Include:
    """Put an item at the end of a list; a new list goes below the first of `after` that is there."""

    key: str
    item: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exclude:
    """Take an item out of a list, and the list out with the last of them."""

    key: str
    item: str


Alteration: TypeAlias = Set | Remove | Include | Exclude


@dataclass(frozen=True, slots=True)
class Front:
    """Front matter as it stands in a file: all of the text, where its parts are, its keys and values.

    Attributes:
        name: How messages call the file.
        root: None where there are nothing but comments.
        repeated: Keys that stand more than once.
    """

    name: str
    text: str
    parts: Parts
    root: Mapping | None
    repeated: frozenset[str]

    @property
    def newline(self) -> str:
        """How the file ends its lines."""
        return self.text[self.parts.opening.end : self.parts.front.start]

    def node(self, key: str) -> Node | None:
        """Return what a key says, None where it is not there."""
        return self.root.values.get(key) if self.root else None


def ways(front: Front, alteration: Alteration) -> Iterator[Edits]:
    """Yield the ways in which an alteration may be written, the most natural first."""
    node = front.node(alteration.key)
    if isinstance(alteration, Set):
        if node is None:
            yield from _new_line(front, alteration.key, plainly(alteration.value), alteration.after)
        elif front.root is not None:
            yield replaced(front.text, front.root, alteration.key, alteration.value)
    elif isinstance(alteration, Remove):
        yield from _without_key(front, alteration.key)
    elif isinstance(alteration, Include):
        yield from _with_item(front, node, alteration)
    elif node is not None:
        yield from _without_item(front, node, alteration)


def _new_line(front: Front, key: str, written: str, after: tuple[str, ...]) -> Iterator[Edits]:
    """Write a line of its own: below one of some keys, else below the last one, else where front matter ends."""
    for indent, place in new_places(front, after):
        yield (Edit(place, place, f"{indent}{key}: {written}{front.newline}"),)


def new_places(front: Front, after: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    """Yield where a new key may begin, and how far it is indented: below the first of some keys, below the last, at the end.

    In braces there is no such place.
    """
    root = front.root
    if root is not None and root.flow:
        return
    indent = ""
    places = []
    if root is not None and root.keys:
        first = next(iter(root.keys.values())).start
        indent = front.text[start_of_line(front.text, first) : first]
        below = next((name for name in after if name in root.keys), next(reversed(root.keys)))
        places += [
            next_line(front.text, end_of_value(root.values[name], front.text))
            for name in (below, next(reversed(root.keys)))
        ]
    for place in dict.fromkeys([*places, front.parts.front.end]):
        yield indent, place


def _without_key(front: Front, key: str) -> Iterator[Edits]:
    """Take out the lines of a key and of all that it says."""
    root = front.root
    if root is None or root.flow:
        return
    start = start_of_line(front.text, root.keys[key].start)
    end = next_line(front.text, end_of_value(root.values[key], front.text))
    yield (Edit(start, end, ""),)
    # An indented comment or an empty line below it would become text of a block above it.
    yield (Edit(start, behind(_NOTES, front.text, end), ""),)


def _with_item(front: Front, node: Node | None, alteration: Include) -> Iterator[Edits]:
    text, item = front.text, plainly(alteration.item, flow=True)
    if node is None:
        yield from _new_line(front, alteration.key, f"[{item}]", alteration.after)
    elif isinstance(node, Scalar):
        yield _list_of_two(text, node, item)
    elif isinstance(node, Sequence) and node.flow:
        at = end_of_value(node.items[-1], text) if node.items else node.span.start + 1
        yield (Edit(at, at, f", {item}" if node.items else item),)
    elif isinstance(node, Sequence) and node.items:
        last = node.items[-1]
        start, end = start_of_line(text, last.span.start), end_of_line(text, end_of_value(last, text))
        dash = _DASH.match(text, start, last.span.start)
        if dash is not None:
            yield (Edit(end, end, f"{front.newline}{dash.group()}{plainly(alteration.item)}"),)


def _list_of_two(text: str, node: Scalar, item: str) -> Edits:
    """Make a list of what stands alone and another item."""
    written = text[node.span.start : node.span.end]
    if node.value is None:
        space = "" if written else " "
        return (Edit(*node.span, f"{space}[{item}]"),)
    if written[0] in "'\"":
        start, end = node.span
        return (Edit(start, start, "["), Edit(end, end, f", {item}]"))
    new = f"[{plainly(node.value, flow=True)}, {item}]"
    if head := BLOCK.match(written):
        start = node.span.start
        return (Edit(start, start + head.end(), new), *lines_below(text, start, end_of_value(node, text)))
    return (Edit(*node.span, new),)


def _without_item(front: Front, node: Node, alteration: Exclude) -> Iterator[Edits]:
    text = front.text
    if front.root and (not isinstance(node, Sequence) or len(node.items) == 1):
        lines = text[front.root.keys[alteration.key].end : end_of_value(node, text)]
        # What somebody noted between the lines of a list outlives its items.
        if not _COMMENT_LINE.search(lines):
            yield from _without_key(front, alteration.key)
    if not isinstance(node, Sequence):
        return
    at = next(
        number
        for number, item in enumerate(node.items)
        if isinstance(item, Scalar) and item.value == alteration.item
    )
    spans = [(item.span.start, end_of_value(item, text)) for item in node.items]
    if node.flow:
        yield (without_part(text, spans, at),)
    else:
        start, end = spans[at]
        yield (Edit(start_of_line(text, start), next_line(text, end), ""),)
