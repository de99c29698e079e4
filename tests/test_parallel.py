"""Work spread over processes: in order, complete, and gone when nobody waits for it any more."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.parallel import UNDONE, WORTHWHILE, in_order

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="work is spread on Linux only")


@pytest.mark.parametrize("workers", [2, 3, 5])
@pytest.mark.parametrize("number", [0, 1, 15, 16, 17, 100])
def test_results_come_in_the_order_of_the_items(number: int, workers: int) -> None:
    """Whoever is quicker, every item has its own result."""

    def slowly(item: int) -> tuple[int, int]:
        time.sleep(0.002 * (item % 3))
        return item, os.getpid()

    first, *results = in_order(slowly, range(-1, number), workers=workers)
    assert first is UNDONE  # what it loads and compiles, the workers then have
    assert all(result is not UNDONE for result in results)
    assert [result[0] for result in results if result is not UNDONE] == list(range(number))
    assert os.getpid() not in {result[1] for result in results if result is not UNDONE}


def test_what_a_worker_fails_at_is_left_to_the_caller() -> None:
    """An error, or a result that cannot be handed over, is one undone item among others that are done."""

    def picky(item: int) -> object:
        if item % 10 == 3:
            raise ValueError(item)
        return item

    _, *results = in_order(picky, range(-1, 50), workers=2)
    assert results == [UNDONE if item % 10 == 3 else item for item in range(50)]
    assert set(in_order(lambda item: lambda: item, range(20), workers=2)) == {UNDONE}


def test_where_no_process_can_be_made_all_is_left_to_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may allow one process and no more; the work is done all the same, and nothing stays open."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - names are enough

    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(os, "fork", refuse)
    assert list(in_order(str, range(40), workers=2)) == [UNDONE] * 40
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_one_process_of_two_does_its_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second could not be made any more: every other chunk is left to the caller."""
    fork = os.fork
    forked: list[int] = []

    def once() -> int:
        if forked:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        forked.append(1)
        return fork()

    monkeypatch.setattr(os, "fork", once)
    _, *results = in_order(str, range(-1, 40), workers=2)
    assert results == [UNDONE if 16 <= item < 32 else str(item) for item in range(40)]


@pytest.mark.parametrize("ended", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_dead_worker_had_to_do_is_left_to_the_caller(ended: signal.Signals) -> None:
    """What it did not hand over any more, and all behind it, is undone; the other worker's is done."""

    def deadly(item: int) -> int:
        if item == 70:
            os.kill(os.getpid(), ended)
            time.sleep(5)
        return item

    _, *results = in_order(deadly, range(-1, 160), workers=2)
    assert len(results) == 160
    assert results[:64] == list(range(64))
    assert all(result in {UNDONE, item} for item, result in enumerate(results))
    assert results[70:80] == [UNDONE] * 10
    assert results[80:96] == list(range(80, 96))
    assert results[96:112] == [UNDONE] * 16


def test_workers_end_with_whoever_reads_them() -> None:
    """A caller that stops half way leaves no process behind."""
    reading = in_order(lambda item: (item, os.getpid()), range(10_000), workers=2)
    found = [next(reading) for _ in range(40)]
    processes = {result[1] for result in found if result is not UNDONE}
    assert len(processes) == 2
    reading.close()  # type: ignore[attr-defined] # it is a generator
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    """Nothing works on, and holds a lock, for a process that is not there any more."""
    script = textwrap.dedent("""\
        import os, sys, time
        from pathlib import Path
        from publisher.parallel import in_order

        def work(item):
            Path(sys.argv[1], str(os.getpid())).touch()
            time.sleep(0.01)
            return item

        for _ in in_order(work, range(100_000), workers=2):
            pass
        """)
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    try:
        processes = [int(path.name) for path in _until_two(tmp_path)]
    finally:
        parent.kill()
        parent.wait()
    for _ in range(600):
        if not any(map(_is_there, processes)):
            return
        time.sleep(0.05)
    pytest.fail("a worker outlived its parent")


def test_a_few_items_are_not_worth_a_process() -> None:
    """Below the threshold, and beside other threads, everything is left to the caller."""
    assert list(in_order(str, range(WORTHWHILE - 1))) == [UNDONE] * (WORTHWHILE - 1)


def _until_two(folder: Path) -> Iterator[Path]:
    for _ in range(600):
        found = list(folder.iterdir())
        if len(found) == 2:
            return iter(found)
        time.sleep(0.05)
    pytest.fail("the workers did not start")


def _is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
