"""What a check-up asks of the machine it runs on, so that a test can answer in its place."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Space:
    """What is free on a file system.

    Attributes:
        device: Which file system it is.
        free: Bytes that the user of this process may still write.
        files: How many files may still be made; None where the file system sets no number.
    """

    device: int
    free: int
    files: int | None


def space_at(folder: Path) -> Space:
    """Ask the file system that a folder lies on; raise OSError where it does not answer."""
    about = os.statvfs(folder)
    return Space(
        folder.stat().st_dev, about.f_bavail * about.f_frsize, about.f_favail if about.f_files else None
    )


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine: its time in seconds since 1970, seconds that only go on, its disks, the process' environment."""

    clock: Callable[[], float] = time.time
    timer: Callable[[], float] = time.monotonic
    space: Callable[[Path], Space] = space_at
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
