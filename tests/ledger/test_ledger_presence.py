"""Who is at work on a ledger: known by a file that is locked as long as its process lives."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault
from publisher.ledger.presence import Presence

if TYPE_CHECKING:
    from pathlib import Path

ALIVE = """
import sys
from pathlib import Path
from publisher.ledger.presence import Presence
with Presence(Path(sys.argv[1])) as presence:
    print(presence.id, flush=True)
    sys.stdin.read()
"""


def courier(state: Path) -> tuple[subprocess.Popen[str], str]:
    """Start a process that is at work, and give the id it is known by."""
    process = subprocess.Popen(
        [sys.executable, "-c", ALIVE, state], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_who_was_killed_is_dead_at_once(tmp_path: Path) -> None:
    """One that lives is not dead, however long it says nothing; after kill -9 it is, and its file is gone."""
    process, known_as = courier(tmp_path)
    with process, Presence(tmp_path) as me:
        before = me.dead([known_as])
        process.kill()
        process.wait()
        after = me.dead([known_as])

        assert before == frozenset()
        assert after == {known_as}
        assert [file.name for file in (tmp_path / "couriers").iterdir()] == [me.id]


def test_who_stopped_without_dying_is_not_dead(tmp_path: Path) -> None:
    """A process that the system has halted may go on: what it has is its own."""
    process, known_as = courier(tmp_path)
    with process, Presence(tmp_path) as me:
        process.send_signal(signal.SIGSTOP)
        found = me.dead([known_as])
        process.kill()

    assert found == frozenset()


def test_who_has_ended_is_dead_and_leaves_nothing(tmp_path: Path) -> None:
    """A courier that ended well holds nothing any more."""
    with Presence(tmp_path) as first:
        pass
    with Presence(tmp_path) as second:
        assert second.dead([first.id]) == {first.id}

    assert list((tmp_path / "couriers").iterdir()) == []


def test_nobody_takes_itself_for_dead(tmp_path: Path) -> None:
    """Its own lock does not count, in whichever thread it is looked at."""
    found: list[frozenset[str]] = []
    with Presence(tmp_path) as me:
        thread = threading.Thread(target=lambda: found.append(me.dead([me.id])))
        thread.start()
        thread.join()
        found.append(me.dead([me.id]))

    assert found == [frozenset(), frozenset()]


def test_two_in_one_process_know_each_other_alive(tmp_path: Path) -> None:
    """Couriers in threads are told apart like those of several processes."""
    with Presence(tmp_path) as one, Presence(tmp_path) as other:
        assert one.id != other.id
        assert one.dead([other.id]) == other.dead([one.id]) == frozenset()


def test_an_id_that_nobody_has_is_dead(tmp_path: Path) -> None:
    """A ledger that was moved to another machine holds leases of couriers that are not here."""
    with Presence(tmp_path) as me:
        assert me.dead(["0" * 32]) == {"0" * 32}


@pytest.mark.parametrize("name", ["../../victim", "/victim", "", "a\0b", ".", "a/b"])
def test_a_damaged_ledger_names_no_file(tmp_path: Path, name: str) -> None:
    """What is not the id of a courier opens and removes nothing."""
    victim = tmp_path / "victim"
    victim.write_text("here")
    with Presence(tmp_path / "a" / "state") as me:
        assert me.dead([name]) == {name}

    assert victim.read_text() == "here"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file in its place is a fault of the environment, in one line."""
    (tmp_path / "couriers").write_text("")

    with pytest.raises(EnvironmentFault, match="cannot be written"), Presence(tmp_path):
        pass
