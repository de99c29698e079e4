"""The ledger's file: what keeps it whole, and what is said when it is not."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault, Refused
from publisher.ledger import (
    FILE_NAME,
    Announcement,
    Event,
    Ledger,
)
from publisher.model import EventType
from tests.ledger.ledger_files import PARTNER, REVIEW, announcement, claimed, count, looking

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def child(code: str, *arguments: object, prepare: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """Run Python code in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,  # noqa: PLW1509 - sets limits only
    )


def test_the_settings_that_make_commits_last_are_in_force(tmp_path: Path) -> None:
    """Write ahead, synchronise fully, check references and wait for others, on every connection."""
    with Ledger.open(tmp_path) as ledger, ledger._transaction() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize("name", ["plain", "a b", "50%", "what?", "#1", "ünïcode 🦋", "a&b=c;d", "%2e%2e"])
def test_the_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    """Put the file into the folder that was named, whatever characters URLs make of the name."""
    with Ledger.open(tmp_path / name) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / FILE_NAME).is_file()
    assert count(tmp_path / name, "events") == 1


def test_looking_makes_nothing(tmp_path: Path) -> None:
    """Peek into a folder without a ledger, and leave nothing behind."""
    assert Ledger.peek(tmp_path / "state") is None
    assert list(tmp_path.iterdir()) == []


def test_the_order_of_writing_is_the_order_of_sending(tmp_path: Path) -> None:
    """Keep what was announced over closing and opening, in order, byte for byte."""
    bodies = [bytes([0, 255, number]) for number in range(20)]
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(n, body=body) for n, body in enumerate(bodies)], PARTNER, 7.0)
    with Ledger.open(tmp_path) as ledger:
        claims = claimed(ledger)

    assert [claim.body for claim in claims] == bodies
    assert {claim.committed_at for claim in claims} == {7.0}


@pytest.mark.parametrize(
    "second",
    [
        announcement(1),
        Announcement(announcement(9).announced, announcement(1).event),
        Announcement(
            announcement(1).announced, Event("msg_other", EventType.UPDATED, REVIEW.format(1), 1, b"{}")
        ),
    ],
    ids=["same event", "same event id", "same sequence of a review"],
)
def test_an_event_is_committed_once(tmp_path: Path, second: Announcement) -> None:
    """Refuse an id or a sequence number that is taken, and leave nothing of the attempt."""
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
        with pytest.raises(EnvironmentFault, match="UNIQUE"):
            ledger.announce([announcement(2), announcement(3), second, announcement(4)], PARTNER, 2.0)
        announced = ledger.announced()

    assert set(announced) == {REVIEW.format(1)}
    assert [count(tmp_path, table) for table in ("announced", "events", "deliveries")] == [1, 1, 1]


def test_a_failure_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    """Undo the events, the deliveries and the snapshots when the disk's own rules refuse one of them."""
    with Ledger.open(tmp_path):
        pass
    with looking(tmp_path) as connection:
        connection.execute(
            "CREATE TRIGGER trap BEFORE INSERT ON deliveries WHEN NEW.event_id = 'msg_3_1' "
            "BEGIN SELECT RAISE(ABORT, 'trapped'); END"
        )
    with Ledger.open(tmp_path) as ledger, pytest.raises(EnvironmentFault, match="trapped"):
        ledger.announce([announcement(number) for number in range(6)], PARTNER, 1.0)

    assert [count(tmp_path, table) for table in ("announced", "events", "deliveries")] == [0, 0, 0]


def test_a_delivery_of_no_event_is_impossible(tmp_path: Path) -> None:
    """Hold on to the references between tables."""
    with (
        Ledger.open(tmp_path) as ledger,
        pytest.raises(EnvironmentFault, match="FOREIGN KEY"),
        ledger._transaction() as connection,
    ):
        connection.exec_driver_sql(
            "INSERT INTO deliveries (event_id, endpoint, state, attempts) VALUES ('msg_none', 'p', 'waiting', 0)"
        )


