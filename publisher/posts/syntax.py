"""What libyaml says of text that is no YAML, in words an editor can act on and at the place where it began."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from publisher.diagnostics import Span
from publisher.posts.suggest import quoted_line

if TYPE_CHECKING:
    import yaml

    from publisher.diagnostics import Report

# The messages of libyaml 0.2.5, scanner.c and parser.c, that editors meet.
_PROBLEMS = {
    "mapping values are not allowed in this context": "a colon and a space begin a value here, within another value",
    "found character that cannot start any token": "no value begins with this character",
    "found unknown escape character": "a backslash in double quotes begins an escape, and this is none",
    "found invalid Unicode character escape code": "this escape stands for no character",
    "block sequence entries are not allowed in this context": "a list begins on the line below its key",
    "did not find expected '-' indicator": "every line of this list begins with a - at the same indentation",
    "did not find expected <document start>": "a line of ... ended the YAML above",
    "did not find expected alphabetic or numeric character": "this mark begins an anchor or an alias, and no name follows",
}
_FIXES = {
    "found invalid Unicode character escape code": "remove the escape",
    "block sequence entries are not allowed in this context": "move it there, and indent it by two spaces",
}
_UNCLOSED_QUOTE = "found unexpected end of stream"
_NO_COLON = "could not find expected ':'"
_UNCLOSED_BRACKET = re.compile(r"did not find expected ',' or '([\]}])'")
_HIDDEN = "the rest of this front matter was not checked"


class _Account(NamedTuple):
    at: int
    problem: str
    help: str | None


def report_syntax(error: yaml.MarkedYAMLError, offset: int, report: Report, quoted: Span | None) -> None:
    """Report a fault of YAML that stands at `offset` of a file; `quoted` is the last value in quotes before it."""
    last = max(0, len(report.source.text) - 1)
    mark = error.problem_mark or error.context_mark
    at = min((mark.index if mark else 0) + offset, last)
    began = min(error.context_mark.index + offset, last) if error.context_mark else at
    account = _unclosed(quoted, at, report) or _account(
        error.problem or error.context or "this is not YAML", at, began, report
    )
    number, _ = report.source.position(account.at)
    # What was said of this line before was a symptom.
    report.diagnostics[:] = [
        fault for fault in report.diagnostics if fault.line != number or not fault.code.startswith("yaml-")
    ]
    report.add(
        "yaml-syntax",
        Span.at(account.at),
        f"YAML cannot be read from here on: {account.problem}",
        help="; ".join(filter(None, (account.help, _HIDDEN))),
    )


def _unclosed(quoted: Span | None, at: int, report: Report) -> _Account | None:
    """Account for a quote that was forgotten: the next one, lines below, seems to close it."""
    if quoted is None:
        return None
    first, _ = report.source.position(quoted.start)
    last, _ = report.source.position(quoted.end)
    if first == last or last != report.source.position(at)[0]:
        return None
    return _Account(
        quoted.start,
        f"the quote that opens here is closed only on line {last}",
        quoted_line(report.source.line(first)) or "close it on this line",
    )


def _account(problem: str, at: int, began: int, report: Report) -> _Account:
    source = report.source
    number, column = source.position(at)
    line = source.line(number)
    first_line, first_column = source.position(began)
    first = source.line(first_line)
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return _Account(at, "a tab indents this line", "indent with spaces")
    if problem == _NO_COLON:
        start = source.offset(first_line, len(first) - len(first.lstrip()) + 1)
        return _Account(start, "this line has no colon with a space after it", _with_colon(first))
    if problem == _UNCLOSED_QUOTE:
        return _Account(
            began, "the quote that opens here is never closed", quoted_line(first) or "close it on this line"
        )
    if (match := _UNCLOSED_BRACKET.fullmatch(problem)) and (
        number != first_line or not line[column:].strip()
    ):
        opening = source.text[began]
        way_out = f"close it with {match[1]}"
        fix = quoted_line(first) if opening == "[" else None
        return _Account(
            began, f"the {opening} that opens here is not closed", f"{way_out}, or {fix}" if fix else way_out
        )
    if problem.startswith("did not find expected key"):
        at_indent = column == len(indent) + 1 and number != first_line
        problem = (
            "this line's indentation is not that of the keys above"
            if at_indent and first_column != column
            else "nothing may follow a value in quotes or brackets, or an alias"
        )
    fix = _FIXES.get(problem) or quoted_line(line) or (quoted_line(first) if first_line != number else None)
    return _Account(at, _PROBLEMS.get(problem, problem), fix)


def _with_colon(line: str) -> str:
    match = re.match(r"\s*([A-Za-z_]+)\s*:\s*(\S.*)", line)
    return f"write {match[1]}: {match[2]}" if match else "write it as `key: value`"
