"""What a run did for each endpoint, for people and machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, DisabledWhy
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.ledger import EndpointState, Result

# A worker that runs for months must not remember all of it.
_MOST_NOTES = 20
_OFF = {
    DisabledWhy.GONE: "its address answered 410 Gone",
    DisabledWhy.FAILING: "it failed for days and took nothing",
    DisabledWhy.BY_HAND: "it was switched off by hand",
}


@dataclass(slots=True)
class EndpointReport:
    """What a run did for one endpoint.

    Attributes:
        delivered: How many events it took in this run.
        waiting: How many are still to be delivered.
        in_hand: How many of these another run, or a worker, is delivering at this moment.
        failed: How many were given up in this run.
        cancelled: How many were cancelled in this run, because it was switched off or has left publisher.toml.
        set_aside: How many were set aside in this run.
        given_up: How many were given up in all, in this run and before.
        known: Whether publisher.toml still names it.
        next_at: When the next of those that wait is due, in seconds since 1970.
        notes: What went wrong, each once, for people.
    """

    name: str
    delivered: int = 0
    waiting: int = 0
    in_hand: int = 0
    failed: int = 0
    cancelled: int = 0
    set_aside: int = 0
    given_up: int = 0
    known: bool = True
    next_at: float | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember what went wrong, once; of what nobody would read to the end, the beginning."""
        if text not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(text)

    @property
    def undelivered(self) -> int:
        """Count what was not delivered, and nobody else is delivering, of what this run had to do with."""
        gone = self.cancelled if self.known else 0
        return self.waiting - self.in_hand + self.failed + self.set_aside + gone

    @property
    def troubled(self) -> bool:
        """Tell whether something is left undone that somebody should know of."""
        return self.undelivered > 0


class Listener:
    """Hears of what a run does while it does it; this one does nothing, subclasses may."""

    def begun(self, waiting: int) -> None:
        """Hear that deliveries begin, and how many wait."""

    def settled(self, result: Result) -> None:
        """Hear of a try that has ended."""

    def set_aside(self, endpoint: str, event_id: str) -> None:
        """Hear of a delivery that is not tried any more."""

    def switched_off(self, endpoint: str, why: DisabledWhy) -> None:
        """Hear of an endpoint that nothing is sent to from now on."""

    def resting(self, until: float) -> None:
        """Hear that nothing is due before a moment, in seconds since 1970."""

    def ended(self) -> None:
        """Hear that nothing is on its way any more."""


class Reports:
    """The reports of a run, by endpoint, as they grow."""

    def __init__(self, listener: Listener | None = None) -> None:
        """Take who wants to hear of it while it happens."""
        self.by_name: dict[str, EndpointReport] = {}
        self.listener = listener or Listener()
        self._off: set[tuple[str, str]] = set()

    def of(self, endpoint: str) -> EndpointReport:
        """Return an endpoint's report."""
        return self.by_name.setdefault(endpoint, EndpointReport(endpoint))

    def settled(self, result: Result) -> None:
        """Take note of a result."""
        report = self.of(result.claim.endpoint)
        if result.state is DeliveryState.DELIVERED:
            report.delivered += 1
        elif result.state is DeliveryState.FAILED:
            report.failed += 1
            report.note(
                f"{result.claim.event_id} was given up after {result.claim.attempt} tries: {result.outcome}"
            )
        else:
            report.note(result.outcome)
        self.listener.settled(result)

    def set_aside(self, endpoint: str, event_id: str) -> None:
        """Take note of a delivery that is not tried any more."""
        report = self.of(endpoint)
        report.set_aside += 1
        self.listener.set_aside(endpoint, event_id)
        report.note(
            f"{event_id} was set aside: whoever sent it died of it, again and again; `publisher deliveries show "
            f"{event_id}` tells when"
        )

    def learned(self, states: Mapping[tuple[str, str], EndpointState]) -> None:
        """Take note of endpoints that are switched off."""
        for address, state in states.items():
            if state.disabled_why is None:
                self._off.discard(address)
                continue
            name, _ = address
            self.switched_off(self.of(name), state.disabled_why)
            if address not in self._off:
                self._off.add(address)
                self.listener.switched_off(name, state.disabled_why)

    def switched_off(self, report: EndpointReport, why: DisabledWhy) -> None:
        """Take note of an endpoint that is switched off."""
        report.note(f"{switched_off(why)}; {advice(report.name, why)}")


def left_alone(seconds: float) -> str:
    """Say that nothing is sent to an endpoint, or a hub, for so many seconds: it was in trouble, or asked for patience."""
    return f"it is left alone for now: next try in {duration_in_words(seconds)}"


def taken_nothing(seconds: float) -> str:
    """Say that an endpoint has failed for so many seconds."""
    return f"it has taken nothing for {duration_in_words(seconds)}"


def switched_off(why: DisabledWhy) -> str:
    """Say that nothing is sent to an endpoint, and why."""
    return f"it is switched off: {_OFF[why]}"


def missed(number: int) -> str:
    """Say how many deliveries were cancelled with an endpoint that takes events again, and were not sent since."""
    return "1 delivery was cancelled" if number == 1 else f"{number} deliveries were cancelled"


def resending(name: str) -> str:
    """Say how what an endpoint missed is sent after all."""
    return f"`publisher deliveries resend --endpoint {name} --state cancelled`"


def advice(name: str, why: DisabledWhy) -> str:
    """Say what to do about an endpoint that is switched off."""
    first = (
        "name its new address in publisher.toml"
        if why is DisabledWhy.GONE
        else f"switch it on with `publisher endpoints enable {name}`"
    )
    return f"{first}, then send what it missed: {resending(name)}"
