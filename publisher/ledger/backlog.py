"""What an endpoint gets of what was announced before it was there."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import insert, not_, select, update

from publisher.ledger import schema
from publisher.ledger.records import DeliveryState, Form
from publisher.ledger.selections import taken_back

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Update

    from publisher.ledger.records import Recipient

_deliveries, _events, _announced = schema.deliveries, schema.events, schema.announced


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an endpoint was given of what was announced before.

    Attributes:
        queued: How many events wait for it now.
        known: Of how many reviews the newest event waits for it, was tried to its end, or arrived.
        missing: Of how many the ledger holds no event any more.
        summaries: How many of the events carry the summary alone, though it asks for the whole text: nobody else did.
    """

    queued: int = 0
    known: int = 0
    missing: int = 0
    summaries: int = 0


def queue_backlog(connection: Connection, to: Recipient, most: int, now: float) -> Backlog:
    """Queue the newest event of each of the newest live reviews for an endpoint, the oldest review first."""
    types = [str(kind) for kind in to.types]
    queued, known, missing, summaries = 0, 0, 0, 0
    for review_id in reversed(_newest_live(connection, most)):
        event_id = connection.execute(
            select(_events.c.id)
            .where(_events.c.review_id == review_id, _events.c.type.in_(types), not_(taken_back()))
            .order_by(_events.c.sequence.desc())
            .limit(1)
        ).scalar_one_or_none()
        if event_id is None:
            missing += 1
        elif (state := _state(connection, event_id, to.endpoint)) is DeliveryState.CANCELLED:
            queued += 1
            connection.execute(_wait_again(event_id, to.endpoint, now))
        elif state is not None:
            known += 1
        else:
            queued += 1
            form = _form(connection, event_id, to.form)
            summaries += form is not to.form
            connection.execute(
                insert(_deliveries).values(
                    event_id=event_id,
                    endpoint=to.endpoint,
                    review_id=review_id,
                    form=form,
                    state=DeliveryState.WAITING,
                    attempts=0,
                    due_at=now,
                )
            )
    return Backlog(queued, known, missing, summaries)


def _form(connection: Connection, event_id: str, wanted: Form) -> Form:
    """Return the form in which an event is kept: the wanted one, or that which all events have."""
    forms = schema.event_forms
    query = select(forms.c.form).where(forms.c.event_id == event_id, forms.c.form == wanted)
    return wanted if connection.execute(query).first() is not None else Form.SUMMARY


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


def _state(connection: Connection, event_id: str, endpoint: str) -> DeliveryState | None:
    query = select(_deliveries.c.state).where(
        _deliveries.c.event_id == event_id, _deliveries.c.endpoint == endpoint
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else DeliveryState(found)


def _wait_again(event_id: str, endpoint: str, now: float) -> Update:
    """Have what was cancelled sent after all: it never arrived."""
    return (
        update(_deliveries)
        .where(_deliveries.c.event_id == event_id, _deliveries.c.endpoint == endpoint)
        .values(
            state=DeliveryState.WAITING,
            step=0,
            claims=0,
            due_at=now,
            settled_at=None,
            resent_at=now,
            dismissed_at=None,
        )
    )
