"""How the ledger uses SQLite: what each connection is set to, and what its errors mean for people."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: How long a writer waits for another.
BUSY_MILLISECONDS = 30_000
#: The option of a connection whose transaction changes nothing.
ONLY_READS = "publisher_only_reads"

_RESTORE = "put it aside and restore a copy; without one, start anew with `publisher push --baseline`"
_WRITABLE = (
    "check that the folder, and each file in it whose name begins with ledger, can be written; a -shm or -wal file "
    "that was left read-only can be removed while nothing runs"
)
_FULL = "check that there is space on the disk, then run the command again; what was committed is safe"
# https://sqlite.org/rescode.html
HINTS = {
    sqlite3.SQLITE_BUSY: "another program holds it; try again when that has ended",
    sqlite3.SQLITE_LOCKED: "another program holds it; try again when that has ended",
    sqlite3.SQLITE_READONLY: _WRITABLE,
    sqlite3.SQLITE_CANTOPEN: _WRITABLE,
    sqlite3.SQLITE_PERM: _WRITABLE,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_CONSTRAINT: "another run may have announced the same; run the command again",
    sqlite3.SQLITE_ERROR: _RESTORE,
    sqlite3.SQLITE_CORRUPT: _RESTORE,
    sqlite3.SQLITE_NOTADB: _RESTORE,
}


def damaged(where: object) -> EnvironmentFault:
    """Say that a ledger holds what nobody wrote."""
    return EnvironmentFault(f"the ledger {where} is damaged", _RESTORE)


def configure(connection: Any, record: object) -> None:  # noqa: ANN401, ARG001 - the driver's own type, the event's shape
    """Set a new connection to what keeps commits for good."""
    # The driver must not begin transactions by itself: we do, with IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Switch a file to write-ahead logging; of several processes that do so at once SQLite makes none wait."""
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
            if not busy or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def make_private(path: Path) -> None:
    """Make the file of a ledger where there is none, so that nobody but its owner ever reads it.

    SQLite gives the files beside it the same mode. What cannot be made here, opening it will tell. One that is there must
    not be opened past SQLite: to close it would end the locks that this process holds on it (POSIX, fcntl).
    """
    with suppress(OSError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def keep_to_owner(path: Path) -> None:
    """Take from others what an earlier version let them do with a ledger, the files beside it and copies of it."""
    for file in path.parent.glob(f"{path.name}*"):
        with suppress(OSError):
            about = file.stat()
            if about.st_uid == os.geteuid() and about.st_mode & 0o077:
                file.chmod(about.st_mode & 0o700)


def copied(path: Path) -> TemporaryDirectory[str]:
    """Copy a ledger, and the log beside it, into a temporary folder: SQLite writes beside what it reads.

    Raises:
        OSError: It cannot be read, or there is no room.
    """
    folder = TemporaryDirectory(prefix="publisher-ledger-")
    for file in (path, path.with_name(f"{path.name}-wal")):
        if file.exists():
            shutil.copyfile(file, Path(folder.name, file.name))
    return folder


def begin(connection: Connection) -> None:
    """Begin a transaction with the write lock, so that two writers wait instead of failing half way; unless it only reads.

    What only reads sees the file as it was when it began, and waits for no writer (https://sqlite.org/wal.html).
    """
    reads = connection.get_execution_options().get(ONLY_READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def printable(text: str) -> str:
    """Show what SQLite quotes out of a file; in a damaged one that may be anything."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
