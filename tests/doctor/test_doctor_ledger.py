"""The ledger: sound, missing, damaged, or none at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import FILE_NAME
from tests.doctor.clinic import look, one, told
from tests.release.newsroom import Newsroom

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeSite

SHOWN = f".publisher/{FILE_NAME}"


@pytest.fixture
def room(make_site: MakeSite) -> Newsroom:
    """Give a site that was pushed once."""
    made = Newsroom(make_site)
    made.push()
    return made


@pytest.fixture
def ledger(room: Newsroom) -> Path:
    """Give its ledger's file."""
    return room.site.state / FILE_NAME


def test_a_sound_ledger_says_how_much_it_holds(room: Newsroom) -> None:
    """The whole file was read."""
    found = one(look(room.site), "ledger")

    assert found.state == "ok"
    assert found.message.startswith(f"{SHOWN} is sound: 1 review announced, ")


def test_no_ledger_yet_is_well_and_says_what_that_means(make_site: MakeSite) -> None:
    """A site that has announced nothing needs none; an archive needs a baseline."""
    found = one(look(make_site()), "ledger")

    assert found.state == "ok"
    assert "publisher push --baseline" in str(found.help)


def test_an_empty_file_in_its_place_is_told(room: Newsroom, ledger: Path) -> None:
    """Everything would count as new, without a word."""
    ledger.write_bytes(b"")

    assert one(look(room.site), "ledger").state == "warning"


@pytest.mark.parametrize("place", [0, 100, 3 * 4096, 5 * 4096 + 8])
def test_damage_is_found_wherever_it_is(room: Newsroom, ledger: Path, place: int) -> None:
    """In the header, in the schema, in a table: it is put aside, and a copy put in its place."""
    with ledger.open("r+b") as stream:
        stream.seek(place)
        stream.write(b"\xa5" * 64)

    found = look(room.site)

    assert [str(finding.state) for finding in found["ledger"]] == ["failed"]
    assert "put it aside" in str(found["ledger"][0].help)
    assert one(found, "endpoints").state == "skipped"
    assert one(found, "posts").state == "ok"


def test_rows_that_belong_to_nothing_are_damage(room: Newsroom, ledger: Path) -> None:
    """SQLite's own check of the file finds nothing wrong with them; each is told, the first with the finding."""
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.executemany(
            "INSERT INTO deliveries (event_id, endpoint, state, attempts) VALUES (?, 'desk', 'waiting', 0)",
            [("nobody",), ("nothing",)],
        )

    found = one(look(room.site), "ledger")

    assert found.state == "failed"
    assert found.message == f"the ledger {SHOWN} is damaged: table deliveries: row 1 belongs to nothing"
    assert found.details == ("table deliveries: row 2 belongs to nothing",)


def test_a_file_that_is_no_ledger_has_failed(room: Newsroom, ledger: Path) -> None:
    """A text, another program's database, a ledger from the future."""
    ledger.write_text("not a database, and longer than its header would be" * 10)
    text = one(look(room.site), "ledger")
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("CREATE TABLE other (id)")
    other = one(look(room.site), "ledger")
    with closing(sqlite3.connect(ledger)) as connection, connection:
        connection.execute("CREATE TABLE about (schema_version INTEGER)")
        connection.execute("INSERT INTO about VALUES (99)")
    newer = one(look(room.site), "ledger")

    assert [finding.state for finding in (text, other, newer)] == ["failed"] * 3
    assert "it holds other tables" in other.message
    assert "has schema 99" in newer.message


@pytest.mark.parametrize("trap", ["folder", "pipe", "dangling", "/dev/full"])
def test_a_trap_in_its_place_has_failed(make_site: MakeSite, trap: str) -> None:
    """It is not opened, and nothing waits for it."""
    site = make_site()
    site.state.mkdir()
    path = site.state / FILE_NAME
    if trap == "folder":
        path.mkdir()
    elif trap == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("nowhere" if trap == "dangling" else trap)

    found = one(look(site), "ledger")

    assert (found.state, bool(found.help)) == ("failed", True)


def test_a_log_without_its_ledger_has_failed(room: Newsroom, ledger: Path) -> None:
    """What it holds is part of a ledger that was moved away: a new one in its place would not fit."""
    ledger.rename(ledger.with_name("kept"))
    ledger.with_name(f"{FILE_NAME}-wal").write_bytes(b"\x37\x7f\x06\x82" + bytes(100))

    found = one(look(room.site), "ledger")

    assert (found.state, found.message.split(":")[0]) == (
        "failed",
        f"{SHOWN} is missing, and {FILE_NAME}-wal lies where it was",
    )
    assert not ledger.exists()


def test_a_ledger_that_others_can_write_to_is_told(room: Newsroom, ledger: Path) -> None:
    """They could say that something was announced."""
    ledger.chmod(0o666)

    assert told(look(room.site)["ledger"])[1] == ("warning", f"{SHOWN} can be written by other users")
