"""One request after the other to a source: at its pace, within its quota, and again where that may help."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from publisher.net import FaultKind, FetchFault
from publisher.net.retry_after import retry_after
from publisher.values.durations import duration_in_words
from publisher.watch.sources.pacing import PATIENCE
from publisher.watch.sources.source import SourceFault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.net import Answer, Client
    from publisher.watch.sources.clock import Clock
    from publisher.watch.sources.pacing import Pace
    from publisher.watch.sources.quota import Meter
    from publisher.watch.sources.respite import Respite
    from publisher.watch.sources.source import Source

#: Bytes; what sources answer is often more than 100 KB, and never that much.
BODY_LIMIT = 2 * 1024 * 1024
#: Seconds for one request, from the name lookup to the end of the body.
DEADLINE = 20.0
#: How often one thing is asked at the most, before it counts as not to be had.
TRIES = 3
#: Seconds without requests after one was too many, where the source does not say how long.
PAUSE = 5.0
#: After so many questions in a row without a usable answer, no more are asked.
MOST_FAULTS = 5

_HOPELESS = frozenset({FaultKind.URL, FaultKind.REFUSED_ADDRESS, FaultKind.TLS})


class _Passing(Exception):
    """Say that the same request may do better later: after `seconds`, if the source asked for that."""

    def __init__(self, fault: SourceFault, seconds: float | None = None) -> None:
        super().__init__()
        self.fault = fault
        self.seconds = seconds


class Asking:
    """Sends requests to one source; may be used by several threads at once.

    Args:
        source: The source.
        headers: The header fields that every request carries, the key among them.
        client: The way out.
        pace: How fast.
        meter: What counts them.
        respite: What remembers that the source wants to be left alone.
        clock: What time it is.
    """

    def __init__(
        self,
        source: Source,
        headers: Mapping[str, str],
        client: Client,
        *,
        pace: Pace,
        meter: Meter,
        respite: Respite,
        clock: Clock,
    ) -> None:
        self.source = source
        self.meter = meter
        self.clock = clock
        self._headers = headers
        self._client = client
        self._pace = pace
        self._respite = respite
        self._lock = threading.Lock()
        self._first = threading.Lock()
        self._introduced = threading.Event()
        if source.access.quota_headers is None:
            self._introduced.set()
        self._faults = 0
        self._stopped: SourceFault | None = None

    def reply(self, url: str) -> Answer:
        """Return an answer of status 200 or 404, however often, within reason, it takes to ask.

        Raises:
            SourceFault: There is none.
            EnvironmentFault: Requests cannot be counted.
        """
        for again in range(TRIES):
            try:
                return self._once(url)
            except _Passing as passing:
                fault = passing.fault
                wait = 3.0**again
                if passing.seconds is not None:
                    wait = passing.seconds
                    self._leave_alone(wait, fault)
            if again < TRIES - 1:
                self.clock.sleep(wait)
        raise fault

    def failed(self, fault: SourceFault) -> None:
        """Ask nothing more after a fault that says so, nor after several in a row."""
        with self._lock:
            self._faults += 1
            if self._faults >= MOST_FAULTS:
                fault.stops = True
            if fault.stops:
                self._stopped = fault

    def went_well(self) -> None:
        """Forget the faults in a row."""
        with self._lock:
            self._faults = 0

    def _once(self, url: str) -> Answer:
        with self._alone_at_first(), self._pace.place():
            self._see_welcome()
            self.meter.count(self.clock.moment())
            try:
                answer = self._client.get(url, headers=self._headers)
            except FetchFault as fault:
                if fault.kind in _HOPELESS:
                    raise SourceFault(fault.message, stops=True) from None
                raise _Passing(SourceFault(fault.message)) from None
            self.meter.hear(answer.headers, self.clock.moment())
        return self._judged(answer)

    @contextmanager
    def _alone_at_first(self) -> Iterator[None]:
        """Let a run's first request be over before others are sent, where its answer says how many there may be."""
        first = not self._introduced.is_set() and self._first.acquire()
        if first and self._introduced.is_set():
            self._first.release()
            first = False
        try:
            yield
        finally:
            if first:
                self._introduced.set()
                self._first.release()

    def _see_welcome(self) -> None:
        if (fault := self._stopped) is not None:
            raise SourceFault(fault.message, fault.help, stops=True)
        now = self.clock.moment()
        if until := self._respite.until(now):
            wait = duration_in_words((until - now).total_seconds())
            raise SourceFault(f"it asked to be left alone for another {wait}", "try again then", stops=True)

    def _leave_alone(self, seconds: float, fault: SourceFault) -> None:
        """Have all requests wait, or where that would be too long send none any more, in this run and the next."""
        if seconds <= PATIENCE:
            self._pace.pause(seconds)
            return
        self._respite.ask(self.clock.moment() + timedelta(seconds=seconds))
        raise SourceFault(
            f"{fault.message}, and asks to be left alone for {duration_in_words(seconds)}",
            "try again then",
            stops=True,
        )

    def _judged(self, answer: Answer) -> Answer:
        """Return an answer that says something of what was asked for."""
        status = answer.status
        if status in {401, 403}:
            raise SourceFault(
                f"the key was refused (status {status})",
                f"see that the key in {self.source.access.variable}, or in the file of secrets, is right",
                stops=True,
            )
        if status == 429:
            fault = SourceFault("too many requests (status 429)", "try again later", stops=True)
            raise _Passing(fault, retry_after(answer, self.clock.moment().timestamp()) or PAUSE)
        if status >= 500:
            fault = SourceFault(f"the source has trouble of its own (status {status})", "try again later")
            raise _Passing(fault, retry_after(answer, self.clock.moment().timestamp()))
        if 300 <= status < 400:
            raise SourceFault(f"redirects are not followed (status {status})", stops=True)
        if status not in {200, 404}:
            raise SourceFault(f"the source could not make sense of the request (status {status})")
        if not answer.complete:
            if len(answer.body) >= BODY_LIMIT:
                raise SourceFault(f"the answer has more than {BODY_LIMIT // 1024 // 1024} MiB")
            raise _Passing(SourceFault("the answer broke off"))
        return answer
