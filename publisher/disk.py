"""Files and folders as they are made to last: whole or not there at all, and on the disk with their names."""

from __future__ import annotations

import os
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, as fsync does for what is in a file.

    Raises:
        OSError: It cannot be opened, or the disk fails.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place_new(file: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file that is not there yet; the folder it goes to is.

    It is written beside its place, fsynced and linked there: a process killed on the way leaves nothing by that name,
    and of two that write the same file one wins.

    Args:
        file: Where it goes.
        data: What it holds.
        mode: Who may read and write it, as far as the umask allows.

    Raises:
        FileExistsError: Something has that name already, if only a link that leads nowhere.
        OSError: It cannot be written.
    """
    with _written_beside(file, data, mode) as beside:
        # Unlike a rename, a link never replaces what is there.
        os.link(beside, file)
    sync_folder(file.parent)


def replace_durably(file: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file in place of what has its name, if anything: a process killed on the way leaves the old or the new.

    Args:
        file: Where it goes. A link there is replaced, not followed.
        data: What it holds.
        mode: Who may read and write it, as far as the umask allows.

    Raises:
        OSError: It cannot be written.
    """
    with _written_beside(file, data, mode) as beside:
        beside.replace(file)
    sync_folder(file.parent)


@contextmanager
def _written_beside(file: Path, data: bytes, mode: int) -> Iterator[Path]:
    """Write and fsync what is to get a file's name; whatever is left by the other name goes."""
    # A name that begins with a dot is no post and no secret, even if it is left behind.
    beside = file.with_name(f".new-{uuid.uuid4().hex}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        yield beside
    finally:
        with suppress(OSError):
            beside.unlink()


def put(file: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file that can be done without, in place of what has its name: whole, or not at all.

    It is renamed into place and not fsynced: after a power cut it may be empty or gone, which its reader has to notice.

    Raises:
        OSError: It cannot be written.
    """
    beside = file.with_name(f".new-{uuid.uuid4().hex}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        beside.replace(file)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def keep_private(folder: Path) -> None:
    """Make a folder for the site's own affairs, and keep what lies in it out of version control.

    Raises:
        OSError: It cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
