"""Taking back the last edits, one after the other: exactly the bytes that were there before, in all files or in none."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.desk.audience import Audience
from publisher.desk.journal import FileChange, Record, at_work, digest, forget_changes, records
from publisher.desk.lines import ChangedLine, changed_lines
from publisher.disk import place_new, sync_folder
from publisher.errors import EnvironmentFault, Refused, UsageError
from publisher.posts.beside import file_beside, is_beside
from publisher.posts.files import Unreadable, read_file
from publisher.posts.finding import belongs, find_post, found_in
from publisher.posts.rewriting import rewrite
from publisher.watch.memory import withdraw_offers
from publisher.watch.ownership import taken_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class UndoneFile:
    """A file that an edit is taken back in.

    Attributes:
        file: A post, or what lies beside one.
        name: How messages call it.
        removes: Whether taking the edit back removes the file, as that of a new post.
        lines: What taking it back does to the lines of the file, unless it removes them all.
    """

    file: Path
    name: str
    removes: bool
    lines: tuple[ChangedLine, ...]


@dataclass(frozen=True, slots=True)
class Undoable:
    """An edit that was made and not taken back.

    Attributes:
        command: Which command made it: "retract".
        at: When (aware).
        files: What it changed, in the order it did so; at least one.
        obstacle: Why it cannot be taken back; None when it can.
        outlook: What partners will hear of it, where there is something to say; not told of edits in a list.
    """

    command: str
    at: datetime
    files: tuple[UndoneFile, ...]
    obstacle: str | None
    outlook: str = ""

    @property
    def name(self) -> str:
        """How messages call what it changed."""
        return self.files[0].name if len(self.files) == 1 else f"{len(self.files)} files"


class ChangedSince(Refused):
    """Say that a file, `name`, no longer holds what the edit wrote; taking it back would change `lines`."""

    def __init__(self, message: str, hint: str, name: str, lines: tuple[ChangedLine, ...]) -> None:
        super().__init__(message, hint)
        self.name = name
        self.lines = lines


@dataclass(frozen=True, slots=True)
class _Step:
    """A change, what its file holds now (None when there is none), and why it cannot be taken back, if it cannot.

    What to do instead is known where the file still holds what the edit wrote, and somebody would suffer from the loss.
    """

    change: FileChange
    held: bytes | None
    obstacle: str | None
    instead: str | None = None

    def shown(self, site: Site) -> UndoneFile:
        file, before = self.change.file, self.change.before
        lines = () if before is None else changed_lines(self.held or b"", before)
        return UndoneFile(file, site.display(file), before is None, lines)


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
        steps = _steps(record, record.changes, audience, held)
        if not steps:
            continue
        if not any(step.obstacle for step in steps):
            held |= {os.path.realpath(step.change.file): step.change.before for step in steps}
        yield _shown(record, steps, site)


def undo(
    site: Site, wanted: str | None = None, *, now: datetime | None = None, dry: bool = False
) -> Undoable:
    """Take back the newest edit, in all the files it changed, or in none; of a new post, remove the file.

    What partners were told stays told: the next publish tells them of the change back. An address that they were told
    is not taken back, because it would lead nowhere.

    Args:
        site: The site.
        wanted: A post, whose newest edit is meant; of an edit of many, what it did to that post. None means the newest
            edit of all.
        now: The moment that decides what is live (aware); None is the present.
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post.
        Refused: There is nothing to take back, a file was changed since, or a review would no longer fit what was
            announced.
        EnvironmentFault: A file cannot be written, or the ledger cannot be used.
    """
    audience = Audience(site, now or datetime.now(UTC))
    files = _meant(site, wanted) if wanted is not None else []
    meant = set(map(os.path.realpath, files))
    with at_work(site):
        never_made: list[tuple[Record, Sequence[FileChange]]] = []
        for record in records(site):
            changes = [
                change for change in record.changes if not meant or os.path.realpath(change.file) in meant
            ]
            if not changes:
                continue
            steps = _steps(record, changes, audience)
            if not steps:
                never_made.append((record, changes))
                continue
            if any(step.obstacle for step in steps):
                raise _refusal(record, steps, site)
            shown = _shown(record, steps, site, _outlook(steps, audience))
            if not dry:
                _put_all_back(steps)
                _withdraw_offers(steps, site)
                # Had they stayed, they would look as if they could be taken back now.
                for stale, taken_back in (*never_made, (record, changes)):
                    forget_changes(stale, taken_back, site)
            return shown
    whose = f" of {site.display(files[0])}" if files else ""
    raise Refused(f"there is no edit{whose} to take back", "`publisher undo --list` shows those there are")


def _meant(site: Site, wanted: str) -> list[Path]:
    """Find the post whose edit is meant, and what lies beside it; also one that is gone, by its file."""
    try:
        found = find_post(site, wanted)
    except UsageError:
        for record in records(site):
            for change in record.changes:
                if wanted in {site.display(change.file), change.file.stem}:
                    return [change.file]
        raise
    return [found.file, *([file_beside(found.id, site)] if found.id else [])]


def _steps(
    record: Record,
    changes: Sequence[FileChange],
    audience: Audience,
    held: Mapping[str, bytes | None] | None = None,
) -> list[_Step]:
    """Say what it takes to take changes back, in the order they were made; what was never made takes nothing.

    Args:
        record: What they are of.
        changes: Those that are meant.
        audience: Who may have been told.
        held: What files will hold when newer edits are taken back, by their real paths.
    """
    ahead = dict(held or {})
    steps = []
    for change in reversed(changes):
        step = _look(change, record.command, audience, ahead)
        if step is not None:
            steps.append(step)
            ahead[os.path.realpath(change.file)] = change.before
    return steps[::-1]


def _look(
    change: FileChange, command: str, audience: Audience, held: Mapping[str, bytes | None]
) -> _Step | None:
    """See how a change and its file stand to each other; None when it was never made, or is taken back."""
    site = audience.site
    name, real = site.display(change.file), os.path.realpath(change.file)
    if not belongs(change.file, site) and not is_beside(change.file, site):
        return _Step(change, None, f"{name} is not one of the site's posts")
    try:
        now = held[real] if real in held else _contents(change.file, site)
    except Unreadable as error:
        return _Step(change, None, f"{name}: {error.message}")
    if now is not None and digest(now) == change.after:
        told = change.before is not None and belongs(change.file, site)
        objection = audience.objection(change.file, now, change.before or b"") if told else None
        return _Step(change, now, *(objection or (None,)))
    if now == change.before:
        return None
    obstacle = "was changed since" if now is not None else "is not there any more since"
    return _Step(change, now, f"{name} {obstacle} `publisher {command}`")


def _shown(record: Record, steps: Sequence[_Step], site: Site, outlook: str = "") -> Undoable:
    obstacles = [step.obstacle for step in steps if step.obstacle]
    obstacle = obstacles[0] if obstacles else None
    if len(obstacles) > 1:
        obstacle = f"{obstacle}, and so with {len(obstacles) - 1} more"
    return Undoable(record.command, record.at, tuple(step.shown(site) for step in steps), obstacle, outlook)


def _outlook(steps: Sequence[_Step], audience: Audience) -> str:
    """Say what partners will hear, by the first post of which they will."""
    said: list[str] = []
    for step in steps:
        before = step.change.before
        if step.held is not None and before is not None and belongs(step.change.file, audience.site):
            said.append(audience.outlook(step.change.file, step.held, before))
    alike: dict[str, int] = {}
    for outlook in filter(None, said):
        alike[outlook] = alike.get(outlook, 0) + 1
    if len(steps) == 1:
        return next(iter(alike), "")
    return "; ".join(f"of {_count(number, 'post')}: {outlook}" for outlook, number in alike.items())


def _contents(file: Path, site: Site) -> bytes | None:
    return read_file(file, site) if os.path.lexists(file) else None


def _refusal(record: Record, steps: Sequence[_Step], site: Site) -> Refused:
    """Say why an edit is not taken back: because of one file, it is not taken back in any."""
    faulty = [step for step in steps if step.obstacle]
    step = faulty[0]
    message = _shown(record, steps, site).obstacle
    several = len(steps) > 1
    if several:
        message = f"{message}, which wrote {len(steps)} files"
    message = f"{message}; nothing was taken back"
    if step.instead is not None:
        return Refused(message, step.instead)
    if several:
        way_out = (
            "what it did to one post is taken back by the post's name: `publisher undo SLUG`; "
            "`publisher undo --dry-run SLUG` shows what that is"
        )
    elif step.held is None:
        way_out = "edits of another post can be taken back by its name: `publisher undo SLUG`"
    elif step.change.before is None:
        way_out = "delete the file yourself, if that is what you want"
    else:
        way_out = "change the lines back by hand, or leave them; edits of another post: `publisher undo SLUG`"
    shown = step.shown(site)
    lines = shown.lines if step.held is not None else ()
    return ChangedSince(message, way_out, shown.name, lines)


def _put_all_back(steps: Sequence[_Step]) -> None:
    """Take changes back, the last one first; where one cannot be, those before it are made again.

    Raises:
        Refused: A file is read-only, or somebody is at work on it.
        EnvironmentFault: A file cannot be written.
    """
    done: list[_Step] = []
    try:
        for step in reversed(steps):
            _put_back(step)
            done.append(step)
    except (Refused, EnvironmentFault) as error:
        for step in reversed(done):
            _make_again(step)
        if len(steps) == 1:
            raise
        raise type(error)(
            f"{error.message}; nothing was taken back of {len(steps)} files", error.hint
        ) from None


def _withdraw_offers(steps: Sequence[_Step], site: Site) -> None:
    """Remember of each post that no editor deleted the offers that are gone from it now."""
    for step in steps:
        change, held = step.change, step.held
        if change.before is None or held is None or not belongs(change.file, site):
            continue
        found = found_in(change.file, change.before, site)
        if found.id is None:
            continue
        with suppress(Refused):  # of a post that cannot be read nothing is known
            withdraw_offers(found.id, taken_out(held, change.before, found.name), site)


def _put_back(step: _Step) -> None:
    change, held = step.change, step.held
    if change.before is not None and held is not None:
        rewrite(change.file, held, change.before)
        return
    try:
        change.file.unlink()
        sync_folder(change.file.parent)
    except OSError as error:
        raise EnvironmentFault(
            f"{change.file} cannot be removed: {error.strerror or error}", "remove it by hand"
        ) from None


def _make_again(step: _Step) -> None:
    if step.change.before is None:
        place_new(step.change.file, step.held or b"")
    else:
        rewrite(step.change.file, step.change.before, step.held or b"")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"
