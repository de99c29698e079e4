"""What was done to posts, so that it can be undone: one small file for each edit, the newest fifty of them.

A record is written, and is on the disk, before its edit is made. An edit that was never made, because the process was
killed in between, is known by its file still holding what it held before.
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
from publisher.site import keep_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.site import Site

FOLDER = "undo"
KEPT = 50
_FORMAT = 1
_NAME = re.compile(r"[0-9]{8,255}")
# An edit takes milliseconds; somebody who holds the lock for longer is stuck.
_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Record:
    """An edit as it was remembered.

    Attributes:
        path: Where the record itself lies.
        at: When it was written (aware).
        command: Which command made the edit, without "publisher".
        file: The post it was made to; absolute.
        before: What the file held; None when it was not there.
        after: The SHA-256 of what the edit wrote, in hexadecimal.
    """

    path: Path
    at: datetime
    command: str
    file: Path
    before: bytes | None
    after: str


@contextmanager
def remembered(site: Site, command: str, file: Path, before: bytes | None, after: bytes) -> Iterator[None]:
    """Remember an edit, let the body make it, and forget it again where the body fails.

    Nobody undoes anything meanwhile.

    Raises:
        Refused: Another edit is being made, and does not end.
        EnvironmentFault: It cannot be remembered; then it must not be made.
    """
    with at_work(site):
        record = remember(site, command, file, before, after)
        try:
            yield
        except BaseException:
            forget(record)
            raise


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
    header = {
        "format_version": _FORMAT,
        "command": command,
        "file": site.display(file),
        "before": None if before is None else digest(before),
        "after": digest(after),
    }
    folder = site.state / FOLDER
    try:
        _make(folder, site)
        record = _write(folder, json.dumps(header).encode() + b"\n" + (before or b""))
        for old in _names(folder)[:-KEPT]:
            (folder / old).unlink(missing_ok=True)
    except OSError as error:
        raise EnvironmentFault(
            f"{site.display(folder)} cannot be written: {error.strerror or error}; nothing was changed",
            "what undoes an edit is kept there",
        ) from None
    return record


def forget(record: Path) -> None:
    """Take a record away: its edit was not made, or was undone."""
    with suppress(OSError):
        record.unlink(missing_ok=True)
        sync_folder(record.parent)


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
        problem = getattr(error, "strerror", None) or error
        raise EnvironmentFault(
            f"{site.display(folder)} cannot be written: {problem}; nothing was changed",
            "what undoes an edit is kept there",
        ) from None
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
    """Read a record; None when it is not whole, or none of ours."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            return None
        at = datetime.fromtimestamp(about.st_mtime, UTC)
        header, _, before = path.read_bytes().partition(b"\n")
        match json.loads(header):
            case {
                "format_version": 1,
                "command": str(command),
                "file": str(file),
                "before": str() | None as held,
                "after": str(after),
            } if _is_a_name(file) and (before == b"" if held is None else digest(before) == held):
                return Record(path, at, command, site.root / file, None if held is None else before, after)
    except (OSError, ValueError, OverflowError, RecursionError):
        pass
    return None


def _is_a_name(file: str) -> bool:
    """Tell whether a disk could have a file of that name."""
    return "\0" not in file and bool(os.fsencode(file))


def _names(folder: Path) -> list[str]:
    """List the names of the records, the oldest first."""
    try:
        found = [file.name for file in folder.iterdir() if _NAME.fullmatch(file.name)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(found, key=int)
