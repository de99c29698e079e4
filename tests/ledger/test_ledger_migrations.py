"""A ledger that an earlier version wrote: brought up to date, nothing lost, and a copy of it kept."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import EnvironmentFault
from publisher.ledger import FILE_NAME, Announced, DeliveryState, DisabledWhy, EndpointState, Ledger, Share
from publisher.ledger.queue import Terms
from tests.webhooks.scripted_partner import Outbox, Partner

if TYPE_CHECKING:
    from pathlib import Path

#: The tables as version 3 made them, word for word but for line breaks.
SCHEMA_3 = """
CREATE TABLE about (schema_version INTEGER NOT NULL);
CREATE TABLE announced (review_id VARCHAR(36) NOT NULL, sequence INTEGER NOT NULL, live INTEGER NOT NULL,
    snapshot TEXT NOT NULL, at FLOAT NOT NULL, PRIMARY KEY (review_id));
CREATE TABLE events (id VARCHAR(64) NOT NULL, review_id VARCHAR(36) NOT NULL, sequence INTEGER NOT NULL,
    type VARCHAR(64) NOT NULL, body BLOB NOT NULL, at FLOAT NOT NULL, PRIMARY KEY (id), UNIQUE (review_id, sequence));
CREATE TABLE endpoints (name VARCHAR(40) NOT NULL, url TEXT NOT NULL, not_before FLOAT, gone_at FLOAT,
    PRIMARY KEY (name, url));
CREATE TABLE runs (command VARCHAR(40) NOT NULL, at FLOAT NOT NULL, PRIMARY KEY (command));
CREATE TABLE clock (now FLOAT NOT NULL);
CREATE TABLE hub_topics (hub TEXT NOT NULL, topic TEXT NOT NULL, sha256 VARCHAR(64) NOT NULL, at FLOAT NOT NULL,
    PRIMARY KEY (hub, topic));
CREATE TABLE hubs (url TEXT NOT NULL, not_before FLOAT, PRIMARY KEY (url));
CREATE TABLE deliveries (id INTEGER NOT NULL, event_id VARCHAR(64) NOT NULL, endpoint VARCHAR(40) NOT NULL,
    state VARCHAR(16) NOT NULL, attempts INTEGER NOT NULL, settled_at FLOAT, PRIMARY KEY (id),
    UNIQUE (event_id, endpoint), FOREIGN KEY(event_id) REFERENCES events (id));
CREATE INDEX ix_deliveries_waiting ON deliveries (state, endpoint, id);
CREATE TABLE attempts (id INTEGER NOT NULL, delivery_id INTEGER NOT NULL, url TEXT NOT NULL,
    started_at FLOAT NOT NULL, ended_at FLOAT, status INTEGER, outcome TEXT, PRIMARY KEY (id),
    FOREIGN KEY(delivery_id) REFERENCES deliveries (id));
CREATE INDEX ix_attempts_delivery_id ON attempts (delivery_id);
"""
FIRST, SECOND = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
#: What it knew: two reviews, one of them twice; four deliveries; an address that is gone, one that asked for patience.
CONTENT_3 = """
INSERT INTO about VALUES (3);
INSERT INTO announced VALUES ('00000000-0000-4000-8000-000000000001', 2, 1, '{"title":"Karmalink"}', 20.0);
INSERT INTO announced VALUES ('00000000-0000-4000-8000-000000000002', 1, 1, '{"title":"The Fog"}', 30.0);
INSERT INTO events VALUES ('msg_1', '00000000-0000-4000-8000-000000000001', 1, 'review.published', x'7b7d', 10.0);
INSERT INTO events VALUES ('msg_2', '00000000-0000-4000-8000-000000000001', 2, 'review.updated', x'7b317d', 20.0);
INSERT INTO events VALUES ('msg_3', '00000000-0000-4000-8000-000000000002', 1, 'review.published', x'7b327d', 30.0);
INSERT INTO deliveries VALUES (1, 'msg_1', 'partner', 'delivered', 2, 12.0);
INSERT INTO deliveries VALUES (2, 'msg_2', 'partner', 'waiting', 1, NULL);
INSERT INTO deliveries VALUES (3, 'msg_3', 'partner', 'waiting', 0, NULL);
INSERT INTO deliveries VALUES (4, 'msg_3', 'left', 'waiting', 1, NULL);
INSERT INTO deliveries VALUES (5, 'msg_1', 'left', 'failed', 8, 99.0);
INSERT INTO attempts VALUES (1, 1, 'https://p.example/', 10.0, 11.0, 500, 'it answered 500');
INSERT INTO attempts VALUES (2, 1, 'https://p.example/', 11.5, 12.0, 204, 'delivered');
INSERT INTO attempts VALUES (3, 2, 'https://p.example/', 21.0, NULL, NULL, NULL);
INSERT INTO attempts VALUES (4, 4, 'https://left.example/', 31.0, 32.0, 410, 'it answered 410');
INSERT INTO endpoints VALUES ('partner', 'https://p.example/', 40.0, NULL);
INSERT INTO endpoints VALUES ('left', 'https://left.example/', NULL, 32.0);
INSERT INTO runs VALUES ('push', 33.0);
INSERT INTO clock VALUES (33.0);
INSERT INTO hub_topics VALUES ('https://hub.example/', 'https://a.example/rss.xml', '0a', 33.0);
"""
#: The tables that each version of the schema brought.
BROUGHT = {2: ("runs", "clock"), 3: ("hub_topics", "hubs")}
#: The tables that version 4 made otherwise than version 3, word for word but for line breaks.
SCHEMA_4 = """
CREATE TABLE endpoints (name VARCHAR(40) NOT NULL, url TEXT NOT NULL, not_before FLOAT,
    failures INTEGER DEFAULT '0' NOT NULL, refusals INTEGER DEFAULT '0' NOT NULL, failing_since FLOAT, failed_at FLOAT,
    succeeded_at FLOAT, disabled_at FLOAT, disabled_why VARCHAR(16), paced_until FLOAT, skew FLOAT,
    PRIMARY KEY (name, url));
