"""What the ledger remembers of WebSub hubs: which bytes of a topic each was told of, what it answered and asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from publisher.diagnostics.masking import masked_address
from publisher.ledger import schema
from publisher.ledger.values import moment, text_or_none

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from sqlalchemy import ColumnElement, Connection, Row, Table

    Transaction = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True)
class HubRequest:
    """One request to a hub, and what came of it.

    Attributes:
        hub: Its address; read out of the ledger, without what may be a secret in it.
        topics: The addresses of the topics that it was told of.
        at: When it was made, in seconds since 1970.
        taken: Whether the hub took it.
        status: The answer's; None without an answer.
        outcome: What came of it, for people; it may quote what the hub says.
    """

    hub: str
    topics: tuple[str, ...]
    at: float
    taken: bool
    status: int | None
    outcome: str


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

    def record(
        self, request: HubRequest, told: Mapping[str, str], *, not_before: float | None = None
    ) -> None:
        """Record what a hub was asked and answered, all or nothing.

        Args:
            request: What it was.
            told: The SHA-256 of the bytes that each topic has, by topic; remembered where it took them.
            not_before: When it wants to be told more, in seconds since 1970; None leaves what was known.
        """
        table, topics, hubs = schema.hub_requests, schema.hub_topics, schema.hubs
        with self.transaction() as connection:
            connection.execute(insert(table).values(_request_row(request)))
            for topic, sha256 in told.items() if request.taken else ():
                this = (topics.c.hub == request.hub, topics.c.topic == topic)
                key = {"hub": request.hub, "topic": topic}
                _put(connection, topics, this, key, {"sha256": sha256, "at": request.at})
            if not_before is not None:
                _put(
                    connection,
                    hubs,
                    (hubs.c.url == request.hub,),
                    {"url": request.hub},
                    {"not_before": not_before},
                )

    def newest(
        self, most: int, *, since: float | None = None, until: float | None = None
    ) -> list[HubRequest]:
        """Return the last requests to hubs, so many of them, the last first; made between moments in seconds since 1970."""
        table = schema.hub_requests
        query = select(table).where(*_between(since, until)).order_by(table.c.id.desc()).limit(most)
        with self.reading() as connection:
            return [_request_of(row) for row in connection.execute(query)]

    def count(self, *, since: float | None = None, until: float | None = None) -> int:
        """Count the requests to hubs that were made between moments in seconds since 1970."""
        query = select(func.count()).select_from(schema.hub_requests).where(*_between(since, until))
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def last_refusal(self, hub: str) -> str | None:
        """Return what came of the last request to a hub, for people; None where it took that, or nobody remembers."""
        table = schema.hub_requests
        query = (
            select(table.c.taken, table.c.outcome)
            .where(table.c.hub == masked_address(hub))
            .order_by(table.c.id.desc())
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).one_or_none()
            return None if row is None or row.taken else text_or_none(row.outcome)

    def prune(self, before: float) -> None:
        """Forget the requests made before a moment, in seconds since 1970; what hubs were told of stays known."""
        table = schema.hub_requests
        with self.transaction() as connection:
            connection.execute(table.delete().where(table.c.at < before))

    def not_before(self, hub: str) -> float | None:
        """Return when a hub wants to be told more, in seconds since 1970; None when it asked for nothing."""
        table = schema.hubs
        with self.reading() as connection:
            found = connection.execute(
                select(table.c.not_before).where(table.c.url == hub)
            ).scalar_one_or_none()
            return None if found is None else float(found)


def _between(since: float | None, until: float | None) -> list[ColumnElement[bool]]:
    at = schema.hub_requests.c.at
    return [
        *([at >= since] if since is not None else []),
        *([at <= until] if until is not None else []),
    ]


def _request_row(request: HubRequest) -> dict[str, object]:
    return {
        "hub": masked_address(request.hub),
        "topics": "\n".join(request.topics),
        "at": request.at,
        "taken": int(request.taken),
        "status": request.status,
        "outcome": request.outcome,
    }


def _request_of(row: Row[Any]) -> HubRequest:
    return HubRequest(
        hub=str(row.hub),
        topics=tuple(str(row.topics).split("\n")),
        at=moment(row.at),
        taken=bool(row.taken),
        status=None if row.status is None else int(row.status),
        outcome=str(row.outcome),
    )


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
