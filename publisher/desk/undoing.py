"""Taking back the last edits, one after the other: exactly the bytes that were there before."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.desk.audience import Audience
from publisher.desk.journal import Record, at_work, digest, forget, records
from publisher.desk.lines import ChangedLine, changed_lines
from publisher.disk import sync_folder
from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.posts.beside import file_beside, is_beside
from publisher.posts.files import Unreadable, read_file
from publisher.posts.finding import belongs, find_post
from publisher.posts.rewriting import rewrite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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
        removes: Whether taking it back removes the file, as that of a new post.
        lines: What taking it back does to the lines of the file, unless it removes them all.
        outlook: What partners will hear of it, where there is something to say; not told of edits in a list.
    """

    command: str
    at: datetime
    file: Path
    name: str
    obstacle: str | None
    removes: bool
    lines: tuple[ChangedLine, ...]
    outlook: str = ""


class ChangedSince(Refused):
    """Say that a file, `name`, no longer holds what the edit wrote; taking it back would change `lines`."""

    def __init__(self, message: str, hint: str, name: str, lines: tuple[ChangedLine, ...]) -> None:
        super().__init__(message, hint)
        self.name = name
        self.lines = lines


@dataclass(frozen=True, slots=True)
class _Step:
    """A record, what its file holds now (None when there is none), and why it cannot be taken back, if it cannot.

    What to do instead is known where the file still holds what the edit wrote, and somebody would suffer from the loss.
    """

    record: Record
    held: bytes | None
    obstacle: str | None
    instead: str | None = None

    def shown(self, site: Site, outlook: str = "") -> Undoable:
        record, name = self.record, site.display(self.record.file)
        removes = record.before is None
        lines = () if removes else changed_lines(self.held or b"", record.before or b"")
        return Undoable(record.command, record.at, record.file, name, self.obstacle, removes, lines, outlook)


def undoable(site: Site, *, now: datetime | None = None) -> Iterator[Undoable]:
    """Yield the edits that `undo` takes back one after the other, the newest first, and what stands in its way.

    Args:
        site: The site.
        now: The moment that decides what is live (aware); None is the present.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    audience = Audience(site, now or datetime.now(UTC))
    held: dict[str, bytes | None] = {}
    for record in records(site):
        name = os.path.realpath(record.file)
        step = _look(record, audience, held)
        if step is None:
            continue
        if step.obstacle is None:
            held[name] = record.before
        yield step.shown(site)


def undo(
    site: Site, wanted: str | None = None, *, now: datetime | None = None, dry: bool = False
) -> Undoable:
    """Take back the newest edit; of a new post, remove the file.

    What partners were told stays told: the next publish tells them of the change back. An address that they were told
    is not taken back, because it would lead nowhere.

    Args:
        site: The site.
        wanted: A post, whose newest edit is meant; None means the newest edit of all.
        now: The moment that decides what is live (aware); None is the present.
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post.
        Refused: There is nothing to take back, the file was changed since, or the review would no longer fit what was
            announced.
        EnvironmentFault: The file cannot be written, or the ledger cannot be used.
    """
    audience = Audience(site, now or datetime.now(UTC))
    files = _meant(site, wanted) if wanted is not None else []
    meant = set(map(os.path.realpath, files))
    with at_work(site):
        never_made = []
        for record in records(site):
            if meant and os.path.realpath(record.file) not in meant:
                continue
            step = _look(record, audience)
            if step is None:
                never_made.append(record)
                continue
            if step.obstacle is not None:
                raise _refusal(step, site)
            outlook = _outlook(step, audience)
            if not dry:
                _put_back(step)
                # Had they stayed, they would look as if they could be taken back now.
                for stale in (*never_made, record):
                    forget(stale.path)
            return step.shown(site, outlook)
    whose = f" of {site.display(files[0])}" if files else ""
    raise Refused(f"there is no edit{whose} to take back", "`publisher undo --list` shows those there are")


def _meant(site: Site, wanted: str) -> list[Path]:
    """Find the post whose edit is meant, and what lies beside it; also one that is gone, by its file."""
    try:
        found = find_post(site, wanted)
    except UsageError:
        for record in records(site):
            if wanted in {site.display(record.file), record.file.stem}:
                return [record.file]
        raise
    return [found.file, *([file_beside(found.id, site)] if found.id else [])]


def _look(record: Record, audience: Audience, held: Mapping[str, bytes | None] | None = None) -> _Step | None:
    """See how a record and its file stand to each other; None when the edit was never made, or is taken back.

    Args:
        record: The record.
        audience: Who may have been told.
        held: What files will hold when newer edits are taken back, by their real paths.
    """
    site = audience.site
    name, real = site.display(record.file), os.path.realpath(record.file)
    if not belongs(record.file, site) and not is_beside(record.file, site):
        return _Step(record, None, f"{name} is not one of the site's posts")
    try:
        now = held[real] if held and real in held else _contents(record.file, site)
    except Unreadable as error:
        return _Step(record, None, f"{name}: {error.message}")
    if now is not None and digest(now) == record.after:
        objection = audience.objection(record.file, now, record.before) if record.before is not None else None
        return _Step(record, now, *(objection or (None,)))
    if now == record.before:
        return None
    obstacle = "was changed since" if now is not None else "is not there any more since"
    return _Step(record, now, f"{name} {obstacle} `publisher {record.command}`")


def _outlook(step: _Step, audience: Audience) -> str:
    if step.held is None or step.record.before is None:
        return ""
    return audience.outlook(step.record.file, step.held, step.record.before)


def _contents(file: Path, site: Site) -> bytes | None:
    return read_file(file, site) if os.path.lexists(file) else None


def _refusal(step: _Step, site: Site) -> Refused:
    if step.instead is not None:
        return Refused(f"{step.obstacle}; nothing was taken back", step.instead)
    if step.held is None:
        way_out = "edits of another post can be taken back by its name: `publisher undo SLUG`"
    elif step.record.before is None:
        way_out = "delete the file yourself, if that is what you want"
    else:
        way_out = "change the lines back by hand, or leave them; edits of another post: `publisher undo SLUG`"
    shown = step.shown(site)
    lines = shown.lines if step.held is not None else ()
    return ChangedSince(f"{step.obstacle}; nothing was taken back", way_out, shown.name, lines)


def _put_back(step: _Step) -> None:
    record, held = step.record, step.held
    if record.before is not None and held is not None:
        rewrite(record.file, held, record.before)
        return
    try:
        record.file.unlink()
        sync_folder(record.file.parent)
    except OSError as error:
        raise EnvironmentFault(
            f"{record.file} cannot be removed: {error.strerror or error}", "remove it by hand"
        ) from None
