"""Rules for the text of a review: that it is there, that feeds can carry it, that it is not built to hurt."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import pyromark

from publisher.diagnostics import Span
from publisher.posts.tree import Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.diagnostics import Report


# What XML 1.0 (section 2.2) does not let a document hold; lone surrogates among it.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NESTING_LIMIT = 100
_CHARACTER_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<decimal>[0-9]{1,7}));?")
_SUSPECT = re.compile(r"[>*+\-\d.)\s]{100}|(?:<[^>]{0,200}>[^<]{0,40}){100}|[*_\[(]{100}")
_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)[^>]*?(?P<empty>/?)>")
_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_NAMES = {
    "\x00": "NULL",
    "\x07": "BELL",
    "\x08": "BACKSPACE",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
}


def check_characters(report: Report) -> None:
    """Report every character of a file that no feed can carry."""
    for match in FORBIDDEN.finditer(report.source.text):
        report.add(
            "forbidden-character",
            Span(*match.span()),
            f"{_name(match.group())} stands here; no feed can carry it",
            help="delete the character; it is often left behind by pasting",
        )


def check_values(node: Node | None, report: Report) -> None:
    """Report forbidden characters that front matter spells as escapes, such as a backslash-u sequence."""
    for scalar in _scalars(node):
        match = FORBIDDEN.search(scalar.value or "")
        # A character that stands in the file itself was reported already.
        if match and not FORBIDDEN.search(report.source.text, scalar.span.start, scalar.span.end):
            report.add(
                "forbidden-character",
                scalar.span,
                f"the value holds {_name(match.group())}; no feed can carry it",
                help="remove the escape",
            )


def check_body(span: Span, report: Report) -> None:
    """Apply every rule of the text itself."""
    text = report.source.text[span.start : span.end]
    if not text.strip():
        report.add(
            "body-empty",
            Span.at(span.start),
            "there is no text below the front matter",
            help="write the review here",
        )
        return
    for match in _CHARACTER_REFERENCE.finditer(text):
        code = int(match["hex"], 16) if match["hex"] else int(match["decimal"])
        char = chr(code) if 0 < code <= 0x10FFFF else "\x00"
        if FORBIDDEN.match(char) and code and FORBIDDEN.search(pyromark.html(match.group())):
            report.add(
                "forbidden-character",
                Span(span.start + match.start(), span.start + match.end()),
                f"{match.group()} stands for {_name(char)}; no feed can carry it",
                help="delete it",
            )
    if _SUSPECT.search(text) and _depth(text) > NESTING_LIMIT:
        report.add(
            "body-nesting",
            Span.at(span.start),
            f"quotes, lists or tags are nested more than {NESTING_LIMIT} deep",
            help="no reader shows such a text; undo the nesting",
        )


def _depth(text: str) -> int:
    """Answer how deep a text is nested: its Markdown, and the tags within."""
    depth = deepest = 0
    for event in pyromark.events(text):
        if isinstance(event, dict) and "Start" in event:
            depth += 1
            deepest = max(deepest, depth)
        elif isinstance(event, dict) and "End" in event:
            depth -= 1
        if deepest > NESTING_LIMIT:
            return deepest
    open_tags = 0
    for tag in _TAG.finditer(text):
        if tag["name"].lower() in _VOID or tag["empty"]:
            continue
        open_tags = max(0, open_tags - 1) if tag["close"] else open_tags + 1
        deepest = max(deepest, open_tags)
    return deepest


def _scalars(node: Node | None) -> Iterator[Scalar]:
    stack = [node]
    while stack:
        top = stack.pop()
        if isinstance(top, Scalar):
            yield top
        elif isinstance(top, Sequence):
            stack.extend(top.items)
        elif isinstance(top, Mapping):
            stack.extend(top.values.values())


def _name(char: str) -> str:
    code = ord(char)
    name = _NAMES.get(char) or unicodedata.name(char, "")
    if not name:
        name = (
            "a lone surrogate"
            if 0xD800 <= code <= 0xDFFF
            else "a control character"
            if code < 32
            else "a noncharacter"
        )
    return f"U+{code:04X} ({name})"
