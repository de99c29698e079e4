"""Rules for the text of a review: that it is there, that feeds can carry it, that it is not built to hurt."""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

import pyromark

from publisher.diagnostics import Span
from publisher.markup.dialect import MARKDOWN, marked_up
from publisher.markup.nesting import html_depth
from publisher.posts.tree import Mapping, Node, Scalar, Sequence
from publisher.values.characters import FORBIDDEN, may_hold_forbidden, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.diagnostics import Report


# What YAML 1.1 (section 4.1.1) does not take beside that, and libyaml stops at.
_FORBIDDEN_IN_YAML = re.compile("[\x80-\x84\x86-\x9f\ufeff]")
#: `<` or `&` in a text, characters of a tag, tags and characters of the HTML that a text becomes, links and pictures in
#: it, and how deep it may be nested: no review comes near any of these, and what follows takes seconds at most.
MARKUP_LIMIT = 20_000
TAG_LIMIT = 16_000
ELEMENT_LIMIT = 450_000
LINK_LIMIT = 60_000
# Feed readers that use libxml2 give up at ten million; addresses become longer yet.
HTML_LIMIT = 7_500_000
NESTING_LIMIT = 100
# Signs of punctuation and line ends: the Markdown parser takes some 80 bytes of memory for each.
SIGN_LIMIT = 1_000_000
_SIGNS = f"{string.punctuation}\r\n".encode()
# A shorter text cannot become too many elements: a sign becomes two tags at most, and tables are filled up to 200,000 cells.
_SHORT = 50_000
_REFERENCE = re.compile(r"&#(?:[xX](?P<hex>[0-9a-fA-F]{1,6})|(?P<decimal>[0-9]{1,7}));?")
# A line that begins with so many marks of quotes and lists; footnotes can hold each other too.
_DEEP_LINE = re.compile(r"\n(?:[>*+\-\d.)\t ]|\[\^[^\]\s]{1,20}\]:){100}")
_TAG = re.compile(r"<[a-zA-Z][^>]*+")


def check_characters(report: Report) -> None:
    """Report every character of a file that no feed can carry."""
    if not may_hold_forbidden(report.source.text):
        return
    for match in FORBIDDEN.finditer(report.source.text):
        report.add(
            "forbidden-character",
            Span(*match.span()),
            f"{name_of(match.group())} stands here; no feed can carry it",
            help="delete the character; it is often left behind by pasting",
        )
        if report.full("forbidden-character"):
            break


def readable_yaml(span: Span, report: Report) -> str:
    """Return the YAML that stands at a span, with a space for each character that YAML stops at.

    Those that no feed can carry were reported already; the others are reported here.
    """
    text = report.source.text[span.start : span.end]
    for match in _FORBIDDEN_IN_YAML.finditer(text):
        report.add(
            "forbidden-character",
            Span(span.start + match.start(), span.start + match.end()),
            f"{name_of(match.group())} stands here; YAML cannot carry it",
            help="delete the character; it is often left behind by pasting",
        )
        if report.full("forbidden-character"):
            break
    return _FORBIDDEN_IN_YAML.sub(" ", FORBIDDEN.sub(" ", text))


def check_values(node: Node | None, span: Span, report: Report) -> None:
    """Report forbidden characters that front matter, at `span`, spells as escapes, such as a backslash-u sequence."""
    if "\\" not in report.source.text[span.start : span.end]:
        return
    for scalar in _scalars(node):
        match = FORBIDDEN.search(scalar.value or "")
        # A character that stands in the file itself was reported already.
        if match and not FORBIDDEN.search(report.source.text, scalar.span.start, scalar.span.end):
            report.add(
                "forbidden-character",
                scalar.span,
                f"the value holds {name_of(match.group())}; no feed can carry it",
                help="remove the escape",
            )
        if report.full("forbidden-character"):
            break


def check_body(span: Span, report: Report) -> bool:
    """See that there is a text, and none that is built to hurt; False when nothing more should be done with it."""
    text = report.source.text[span.start : span.end]
    if not text or text.isspace():
        report.add(
            "body-empty",
            Span.at(span.start),
            "there is no text below the front matter",
            help="write the review here",
        )
        return False
    flood = _flood(text) or _flood_of_elements(text)
    if flood:
        report.add(
            "body-markup",
            Span.at(span.start + len(text) - len(text.lstrip())),
            flood,
            help="no review needs that much; is this the output of another program?",
        )
        return False
    _check_references(text, span.start, report)
    if _markdown_depth(text) > NESTING_LIMIT or _html_depth(text) > NESTING_LIMIT:
        report.add(
            "body-nesting",
            Span.at(span.start + len(text) - len(text.lstrip())),
            f"quotes, lists or tags are nested more than {NESTING_LIMIT} deep",
            help="no reader shows such a text; undo the nesting",
        )
        return False
    return True


