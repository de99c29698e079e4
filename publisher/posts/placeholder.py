"""The line that stands in a new post until there is a review, and the rule that it goes before the post does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.diagnostics import Span
from publisher.model import Status

if TYPE_CHECKING:
    from publisher.posts.subject import Subject

#: What `publisher new` writes below the front matter.
PLACEHOLDER = "Write the review here, in Markdown."
_LINE = re.compile(rf"(?<![^\r\n])(?P<said>{re.escape(PLACEHOLDER)})[ \t]*(?![^\r\n])")


def check_placeholder(subject: Subject) -> None:
    """See that a post that is no draft has a text of its own."""
    if subject.front.status is Status.DRAFT or not subject.sound("status"):
        return
    body, text = subject.parts.body, subject.report.source.text
    # The words are looked for first: an expression that looks behind itself at each character takes long.
    found = _LINE.search(text, body.start, body.end) if PLACEHOLDER in text else None
    if found:
        subject.report.add(
            "text-placeholder",
            Span(*found.span("said")),
            f"this line stands in every new post, and the post is no draft any more: its status is {subject.front.status}",
            help="write the review in its place, or set status: draft",
        )
