"""Front matter as a tree of texts that know where they stand.

The tree is built from libyaml's events, not by its composer: the composer recurses (some 25 KB of `[` end the
process), and events say what it hides: anchors, aliases, tags and duplicate keys. Positions come from the
events' character index; libyaml's line numbers also count U+0085 and U+2028, which no editor does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import yaml

from publisher.diagnostics import Edit, Fix, Span
from publisher.diagnostics.suggest import nearest
from publisher.posts.suggest import has_counterpart, quoted_line
from publisher.posts.syntax import report_syntax
from publisher.values.characters import shorten
from publisher.values.faults import WayOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.diagnostics import Report, Source
    from publisher.values.faults import Path

DEPTH_LIMIT = 20
# Keys, values and brackets: all lists that are taken, at their longest, have a quarter of that.
_EVENT_LIMIT = 20_000
_KEY = re.compile(r"\s*(?:- +)?[\w-]+:\s+")
_PROPERTY = re.compile(r"[^\s,\]}]+")
# `-horror` on a line of its own, where `- horror` was meant: YAML joins such lines to one text.
MISSED_SPACE = re.compile(r"-[^\s\d.-]")
# Two keys that are so much like a third are both misspellings of it.
_SLIP = 0.7
NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(slots=True)
class Scalar:
    """A text as typed, or None where the value was left empty; `broken` when it was at fault already."""

    span: Span
    value: str | None
    broken: bool = False


@dataclass(slots=True)
class Sequence:
    """A list, without the items at fault already; `flow` when it is written in brackets."""

    span: Span
    flow: bool
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Keys and values; `keys` says where each key stands."""

    span: Span
    flow: bool
    keys: dict[str, Span] = field(default_factory=dict)
    values: dict[str, Node] = field(default_factory=dict)


Node = Scalar | Sequence | Mapping


