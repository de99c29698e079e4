"""Changes to front matter that an editor asked for: the bytes they take, and no other.

Each change is made in the text and then proven by reading the result: the key says what it was to say, every other key
says what it said, the text of the review is the same. Front matter for which no way stands that test is refused, with
the lines to write by hand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from publisher.diagnostics import BYTE_ORDER_MARK, Report, Source
from publisher.diagnostics.fix import Fix, apply_fixes
from publisher.errors import Refused
from publisher.posts.alterations import Alteration, Exclude, Front, Include, Remove, Set, ways
from publisher.posts.body import readable_yaml
from publisher.posts.checking import FRONT_LIMIT, tree_at
from publisher.posts.decoding import decode
from publisher.posts.handler import PostHandler
from publisher.posts.layout import plainly
from publisher.posts.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as Several

    from publisher.diagnostics import Diagnostic, Edit
    from publisher.posts.handler import Parts

__all__ = ["Alteration", "Exclude", "Include", "Remove", "Set", "by_hand", "edit", "peruse"]

#: A value as it is compared: a text, None for one left empty, lists and groups as tuples.
Value: TypeAlias = Any
_HANDLER = PostHandler()


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read out of a file: where its parts are, and what each key says.

    Attributes:
        values: Texts, None for what was left empty, lists and groups as tuples and dicts.
        text: The review's text.
        mark: The byte order mark the file begins with, if it has one.
    """

    front: Front
    values: dict[str, Value]
    text: str
    faults: Several[Diagnostic]
    mark: str = ""

    def written(self) -> bytes:
        """Return what the file holds, or would hold."""
        return (self.mark + self.front.text).encode()

    def after(self, edits: Iterable[Edit]) -> Reading | None:
        """Read what some edits would make of the file; None where they would break something.

        It can be told what the front matter says, it has no fault that it did not have, and the review's text is the
        same. What the keys say then is for the caller to see.
        """
        text, _ = apply_fixes(self.front.text, [Fix("", tuple(edits))])
        source = Source(self.front.name, text)
        changed = _read(source, Report(source))
        if isinstance(changed, Report) or changed.text != self.text:
            return None
        worse = Counter(fault.code for fault in changed.faults) - Counter(fault.code for fault in self.faults)
        if worse or changed.front.repeated != self.front.repeated:
            return None
        return replace(changed, mark=self.mark)


def edit(data: bytes, name: str, changes: Iterable[Alteration]) -> bytes:
    """Change the front matter of a post; nothing is written.

    Comments, order, quotes, indentation, line ends and a byte order mark stay, and so do faults that have nothing to
    do with what is changed. What is as wanted already is left alone.

    Args:
        data: What the file holds.
        name: How messages call the file.
        changes: What to change, one after the other. Values are on one line and have no control characters.

    Raises:
        Refused: The front matter cannot be read, or is written in a way in which the change cannot be made for certain.
    """
    changes = list(changes)
    reading = legible(data, name, by_hand(changes))
    for change in changes:
        changed = _changed(reading, change)
        if changed is None:
            raise _uncertain(reading, change, changes)
        reading = changed
    return reading.written()


def legible(data: bytes, name: str, instead: str) -> Reading:
    """Read the front matter of a post that is to be edited.

    Args:
        data: What the file holds.
        name: How messages call the file.
        instead: What to do by hand where it cannot be read.

    Raises:
        Refused: It cannot be told what all of it says.
    """
    source, report = decode(data, name, {})
    reading = _read(source, report) if source is not None else report
    if isinstance(reading, Report):
        raise Refused(
            f"{name} cannot be edited before it can be read",
            f"mend the fault, or {instead}",
            diagnostics=reading.diagnostics[:1],
        )
    mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK.encode()) else ""
    return replace(reading, mark=mark)


def peruse(data: bytes) -> dict[str, Value] | None:
    """Return what each key of a post's front matter says, whatever faults the values have; None where none can be told."""
    source, report = decode(data, "", {})
    reading = _read(source, report) if source else report
    return None if isinstance(reading, Report) else reading.values


def by_hand(changes: Iterable[Alteration], *, braces: bool = False) -> str:
    """Say what to write in place of what could not be changed; between braces, or on lines of its own."""
    said = [_in_words(change, braces=braces) for change in changes]
    return f"write between the braces: {', '.join(said)}" if braces else f"write by hand: {'; '.join(said)}"


