"""Pings: events that tell of no review, tried once, to see whether events arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from publisher.diagnostics.masking import masked_address
from publisher.ledger import schema
from publisher.ledger.records import Claim, DeliveryState, Form

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from publisher.ledger.records import Event, Result

_deliveries, _events, _attempts = schema.deliveries, schema.events, schema.attempts


def begin_ping(connection: Connection, event: Event, endpoint: str, url: str, now: float) -> Claim:
    """Record a ping and its one attempt; until that has ended it counts as failed, so that nobody else ever sends it."""
    before = connection.execute(
        select(func.max(_events.c.sequence)).where(_events.c.review_id == event.review_id)
    ).scalar_one()
    connection.execute(
        insert(_events).values(
            id=event.id,
            review_id=event.review_id,
            # They belong to no review, and are counted among themselves.
            sequence=(before or 0) + 1,
            type=str(event.type),
            body=event.body,
            at=now,
        )
    )
    made = connection.execute(
        insert(_deliveries).values(
            event_id=event.id,
            endpoint=endpoint,
            review_id=event.review_id,
            form=Form.SUMMARY,
            state=DeliveryState.FAILED,
            attempts=1,
            token=1,
            due_at=now,
            settled_at=now,
        )
    )
    (number,) = made.inserted_primary_key or (0,)
    connection.execute(
        insert(_attempts).values(delivery_id=number, token=1, url=masked_address(url), started_at=now)
    )
    return Claim(
        delivery=int(number),
        token=1,
        endpoint=endpoint,
        url=url,
        event_id=event.id,
        review_id=event.review_id,
        type=str(event.type),
        body=event.body,
        attempt=1,
        step=0,
        committed_at=now,
    )


def end_ping(connection: Connection, result: Result) -> None:
    """Record what became of a ping."""
    number = result.claim.delivery
    connection.execute(
        update(_attempts)
        .where(_attempts.c.delivery_id == number)
        .values(
            ended_at=result.ended_at,
            status=result.status,
            kind=result.kind,
            outcome=result.outcome,
            excerpt=result.excerpt or None,
        )
    )
    connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == number)
        .values(state=result.state, settled_at=result.ended_at)
    )
