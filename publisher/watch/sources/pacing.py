"""How fast a source may be asked, kept exactly: by where requests arrive, not by when they were let go."""

from __future__ import annotations

import heapq
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.watch.sources.places import Held, Places

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.watch.sources.clock import Clock

#: Seconds; a second, and what another machine's clock may run faster than ours.
WINDOW = 1.001
#: Seconds; a source that asks for a longer pause is left alone for this run.
PATIENCE = 60.0


class Pace:
    """Let at most `most` requests arrive in any one second; may be used by several threads and processes at once.

    There are as many places as requests in a second. A request holds a place from before it is sent until it was
    answered, and nobody gets that place until a second later. Of any `most + 1` requests two had the same place, and the
    second of them was sent a second after the first was answered: so they arrived more than a second apart,
    however long either was on its way. Counting when requests are let go could not promise that: they overtake.

    Args:
        most: How many requests a second.
        clock: What time it is; its monotonic clock is one for all processes.
        folder: Where the places lie, for all processes that ask the source; made if need be.

    Raises:
        EnvironmentFault: The folder cannot be written.
    """

    def __init__(self, most: int, clock: Clock, folder: Path) -> None:
        if most < 1:
            raise ValueError(f"{most} is no pace; give at least 1 request a second")
        self._clock = clock
        self._places = Places(folder, WINDOW, PATIENCE)
        # The places that no thread is after, the first to be had first: when that is, as far as this process knows, and
        # the place's number. Another process may have had it since, so that it is later.
        self._free = [(float("-inf"), number) for number in range(most)]
        self._paused_until = float("-inf")
        self._returned = threading.Condition()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Wait for a place and hold it; send one request while it is held.

        Raises:
            EnvironmentFault: The file of a place cannot be written.
        """
        number, held = self._taken()
        try:
            yield
        finally:
            now = self._clock.monotonic()
            self._places.leave(held, now)
            self._give_back(now + WINDOW, number)

    def pause(self, seconds: float) -> None:
        """Let nobody begin for some seconds, or longer where that was asked for before; what was sent goes on.

        Args:
            seconds: At most `PATIENCE`, as far as other processes are to hold back as well.
        """
        now = self._clock.monotonic()
        with self._returned:
            self._paused_until = max(self._paused_until, now + seconds)
        self._places.pause(now + seconds, now)

    def _taken(self) -> tuple[int, Held]:
        while True:
            with self._returned:
                while not self._free:
                    self._returned.wait()
                free, number = heapq.heappop(self._free)
            try:
                self._wait_until(free)
                taken = self._places.take(number, self._clock.monotonic())
            except BaseException:
                self._give_back(free, number)
                raise
            if isinstance(taken, Held):
                return number, taken
            # Of another process, or just now: it is later than was known, and another place may be the first.
            self._give_back(taken, number)

    def _wait_until(self, free: float) -> None:
        # Looked at again after each sleep: meanwhile somebody may have been asked to pause.
        while True:
            now = self._clock.monotonic()
            wait = max(free, self._paused_until, self._places.paused_until(now)) - now
            if wait <= 0:
                return
            self._clock.sleep(wait)

    def _give_back(self, free: float, number: int) -> None:
        with self._returned:
            heapq.heappush(self._free, (free, number))
            self._returned.notify()
