"""Values that end earlier than they seem to: YAML takes ` #` and what follows for a comment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.diagnostics import Span
from publisher.posts.keys import text_keys, text_list_keys
from publisher.posts.suggest import quoted_line
from publisher.posts.tree import Mapping, Scalar, Sequence
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.diagnostics import Report
    from publisher.posts.tree import Node

# A comment that is one has a space behind its #.
_COMMENT = re.compile(r"[ \t]+(?P<comment>#[^\s#][^\r\n]*)")
# Where one of these is left empty, that is an error and says as much.
_REQUIRED = frozenset({"title", "service", "src"})


def check_comments(root: Node | None, report: Report) -> None:
    """Report what stands behind a text, on its line, as a comment that is likely to be none."""
    text = report.source.text
    for key, scalar in _texts(root, ""):
        match = _COMMENT.match(text, scalar.span.end)
        if match is None or text[scalar.span.start] in "\"'|>" or (scalar.value is None and key in _REQUIRED):
            continue
        comment = match["comment"].rstrip()
        start = match.start("comment")
        way_out = quoted_line(report.source, report.source.position(start)[0])
        report.add(
            "comment-in-value",
            Span(start, start + len(comment)),
            f"YAML takes {quote(comment)} for a comment, and not for a part of the value",
            help=f"{way_out.help if way_out else 'put the value in quotes'}; a comment has a space after its #",
        )


def _texts(node: Node | None, key: str) -> Iterator[tuple[str, Scalar]]:
    """List the texts that may say anything, each with the key that it, or the list it is in, belongs to."""
    if isinstance(node, Mapping):
        for name, value in node.values.items():
            yield from _texts(value, name)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _texts(item, key)
    elif isinstance(node, Scalar) and not node.broken and key in text_keys() | text_list_keys():
        yield key, node
