"""What is said of a ledger that is damaged, or that somebody has edited: an answer or a fault, and never a crash."""

from __future__ import annotations

import contextlib
import random
import shutil
import sqlite3
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault, PublisherError
from publisher.ledger import FILE_NAME, EndpointState, Event, Ledger
from publisher.ledger.queue import Terms
from publisher.ledger.selections import Selection
from publisher.model import EventType
from tests.ledger.ledger_files import PARTNER, SHARE, announcement, claimed, looking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_damage_anywhere_is_told_and_never_a_crash(tmp_path: Path) -> None:
    """Overwrite random places of a ledger: everything it then does is an answer, or a fault with a message."""
    good = tmp_path / "good"
    with Ledger.open(good) as ledger:
        ledger.announce([announcement(n, body=b"x" * 500) for n in range(60)], PARTNER, 1.0)
        ledger.endpoints.change("partner", "https://p.example/", lambda _: EndpointState(not_before=1.0))
        ledger.queue.claim("tests", [SHARE], 5.0, Terms(most=20, lease=60.0))
    content = (good / FILE_NAME).read_bytes()
    dice = random.Random(7)  # noqa: S311 - a seed, so that a failure can be repeated
    told = []
    for number in range(60):
        folder = tmp_path / str(number)
        folder.mkdir()
        data = bytearray(content)
        for _ in range(dice.choice([1, 5, 40])):
            place = dice.randrange(len(data))
            data[place : place + 8] = dice.randbytes(8)
        (folder / FILE_NAME).write_bytes(bytes(data[: len(content)]))
        try:
            with Ledger.open(folder) as ledger:
                ledger.announced()
                ledger.deliveries.counts()
                ledger.deliveries.waiting()
                ledger.deliveries.oldest()
                ledger.endpoints.states()
                ledger.queue.next_moments()
                claimed(ledger)
                ledger.announce([announcement(99, sequence=2)], PARTNER, 2.0)
        except PublisherError as error:
            told.append(error.message)
        shutil.rmtree(folder)

    assert len(told) > 10
    assert all(message.isprintable() and "sqlalche" not in message for message in told)


def test_damage_inside_the_file_is_found_on_request(tmp_path: Path) -> None:
    """A sound ledger has no problems; one with a row that belongs to nothing has one."""
    with Ledger.open(tmp_path) as ledger:
        assert ledger.problems() == []
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute(
            "INSERT INTO deliveries (id, event_id, endpoint, state, attempts) VALUES (7, 'msg_none', 'p', 'waiting', 0)"
        )
        connection.commit()
    with Ledger.open(tmp_path) as ledger:
        assert ledger.problems() == ["table deliveries: row 7 belongs to nothing"]


@pytest.mark.parametrize(
    "damage",
    [
        """UPDATE announced SET snapshot = '{"url": "https://[x"}'""",
        """UPDATE announced SET snapshot = '{"url": 7}'""",
        "UPDATE announced SET review_id = x'ff'",
        "INSERT INTO runs VALUES ('publish', 'x')",
        "INSERT INTO clock VALUES ('x')",
        "INSERT INTO endpoints (name, url, not_before) VALUES ('partner', 'https://p.example/', 'a')",
        "INSERT INTO endpoints (name, url, disabled_why) VALUES ('partner', 'https://p.example/', 'bored')",
        "UPDATE deliveries SET state = 'lost'",
    ],
)
def test_values_that_nobody_wrote_are_damage(tmp_path: Path, damage: str) -> None:
    """SQLite keeps anything anywhere; whoever reads it is told that the ledger is damaged, and no more."""
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
    with looking(tmp_path) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(damage)

    def look(ledger: Ledger) -> None:
        ledger.announced()
        ledger.last_run("publish")
        ledger.latest_moment()
        ledger.endpoints.states()
        ledger.deliveries.counts()

    with Ledger.open(tmp_path) as ledger, pytest.raises(EnvironmentFault, match="is damaged"):
        look(ledger)


