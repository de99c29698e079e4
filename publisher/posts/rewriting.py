"""Changes to the files of posts: only the bytes that were asked for, the whole file at once or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from publisher.disk import sync_folder
from publisher.errors import EnvironmentFault, Refused


def rewrite(file: Path, before: bytes, after: bytes) -> None:
    """Put new bytes in place of those that a file held when it was read.

    They are written beside the file, fsynced and renamed over it: whoever reads meanwhile, and a process killed on
    the way, sees the old bytes or the new. Its mode stays; a link stays one, and the file it leads to is changed.

    Raises:
        Refused: The file no longer holds `before`: somebody else is at work on it. Or it is read-only, or has a
            second name that would be left behind.
        EnvironmentFault: It cannot be written.
    """
    target = Path(os.path.realpath(file))
    try:
        _put_in_place(target, before, after)
    except OSError as error:
        raise EnvironmentFault(
            f"{file} cannot be written: {error.strerror or error}",
            "what was there before is still there, whole",
        ) from None


def _put_in_place(target: Path, before: bytes, after: bytes) -> None:
    about = target.stat()
    mode = stat.S_IMODE(about.st_mode)
    if not mode & stat.S_IWUSR:
        raise Refused(f"{target.name} is read-only", "make it writable, or leave it as it is")
    if about.st_nlink > 1:
        raise Refused(
            f"{target.name} has another name (a hard link), which would keep the old text", "mend it by hand"
        )
    # A name that begins with a dot is no post, even if it is left behind.
    handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(after)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        _see_unchanged(target, before)
        Path(beside).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _see_unchanged(target: Path, before: bytes) -> None:
    if target.read_bytes() != before:
        raise Refused(f"{target.name} changed while it was being mended", "run the command again")
