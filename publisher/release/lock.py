"""One run at a time: two that write the same feeds and the same ledger would only do harm."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from publisher.errors import EnvironmentFault, Refused
from publisher.site import keep_private

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.site import Site


@contextmanager
def exclusive(site: Site) -> Iterator[None]:
    """Hold the site's lock; the operating system lets go of it when the process dies, however it dies.

    Raises:
        Refused: Another run holds it.
        EnvironmentFault: The folder of state cannot be written.
    """
    try:
        keep_private(site.state)
        lock = FileLock(site.state / "lock")
        lock.acquire(timeout=0)
    except Timeout:
        raise Refused("another publisher run is at work on this site", "wait until it has ended") from None
    # A file system without locks is told by NotImplementedError.
    except (OSError, NotImplementedError) as error:
        problem = getattr(error, "strerror", None) or error
        raise EnvironmentFault(f"{site.state} cannot be written: {problem}") from None
    try:
        yield
    finally:
        lock.release()
