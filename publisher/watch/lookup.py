"""Many films, asked about at several sources at once: answers come in the order of the films.

Pace, quota and what is kept of answers are the wires' affair. Here is only who is asked when: each source by threads of its own,
so that a slow one holds up no other.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.watch.sources import SourceFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.model import Film
    from publisher.watch.sources import Connection, Found

#: Requests to one source on their way at the same time: at 40 a second, with answers that take 400 ms, that many are.
_THREADS = 16


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking one source about one film: an answer, or why there is none.

    Attributes:
        source: The source's key.
        found: What it said; None where there is no answer.
        fault: Why there is none; None where there is one.
        passed_over: That it was not asked, because an earlier fault was one that stops everything.
    """

    source: str
    found: Found | None = None
    fault: SourceFault | None = None
    passed_over: bool = False


def look_up(
    films: Sequence[Film], connections: Sequence[Connection], regions: Sequence[str]
) -> Iterator[tuple[Asked, ...]]:
    """Ask every source about every film.

    Whoever stops listening stops the asking: what is on its way is not waited for.

    Args:
        films: The films.
        connections: The sources, each with its wire.
        regions: The countries that are asked about, ISO 3166-1 alpha-2.

    Yields:
        For each film, in their order and as soon as it is known, what came of it at each source.

    Raises:
        EnvironmentFault: What sources were asked cannot be kept book of.
    """
    crews = [_Crew(connection, films, regions) for connection in connections]
    try:
        for number in range(len(films)):
            yield tuple(crew.result(number) for crew in crews)
    finally:
        for crew in crews:
            crew.stop()


def ask(film: Film, connection: Connection, regions: Sequence[str]) -> Asked:
    """Ask one source about one film."""
    key = connection.source.key
    try:
        return Asked(key, connection.source.ask(film, regions, connection.wire))
    except SourceFault as fault:
        return Asked(key, fault=fault)


class _Crew:
    """The threads that ask one source; they take one film after the other."""

    def __init__(self, connection: Connection, films: Sequence[Film], regions: Sequence[str]) -> None:
        self._connection = connection
        self._films = films
        self._regions = regions
        self._results: list[Asked | Exception | None] = [None] * len(films)
        self._next = 0
        self._end: SourceFault | None = None
        self._stopped = False
        self._news = threading.Condition()
        for _ in range(min(_THREADS, len(films))):
            # A process that ends does not wait for them: what they write is whole, or not there.
            threading.Thread(target=self._work, daemon=True).start()

    def result(self, number: int) -> Asked:
        """Wait for what came of a film."""
        with self._news:
            while (result := self._results[number]) is None:
                self._news.wait()
            self._results[number] = None  # nobody asks for it again
        if isinstance(result, Exception):
            raise result
        return result

    def stop(self) -> None:
        """Begin with no further film."""
        with self._news:
            self._stopped = True

    def _work(self) -> None:
        while (number := self._take()) is not None:
            result = self._asked(self._films[number])
            with self._news:
                if isinstance(result, Asked) and result.fault is not None and result.fault.stops:
                    self._end = self._end or result.fault
                self._results[number] = result
                self._news.notify_all()

    def _take(self) -> int | None:
        with self._news:
            if self._stopped or self._next == len(self._films):
                return None
            self._next += 1
            return self._next - 1

    def _asked(self, film: Film) -> Asked | Exception:
        if self._end is not None:
            return Asked(self._connection.source.key, fault=self._end, passed_over=True)
        try:
            return ask(film, self._connection, self._regions)
        except Exception as error:  # noqa: BLE001 - it is raised where somebody waits for the answer
            return error
