"""One run of deliveries: what is due goes out, and it is told what became of it, endpoint by endpoint."""

from __future__ import annotations

import math
import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, EndpointState, Form, Recipient, Share, left_alone_until
from publisher.values.durations import duration_in_words
from publisher.webhooks.courier import Courier, Partners
from publisher.webhooks.reports import EndpointReport, Listener, Reports, missed, resending
from publisher.webhooks.schedule import Policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.ledger import Ledger
    from publisher.site import Endpoint, Webhooks
    from publisher.webhooks.attempt import WayOut
    from publisher.webhooks.signing import SigningKeys

#: What waits for an endpoint that has left publisher.toml waits so many seconds for it to come back.
AGE_LIMIT = 3 * 24 * 3600.0
#: An endpoint that takes nothing for so many seconds is warned of, long before it is switched off.
LONG_FAILURE = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Whom a site writes to, and with which signatures.

    Attributes:
        webhooks: The endpoints, and how they are treated.
        keys: Answers what messages to an endpoint are signed with at a time, in seconds since 1970; None where it is to
            be left out for now.
    """

    webhooks: Webhooks
    keys: Callable[[Endpoint, float], SigningKeys | None]


def recipients(webhooks: Webhooks) -> list[Recipient]:
    """Return the endpoints as events are addressed to them."""
    return [
        Recipient(
            endpoint=endpoint.name,
            url=endpoint.url,
            types=frozenset(endpoint.events),
            form=Form.FULL if endpoint.full else Form.SUMMARY,
        )
        for endpoint in webhooks.endpoints
    ]


@dataclass(frozen=True, slots=True)
class Round:
    """How a courier goes its round.

    Attributes:
        wait: For how many seconds to go on while something waits; 0 delivers what is due, infinity goes on for ever.
        stop: When it is set, what is under way is finished, and no more is begun.
        listener: Hears of all there is to hear of.
        chance: Answers a number from 0 to 1, for delays.
    """

    wait: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    listener: Listener = field(default_factory=Listener)
    chance: Callable[[], float] = random.random


def deliver(
    ledger: Ledger,
    current: Callable[[], Correspondence],
    client: WayOut,
    clock: Callable[[], float],
    round: Round | None = None,
) -> list[EndpointReport]:
    """Deliver what is due; others may be at it at the same time.

    Args:
        ledger: Where the deliveries wait.
        current: Answers whom the site writes to; asked again and again, because that may change.
        client: The way out.
        clock: Answers the time in seconds since 1970.
        round: How it is gone about; default: what is due, once.

    Returns:
        What became of it: the site's endpoints first, then those that it does not name any more.

    Raises:
        EnvironmentFault: The ledger cannot be used; what was sent and not recorded is sent again by the next run.
        ConfigurationError: A secret is missing or wrong.
    """
    going = round or Round()
    reports = Reports(going.listener)
    before = ledger.deliveries.counts()
    courier = Courier(
        ledger=ledger,
        partners=_PartnersNow(current, going.chance),
        client=client,
        clock=clock,
        reports=reports,
        stop=going.stop,
    )
    going.listener.begun(sum(states.get(DeliveryState.WAITING, 0) for states in before.values()))
    courier.run(going.wait)
    going.listener.ended()
    webhooks, now = current().webhooks, clock()
    known = {endpoint.name: endpoint.url for endpoint in webhooks.endpoints}
    for name in sorted(ledger.deliveries.waiting().keys() - known.keys()):
        _without_endpoint(ledger, reports.of(name), now)
    _cancel_for_those_off(ledger, known, now)
    return _summed_up(ledger, reports, known, before, now)


@dataclass(slots=True)
class _PartnersNow:
    """Answers whom the site writes to, made anew only where that has changed: it is asked twice for every batch."""

    current: Callable[[], Correspondence]
    chance: Callable[[], float]
    _last: Correspondence | None = field(default=None, init=False)
    _made: Partners | None = field(default=None, init=False)

    def __call__(self) -> Partners:
        correspondence = self.current()
        if self._made is None or correspondence is not self._last:
            self._last, self._made = correspondence, _partners(correspondence, self.chance)
        return self._made


def _partners(correspondence: Correspondence, chance: Callable[[], float]) -> Partners:
    webhooks = correspondence.webhooks
    by_name = {endpoint.name: endpoint for endpoint in webhooks.endpoints}
    return Partners(
        shares=tuple(
            Share(endpoint.name, endpoint.url, endpoint.concurrency, endpoint.rate)
            for endpoint in webhooks.endpoints
        ),
        keys=lambda name, now: correspondence.keys(by_name[name], now),
        concurrency=webhooks.concurrency,
        policy=Policy(webhooks.disable_after, chance),
    )


def _without_endpoint(ledger: Ledger, report: EndpointReport, now: float) -> None:
    report.known = False
    if ledger.deliveries.abandon(report.name, now - AGE_LIMIT, now):
        report.note("it left publisher.toml more than three days ago: what it was still to get was cancelled")
    else:
        report.note("it is no longer in publisher.toml; its events wait for three days in case it comes back")


def _cancel_for_those_off(ledger: Ledger, known: dict[str, str], now: float) -> None:
    """Cancel what waits for an address that was switched off before publisher.toml came to name it."""
    waiting = ledger.deliveries.waiting()
    for name, state in ledger.endpoints.present(known).items():
        if state.disabled_at is not None and waiting.get(name):
            ledger.deliveries.abandon(name, math.inf, now)


def _summed_up(
    ledger: Ledger,
    reports: Reports,
    known: dict[str, str],
    before: dict[str, dict[DeliveryState, int]],
    now: float,
) -> list[EndpointReport]:
    counts, in_hand, moments, states = (
        ledger.deliveries.counts(),
        ledger.queue.in_hand(now),
        ledger.queue.next_moments(),
        ledger.endpoints.present(known),
    )
    left = ledger.deliveries.missed()
    found = [reports.of(name) for name in dict.fromkeys([*known, *reports.by_name])]
    for report in found:
        here, earlier = counts.get(report.name, {}), before.get(report.name, {})
        report.waiting = here.get(DeliveryState.WAITING, 0)
        report.in_hand = min(in_hand.get(report.name, 0), report.waiting)
        report.given_up = here.get(DeliveryState.FAILED, 0)
        report.cancelled = here.get(DeliveryState.CANCELLED, 0) - earlier.get(DeliveryState.CANCELLED, 0)
        state = states.get(report.name, EndpointState())
        if state.disabled_why is not None:
            reports.switched_off(report, state.disabled_why)
        elif report.waiting > report.in_hand and report.known:
            report.next_at = max(moments.get(report.name, now), left_alone_until(state, now) or 0.0)
            report.note(f"the next try is due in {duration_in_words(max(1.0, report.next_at - now))}")
        if (
            state.disabled_why is None
            and state.failing_since is not None
            and now - state.failing_since >= LONG_FAILURE
        ):
            report.note(f"it has taken nothing for {duration_in_words(now - state.failing_since)}")
        if state.disabled_why is None and report.name in known and left.get(report.name):
            report.note(
                f"{missed(left[report.name])} while it was off or away; {resending(report.name)} sends them"
            )
    return found
