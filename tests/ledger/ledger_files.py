"""Ledgers to be looked into: events that stand in them, and their files."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from publisher.ledger import FILE_NAME, Announced, Announcement, Event, Ledger, Recipient, Share
from publisher.ledger.queue import Terms
from publisher.model import EventType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.ledger import Claim

PARTNER = [Recipient("partner", "https://p.example/", frozenset(EventType))]
SHARE = Share("partner", "https://p.example/", 10_000, 10_000.0)
REVIEW = "00000000-0000-4000-8000-{:012}"


def announcement(number: int, sequence: int = 1, body: bytes = b"{}") -> Announcement:
    """Make an event of a review, and what it announces."""
    review = REVIEW.format(number)
    event = Event(f"msg_{number}_{sequence}", EventType.PUBLISHED, review, sequence, body)
    return Announcement(Announced(review, sequence, live=True, snapshot={"title": "Karmalink"}), event)


@contextlib.contextmanager
def looking(folder: Path) -> Iterator[sqlite3.Connection]:
    """Look into the file, past the program."""
    connection = sqlite3.connect(folder / FILE_NAME, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def count(folder: Path, table: str) -> int:
    """Count the rows of a table."""
    with looking(folder) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a name of ours


def claimed(ledger: Ledger) -> list[Claim]:
    """Claim everything that waits, in its order."""
    return list(ledger.queue.claim("tests", [SHARE], 1e9, Terms(most=10_000, lease=60.0)).found)
