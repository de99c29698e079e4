"""Diagnostics as people and machines read them."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from textwrap import indent
from typing import TYPE_CHECKING, Any, Protocol

from publisher.diagnostics.rules import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from publisher.diagnostics.diagnostic import Diagnostic

FORMAT_VERSION = 1

# A line longer than this is shown as a window around the fault.
_WINDOW = 110
_TAB = "    "
# Machines are given lines up to this length.
_LONGEST_EXCERPT = 1000


class Paint(Protocol):
    """Colours a piece of a message by its role: error, warning, advice, place, gutter or help."""

    def __call__(self, text: str, role: str) -> str:
        """Return `text` as `role` is shown."""


def unpainted(text: str, role: str) -> str:  # noqa: ARG001 - the protocol's shape
    """Leave a text as it is."""
    return text


def visible(text: str) -> str:
    """Replace control characters by their pictures, so that no file can steer the terminal.

    Half a character (a lone surrogate) cannot be printed and is replaced too.
    """
    if text.isprintable():  # that is quickly seen, and says that there is nothing to replace
        return text
    return "".join(
        _TAB
        if char == "\t"
        else chr(0x2400 + ord(char))
        if char < " "
        else "\u2421"
        if char == "\x7f"
        else "\ufffd"
        if "\x80" <= char <= "\x9f"
        or "\ud800" <= char <= "\udfff"
        or char in "\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        else char
        for char in text
    )


def concise(fault: Diagnostic, paint: Paint = unpainted) -> str:
    """Render one line: `FILE:LINE:COLUMN: severity[code]: message`, and in parentheses what to do about it."""
    hints = [" ".join(hint.split()) for hint in (fault.label, fault.help) if hint]
    return _headline(fault, paint) + (f" ({visible('; '.join(hints))})" if hints else "")


def _headline(fault: Diagnostic, paint: Paint) -> str:
    place = paint(f"{visible(fault.path)}:{fault.line}:{fault.column}:", "place")
    kind = paint(f"{fault.severity}[{fault.code}]", str(fault.severity))
    return f"{place} {kind}: {visible(fault.message)}"


def full(fault: Diagnostic, paint: Paint = unpainted) -> str:
    """Render a fault with the line it is on, a caret under it, and the way out."""
    lines = [_headline(fault, paint)]
    if fault.excerpt is not None:
        before, at_fault, after = _window(fault)
        number = str(fault.line)
        indent = " " * _width(before)
        carets = paint("^" * max(1, _width(at_fault)), str(fault.severity))
        label = f" {visible(fault.label)}" if fault.label else ""
        lines.append(f"  {paint(f'{number} |', 'gutter')} {before}{at_fault}{after}".rstrip())
        lines.append(f"  {paint(' ' * len(number) + ' |', 'gutter')} {indent}{carets}{label}")
    if fault.help:
        words, *shown = fault.help.split("\n")
        lines.append(f"  {paint('help:', 'help')} {visible(words)}")
        lines += [f"    {visible(line)}" for line in shown]
    return "\n".join(lines)


def github(fault: Diagnostic) -> str:
    """Render a fault as an annotation of GitHub Actions (workflow commands: error, warning, notice)."""
    command = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "notice"}[
        fault.severity
    ]
    properties = {
        "file": fault.path,
        "line": fault.line,
        "col": fault.column,
        "endColumn": fault.column + fault.width,
        "title": fault.code,
    }
    listed = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    lines = [fault.message, fault.label and f"({fault.label})", fault.help and f"help: {fault.help}"]
    return f"::{command} {listed}::{_escaped(chr(10).join(filter(None, lines)))}"


def _escaped(text: str, more: str = "") -> str:
    """Write a text as a workflow command takes it: one line, percent-encoded where it has to be."""
    shown = "\n".join(visible(line) for line in text.split("\n"))
    return re.sub(rf"[%\n{more}]", lambda match: f"%{ord(match.group()):02X}", shown)


def as_json(faults: Iterable[Diagnostic], closing: Callable[[], dict[str, Any]]) -> Iterator[str]:
    """Render faults as one JSON document, piece by piece, as they come in.

    Args:
        faults: The faults.
        closing: Answers, once the last fault was taken, the fields that follow them.
    """
    yield f'{{\n  "format_version": {FORMAT_VERSION},\n  "diagnostics": ['
    between = "\n"
    for fault in faults:
        yield between + indent(json.dumps(as_fields(fault), indent=2), "    ")
        between = ",\n"
    yield "],\n" if between == "\n" else "\n  ],\n"
    yield json.dumps(closing(), indent=2).removeprefix("{\n") + "\n"


def as_fields(fault: Diagnostic) -> dict[str, Any]:
    """Return the machine form of one fault; `fix` says what `validate --fix` would do."""
    long = fault.excerpt is not None and len(fault.excerpt) > _LONGEST_EXCERPT
    fields = asdict(replace(fault, excerpt=None if long else fault.excerpt, fix=None))
    fields["fix"] = fault.fix.title if fault.fix else None
    return {
        key: value.encode(errors="replace").decode() if isinstance(value, str) else value
        for key, value in fields.items()
    }


def tally(counts: Mapping[Severity, int]) -> str:
    """Say numbers of faults in words: "2 errors, 1 warning"."""
    nouns = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.ADVICE: "piece of advice"}
    plurals = {Severity.ERROR: "errors", Severity.WARNING: "warnings", Severity.ADVICE: "pieces of advice"}
    return ", ".join(
        f"{counts[severity]} {nouns[severity] if counts[severity] == 1 else plurals[severity]}"
        for severity in Severity
        if counts.get(severity)
    )


def _window(fault: Diagnostic) -> tuple[str, str, str]:
    """Cut a line into what stands before the fault, the fault, and what follows; long ones at both ends."""
    excerpt = fault.excerpt or ""
    start, end = fault.column - 1, fault.column - 1 + fault.width
    left = max(0, start - _WINDOW // 2) if len(excerpt) > _WINDOW else 0
    right = min(len(excerpt), left + _WINDOW)
    before = ("…" if left else "") + visible(excerpt[left:start])
    after = visible(excerpt[end:right]) + ("…" if right < len(excerpt) else "")
    return before, visible(excerpt[start : min(end, right)]), after


def _width(text: str) -> int:
    """Answer how many columns of a terminal a text takes up."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # noqa: PLC0415 - its tables take longer to load than most runs need it

    width = wcswidth(text)
    return width if width >= 0 else len(text)
