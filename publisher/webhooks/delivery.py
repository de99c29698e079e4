"""Deliveries: what is waiting in the ledger goes to the endpoints, signed, one attempt a run.

Each attempt is recorded before it is made, and its outcome after. A process that dies in between leaves an attempt
without an end: the next run sends the event again under the same id, and the partner drops the repeat.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from publisher.ledger import Delivery, DeliveryState, EndpointState
from publisher.net import FetchFault
from publisher.net.retry_after import LONGEST_WAIT, retry_after
from publisher.values.characters import printable
from publisher.values.durations import duration_in_words
from publisher.webhooks.signing import Secret, signed_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.ledger import Ledger
    from publisher.net import Answer, Client
    from publisher.site import Endpoint

#: A delivery is given up when it was tried this often, and is this old in seconds.
ATTEMPTS_LIMIT = 8
AGE_LIMIT = 3 * 24 * 3600.0

_TRANSIENT = {408, 425, 429}


@dataclass(slots=True)
class EndpointReport:
    """What a run did for one endpoint.

    Attributes:
        delivered: How many events it took in this run.
        waiting: How many are still to be delivered.
        failed: How many were given up in this run.
        given_up: How many were given up in all, in this run and before.
        known: Whether publisher.toml still names it.
        notes: What went wrong, each once, for people.
    """

    name: str
    delivered: int = 0
    waiting: int = 0
    failed: int = 0
    given_up: int = 0
    known: bool = True
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember what went wrong, once."""
        if text not in self.notes:
            self.notes.append(text)


class _Then(Enum):
    """What an attempt means for the deliveries behind it."""

    GO_ON = auto()
    HOLD = auto()
    GIVE_UP = auto()


def deliver(
    ledger: Ledger,
    endpoints: Sequence[Endpoint],
    secrets: Mapping[str, Secret],
    client: Client,
    clock: Callable[[], float],
) -> list[EndpointReport]:
    """Try every delivery that is waiting once, in order, endpoint by endpoint.

    When an endpoint cannot be reached, or asks for patience, what stands behind waits for the next run: its events
    stay in order. When it refuses one event, the others are tried all the same.

    Args:
        ledger: Where the deliveries wait.
        endpoints: The endpoints of the site.
        secrets: Their secrets, by name.
        client: The way out.
        clock: Answers the time in seconds since 1970.
    """
    queues: dict[str, list[Delivery]] = {endpoint.name: [] for endpoint in endpoints}
    for delivery in ledger.waiting():
        queues.setdefault(delivery.endpoint, []).append(delivery)
    known = {endpoint.name: endpoint for endpoint in endpoints}
    reports = []
    for name, queue in queues.items():
        report = EndpointReport(name)
        reports.append(report)
        if name in known:
            _Run(ledger, known[name], secrets[name], client, clock, report).work_off(queue)
        else:
            _without_endpoint(ledger, queue, clock(), report)
    counts = ledger.counts()
    for report in reports:
        report.given_up = counts.get(report.name, {}).get(DeliveryState.FAILED, 0)
    return reports


def _without_endpoint(ledger: Ledger, queue: Sequence[Delivery], now: float, report: EndpointReport) -> None:
    report.known = False
    for delivery in queue:
        if now - delivery.committed_at >= AGE_LIMIT:
            ledger.give_up(delivery, now)
            report.failed += 1
            report.note(
                "it left publisher.toml more than three days ago: what it was still to get was given up"
            )
        else:
            report.waiting += 1
            report.note(
                "it is no longer in publisher.toml; its events wait for three days in case it comes back"
            )


