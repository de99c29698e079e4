"""Where front matter ends and the text begins: a python-frontmatter handler that keeps every offset.

python-frontmatter strips the text before it splits, splits on any later `---` and drops metadata that is no
mapping without a word. This handler finds the two fences itself; `locate` gives the offsets, `split` and `load`
make it fit `frontmatter.load(path, handler=PostHandler())`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from frontmatter.default_handlers import BaseHandler

from publisher.diagnostics import Report, Source, Span
from publisher.posts import tree
from publisher.values.characters import quote

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_CLOSING = re.compile(r"[\r\n](?P<fence>---[ \t]*+(?:\r\n?|\n|\Z))")
_BLANK_LINES = re.compile(r"(?:[^\S\r\n]*+(?:\r\n?|\n))*+")
_OTHER_FENCE = re.compile(r"\+\+\+|;;;|\{")
_LINE = re.compile(r"[^\r\n]*")
# Two hyphens or more than three, and what word processors make of them.
_NEARLY_A_FENCE = re.compile("--|-{4,}|[-\u2010-\u2015\u2212]*[\u2010-\u2015\u2212][-\u2010-\u2015\u2212]*")
_KEYED = re.compile(r"[A-Za-z_]+:(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the parts of a post stand: the opening fence, the YAML, the text."""

    opening: Span
    front: Span
    body: Span


class PostHandler(BaseHandler):
    """Reads front matter as the text its editor typed; every scalar is text, or None when left empty."""

    FM_BOUNDARY = _FENCE
    START_DELIMITER = END_DELIMITER = "---"

    def locate(self, source: Source, report: Report) -> Parts | None:
        """Find the parts of a post; None when it has no front matter, which is then reported."""
        text = source.text
        opening = _next_line(text, _BLANK_LINES.match(text).end())  # type: ignore[union-attr] # matches nothing too
        if text[opening.start : opening.end].rstrip(" \t") != "---":
            _report_no_front_matter(source, report, opening)
            return None
        begin = _after(text, opening)
        closing = _CLOSING.search(text, max(begin - 1, 0))
        if closing:
            return Parts(opening, Span(begin, closing.start("fence")), Span(closing.end(), len(text)))
        number, _ = source.position(opening.start)
        report.add(
            "front-matter-unclosed",
            opening,
            f"the front matter that begins on line {number} never ends",
            help="put a line of --- between the front matter and the text",
        )
        return None

    def detect(self, text: str) -> bool:
        """Tell whether a text begins with a fence."""
        return self.locate(*_fresh(text.removeprefix("\ufeff"))) is not None

    def split(self, text: str) -> tuple[str, str]:
        """Return front matter and text; a byte order mark is neither.

        Raises:
            ValueError: There is no front matter, or it never ends.
        """
        text = text.removeprefix("\ufeff")
        source, report = _fresh(text)
        parts = self.locate(source, report)
        if parts is None:
            raise ValueError(report.diagnostics[0].message)
        return text[parts.front.start : parts.front.end], text[parts.body.start : parts.body.end]

    def load(self, fm: str) -> dict[str, Any]:
        """Return front matter as text, lists and dicts.

        Raises:
            ValueError: It is no mapping, or breaks the rules of YAML or ours.
        """
        _, report = _fresh(fm)
        root, _ = tree.build(fm, 0, report)
        data = tree.plain(root) if root is not None else {}
        if report.diagnostics:
            raise ValueError(report.diagnostics[0].message)
        if not isinstance(data, dict):
            raise ValueError("front matter is not a list of `key: value` lines")  # noqa: TRY004 - one exception for all
        return data


def _fresh(text: str) -> tuple[Source, Report]:
    source = Source("<text>", text)
    return source, Report(source)


def _next_line(text: str, start: int) -> Span:
    """Span a line without its end."""
    match = _LINE.match(text, start)
    return Span(start, match.end() if match else start)


def _after(text: str, line: Span) -> int:
    """Answer where the next line begins."""
    return line.end + (2 if text.startswith("\r\n", line.end) else 1) if line.end < len(text) else line.end


def _report_no_front_matter(source: Source, report: Report, line: Span) -> None:
    if _OTHER_FENCE.match(source.text, line.start):
        found = (
            source.text[line.start]
            if source.text[line.start] == "{"
            else source.text[line.start : line.start + 3]
        )
        report.add(
            "front-matter-format",
            line,
            f"the file begins with {found}; only YAML front matter is read",
            help="write the front matter as `key: value` lines between two lines of ---",
        )
        return
    written = source.text[line.start : line.end].strip()
    if _NEARLY_A_FENCE.fullmatch(written):
        report.add(
            "front-matter-missing",
            line,
            f"front matter begins with a line of three hyphens, and this is {quote(written)}",
            help="write --- with nothing else on the line; word processors make dashes of hyphens",
        )
        return
    keyed = _KEYED.match(written) is not None
    report.add(
        "front-matter-missing",
        line,
        "no line of --- stands above the front matter"
        if keyed
        else "the file does not begin with front matter",
        help="put a line of --- above this one, and another below the last `key: value` line"
        if keyed
        else "begin the file with a line of ---, then `key: value` lines, then another line of ---",
    )
