"""Never more requests in a second than a source takes, wherever that second begins."""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.watch.sources.clock import Clock
from publisher.watch.sources.pacing import WINDOW, Pace
from tests.watch.sources.source_hosts import NOW, Time

if TYPE_CHECKING:
    from pathlib import Path


def most_in_a_second(moments: list[float]) -> int:
    """Count how many of the moments lie in the fullest second, its end not included."""
    window: deque[float] = deque()
    most = 0
    for moment in sorted(moments):
        window.append(moment)
        while moment - window[0] >= 1.0:
            window.popleft()
        most = max(most, len(window))
    return most


@given(
    most=st.integers(1, 8),
    delays=st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 1)), min_size=1, max_size=60),
)
def test_no_second_holds_more_requests_than_it_may(
    tmp_path_factory: pytest.TempPathFactory, most: int, delays: list[tuple[float, float, float]]
) -> None:
    """However long requests take, wherever on their way they arrive, and however long nobody asks."""
    clock = Time()
    pace = Pace(most, clock.clock(), tmp_path_factory.mktemp("pace"))
    arrived = []
    for idle, seconds, share in delays:
        clock.now += idle
        with pace.place():
            arrived.append(clock.now + seconds * share)
            clock.now += seconds

    assert most_in_a_second(arrived) <= most


@given(most=st.integers(1, 8), count=st.integers(1, 60))
def test_no_time_is_lost(tmp_path_factory: pytest.TempPathFactory, most: int, count: int) -> None:
    """Requests that take no time go out as fast as the limit allows: the first lot at once, one lot a second after it."""
    clock = Time()
    pace = Pace(most, clock.clock(), tmp_path_factory.mktemp("pace"))
    for _ in range(count):
        with pace.place():
            pass

    assert clock.now - 1000 == pytest.approx((count - 1) // most * WINDOW)


def test_threads_that_ask_at_once_keep_the_pace_together(tmp_path: Path) -> None:
    """Real threads on a real clock: what arrives is counted while requests are on their way for different times."""
    pace = Pace(10, Clock(NOW), tmp_path)
    arrived: list[float] = []

    def ask(number: int) -> None:
        with pace.place():
            time.sleep(0.03 * (number % 3))
            arrived.append(time.monotonic())
            time.sleep(0.02 * (number % 2))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, range(35)))

    assert len(arrived) == 35
    assert most_in_a_second(arrived) <= 10


def test_everybody_waits_when_the_source_asks_for_it(tmp_path: Path) -> None:
    """Nobody begins before the pause is over, and a longer one is not made shorter by a shorter one."""
    clock = Time()
    pace = Pace(5, clock.clock(), tmp_path)
    pace.pause(30)
    pace.pause(10)
    with pace.place():
        assert clock.now == 1030


def test_a_pause_holds_back_those_who_wait_already(tmp_path: Path) -> None:
    """A thread that sleeps for its place looks again when it wakes."""
    clock = Time()

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        if len(clock.slept) == 1:
            pace.pause(7)

    pace = Pace(1, Clock(NOW, clock.monotonic, sleep), tmp_path)
    with pace.place():
        pass
    with pace.place():
        assert clock.now == 1000 + WINDOW + 7


def test_a_request_that_fails_gives_its_place_back(tmp_path: Path) -> None:
    """Errors do not use places up."""
    clock = Time()
    pace = Pace(1, clock.clock(), tmp_path)
    for _ in range(3):
        with pytest.raises(OSError, match="gone"), pace.place():
            raise OSError("gone")

    assert clock.now == 1000 + 2 * WINDOW


def test_who_is_interrupted_while_waiting_gives_the_place_back(tmp_path: Path) -> None:
    """A place that was never used is free at once."""
    pace = Pace(1, Clock(NOW, Time().monotonic, sleep=_interrupt), tmp_path)
    pace.pause(1)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt), pace.place():
            pytest.fail("nobody gets here")


def test_those_who_find_no_place_are_woken(tmp_path: Path) -> None:
    """One place, two threads: the second begins when the first is done."""
    clock = Time()
    pace = Pace(1, clock.clock(), tmp_path)
    begun, done = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        with pace.place():
            done.set()

    with pace.place():
        waiter = threading.Thread(target=wait)
        waiter.start()
        begun.wait()
        assert not done.wait(0.05)
    waiter.join(10)

    assert done.is_set()


def _interrupt(_seconds: float) -> None:
    raise KeyboardInterrupt


def test_a_pace_of_none_is_refused(tmp_path: Path) -> None:
    """Zero requests a second would wait for ever."""
    with pytest.raises(ValueError, match="0 is no pace"):
        Pace(0, Time().clock(), tmp_path)
