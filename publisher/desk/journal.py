"""What was done to posts, so that it can be undone: one record for each edit, the newest fifty of them.

An edit changes one file, or many, such as those that a run of `attach` writes. What a file held before is in the record,
and on the disk, before the file is changed. A change that was never made, because the process was killed in between, is
known by its file still holding what it held before.

A record is a file: for each change a line of JSON, which names the file and gives the digests of what it held and was to
hold, and behind it as many bytes as `length` says: what it held.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from publisher.disk import sync_folder
from publisher.errors import EnvironmentFault, Refused
from publisher.posts.rewriting import rewrite
from publisher.site import keep_private

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from publisher.site import Site

FOLDER = "undo"
KEPT = 50
#: Bytes that all records may have; beyond that older ones go, never the newest.
MOST_BYTES = 256 * 1024 * 1024
_FORMAT = 1
_NAME = re.compile(r"[0-9]{8,255}")
# An edit takes milliseconds; somebody who holds the lock for longer is stuck.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class FileChange:
    """What an edit did to one file.

    Attributes:
        file: The file; absolute.
        before: What it held; None when it was not there.
        after: The SHA-256 of what the edit wrote, in hexadecimal.
    """

    file: Path
    before: bytes | None
    after: str


@dataclass(frozen=True, slots=True)
class Record:
    """An edit as it was remembered.

    Attributes:
        path: Where the record itself lies.
        at: When its last change was remembered (aware).
        command: Which command made the edit, without "publisher".
        changes: What it did, in the order it was done; at least one.
    """

    path: Path
    at: datetime
    command: str
    changes: tuple[FileChange, ...]


class EditJournal:
    """The edit that one run of a command makes, of however many files: `undo` takes it back as one.

    Where another command edits a file in the middle of it that is to be changed once more, what follows is another
    edit: edits of a file are taken back in the order opposite to that in which they were made.

    Args:
        site: The site.
        command: The command, without "publisher".
    """

    def __init__(self, site: Site, command: str) -> None:
        self._site = site
        self._command = command
        self._record: Path | None = None

    @contextmanager
    def change(self, file: Path, before: bytes | None, after: bytes) -> Iterator[None]:
        """Remember a change, let the body make it, and forget it again where the body fails.

        Nobody undoes anything meanwhile.

        Raises:
            Refused: Another edit is being made, and does not end.
            EnvironmentFault: It cannot be remembered; then it must not be made.
        """
        with at_work(self._site):
            record, length = self._record, 0
            if record is not None and self._goes_on(record, file):
                part = _part(self._site, self._command, FileChange(file, before, digest(after)))
                length = _lengthened(record, part, self._site)
            else:
                record = remember(self._site, self._command, file, before, after)
            self._record = record
            try:
                yield
            except BaseException:
                if length:
                    _shorten(record, length)
                else:
                    forget(record)
                    self._record = None
                raise

    def _goes_on(self, record: Path, file: Path) -> bool:
        """Tell whether a change belongs to a record: it is still there, and nobody edited the file since."""
        names = _names(record.parent)
        if record.name not in names:
            return False
        newer = (_read(record.parent / name, self._site) for name in names[names.index(record.name) + 1 :])
        name = os.path.realpath(file)
        return not any(
            os.path.realpath(change.file) == name for each in newer if each for change in each.changes
        )


@contextmanager
def remembered(site: Site, command: str, file: Path, before: bytes | None, after: bytes) -> Iterator[None]:
    """Remember an edit of one file, let the body make it, and forget it again where the body fails.

    Raises:
        Refused: Another edit is being made, and does not end.
        EnvironmentFault: It cannot be remembered; then it must not be made.
    """
    with EditJournal(site, command).change(file, before, after):
        yield


def remember(site: Site, command: str, file: Path, before: bytes | None, after: bytes) -> Path:
    """Remember an edit that is about to be made, durably; return the record's path, for `forget`.

    Args:
        site: The site.
        command: Which command makes the edit, without "publisher": "retract".
        file: The post.
        before: What it holds; None when there is no such file yet.
        after: What it will hold.

    Raises:
        EnvironmentFault: The record cannot be written; then the edit must not be made.
    """
    folder = site.state / FOLDER
    try:
        _make(folder, site)
        record = _write(folder, _part(site, command, FileChange(file, before, digest(after))))
        _make_room(folder)
    except OSError as error:
        raise _unwritable(folder, error, site) from None
    return record


def _part(site: Site, command: str, change: FileChange) -> bytes:
    """Write a change as it stands in a record."""
    header = {
        "format_version": _FORMAT,
        "command": command,
        "file": site.display(change.file),
        "before": None if change.before is None else digest(change.before),
        "after": change.after,
        "length": len(change.before or b""),
    }
    return json.dumps(header).encode() + b"\n" + (change.before or b"")


def _lengthened(record: Path, part: bytes, site: Site) -> int:
    """Put a change to a record, durably; return how long the record was before.

    Raises:
        EnvironmentFault: It cannot be written; then the change must not be made.
    """
    length = 0
    try:
        with record.open("r+b") as stream:
            length = stream.seek(0, os.SEEK_END)
            stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        if length:
            _shorten(record, length)
        raise _unwritable(record.parent, error, site) from None
    return length


def _shorten(record: Path, length: int) -> None:
    """Take the last change out of a record: it was not made."""
    with suppress(OSError):
        os.truncate(record, length)


def _make_room(folder: Path) -> None:
    """Remove the oldest records, where there are too many, or they take too much room."""
    names = _names(folder)
    room, kept = MOST_BYTES, set(names[-1:])
    for name in reversed(names[-KEPT:]):
        room -= (folder / name).stat().st_size
        if room < 0:
            break
        kept.add(name)
    for name in names:
        if name not in kept:
            (folder / name).unlink(missing_ok=True)


def _unwritable(folder: Path, error: OSError | NotImplementedError, site: Site) -> EnvironmentFault:
    problem = getattr(error, "strerror", None) or error
    return EnvironmentFault(
        f"{site.display(folder)} cannot be written: {problem}; nothing was changed",
        "what undoes an edit is kept there",
    )


def forget(record: Path) -> None:
    """Take a record away: its edit was not made, or was undone."""
    with suppress(OSError):
        record.unlink(missing_ok=True)
        sync_folder(record.parent)


def forget_changes(record: Record, taken_back: Collection[FileChange], site: Site) -> None:
    """Take changes out of a record, because they were taken back; the record goes with the last of them.

    Raises:
        EnvironmentFault: The record cannot be written.
    """
    left = [change for change in record.changes if change not in taken_back]
    if not left:
        forget(record.path)
        return
    data = b"".join(_part(site, record.command, change) for change in left)
    try:
        rewrite(record.path, record.path.read_bytes(), data)
        os.utime(record.path, (record.at.timestamp(),) * 2)
    except OSError as error:
        raise _unwritable(record.path.parent, error, site) from None


def records(site: Site) -> Iterator[Record]:
    """Yield what was remembered, the newest first; what makes no sense is passed over."""
    folder = site.state / FOLDER
    for name in reversed(_names(folder)):
        record = _read(folder / name, site)
        if record is not None:
            yield record


@contextmanager
def at_work(site: Site) -> Iterator[None]:
    """Hold the lock of those who edit or undo; the operating system lets go of it when a process dies.

    Raises:
        Refused: Another edit is being made, and does not end.
        EnvironmentFault: The folder of state cannot be written.
    """
    folder = site.state / FOLDER
    try:
        _make(folder, site)
        lock = FileLock(folder / "lock")
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        raise Refused("another publisher command is editing posts", "wait until it has ended") from None
    # A file system without locks is told by NotImplementedError.
    except (OSError, NotImplementedError) as error:
        raise _unwritable(folder, error, site) from None
    try:
        yield
    finally:
        lock.release()


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _make(folder: Path, site: Site) -> None:
    keep_private(site.state)
    if not folder.is_dir():
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(site.state)


def _write(folder: Path, data: bytes) -> Path:
    """Write a record under the next number; one that is not whole, its writer having died, does not count."""
    names = _names(folder)
    number = int(names[-1]) + 1 if names else 1
    while True:
        path = folder / f"{number:08}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            break
        except FileExistsError:
            number += 1
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(folder)
    except BaseException:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    return path


def _read(path: Path, site: Site) -> Record | None:
    """Read a record, as far as it is whole; None when nothing of it is, or it is none of ours."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            return None
        at = datetime.fromtimestamp(about.st_mtime, UTC)
        data = path.read_bytes()
    except (OSError, ValueError, OverflowError):
        return None
    changes: list[FileChange] = []
    command, start = "", 0
    while start < len(data) and (found := _parsed(data, start, site)) is not None:
        command, change, start = found
        changes.append(change)
    return Record(path, at, command, tuple(changes)) if changes else None


