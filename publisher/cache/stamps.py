"""What tells whether a file is still the one that was looked at, without reading it."""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

#: The kind of a file, its inode, its size in bytes, and when it and what is known of it last changed, in nanoseconds.
Stamp: TypeAlias = tuple[int, int, int, int, int]

# A file that changed so shortly before it was looked at may change again without showing it: its stamp says nothing (git calls
# that racy, Documentation/technical/racy-git.txt). Nanoseconds, where the disk tells parts of a second, and where it does not:
# the coarsest (FAT) tells every other second.
_GRAIN, _COARSE_GRAIN = 50_000_000, 2_000_000_000
_SECOND = 1_000_000_000


def stamp_of(path: str | Path) -> Stamp | None:
    """Return the stamp of what a path leads to; None where nothing can be found there."""
    try:
        about = os.stat(path)  # noqa: PTH116 - of ten thousand, a Path each would cost most
    except (OSError, ValueError):
        return None
    return as_stamp(about)


def as_stamp(about: os.stat_result) -> Stamp:
    """Return the stamp that an answer of the disk amounts to."""
    return stat.S_IFMT(about.st_mode), about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def moment_of(folder: Path) -> int:
    """Return the present, in nanoseconds since 1970, as neither this machine nor the disk of a folder is past it."""
    now = time.time_ns()
    file = folder / f".now-{os.getpid()}"
    # The disk may be another machine's, with a clock of its own.
    with suppress(OSError):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        now = min(now, os.fstat(handle).st_mtime_ns)
        os.close(handle)
        file.unlink()
    return now


def is_settled(stamp: Stamp | None, looked_at: int) -> bool:
    """Tell whether a stamp taken at a moment would be another if the file had changed after it.

    That nothing was there is as settled as can be: what comes has a stamp.
    """
    return stamp is None or max(stamp[3], stamp[4]) < looked_at - (
        _GRAIN if is_fine(stamp) else _COARSE_GRAIN
    )


def is_fine(stamp: Stamp) -> bool:
    """Tell whether the disk that a stamp comes from tells parts of a second."""
    return bool(stamp[3] % _SECOND or stamp[4] % _SECOND)
