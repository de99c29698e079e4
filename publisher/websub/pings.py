"""Pings: each hub is told which topics have other bytes than it was told of last.

A topic is the address of one file of a feed, the file's `rel=self`. WebSub (W3C Recommendation 2018, section 6) leaves
it to publisher and hub how one tells the other. Hubs take what PubSubHubbub 0.3, section 7.1, laid down: a form with
`hub.mode=publish` and `hub.url`; some read `hub.topic` in its place, and so both are sent.

What a hub was told, and what it answered, is recorded when it has answered. A process that dies in between tells it once more, and the hub
finds nothing new.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from publisher.ledger import HubRequest
from publisher.net import FaultKind, FetchFault
from publisher.net.retry_after import LONGEST_WAIT, retry_after
from publisher.values.characters import printable
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from publisher.ledger import Ledger
    from publisher.net import Answer, Client

#: A hub that kept a run waiting for so many seconds is told the rest by the next.
RUN_SECONDS = 60.0
#: A hub that refused so many topics, and took none, is not asked for others in the same run.
REFUSALS_LIMIT = 5

# Hosts of hubs that say that `hub.url` may be repeated. Others read the first or the last of several, leave the rest
# out and answer 2xx all the same.
_TAKES_MANY = {"pubsubhubbub.appspot.com"}
_AT_ONCE = 50
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_TRANSIENT = {408, 425, 429}
# What is there to stay until somebody mends publisher.toml.
_LASTING = {FaultKind.URL, FaultKind.REFUSED_ADDRESS}
# So many seconds a hub in trouble that asks for none is left alone by a run that waits: after the first time, the second, ...
_PAUSES = (5.0, 30.0, 120.0, 300.0)
_LOOK_AGAIN = 1.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long hubs are waited for that are in trouble, or ask for patience.

    Attributes:
        seconds: For how long; 0 asks each once.
        stop: When it is set, no hub is asked any more.
        resting: Hears that none is asked before a moment, in seconds since 1970.
    """

    seconds: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    resting: Callable[[float], None] = lambda _: None


@dataclass(slots=True)
class HubReport:
    """What a run did for one hub, or would do.

    Attributes:
        url: Its address.
        told: How many topics it was told of in this run.
        waiting: How many it is still to be told of.
        not_before: When it wants to be asked again, in seconds since 1970; None when it said nothing of that.
        notes: What went wrong and is not mended, each once, for people.
        last: What came of the last request, where that failed, for people; known of what a run would do alone.
    """

    url: str
    told: int = 0
    waiting: int = 0
    not_before: float | None = None
    notes: list[str] = field(default_factory=list)
    last: str | None = None

    def note(self, text: str) -> None:
        """Remember what went wrong, once."""
        if text not in self.notes:
            self.notes.append(text)


