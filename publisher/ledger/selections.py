"""Which deliveries somebody means, and what can be said of them in a query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, not_, or_

from publisher.ledger import schema
from publisher.ledger.records import DeliveryState
from publisher.model import EventType

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement

_deliveries, _events = schema.deliveries, schema.events
#: A ping tells of no review.
IS_PING: ColumnElement[bool] = _deliveries.c.review_id == ""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which deliveries are meant: those that meet every condition that is given.

    Attributes:
        numbers: Deliveries by number; with `events`, what either names.
        events: Events by id.
        since: When the event was committed at the earliest, in seconds since 1970.
        until: When it was at the latest.
    """

    numbers: frozenset[int] = frozenset()
    events: frozenset[str] = frozenset()
    endpoints: frozenset[str] = frozenset()
    types: frozenset[EventType] = frozenset()
    states: frozenset[DeliveryState] = frozenset()
    since: float | None = None
    until: float | None = None

    @property
    def by_id(self) -> bool:
        """Tell whether deliveries were named one by one."""
        return bool(self.numbers or self.events)

    @property
    def lets_go(self) -> bool:
        """Tell whether what was cancelled already is meant, too, where something is cancelled."""
        return DeliveryState.CANCELLED in self.states

    @property
    def narrow(self) -> bool:
        """Tell whether there is any condition."""
        return self != Selection()

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what has to hold of deliveries joined with their events."""
        found: list[ColumnElement[bool]] = []
        if self.by_id:
            found.append(or_(_deliveries.c.id.in_(self.numbers), _deliveries.c.event_id.in_(self.events)))
        if self.endpoints:
            found.append(_deliveries.c.endpoint.in_(self.endpoints))
        if self.types:
            found.append(_events.c.type.in_([str(kind) for kind in self.types]))
        if self.states:
            found.append(_deliveries.c.state.in_([str(state) for state in self.states]))
        if self.since is not None:
            found.append(_events.c.at >= self.since)
        if self.until is not None:
            found.append(_events.c.at <= self.until)
        return found


def taken_back() -> ColumnElement[bool]:
    """Return what holds of events whose review was taken back after them: their text is not to be sent any more."""
    later, told = _events.alias(), schema.announced.alias()
    ended = exists().where(
        later.c.review_id == _events.c.review_id,
        later.c.sequence > _events.c.sequence,
        later.c.type == str(EventType.RETRACTED),
    )
    # A baseline takes reviews back without an event.
    gone = exists().where(told.c.review_id == _events.c.review_id, told.c.live == 0)
    return and_(_events.c.type != str(EventType.RETRACTED), or_(ended, gone))


def under_way(now: float, dead: Collection[str] = ()) -> ColumnElement[bool]:
    """Return what holds of deliveries that somebody is sending at a moment in seconds since 1970.

    What couriers hold that have died is on nobody's way.
    """
    leased, courier = _deliveries.c.leased_until, _deliveries.c.courier
    alive = or_(courier.is_(None), courier.not_in(list(dead)))
    return and_(leased.is_not(None), leased > now, alive)


def missed() -> ColumnElement[bool]:
    """Return what holds of deliveries, joined with their events, that were cancelled without anybody wanting just that.

    Their endpoint was switched off, or had left publisher.toml; they can be sent again.
    """
    return and_(
        _deliveries.c.state == DeliveryState.CANCELLED,
        _deliveries.c.dismissed_at.is_(None),
        not_(IS_PING),
        not_(taken_back()),
    )


def behind() -> ColumnElement[bool]:
    """Return what holds of deliveries that wait for an earlier event of their review, which was not tried yet."""
    earlier = _deliveries.alias()
    return exists().where(
        earlier.c.endpoint == _deliveries.c.endpoint,
        earlier.c.review_id == _deliveries.c.review_id,
        earlier.c.id < _deliveries.c.id,
        earlier.c.state == DeliveryState.WAITING,
        earlier.c.step == 0,
    )
