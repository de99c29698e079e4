"""Files of secrets: read only where nobody else can."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from publisher.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

_LONGEST = 4096


def read_private(path: Path, shown: str) -> str:
    """Read the text of a file of mode 0600 or stricter; what is not ASCII comes out as U+FFFD.

    Args:
        path: The file, of which no more than 4096 bytes are read.
        shown: What messages call it.

    Raises:
        ConfigurationError: It cannot be read, it is no file, or others can read it. Nothing of it is quoted.
    """
    try:
        # Without O_NONBLOCK, to open a pipe that nobody writes to would wait for ever.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as stream:  # noqa: PTH123 - a descriptor
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise ConfigurationError(f"{shown} is not a file")
            if stat.S_IMODE(mode) & 0o077:
                raise ConfigurationError(
                    f"{shown} has mode {stat.S_IMODE(mode):04o}; others can read the secret",
                    f"chmod 600 {shown}",
                )
            return stream.read(_LONGEST).decode("ascii", "replace")
    except OSError as error:
        raise ConfigurationError(f"{shown} cannot be read: {error.strerror}") from None
