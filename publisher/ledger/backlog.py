"""What an endpoint gets of what was announced before it was there."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import insert, not_, select

from publisher.ledger import schema
from publisher.ledger.records import DeliveryState
from publisher.ledger.selections import taken_back

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from publisher.ledger.records import Recipient

_deliveries, _events, _announced = schema.deliveries, schema.events, schema.announced


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an endpoint was given of what was announced before.

    Attributes:
        queued: How many events wait for it now.
        known: Of how many reviews it has, or had, the newest event already.
        missing: Of how many the ledger holds no event any more.
    """

    queued: int = 0
    known: int = 0
    missing: int = 0


def queue_backlog(connection: Connection, to: Recipient, most: int, now: float) -> Backlog:
    """Queue the newest event of each of the newest live reviews for an endpoint, the oldest review first."""
    types = [str(kind) for kind in to.types]
    queued, known, missing = 0, 0, 0
    for review_id in reversed(_newest_live(connection, most)):
        event_id = connection.execute(
            select(_events.c.id)
            .where(_events.c.review_id == review_id, _events.c.type.in_(types), not_(taken_back()))
            .order_by(_events.c.sequence.desc())
            .limit(1)
        ).scalar_one_or_none()
        if event_id is None:
            missing += 1
        elif _has(connection, event_id, to.endpoint):
            known += 1
        else:
            queued += 1
            connection.execute(
                insert(_deliveries).values(
                    event_id=event_id,
                    endpoint=to.endpoint,
                    review_id=review_id,
                    form=to.form,
                    state=DeliveryState.WAITING,
                    attempts=0,
                    due_at=now,
                )
            )
    return Backlog(queued, known, missing)


def _newest_live(connection: Connection, most: int) -> list[str]:
    """Return the reviews that partners know as live and that were published last, the newest first."""
    live = connection.execute(select(_announced).where(_announced.c.live == 1))
    return [
        review_id for _, review_id in heapq.nlargest(most, ((_published(row), row.review_id) for row in live))
    ]


def _published(row: Row[Any]) -> float:
    """Return when a review was published, in seconds since 1970; where that is not known, when it was announced."""
    try:
        return datetime.fromisoformat(orjson.loads(row.snapshot)["published"]).timestamp()
    except KeyError:
        return float(row.at)


def _has(connection: Connection, event_id: str, endpoint: str) -> bool:
    query = select(_deliveries.c.id).where(
        _deliveries.c.event_id == event_id, _deliveries.c.endpoint == endpoint
    )
    return connection.execute(query).first() is not None