def _read(ledger: Ledger) -> None:
    everything = Selection()
    list(ledger.deliveries.newest(everything, 10, 5.0))
    ledger.deliveries.tally(everything, 5.0)
    ledger.deliveries.attempts(1, 10)
    ledger.deliveries.latest_attempts("partner", 10)
    ledger.deliveries.oldest()


@pytest.mark.parametrize("value", ["'x'", "9e999", "-9e999", "1e300", "-1", "x'ff'"])
@pytest.mark.parametrize(
    "column",
    [
        "events.at",
        "deliveries.due_at",
        "deliveries.settled_at",
        "deliveries.resent_at",
        "attempts.started_at",
        "attempts.ended_at",
    ],
)
def test_a_time_that_is_none_is_damage(tmp_path: Path, column: str, value: str) -> None:
    """No calendar has it, and whoever would show it would fail."""
    _damage_one_event(tmp_path, column, value)

    with Ledger.open(tmp_path) as ledger, pytest.raises(EnvironmentFault, match="is damaged"):
        _read(ledger)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("deliveries.attempts", "'x'"),
        ("deliveries.step", "9e999"),
        ("deliveries.form", "'long'"),
        ("deliveries.state", "7"),
        ("events.sequence", "9e999"),
        ("attempts.status", "9e999"),
        ("attempts.status", "'x'"),
        ("attempts.kind", "x'ff'"),
        ("attempts.outcome", "x'ff'"),
        ("attempts.excerpt", "x'ff'"),
        ("announced.snapshot", "'{'"),
    ],
)
def test_a_number_or_a_text_that_is_none_is_damage(tmp_path: Path, column: str, value: str) -> None:
    """Infinity is not a number of tries."""
    _damage_one_event(tmp_path, column, value)

    with Ledger.open(tmp_path) as ledger, pytest.raises(EnvironmentFault, match="is damaged"):
        _read(ledger)


def _ping(ledger: Ledger) -> object:
    event = Event("msg_ping", EventType.PUBLISHED, "", 0, b"{}")
    return ledger.deliveries.begin_ping(event, "partner", "https://p.example/", 9.0)


@pytest.mark.parametrize(
    ("damage", "write"),
    [
        (
            "UPDATE announced SET snapshot = '{'",
            lambda ledger: ledger.deliveries.give_backlog(PARTNER[0], 5, 9.0),
        ),
        (
            """UPDATE announced SET snapshot = '{"published": 7}'""",
            lambda ledger: ledger.deliveries.give_backlog(PARTNER[0], 5, 9.0),
        ),
        ("UPDATE events SET sequence = 'x', review_id = ''", _ping),
        ("UPDATE events SET sequence = 9223372036854775807, review_id = ''", _ping),
        ("INSERT INTO clock VALUES ('x')", lambda ledger: ledger.announce([], [], 9.0, now=9.0)),
        ("INSERT INTO clock VALUES (9e999)", lambda ledger: ledger.announce([], [], 9.0, now=9.0)),
        (
            "INSERT INTO endpoints (name, url, failures) VALUES ('partner', 'https://p.example/', 'x')",
            lambda ledger: ledger.announce([announcement(2)], PARTNER, 9.0),
        ),
        ("INSERT INTO clock VALUES (9e999)", lambda ledger: ledger.latest_moment()),
        ("INSERT INTO runs VALUES ('publish', 9e999)", lambda ledger: ledger.last_run("publish")),
    ],
)
def test_whoever_reads_in_order_to_write_is_told_of_damage(
    tmp_path: Path, damage: str, write: Callable[[Ledger], object]
) -> None:
    """And nothing is written."""
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
    with looking(tmp_path) as connection:
        connection.execute(damage)

    with Ledger.open(tmp_path) as ledger, pytest.raises(EnvironmentFault, match="is damaged"):
        write(ledger)


def _damage_one_event(folder: Path, column: str, value: str) -> None:
    """Commit an event that was tried once, and write a value over a column."""
    with Ledger.open(folder) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
        claimed(ledger)
    table, name = column.split(".")
    with looking(folder) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"UPDATE {table} SET {name} = {value}")  # noqa: S608 - names of ours
