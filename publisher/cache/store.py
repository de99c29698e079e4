"""The file of what was found out: rows of bytes by name, each with a sum of its own.

SQLite keeps two programs that use it at once from harming each other. It is told not to wait for the disk: should the machine
die, rows may be lost or torn, which their sums show.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.disk import keep_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

#: The folder below a site's folder of state.
FOLDER = "cache"
# Milliseconds; whoever waits longer does without.
_BUSY = 2_000
# What is so for now, or of this machine: nothing is wrong with the file.
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
}
_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS version (version TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS rows (name TEXT PRIMARY KEY, sum INTEGER NOT NULL, data BLOB NOT NULL)",
)


class Store:
    """Rows of one version; those of another are as good as none.

    Nothing is ever raised: a store that cannot be read is empty, and one that cannot be written stays as it was.
    """

    def __init__(self, folder: Path, name: str, version: str) -> None:
        """Take a folder, which is made where it is missing, what the rows are of, and what has to have written them."""
        self._folder = folder
        self._name = f"{name}.sqlite3"
        self._version = version
        self._damaged = False

    def rows(self) -> dict[str, bytes]:
        """Return all rows that are whole, by name."""
        if not self._path.exists():
            return {}
        try:
            with self._connected() as connection:
                if connection.execute("SELECT version FROM version").fetchall() != [(self._version,)]:
                    return {}
                found = connection.execute("SELECT name, sum, data FROM rows")
                return {name: data for name, sum_, data in found if _is_whole(name, sum_, data)}
        except (sqlite3.Error, ValueError, OSError) as error:
            self._damaged = _is_damage(error)
            return {}

    def save(self, changed: Mapping[str, bytes], gone: Iterable[str] = ()) -> None:
        """Put rows in, and take others out."""
        if self._damaged:
            self._discard()
        try:
            self._save(changed, gone)
        except (sqlite3.Error, ValueError, OSError) as error:
            # What is damaged is made anew by the next run.
            if _is_damage(error):
                self._discard()

    @property
    def _path(self) -> Path:
        return self._folder / self._name

    def _save(self, changed: Mapping[str, bytes], gone: Iterable[str]) -> None:
        keep_private(self._folder.parent)
        self._folder.mkdir(exist_ok=True)
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            if connection.execute("SELECT version FROM version").fetchall() != [(self._version,)]:
                connection.execute("DELETE FROM version")
                connection.execute("DELETE FROM rows")
                connection.execute("INSERT INTO version VALUES (?)", (self._version,))
            connection.executemany(
                "DELETE FROM rows WHERE name = ?", ((name,) for name in gone if _is_text(name))
            )
            connection.executemany(
                "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)",
                ((name, _sum(name, data), data) for name, data in changed.items() if _is_text(name)),
            )
            connection.execute("COMMIT")

    def _connected(self) -> _Connection:
        return _Connection(self._path)

    def _discard(self) -> None:
        self._damaged = False
        for name in (self._name, f"{self._name}-journal"):
            with suppress(OSError):
                (self._folder / name).unlink(missing_ok=True)


class _Connection:
    """A connection that is closed where its context is left."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> sqlite3.Connection:
        self._connection = sqlite3.connect(self._path, timeout=_BUSY / 1000, isolation_level=None)
        try:
            self._connection.execute("PRAGMA synchronous = OFF")
        except BaseException:
            self._connection.close()
            raise
        return self._connection

    def __exit__(self, *exception: object) -> None:
        self._connection.close()


def _is_damage(error: Exception) -> bool:
    """Tell whether an error says that a file is not one of ours any more, and not just that it cannot be used now."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        # What Python itself has against a row has no code: that a text in it is none.
        return "decode" in str(error) if code is None else code & 0xFF not in _PASSING
    # Even SQLite's messages may hold what is damaged, and be no text.
    return isinstance(error, ValueError)


def _is_whole(name: object, sum_: object, data: object) -> bool:
    # What is damaged may be of any type.
    return isinstance(name, str) and isinstance(data, bytes) and sum_ == _sum(name, data)


def _is_text(name: str) -> bool:
    """Tell whether a database takes a name; those of files may be any bytes."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sum(name: str, data: bytes) -> int:
    return zlib.crc32(data, zlib.crc32(name.encode("utf-8", "surrogateescape")))
