"""How fast a source may be asked, kept exactly: by where requests arrive, not by when they were let go."""

from __future__ import annotations

import heapq
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.watch.sources.clock import Clock

#: Seconds; a second, and what another machine's clock may run faster than ours.
WINDOW = 1.001


class Pace:
    """Let at most `most` requests arrive in any one second; may be used by several threads at once.

    There are as many places as requests in a second. A request holds a place from before it is sent until it was
    answered, and nobody gets that place until a second later. Of any `most + 1` requests two had the same place, and the
    second of them was sent a second after the first was answered: so they arrived more than a second apart,
    however long either was on its way. Counting when requests are let go could not promise that: they overtake.
    """

    def __init__(self, most: int, clock: Clock) -> None:
        if most < 1:
            raise ValueError(f"{most} is no pace; give at least 1 request a second")
        self._clock = clock
        # When each place that nobody holds is to be had, the earliest first.
        self._free = [float("-inf")] * most
        self._paused_until = float("-inf")
        self._returned = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place and hold it; send one request while it is held."""
        with self._returned:
            while not self._free:
                self._returned.wait()
            free = heapq.heappop(self._free)
        try:
            self._wait_until(free)
        except BaseException:
            self._give_back(free)
            raise
        try:
            yield
        finally:
            self._give_back(self._clock.monotonic() + WINDOW)

    def pause(self, seconds: float) -> None:
        """Let nobody begin for some seconds, or longer where that was asked for before; what was sent goes on."""
        with self._returned:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def _wait_until(self, free: float) -> None:
        # Looked at again after each sleep: meanwhile somebody may have been asked to pause.
        while (wait := max(free, self._paused_until) - self._clock.monotonic()) > 0:
            self._clock.sleep(wait)

    def _give_back(self, free: float) -> None:
        with self._returned:
            heapq.heappush(self._free, free)
            self._returned.notify()