def _count(sign: str, text: str) -> int:
    """Count a sign; that there is none, as of most in most texts, is found ten times as fast as how many there are."""
    return text.count(sign) if sign in text else 0


def _flood(text: str) -> str | None:
    """Say what a text has so much of that what follows would take minutes, or all of the memory."""
    for sign in "<&":
        number = _count(sign, text)
        if number > MARKUP_LIMIT:
            return f"the text has {number:,} times {sign}; at most {MARKUP_LIMIT:,} are taken"
    if len(text) > TAG_LIMIT and any(len(tag) > TAG_LIMIT for tag in _TAG.findall(text)):
        return f"a tag is longer than {TAG_LIMIT:,} characters"
    if len(text) > SIGN_LIMIT:
        encoded = text.encode("utf-8", "surrogatepass")
        number = len(encoded) - len(encoded.translate(None, _SIGNS))
        if number > SIGN_LIMIT:
            return f"the text has {number:,} signs of punctuation and line ends; at most {SIGN_LIMIT:,} are taken"
    return None


def _flood_of_elements(text: str) -> str | None:
    """Say what a text would become too much of in HTML."""
    if len(text) <= _SHORT:
        return None
    html = marked_up(text)
    elements = html.count("<")
    if elements > ELEMENT_LIMIT:
        return f"the text would become {elements:,} tags of HTML; at most {ELEMENT_LIMIT:,} are taken"
    if len(html) > HTML_LIMIT:
        return f"the text would become {len(html):,} characters of HTML; at most {HTML_LIMIT:,} are taken"
    links = html.count("<a ") + html.count("<img ")
    if links > LINK_LIMIT:
        return f"the text has {links:,} links and pictures; at most {LINK_LIMIT:,} are taken"
    return None


def _check_references(text: str, offset: int, report: Report) -> None:
    if "&#" not in text:
        return
    if not any(FORBIDDEN.match(_referred(match)) for match in _REFERENCE.finditer(text)):
        return
    html = marked_up(text)
    # In code a reference is shown as it is written; elsewhere it has become the character, or HTML will make it that.
    shown = {match.group() for match in _REFERENCE.finditer(html)} | set(FORBIDDEN.findall(html))
    for match in _REFERENCE.finditer(text):
        char = _referred(match)
        if FORBIDDEN.match(char) and (match.group() in shown or char in shown):
            report.add(
                "forbidden-character",
                Span(offset + match.start(), offset + match.end()),
                f"{match.group()} stands for {name_of(char)}; no feed can carry it",
                help="delete it",
            )
        if report.full("forbidden-character"):
            break


def _referred(reference: re.Match[str]) -> str:
    """Answer which character a reference means; HTML shows NULL and half characters as U+FFFD (HTML, 13.2.5.80)."""
    code = int(reference["hex"], 16) if reference["hex"] else int(reference["decimal"])
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def _markdown_depth(text: str) -> int:
    """Answer how deep the Markdown of a text is nested; 0 where it cannot be deep."""
    if (
        sum([_count(sign, text) for sign in "*_~"]) < 2 * NESTING_LIMIT
        and ("!" not in text or text.count("![") <= NESTING_LIMIT)
        and not _DEEP_LINE.search("\n" + text.replace("\r", "\n"))
    ):
        return 0
    depth = deepest = 0
    for event in pyromark.events(text, options=MARKDOWN):
        if isinstance(event, dict) and "Start" in event:
            depth += 1
            deepest = max(deepest, depth)
        elif isinstance(event, dict) and "End" in event:
            depth -= 1
        if deepest > NESTING_LIMIT:
            break
    return deepest


def _html_depth(text: str) -> int:
    """Answer how deep the HTML within a text is nested; 0 where it cannot be deep."""
    if _count("<", text) <= NESTING_LIMIT:
        return 0
    return html_depth(marked_up(text), NESTING_LIMIT)


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
