"""The offers of a post as they stand in its front matter: the texts of their keys, and traces of whoever was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from publisher.posts.editing import legible
from publisher.posts.layout import end_of_line, end_of_value, next_line, start_of_line
from publisher.posts.tree import Mapping, Scalar, Sequence
from publisher.posts.watch_alterations import KEY, dash_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Keys

    from publisher.diagnostics import Span
    from publisher.posts.alterations import Front
    from publisher.posts.tree import Node


class OfferItem(NamedTuple):
    """An offer as it is written.

    Attributes:
        keys: What each of its keys says, as typed; a value left empty is an empty text.
        annotated: Whether there is a comment in it, or a value in lines of its own, which may hide one. Comments on
            lines of their own count where they are indented farther than the dash.
    """

    keys: Keys[str, str]
    annotated: bool


def offer_items(data: bytes, name: str) -> tuple[OfferItem, ...]:
    """Read the offers of a post; none where what stands there is no list of groups.

    Args:
        data: What the file holds.
        name: How messages call the file.

    Raises:
        Refused: The front matter cannot be read.
    """
    front = legible(data, name, f"see that `{KEY}` is a list").front
    node = front.node(KEY)
    if not isinstance(node, Sequence):
        return ()
    items = [item for item in node.items if isinstance(item, Mapping)]
    if len(items) != len(node.items):
        return ()
    return tuple(
        OfferItem(
            {key: _text(value) for key, value in item.values.items()}, _is_annotated(front, node, number)
        )
        for number, item in enumerate(items)
    )


def _text(value: Node) -> str:
    return value.value or "" if isinstance(value, Scalar) else ""


def _is_annotated(front: Front, offers: Sequence, number: int) -> bool:
    text, item = front.text, offers.items[number]
    start, end = _lines_of(front, offers, number)
    if "#" not in text[start:end] and "|" not in text[start:end] and ">" not in text[start:end]:
        return False
    if any(text.startswith(("|", ">"), span.start) for span in _texts(item)):
        return True
    between = []
    for span in sorted(_texts(item), key=lambda span: span.start):
        between.append(text[start : span.start])
        start = max(start, span.end)
    return "#" in "".join([*between, text[start:end]])


def _lines_of(front: Front, offers: Sequence, number: int) -> tuple[int, int]:
    """Answer where the characters of an offer begin and end, with the comments that belong to it."""
    text, item = front.text, offers.items[number]
    following = offers.items[number + 1] if number + 1 < len(offers.items) else None
    if offers.flow:
        return item.span.start, following.span.start if following else offers.span.end
    dash = dash_of(front, offers, number)
    margin = dash - start_of_line(text, dash)
    limit = dash_of(front, offers, number + 1) if following else front.parts.front.end
    end = end_of_line(text, end_of_value(item, text))
    at = next_line(text, end)
    while at < limit:
        line = text[at : end_of_line(text, at)]
        note = line.lstrip(" \t")
        if note.startswith("#") and len(line) - len(note) > margin:
            end = at + len(line)
        elif note:
            break
        at = next_line(text, at)
    return dash, end


def _texts(node: Node) -> Iterator[Span]:
    """Yield where the keys and values of a group stand: what looks like a comment there is none."""
    if isinstance(node, Scalar):
        yield node.span
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item)
    else:
        yield from node.keys.values()
        for value in node.values.values():
            yield from _texts(value)
