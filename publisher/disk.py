"""What makes a change to a folder last: names in it are on the disk only when the folder itself is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
