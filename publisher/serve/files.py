"""The files that can be asked for, read without following a link, and kept as long as they stay as they are."""

from __future__ import annotations

import os
import stat
import threading
import time
import zlib
from collections import OrderedDict
from typing import TYPE_CHECKING

from publisher.outputs.files import GZIP
from publisher.serve.representation import Representation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: Bytes; what is larger is not sent.
LARGEST = 256 * 1024 * 1024
# Bytes that are kept, so that they need not be read and hashed again.
_KEPT = 64 * 1024 * 1024
# Nanoseconds in which a file may change again without its times saying so.
_TICK = 50_000_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# A pipe would keep everybody waiting for somebody who writes.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class Missing(Exception):
    """Say that there is no file of a name, or none that may be read."""


class FileStore:
    """Files as they are now; those that stay as they are, are read and hashed once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, str], tuple[tuple[int, ...], Representation]] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def read(
        self,
        folder: Path,
        name: str,
        type: str,
        *,
        headers: Mapping[str, str],
        compressible: bool,
        copy: str | None = None,
    ) -> Representation:
        """Read a file below a folder.

        Args:
            folder: The folder.
            name: The file's name below it, with slashes.
            type: Its media type.
            headers: What else is to be said of it.
            compressible: Whether it is worth encoding.
            copy: The name of a file that may hold the same bytes encoded with gzip.

        Raises:
            Missing: It is not there, is no regular file, cannot be read, is too large, or a link is on the way to it.
        """
        descriptor = _opened(folder, name)
        with os.fdopen(descriptor, "rb") as stream:
            about = os.fstat(descriptor)
            mark = mark_of(about)
            with self._lock:
                found = self._kept.get((folder, name))
                if found and found[0] == mark and found[1].headers == headers:
                    self._kept.move_to_end((folder, name))
                    return found[1]
            if about.st_size > LARGEST:
                raise Missing
            try:
                body = stream.read()
                settled = os.fstat(descriptor).st_mtime_ns == about.st_mtime_ns
            except OSError:
                raise Missing from None
        made = Representation(
            body,
            type,
            about.st_mtime_ns // 1_000_000_000,
            headers,
            compressible,
            _copy(folder, copy, body) if copy else None,
        )
        if settled and is_settled(about):
            self._keep((folder, name), mark, made)
        return made

    def _keep(self, key: tuple[Path, str], mark: tuple[int, ...], made: Representation) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._size += len(made.body) - (len(before[1].body) if before else 0)
            self._kept[key] = mark, made
            while self._size > _KEPT:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._size -= len(dropped.body)


def mark_of(about: os.stat_result) -> tuple[int, ...]:
    """Return what differs between two looks at a file when it was written between them."""
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns


def is_settled(about: os.stat_result) -> bool:
    """Tell whether a file would show it, were it written again now: the clock that it is marked by has a grain."""
    return time.time_ns() - about.st_ctime_ns > _TICK


def _copy(folder: Path, name: str, body: bytes) -> bytes | None:
    """Return the compressed copy of some bytes, if it is one of these very bytes."""
    try:
        with os.fdopen(_opened(folder, name), "rb") as stream:
            data = stream.read(len(body) + 1024)
        packer = zlib.decompressobj(wbits=GZIP)
        same = packer.decompress(data, len(body) + 1) == body and packer.eof and not packer.unused_data
    except (Missing, OSError, zlib.error):
        return None
    return data if same else None


def _opened(folder: Path, name: str) -> int:
    """Open a file below a folder, step by step: what is a link, or no regular file, is not opened.

    The folder itself is named by the site's configuration, and may be a link.
    """
    *folders, last = name.split("/")
    if not last or {"", ".", ".."}.intersection((*folders, last)):
        raise Missing
    descriptor = -1
    try:
        descriptor = os.open(folder, _FOLDER)
        for part in folders:
            descriptor = _step(descriptor, part, _FOLDER | os.O_NOFOLLOW)
        descriptor = _step(descriptor, last, _FILE)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
    except (OSError, ValueError):  # ValueError: a name that no file can have
        pass
    raise Missing


def _step(folder: int, name: str, flags: int) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    finally:
        os.close(folder)
