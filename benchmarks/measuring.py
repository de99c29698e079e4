"""Whole processes, timed: by the clock and of the processor, their peak memory, and when they first said something."""

from __future__ import annotations

import os
import shutil
import signal
import statistics
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

PUBLISHER = str(Path(sys.executable).with_name("publisher"))
NOW = "2026-11-22T12:00:00Z"
# ru_maxrss is KiB on Linux, bytes on macOS.
_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")
# What the product says when it fails itself; its exit status can mean other things, too.
_CRASH = b"publisher itself failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process, or the medians of several.

    Attributes:
        wall: Seconds by the clock.
        cpu: Seconds of the processor.
        memory: Its peak in MiB; of processes that were looked at together, the peak of what they held together.
        first: Seconds until its first byte of output; as long as it took when there was none.
        status: Its exit status; negative when it was killed.
    """

    wall: float
    cpu: float
    memory: float
    first: float
    status: int


def measure(
    words: list[str], *, accepted: Collection[int] = (0,), patience: float = 3600, together: bool = False
) -> Run:
    """Run a command to its end and ask the operating system what it took.

    Of processes that fork the system knows the largest only; `together` looks at all of them every few hundredths of a
    second (Linux) and adds up what each holds, so that a page that two share counts twice.

    A process that takes longer than `patience` seconds is killed. One that ends with a status that is not among
    those accepted ends the benchmark, and so does a crash.
    """
    # What is installed has its bytecode beside it, whatever the habit of the machine that measures.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    reading, writing = os.pipe()
    began = time.perf_counter()
    process = os.posix_spawn(
        words[0],
        words,
        environment,
        file_actions=[
            *((os.POSIX_SPAWN_DUP2, writing, stream) for stream in (1, 2)),
            (os.POSIX_SPAWN_CLOSE, reading),
        ],
    )
    os.close(writing)
    watch = _Watch(process) if together else None
    impatience = threading.Timer(patience, os.kill, (process, signal.SIGKILL))
    impatience.start()
    first, last = None, b""
    while said := os.read(reading, 1 << 16):
        first = first or time.perf_counter() - began
        last = last[-1_000:] + said
    os.close(reading)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - began
    impatience.cancel()
    peak = watch.end() if watch else 0.0
    status = os.waitstatus_to_exitcode(status)
    if status not in accepted or _CRASH in last:
        sys.exit(f"failed with status {status}: {' '.join(words)}\n{last[-1_000:].decode(errors='replace')}")
    memory = max(peak, usage.ru_maxrss / _UNIT)
    return Run(wall, usage.ru_utime + usage.ru_stime, memory, first or wall, status)


class _Watch:
    """Looks how much memory a process and its children hold together."""

    def __init__(self, process: int) -> None:
        self._process = process
        self._peak = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self) -> float:
        """Stop looking; return the peak in MiB."""
        self._over.set()
        self._thread.join()
        return self._peak / (1024 * 1024)

    def _run(self) -> None:
        while not self._over.wait(0.03):
            self._peak = max(self._peak, sum(map(_resident, _family(self._process))))


def _family(process: int) -> Iterator[int]:
    """Return a process, those that it or any thread of it began, and theirs."""
    yield process
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # it has ended meanwhile
            for child in thread.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _resident(process: int) -> int:
    """Return how many bytes of the machine's memory a process holds (proc(5), statm)."""
    with suppress(OSError):
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]) * _PAGE
    return 0


def medians(runs: Sequence[Run]) -> Run:
    """Return the medians of several runs of one command; the status is that of the last."""
    wall, cpu, memory, first = (
        statistics.median(getattr(run, what) for run in runs) for what in ("wall", "cpu", "memory", "first")
    )
    return Run(wall, cpu, memory, first, runs[-1].status)


def forget(site: Path) -> None:
    """Remove what earlier runs made of a site, so that the next is a cold one."""
    for made in ("feeds", ".publisher"):
        shutil.rmtree(site / made, ignore_errors=True)