@dataclass(slots=True)
class _Run:
    """One endpoint's turn."""

    ledger: Ledger
    endpoint: Endpoint
    secret: Secret
    client: Client
    clock: Callable[[], float]
    report: EndpointReport

    def work_off(self, queue: Sequence[Delivery]) -> None:
        asked = self.ledger.endpoint(self.endpoint.name, self.endpoint.url)
        if asked.gone_at is not None:
            self._gone(queue)
            return
        patience = (asked.not_before or 0) - self.clock()
        # Nobody can ask for more than the longest wait; more than that is what a clock that stood wrong has left.
        if queue and 0 < patience <= LONGEST_WAIT:
            self.report.waiting += len(queue)
            self.report.note(f"it asked for patience: next try in {duration_in_words(patience)}")
            return
        for number, delivery in enumerate(queue):
            then = self._attempt(delivery)
            if then is _Then.HOLD:
                self.report.waiting += len(queue) - number - 1
                return
            if then is _Then.GIVE_UP:
                self._gone(queue[number + 1 :])
                return

    def _gone(self, queue: Sequence[Delivery]) -> None:
        """Send nothing to an address that is gone for good; what waits, waits for another one."""
        for delivery in queue:
            if self.clock() - delivery.committed_at >= AGE_LIMIT:
                self.ledger.give_up(delivery, self.clock())
                self.report.failed += 1
            else:
                self.report.waiting += 1
        self.report.note(
            "its address answered 410 Gone: nothing more is sent there; name another in publisher.toml within "
            "three days, and what waits goes there"
        )

    def _attempt(self, delivery: Delivery) -> _Then:
        attempt = self.ledger.begin_attempt(delivery, self.endpoint.url, self.clock())
        headers = signed_headers(self.secret, delivery.event_id, int(self.clock()), delivery.body)
        try:
            answer = self.client.post(
                self.endpoint.url, headers={"content-type": "application/json", **headers}, body=delivery.body
            )
        except FetchFault as fault:
            unknown = " (it may have arrived)" if fault.sent else ""
            self._record(attempt, delivery, None, f"{fault.kind}: {fault.message}{unknown}")
            return _Then.HOLD
        if 200 <= answer.status < 300:
            self.report.delivered += 1
            self.ledger.end_attempt(
                attempt,
                delivery,
                state=DeliveryState.DELIVERED,
                status=answer.status,
                outcome="delivered" if answer.complete else "delivered; the answer's body was cut short",
                at=self.clock(),
            )
            return _Then.GO_ON
        return self._refused(attempt, delivery, answer)

    def _refused(self, attempt: int, delivery: Delivery, answer: Answer) -> _Then:
        if answer.status == 410:
            state = EndpointState(gone_at=self.clock())
            self.ledger.set_endpoint(self.endpoint.name, self.endpoint.url, state)
            self._record(attempt, delivery, answer.status, "it answered 410: it is gone for good")
            return _Then.GIVE_UP
        patience = retry_after(answer, self.clock()) if answer.status in {429, 503} else None
        if patience is not None:
            state = EndpointState(not_before=self.clock() + patience)
            self.ledger.set_endpoint(self.endpoint.name, self.endpoint.url, state)
        self._record(attempt, delivery, answer.status, _meaning(answer))
        transient = answer.status >= 500 or answer.status in _TRANSIENT
        return _Then.HOLD if transient else _Then.GO_ON

    def _record(self, attempt: int, delivery: Delivery, status: int | None, outcome: str) -> None:
        now = self.clock()
        tried = delivery.attempts + 1
        over = tried >= ATTEMPTS_LIMIT and now - delivery.committed_at >= AGE_LIMIT
        state = DeliveryState.FAILED if over else DeliveryState.WAITING
        self.ledger.end_attempt(attempt, delivery, state=state, status=status, outcome=outcome, at=now)
        if over:
            self.report.failed += 1
            self.report.note(f"{delivery.event_id} was given up after {tried} tries: {outcome}")
        else:
            self.report.waiting += 1
            self.report.note(outcome)


def _meaning(answer: Answer) -> str:
    """Say what a status other than 2xx means for the editor."""
    status = answer.status
    advice = {
        401: "the partner does not accept the signature; is the secret the same on both sides?",
        403: "the partner does not accept the signature; is the secret the same on both sides?",
        404: "nothing is there; is the endpoint's URL right?",
        405: "the address does not take POST; is the endpoint's URL right?",
        408: "the partner asks for another try",
        413: "the event is too large for the partner",
        425: "the partner asks for another try",
        429: "the partner asks for fewer requests",
    }
    if 300 <= status < 400:
        place = printable(answer.headers.get("location", ""))
        moved = f"it has moved to {place}" if place else "it has moved"
        return (
            f"it answered {status}: {moved}; redirects are not followed, put the new URL into publisher.toml"
        )
    said = advice.get(
        status, "the partner's site is in trouble" if status >= 500 else "the partner refused the event"
    )
    return f"it answered {status}: {said}"
