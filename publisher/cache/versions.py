"""Which code found something out: another may find something else."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


@cache
def code_version() -> str:
    """Return a digest of this program's files, of the names and versions of all that is installed beside it, and of Python's.

    Files count by their sizes and times, as they do for Python when it looks for compiled ones.
    """
    digest = hashlib.sha256(sys.version.encode())
    for folder, folders, names in os.walk(_PACKAGE):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            about = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118 - of hundreds of files
            digest.update(f"{folder}/{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    for place in sorted(set(sys.path)):
        if place.endswith("-packages") and os.path.isdir(place):  # noqa: PTH112 - likewise
            installed = sorted(name for name in os.listdir(place) if name.endswith(".dist-info"))  # noqa: PTH208
            digest.update("\n".join((place, *installed)).encode())
    return digest.hexdigest()
