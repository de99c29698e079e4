"""What was announced, events, deliveries, attempts, and what hubs were told; the transactions that keep them together."""

from publisher.ledger.endpoints import left_alone_until
from publisher.ledger.hubs import HubRecords
from publisher.ledger.ledger import FILE_NAME, Ledger
from publisher.ledger.records import (
    Announced,
    Announcement,
    Claim,
    DeliveryState,
    DisabledWhy,
    EndpointState,
    Event,
    Form,
    Recipient,
    Result,
    Share,
)

__all__ = [
    "FILE_NAME",
    "Announced",
    "Announcement",
    "Claim",
    "DeliveryState",
    "DisabledWhy",
    "EndpointState",
    "Event",
    "Form",
    "HubRecords",
    "Ledger",
    "Recipient",
    "Result",
    "Share",
    "left_alone_until",
]