CREATE TABLE event_forms (event_id VARCHAR(64) NOT NULL, form VARCHAR(16) NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (event_id, form), FOREIGN KEY(event_id) REFERENCES events (id));
CREATE TABLE deliveries (id INTEGER NOT NULL, event_id VARCHAR(64) NOT NULL, endpoint VARCHAR(40) NOT NULL,
    review_id VARCHAR(36) DEFAULT '' NOT NULL, form VARCHAR(16) DEFAULT 'summary' NOT NULL, state VARCHAR(16) NOT NULL,
    attempts INTEGER NOT NULL, step INTEGER DEFAULT '0' NOT NULL, due_at FLOAT DEFAULT '0' NOT NULL,
    claims INTEGER DEFAULT '0' NOT NULL, token INTEGER DEFAULT '0' NOT NULL, leased_until FLOAT, courier VARCHAR(32),
    settled_at FLOAT, resent_at FLOAT, PRIMARY KEY (id), UNIQUE (event_id, endpoint),
    FOREIGN KEY(event_id) REFERENCES events (id));
CREATE INDEX ix_deliveries_review ON deliveries (endpoint, review_id, id);
CREATE INDEX ix_deliveries_leased ON deliveries (leased_until);
CREATE INDEX ix_deliveries_due ON deliveries (state, endpoint, due_at, id);
CREATE INDEX ix_deliveries_claims ON deliveries (claims);
CREATE TABLE attempts (id INTEGER NOT NULL, delivery_id INTEGER NOT NULL, token INTEGER DEFAULT '0' NOT NULL,
    url TEXT NOT NULL, started_at FLOAT NOT NULL, ended_at FLOAT, status INTEGER, kind VARCHAR(20), outcome TEXT,
    excerpt TEXT, PRIMARY KEY (id), FOREIGN KEY(delivery_id) REFERENCES deliveries (id));
CREATE INDEX ix_attempts_delivery_id ON attempts (delivery_id);
"""
CONTENT_4 = """
INSERT INTO about VALUES (4);
INSERT INTO events VALUES ('msg_1', '00000000-0000-4000-8000-000000000001', 1, 'review.published', x'7b7d', 10.0);
INSERT INTO deliveries (id, event_id, endpoint, review_id, state, attempts, settled_at)
    VALUES (1, 'msg_1', 'partner', '00000000-0000-4000-8000-000000000001', 'delivered', 1, 12.0),
        (2, 'msg_1', 'left', '00000000-0000-4000-8000-000000000001', 'cancelled', 0, 13.0);
INSERT INTO attempts VALUES (1, 1, 1, 'https://p.example/', 11.0, 12.0, 204, NULL, 'delivered', NULL);
INSERT INTO endpoints (name, url, disabled_at, disabled_why) VALUES ('left', 'https://left.example/', 9.0, 'by-hand');
"""


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """Look into a file, past the program."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(params=[1, 2, 3])
def version(request: pytest.FixtureRequest) -> int:
    """Give each version of the schema that is older than this one."""
    return int(request.param)


