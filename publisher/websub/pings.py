"""Pings: each hub is told which topics have other bytes than it was told of last.

A topic is the address of one file of a feed, the file's `rel=self`. WebSub (W3C Recommendation 2018, section 6) leaves
it to publisher and hub how one tells the other. Hubs take what PubSubHubbub 0.3, section 7.1, laid down: a form with
`hub.mode=publish` and `hub.url`; some read `hub.topic` in its place, and so both are sent.

What a hub was told is recorded when it has answered. A process that dies in between tells it once more, and the hub
finds nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from publisher.net import FetchFault
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


@dataclass(slots=True)
class HubReport:
    """What a run did for one hub, or would do.

    Attributes:
        url: Its address.
        told: How many topics it was told of in this run.
        waiting: How many it is still to be told of.
        not_before: When it wants to be asked again, in seconds since 1970; known of what it would do alone.
        notes: What went wrong, each once, for people.
    """

    url: str
    told: int = 0
    waiting: int = 0
    not_before: float | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember what went wrong, once."""
        if text not in self.notes:
            self.notes.append(text)


def tell_hubs(
    ledger: Ledger, hubs: Iterable[str], topics: Mapping[str, str], client: Client, clock: Callable[[], float]
) -> list[HubReport]:
    """Tell every hub which topics have changed since it was last told, hub by hub.

    A hub that cannot be reached, is in trouble or asks for patience is left alone until the next run. Where it refuses
    one topic, it is told of the others all the same.

    Args:
        ledger: Where it is kept what each was told.
        hubs: Their addresses.
        topics: The SHA-256 of the bytes that each topic has now, in hexadecimal by address; the most important first.
        client: The way out.
        clock: Answers the time in seconds since 1970.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    reports = []
    for hub, due in untold(ledger, hubs, topics).items():
        report = HubReport(hub)
        reports.append(report)
        _Turn(ledger, client, clock, report).work_off({topic: topics[topic] for topic in due})
        report.waiting = len(due) - report.told
    return reports


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
    """One hub's turn."""

    ledger: Ledger
    client: Client
    clock: Callable[[], float]
    report: HubReport
    refused: int = 0
    seconds: float = 0.0

    def work_off(self, due: Mapping[str, str]) -> None:
        patience = (self.ledger.hubs.not_before(self.report.url) or 0) - self.clock()
        # Nobody can ask for more than the longest wait; more than that is what a clock that stood wrong has left.
        if due and 0 < patience <= LONGEST_WAIT:
            self.report.note(f"it asked for patience: next try in {duration_in_words(patience)}")
            return
        for topics in _portions(self.report.url, tuple(due)):
            if self.seconds > RUN_SECONDS:
                self.report.note("it was slow, and is told the rest by the next run")
                return
            if not self._ping({topic: due[topic] for topic in topics}):
                return

    def _ping(self, topics: Mapping[str, str]) -> bool:
        """Tell the hub of some topics, and say whether to go on."""
        hub = self.report.url
        try:
            answer = self.client.post(hub, headers=_FORM, body=ping_body(tuple(topics)))
        except FetchFault as fault:
            self.report.note(f"{fault.kind}: {fault.message}")
            return False
        self.seconds += answer.seconds
        if 200 <= answer.status < 300:
            self.ledger.hubs.tell(hub, topics, self.clock())
            self.report.told += len(topics)
            return True
        return self._refused(answer)

    def _refused(self, answer: Answer) -> bool:
        status = answer.status
        self.report.note(_meaning(answer))
        patience = retry_after(answer, self.clock()) if status in {429, 503} else None
        if patience is not None:
            self.ledger.hubs.set_not_before(self.report.url, self.clock() + patience)
        if status >= 500 or status < 400 or status in _TRANSIENT:
            return False
        self.refused += 1
        return self.report.told > 0 or self.refused < REFUSALS_LIMIT


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
