"""Taking back the last edits, one after the other: exactly the bytes that were there before."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.desk.journal import Record, at_work, digest, forget, records
from publisher.desk.lines import ChangedLine, changed_lines
from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.posts.files import Unreadable, read_file
from publisher.posts.finding import belongs, find_post
from publisher.posts.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class Undoable:
    """An edit that was made and not taken back.

    Attributes:
        command: Which command made it: "retract".
        at: When (aware).
        file: The post.
        name: How messages call it.
        obstacle: Why it cannot be taken back; None when it can.
        lines: What taking it back does to the lines of the file.
    """

    command: str
    at: datetime
    file: Path
    name: str
    obstacle: str | None
    lines: tuple[ChangedLine, ...]


class ChangedSince(Refused):
    """Say that a file, `name`, no longer holds what the edit wrote; taking it back would change `lines`."""

    def __init__(self, message: str, hint: str, name: str, lines: tuple[ChangedLine, ...]) -> None:
        super().__init__(message, hint)
        self.name = name
        self.lines = lines


@dataclass(frozen=True, slots=True)
class _Step:
    """A record, what its file holds now (None when there is none), and why it cannot be taken back, if it cannot."""

    record: Record
    now: bytes | None
    obstacle: str | None

    def shown(self, site: Site) -> Undoable:
        record, name = self.record, site.display(self.record.file)
        lines = changed_lines(self.now or b"", record.before or b"")
        return Undoable(record.command, record.at, record.file, name, self.obstacle, lines)


def undoable(site: Site) -> Iterator[Undoable]:
    """Yield the edits that `undo` takes back one after the other, the newest first, and what stands in its way."""
    held: dict[str, bytes | None] = {}
    for record in records(site):
        name = os.path.realpath(record.file)
        step = _look(record, site, held)
        if step is None:
            continue
        if step.obstacle is None:
            held[name] = record.before
        yield step.shown(site)


def undo(site: Site, wanted: str | None = None, *, dry: bool = False) -> Undoable:
    """Take back the newest edit; of a new post, remove the file.

    What readers and partners were told stays told: the next publish tells them of the change back.

    Args:
        site: The site.
        wanted: A post, whose newest edit is meant; None means the newest edit of all.
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post.
        Refused: There is nothing to take back, or the file was changed since.
        EnvironmentFault: The file cannot be written.
    """
    file = _meant(site, wanted) if wanted is not None else None
    with at_work(site):
        never_made = []
        for record in records(site):
            if file is not None and os.path.realpath(record.file) != os.path.realpath(file):
                continue
            step = _look(record, site)
            if step is None:
                never_made.append(record)
                continue
            if step.obstacle is not None:
                raise _refusal(step, site)
            if not dry:
                _put_back(step)
                # Had they stayed, they would look as if they could be taken back now.
                for stale in (*never_made, record):
                    forget(stale.path)
            return step.shown(site)
    whose = f" of {site.display(file)}" if file is not None else ""
    raise Refused(f"there is no edit{whose} to take back", "`publisher undo --list` shows those there are")


def _meant(site: Site, wanted: str) -> Path:
    """Find the post whose edit is meant; also one that is gone, by its file."""
    try:
        return find_post(site, wanted).file
    except UsageError:
        for record in records(site):
            if wanted in {site.display(record.file), record.file.stem}:
                return record.file
        raise


def _look(record: Record, site: Site, held: Mapping[str, bytes | None] | None = None) -> _Step | None:
    """See how a record and its file stand to each other; None when the edit was never made, or is taken back.

    Args:
        record: The record.
        site: The site.
        held: What files will hold when newer edits are taken back, by their real paths.
    """
    name, real = site.display(record.file), os.path.realpath(record.file)
    if not belongs(record.file, site):
        return _Step(record, None, f"{name} is not one of the site's posts")
    try:
        now = held[real] if held and real in held else _contents(record.file, site)
    except Unreadable as error:
        return _Step(record, None, f"{name}: {error.message}")
    if now is not None and digest(now) == record.after:
        return _Step(record, now, None)
    if now == record.before:
        return None
    obstacle = "was changed since" if now is not None else "is not there any more since"
    return _Step(record, now, f"{name} {obstacle} `publisher {record.command}`")


def _contents(file: Path, site: Site) -> bytes | None:
    return read_file(file, site) if os.path.lexists(file) else None


def _refusal(step: _Step, site: Site) -> ChangedSince:
    if step.now is None:
        way_out = "edits of another post can be taken back by its name: `publisher undo SLUG`"
    elif step.record.before is None:
        way_out = "delete the file yourself, if that is what you want"
    else:
        way_out = "change the lines back by hand, or leave them; edits of another post: `publisher undo SLUG`"
    shown = step.shown(site)
    lines = shown.lines if step.now is not None else ()
    return ChangedSince(f"{step.obstacle}; nothing was taken back", way_out, shown.name, lines)


def _put_back(step: _Step) -> None:
    record, now = step.record, step.now
    if record.before is not None and now is not None:
        rewrite(record.file, now, record.before)
        return
    try:
        record.file.unlink()
        folder = os.open(record.file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise EnvironmentFault(
            f"{record.file} cannot be removed: {error.strerror or error}", "remove it by hand"
        ) from None
