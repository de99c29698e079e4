"""Files that sources are kept book of in: opened only where nobody else can have made them what they are."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_ALWAYS = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def open_own(file: Path, flags: int, folder: Path) -> int:
    """Open a file as `os.open` does; where `flags` make a new one, it is for nobody else.

    Args:
        file: The file, in `folder` or in a folder in it.
        flags: Whether it is read, written or made.
        folder: The folder of the source's state. What belongs to its owner is as good as our own: who owns a folder can
            replace whatever lies in it.

    Raises:
        OSError: It cannot be opened, is no regular file, belongs to somebody else, or can be written by others.
    """
    handle = os.open(file, flags | _ALWAYS, 0o600)
    try:
        _check(handle, folder)
    except BaseException:
        os.close(handle)
        raise
    return handle


def read_own(file: Path, limit: int, folder: Path) -> bytes:
    """Read at most `limit` bytes of a file.

    Raises:
        OSError: As `open_own` does, or it cannot be read.
    """
    with os.fdopen(open_own(file, os.O_RDONLY, folder), "rb") as stream:
        return stream.read(limit)


def _check(handle: int, folder: Path) -> None:
    about = os.fstat(handle)
    if not stat.S_ISREG(about.st_mode):
        raise OSError(errno.EPERM, "it is not a file")
    if about.st_uid not in {os.geteuid(), folder.stat().st_uid}:
        raise OSError(errno.EPERM, "it belongs to somebody else")
    if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise OSError(errno.EPERM, "others can write to it")
