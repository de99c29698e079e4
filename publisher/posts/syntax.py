"""What libyaml says of text that is no YAML, in words an editor can act on and at the place where it began."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from publisher.diagnostics import Span
from publisher.posts.suggest import goes_on, quoted_line
from publisher.values.characters import shorten
from publisher.values.faults import WayOut

if TYPE_CHECKING:
    import yaml

    from publisher.diagnostics import Report, Source

# The messages of libyaml 0.2.5, scanner.c and parser.c, that editors meet.
_PROBLEMS = {
    "mapping values are not allowed in this context": "a colon and a space begin a value here, within another value",
    "found character that cannot start any token": "no value begins with this character",
    "found unknown escape character": "a backslash in double quotes begins an escape, and this is none",
    "found invalid Unicode character escape code": "this escape stands for no character",
    "block sequence entries are not allowed in this context": "a list begins on the line below its key",
    "did not find expected '-' indicator": "every line of this list begins with a - at the same indentation",
    "did not find expected <document start>": "a line of ... ended the YAML above",
    "did not find expected hexdecimal number": "a backslash in double quotes begins an escape, and this is none",
    "did not find expected comment or line break": "nothing may follow this mark on its line",
    "did not find expected node content": "no value begins with this character",
    "did not find expected ',' or ']'": "in brackets, items are parted by commas",
    "did not find expected ',' or '}'": "in braces, keys with their values are parted by commas",
    "did not find expected alphabetic or numeric character": "this mark begins an anchor or an alias, and no name follows",
}
_FIXES = {
    "found invalid Unicode character escape code": "remove the escape",
    "block sequence entries are not allowed in this context": "move it there, and indent it by two spaces",
}
_COLON = "mapping values are not allowed in this context"
_INDENTED_KEY = re.compile(r"\s+[\w-]+:\s")
_ALIAS = re.compile(r"\s*(?:- +)?[\w-]+:\s+(?P<name>\*\S+)")
_UNCLOSED_QUOTE = "found unexpected end of stream"
_NO_COLON = "could not find expected ':'"
_UNCLOSED_BRACKET = re.compile(r"did not find expected ',' or '([\]}])'")
_HIDDEN = "the rest of this front matter was not checked"


class _Account(NamedTuple):
    at: Span
    problem: str
    way_out: WayOut | None


@dataclass(frozen=True, slots=True)
class _Stumble:
    """Where libyaml stopped, and where what it was reading began; offsets into the file."""

    source: Source
    at: int
    began: int
    number: int
    column: int
    first_number: int
    first_column: int

    @classmethod
    def of(cls, source: Source, at: int, began: int) -> _Stumble:
        return cls(source, at, began, *source.position(at), *source.position(began))

    @property
    def line(self) -> str:
        return self.source.line(self.number)

    @property
    def indent(self) -> str:
        return self.line[: len(self.line) - len(self.line.lstrip())]

    @property
    def first_line(self) -> str:
        return self.source.line(self.first_number)


def report_syntax(error: yaml.MarkedYAMLError, offset: int, report: Report, quoted: Span | None) -> None:
    """Report a fault of YAML that stands at `offset` of a file; `quoted` is the last value in quotes before it."""
    last = max(0, len(report.source.text) - 1)
    mark = error.problem_mark or error.context_mark
    at = min((mark.index if mark else 0) + offset, last)
    began = min(error.context_mark.index + offset, last) if error.context_mark else at
    stumble = _Stumble.of(report.source, at, began)
    account = _unclosed(quoted, stumble) or _account(
        error.problem or error.context or "this is not YAML", stumble
    )
    number, _ = report.source.position(account.at.start)
    # What was said of this line before was a symptom.
    report.diagnostics[:] = [
        fault for fault in report.diagnostics if fault.line != number or not fault.code.startswith("yaml-")
    ]
    report.add(
        "yaml-syntax",
        account.at,
        f"YAML cannot be read from here on: {account.problem}",
        help=f"{account.way_out.help}; {_HIDDEN}" if account.way_out else _HIDDEN,
        fix=account.way_out.fix if account.way_out else None,
    )


def _unclosed(quoted: Span | None, stumble: _Stumble) -> _Account | None:
    """Account for a quote that was forgotten: the next one, lines below, seems to close it."""
    if quoted is None:
        return None
    first, _ = stumble.source.position(quoted.start)
    last, _ = stumble.source.position(quoted.end)
    if first == last or last != stumble.number or goes_on(stumble.source, first):
        return None
    return _Account(
        Span.at(quoted.start),
        f"the quote that opens here is closed only on line {last}",
        quoted_line(stumble.source, first) or WayOut("close it on this line"),
    )


def _account(problem: str, stumble: _Stumble) -> _Account:
    source, line, first = stumble.source, stumble.line, stumble.first_line
    if "\t" in stumble.indent:
        return _Account(Span.at(stumble.at), "a tab indents this line", WayOut("indent with spaces"))
    if problem == _NO_COLON:
        start = source.offset(stumble.first_number, len(first) - len(first.lstrip()) + 1)
        problem = "this line has no colon with a space after it"
        return _Account(Span.at(start), problem, WayOut(_with_colon(first)))
    if problem == _UNCLOSED_QUOTE:
        way_out = quoted_line(source, stumble.first_number) or WayOut("close it on this line")
        return _Account(Span.at(stumble.began), "the quote that opens here is never closed", way_out)
    bracket = _UNCLOSED_BRACKET.fullmatch(problem)
    if bracket and (stumble.number != stumble.first_number or not line[stumble.column :].strip()):
        return _unclosed_bracket(bracket[1], stumble)
    if problem.startswith("did not find expected key"):
        return _unexpected(stumble)
    return _Account(Span.at(stumble.at), _PROBLEMS.get(problem, problem), _way_out(problem, stumble))


def _unclosed_bracket(closing: str, stumble: _Stumble) -> _Account:
    opening = stumble.source.text[stumble.began]
    words = f"close it with {closing}"
    text = quoted_line(stumble.source, stumble.first_number) if opening == "[" else None
    # Both can have been meant.
    way_out = WayOut(f"{words}, or {text.help}" if text else words)
    return _Account(Span.at(stumble.began), f"the {opening} that opens here is not closed", way_out)


def _unexpected(stumble: _Stumble) -> _Account:
    """Account for something that stands where a key, or the end of the line, has to be."""
    source, number = stumble.source, stumble.number
    at_indent = stumble.column == len(stumble.indent) + 1 and number != stumble.first_number
    if at_indent and stumble.first_column != stumble.column:
        problem = "this line's indentation is not that of the keys above"
        return _Account(Span.at(stumble.at), problem, WayOut("line it up with them"))
    alias = _ALIAS.match(stumble.line)
    if alias:
        start, end = (
            source.offset(number, alias.start("name") + 1),
            source.offset(number) + len(stumble.line.rstrip()),
        )
        problem = f"{shorten(alias['name'])} is read as an alias, and nothing may follow one"
        return _Account(Span(start, end), problem, quoted_line(source, number))
    problem = "nothing may follow a value in quotes or brackets"
    return _Account(Span.at(stumble.at), problem, _way_out(problem, stumble))


def _way_out(problem: str, stumble: _Stumble) -> WayOut | None:
    way_out = quoted_line(stumble.source, stumble.number)
    if way_out is None and stumble.source.text[stumble.began] in "'\"[{":  # it began on a line above
        way_out = quoted_line(stumble.source, stumble.first_number)
    if problem in _FIXES and (way_out is None or way_out.fix is None):
        return WayOut(_FIXES[problem])
    if way_out is None and problem == _COLON and _INDENTED_KEY.match(stumble.line):
        return WayOut("is it a key of its own? then line it up with the keys above")
    return way_out


def _with_colon(line: str) -> str:
    match = re.match(r"\s*([A-Za-z_]+)\s*:\s*(\S.*)", line)
    return f"write {match[1]}: {match[2]}" if match else "write it as `key: value`"
