"""One run at a time: two that write the same feeds and the same ledger would only do harm."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from publisher.errors import EnvironmentFault, Refused
from publisher.site import keep_private
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.site import Site

#: A run that takes more seconds than this, besides its deployment and the wait for it to be live, does not get on: each
#: request has a deadline.
LONGEST_RUN = 3600.0


class AlreadyRunning(Refused):
    """Say that another run is at work.

    Attributes:
        stuck: Whether it has been for so long that somebody should look at it.
    """

    def __init__(self, site: Site, seconds: float | None) -> None:
        deployment = site.deploy.timeout if site.deploy.command else 0
        longest = LONGEST_RUN + deployment + (site.deploy.wait_for_live or 0)
        self.stuck = seconds is not None and seconds > longest
        since = "" if seconds is None else f", for {duration_in_words(seconds)} already"
        super().__init__(
            f"another publisher run is at work on this site{since}",
            "see what holds it up, such as a disk or a command that does not answer, and end it if need be"
            if self.stuck
            else "wait until it has ended",
        )


@contextmanager
def exclusive(site: Site) -> Iterator[None]:
    """Hold the site's lock; the operating system lets go of it when the process dies, however it dies.

    Raises:
        AlreadyRunning: Another run holds it.
        EnvironmentFault: The folder of state cannot be written.
    """
    began = site.state / ".began"
    try:
        keep_private(site.state)
        lock = FileLock(site.state / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise AlreadyRunning(site, _age(began)) from None
    # A file system without locks is told by NotImplementedError.
    except (OSError, NotImplementedError) as error:
        problem = getattr(error, "strerror", None) or error
        raise EnvironmentFault(f"{site.state} cannot be written: {problem}") from None
    try:
        # Only its time matters, and only to those who find the site locked. The lock's own changes when they try.
        with suppress(OSError):
            began.unlink(missing_ok=True)
            began.touch(mode=0o600)
        yield
    finally:
        with suppress(OSError):
            began.unlink(missing_ok=True)
        lock.release()


def _age(began: Path) -> float | None:
    """Answer how many seconds ago the other run began, if that can be known."""
    try:
        return max(0.0, time.time() - began.lstat().st_mtime)
    except OSError:
        return None