def _in_words(change: Alteration, *, braces: bool) -> str:
    if isinstance(change, Set):
        return f"{change.key}: {plainly(change.value, flow=braces)}"
    if isinstance(change, Include):
        return f"{plainly(change.item, flow=True)} into the list {change.key}: […]"
    if isinstance(change, Exclude):
        return f"{plainly(change.item, flow=True)} out of the list {change.key}: […]"
    return f"no {'' if braces else 'line '}{change.key}:"


def _uncertain(reading: Reading, change: Alteration, changes: Iterable[Alteration]) -> Refused:
    """Say why a change cannot be made for certain, and what to write by hand."""
    front = reading.front
    braces = front.root is not None and front.root.flow
    if change.key in front.repeated:
        why = f"`{change.key}` stands more than once"
    elif braces:
        why = "the front matter is written in braces, {…}, where lines cannot be put in or taken out for certain"
    elif change.key in reading.values:
        why = f"`{change.key}` is written in an unusual way"
    else:
        why = f"`{change.key}` cannot be put in for certain: the front matter is written in an unusual way"
    return Refused(f"{front.name}: {why}; nothing was changed", by_hand(changes, braces=braces))


def _changed(reading: Reading, change: Alteration) -> Reading | None:
    """Make one change in the first way that proves right; None where none does."""
    if isinstance(change, Exclude):
        while change.item in _items(reading.values.get(change.key)):
            changed = _proven(reading, change)
            if changed is None:
                return None
            reading = changed
        return reading
    return _proven(reading, change)


def _proven(reading: Reading, change: Alteration) -> Reading | None:
    wanted = _after(reading.values, change)
    if wanted is None or change.key in reading.front.repeated:
        return None
    if wanted == reading.values:
        return reading
    for edits in ways(reading.front, change):
        changed = reading.after(edits)
        if changed is not None and said(changed.values, change.key) == said(wanted, change.key):
            return changed
    return None


def said(values: dict[str, Value], changed: str) -> dict[str, Value]:
    """Leave out the changed key where it says nothing: an empty list is as good as none."""
    return {key: value for key, value in values.items() if key != changed or value not in (None, ())}


def _after(values: dict[str, Value], change: Alteration) -> dict[str, Value] | None:
    """Say what front matter has to say after a change; None where the change makes no sense of what is there."""
    before = values.get(change.key)
    if isinstance(change, Set):
        return {**values, change.key: change.value}
    if isinstance(change, Remove):
        return {key: value for key, value in values.items() if key != change.key}
    if isinstance(before, dict):
        return None
    items = list(_items(before))
    if isinstance(change, Include):
        if change.item in items:
            return values
        items.append(change.item)
    else:
        items.remove(change.item)
    return {**values, change.key: tuple(items)}


def _items(value: Value) -> tuple[Value, ...]:
    """Return the items of a list; one text stands for a list of itself."""
    return value if isinstance(value, tuple) else () if value is None else (value,)


def _read(source: Source, report: Report) -> Reading | Report:
    """Read front matter; the report alone where it cannot be told what all of it says."""
    parts = _HANDLER.locate(source, report)
    if parts is None:
        return report
    if parts.front.end - parts.front.start > FRONT_LIMIT:
        report.add(
            "file-too-large", parts.opening, f"the front matter is longer than {FRONT_LIMIT // 1024} KiB"
        )
        return report
    found = Report(source)
    root, whole = tree_at(parts.front, found)
    if not whole or (root is not None and not isinstance(root, Mapping)):
        if whole:
            found.add(
                "front-matter-shape", parts.opening, "the front matter is not a list of `key: value` lines"
            )
        return found
    values = _value(root, source.text) if root is not None else {}
    front = Front(source.path, source.text, parts, root, _repeated(source, parts))
    return Reading(front, values, source.text[parts.body.start :], found.diagnostics)


def _value(node: Node | None, text: str) -> Value:
    """Return a value as it is compared; one at fault as it is written."""
    if isinstance(node, Mapping):
        return {key: _value(value, text) for key, value in node.values.items()}
    if isinstance(node, Sequence):
        return tuple(_value(item, text) for item in node.items)
    if isinstance(node, Scalar) and node.broken:
        return ("?", text[node.span.start : node.span.end])
    return node.value if node else None


def _repeated(source: Source, parts: Parts) -> frozenset[str]:
    """Find the keys of front matter, not of groups in it, that stand there more than once."""
    found: Counter[str] = Counter()
    depth, is_key = 0, True
    for event in yaml.parse(readable_yaml(parts.front, Report(source)), Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth == 1 and isinstance(event, yaml.NodeEvent):
            if is_key and isinstance(event, yaml.ScalarEvent):
                found[event.value] += 1
            is_key = not is_key
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
    return frozenset(key for key, times in found.items() if times > 1)
