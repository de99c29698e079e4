"""What goes into the ledger and comes out of it: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.model import EventType


class DeliveryState(StrEnum):
    """Where a delivery stands; all but `waiting` are final, unless somebody resends it."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    #: Given up, loudly.
    FAILED = "failed"
    #: Its review was taken back before it was delivered.
    SUPERSEDED = "superseded"
    #: By hand, or because its endpoint was switched off, or left publisher.toml.
    CANCELLED = "cancelled"
    #: It was claimed again and again without a result: perhaps it is what kills those who send it.
    SET_ASIDE = "set-aside"


class Form(StrEnum):
    """How much an event says."""

    SUMMARY = "summary"
    FULL = "full"


class DisabledWhy(StrEnum):
    """Why nothing is sent to an endpoint."""

    #: It answered 410.
    GONE = "gone"
    #: It failed for days, and took nothing.
    FAILING = "failing"
    #: Somebody said so: it holds for its name, whichever address that has, until somebody says otherwise.
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Announced:
    """What partners were last told of a review.

    Attributes:
        sequence: How many events the review had.
        live: Whether they were last told that it can be read.
        snapshot: The fields whose change makes an event, as they were told.
    """

    review_id: str
    sequence: int
    live: bool
    snapshot: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing partners are told.

    Attributes:
        id: The `webhook-id`, the same on every attempt.
        sequence: Counts the events of the review, from 1.
        body: The bytes that are signed and sent.
        full: The same with the whole text, for endpoints that asked for it; None where nobody gets that.
    """

    id: str
    type: EventType
    review_id: str
    sequence: int
    body: bytes
    full: bytes | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event, or with a baseline none, and what is remembered as announced with it."""

    announced: Announced
    event: Event | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """An endpoint as events are addressed to it.

    Attributes:
        url: Its present address: one that is switched off gets its events cancelled.
        types: The types of events it gets.
    """

    endpoint: str
    url: str
    types: frozenset[EventType]
    form: Form = Form.SUMMARY


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that one process may send, and no other, until its lease ends.

    Attributes:
        token: Fences off whoever claimed it before.
        url: Where it goes.
        attempt: How manieth attempt this is, in all.
        step: How many tries of its schedule have failed.
        committed_at: When the event was committed, in seconds since 1970.
    """

    delivery: int
    token: int
    endpoint: str
    url: str
    event_id: str
    review_id: str
    type: str
    body: bytes
    attempt: int
    step: int
    committed_at: float


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claim.

    Attributes:
        state: Where the delivery stands now.
        step: How many tries of its schedule have failed by now.
        due_at: When it is to be tried again, where it waits.
        ended_at: In seconds since 1970.
        status: The answer's; None without an answer.
        kind: What kept an answer from coming, as `net.FaultKind` has it.
        outcome: The same for people.
        excerpt: How the answer's body begins.
    """

    claim: Claim
    state: DeliveryState
    step: int
    due_at: float | None
    ended_at: float
    status: int | None
    kind: str | None
    outcome: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of an endpoint's patience a site uses.

    Attributes:
        concurrency: How many deliveries may be on their way at once.
        rate: How many are sent in a second, at most.
    """

    endpoint: str
    url: str
    concurrency: int
    rate: float


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What is known of an endpoint's address. Times are in seconds since 1970.

    Attributes:
        not_before: When it may be asked again.
        failures: How many tries in a row found it in trouble; while there are any, one delivery at a time probes it.
        refusals: How many tries failed, for whatever reason, since it took something.
        failing_since: When the first of these failed.
        failed_at: When the last of them did.
        succeeded_at: When it took something last.
        disabled_at: When it was switched off.
        disabled_why: Why it was.
        paced_until: Up to when its rate is used up.
        skew: By how many seconds its clock was ahead of this machine's, last time it told.
    """

    not_before: float | None = None
    failures: int = 0
    refusals: int = 0
    failing_since: float | None = None
    failed_at: float | None = None
    succeeded_at: float | None = None
    disabled_at: float | None = None
    disabled_why: DisabledWhy | None = None
    paced_until: float | None = None
    skew: float | None = None
