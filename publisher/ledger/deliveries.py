"""What became of deliveries: how many are where, and what people do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, exists, func, select, update

from publisher.ledger import schema
from publisher.ledger.records import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager

    from sqlalchemy import ColumnElement, Connection

    Transaction = Callable[[], AbstractContextManager[Connection]]

_deliveries, _events = schema.deliveries, schema.events
_WAITS = _deliveries.c.state == DeliveryState.WAITING


@dataclass(frozen=True, slots=True)
class DeliveryRecords:
    """The ledger's deliveries, as those see them who look after them.

    Attributes:
        transaction: Begins one.
        reading: Begins one that takes values without sense for damage.
    """

    transaction: Transaction
    reading: Transaction

    def counts(self) -> dict[str, dict[DeliveryState, int]]:
        """Count deliveries by endpoint and state."""
        table = schema.deliveries
        query = select(table.c.endpoint, table.c.state, func.count()).group_by(
            table.c.endpoint, table.c.state
        )
        found: dict[str, dict[DeliveryState, int]] = {}
        with self.reading() as connection:
            for endpoint, state, count in connection.execute(query):
                found.setdefault(endpoint, {})[DeliveryState(state)] = count
        return found

    def waiting(self, *, without: Iterable[str] = ()) -> dict[str, int]:
        """Count what waits by endpoint, `without` the events of some reviews."""
        query = (
            select(_deliveries.c.endpoint, func.count())
            .where(_WAITS, _deliveries.c.review_id.not_in(list(without)))
            .group_by(_deliveries.c.endpoint)
        )
        with self.reading() as connection:
            return {str(name): int(number) for name, number in connection.execute(query)}

    def oldest(self) -> dict[str, float]:
        """Return when the event was committed that waits longest, in seconds since 1970, by endpoint."""
        query = (
            select(_deliveries.c.endpoint, func.min(_events.c.at))
            .join(_events, _events.c.id == _deliveries.c.event_id)
            .where(_WAITS)
            .group_by(_deliveries.c.endpoint)
        )
        with self.reading() as connection:
            return {str(name): float(at) for name, at in connection.execute(query)}

    def abandon(self, endpoint: str, before: float, now: float) -> int:
        """Cancel what waits for an endpoint and was committed before a moment, and return how much that was."""
        with self.transaction() as connection:
            old = select(_events.c.id).where(_events.c.at <= before)
            return cancel_waiting(connection, endpoint, now, _deliveries.c.event_id.in_(old))

    def prune(self, before: float) -> None:
        """Forget what was settled before a moment, in seconds since 1970: attempts, then deliveries, then events."""
        settled = and_(_deliveries.c.state != DeliveryState.WAITING, _deliveries.c.settled_at < before)
        attempts, forms = schema.attempts, schema.event_forms
        with self.transaction() as connection:
            old = select(_deliveries.c.id).where(settled)
            connection.execute(attempts.delete().where(attempts.c.delivery_id.in_(old)))
            connection.execute(_deliveries.delete().where(settled))
            left = exists().where(_deliveries.c.event_id == _events.c.id)
            forgotten = select(_events.c.id).where(_events.c.at < before, ~left)
            connection.execute(forms.delete().where(forms.c.event_id.in_(forgotten)))
            connection.execute(_events.delete().where(_events.c.id.in_(forgotten)))


def cancel_waiting(connection: Connection, endpoint: str, now: float, *which: ColumnElement[bool]) -> int:
    """Cancel what waits for an endpoint; what is on its way is ended by its result, if that is a success."""
    done = connection.execute(
        update(_deliveries)
        .where(_WAITS, _deliveries.c.endpoint == endpoint, *which)
        .values(state=DeliveryState.CANCELLED, settled_at=now)
    )
    return int(done.rowcount)
