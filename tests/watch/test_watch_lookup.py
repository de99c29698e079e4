"""Many films asked about at once: in order, as fast as sources allow, and no fault stops more than it must."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from publisher.errors import EnvironmentFault
from publisher.model import Film
from publisher.watch.lookup import look_up
from publisher.watch.sources import Connection, Found, SourceFault

if TYPE_CHECKING:
    from collections.abc import Callable

FILMS = [Film(title=str(number), ids={}) for number in range(60)]


class Scripted:
    """A source that answers as a function says."""

    def __init__(self, key: str, say: Callable[[int], object] = lambda _: None) -> None:
        self.key = key
        self._say = say
        self.asked: list[int] = []
        self.at_once = self.most = 0
        self._lock = threading.Lock()

    def ask(self, film: Film, regions: object, wire: object) -> Found:
        """Answer, or raise what the function raises."""
        del regions, wire
        with self._lock:
            self.asked.append(int(film.title))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            self._say(int(film.title))
        finally:
            with self._lock:
                self.at_once -= 1
        return Found(checked=datetime(2026, 11, 22, tzinfo=UTC), remarks=(film.title,))


def connected(*sources: Scripted) -> list[Connection]:
    """Connect sources to nothing."""
    return [Connection(cast("Any", source), cast("Any", None)) for source in sources]


def test_answers_come_in_the_order_of_the_films_however_long_each_takes() -> None:
    """Whoever reads along reads them as the posts stand."""
    slow = Scripted("slow", lambda number: time.sleep(0.02 * (number % 3 == 0)))

    answers = list(look_up(FILMS, connected(slow, Scripted("quick")), ("US",)))

    assert [one.found.remarks for one, _ in answers if one.found] == [(film.title,) for film in FILMS]
    assert [two.source for _, two in answers] == ["quick"] * len(FILMS)
    assert slow.most > 4


def test_a_fault_of_one_film_is_that_films_only() -> None:
    """The others are asked about all the same, and so is every other source."""

    def say(number: int) -> None:
        if number % 7 == 3:
            raise SourceFault("broke off")

    answers = list(look_up(FILMS, connected(Scripted("odd", say), Scripted("sound")), ("US",)))

    assert [number for number, (one, _) in enumerate(answers) if one.fault] == list(range(3, 60, 7))
    assert all(two.found for _, two in answers)


def test_a_fault_that_stops_everything_ends_the_asking_of_that_source() -> None:
    """A key that is refused once is not sent a thousand times; what was answered before counts."""

    def say(number: int) -> None:
        if number >= 10:
            raise SourceFault("all requests are used", stops=True)

    used_up, other = Scripted("used-up", say), Scripted("other")
    answers = [one for one, _ in look_up(FILMS, connected(used_up, other), ("US",))]

    assert all(answer.found for answer in answers[:10])
    assert all(answer.fault and answer.fault.stops for answer in answers[10:])
    assert len(used_up.asked) < 40 < len(other.asked)
    assert sum(not answer.passed_over for answer in answers) == len(used_up.asked)


def test_what_is_no_fault_of_a_source_ends_the_run() -> None:
    """A disk that is full is nothing that the next film would mend."""

    def say(number: int) -> None:
        if number == 5:
            raise EnvironmentFault("the disk is full")

    answers = look_up(FILMS, connected(Scripted("odd", say)), ("US",))

    assert len([next(answers) for _ in range(5)]) == 5
    with pytest.raises(EnvironmentFault, match="the disk is full"):
        next(answers)


def test_nobody_is_asked_any_more_once_nobody_listens() -> None:
    """Ctrl-C ends the run at once: what is on its way is not waited for."""
    hold = threading.Event()
    source = Scripted("slow", lambda number: None if number == 0 else hold.wait(10) and None)
    answers = look_up(FILMS, connected(source), ("US",))
    next(answers)

    began = time.monotonic()
    answers.close()  # type: ignore[attr-defined]
    took = time.monotonic() - began
    hold.set()
    time.sleep(0.05)

    assert took < 5
    assert len(source.asked) <= 20


def test_without_films_or_sources_nothing_happens() -> None:
    """Both are usual: a site without a key, a folder without posts."""
    assert list(look_up([], connected(Scripted("a")), ("US",))) == []
    assert list(look_up(FILMS[:2], [], ("US",))) == [(), ()]
