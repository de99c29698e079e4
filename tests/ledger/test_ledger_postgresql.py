"""The ledger in the words of PostgreSQL: no statement, and no table, needs another code path there. No server is asked."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import ClauseElement, Delete, Insert, Select, Update, create_mock_engine, event
from sqlalchemy.dialects import postgresql

from publisher.ledger import (
    DeliveryState,
    DisabledWhy,
    Event,
    Form,
    Ledger,
    Recipient,
    Result,
    schema,
    statements,
)
from publisher.ledger.presence import Presence
from publisher.ledger.selections import Selection
from publisher.model import EventType
from publisher.net import FaultKind
from publisher.site.checkers import Name
from publisher.webhooks.payload import ping_event
from tests.ledger.ledger_files import PARTNER, SHARE, announcement, claimed
from tests.ledger.test_ledger_readers import LOOKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def in_postgresql(statement: ClauseElement) -> str:
    """Say a statement as PostgreSQL has it; one that only another database knows cannot be said."""
    return str(statement.compile(dialect=DIALECT))


@contextmanager
def heard(ledger: Ledger) -> Iterator[list[ClauseElement]]:
    """Hear every statement that goes to the database, as it was put together."""
    found: list[ClauseElement] = []

    def hear(_: Connection, statement: ClauseElement, *__: Any) -> None:
        found.append(statement)

    event.listen(ledger._engine, "before_execute", hear)
    try:
        yield found
    finally:
        event.remove(ledger._engine, "before_execute", hear)


def a_life(ledger: Ledger) -> None:
    """Do with a ledger all that is ever done with one."""
    everything = Selection(
        numbers=frozenset({1}),
        events=frozenset({"msg_1_1"}),
        endpoints=frozenset({"partner"}),
        types=frozenset(EventType),
        states=frozenset(DeliveryState),
        since=0.0,
        until=9.0,
    )
    partner = [Recipient("partner", SHARE.url, frozenset(EventType), Form.FULL)]
    full = Event("msg_9_1", EventType.PUBLISHED, "nine", 1, b"{}", b"{...}")
    retracted = Event("msg_1_2", EventType.RETRACTED, announcement(1).announced.review_id, 2, b"{}")
    ledger.announce([announcement(1), announcement(2)], PARTNER, 1.0, now=1.0)
    ledger.announce([type(announcement(9))(announcement(9).announced, full)], partner, 2.0, now=2.0)
    ledger.announce(
        [type(announcement(1))(announcement(1).announced, retracted)], PARTNER, 2.0, set_back=True, now=1.0
    )
    for look in LOOKS.values():
        look(ledger)
    list(ledger.deliveries.newest(everything, 1000, 9.0))
    ledger.deliveries.tally(everything, 9.0)
    claims = claimed(ledger)
    ledger.queue.give_back(claims[:1])
    results = [
        Result(
            claim,
            DeliveryState.DELIVERED if number else DeliveryState.WAITING,
            1,
            9.0,
            9.0,
            204,
            None,
            "delivered",
        )
        for number, claim in enumerate(claims[1:])
    ]
    ledger.queue.record(results, lambda state, _: state)
    ledger.queue.release(["tests"])
    ledger.queue.mend_times(9.0)
    ledger.endpoints.change(
        "partner",
        SHARE.url,
        lambda state: type(state)(disabled_at=1.0, disabled_why=DisabledWhy.BY_HAND),
    )
    ledger.endpoints.change("partner", SHARE.url, lambda state: type(state)())
    ledger.deliveries.resend(everything, ["partner"], 9.0)
    ledger.deliveries.cancel(everything, 9.0)
    ledger.deliveries.give_backlog(Recipient("new", "https://n.example/", frozenset(EventType)), 5, 9.0)
    ping = ledger.deliveries.begin_ping(
        Event("msg_p", EventType.PING, "", 0, b"{}"), "partner", SHARE.url, 9.0
    )
    ledger.deliveries.end_ping(Result(ping, DeliveryState.DELIVERED, 0, None, 9.0, 204, None, "delivered"))
    ledger.deliveries.abandon("partner", 9.0, 9.0)
    ledger.deliveries.prune(99.0)
    for _ in range(2):
        ledger.hubs.tell("https://hub.example/", {"https://feed.example/": "0" * 64}, 9.0)
        ledger.hubs.set_not_before("https://hub.example/", 9.0)
        ledger.record_run("push", 9.0)


def test_all_that_the_ledger_says_can_be_said_to_postgresql(tmp_path: Path) -> None:
    """Each statement of a whole life is put together for PostgreSQL, too."""
    with Ledger.open(tmp_path) as ledger, heard(ledger) as found:
        a_life(ledger)
    said = {in_postgresql(statement) for statement in found}

    assert {type(statement) for statement in found} >= {Select, Insert, Update, Delete}
    assert len(said) > 50
    # Those who claim at once on several machines do not wait for each other there.
    assert any("FOR UPDATE OF deliveries SKIP LOCKED" in one for one in said)


@pytest.mark.parametrize(
    "name",
    [name for name, one in vars(statements).items() if name.isupper() and isinstance(one, ClauseElement)],
)
def test_each_prepared_statement_can_be_said_to_postgresql(name: str) -> None:
    """None of those of the queue is left out because nothing came by that needs it."""
    assert in_postgresql(getattr(statements, name))


def test_the_tables_can_be_made_in_postgresql() -> None:
    """All tables and their indexes are made, in an order that their references allow."""
    made: list[str] = []
    engine = create_mock_engine(
        "postgresql+psycopg2://",
        lambda statement, *_, **__: made.append(str(statement.compile(dialect=DIALECT))),
    )
    schema.metadata.create_all(engine, checkfirst=False)
    text = "\n".join(made)

    for table in schema.metadata.tables.values():
        assert f"CREATE TABLE {table.name} (" in text
        for index in table.indexes:
            assert f"CREATE INDEX {index.name} ON {table.name}" in text
    assert "id SERIAL NOT NULL" in text
    assert "AUTOINCREMENT" not in text


def longest(column: str) -> int:
    """Return how long a text in a column may be: SQLite takes longer ones, and PostgreSQL does not."""
    table, _, name = column.partition(".")
    length = schema.metadata.tables[table].columns[name].type.length  # type: ignore[attr-defined]
    assert isinstance(length, int)
    return length


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("events.type", EventType),
        ("deliveries.state", DeliveryState),
        ("deliveries.form", Form),
        ("event_forms.form", Form),
        ("attempts.kind", FaultKind),
        ("endpoints.disabled_why", DisabledWhy),
    ],
)
def test_no_word_is_longer_than_its_column(column: str, words: Any) -> None:
    """Only SQLite would keep it whole all the same."""
    assert max(map(len, words)) <= longest(column)


def test_no_name_is_longer_than_its_column(tmp_path: Path) -> None:
    """Neither are the ids of events, of reviews and of couriers, and the names of endpoints."""
    with Presence(tmp_path) as presence:
        assert len(presence.id) <= longest("deliveries.courier")
    assert len(ping_event(datetime.fromtimestamp(0, UTC)).id) <= longest("events.id")
    assert len(announcement(1).announced.review_id) <= longest("events.review_id")
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python("a" * (longest("deliveries.endpoint") + 1))
