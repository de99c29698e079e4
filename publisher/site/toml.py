"""publisher.toml as text: its values, and where each of them stands.

The standard library's parser gives values without positions. Positions come from the tree-sitter grammar of
TOML, which is loaded only when there is something to say about the file.
"""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from publisher.diagnostics import Report, Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from publisher.site.faults import Path

_AT = re.compile(r"^(?P<problem>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def parse(source: Source, report: Report) -> dict[str, Any] | None:
    """Read TOML; a syntax error is reported, and None returned."""
    try:
        return tomllib.loads(source.text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        match = _AT.match(str(error))
        offset = len(source.text.rstrip())
        problem = str(error)
        if match:
            problem = match["problem"]
            if match["line"]:
                offset = source.offset(int(match["line"]), int(match["column"]))
        report.add(
            "toml-syntax",
            Span.at(offset),
            f"TOML cannot be read from here on: {problem[:1].lower()}{problem[1:]}",
            help='text goes between quotes: key = "value"; the rest of the file was not checked',
        )
        return None


class TomlLocator:
    """Finds keys and values of a TOML text that parses."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def key(self, path: Path) -> Span | None:
        """Answer where the key at `path` stands, or the nearest block around it."""
        return self._find(path, 0)

    def value(self, path: Path) -> Span | None:
        """Answer where the value at `path` stands, or the nearest block around it."""
        return self._find(path, 1)

    def quoted(self, path: Path) -> None:
        """Suggest nothing: a TOML value says by itself whether it is a text."""

    def _find(self, path: Path, which: int) -> Span | None:
        while path:
            if path in self._index:
                return self._index[path][which]
            path = path[:-1]
        return None

    @cached_property
    def _index(self) -> dict[Path, tuple[Span, Span]]:
        import tree_sitter_toml  # noqa: PLC0415 - only a faulty file pays for the grammar
        from tree_sitter import Language, Parser  # noqa: PLC0415

        encoded = self._source.text.encode()
        tree = Parser(Language(tree_sitter_toml.language())).parse(encoded)
        self._encoded = encoded
        index: dict[Path, tuple[Span, Span]] = {}
        counts: dict[Path, int] = {}
        for child in tree.root_node.named_children:
            if child.type == "pair":
                self._pair(child, (), index)
            elif child.type in {"table", "table_array_element"}:
                header = child.named_children[0]
                path = _below(self._parts(header), counts)
                if child.type == "table_array_element":
                    counts[path] = counts.get(path, -1) + 1
                    index.setdefault(path, (self._span(header), self._span(header)))
                    path = (*path, counts[path])
                index[path] = (self._span(header), self._span(header))
                for pair in child.named_children[1:]:
                    if pair.type == "pair":
                        self._pair(pair, path, index)
        return index

    def _pair(self, pair: Node, base: Path, index: dict[Path, tuple[Span, Span]]) -> None:
        key, value = pair.named_children[0], pair.named_children[1]
        path = (*base, *self._parts(key))
        index[path] = (self._span(key), self._span(value))
        if value.type == "inline_table":
            for inner in value.named_children:
                if inner.type == "pair":
                    self._pair(inner, path, index)
        elif value.type == "array":
            items = [item for item in value.named_children if item.type != "comment"]
            for number, item in enumerate(items):
                index[(*path, number)] = (self._span(item), self._span(item))

    def _parts(self, key: Node) -> tuple[str, ...]:
        if key.type == "dotted_key":
            return tuple(part for child in key.named_children for part in self._parts(child))
        written = self._encoded[key.start_byte : key.end_byte].decode()
        return (next(iter(tomllib.loads(f"{written} = 0"))),)

    def _span(self, node: Node) -> Span:
        # The grammar counts bytes; messages count characters.
        start = len(self._encoded[: node.start_byte].decode())
        return Span(start, start + len(self._encoded[node.start_byte : node.end_byte].decode().rstrip()))


def _below(parts: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """Resolve a header's path: within an array of tables it belongs to the last element so far."""
    path: Path = ()
    for number, part in enumerate(parts):
        path = (*path, part)
        if path in counts and number < len(parts) - 1:
            path = (*path, counts[path])
    return path
