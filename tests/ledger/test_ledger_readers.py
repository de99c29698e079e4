"""Who may look into the ledger, and that nobody who looks waits for somebody who writes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from publisher.errors import EnvironmentFault
from publisher.ledger import FILE_NAME, Ledger
from publisher.ledger.selections import Selection
from tests.ledger.ledger_files import PARTNER, announcement, claimed, looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

LOOKS: dict[str, Callable[[Ledger], object]] = {
    "announced": lambda ledger: ledger.announced(),
    "latest_moment": lambda ledger: ledger.latest_moment(),
    "last_run": lambda ledger: ledger.last_run("push"),
    "problems": lambda ledger: ledger.problems(),
    "counts": lambda ledger: ledger.deliveries.counts(),
    "waiting": lambda ledger: ledger.deliveries.waiting(),
    "oldest": lambda ledger: ledger.deliveries.oldest(),
    "tally": lambda ledger: ledger.deliveries.tally(Selection(), 1.0),
    "newest": lambda ledger: list(ledger.deliveries.newest(Selection(), 10, 1.0)),
    "attempts": lambda ledger: ledger.deliveries.attempts(1, 10),
    "latest_attempts": lambda ledger: ledger.deliveries.latest_attempts("partner", 10),
    "unknown": lambda ledger: ledger.deliveries.unknown(Selection(events=frozenset({"msg_1_1"}))),
    "body": lambda ledger: ledger.deliveries.body(1),
    "states": lambda ledger: ledger.endpoints.states(),
    "hubs": lambda ledger: (ledger.hubs.told("https://hub.example/"), ledger.hubs.not_before("h")),
    "in_hand": lambda ledger: ledger.queue.in_hand(1.0),
    "next_moments": lambda ledger: ledger.queue.next_moments(),
    "suspected": lambda ledger: ledger.queue.suspected(1.0),
    "couriers": lambda ledger: ledger.queue.couriers(),
}


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the write lock, as a program does that hangs while it writes."""
    with looking(folder) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE deliveries SET attempts = attempts + 1")
        yield


def modes(folder: Path) -> dict[str, int]:
    """Return who may do what with each file of a folder."""
    return {file.name: file.stat().st_mode & 0o777 for file in sorted(folder.iterdir())}


def test_who_looks_does_not_wait_for_who_writes(tmp_path: Path) -> None:
    """Another process holds the write lock: all that is read is there at once, as it was before that began."""
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
    began = time.monotonic()
    with held(tmp_path):
        for name, look in LOOKS.items():
            peeked = Ledger.peek(tmp_path)
            assert peeked is not None
            with peeked:
                look(peeked)

            assert time.monotonic() - began < 20, name
        with Ledger.open(tmp_path) as ledger:
            (delivery,) = ledger.deliveries.newest(Selection(), 10, 1.0)

            assert delivery.attempts == 0


def test_who_looks_changes_nothing(tmp_path: Path) -> None:
    """SQLite itself refuses whoever would write in a transaction that only reads."""
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
        begun = []

        def refuse(connection: Connection) -> None:
            begun.append(connection)
            connection.exec_driver_sql("PRAGMA query_only = ON")

        event.listen(ledger._engine, "begin", refuse)
        try:
            for look in LOOKS.values():
                look(ledger)
        finally:
            event.remove(ledger._engine, "begin", refuse)
            ledger._engine.dispose()

    assert len(begun) > len(LOOKS)


def test_who_writes_still_waits_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers never meet half way: the second is told that the file is held."""
    monkeypatch.setattr("publisher.ledger.sqlite.BUSY_MILLISECONDS", 50)
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
    with held(tmp_path), Ledger.open(tmp_path) as ledger:
        with pytest.raises(EnvironmentFault, match="database is locked"):
            ledger.announce([announcement(2)], PARTNER, 1.0)
        with pytest.raises(EnvironmentFault, match="database is locked"):
            claimed(ledger)


def test_nobody_else_can_read_a_ledger(tmp_path: Path) -> None:
    """It holds endpoints' addresses, and these may hold a token: its file, and those beside it, are their owner's alone."""
    before = os.umask(0)
    try:
        with Ledger.open(tmp_path) as ledger:
            ledger.announce([announcement(1)], PARTNER, 1.0)
            found = modes(tmp_path)
    finally:
        os.umask(before)

    assert found == {FILE_NAME: 0o600, f"{FILE_NAME}-shm": 0o600, f"{FILE_NAME}-wal": 0o600}


def test_a_ledger_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """What an earlier version left open to the world is closed when the ledger is opened, and copies of it, too."""
    with Ledger.open(tmp_path):
        pass
    (tmp_path / f"{FILE_NAME}.schema-3").write_bytes(b"a copy")
    (tmp_path / "seen.txt").write_bytes(b"another file")
    for file in tmp_path.iterdir():
        file.chmod(0o644)
    with Ledger.open(tmp_path):
        found = modes(tmp_path)

    assert found.pop("seen.txt") == 0o644
    assert set(found) >= {FILE_NAME, f"{FILE_NAME}.schema-3"}
    assert set(found.values()) == {0o600}


def test_opening_a_ledger_twice_keeps_the_locks_of_the_first(tmp_path: Path) -> None:
    """A file that is closed past SQLite would end the locks that this very process holds on it (POSIX, fcntl)."""
    path = tmp_path / FILE_NAME
    with Ledger.open(tmp_path) as first, first._transaction() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET attempts = 1")
        with Ledger.open(tmp_path) as second:
            second.announced()
        # Whoever closes a ledger last takes the log beside it away; here, that is somebody else.
        code = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM about'); c.close()"
        subprocess.run([sys.executable, "-c", code, path], check=True)

        assert path.with_name(f"{FILE_NAME}-wal").exists()
