"""The places of a source's pace, each a file: so all processes of a machine that share the folder keep one pace."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.disk import put
from publisher.errors import EnvironmentFault
from publisher.watch.sources.own_files import open_own, read_own

if TYPE_CHECKING:
    from pathlib import Path

# What stands in the file of a place that is held; as long as a moment.
_HELD = b"held".ljust(24)


@dataclass(frozen=True, slots=True)
class Held:
    """A place that is held.

    Attributes:
        handle: The descriptor of its file, which carries the lock.
    """

    handle: int


class Places:
    """Who holds which place, and from when on the others are to be had.

    A place is held by a lock on its file, which the operating system lets go of when a process dies, however it dies.
    In the file stands from when on the place is to be had: by the monotonic clock, which is one for all processes of a
    machine and begins anew with it. Who finds a place that is marked as held, and is not, knows that its holder died, and
    not when its request arrived.

    Args:
        folder: Where the files lie; made if need be.
        window: How many seconds after it was given back a place is to be had.
        patience: How many seconds a pause lasts at the most.
    """

    def __init__(self, folder: Path, window: float, patience: float) -> None:
        self._folder = folder
        self._window = window
        self._patience = patience
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise self._broken(error) from None

    def take(self, number: int, now: float) -> Held | float:
        """Take a place, if it is to be had; else say when to look again, which is no sooner than it can be had.

        Raises:
            EnvironmentFault: Its file cannot be written.
        """
        try:
            handle = open_own(self._folder / f"{number:02}", os.O_RDWR | os.O_CREAT, self._folder)
        except OSError as error:
            raise self._broken(error) from None
        try:
            free = self._locked(handle, now)
            if free <= now:
                os.pwrite(handle, _HELD, 0)
                return Held(handle)
        except BlockingIOError:
            free = now + self._window
        except BaseException as error:
            os.close(handle)
            if isinstance(error, OSError):
                raise self._broken(error) from None
            raise
        os.close(handle)
        return free

    def leave(self, held: Held, now: float) -> None:
        """Give a place back."""
        # Where that cannot be written, the next one takes its holder for dead, and waits as long.
        with suppress(OSError):
            os.pwrite(held.handle, _written(now + self._window), 0)
        os.close(held.handle)

    def pause(self, until: float, now: float) -> None:
        """Have every process hold back until a moment, or until a later one that was asked for before."""
        # The others are told by the source itself where they cannot be told here.
        with suppress(OSError):
            put(self._folder / "pause", _written(max(until, self.paused_until(now))), mode=0o600)

    def paused_until(self, now: float) -> float:
        """Return the moment until which every process holds back; one in the past where none does."""
        try:
            moment = float(read_own(self._folder / "pause", len(_HELD), self._folder))
        except (OSError, ValueError):
            return float("-inf")
        # More than a pause can be is of a time before the machine was started.
        return moment if moment <= now + self._patience else float("-inf")

    def _locked(self, handle: int, now: float) -> float:
        """Lock a place, and return from when on it is to be had; raise BlockingIOError where it is held."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        found = os.pread(handle, len(_HELD), 0)
        if not found:
            return now
        latest = now + self._window
        with suppress(ValueError):
            # What lies further ahead is of a time before the machine was started.
            if (free := float(found)) <= latest:
                return free
        os.pwrite(handle, _written(latest), 0)
        return latest

    def _broken(self, error: OSError) -> EnvironmentFault:
        return EnvironmentFault(f"the pace cannot be kept in {self._folder}: {error.strerror}")


def _written(moment: float) -> bytes:
    return b"%024.6f" % moment
