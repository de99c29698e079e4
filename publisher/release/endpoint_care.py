"""How the site's endpoints are, and what people do about them: switch them off and on, try them."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, DisabledWhy, EndpointState, Ledger
from publisher.ledger.selections import Selection
from publisher.net import Client
from publisher.site import keep_private
from publisher.webhooks import ANSWER_LIMIT, endpoint_keys, find_endpoint, recipients
from publisher.webhooks.standing import Standing, endpoint_standing, troubled
from publisher.webhooks.trial import Trial, send_ping

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from publisher.ledger.backlog import Backlog
    from publisher.ledger.delivery_rows import Attempt
    from publisher.site import Endpoint, Site

_LAST_TRIES = 10


@dataclass(frozen=True, slots=True)
class EndpointHealth:
    """An endpoint, and how it is.

    Attributes:
        endpoint: As publisher.toml has it; None where that names it no longer.
        word: off, paused, failing, well, new or gone.
        standing: More of it.
        counts: How many deliveries stand where.
        missed: How many were cancelled because it was off or away, and were neither sent nor let go since.
        twins: Other endpoints with the same address.
        attempts: The last tries, the last first, each with its event; only where they were asked for.
    """

    name: str
    endpoint: Endpoint | None
    state: EndpointState
    word: str
    standing: Standing
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    missed: int = 0
    twins: tuple[str, ...] = ()
    attempts: tuple[tuple[str, Attempt], ...] = ()


@dataclass(frozen=True, slots=True)
class Switched:
    """What switching an endpoint off or on did.

    Attributes:
        before: What was known of it.
        cancelled: How much that waited was cancelled.
        resendable: How many deliveries that were cancelled can be sent again.
        backlog: What it was given of what was announced before; None where none was asked for.
    """

    before: EndpointState
    cancelled: int = 0
    resendable: int = 0
    backlog: Backlog | None = None


def endpoint_healths(site: Site, now: datetime) -> list[EndpointHealth]:
    """Say how each endpoint is: those of publisher.toml in its order, then others that something waits for.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    known = _Known()
    ledger = Ledger.peek(site.state)
    if ledger is not None:
        with ledger:
            known = _Known.of(ledger, site.endpoints, now)
    counts = known.counts
    found = [_health(endpoint, site, known, now) for endpoint in site.endpoints]
    names = {endpoint.name for endpoint in site.endpoints}
    left = [name for name in sorted(counts.keys() - names) if counts[name].get(DeliveryState.WAITING)]
    return [
        *found,
        *(
            EndpointHealth(
                name,
                None,
                EndpointState(),
                "gone",
                Standing("it is no longer in publisher.toml"),
                counts[name],
            )
            for name in left
        ),
    ]


