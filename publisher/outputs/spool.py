"""Entries as they stand in documents, kept on disk until the documents are put together.

Each entry is made once and stands in many feeds, and no more than one of them is ever held in memory.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from typing import TYPE_CHECKING, TypeAlias

from publisher import parallel
from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Where pieces lie: the number of a file, where the first of them begins, and how long each is.
Place: TypeAlias = tuple[int, int, tuple[int, ...]]


class Spool:
    """Byte strings in files that have no name, and go when nobody has the spool any more.

    Processes that were forked may put into it what their parent then gets: each has a file of its own.
    """

    def __init__(self) -> None:
        """Make the files.

        Raises:
            EnvironmentFault: The folder for temporary files cannot be written.
        """
        self._files: list[int] = []
        weakref.finalize(self, _close, self._files)
        try:
            for _ in range(1 + parallel.MOST):
                with tempfile.TemporaryFile(prefix="publisher-") as file:
                    self._files.append(os.dup(file.fileno()))
        except OSError as error:
            raise _full(error) from None

    def put(self, pieces: Sequence[bytes]) -> Place:
        """Keep some pieces, one behind the other.

        Raises:
            EnvironmentFault: The disk of temporary files is full.
        """
        number = parallel.worker()
        file = self._files[number]
        rest = memoryview(b"".join(pieces))
        start = end = os.fstat(file).st_size
        try:
            while rest:
                written = os.pwrite(file, rest, end)
                rest, end = rest[written:], end + written
        except OSError as error:
            raise _full(error) from None
        return number, start, tuple(map(len, pieces))

    def get(self, place: Place, piece: int) -> bytes:
        """Return one of the pieces at a place.

        Raises:
            OSError: The disk fails.
        """
        number, start, lengths = place
        return os.pread(self._files[number], lengths[piece], start + sum(lengths[:piece]))


def _close(files: Sequence[int]) -> None:
    for file in files:
        os.close(file)


def _full(error: OSError) -> EnvironmentFault:
    # Asked for its name where there is none that can be used, `tempfile` fails again.
    return EnvironmentFault(
        f"{tempfile.tempdir or 'the folder for temporary files'} cannot be written: {error.strerror or error}",
        "all entries in every format lie there for a moment; make room, or let TMPDIR name another folder",
    )
