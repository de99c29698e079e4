"""What goes into the ledger and comes out of it: plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.model import EventType


class DeliveryState(StrEnum):
    """Where a delivery stands.

    `failed` is final: it was given up, loudly. `superseded` is final: its review was taken back before it was delivered.
    """

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPERSEDED = "superseded"


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
    """

    id: str
    type: EventType
    review_id: str
    sequence: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event, or with a baseline none, and what is remembered as announced with it."""

    announced: Announced
    event: Event | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one endpoint.

    Attributes:
        attempts: How often it was tried; counted before each try.
        committed_at: When the event was committed, in seconds since 1970.
    """

    id: int
    endpoint: str
    event_id: str
    type: str
    body: bytes
    attempts: int
    committed_at: float
    review_id: str


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What an endpoint's address asked for.

    Attributes:
        not_before: When it wants to be asked again, in seconds since 1970.
        gone_at: When it said that it is gone for good.
    """

    not_before: float | None = None
    gone_at: float | None = None
