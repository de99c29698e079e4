"""The ledger: sound, missing, damaged, or none at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import FILE_NAME, Ledger
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.doctor.clinic import look, one, told
from tests.release.newsroom import CLOCK, NOW, Newsroom, partner, post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import MakeSite

SHOWN = f".publisher/{FILE_NAME}"
HELD = "feeds/ hold 2 reviews, and no ledger says that they were announced"
DESK = partner("desk", "https://partner.film/hooks")


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


def test_no_ledger_yet_is_well(make_site: MakeSite) -> None:
    """A site that has announced nothing needs none, and nothing has to be done."""
    found = one(look(make_site(more=DESK)), "ledger")

    assert (found.state, found.message, found.help) == (
        "ok",
        f"there is no {SHOWN} yet; the first publish makes it",
        None,
    )


def lose(ledger: Path) -> None:
    """Remove a ledger."""
    ledger.unlink()


def empty(ledger: Path) -> None:
    """Leave an empty file in a ledger's place."""
    ledger.write_bytes(b"")


def begin_anew(ledger: Path) -> None:
    """Put a ledger that knows nothing in a ledger's place, as a run does that is refused."""
    ledger.unlink()
    Ledger.open(ledger.parent).close()


LOSSES = pytest.mark.parametrize("loss", [lose, empty, begin_anew])


@LOSSES
def test_a_ledger_that_was_lost_has_failed_where_partners_listen(
    make_site: MakeSite, loss: Callable[[Path], None]
) -> None:
    """The feeds tell that the site was published: all of it would be announced again."""
    room = Newsroom(make_site, more=DESK, posts={"a": post(), "b": post(2)})
    room.push(baseline=True)
    generate(read_posts(room.site).posts, room.site, NOW)
    loss(room.site.state / FILE_NAME)

    found = look(room.site)
    told_of = one(found, "ledger")

    assert (told_of.state, told_of.message) == (
        "failed",
        f"{HELD}: the next publish would announce them all again",
    )
    assert "restore the ledger from a backup" in str(told_of.help)
    assert "`publisher push --baseline`" in str(told_of.help)


@LOSSES
def test_a_ledger_that_was_lost_is_a_warning_where_nobody_listens(
    make_site: MakeSite, loss: Callable[[Path], None]
) -> None:
    """A site that is only generated has none, and needs none."""
    room = Newsroom(make_site)
    room.push()
    generate(read_posts(room.site).posts, room.site, NOW)
    loss(room.site.state / FILE_NAME)

    found = one(look(room.site), "ledger")

    assert (found.state, "hold 1 review, and no ledger" in found.message) == ("warning", True)
    assert "`publisher push --baseline`" in str(found.help)


def test_a_ledger_that_has_seen_runs_was_not_lost(make_site: MakeSite) -> None:
    """It is that of a site that had nothing to announce when it was last published."""
    room = Newsroom(make_site, more=DESK)
    generate(read_posts(room.site).posts, room.site, NOW)
    with Ledger.open(room.site.state) as ledger:
        ledger.announce([], [], CLOCK, now=CLOCK)

    assert one(look(room.site), "ledger").state == "ok"


@pytest.mark.parametrize("content", [b"", b"{}", b"{\n", None])
def test_feeds_of_another_program_tell_nothing_of_a_ledger(
    make_site: MakeSite, content: bytes | None
) -> None:
    """Nor does a trap in the feed's place."""
    site = make_site(more=DESK)
    site.feeds.mkdir()
    if content is None:
        os.mkfifo(site.feeds / "feed.json")
    else:
        (site.feeds / "feed.json").write_bytes(content)

    assert one(look(site), "ledger").state == "ok"


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


@pytest.mark.parametrize("lie", ["UPDATE about SET schema_version = 77", "ALTER TABLE about RENAME TO abuot"])
def test_a_damaged_ledger_that_lies_about_itself_is_damaged(room: Newsroom, ledger: Path, lie: str) -> None:
    """No newer version of this program would help."""
    with closing(sqlite3.connect(ledger)) as connection:
        with connection:
            connection.execute(lie)
        root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'events'").fetchone()[0]
        page = connection.execute("PRAGMA page_size").fetchone()[0]
    with ledger.open("r+b") as stream:
        stream.seek((root - 1) * page + 3)
        stream.write(b"\xa5" * 5)
    before = room.files()

    found = one(look(room.site), "ledger")

    assert found.state == "failed"
    assert found.message.startswith(f"the ledger {SHOWN} is damaged: ")
    assert "put it aside" in str(found.help)
    assert room.files() == before


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
