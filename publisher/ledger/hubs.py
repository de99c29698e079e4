"""What the ledger remembers of WebSub hubs: which bytes of a topic each was told of, and what it asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from publisher.ledger import schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import ColumnElement, Connection, Table

    Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class HubRecords:
    """The ledger's tables of hubs; a hub and a topic are each known by their address.

    Attributes:
        transaction: Begins one.
        reading: Begins one that changes nothing.
    """

    transaction: Transaction
    reading: Transaction

    def told(self, hub: str) -> dict[str, str]:
        """Return what a hub was told of: the SHA-256 of the bytes, in hexadecimal by topic."""
        table = schema.hub_topics
        query = select(table.c.topic, table.c.sha256).where(table.c.hub == hub)
        with self.reading() as connection:
            return {str(topic): str(sha256) for topic, sha256 in connection.execute(query)}

    def tell(self, hub: str, topics: Mapping[str, str], at: float) -> None:
        """Record that a hub was told of topics, as they are with a SHA-256, at `at`, in seconds since 1970."""
        table = schema.hub_topics
        with self.transaction() as connection:
            for topic, sha256 in topics.items():
                this = (table.c.hub == hub, table.c.topic == topic)
                _put(connection, table, this, {"hub": hub, "topic": topic}, {"sha256": sha256, "at": at})

    def not_before(self, hub: str) -> float | None:
        """Return when a hub wants to be told more, in seconds since 1970; None when it asked for nothing."""
        table = schema.hubs
        with self.reading() as connection:
            found = connection.execute(
                select(table.c.not_before).where(table.c.url == hub)
            ).scalar_one_or_none()
            return None if found is None else float(found)

    def set_not_before(self, hub: str, moment: float) -> None:
        """Record when a hub wants to be told more, in seconds since 1970."""
        table = schema.hubs
        with self.transaction() as connection:
            _put(connection, table, (table.c.url == hub,), {"url": hub}, {"not_before": moment})


def _put(
    connection: Connection,
    table: Table,
    this: tuple[ColumnElement[bool], ...],
    key: Mapping[str, str],
    values: Mapping[str, object],
) -> None:
    """Change the row, or make it where there is none."""
    done = connection.execute(update(table).where(*this).values(**values))
    if not done.rowcount:
        connection.execute(insert(table).values(**key, **values))