class _Builder:
    """Puts events together; one per text."""

    def __init__(self, offset: int, report: Report) -> None:
        self._offset = offset
        self._report = report
        self._stack: list[tuple[Sequence | Mapping, list[Scalar]]] = []
        self._events = 0
        self.root: Node | None = None
        #: The last value in quotes.
        self.quoted: Span | None = None

    def feed(self, event: yaml.Event) -> bool:
        """Take one event; False means that nothing after it should be looked at."""
        self._events += 1
        if self._events > _EVENT_LIMIT:
            self._report.add(
                "file-too-large",
                Span.at(self._span(event).start),
                f"the front matter has more than {_EVENT_LIMIT:,} keys and values up to here",
                help="the rest of the front matter was not checked",
            )
            return False
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            span = self._span(event)
            self._refuse(span, "an alias", of_text=True)
            self._place(Scalar(span, None, broken=True))
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            return self._open(event)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            node, _ = self._stack.pop()
            if node.flow:
                node.span = Span(node.span.start, self._span(event).end)
        elif isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            self._report.add(
                "yaml-syntax", self._span(event), "a second YAML document begins here; front matter is one"
            )
            return False
        return True

    def salvage(self) -> Node | None:
        """Return what was read before a fault, without the value that the fault stands in."""
        for (parent, _), (node, _) in pairwise(self._stack):
            if not node.flow or parent.flow:
                continue
            if isinstance(parent, Mapping):
                for key in [key for key, value in parent.values.items() if value is node]:
                    del parent.values[key], parent.keys[key]
            elif parent.items and parent.items[-1] is node:
                parent.items.pop()
        self._forget_half_read()
        return None if self._stack and self._stack[0][0].flow else self.root

    def _forget_half_read(self) -> None:
        """Take out a value that reaches into the line of the fault from above: something was taken for its end."""
        group = self._stack[-1][0] if self._stack else None
        if not isinstance(group, Mapping) or not group.values or not self._report.diagnostics:
            return
        key, value = next(reversed(group.values.items()))
        first, last = (self._report.source.position(offset)[0] for offset in value.span)
        if isinstance(value, Scalar) and first < self._report.diagnostics[-1].line <= last:
            del group.values[key], group.keys[key]

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        span = self._span(event)
        if event.value.startswith("-") and event.implicit[0] and MISSED_SPACE.match(event.value):
            line, column = self._report.source.position(span.start)
            if not self._report.source.line(line)[: column - 1].strip():
                self._report.add(
                    "yaml-syntax",
                    Span.at(span.start),
                    "this - begins no item of a list: a space has to follow it",
                    help=f"write - {shorten(event.value.split()[0][1:])}",
                )
        node = Scalar(span, None if event.implicit[0] and event.value in NULLS else event.value)
        node.broken = self._check_properties(event, span)
        if not event.implicit[0]:
            self.quoted = span
        self._place(node)

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> bool:
        span = self._span(event)
        refused = self._check_properties(event, span)
        if len(self._stack) >= DEPTH_LIMIT:
            self._report.add(
                "yaml-nesting",
                Span.at(span.start),
                f"the {DEPTH_LIMIT + 1}st level of nesting begins here; front matter has at most {DEPTH_LIMIT}",
                help="the rest of the front matter was not checked",
            )
            return False
        flow = bool(event.flow_style)
        node: Sequence | Mapping = (
            Sequence(span, flow) if isinstance(event, yaml.SequenceStartEvent) else Mapping(span, flow)
        )
        # What is refused is not looked into, except the front matter itself.
        self._place(Scalar(span, None, broken=True) if refused and self._stack else node)
        self._stack.append((node, []))
        return True

    def _check_properties(
        self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent, span: Span
    ) -> bool:
        if event.anchor is None and event.tag is None:  # as in every good post
            return False
        what = "a tag" if event.anchor is None else "an anchor"
        self._refuse(span, what, of_text=isinstance(event, yaml.ScalarEvent))
        return True

    def _refuse(self, span: Span, what: str, *, of_text: bool) -> None:
        if self._report.full("yaml-feature"):
            return
        source = self._report.source
        typed = _PROPERTY.match(source.text, span.start)
        name = shorten(typed.group()) if typed else what
        way_out = _meant_as_such(source.text, span.start, name, of_text=of_text)
        if way_out is None:
            number, column = source.position(span.start)
            alone = _KEY.fullmatch(source.line(number), 0, column - 1)
            way_out = quoted_line(source, number) if alone else None
        words, fix = way_out or (f'put it in quotes: "{name}", or write out what is meant', None)
        self._report.add(
            "yaml-feature",
            span,
            f"{name} is read as {what}, which front matter does without",
            help=words,
            fix=fix,
        )

    def _place(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent, pending = self._stack[-1]
        if isinstance(parent, Sequence):
            if not (isinstance(node, Scalar) and node.broken):  # paths count what checkers get to see
                parent.items.append(node)
        elif pending:
            self._pair(parent, pending.pop(), node)
        elif isinstance(node, Scalar):
            pending.append(node)
        else:
            self._report.add(
                "yaml-feature", node.span, "a list or group stands where a key should be; a key is text"
            )
            pending.append(Scalar(node.span, None, broken=True))

    def _pair(self, parent: Mapping, key: Scalar, value: Node) -> None:
        if key.broken:
            return
        name = key.value if key.value is not None else "~"
        if name in parent.keys:
            if self._report.full("duplicate-key"):
                return
            first, _ = self._report.source.position(parent.keys[name].start)
            above, left_empty = next(reversed(parent.values.items()))
            empty = isinstance(left_empty, Scalar) and left_empty.value is None and not parent.flow
            self._report.add(
                "duplicate-key",
                key.span,
                f"`{shorten(name)}` stands twice; the first is on line {first}",
                help=f"does it belong to `{shorten(above)}`? then indent it and the lines with it by two spaces"
                if empty
                else "keep one of the two",
            )
            return
        parent.keys[name] = key.span
        parent.values[name] = value

    def _span(self, event: yaml.Event) -> Span:
        # libyaml gives every event its marks; the types know only of PyYAML's own parser, which may not.
        start, end = event.start_mark, event.end_mark
        return Span(start.index + self._offset, end.index + self._offset)  # type: ignore[union-attr]


def _meant_as_such(text: str, start: int, name: str, *, of_text: bool) -> WayOut | None:
    """Say what to write instead of an anchor, an alias or a tag that is no text which merely looks like one."""
    sign, word = name[:1], name[1:]
    if name.startswith("!!") or (sign == "!" and not of_text):
        return WayOut(f"leave out {name}; every value is read as it is typed")
    if sign == "&" and (not of_text or has_counterpart(text, start, name)):
        return WayOut(f"leave out {name}, and write out the value wherever *{word} stands")
    if sign == "*" and has_counterpart(text, start, name):
        return WayOut(f"write out the value that &{word} stands for")
    return None


def build(text: str, offset: int, report: Report) -> tuple[Node | None, bool]:
    """Read YAML that stands at `offset` of a file; what is wrong goes to the report.

    Returns:
        The tree, None when there is nothing but comments; and whether it is whole. It is not when a fault
        hides the rest: then the tree holds what stands before.
    """
    builder = _Builder(offset, report)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if not builder.feed(event):
                return builder.salvage(), False
    except yaml.MarkedYAMLError as error:
        report_syntax(error, offset, report, builder.quoted)
        return builder.salvage(), False
    except yaml.YAMLError as error:
        report.add("yaml-syntax", Span.at(offset), f"YAML cannot be read: {error}")
        return None, False
    return builder.root, True


def plain(node: Node | None) -> Any:  # noqa: ANN401 - a tree of text, lists and mappings
    """Return a tree as text, lists and dicts; keys left empty or at fault are left out."""
    if isinstance(node, Mapping):
        return {
            key: plain(value)
            for key, value in node.values.items()
            if not (isinstance(value, Scalar) and (value.value is None or value.broken))
        }
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return node.value if node else None


class TreeLocator:
    """Finds keys and values of a tree by their path; the tree is grown when first asked for."""

    def __init__(self, grow: Callable[[], Node | None], opening: Span, report: Report) -> None:
        self._grow = grow
        self._opening = opening
        self._source = report.source

    @cached_property
    def _root(self) -> Node | None:
        return self._grow()

    def key(self, path: Path) -> Span | None:
        """Answer where the key at `path` stands; the opening line for the front matter as a whole."""
        span = self._opening
        node = self._root
        for step in path:
            if isinstance(node, Mapping) and isinstance(step, str) and step in node.keys:
                span, node = node.keys[step], node.values[step]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
                span = _first_key(node) or node.span
            else:
                break
        return span

    def value(self, path: Path) -> Span | None:
        """Answer where the value at `path` stands; for a block of lines, the key above it."""
        node = self.node(path)
        if node is None or (not isinstance(node, Scalar) and not node.flow):
            return self.key(path)
        return node.span

    def node(self, path: Path) -> Node | None:
        """Return the node at `path`, if there is one."""
        node = self._root
        for step in path:
            if isinstance(node, Scalar) and step == 0:  # a single text stands for a list of one
                continue
            if isinstance(node, Mapping) and isinstance(step, str):
                node = node.values.get(step)
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                return None
        return node

    def quoted(self, path: Path) -> WayOut | None:
        """Suggest the line of `path` with its value in quotes."""
        node = self.node(path)
        if node is None or isinstance(node, Scalar) or not node.flow:
            return None
        return quoted_line(self._source, self._source.position(node.span.start)[0])

    def renamed(self, path: Path, key: str) -> Fix | None:
        """Offer the repair that writes `key` where the one at `path` stands, where nothing else can be meant."""
        group, name = self.node(path[:-1]), path[-1]
        return renamed(group, str(name), key, source=self._source) if isinstance(group, Mapping) else None


def renamed(group: Mapping, name: str, key: str, *, source: Source) -> Fix | None:
    """Offer the repair that writes `key` where another stands in a group, where nothing else can be meant."""
    span = group.keys[name]
    others = group.keys.keys() - {name}
    # It may be there already, or there as another misspelling; and what is in quotes is no slip of the hand.
    if key in others or nearest(key, others, likeness=_SLIP) or source.text[span.start : span.end] != name:
        return None
    return Fix(f"write `{key}`", (Edit(span.start, span.end, key),))


def _first_key(node: Node) -> Span | None:
    return next(iter(node.keys.values()), None) if isinstance(node, Mapping) else None
