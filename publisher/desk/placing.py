"""New files: whole or not there at all, and never in the place of another."""

from __future__ import annotations

import os
import uuid
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.disk import sync_folder

if TYPE_CHECKING:
    from pathlib import Path


def place_new(file: Path, data: bytes) -> None:
    """Write a file that is not there yet; the folder it goes to is.

    It is written beside its place, fsynced and linked there: a process killed on the way leaves nothing by that name,
    and of two that write the same file one wins.

    Raises:
        FileExistsError: Something has that name already, if only a link that leads nowhere.
        OSError: It cannot be written.
    """
    # A name that begins with a dot is no post, even if it is left behind.
    beside = file.with_name(f".new-{uuid.uuid4().hex}")
    # Unlike a temporary file, a post is read by whoever the umask lets read it.
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        # Unlike a rename, a link never replaces what is there.
        os.link(beside, file)
    finally:
        with suppress(OSError):
            beside.unlink()
    sync_folder(file.parent)
