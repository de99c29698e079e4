"""What sources change in the offers of a post, and where the characters of each change go: the natural way first.

Nothing here is sure to be right; `publisher.posts.watch_editing` takes the first way whose result reads as it should.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING

from publisher.diagnostics import Edit
from publisher.posts.alterations import Front, new_places
from publisher.posts.layout import (
    Edits,
    behind_colon,
    end_of_line,
    end_of_value,
    next_line,
    plainly,
    replaced,
    start_of_line,
    without_part,
)
from publisher.posts.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Keys

KEY = "watch"
#: The order in which the keys of an offer are written.
ORDER = (
    *("service", "kind", "url", "region", "price", "quality", "via"),
    *("exclusive", "from", "until", "source", "checked"),
)
# A new list goes below the first of these that is there.
_AFTER = ("image", "rating", "film")
_DASH = re.compile(r"(?<=[\r\n])[ \t]*(-)(?=[ \t\r\n])")
_GAP = re.compile(r"[ \t]+")
_BLANK = re.compile(r"[ \t]*")
# A value in lines of its own: what looks like a comment there is none.
_LITERAL = re.compile(r"[:-][ \t]+[|>]")


@dataclass(frozen=True, slots=True)
class OfferChanges:
    """What becomes of the offers of a post.

    Attributes:
        add: Offers to put below the others, each by its keys.
        alter: By the number of an offer, counted from 0, what some of its keys say from now on; None takes one out.
        drop: The numbers of offers to take out.
    """

    add: tuple[Keys[str, str], ...] = ()
    alter: Keys[int, Keys[str, str | None]] = field(default_factory=dict)
    drop: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.add or self.alter or self.drop)


def block(front: Front) -> tuple[int, int]:
    """Answer where the offers begin and end, with their key and the comments that are indented below it."""
    node = front.node(KEY)
    if node is None or front.root is None:
        return front.parts.front.end, front.parts.front.end
    key = front.root.keys[KEY].start
    if front.root.flow:
        return key, end_of_value(node, front.text)
    return start_of_line(front.text, key), _below(front, node)


def _below(front: Front, node: Node) -> int:
    """Answer where the line begins below the offers, and below comments that are indented farther than their key."""
    text = front.text
    key = front.root.keys[KEY].start if front.root else 0
    margin = key - start_of_line(text, key)
    at = end = next_line(text, end_of_value(node, text))
    while at < front.parts.front.end:
        indent = _BLANK.match(text, at).end() - at  # type: ignore[union-attr] # it matches nothing, too
        if text.startswith("#", at + indent) and indent > margin:
            end = next_line(text, at)
        elif at + indent != end_of_line(text, at):
            break
        at = next_line(text, at)
    return end


def added(front: Front, offers: tuple[Keys[str, str], ...]) -> Iterator[Edits]:
    """Yield the ways in which offers may be put below those that are there."""
    node = front.node(KEY)
    if node is None:
        for indent, place in new_places(front, _AFTER):
            lines = _lines(offers, f"{indent}  - ", front.newline)
            yield (Edit(place, place, f"{indent}{KEY}:{front.newline}{lines}"),)
    elif isinstance(node, Sequence) and node.items:
        yield from _added_to(front, node, offers)
    elif isinstance(node, (Scalar, Sequence)):
        yield from _begun(front, node, offers)


def _added_to(front: Front, node: Sequence, offers: tuple[Keys[str, str], ...]) -> Iterator[Edits]:
    """Put offers below others, written as the last of these is."""
    text, last = front.text, node.items[-1]
    if node.flow:
        at = end_of_value(last, text)
        yield (Edit(at, at, "".join(f", {in_braces(keys)}" for keys in offers)),)
        return
    dash = dash_of(front, node, len(node.items) - 1)
    gap = _GAP.match(text, dash + 1, last.span.start)
    margin = text[start_of_line(text, dash) : dash] + "-" + (gap.group() if gap else " ")
    flow = isinstance(last, Mapping) and last.flow
    lines = _lines(offers, margin, front.newline, flow=flow)
    for place in dict.fromkeys((_below(front, node), next_line(text, end_of_value(last, text)))):
        yield (Edit(place, place, lines),)


def _begun(front: Front, node: Scalar | Sequence, offers: tuple[Keys[str, str], ...]) -> Iterator[Edits]:
    """Put the first offers where the key is there and says nothing."""
    text, root = front.text, front.root
    if root is None:
        return
    written = text[node.span.start : node.span.end]
    if not root.flow and "#" not in written:
        key = root.keys[KEY].start
        colon = behind_colon(text, root, KEY)
        lines = _lines(offers, f"{text[start_of_line(text, key) : key]}  - ", front.newline)
        below = next_line(text, node.span.end if written else colon)
        # Where nothing is written its place may be anywhere behind the colon, even behind comments.
        yield (*((Edit(colon, node.span.end, ""),) if written else ()), Edit(below, below, lines))
    listed = ", ".join(in_braces(keys) for keys in offers)
    if isinstance(node, Sequence):
        yield (Edit(node.span.start + 1, node.span.start + 1, listed),)
    else:
        yield (Edit(*node.span, f"{'' if written else ' '}[{listed}]"),)


def altered(front: Front, number: int, keys: Keys[str, str | None]) -> Iterator[Edits]:
    """Yield the way in which what an offer says may be changed, key by key."""
    node = front.node(KEY)
    offer = node.items[number] if isinstance(node, Sequence) else None
    if not isinstance(offer, Mapping):
        return
    edits: list[Edit] = []
    new = {key: value for key, value in keys.items() if value is not None and key not in offer.keys}
    for key, value in keys.items():
        if key in offer.keys:
            edits += _without(front, offer, key) if value is None else replaced(front.text, offer, key, value)
    edits += _with(front, offer, {key: str(new[key]) for key in ORDER if key in new})
    yield tuple(edits)


def _with(front: Front, offer: Mapping, new: Keys[str, str]) -> Iterator[Edit]:
    """Put keys into an offer, each below the one that comes before it."""
    text = front.text
    places: dict[int, str] = {}
    for key, value in new.items():
        before = [name for name in ORDER[: ORDER.index(key)] if name in offer.keys]
        end = end_of_value(offer.values[before[-1] if before else next(reversed(offer.values))], text)
        if offer.flow:
            places[end] = f"{places.get(end, '')}, {key}: {plainly(value, flow=True)}"
        else:
            end = next_line(text, end)
            first = next(iter(offer.keys.values())).start
            margin = " " * (first - start_of_line(text, first))
            places[end] = f"{places.get(end, '')}{margin}{key}: {plainly(value)}{front.newline}"
    yield from (Edit(place, place, lines) for place, lines in places.items())


def _without(front: Front, offer: Mapping, key: str) -> Edits:
    """Take a key out of an offer, with what it says."""
    text, names = front.text, list(offer.keys)
    spans = [(offer.keys[name].start, end_of_value(offer.values[name], text)) for name in names]
    at = names.index(key)
    if offer.flow:
        return (without_part(text, spans, at),)
    start, end = spans[at]
    if at == 0 and len(spans) > 1:  # it stands behind the dash, where the next goes
        return (Edit(start, spans[1][0], ""),)
    return (Edit(start_of_line(text, start), next_line(text, end), ""),)


def dropped(front: Front, number: int) -> Iterator[Edits]:
    """Yield the way in which an offer may be taken out; the key stays, and so the place where the next one goes."""
    node, text = front.node(KEY), front.text
    if not isinstance(node, Sequence):
        return
    if node.flow:
        spans = [(item.span.start, end_of_value(item, text)) for item in node.items]
        yield (without_part(text, spans, number),)
        return
    start = start_of_line(text, dash_of(front, node, number))
    end = next_line(text, end_of_value(node.items[number], text))
    if _LITERAL.search(text, start, end):
        yield (Edit(start, end, ""),)
    else:
        yield _without_lines(text, start, end)


def _without_lines(text: str, start: int, end: int) -> Edits:
    """Take out lines, but for comments that have lines of their own."""
    lines = []
    while start < end:
        lines.append((start, next_line(text, start)))
        start = lines[-1][1]
    edits = []
    for note, group in groupby(lines, lambda line: text[line[0] : line[1]].lstrip(" \t").startswith("#")):
        run = list(group)
        if not note:
            edits.append(Edit(run[0][0], run[-1][1], ""))
    return tuple(edits)


def dash_of(front: Front, node: Sequence, number: int) -> int:
    """Answer where the dash of an offer stands, in a list in lines."""
    if number == 0:
        return node.span.start
    start = end_of_value(node.items[number - 1], front.text)
    found = [match.start(1) for match in _DASH.finditer(front.text, start, node.items[number].span.start)]
    return found[-1] if found else node.items[number].span.start


def _lines(offers: tuple[Keys[str, str], ...], margin: str, newline: str, *, flow: bool = False) -> str:
    """Write offers in lines; the margin ends in the dash that begins each, and what stands between it and the first key."""
    if flow:
        return "".join(f"{margin}{in_braces(keys)}{newline}" for keys in offers)
    inner = " " * len(margin)
    return "".join(
        f"{inner if number else margin}{key}: {plainly(value)}{newline}"
        for keys in offers
        for number, (key, value) in enumerate(keys.items())
    )


def in_braces(keys: Keys[str, str]) -> str:
    """Write an offer on one line, as it can stand in brackets and behind a dash."""
    return "{" + ", ".join(f"{key}: {plainly(value, flow=True)}" for key, value in keys.items()) + "}"
