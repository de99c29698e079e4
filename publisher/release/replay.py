"""What became of deliveries, and what people do about them: look, send again, cancel."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from publisher.errors import Refused, UsageError
from publisher.ledger import DeliveryState, Ledger
from publisher.ledger.presence import dead_couriers
from publisher.ledger.selections import Selection
from publisher.release.guards import CEILING, OverCeiling
from publisher.values.durations import duration_in_words
from publisher.webhooks.reports import switched_off
from publisher.webhooks.standing import Standing, delivery_standing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.ledger import EndpointState
    from publisher.ledger.delivery_rows import Attempt, Batch, Delivery
    from publisher.model import EventType
    from publisher.site import Site

#: Receivers drop repeats by their ids, and remember these for some days; what is older may be taken for something new.
REMEMBERED = 3 * 24 * 3600.0
# More ids than this are a list that somebody made, and no command line.
_MOST_NAMED = 1000
# Of one event, or one delivery.
_MOST_SHOWN, _MOST_ATTEMPTS = 50, 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A delivery, and how it stands."""

    delivery: Delivery
    standing: Standing


@dataclass(frozen=True, slots=True)
class Listing:
    """Deliveries, the newest first.

    Attributes:
        shown: As many as were asked for.
        total: How many were meant in all.
        counts: How many of these stand where.
    """

    shown: tuple[Listed, ...] = ()
    total: int = 0
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A delivery, how it stands, the last of its tries, the first first, and the bytes it carries."""

    delivery: Delivery
    standing: Standing
    attempts: tuple[Attempt, ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Handled:
    """What was done about deliveries, or would be.

    Attributes:
        endpoints: How many of which endpoint.
        left_out: Why others were left as they are, and how many.
        oldest: How many seconds ago the first of their events was announced.
        summaries: How many carry the summary to an endpoint that gets the whole text by now.
        dry: Whether nothing was done.
    """

    endpoints: Mapping[str, int] = field(default_factory=dict)
    left_out: tuple[tuple[str, int], ...] = ()
    oldest: float = 0.0
    summaries: int = 0
    dry: bool = False

    @property
    def number(self) -> int:
        """Count the deliveries."""
        return sum(self.endpoints.values())

    @property
    def forgotten(self) -> bool:
        """Tell whether receivers may have forgotten the first of their ids."""
        return self.oldest > REMEMBERED


def select_deliveries(
    ids: Iterable[str] = (),
    *,
    endpoints: Iterable[str] = (),
    types: Iterable[EventType] = (),
    states: Iterable[DeliveryState] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Selection:
    """Say which deliveries are meant: those that meet every condition.

    Args:
        ids: Ids of events, and numbers of deliveries; what any of them names.
        endpoints: The names of endpoints.
        types: The types of events.
        states: Where deliveries stand.
        since: When their event was announced at the earliest; aware.
        until: When it was at the latest; aware.

    Raises:
        UsageError: An id is none, or there are more than a thousand.
    """
    named = list(ids)
    if len(named) > _MOST_NAMED:
        raise UsageError(
            f"{len(named)} ids are more than {_MOST_NAMED}", "name an endpoint, a type or a time instead"
        )
    for one in named:
        # 18 digits are what fits a column of whole numbers.
        if not (one.startswith("msg_") or (one.isascii() and one.isdigit() and len(one) <= 18)):
            raise UsageError(
                f'"{one}" is no id',
                "give the id of an event, msg_…, or the number that a delivery is listed by",
            )
    return Selection(
        numbers=frozenset(int(one) for one in named if one.isdigit()),
        events=frozenset(one for one in named if not one.isdigit()),
        endpoints=frozenset(endpoints),
        types=frozenset(types),
        states=frozenset(states),
        since=since.timestamp() if since is not None else None,
        until=until.timestamp() if until is not None else None,
    )


def list_deliveries(site: Site, selection: Selection, now: datetime, most: int = 50) -> Listing:
    """List the newest of some deliveries, and count them all.

    Raises:
        UsageError: A delivery, or an endpoint, was named that is not there.
        EnvironmentFault: The ledger cannot be used.
    """
    ledger = Ledger.peek(site.state)
    if ledger is None:
        _require_unnamed(selection)
        _require_endpoints(None, site, selection)
        return Listing()
    with ledger:
        _require_known(ledger, selection)
        _require_endpoints(ledger, site, selection)
        at, counts = now.timestamp(), Counter[DeliveryState]()
        for batch in ledger.deliveries.tally(selection, at):
            counts[batch.state] += batch.number
        shown = tuple(_listed(ledger, site, selection, most, at))
    ordered = {state: counts[state] for state in DeliveryState if counts[state]}
    return Listing(shown, counts.total(), ordered)


def show_deliveries(site: Site, selection: Selection, now: datetime) -> Iterator[Shown]:
    """Show all there is to know of some deliveries, the newest 50 of them, each with its last 50 tries.

    Raises:
        UsageError: A delivery, or an endpoint, was named that is not there.
        EnvironmentFault: The ledger cannot be used.
    """
    ledger = Ledger.peek(site.state)
    if ledger is None:
        _require_unnamed(selection)
        _require_endpoints(None, site, selection)
        return
    with ledger:
        _require_known(ledger, selection)
        _require_endpoints(ledger, site, selection)
        records = ledger.deliveries
        for one in _listed(ledger, site, selection, _MOST_SHOWN, now.timestamp()):
            number = one.delivery.number
            tries = tuple(records.attempts(number, _MOST_ATTEMPTS))
            yield Shown(one.delivery, one.standing, tries, records.body(number) or b"")


def _listed(ledger: Ledger, site: Site, selection: Selection, most: int, at: float) -> Iterator[Listed]:
    states, dead = _states(ledger, site), _dead(ledger, site)
    for delivery in ledger.deliveries.newest(selection, most, at, dead):
        yield Listed(delivery, delivery_standing(delivery, states.get(delivery.endpoint), at))


def resend_deliveries(
    site: Site, selection: Selection, now: datetime, *, dry: bool = False, confirmed: bool = False
) -> Handled:
    """Have deliveries sent again: the same bytes under the same ids, from the first try of the schedule on.

    They wait for the next `push`, or for a worker, and go out no faster than their endpoint takes them. Where none is named
    by its id and no state is given, what waits is left alone: it goes out by itself.

    Args:
        site: The site.
        selection: Which.
        now: The time; aware.
        dry: Only say what would be done.
        confirmed: More than 20 are meant.

    Raises:
        UsageError: Nothing says which are meant, or a delivery or an endpoint was named that is not there.
        Refused: None of them may be sent.
        OverCeiling: There are more than 20.
        EnvironmentFault: The ledger cannot be used.
    """
    _require_narrow(selection)
    if not selection.states and not selection.by_id:
        selection = replace(selection, states=frozenset(DeliveryState) - {DeliveryState.WAITING})
    ledger = Ledger.peek(site.state)
    if ledger is None:
        _require_unnamed(selection)
        _require_endpoints(None, site, selection)
        return Handled(dry=dry)
    with ledger:
        _require_known(ledger, selection)
        _require_endpoints(ledger, site, selection)
        at, states, dead = now.timestamp(), _states(ledger, site), _dead(ledger, site)
        batches = [
            (batch, _obstacle(batch, states.get(batch.endpoint)))
            for batch in ledger.deliveries.tally(selection, at, dead)
        ]
        handled = replace(_handled([batch for batch, obstacle in batches if obstacle is None], at), dry=dry)
        left_out = Counter[str]()
        for batch, obstacle in batches:
            if obstacle is not None:
                left_out[obstacle] += batch.number
        handled = replace(handled, left_out=tuple(left_out.items()))
        if left_out and not handled.number:
            reason, *_ = left_out
            raise Refused(f"nothing of that can be sent again: {'; '.join(left_out)}", _hint(reason))
        full = [one.name for one in site.endpoints if one.full and one.name in handled.endpoints]
        if full:
            handled = replace(handled, summaries=ledger.deliveries.summaries(selection, full))
        if not dry and handled.number:
            _require_meant(handled, "sent again", confirmed=confirmed)
            ledger.deliveries.resend(selection, handled.endpoints.keys(), at, dead)
        return handled


def cancel_deliveries(
    site: Site, selection: Selection, now: datetime, *, dry: bool = False, confirmed: bool = False
) -> Handled:
    """Cancel what waits of some deliveries; one that is on its way may arrive all the same. Otherwise as `resend_deliveries`.

    What was cancelled with its endpoint is let go where the selection names that state: nobody is reminded of it any more.
    """
    _require_narrow(selection)
    ledger = Ledger.peek(site.state)
    if ledger is None:
        _require_unnamed(selection)
        _require_endpoints(None, site, selection)
        return Handled(dry=dry)
    with ledger:
        _require_known(ledger, selection)
        _require_endpoints(ledger, site, selection)
        at = now.timestamp()
        batches = ledger.deliveries.tally(selection, at)
        meant = {DeliveryState.WAITING, *({DeliveryState.CANCELLED} if selection.lets_go else ())}
        waiting = [batch for batch in batches if batch.state in meant]
        settled = sum(batch.number for batch in batches) - sum(batch.number for batch in waiting)
        handled = replace(
            _handled(waiting, at),
            dry=dry,
            left_out=(("what does not wait cannot be cancelled", settled),) if settled else (),
        )
        if settled and selection.by_id and not waiting:
            raise Refused(
                "nothing of that waits to be delivered",
                "`publisher deliveries list --state waiting` shows what does",
            )
        if not dry and handled.number:
            _require_meant(handled, "cancelled", confirmed=confirmed)
            ledger.deliveries.cancel(selection, at)
        return handled


def _handled(batches: Sequence[Batch], at: float) -> Handled:
    endpoints = Counter[str]()
    for batch in batches:
        endpoints[batch.endpoint] += batch.number
    return Handled(endpoints, oldest=max((at - batch.oldest for batch in batches), default=0.0))


def _obstacle(batch: Batch, state: EndpointState | None) -> str | None:
    """Say why deliveries may not be sent again; None when they may."""
    if batch.ping:
        return _PING
    if batch.taken_back or batch.state is DeliveryState.SUPERSEDED:
        return _TAKEN_BACK
    if state is None:
        return f"{batch.endpoint} is no longer in publisher.toml"
    if state.disabled_why is not None:
        return f"{batch.endpoint}: {switched_off(state.disabled_why)}"
    return "what is on its way right now is not sent twice" if batch.under_way else None


_PING = "a ping is sent once"
_TAKEN_BACK = "a review that was taken back since is not sent any more"


def _hint(reason: str) -> str | None:
    if reason == _PING:
        return "`publisher endpoints test NAME` sends another"
    if reason == _TAKEN_BACK:
        return "partners keep what they were told last: that it was taken back"
    name, colon, _ = reason.partition(":")
    return f"`publisher endpoints enable {name}` switches it on" if colon else None


def _states(ledger: Ledger, site: Site) -> dict[str, EndpointState]:
    """Return what is known of the site's endpoints, as publisher.toml has them now, by name."""
    return ledger.endpoints.present({one.name: one.url for one in site.endpoints})


