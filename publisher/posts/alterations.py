"""What can be altered in front matter, and where the characters of each alteration go: the natural way first.

Nothing here is sure to be right: YAML is written in more ways than these functions know. `publisher.posts.editing`
takes the first way whose result reads as it should.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from publisher.diagnostics import Edit
from publisher.posts.tree import NULLS, Mapping, Node, Scalar, Sequence
from publisher.posts.yaml_text import in_place_of, quoted, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.posts.handler import Parts

# The head of a block scalar: how its lines are joined, how its end is cut, how far it is indented.
_BLOCK = re.compile(r"[|>][+\-0-9]*")
_COLON = re.compile(r"\s*:")
_LINE_REST = re.compile(r"[^\r\n]*")
_LINE_END = re.compile(r"\r\n|\r|\n|\Z")
_COMMA = re.compile(r"(?:[ \t]*,)?")
_DASH = re.compile(r"[ \t]*-[ \t]+")
_NOTES = re.compile(r"(?:(?:[ \t]+#[^\r\n]*|[ \t]*+)(?:\r\n|\r|\n))*+")
_COMMENT_LINE = re.compile(r"(?:^|[\r\n])[ \t]*#")

Edits: TypeAlias = tuple[Edit, ...]


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

    def node(self, key: str) -> Node | None:
        """Return what a key says, None where it is not there."""
        return self.root.values.get(key) if self.root else None


def ways(front: Front, alteration: Alteration) -> Iterator[Edits]:
    """Yield the ways in which an alteration may be written, the most natural first."""
    node = front.node(alteration.key)
    if isinstance(alteration, Set):
        if node is None:
            yield from _new_line(front, alteration.key, plainly(alteration.value), alteration.after)
        else:
            yield _replaced(front, alteration.key, node, alteration.value)
    elif isinstance(alteration, Remove):
        yield from _without_key(front, alteration.key)
    elif isinstance(alteration, Include):
        yield from _with_item(front, node, alteration)
    elif node is not None:
        yield from _without_item(front, node, alteration)


def plainly(value: str, *, flow: bool = False) -> str:
    """Write a text on one line, in quotes only where it needs them; more often between brackets."""
    if value in NULLS:
        return quoted(value)
    return in_place_of("", value) if flow else scalar(value)


def _replaced(front: Front, key: str, node: Node, value: str) -> Edits:
    """Write a value where another stands; a comment behind the key or the value stays."""
    text, flow = front.text, front.root is not None and front.root.flow
    written = text[node.span.start : node.span.end]
    new = plainly(value, flow=flow)
    if isinstance(node, Scalar) and not written:
        return (Edit(node.span.start, node.span.start, f" {new}"),)
    if isinstance(node, Scalar) and (head := _BLOCK.match(written)):
        start = node.span.start
        return (Edit(start, start + head.end(), new), *_lines_below(text, start, _end(node, text)))
    if isinstance(node, Scalar) and written[0] in "'\"":
        return (Edit(*node.span, in_place_of(written, value)),)
    if isinstance(node, Scalar) or node.flow:
        return (Edit(*node.span, new),)
    colon = _after_colon(front, key)
    return (Edit(colon, colon, f" {new}"), *_lines_below(text, colon, _end(node, text)))


def _lines_below(text: str, start: int, end: int) -> Edits:
    """Take out the lines below the one that `start` stands in, down to the one that `end` stands in."""
    first, last = _line_end(text, start), _line_end(text, end)
    return (Edit(first, last, ""),) if first < last else ()


def _new_line(front: Front, key: str, written: str, after: tuple[str, ...]) -> Iterator[Edits]:
    """Write a line of its own: below one of some keys, else below the last one, else where front matter ends."""
    root = front.root
    if root is not None and root.flow:
        return
    indent = ""
    places = []
    if root is not None and root.keys:
        first = next(iter(root.keys.values())).start
        indent = front.text[_line_start(front.text, first) : first]
        below = next((name for name in after if name in root.keys), next(reversed(root.keys)))
        places += [
            _next_line(front.text, _end(root.values[name], front.text))
            for name in (below, next(reversed(root.keys)))
        ]
    line_end = front.text[front.parts.opening.end : front.parts.front.start]
    for place in dict.fromkeys([*places, front.parts.front.end]):
        yield (Edit(place, place, f"{indent}{key}: {written}{line_end}"),)


def _without_key(front: Front, key: str) -> Iterator[Edits]:
    """Take out the lines of a key and of all that it says."""
    root = front.root
    if root is None or root.flow:
        return
    start = _line_start(front.text, root.keys[key].start)
    end = _next_line(front.text, _end(root.values[key], front.text))
    yield (Edit(start, end, ""),)
    # An indented comment or an empty line below it would become text of a block above it.
    yield (Edit(start, _behind(_NOTES, front.text, end), ""),)


def _with_item(front: Front, node: Node | None, alteration: Include) -> Iterator[Edits]:
    text, item = front.text, plainly(alteration.item, flow=True)
    if node is None:
        yield from _new_line(front, alteration.key, f"[{item}]", alteration.after)
    elif isinstance(node, Scalar):
        yield _list_of_two(text, node, item)
    elif isinstance(node, Sequence) and node.flow:
        at = _end(node.items[-1], text) if node.items else node.span.start + 1
        yield (Edit(at, at, f", {item}" if node.items else item),)
    elif isinstance(node, Sequence) and node.items:
        last = node.items[-1]
        start, end = _line_start(text, last.span.start), _line_end(text, _end(last, text))
        dash = _DASH.match(text, start, last.span.start)
        line_end = text[front.parts.opening.end : front.parts.front.start]
        if dash is not None:
            yield (Edit(end, end, f"{line_end}{dash.group()}{plainly(alteration.item)}"),)


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
    if head := _BLOCK.match(written):
        start = node.span.start
        return (Edit(start, start + head.end(), new), *_lines_below(text, start, _end(node, text)))
    return (Edit(*node.span, new),)


def _without_item(front: Front, node: Node, alteration: Exclude) -> Iterator[Edits]:
    text = front.text
    if front.root and (not isinstance(node, Sequence) or len(node.items) == 1):
        lines = text[front.root.keys[alteration.key].end : _end(node, text)]
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
    start, end = node.items[at].span.start, _end(node.items[at], text)
    if not node.flow:
        yield (Edit(_line_start(text, start), _next_line(text, end), ""),)
        return
    before = _end(node.items[at - 1], text) if at else start
    after = end if at or len(node.items) == 1 else node.items[1].span.start
    if "#" in text[before:after]:  # a comment: it stays, and with it a comma
        before, after = start, _behind(_COMMA, text, end)
    yield (Edit(before, after, ""),)


def _end(node: Node, text: str) -> int:
    """Answer where a value ends; of one in lines, behind the last character of the last line."""
    if isinstance(node, Scalar):
        if text.startswith(("|", ">"), node.span.start):
            return node.span.start + len(text[node.span.start : node.span.end].rstrip())
        return node.span.end
    if node.flow:
        return node.span.end
    inner = node.items if isinstance(node, Sequence) else node.values.values()
    return max((_end(value, text) for value in inner), default=node.span.end)


def _after_colon(front: Front, key: str) -> int:
    return _behind(_COLON, front.text, front.root.keys[key].end if front.root else 0)


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _line_end(text: str, at: int) -> int:
    return _behind(_LINE_REST, text, at)


def _next_line(text: str, at: int) -> int:
    return _behind(_LINE_END, text, _line_end(text, at))


def _behind(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Answer where what stands at `at` ends; there, where no such thing does."""
    match = pattern.match(text, at)
    return match.end() if match else at
