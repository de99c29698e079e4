"""An edit of one post, from what it changes to what was changed: remembered first, then made, all of it or nothing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.desk.journal import remembered
from publisher.desk.lines import ChangedLine, changed_lines
from publisher.desk.wording import require_fit
from publisher.diagnostics import Severity
from publisher.errors import UsageError
from publisher.posts.editing import edit
from publisher.posts.reading import read_post
from publisher.posts.rewriting import rewrite
from publisher.values.checkers import PROSE_LIMIT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.desk.subject import Subject
    from publisher.posts.editing import Alteration

# The ends of lines in YAML 1.1, in Unicode or in some editor, and tabs, with the space around them.
_BREAK = re.compile("[ \t]*[\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029\t]+[ \t]*")


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit did to a post, or would do.

    Attributes:
        command: Which command made it: "retract".
        file: The post.
        name: How messages call it.
        lines: The lines that changed; none when everything was as wanted already.
        notes: What the editor should know of it, in sentences without a full stop.
        outlook: What the next publish does with it.
        errors: How many errors the post has now, whoever made them.
    """

    command: str
    file: Path
    name: str
    lines: tuple[ChangedLine, ...]
    notes: tuple[str, ...]
    outlook: str
    errors: int


def alter(
    subject: Subject,
    command: str,
    alterations: Sequence[Alteration],
    *,
    notes: Sequence[str] = (),
    outlook: str,
    dry: bool,
) -> Edited:
    """Edit a post, and remember what it was before; dry, only say what would be done.

    Raises:
        Refused: The change cannot be made for certain, or the file must not be changed or was changed meanwhile.
        EnvironmentFault: The file, or what undoes the edit, cannot be written.
    """
    site, found = subject.site, subject.found
    after = edit(found.data, found.name, alterations)
    if after != found.data and not dry:
        with remembered(site, command, found.file, found.data, after):
            rewrite(found.file, found.data, after)
    _, faults = read_post(after, found.file, site, subject.now)
    errors = Counter(fault.severity for fault in faults)[Severity.ERROR]
    lines = changed_lines(found.data, after)
    return Edited(command, found.file, found.name, lines, tuple(notes), outlook, errors)


def one_line(option: str, written: str) -> str:
    """Take what an editor says in words as it stands on one line of front matter.

    Raises:
        UsageError: Nothing is left of it, it is too long, or it holds a character that no file may.
    """
    text = _BREAK.sub(" ", written).strip()
    if not text:
        raise UsageError(f"{option}: the text is empty", "say it in a sentence that readers may see")
    require_fit(option, text)
    if len(text) > PROSE_LIMIT:
        raise UsageError(
            f"{option}: the text is {len(text)} characters long; {PROSE_LIMIT} are the most", "shorten it"
        )
    return text