def _parsed(data: bytes, start: int, site: Site) -> tuple[str, FileChange, int] | None:
    """Read the change that begins at a byte of a record: the command, the change, and where the next one begins."""
    end = data.find(b"\n", start)
    end = len(data) if end < 0 else end
    try:
        header = json.loads(data[start:end])
    except (ValueError, RecursionError):
        return None
    match header:
        case {
            "format_version": 1,
            "command": str(command),
            "file": str(file),
            "before": str() | None as held,
            "after": str(after),
            # Without a length, as it was in records of one change, the rest is meant.
            **more,
        } if _is_a_name(file):
            length = more.get("length", len(data) - end - 1)
            if type(length) is not int or not 0 <= length <= max(0, len(data) - end - 1):
                return None
            before = data[end + 1 : end + 1 + length]
            if before != b"" if held is None else digest(before) != held:
                return None
            change = FileChange(site.root / file, None if held is None else before, after)
            return command, change, end + 1 + length
    return None


def _is_a_name(file: str) -> bool:
    """Tell whether a disk could have a file of that name."""
    try:
        return "\0" not in file and bool(os.fsencode(file))
    except UnicodeEncodeError:
        return False


def _names(folder: Path) -> list[str]:
    """List the names of the records, the oldest first."""
    try:
        found = [file.name for file in folder.iterdir() if _NAME.fullmatch(file.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=int)