def tell_hubs(
    ledger: Ledger,
    hubs: Iterable[str],
    topics: Mapping[str, str],
    client: Client,
    clock: Callable[[], float],
    patience: Patience | None = None,
) -> list[HubReport]:
    """Tell every hub which topics have changed since it was last told, hub by hub.

    A hub that cannot be reached, is in trouble or asks for patience is left alone for a while; if that ends while there
    is patience, it is asked again, and otherwise by the next run. Where it refuses one topic, it is told of the others
    all the same; what it refuses it is not asked again.

    Args:
        ledger: Where it is kept what each was told.
        hubs: Their addresses.
        topics: The SHA-256 of the bytes that each topic has now, in hexadecimal by address; the most important first.
        client: The way out.
        clock: Answers the time in seconds since 1970.
        patience: How long to wait for those in trouble; default: not at all.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    going = patience or Patience()
    until = time.monotonic() + going.seconds
    turns = [
        _Turn(ledger, client, clock, HubReport(hub), going.stop, {topic: topics[topic] for topic in due})
        for hub, due in untold(ledger, hubs, topics).items()
    ]
    for turn in turns:
        turn.take()
    while _rested(turns, going, until, clock):
        for turn in turns:
            if turn.again_at is not None and turn.again_at <= clock():
                turn.take_again()
    return [turn.report for turn in turns]


def _rested(turns: Sequence[_Turn], going: Patience, until: float, clock: Callable[[], float]) -> bool:
    """Wait until a hub may be asked again; False when that is not in time, or when it is time to stop."""
    moments = [turn.again_at for turn in turns if turn.again_at is not None]
    while moments and not going.stop.is_set():
        left, seconds = until - time.monotonic(), min(moments) - clock()
        if left <= max(0.0, seconds):
            return False
        if seconds <= 0:
            return True
        going.resting(min(moments))
        going.stop.wait(min(seconds, _LOOK_AGAIN))
    return False


def untold(
    ledger: Ledger | None, hubs: Iterable[str], topics: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return the topics that each hub is to be told of; otherwise as `tell_hubs`. Without a ledger, all are.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    found = {}
    for hub in dict.fromkeys(hubs):
        told = ledger.hubs.told(hub) if ledger is not None else {}
        found[hub] = tuple(topic for topic, sha256 in topics.items() if told.get(topic) != sha256)
    return found


@dataclass(slots=True)
class _Turn:
    """One hub's turn.

    Attributes:
        due: What it is still to be told of, as `tell_hubs` has it.
        again_at: When there is sense in asking it again, in seconds since 1970; None when there is none.
    """

    ledger: Ledger
    client: Client
    clock: Callable[[], float]
    report: HubReport
    stop: threading.Event
    due: dict[str, str]
    again_at: float | None = None
    _before: Mapping[str, str] = field(default_factory=dict)
    _troubles: int = 0
    _refused: int = 0
    _seconds: float = 0.0

    def take(self) -> None:
        """Tell the hub what is due, and take note of what is left."""
        self.report.notes.clear()
        self.report.not_before = self.again_at = None
        self._refused, self._seconds = 0, 0.0
        self._work_off()
        self.report.waiting = len(self.due)
        self._before = self.ledger.hubs.told(self.report.url) if self.again_at is not None else {}

    def take_again(self) -> None:
        """Tell it the rest, but for what another run has told it meanwhile."""
        told = self.ledger.hubs.told(self.report.url)
        self.due = {
            topic: sha256 for topic, sha256 in self.due.items() if told.get(topic) == self._before.get(topic)
        }
        self.take()

    def _work_off(self) -> None:
        patience = (self.ledger.hubs.not_before(self.report.url) or 0) - self.clock()
        # Nobody can ask for more than the longest wait; more than that is what a clock that stood wrong has left.
        if self.due and 0 < patience <= LONGEST_WAIT:
            self.report.note(f"it asked for patience: next try in {duration_in_words(patience)}")
            self.report.not_before = self.again_at = self.clock() + patience
            return
        for topics in _portions(self.report.url, tuple(self.due)):
            if self.stop.is_set():
                return
            if self._seconds > RUN_SECONDS:
                self.report.note("it was slow, and is told the rest by the next run")
                self.again_at = self.clock()
                return
            if not self._ping(topics):
                return

    def _ping(self, topics: Sequence[str]) -> bool:
        """Tell the hub of some topics, and say whether to go on."""
        hub, at = self.report.url, self.clock()
        try:
            answer = self.client.post(hub, headers=_FORM, body=ping_body(topics))
        except FetchFault as fault:
            outcome = f"{fault.kind}: {fault.message}"
            self.report.note(outcome)
            self._record(topics, at, None, outcome)
            if fault.kind not in _LASTING:
                self._pause()
            return False
        self._seconds += answer.seconds
        if not 200 <= answer.status < 300:
            return self._refused_by(answer, topics, at)
        self._record(topics, at, answer.status, "told", taken=True)
        self.report.told += len(topics)
        for topic in topics:
            del self.due[topic]
        self._troubles = 0
        return True

    def _refused_by(self, answer: Answer, topics: Sequence[str], at: float) -> bool:
        status, outcome = answer.status, _meaning(answer)
        patience = retry_after(answer, self.clock()) if status in {429, 503} else None
        if patience is not None:
            outcome += f"; it asks to be left alone for {duration_in_words(patience)}"
            self.report.not_before = self.clock() + patience
        self.report.note(outcome)
        self._record(topics, at, status, outcome)
        if status >= 500 or status in _TRANSIENT:
            self._pause(patience)
            return False
        if status < 400:
            return False
        self._refused += 1
        return self.report.told > 0 or self._refused < REFUSALS_LIMIT

    def _pause(self, patience: float | None = None) -> None:
        """Leave it alone for as long as it asks, or for longer each time."""
        pause = _PAUSES[min(self._troubles, len(_PAUSES) - 1)]
        self._troubles += 1
        self.again_at = self.clock() + (pause if patience is None else patience)

    def _record(
        self, topics: Sequence[str], at: float, status: int | None, outcome: str, *, taken: bool = False
    ) -> None:
        request = HubRequest(self.report.url, tuple(topics), at, taken, status, outcome)
        told = {topic: self.due[topic] for topic in topics}
        self.ledger.hubs.record(request, told, not_before=None if taken else self.report.not_before)


def ping_body(topics: Sequence[str]) -> bytes:
    """Write the form that tells a hub of topics."""
    fields = [("hub.mode", "publish"), *(("hub.url", topic) for topic in topics)]
    if len(topics) == 1:
        fields.append(("hub.topic", topics[0]))
    return urlencode(fields).encode("ascii")


def _portions(hub: str, topics: Sequence[str]) -> Iterator[Sequence[str]]:
    size = _AT_ONCE if urlsplit(hub).hostname in _TAKES_MANY else 1
    for start in range(0, len(topics), size):
        yield topics[start : start + size]


def _meaning(answer: Answer) -> str:
    """Say what a status other than 2xx means for the editor."""
    status = answer.status
    if 300 <= status < 400:
        place = printable(answer.headers.get("location", ""))
        moved = f"it has moved to {place}" if place else "it has moved"
        return f"it answered {status}: {moved}; redirects are not followed, put the new address into publisher.toml"
    advice = {
        401: "it takes nothing from this site; does one have to register there?",
        403: "it takes nothing from this site; does one have to register there?",
        404: "there is no hub; is the address in publisher.toml right?",
        405: "there is no hub; is the address in publisher.toml right?",
        410: "there is no hub any more; take it out of publisher.toml",
        429: "it asks for fewer requests",
    }
    meant = advice.get(status, "the hub is in trouble" if status >= 500 else "it refused what it was told")
    return f"it answered {status}: {meant}{_said(answer)}"


def _said(answer: Answer) -> str:
    """Quote the first line of what a hub says in plain text."""
    if not answer.headers.get("content-type", "").startswith("text/plain"):
        return ""
    lines = answer.body.decode("utf-8", errors="replace").strip().splitlines()
    return f" (“{printable(lines[0])}”)" if lines else ""