@pytest.fixture
def older(tmp_path: Path, version: int) -> Path:
    """Leave a ledger as an earlier version wrote it."""
    path = tmp_path / FILE_NAME
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SCHEMA_3 + CONTENT_3)
        for brought, tables in BROUGHT.items():
            for table in tables if brought > version else ():
                connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE about SET schema_version = ?", (version,))
        connection.commit()
    return path


def test_what_was_announced_and_delivered_is_known_as_before(tmp_path: Path, older: Path) -> None:
    """Nothing is lost: reviews, events, where each delivery stands, and every attempt."""
    with Ledger.open(tmp_path) as ledger:
        assert ledger.announced() == {
            FIRST: Announced(FIRST, 2, live=True, snapshot={"title": "Karmalink"}),
            SECOND: Announced(SECOND, 1, live=True, snapshot={"title": "The Fog"}),
        }
        assert ledger.deliveries.counts() == {
            "partner": {DeliveryState.DELIVERED: 1, DeliveryState.WAITING: 2},
            "left": {DeliveryState.WAITING: 1, DeliveryState.FAILED: 1},
        }
        assert ledger.problems() == []

    assert rows(older, "SELECT review_id, form, step, claims, token, attempts FROM deliveries ORDER BY id") == [
        (FIRST, "summary", 0, 0, 0, 2),
        (FIRST, "summary", 0, 0, 0, 1),
        (SECOND, "summary", 0, 0, 0, 0),
        (SECOND, "summary", 0, 0, 0, 1),
        (FIRST, "summary", 0, 0, 0, 8),
    ]  # fmt: skip
    assert rows(older, "SELECT id, status, outcome, kind, excerpt FROM attempts ORDER BY id") == [
        (1, 500, "it answered 500", None, None),
        (2, 204, "delivered", None, None),
        (3, None, None, None, None),
        (4, 410, "it answered 410", None, None),
    ]


def test_what_is_known_of_endpoints_keeps_its_meaning(tmp_path: Path, older: Path) -> None:
    """An address that was gone is switched off because it is gone; one that asked for patience still does."""
    assert older.exists()
    with Ledger.open(tmp_path) as ledger:
        assert ledger.endpoints.states() == {
            ("partner", "https://p.example/"): EndpointState(not_before=40.0),
            ("left", "https://left.example/"): EndpointState(disabled_at=32.0, disabled_why=DisabledWhy.GONE),
        }


def test_what_waited_is_due_at_once_in_its_order(tmp_path: Path, older: Path) -> None:
    """The first look at the queue gives what an earlier version left, with its attempts counted on."""
    assert older.exists()
    share = Share("partner", "https://new.example/", 10, 1000)
    with Ledger.open(tmp_path) as ledger:
        claims = ledger.queue.claim("c", [share], 100.0, Terms(most=10, lease=60)).found

    assert [(claim.event_id, claim.attempt, claim.step, claim.body) for claim in claims] == [
        ("msg_2", 2, 0, b"{1}"),
        ("msg_3", 1, 0, b"{2}"),
    ]


def test_runs_and_hubs_can_be_recorded_afterwards(tmp_path: Path, older: Path, version: int) -> None:
    """Tables that the earlier version did not have are there; what it had in them is kept."""
    assert older.exists()
    with Ledger.open(tmp_path) as ledger:
        assert ledger.last_run("push") == (33.0 if version >= 2 else None)
        ledger.record_run("publish", 50.0)
        assert ledger.last_run("publish") == 50.0
        told = {"https://a.example/rss.xml": "0a"} if version >= 3 else {}
        assert ledger.hubs.told("https://hub.example/") == told


def test_a_copy_of_the_old_file_lies_beside_it(tmp_path: Path, older: Path, version: int) -> None:
    """Whoever goes back to the earlier version finds the ledger as that left it."""
    with Ledger.open(tmp_path):
        pass

    copy = tmp_path / f"{FILE_NAME}.schema-{version}"
    assert rows(copy, "SELECT schema_version FROM about") == [(version,)]
    assert rows(copy, "SELECT id, state, attempts FROM deliveries ORDER BY id")[1] == (2, "waiting", 1)
    assert rows(copy, "SELECT name, gone_at FROM endpoints ORDER BY name") == [
        ("left", 32.0),
        ("partner", None),
    ]
    assert rows(copy, "PRAGMA integrity_check") == [("ok",)]
    assert rows(older, "SELECT schema_version FROM about") != [(version,)]


