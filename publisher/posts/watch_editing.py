"""Changes to the offers of a post that a source wrote, or writes now: the bytes they take within `watch:`, and no other.

Like every edit of front matter these are made in the text first and proven by reading the result. What is proven here goes
further: outside `watch:` every byte is the one it was, and so is every byte of an offer that is not the source's own.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from publisher.errors import Refused
from publisher.posts.editing import Reading, legible, said
from publisher.posts.layout import end_of_value, plainly
from publisher.posts.tree import Sequence
from publisher.posts.watch_alterations import KEY, OfferChanges, added, altered, block, dropped, in_braces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.posts.alterations import Front
    from publisher.posts.layout import Edits

__all__ = ["OfferChanges", "edit_watch", "in_words"]

#: The ways in which a change may be written into front matter.
Ways: TypeAlias = "Callable[[Front], Iterator[Edits]]"


def edit_watch(data: bytes, name: str, source: str, changes: OfferChanges) -> bytes:
    """Change the offers in a post's front matter that are a source's own; nothing is written.

    Whatever an editor wrote stays, byte for byte: the other offers, comments on lines of their own, quotes, order,
    line ends, a byte order mark. Only what stands on the lines of an offer that is taken out goes with it.

    Args:
        data: What the file holds.
        name: How messages call the file.
        source: Who the changes are from; only offers with that `source:` are altered or taken out.
        changes: What to change. Values are on one line and have no control characters.

    Raises:
        Refused: An offer to be altered or taken out is not the source's own, or the front matter is written in a way in
            which the change cannot be made for certain.
    """
    if not changes:
        return data
    reading = legible(data, name, in_words(changes))
    offers = _offers(reading)
    own = [number for number, offer in enumerate(offers or ()) if _is_of(offer, source)]
    if offers is not None and not {*changes.alter, *changes.drop}.issubset(own):
        raise Refused(
            f"{name}: an offer to be changed is not one that {source} wrote; nothing was changed",
            "run the command again: the post may have changed meanwhile",
        )
    changed = (_at_once(reading, changes) or _one_by_one(reading, changes)) if offers is not None else None
    if changed is None:
        raise Refused(
            f"{name}: `{KEY}` is written in a way in which it cannot be changed for certain; nothing was changed",
            in_words(changes),
        )
    return changed.written()


def in_words(changes: OfferChanges) -> str:
    """Say what to write by hand, in lines that can be pasted."""
    lines = [f"write below `{KEY}:`"] if changes.add else []
    lines += [f"  - {in_braces(keys)}" for keys in changes.add]
    for number, keys in sorted(changes.alter.items()):
        what = ", ".join(
            f"no {key}:" if value is None else f"{key}: {plainly(value)}" for key, value in keys.items()
        )
        lines.append(f"write into offer {number + 1} of `{KEY}:` {what}")
    if changes.drop:
        lines.append(f"take out of `{KEY}:` offer {', '.join(str(at + 1) for at in sorted(changes.drop))}")
    return "\n".join(lines)


def _at_once(reading: Reading, changes: OfferChanges) -> Reading | None:
    """Make all changes in one go, which is right for whatever is written as people write it."""
    steps = [ways(reading.front) for ways, _ in _steps(changes)]
    first = [next(step, None) for step in steps]
    if any(edits is None for edits in first):
        return None
    edits = tuple(edit for edits in first if edits for edit in edits)
    return _proven(reading, edits, changes)


def _one_by_one(reading: Reading, changes: OfferChanges) -> Reading | None:
    """Make one change after the other, each in the first way that proves right."""
    for ways, change in _steps(changes):
        tried = (_proven(reading, edits, change) for edits in ways(reading.front))
        changed = next((result for result in tried if result is not None), None)
        if changed is None:
            return None
        reading = changed
    return reading


def _steps(changes: OfferChanges) -> Iterator[tuple[Ways, OfferChanges]]:
    """Split changes into single ones, in an order in which none changes the numbers that a later one counts by."""
    for number, keys in changes.alter.items():
        yield partial(altered, number=number, keys=keys), OfferChanges(alter={number: keys})
    if changes.add:
        yield partial(added, offers=changes.add), OfferChanges(add=changes.add)
    for number in sorted(changes.drop, reverse=True):
        yield partial(dropped, number=number), OfferChanges(drop=frozenset({number}))


def _proven(reading: Reading, edits: Edits, changes: OfferChanges) -> Reading | None:
    """Return what edits make of a file, where that says what it is to say, and nothing else has changed by a byte."""
    changed = reading.after(edits)
    offers = _offers(reading)
    if changed is None or offers is None or KEY in reading.front.repeated:
        return None
    wanted = {**reading.values, KEY: _after(offers, changes)}
    kept = [number for number in range(len(offers)) if number not in changes.drop]
    same = [at for at, number in enumerate(kept) if number not in changes.alter]
    before, after = _written_offers(reading.front), _written_offers(changed.front)
    if (
        said(changed.values, KEY) == said(wanted, KEY)
        and [before[kept[at]] for at in same] == [after[at] for at in same]
        and _outside(reading.front, changed.front)
    ):
        return changed
    return None


def _after(offers: list[dict[str, object]], changes: OfferChanges) -> tuple[dict[str, object], ...]:
    """Say what the offers have to be after some changes."""
    kept = []
    for number, offer in enumerate(offers):
        if number not in changes.drop:
            keys = changes.alter.get(number, {})
            gone = {key for key, value in keys.items() if value is None}
            kept.append({key: value for key, value in {**offer, **keys}.items() if key not in gone})
    return (*kept, *(dict[str, object](keys) for keys in changes.add))


def _offers(reading: Reading) -> list[dict[str, object]] | None:
    """Return the offers of a post; None where what stands there is no list of groups."""
    listed = reading.values.get(KEY)
    if listed is None:
        return []
    if not isinstance(listed, tuple) or not all(isinstance(offer, dict) for offer in listed):
        return None
    return list(listed)


def _is_of(offer: dict[str, object], source: str) -> bool:
    """Tell whether an offer is a source's own; what an editor wrote names none, or somebody else."""
    return offer.get("source") == source


def _written_offers(front: Front) -> list[str]:
    node = front.node(KEY)
    items = node.items if isinstance(node, Sequence) else []
    return [front.text[item.span.start : end_of_value(item, front.text)] for item in items]


def _outside(before: Front, after: Front) -> bool:
    """Tell whether all that stands before and behind the offers is the same in two states of a file."""
    if before.node(KEY) is None:
        start, end = block(after)
        return after.text[:start] + after.text[end:] == before.text
    start, end = block(before)
    head, tail = before.text[:start], before.text[end:]
    return after.text.startswith(head) and after.text.endswith(tail) and len(after.text) >= start + len(tail)
