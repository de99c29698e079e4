"""Front matter as a tree of texts that know where they stand.

The tree is built from libyaml's events, not by its composer: the composer recurses (some 25 KB of `[` end the
process), and events say what it hides: anchors, aliases, tags and duplicate keys. Positions come from the
events' character index; libyaml's line numbers also count U+0085 and U+2028, which no editor does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from publisher.diagnostics import Span
from publisher.posts.suggest import quoted_line

if TYPE_CHECKING:
    from publisher.diagnostics import Report
    from publisher.site.faults import Path

_DEPTH_LIMIT = 20
_NULLS = {"", "~", "null", "Null", "NULL"}


@dataclass(slots=True)
class Scalar:
    """A text as typed, or None where the value was left empty; `broken` when it was at fault already."""

    span: Span
    value: str | None
    broken: bool = False


@dataclass(slots=True)
class Sequence:
    """A list; `flow` when it is written in brackets."""

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
        self.root: Node | None = None

    def feed(self, event: yaml.Event) -> bool:
        """Take one event; False means that nothing after it should be looked at."""
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            span = self._span(event)
            self._refuse(span, f"*{event.anchor} is read as an alias, which front matter does without")
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

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        span = self._span(event)
        node = Scalar(span, None if event.implicit[0] and event.value in _NULLS else event.value)
        node.broken = self._check_properties(event, span)
        self._place(node)

    def _open(self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent) -> bool:
        span = self._span(event)
        self._check_properties(event, span)
        if len(self._stack) >= _DEPTH_LIMIT:
            self._report.add(
                "yaml-nesting",
                Span.at(span.start),
                f"the {_DEPTH_LIMIT + 1}st level of nesting begins here; front matter has at most {_DEPTH_LIMIT}",
                help="the rest of the front matter was not checked",
            )
            return False
        flow = bool(event.flow_style)
        node: Sequence | Mapping = (
            Sequence(span, flow) if isinstance(event, yaml.SequenceStartEvent) else Mapping(span, flow)
        )
        self._place(node)
        self._stack.append((node, []))
        return True

    def _check_properties(self, event: yaml.NodeEvent, span: Span) -> bool:
        if event.anchor is not None:
            self._refuse(span, f"&{event.anchor} is read as an anchor, which front matter does without")
            return True
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            self._refuse(span, f"{tag} is read as a tag, which front matter does without")
            return True
        return False

    def _refuse(self, span: Span, message: str) -> None:
        line, _ = self._report.source.position(span.start)
        self._report.add("yaml-feature", span, message, help=quoted_line(self._report.source.line(line)))

    def _place(self, node: Node) -> None:
        if not self._stack:
            self.root = node
            return
        parent, pending = self._stack[-1]
        if isinstance(parent, Sequence):
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
            first, _ = self._report.source.position(parent.keys[name].start)
            self._report.add(
                "duplicate-key",
                key.span,
                f"`{name}` stands twice; the first is on line {first}",
                help="keep one of the two",
            )
            return
        parent.keys[name] = key.span
        parent.values[name] = value

    def _span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        return Span((start.index if start else 0) + self._offset, (end.index if end else 0) + self._offset)


def build(text: str, offset: int, report: Report) -> Node | None:
    """Read YAML that stands at `offset` of a file; what is wrong goes to the report.

    Returns:
        The tree, or None when there is none: nothing but comments, or a fault that hides the rest.
    """
    builder = _Builder(offset, report)
    try:
        for event in yaml.parse(text, Loader=yaml.CBaseLoader):
            if not builder.feed(event):
                return None
    except yaml.MarkedYAMLError as error:
        _report_syntax(error, offset, report)
        return None
    except yaml.YAMLError as error:
        report.add("yaml-syntax", Span.at(offset), f"YAML cannot be read: {error}")
        return None
    return builder.root


def _report_syntax(error: yaml.MarkedYAMLError, offset: int, report: Report) -> None:
    mark = error.problem_mark or error.context_mark
    at = min((mark.index if mark else 0) + offset, max(0, len(report.source.text) - 1))
    number, _ = report.source.position(at)
    candidates = [number]
    if error.context_mark is not None:
        candidates.append(report.source.position(error.context_mark.index + offset)[0])
    fix = next(filter(None, (quoted_line(report.source.line(line)) for line in candidates)), None)
    # What was said of this line before was a symptom.
    report.diagnostics[:] = [
        fault for fault in report.diagnostics if fault.line != number or not fault.code.startswith("yaml-")
    ]
    problem = error.problem or error.context or "the text is not YAML"
    if (
        "\t"
        in report.source.line(number)[
            : len(report.source.line(number)) - len(report.source.line(number).lstrip())
        ]
    ):
        problem, fix = "a tab indents this line", "indent with spaces"
    report.add(
        "yaml-syntax",
        Span.at(at),
        f"YAML cannot be read from here on: {problem}",
        help="; ".join(filter(None, (fix, "the rest of this front matter was not checked"))),
    )


def plain(node: Node | None) -> Any:  # noqa: ANN401 - a tree of text, lists and mappings
    """Return a tree as text, lists and dicts; keys left empty or at fault are left out."""
    if isinstance(node, Mapping):
        return {
            key: plain(value)
            for key, value in node.values.items()
            if not (isinstance(value, Scalar) and (value.value is None or value.broken))
        }
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items if not (isinstance(item, Scalar) and item.broken)]
    return node.value if node else None


class TreeLocator:
    """Finds keys and values of a tree by their path."""

    def __init__(self, root: Node | None, opening: Span, report: Report) -> None:
        self._root = root
        self._opening = opening
        self._source = report.source

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

    def quoted(self, path: Path) -> str | None:
        """Suggest the line of `path` with its value in quotes."""
        node = self.node(path)
        if node is None or isinstance(node, Scalar) or not node.flow:
            return None
        return quoted_line(self._source.line(self._source.position(node.span.start)[0]))


def _first_key(node: Node) -> Span | None:
    return next(iter(node.keys.values()), None) if isinstance(node, Mapping) else None