def _dead(ledger: Ledger, site: Site) -> frozenset[str]:
    """Return who holds deliveries and has died."""
    return dead_couriers(site.state, ledger.queue.couriers())


def _require_unnamed(selection: Selection) -> None:
    """See that nothing is named of a site without a ledger."""
    if selection.by_id:
        raise UsageError(
            "nothing was ever announced, and so no delivery has an id", "`publisher push` announces"
        )


def _require_known(ledger: Ledger, selection: Selection) -> None:
    unknown = ledger.deliveries.unknown(selection) if selection.by_id else []
    if unknown:
        raise UsageError(
            f"the ledger knows no delivery {', '.join(unknown[:5])}",
            "`publisher deliveries list` shows them; what was settled long ago is forgotten",
        )


def _require_endpoints(ledger: Ledger | None, site: Site, selection: Selection) -> None:
    """See that no name of an endpoint is misspelt: each is the site's, or that of one that the ledger still knows."""
    strange = selection.endpoints - {one.name for one in site.endpoints}
    if strange and ledger is not None:
        left = ledger.deliveries.tally(Selection(endpoints=strange), 0.0)
        strange -= {batch.endpoint for batch in left}
    if strange:
        known = ", ".join(one.name for one in site.endpoints)
        named = " and ".join(f'"{name}"' for name in sorted(strange))
        is_none = "is not an endpoint" if len(strange) == 1 else "are not endpoints"
        raise UsageError(f"{named} {is_none} of the site", f"known: {known or 'none'}")


def _require_narrow(selection: Selection) -> None:
    if not selection.narrow:
        raise UsageError(
            "nothing says which deliveries are meant",
            "name them by id, or by --endpoint, --type, --state, --since or --until",
        )


def _require_meant(handled: Handled, what: str, *, confirmed: bool) -> None:
    if handled.number > CEILING and not confirmed:
        oldest = f", the first of them announced {duration_in_words(handled.oldest)} ago"
        raise OverCeiling(
            f"{handled.number} deliveries would be {what}, more than {CEILING} at once{oldest}",
            "--yes says that it is meant; --dry-run counts them by endpoint",
        )
