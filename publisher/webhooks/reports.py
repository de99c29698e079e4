"""What a run did for each endpoint, for people and machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, DisabledWhy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.ledger import EndpointState, Result

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
    failed: int = 0
    cancelled: int = 0
    set_aside: int = 0
    given_up: int = 0
    known: bool = True
    next_at: float | None = None
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Remember what went wrong, once."""
        if text not in self.notes:
            self.notes.append(text)

    @property
    def troubled(self) -> bool:
        """Tell whether something is left undone that somebody should know of."""
        return bool(self.waiting or self.failed or self.set_aside or (self.known and self.cancelled))


class Reports:
    """The reports of a run, by endpoint, as they grow."""

    def __init__(self, heard: Callable[[Result], None] | None = None) -> None:
        """Take who wants to hear of each result."""
        self.by_name: dict[str, EndpointReport] = {}
        self._heard = heard

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
        if self._heard is not None:
            self._heard(result)

    def set_aside(self, endpoint: str, event_id: str) -> None:
        """Take note of a delivery that is not tried any more."""
        report = self.of(endpoint)
        report.set_aside += 1
        report.note(
            f"{event_id} was set aside: whoever sent it died of it, again and again; `publisher deliveries show "
            f"{event_id}` tells when"
        )

    def learned(self, states: Mapping[tuple[str, str], EndpointState]) -> None:
        """Take note of endpoints that are switched off."""
        for (name, _), state in states.items():
            if state.disabled_why is not None:
                self.switched_off(self.of(name), state.disabled_why)

    def switched_off(self, report: EndpointReport, why: DisabledWhy) -> None:
        """Take note of an endpoint that is switched off."""
        report.note(f"{switched_off(why)}; {advice(report.name, why)}")


def switched_off(why: DisabledWhy) -> str:
    """Say that nothing is sent to an endpoint, and why."""
    return f"it is switched off: {_OFF[why]}"


def advice(name: str, why: DisabledWhy) -> str:
    """Say what to do about an endpoint that is switched off."""
    first = (
        "name its new address in publisher.toml"
        if why is DisabledWhy.GONE
        else f"switch it on with `publisher endpoints enable {name}`"
    )
    return f"{first}, then send what it missed: `publisher deliveries resend --endpoint {name} --state cancelled`"