def endpoint_health(site: Site, name: str, now: datetime) -> EndpointHealth:
    """Say all there is to know of one endpoint.

    Raises:
        UsageError: The site has none of that name.
        EnvironmentFault: The ledger cannot be used.
    """
    endpoint = find_endpoint(site, name)
    ledger = Ledger.peek(site.state)
    if ledger is None:
        return _health(endpoint, site, _Known(), now)
    with ledger:
        health = _health(endpoint, site, _Known.of(ledger, [endpoint], now), now)
        return replace(health, attempts=tuple(ledger.deliveries.latest_attempts(name, _LAST_TRIES)))


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger knows of endpoints, each by name.

    Attributes:
        states: How they are at their present addresses.
        counts: How many deliveries stand where.
        missed: How many were cancelled, and neither sent nor let go since.
        failures: Of those in trouble, what came of the last event that they did not take.
    """

    states: Mapping[str, EndpointState] = field(default_factory=dict)
    counts: Mapping[str, Mapping[DeliveryState, int]] = field(default_factory=dict)
    missed: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ledger: Ledger, endpoints: Sequence[Endpoint], now: datetime) -> _Known:
        addresses = {endpoint.name: endpoint.url for endpoint in endpoints}
        states = ledger.endpoints.present(addresses)
        return cls(
            states=states,
            counts=ledger.deliveries.counts(),
            missed=ledger.deliveries.missed(),
            failures=ledger.deliveries.last_failures(troubled(addresses, states, now.timestamp())),
        )


def _health(endpoint: Endpoint, site: Site, known: _Known, now: datetime) -> EndpointHealth:
    name = endpoint.name
    state = known.states.get(name, EndpointState())
    word, standing = endpoint_standing(state, now.timestamp(), known.failures.get(name))
    twins = tuple(
        other.name for other in site.endpoints if other.url == endpoint.url and other.name != endpoint.name
    )
    return EndpointHealth(
        name, endpoint, state, word, standing, known.counts.get(name, {}), known.missed.get(name, 0), twins
    )


def disable_endpoint(site: Site, name: str, now: datetime) -> Switched:
    """Switch an endpoint off by hand, whichever address it has or gets: what waits is cancelled, and can be sent again later.

    Raises:
        UsageError: The site has none of that name.
        EnvironmentFault: The ledger cannot be used.
    """
    endpoint = find_endpoint(site, name)

    def off(state: EndpointState) -> EndpointState:
        # One that is off because of its address is off by its name from now on.
        at = now.timestamp() if state.disabled_at is None else state.disabled_at
        return replace(state, disabled_at=at, disabled_why=DisabledWhy.BY_HAND)

    with _opened(site) as ledger:
        before, cancelled = ledger.endpoints.change(name, endpoint.url, off)
    return Switched(before, cancelled)


def enable_endpoint(site: Site, name: str, now: datetime, *, backlog: int = 0) -> Switched:
    """Switch an endpoint on, forget its troubles, and end its pause.

    Args:
        site: The site.
        name: Of the endpoint.
        now: The time; aware.
        backlog: Of how many of the newest live reviews it is to be sent the newest event, in the bytes and under the ids
            that others got.

    Raises:
        UsageError: The site has none of that name.
        EnvironmentFault: The ledger cannot be used.
    """
    endpoint, at = find_endpoint(site, name), now.timestamp()

    def on(state: EndpointState) -> EndpointState:
        return replace(
            state,
            not_before=None,
            failures=0,
            refusals=0,
            failing_since=None,
            disabled_at=None,
            disabled_why=None,
        )

    with _opened(site) as ledger:
        before, _ = ledger.endpoints.change(name, endpoint.url, on)
        given = None
        if backlog:
            (to,) = (one for one in recipients(site.webhooks) if one.endpoint == name)
            given = ledger.deliveries.give_backlog(to, backlog, at)
        cancelled = Selection(endpoints=frozenset({name}), states=frozenset({DeliveryState.CANCELLED}))
        resendable = sum(
            batch.number
            for batch in ledger.deliveries.tally(cancelled, at)
            if not batch.taken_back and not batch.ping
        )
    return Switched(before, resendable=resendable, backlog=given)


def ping_endpoint(
    site: Site,
    name: str,
    *,
    clock: Callable[[], float] = time.time,
    client: Client | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Trial:
    """Send an endpoint a signed ping, once, whether it is paused, switched off or well; nothing of that changes by it.

    Args:
        site: The site.
        name: Of the endpoint.
        clock: Answers the real time in seconds since 1970; signatures need it.
        client: The way out; default: the guarded one, as the site's configuration allows.
        environment: The variables that secrets may stand in.

    Raises:
        UsageError: The site has none of that name.
        ConfigurationError: Its secret is missing or wrong.
        EnvironmentFault: The ledger cannot be used.
    """
    endpoint = find_endpoint(site, name)
    keys = endpoint_keys(site, endpoint, clock(), environment)
    with _opened(site) as ledger:
        return send_ping(
            ledger, endpoint, keys, client or Client(allow=site.allow, body_limit=ANSWER_LIMIT), clock
        )


def _opened(site: Site) -> Ledger:
    """Open the ledger, which is made where there is none."""
    keep_private(site.state)
    return Ledger.open(site.state)
