"""What the ledger tells of single deliveries, and of many: plain data, read out of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from publisher.ledger.records import DeliveryState, Form, is_thin
from publisher.ledger.values import moment, moment_or_none, text_or_none

if TYPE_CHECKING:
    from sqlalchemy import Row


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver. Times are in seconds since 1970.

    Attributes:
        url: Where it went.
        ended_at: Without one it is under way, or whoever made it died: the outcome is unknown.
        status: The answer's; None without one.
        kind: What kept an answer from coming, as `net.FaultKind` has it.
        outcome: For people.
        excerpt: How the answer's body begins; what others wrote.
    """

    url: str
    started_at: float
    ended_at: float | None
    status: int | None
    kind: str | None
    outcome: str | None
    excerpt: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one endpoint, as it stands. Times are in seconds since 1970.

    Attributes:
        number: What the ledger calls it.
        type: The event's.
        sequence: Of the review's events.
        title: The review's, as partners were last told; empty of a ping.
        form: How much its body says.
        size: How many bytes the body has.
        committed_at: When the event was.
        attempts: How often it was tried, in all.
        step: How many tries of its schedule have failed.
        due_at: When it is tried next, if it waits and its endpoint is not left alone.
        under_way: Whether somebody is sending it right now.
        behind: Whether it waits for an earlier event of its review.
        taken_back: Whether its text is not to be sent any more, because the review was taken back later.
        last: The last try.
    """

    number: int
    event_id: str
    endpoint: str
    type: str
    review_id: str
    sequence: int
    title: str
    form: Form
    size: int
    state: DeliveryState
    committed_at: float
    attempts: int
    step: int
    due_at: float
    settled_at: float | None
    resent_at: float | None
    under_way: bool
    behind: bool
    taken_back: bool
    last: Attempt | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Deliveries of one kind, counted.

    Attributes:
        under_way: Whether somebody is sending them right now.
        taken_back: Whether their text is not to be sent any more.
        ping: Whether they are tries that tell of no review.
        number: How many there are.
        oldest: When the first of their events was committed, in seconds since 1970.
    """

    endpoint: str
    state: DeliveryState
    under_way: bool
    taken_back: bool
    ping: bool
    number: int
    oldest: float


def delivery_of(row: Row[Any], last: Attempt | None) -> Delivery:
    """Read a delivery."""
    body = bytes(row.body)
    return Delivery(
        number=int(row.id),
        event_id=str(row.event_id),
        endpoint=str(row.endpoint),
        type=str(row.type),
        review_id=str(row.review_id),
        sequence=int(row.sequence),
        title=_title(row.snapshot),
        form=Form.THIN if is_thin(body) else Form(row.form),
        size=len(body),
        state=DeliveryState(row.state),
        committed_at=moment(row.at),
        attempts=int(row.attempts),
        step=int(row.step),
        due_at=moment(row.due_at),
        settled_at=moment_or_none(row.settled_at),
        resent_at=moment_or_none(row.resent_at),
        under_way=bool(row.under_way),
        behind=bool(row.behind),
        taken_back=bool(row.taken_back),
        last=last,
    )


def attempt_of(row: Row[Any]) -> Attempt:
    """Read an attempt."""
    return Attempt(
        url=str(row.url),
        started_at=moment(row.started_at),
        ended_at=moment_or_none(row.ended_at),
        status=None if row.status is None else int(row.status),
        kind=text_or_none(row.kind),
        outcome=text_or_none(row.outcome),
        excerpt=text_or_none(row.excerpt),
    )


def batch_of(row: Any) -> Batch:  # noqa: ANN401 - mypy counts the columns of a row
    """Read a count."""
    return Batch(
        endpoint=str(row.endpoint),
        state=DeliveryState(row.state),
        under_way=bool(row.under_way),
        taken_back=bool(row.taken_back),
        ping=bool(row.ping),
        number=int(row.number),
        oldest=moment(row.oldest),
    )


def _title(snapshot: str | None) -> str:
    told = orjson.loads(snapshot) if snapshot is not None else {}
    return str(told.get("title", "")) if isinstance(told, dict) else ""
