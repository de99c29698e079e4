"""Rules for the words that lists and readers show of a review: its title, the film's, and the summary."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from publisher.diagnostics import Span
from publisher.values.characters import quote

if TYPE_CHECKING:
    from publisher.posts.subject import Subject
    from publisher.values.faults import Path as KeyPath

#: Characters of a summary: as many as lists show of one.
SUMMARY_LIMIT = 300

_MAYBE_MARKUP = re.compile(r"[<*_`&\[]")
# What opens, or stands alone, has no letter before it; what closes has none behind it: M*A*S*H and S_1 are titles.
_MARKUP = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|code|del|div|em|font|h[1-6]|i|ins|kbd|mark|p|q|s|small|span|strike|strong|su[bp]|u)"
    r"(?:\s[^<>]*)?/?>"
    r"|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|amp|apos|gt|hellip|lt|mdash|nbsp|ndash|quot|[lr][ds]quo);"
    r"|(?<![\w*])(?P<star>\*{1,3})(?=[^\s*])[^*]*\w[^*]*(?<=[^\s*])(?P=star)(?![\w*])"
    r"|(?<!\w)(?P<low>_{1,3})(?=[^\W_])[^_]*(?<=[^\s_])(?P=low)(?!\w)"
    r"|`[^`]+`"
    r"|\[[^\[\]]+\]\([^()\s]+\)",
    re.IGNORECASE,
)

# Headings, pictures, quotes and HTML before the first paragraph.
_LEAD = re.compile(r"\s*+(?:[#<>!|][^\r\n]*+\s++)*+")
_PARAGRAPH = re.compile(r"[^\r\n]++(?:(?:\r\n?|\n)[ \t]*+[^\s][^\r\n]*+)*+")
_NO_WORDS = re.compile(
    r"\]\([^()\r\n]{0,2048}\)|\]\[[^\[\]]{0,200}\]|\[\^[^\[\]]{1,200}\]|<[^<>]{0,1000}>|&#?\w{1,32};"
)
_WORD = re.compile(r"[^\W_]+")
# How far a first word may be from the beginning of its paragraph.
_NEAR = 40
_LONGEST = 20_000


def check_wording(subject: Subject) -> None:
    """Apply every rule of this module to one post."""
    _check_title(subject, subject.front.title, ("title",))
    if subject.front.film is not None:
        _check_title(subject, subject.front.film.title, ("film", "title"))
    _check_summary(subject)


def _check_title(subject: Subject, title: str | None, path: KeyPath) -> None:
    if title is None or not _MAYBE_MARKUP.search(title):
        return
    match = _MARKUP.search(title)
    if match is None:
        return
    found = match.group()
    whole = subject.locator.value(path)
    at = subject.report.source.text.find(found, whole.start, whole.end) if whole else -1
    subject.report.add(
        "title-markup",
        Span(at, at + len(found)) if at >= 0 else whole,
        f"{quote(found)} is shown to readers as it is typed here; a title is plain text",
        help=f"write {unescape(found)} itself" if found.startswith("&") else "write it without the markup",
    )


def _check_summary(subject: Subject) -> None:
    summary = subject.front.summary
    if summary is None:
        if subject.absent("summary"):
            empty = subject.locator.node(("summary",)) is not None
            subject.report.add(
                "summary-missing",
                subject.locator.key(("summary",)),
                "`summary` is empty" if empty else "the review has no `summary` of its own",
                help="say in a sentence or two what it is about; lists show the beginning of the text until then",
            )
        return
    length = len(" ".join(summary.split()))
    if length > SUMMARY_LIMIT:
        subject.report.add(
            "summary-too-long",
            subject.locator.value(("summary",)),
            f"the summary has {length} characters; a summary has at most {SUMMARY_LIMIT}",
            help="what readers need not know before they open the review can go into the text",
        )
    if _repeats(summary, subject.report.source.text, subject.parts.body):
        subject.report.add(
            "summary-repeats",
            subject.locator.value(("summary",)),
            "the summary is the first paragraph of the text once more",
            help="readers who open the review have just read it; say in other words what it is about",
        )


def _repeats(summary: str, text: str, body: Span) -> bool:
    """Tell whether a summary is the first paragraph of the text at `body`, or the beginning of it and an ellipsis."""
    lead = _LEAD.match(text, body.start, body.end)
    start = lead.end() if lead else body.start
    # In almost every post the first words differ, and that is all.
    first, other = _WORD.search(summary), _WORD.search(text, start, min(start + _NEAR, body.end))
    if first is None or other is None or first.group().casefold() != other.group().casefold():
        return False
    paragraph = _PARAGRAPH.match(text, start, body.end)
    if paragraph is None:
        return False
    # A paragraph of many times a summary's length is not one.
    words, own = _words(paragraph.group()[:_LONGEST]), _words(summary)
    return own == words or (summary.endswith(("…", "...")) and own == words[: len(own)])


def _words(markdown: str) -> list[str]:
    return _WORD.findall(_NO_WORDS.sub(" ", markdown).casefold())
