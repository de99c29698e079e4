"""publisher.toml as text: its values, and where each of them stands.

The standard library's parser gives values without positions. Positions come from the tree-sitter grammar of
TOML, which is loaded only when there is something to say about the file.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from publisher.diagnostics import Report, Source, Span

if TYPE_CHECKING:
    from tree_sitter import Node

    from publisher.values.faults import Path

_AT = re.compile(r"^(?P<problem>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")

# No setting lies deeper: webhooks, endpoints, its number, events, its number.
DEEPEST = 8
_MOST_DOTS = 1000
_HEADER = re.compile(r"^[ \t]*(?P<opening>\[\[?)[ \t]*(?P<name>[A-Za-z0-9_.-]+)[ \t]*\]", re.MULTILINE)
# What to do about tables that were one, and of which there can be several now.
_ONE_OR_MANY = {
    "feeds": "write [syndication] in place of [feeds], for what holds of all feeds; [[feeds]] adds one of your own"
}
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_TEXT = 'text goes between quotes: key = "value"'
# What tomllib of Python 3.11 to 3.14 says.
_PROBLEMS = tuple(
    (re.compile(pattern), words, way_out, whole_line)
    for pattern, words, way_out, whole_line in (
        ("Invalid value", "this is no value of TOML", _TEXT, False),
        (r"Illegal character '\\n'", "the quote opened on this line is not closed", _TEXT, False),
        (
            r"Unescaped '\\'",
            "a backslash in double quotes begins an escape, and this is none",
            "use single quotes",
            False,
        ),
        ("Expected '='", "a key is followed by =", "settings are written key = value", False),
        (
            "Expected newline or end of document after a statement",
            "a line ends behind its value, and this one goes on",
            "a text goes between quotes, and a comment behind a #",
            False,
        ),
        ("Cannot overwrite a value", "this key stands twice", "keep one of the two", True),
        (
            r"Cannot declare \((.*?),?\) twice",
            r"the table \1 stands twice",
            "put its keys into one table",
            True,
        ),
        ("Expected ']' at the end of a table", "the [ on this line is not closed", "close it with ]", True),
        ("Unclosed array", "the [ opened above is not closed", "close it with ]", False),
        ("Exceeds the limit", "this number is too long", None, True),
    )
)


def parse(source: Source, report: Report) -> dict[str, Any] | None:
    """Read TOML; a syntax error is reported, and None returned."""
    for number, line in enumerate(source.text.split("\n"), start=1):
        if (
            line.count(".") > _MOST_DOTS
        ):  # the time tomllib takes for a key grows with the square of its parts
            report.add("toml-syntax", Span.at(source.offset(number)), "this line has more dots than any key")
            return None
    try:
        return tomllib.loads(source.text, parse_float=Decimal)
    except RecursionError:
        report.add(
            "toml-syntax", None, "brackets are nested too deep", help="settings are two or three levels deep"
        )
        return None
    except ValueError as error:  # TOMLDecodeError, and what int() says of 5,000 digits
        match = _AT.match(str(error))
        problem = match["problem"] if match else str(error)
        offset = len(source.text.rstrip())
        if match and match["line"]:
            offset = source.offset(int(match["line"]), int(match["column"]))
        problem, way_out, whole_line = _account(problem)
        if whole_line and (name := _headed_in_two_ways(source, offset)):
            problem = f"[{name}] and [[{name}]] both stand in the file, and are one name"
            way_out = _ONE_OR_MANY.get(name, "one table has one pair of brackets, each of several has two")
        if whole_line:
            on, _ = source.position(offset)
            span = Span(source.offset(on), source.offset(on) + len(source.line(on)))
        else:
            span = Span.at(offset)
        report.add(
            "toml-syntax",
            span,
            f"TOML cannot be read from here on: {problem}",
            help="; ".join(filter(None, (way_out, "the rest of the file was not checked"))),
        )
        return None


def _account(problem: str) -> tuple[str, str | None, bool]:
    """Say what tomllib says in words an editor can act on, what to do, and whether the whole line is meant."""
    for pattern, words, way_out, whole_line in _PROBLEMS:
        if match := pattern.match(problem):
            return match.expand(words), way_out, whole_line
    return problem[:1].lower() + problem[1:], None, False


def _headed_in_two_ways(source: Source, offset: int) -> str | None:
    """Return the name in the header on a line, if it also heads tables with another number of brackets."""
    here = _HEADER.match(source.line(source.position(offset)[0]))
    others = _HEADER.finditer(source.text) if here else ()
    odd = any(one["name"] == here["name"] and one["opening"] != here["opening"] for one in others if here)
    return here["name"] if here and odd else None


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

    def renamed(self, path: Path, key: str) -> None:
        """Offer nothing: only posts are repaired."""

    def _find(self, path: Path, which: int) -> Span | None:
        while path:
            if path in self._index:
                return self._span(self._index[path][which])
            path = path[:-1]
        return None

    @cached_property
    def _index(self) -> dict[Path, tuple[Node, Node]]:
        import tree_sitter_toml  # noqa: PLC0415 - only a faulty file pays for the grammar
        from tree_sitter import Language, Parser  # noqa: PLC0415

        encoded = self._source.text.encode()
        tree = Parser(Language(tree_sitter_toml.language())).parse(encoded)
        self._encoded = encoded
        index: dict[Path, tuple[Node, Node]] = {}
        counts: dict[Path, int] = {}
        for child in tree.root_node.named_children:
            if child.type == "pair":
                self._pair(child, (), index)
            elif child.type in {"table", "table_array_element"}:
                header = child.named_children[0]
                path = _below(self._parts(header), counts)
                for depth in range(1, len(path)):  # [a.b] makes a as well
                    index.setdefault(path[:depth], (header, header))
                if child.type == "table_array_element":
                    counts[path] = counts.get(path, -1) + 1
                    index.setdefault(path, (header, header))
                    path = (*path, counts[path])
                index[path] = (header, header)
                for pair in child.named_children[1:]:
                    if pair.type == "pair":
                        self._pair(pair, path, index)
        return index

    def _pair(self, pair: Node, base: Path, index: dict[Path, tuple[Node, Node]]) -> None:
        key, value = [child for child in pair.named_children if child.type != "comment"][:2]
        parts = self._parts(key)
        for number in range(1, len(parts)):  # a dotted key makes the tables on its way
            index.setdefault((*base, *parts[:number]), (key, key))
        index[(*base, *parts)] = (key, value)
        self._inside(value, (*base, *parts), index)

    def _inside(self, value: Node, path: Path, index: dict[Path, tuple[Node, Node]]) -> None:
        if len(path) > DEEPEST:
            return
        if value.type == "inline_table":
            for inner in value.named_children:
                if inner.type == "pair":
                    self._pair(inner, path, index)
        elif value.type == "array":
            for number, item in enumerate(item for item in value.named_children if item.type != "comment"):
                index[(*path, number)] = (item, item)
                self._inside(item, (*path, number), index)

    def _parts(self, key: Node) -> tuple[str, ...]:
        written = self._encoded[key.start_byte : key.end_byte].decode()
        if _BARE_KEY.fullmatch(written):
            return (written,)
        values: Any = tomllib.loads(f"{written} = 0")
        parts: list[str] = []
        while isinstance(values, dict) and len(parts) <= DEEPEST:
            ((part, values),) = values.items()
            parts.append(part)
        return tuple(parts)

    def _span(self, node: Node) -> Span:
        start = self._characters(node.start_byte)
        return Span(start, start + len(self._encoded[node.start_byte : node.end_byte].decode().rstrip()))

    def _characters(self, position: int) -> int:
        """Answer how many characters stand before a byte: the grammar counts bytes, messages count characters."""
        return position if self._source.text.isascii() else bisect_left(self._offsets, position)

    @cached_property
    def _offsets(self) -> list[int]:
        return list(accumulate((len(char.encode()) for char in self._source.text), initial=0))


def _below(parts: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """Resolve a header's path: within an array of tables it belongs to the last element so far."""
    path: Path = ()
    for number, part in enumerate(parts):
        path = (*path, part)
        if path in counts and number < len(parts) - 1:
            path = (*path, counts[path])
    return path
