"""Threads that send: work goes in, what became of it comes out, and the one who waits takes it in batches."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, Generic, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Work = TypeVar("Work")
Done = TypeVar("Done")

# So long the first result of a batch waits for others, in seconds: to record them together costs as much as to record one.
_LINGER = 0.005


class Senders(Generic[Work, Done]):
    """A crew of threads, as long as the context is open; they are begun as they are needed.

    Where the context is left, what is under way is finished.
    """

    def __init__(self, send: Callable[[Work], Done]) -> None:
        """Take what each piece of work is done by; the first error that raises is kept as `failure`."""
        self._send = send
        self._todo: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Work, Done | BaseException]] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self.busy = 0
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for _ in self._threads:
            self._todo.put(None)
        for thread in self._threads:
            thread.join()

    def begin(self, work: Work) -> None:
        """Have some work done; there is a thread for each piece that is under way."""
        self.busy += 1
        if len(self._threads) < self.busy:
            thread = threading.Thread(target=self._work, name=f"sender-{len(self._threads) + 1}", daemon=True)
            self._threads.append(thread)
            thread.start()
        self._todo.put(work)

    def results(self, timeout: float) -> list[tuple[Work, Done]]:
        """Return what has been done: the first piece within so many seconds, and those that come soon after it."""
        found: list[tuple[Work, Done]] = []
        enough, until = max(1, self.busy // 2), time.monotonic() + timeout
        while self.busy:
            left = until - time.monotonic()
            try:
                work, done = self._done.get(timeout=left) if left > 0 else self._done.get_nowait()
            except queue.Empty:
                break
            self.busy -= 1
            if isinstance(done, BaseException):
                self.failure = self.failure or done
                continue
            found.append((work, done))
            if len(found) == 1 or len(found) >= enough:
                until = time.monotonic() + (_LINGER if len(found) < enough else 0)
        return found

    def _work(self) -> None:
        while (work := self._todo.get()) is not None:
            try:
                done: Done | BaseException = self._send(work)
            except BaseException as error:  # noqa: BLE001 - for whoever takes the results
                done = error
            self._done.put((work, done))