def test_who_only_looks_leaves_an_older_ledger_as_it_is(tmp_path: Path, older: Path) -> None:
    """A status is told from a copy."""
    before = older.read_bytes()
    ledger = Ledger.peek(tmp_path)
    assert ledger is not None
    with ledger:
        assert ledger.announced().keys() == {FIRST, SECOND}

    assert older.read_bytes() == before
    assert not list(tmp_path.glob(f"{FILE_NAME}.schema-*"))


def test_a_migrated_ledger_has_the_tables_of_a_new_one(tmp_path: Path, older: Path) -> None:
    """The same columns in every table, whatever way they came there, and the same indexes."""
    with Ledger.open(tmp_path), Ledger.open(tmp_path / "new"):
        pass

    assert _shape(older) == _shape(tmp_path / "new" / FILE_NAME)


def _shape(path: Path) -> dict[str, object]:
    tables = [name for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns: dict[str, object] = {
        table: {row[1:4] for row in rows(path, f"PRAGMA table_info({table})")} for table in tables
    }
    indexes = rows(
        path, "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    )
    return columns | {"indexes": sorted(indexes)}


def test_a_migration_that_fails_leaves_the_ledger_as_it_was(
    tmp_path: Path, older: Path, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of it is one transaction: what was changed before the fault is undone."""

    def fail(connection: object, table: object) -> None:
        raise OSError(f"no room for {table} by {connection}")

    before = sorted(rows(older, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    with monkeypatch.context() as patch:
        patch.setattr("publisher.ledger.migrations._add_columns", fail)
        with pytest.raises(OSError, match="no room"):
            Ledger.open(tmp_path)

    assert sorted(rows(older, "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")) == before
    assert rows(older, "SELECT schema_version FROM about") == [(version,)]
    with Ledger.open(tmp_path) as ledger:
        assert ledger.announced().keys() == {FIRST, SECOND}


def test_a_copy_that_cannot_be_written_stops_the_migration(tmp_path: Path, older: Path, version: int) -> None:
    """Nothing is changed for which there is no way back."""
    (tmp_path / f"{FILE_NAME}.schema-{version}").mkdir()

    with pytest.raises(EnvironmentFault, match="cannot be written") as failure:
        Ledger.open(tmp_path)

    assert "make room for it" in str(failure.value.hint)
    assert rows(older, "SELECT schema_version FROM about") == [(version,)]


def test_a_run_delivers_what_an_earlier_version_left(tmp_path: Path, older: Path) -> None:
    """What waited arrives under its id; what waits for an address that was gone before is cancelled, and said."""
    outbox = Outbox(tmp_path)
    with Partner() as partner:
        reports = outbox.run(partner=partner.url, left="https://left.example/")

    assert partner.ids == ["msg_2", "msg_3"]
    assert (reports["partner"].delivered, reports["partner"].waiting) == (2, 0)
    assert (reports["left"].waiting, reports["left"].cancelled) == (0, 1)
    assert "410 Gone" in reports["left"].notes[0]
    assert rows(older, "SELECT state FROM deliveries WHERE id = 4") == [("cancelled",)]


def test_version_4_gets_what_tells_cancelled_on_purpose(tmp_path: Path) -> None:
    """All is kept, whoever was off by hand is, and what was cancelled before may be something that a partner lacks."""
    path = tmp_path / FILE_NAME
    same = [
        table
        for table in SCHEMA_3.strip().split(";\n")
        if not any(
            name in table for name in ("TABLE endpoints", "deliveries", "TABLE attempts", "ON attempts")
        )
    ]
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(";\n".join(same) + ";" + SCHEMA_4 + CONTENT_4)
    with Ledger.open(tmp_path / "new"), Ledger.open(tmp_path) as ledger:
        assert ledger.deliveries.counts() == {
            "partner": {DeliveryState.DELIVERED: 1},
            "left": {DeliveryState.CANCELLED: 1},
        }
        assert ledger.deliveries.missed() == {"left": 1}
        assert ledger.endpoints.present({"left": "https://other.example/"}) == {
            "left": EndpointState(disabled_at=9.0, disabled_why=DisabledWhy.BY_HAND)
        }
        assert ledger.problems() == []

    assert rows(path, "SELECT id, dismissed_at FROM deliveries ORDER BY id") == [(1, None), (2, None)]
    assert rows(path, "SELECT schema_version FROM about") == [(5,)]
    assert rows(tmp_path / f"{FILE_NAME}.schema-4", "SELECT schema_version FROM about") == [(4,)]
    assert _shape(path) == _shape(tmp_path / "new" / FILE_NAME)
