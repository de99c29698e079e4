"""Entries as they stand in documents, kept on disk until documents are put together, and for those of later runs.

Each entry is made once and stands in many feeds, and no more than one of them is ever held in memory.
"""

from __future__ import annotations

import os
import tempfile
import time
import uuid
import weakref
import zlib
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from publisher import parallel
from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SUFFIX = ".entries"
# Seconds; a file that nobody knows of may be one that another run is at.
_YOUNG = 3600


class Place(NamedTuple):
    """Where some pieces lie, one behind the other.

    Attributes:
        file: The name of the file, and where in it they begin, in bytes.
        lengths: Of each piece, in bytes.
        sums: The CRC-32 of each.
    """

    file: str
    start: int
    lengths: tuple[int, ...]
    sums: tuple[int, ...]


class Spool:
    """Byte strings in files of a folder, behind each other.

    Processes that were forked may put into it what their parent then gets: each has a file of its own.
    """

    def __init__(self, folder: Path | None) -> None:
        """Take the folder, which is there; None for one of temporary files that goes when nobody has the spool any more.

        Raises:
            EnvironmentFault: The folder for temporary files cannot be written.
        """
        self._run = uuid.uuid4().hex
        self._open: dict[str, int] = {}
        weakref.finalize(self, _close, self._open)
        self._temporary = folder is None
        if folder is None:
            try:
                temporary = tempfile.TemporaryDirectory(prefix="publisher-")
            except OSError as error:
                raise _full(tempfile.tempdir, error) from None
            weakref.finalize(self, temporary.cleanup)
            folder = Path(temporary.name)
        self._folder = folder

    @property
    def is_temporary(self) -> bool:
        """Whether nothing of it is there for another run."""
        return self._temporary

    def put(self, pieces: Sequence[bytes]) -> Place:
        """Keep some pieces.

        Raises:
            EnvironmentFault: The disk is full.
        """
        name = f"{self._run}-{parallel.worker()}{_SUFFIX}"
        rest = memoryview(b"".join(pieces))
        try:
            file = self._opened(name, os.O_RDWR | os.O_CREAT)
            start = end = os.fstat(file).st_size
            while rest:
                written = os.pwrite(file, rest, end)
                rest, end = rest[written:], end + written
        except OSError as error:
            raise _full(self._folder, error) from None
        return Place(name, start, tuple(map(len, pieces)), tuple(map(zlib.crc32, pieces)))

    def get(self, place: Place, piece: int) -> bytes | None:
        """Return one of the pieces at a place; None where it is not there any more, or not whole."""
        start = place.start + sum(place.lengths[:piece])
        try:
            data = os.pread(self._opened(place.file, os.O_RDONLY), place.lengths[piece], start)
        except (OSError, ValueError):
            return None
        return data if zlib.crc32(data) == place.sums[piece] else None

    def forget(self, known: Iterable[str]) -> None:
        """Remove the files that nobody knows of; not the youngest, which another run may be about to make known."""
        kept = set(known)
        with suppress(OSError):
            for entry in list(os.scandir(self._folder)):
                strange = entry.name.endswith(_SUFFIX) and entry.name not in kept
                if (
                    strange
                    and not entry.name.startswith(self._run)
                    and entry.stat().st_mtime < time.time() - _YOUNG
                ):
                    os.unlink(entry.path)  # noqa: PTH108 - what scandir gives is no Path

    def sizes(self) -> dict[str, int]:
        """Return how long each file is, in bytes."""
        with suppress(OSError):
            return {
                entry.name: entry.stat().st_size
                for entry in os.scandir(self._folder)
                if entry.name.endswith(_SUFFIX)
            }
        return {}

    def _opened(self, name: str, flags: int) -> int:
        file = self._open.get(name)
        if file is None:
            path, flags = self._folder / name, flags | os.O_CLOEXEC | os.O_NOFOLLOW
            try:
                file = os.open(path, flags, 0o600)
            except FileNotFoundError:
                # Whoever thinks that nothing is at work may do away with all that is kept.
                if not flags & os.O_CREAT:
                    raise
                self._folder.mkdir(parents=True, exist_ok=True)
                file = os.open(path, flags, 0o600)
            self._open[name] = file
        return file


def _close(files: dict[str, int]) -> None:
    for file in files.values():
        os.close(file)


def _full(folder: Path | str | None, error: OSError) -> EnvironmentFault:
    # Asked for its name where there is none that can be used, `tempfile` fails again.
    return EnvironmentFault(
        f"{folder or 'the folder for temporary files'} cannot be written: {error.strerror or error}",
        "all entries in every format lie there; make room, or give that folder away: it is made anew, or in the one "
        "for temporary files, which TMPDIR names",
    )
