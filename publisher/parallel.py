"""The same work for many things, spread over the machine's cores by forking.

A forked process has all that its parent has read already, and nothing is sent to it; what comes back is pickled, several results
at a time, because what they have in common is then handed over once. Where that cannot be done, or a worker fails at something,
the caller does it itself: an error is raised once, in one place.
"""

from __future__ import annotations

import gc
import io
import os
import pickle
import signal
import sys
import threading
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO, Literal

Item = TypeVar("Item")
Result = TypeVar("Result")

#: With fewer things to do, starting the workers takes longer than they save.
WORTHWHILE = 256
#: Each process holds what it works at in memory; more of them than this are no quicker.
MOST = 8
# So many items a worker does in a row: enough that nobody waits for the other.
_CHUNK = 16
_LENGTH = 8


class Undone(Enum):
    """What stands for a result that a worker could not give."""

    UNDONE = "undone"


UNDONE = Undone.UNDONE
_worker = 0


def worker() -> int:
    """Return the number of the worker that this process is, from 1 to `MOST`; 0 for any other process."""
    return _worker


def in_order(
    work: Callable[[Item], Result], items: Sequence[Item], *, workers: int | None = None
) -> Iterator[Result | Literal[Undone.UNDONE]]:
    """Do work for each item in other processes, and yield the results in the items' order.

    Args:
        work: What to do; it changes nothing but files, and its result can be pickled. What it raises is not raised here.
        items: What to do it for.
        workers: How many processes; default: as many as there are cores, or none where the items are few, or where
            forking is not safe (other systems than Linux; other threads at work).

    Yields:
        The results; `UNDONE` for each item that has to be seen to by the caller, the first of all among them.
    """
    number = _usable_cores(len(items)) if workers is None else workers
    if number < 2:
        yield from [UNDONE] * len(items)
        return
    # What has to be loaded and compiled for the first, the workers have already.
    yield UNDONE
    rest = items[1:]
    crew: list[_Worker] = []
    try:
        crew.extend(_Worker.start(work, rest, place, number) for place in range(number))
        for chunk, start in enumerate(range(0, len(rest), _CHUNK)):
            yield from crew[chunk % number].results(len(rest[start : start + _CHUNK]))
    finally:
        for worker in crew:
            worker.end()


def _usable_cores(items: int) -> int:
    if items < WORTHWHILE or sys.platform != "linux" or threading.active_count() > 1:
        return 0
    return min(len(os.sched_getaffinity(0)), MOST)


class _Worker:
    """A forked process, seen from its parent; where there could be none, one that has done nothing."""

    def __init__(self, process: int | None, stream: BinaryIO) -> None:
        self._process = process
        self._stream = stream

    @classmethod
    def start(cls, work: Callable[[Item], Result], items: Sequence[Item], place: int, number: int) -> _Worker:
        """Fork a worker for every `number`th chunk of items from the one at `place` on."""
        parent = os.getpid()
        try:
            reading, writing = os.pipe()
        except OSError:  # too many files are open
            return cls(None, io.BytesIO())
        try:
            process = os.fork()
        except OSError:  # there may be no more processes
            os.close(reading)
            os.close(writing)
            return cls(None, io.BytesIO())
        if process == 0:
            status = 1
            try:
                os.close(reading)
                global _worker  # noqa: PLW0603 - what this process is
                _worker = 1 + place
                # What the parent made is not looked through, which would copy it; and the work leaves little behind.
                gc.freeze()
                gc.set_threshold(100_000)
                # The parent ends its workers, however it ends.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                with os.fdopen(writing, "wb") as stream:
                    _work(work, items, range(place * _CHUNK, len(items), number * _CHUNK), stream, parent)
                status = 0
            finally:
                # Nothing of the parent's is flushed or closed a second time; what went wrong, it sees to itself.
                os._exit(status)
        os.close(writing)
        return cls(process, os.fdopen(reading, "rb"))

    def results(self, number: int) -> list[Any]:
        """Return its next results, of which there are so many."""
        length = int.from_bytes(self._stream.read(_LENGTH))
        data = self._stream.read(length)
        if not length or len(data) < length:  # it has ended
            return [UNDONE] * number
        found: list[Any] = pickle.loads(data)  # noqa: S301 - from our own process
        return found

    def end(self) -> None:
        """End it, whether it has done all or not."""
        self._stream.close()
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            os.kill(self._process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(self._process, 0)


def _work(
    work: Callable[[Item], Result], items: Sequence[Item], starts: range, stream: BinaryIO, parent: int
) -> None:
    for start in starts:
        done = []
        for item in items[start : start + _CHUNK]:
            if os.getppid() != parent:  # killed: nobody waits for this any more
                return
            done.append(_done(work, item))
        data = _packed(done)
        stream.write(len(data).to_bytes(_LENGTH))
        stream.write(data)
        stream.flush()


def _done(work: Callable[[Item], Result], item: Item) -> Result | Literal[Undone.UNDONE]:
    try:
        return work(item)
    except Exception:  # noqa: BLE001 - the parent does it again, and meets the same error
        return UNDONE


def _packed(results: Sequence[object]) -> bytes:
    try:
        return pickle.dumps(results, protocol=5)
    except Exception:  # noqa: BLE001 - whatever an object says that cannot be pickled
        return pickle.dumps([result if _can_be_packed(result) else UNDONE for result in results], protocol=5)


def _can_be_packed(result: object) -> bool:
    try:
        pickle.dumps(result, protocol=5)
    except Exception:  # noqa: BLE001 - likewise
        return False
    return True
