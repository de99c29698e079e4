"""Entries as they stand in documents, kept on disk until the documents are put together.

Each entry is made once and stands in many feeds, and no more than one of them is ever held in memory.
"""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING, Self

from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Hashable
    from types import TracebackType


class Spool:
    """Byte strings by their keys, in a file that has no name and goes when the spool is left."""

    def __init__(self) -> None:
        self._places: dict[Hashable, tuple[int, int]] = {}
        self._end = 0

    def __enter__(self) -> Self:
        self._file = tempfile.TemporaryFile(prefix="publisher-")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, key: Hashable, data: bytes) -> None:
        """Keep bytes under a key that has none yet.

        Raises:
            EnvironmentFault: The disk of temporary files is full.
        """
        try:
            self._file.write(data)
        except OSError as error:
            raise EnvironmentFault(
                f"{tempfile.gettempdir()} cannot be written: {error.strerror or error}",
                "all entries in every format lie there for a moment; make room, or let TMPDIR name another folder",
            ) from None
        self._places[key] = (self._end, len(data))
        self._end += len(data)

    def get(self, key: Hashable) -> bytes:
        """Return the bytes of a key.

        Raises:
            KeyError: Nothing was put under it.
            OSError: The disk fails.
        """
        start, length = self._places[key]
        self._file.flush()
        return os.pread(self._file.fileno(), length, start)
