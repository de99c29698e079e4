"""How it stands with the deliveries to each endpoint, as the ledger knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, EndpointState
from publisher.net.retry_after import LONGEST_WAIT
from publisher.webhooks.standing import troubled

if TYPE_CHECKING:
    from publisher.ledger import DisabledWhy, Ledger
    from publisher.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointStatus:
    """How it stands with the deliveries to one endpoint.

    Attributes:
        known: Whether publisher.toml names it.
        waiting: How many deliveries wait.
        oldest: Since when the oldest of them does; aware.
        failed: How many were given up in all.
        set_aside: How many were set aside in all.
        not_before: When its address is asked again, where that is yet to come; aware.
        disabled: When it was switched off; aware.
        disabled_why: Why it was.
        failing: Since when it has taken nothing; aware.
        last_failure: Of one in trouble, what came of the last event that it did not take.
        missed: How many deliveries were cancelled while it was off or away, and were neither sent nor let go since.
    """

    name: str
    known: bool
    waiting: int = 0
    oldest: datetime | None = None
    failed: int = 0
    set_aside: int = 0
    not_before: datetime | None = None
    disabled: datetime | None = None
    disabled_why: DisabledWhy | None = None
    failing: datetime | None = None
    last_failure: str | None = None
    missed: int = 0


def endpoint_statuses(ledger: Ledger | None, site: Site, now: datetime) -> tuple[EndpointStatus, ...]:
    """Say how each endpoint stands: those of publisher.toml in its order, then others that something waits for.

    Args:
        ledger: None where nothing is known.
        site: The site.
        now: The moment; aware.
    """
    known = {endpoint.name: endpoint.url for endpoint in site.endpoints}
    if ledger is None:
        return tuple(EndpointStatus(name=name, known=True) for name in known)
    counts, oldest, missed = (
        ledger.deliveries.counts(),
        ledger.deliveries.oldest(),
        ledger.deliveries.missed(),
    )
    states = ledger.endpoints.present(known)
    failures = ledger.deliveries.last_failures(troubled(known, states, now.timestamp()))
    found = []
    for name in [*known, *sorted(oldest.keys() - known.keys())]:
        here, state = counts.get(name, {}), states.get(name, EndpointState())
        found.append(
            EndpointStatus(
                name=name,
                known=name in known,
                waiting=here.get(DeliveryState.WAITING, 0),
                oldest=moment_in_zone(oldest.get(name), site),
                failed=here.get(DeliveryState.FAILED, 0),
                set_aside=here.get(DeliveryState.SET_ASIDE, 0),
                not_before=patience_at(state.not_before, site, now),
                disabled=moment_in_zone(state.disabled_at, site),
                disabled_why=state.disabled_why,
                failing=moment_in_zone(state.failing_since, site),
                last_failure=failures.get(name),
                missed=missed.get(name, 0),
            )
        )
    return tuple(found)


def patience_at(not_before: float | None, site: Site, now: datetime) -> datetime | None:
    """Return when somebody is asked again who is left alone until a time in seconds since 1970; None when that is now."""
    # More than the longest wait is what a clock that stood wrong has left: nobody waits for it.
    waited_for = 0 < (not_before or 0) - now.timestamp() <= LONGEST_WAIT
    return moment_in_zone(not_before, site) if waited_for else None


def moment_in_zone(seconds: float | None, site: Site) -> datetime | None:
    """Return a time in seconds since 1970 as a moment in the site's zone; None of one that no calendar has."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, site.zone)
    except (OverflowError, ValueError, OSError):  # a time that a ledger cannot have got from a clock
        return None