@pytest.mark.parametrize("version", [0, 6, 99])
def test_another_schema_is_refused_and_left_alone(tmp_path: Path, version: int) -> None:
    """Do not touch a ledger that another version of the program wrote."""
    with Ledger.open(tmp_path):
        pass
    with looking(tmp_path) as connection:
        connection.execute("UPDATE about SET schema_version = ?", (version,))
    before = (tmp_path / FILE_NAME).read_bytes()

    with pytest.raises(Refused) as failure:
        Ledger.open(tmp_path)

    assert f"has schema {version}; this version of publisher knows 5" in str(failure.value)
    assert (tmp_path / FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("rows", [0, 2])
def test_a_schema_that_is_unclear_is_no_schema(tmp_path: Path, rows: int) -> None:
    """Call a ledger damaged that names no schema, or two."""
    with Ledger.open(tmp_path):
        pass
    with looking(tmp_path) as connection:
        connection.execute("DELETE FROM about")
        connection.executemany("INSERT INTO about VALUES (?)", [(1,)] * rows)

    with pytest.raises(EnvironmentFault, match="is damaged"):
        Ledger.open(tmp_path)


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    """Put no tables into a database that is not a ledger."""
    with looking(tmp_path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")

    with pytest.raises(EnvironmentFault, match="is not a ledger"):
        Ledger.open(tmp_path)

    with looking(tmp_path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("recipes",)]


@pytest.mark.parametrize("content", [b"not a database at all" * 300, b"SQLite format 3\0" + b"\xff" * 4080])
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes) -> None:
    """Say in one line what is wrong, and what to do; keep the file."""
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(EnvironmentFault) as failure:
        Ledger.open(tmp_path)

    assert f"the ledger {tmp_path / FILE_NAME} cannot be used" in str(failure.value)
    assert "restore a copy" in str(failure.value.hint)
    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_ledger_that_is_held_is_told_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for another process that writes, and when it does not end say so."""
    monkeypatch.setattr("publisher.ledger.sqlite.BUSY_MILLISECONDS", 50)
    with Ledger.open(tmp_path):
        pass
    hold = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); "
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    with child(hold, tmp_path / FILE_NAME) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with Ledger.open(tmp_path) as ledger, pytest.raises(EnvironmentFault) as failure:
                ledger.announce([announcement(1)], PARTNER, 1.0)
        finally:
            holder.kill()
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)

    assert "cannot be used: database is locked" in str(failure.value)
    assert "another program holds it" in str(failure.value.hint)


OPEN_AND_ANNOUNCE = """
import sys
from pathlib import Path
from publisher.errors import PublisherError
from publisher.ledger import Announced, Announcement, Event, Ledger, Recipient
from publisher.model import EventType

folder, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
sys.stdin.read(1)
try:
    with Ledger.open(folder) as ledger:
        for number in range(first, last):
            review = f"00000000-0000-4000-8000-{number:012}"
            event = Event(f"msg_{number}", EventType.PUBLISHED, review, 1, b"x" * 2000)
            ledger.announce(
                [Announcement(Announced(review, 1, True, {}), event)],
                [Recipient("partner", "https://p.example/", frozenset(EventType))],
                1.0,
            )
            print(number, flush=True)
except PublisherError as error:
    print("fault:", error.message, "|", error.hint, flush=True)
"""


def test_many_processes_may_make_and_fill_it_at_once(tmp_path: Path) -> None:
    """Let eight processes open a new ledger in the same moment and write to it: nobody fails, nothing is lost."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_ANNOUNCE, str(tmp_path), str(n * 10), str(n * 10 + 10)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(8)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("x")
        writer.stdin.flush()
    said = [writer.communicate(timeout=60)[0] for writer in writers]

    assert [text for text in said if "fault" in text] == []
    assert count(tmp_path, "events") == 80


def test_what_was_committed_survives_the_death_of_the_process(tmp_path: Path) -> None:
    """Kill a process while it writes: every event it knew to be committed is there, whole, and no half one."""
    for attempt in range(5):
        folder = tmp_path / str(attempt)
        process = subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_ANNOUNCE, str(folder), "0", "100000"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        process.stdin.write("x")
        process.stdin.flush()
        confirmed = -1
        for line in process.stdout:
            if line != "ready\n":
                confirmed = int(line)
            if confirmed == 5 + attempt * 7:
                process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdin.close()
        process.stdout.close()
        with Ledger.open(folder) as ledger:
            waiting = [int(claim.event_id[4:]) for claim in claimed(ledger)]
            announced = len(ledger.announced())
        with looking(folder) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

        assert confirmed >= 5 + attempt * 7
        assert waiting == list(range(len(waiting)))
        # The last one may have been committed without the process living to say so.
        assert len(waiting) in {confirmed + 1, confirmed + 2}
        assert announced == len(waiting) == count(folder, "events")


def test_death_in_the_middle_of_a_transaction_leaves_nothing_of_it(tmp_path: Path) -> None:
    """Kill a process that has written events and not committed them: they never were, and nobody is locked out."""
    with Ledger.open(tmp_path) as ledger:
        ledger.announce([announcement(1)], PARTNER, 1.0)
    halfway = OPEN_AND_ANNOUNCE.split("print(", maxsplit=1)[0] + (
        "import os, signal\n"
        "from publisher.ledger import schema\n"
        "from sqlalchemy import insert\n"
        "with Ledger.open(folder) as ledger, ledger._transaction() as connection:\n"
        "    connection.exec_driver_sql('PRAGMA cache_size = 1')\n"
        "    for number in range(2, 500):\n"
        "        values = dict(id=f'msg_{number}', review_id=str(number), sequence=1, type='t', body=b'x' * 5000, at=1)\n"
        "        connection.execute(insert(schema.events).values(**values))\n"
        "    print('written', flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    with child(halfway, tmp_path, 0, 0) as process:
        out, _ = process.communicate(timeout=60)

    assert out == "written\n"
    assert process.returncode == -signal.SIGKILL
    with Ledger.open(tmp_path) as ledger:
        assert [claim.event_id for claim in claimed(ledger)] == ["msg_1_1"]
        ledger.announce([announcement(2)], PARTNER, 1.0)
    assert count(tmp_path, "events") == 2


def _small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """Stop with a message when no more can be written; what was committed before is there, and writing goes on later."""
    with child(
        OPEN_AND_ANNOUNCE.replace("sys.stdin.read(1)", ""), tmp_path, 0, 100_000, prepare=_small_files
    ) as process:
        out, errors = process.communicate(timeout=60)
    *numbers, fault = out.splitlines()[1:]
    with Ledger.open(tmp_path) as ledger:
        waiting = len(claimed(ledger))
        ledger.announce([announcement(999_999)], PARTNER, 1.0)

    assert errors == ""
    assert fault.startswith(f"fault: the ledger {tmp_path / FILE_NAME} cannot be used: ")
    assert "space on the disk" in fault
    assert len(numbers) > 3
    assert waiting == len(numbers)


def _without_privileges() -> None:
    # Root may write everywhere; PR_CAPBSET_DROP of CAP_DAC_OVERRIDE before the next exec takes that away.
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)


@pytest.mark.parametrize("there", [True, False])
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, there: bool) -> None:  # noqa: FBT001 - a parameter
    """Say that the ledger cannot be opened, or the folder not be made, without a traceback."""
    locked = tmp_path / "locked"
    locked.mkdir()
    folder = locked if there else locked / "state"
    locked.chmod(0o500)
    code = OPEN_AND_ANNOUNCE.replace("sys.stdin.read(1)", "")
    with child(code, folder, 0, 1, prepare=_without_privileges) as process:
        out, errors = process.communicate(timeout=60)
    locked.chmod(0o700)

    assert errors == ""
    assert "fault: " in out
    assert ("unable to open database file" if there else "cannot be made: Permission denied") in out


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    """Say that the ledger cannot be opened where a folder has its name."""
    (tmp_path / FILE_NAME).mkdir()

    with pytest.raises(EnvironmentFault, match="unable to open database file"):
        Ledger.open(tmp_path)


def test_a_log_without_its_ledger_is_no_new_ledger(tmp_path: Path) -> None:
    """Who lost the file and kept its log has lost what was announced: nothing begins anew by itself."""
    (tmp_path / f"{FILE_NAME}-wal").write_bytes(b"left behind")

    with pytest.raises(EnvironmentFault, match="is gone, and its log is still there"):
        Ledger.open(tmp_path)
    assert not (tmp_path / FILE_NAME).exists()
