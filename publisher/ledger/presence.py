"""Who is at work on the ledger: each has a file that it holds locked, and the operating system lets go when it dies."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from publisher.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_FOLDER = "couriers"


class Presence:
    """One courier's sign of life, as long as the context is open.

    Attributes:
        id: What the ledger knows it by.
    """

    def __init__(self, state: Path) -> None:
        """Take the site's folder of state."""
        self.id = uuid.uuid4().hex
        self._folder = state / _FOLDER
        # Whoever ends it may be another thread than the one that began.
        self._lock = FileLock(self._folder / self.id, thread_local=False)

    def __enter__(self) -> Self:
        """Begin.

        Raises:
            EnvironmentFault: The folder of state cannot be written, or has no locks.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except (OSError, NotImplementedError) as error:
            problem = getattr(error, "strerror", None) or error
            raise EnvironmentFault(f"{self._folder} cannot be written: {problem}") from None
        return self

    def __exit__(self, *exception: object) -> None:
        with suppress(OSError):
            (self._folder / self.id).unlink(missing_ok=True)
        self._lock.release()

    def dead(self, couriers: Iterable[str]) -> frozenset[str]:
        """Return which of some couriers have died."""
        return frozenset(one for one in couriers if one != self.id and _is_dead(self._folder, one))


def dead_couriers(state: Path, couriers: Iterable[str]) -> frozenset[str]:
    """Return which of some couriers have died, for those who are none; where that cannot be known, they live.

    Args:
        state: The site's folder of state.
        couriers: What the ledger knows them by.
    """
    return frozenset(one for one in couriers if _is_dead(state / _FOLDER, one))


def _is_dead(folder: Path, courier: str) -> bool:
    # What a damaged ledger calls a courier may be no name of a file.
    if not courier.isalnum():
        return True
    file = folder / courier
    if not file.exists():
        return True
    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError, NotImplementedError):
        return False
    with suppress(OSError):
        file.unlink(missing_ok=True)
    lock.release()
    return True
