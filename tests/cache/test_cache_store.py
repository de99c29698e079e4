"""A store gives back what was put in, or nothing: never anything else, and never an error."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.cache import Store

if TYPE_CHECKING:
    from pathlib import Path

ROWS = {f"posts/{number}.md": bytes([number]) * 300 for number in range(60)}


def _store(folder: Path, version: str = "1") -> Store:
    return Store(folder / ".publisher" / "cache", "posts", version)


def _file(folder: Path) -> Path:
    return folder / ".publisher" / "cache" / "posts.sqlite3"


def test_what_was_put_in_comes_out(tmp_path: Path) -> None:
    """Rows come back whole, are replaced, and go."""
    store = _store(tmp_path)
    assert store.rows() == {}
    store.save(ROWS)
    assert _store(tmp_path).rows() == ROWS
    store.save({"posts/1.md": b"new", "": b""}, gone=["posts/2.md", "never there"])
    left = {name: data for name, data in ROWS.items() if name != "posts/2.md"}
    assert _store(tmp_path).rows() == {**left, "posts/1.md": b"new", "": b""}
    # It holds what posts say before the world may read it.
    assert (tmp_path / ".publisher" / ".gitignore").read_text() == "*\n"


def test_rows_of_another_version_are_as_good_as_none(tmp_path: Path) -> None:
    """They are not seen, and whoever writes does away with them."""
    _store(tmp_path).save(ROWS)
    assert _store(tmp_path, "2").rows() == {}
    assert _store(tmp_path).rows() == ROWS
    _store(tmp_path, "2").save({"a": b"b"})
    assert _store(tmp_path, "2").rows() == {"a": b"b"}
    assert _store(tmp_path).rows() == {}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give the bytes of a sound file with `ROWS`."""
    folder = tmp_path_factory.mktemp("sound")
    _store(folder).save(ROWS)
    return _file(folder).read_bytes()


def _put(folder: Path, data: bytes) -> Path:
    file = _file(folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file


def _is_useful_again(folder: Path) -> None:
    """See that it is so once two runs have written: the first may only have done away with what was damaged."""
    for _ in range(2):
        _store(folder).save(ROWS)
    assert _store(folder).rows() == ROWS


@given(data=st.data())
def test_a_damaged_file_gives_rows_that_were_put_in_or_none(
    tmp_path_factory: pytest.TempPathFactory, sound: bytes, data: st.DataObject
) -> None:
    """Cut anywhere, or with bytes flipped anywhere: whatever comes out is what was put in under its name."""
    folder = tmp_path_factory.getbasetemp() / "damaged"
    damaged = bytearray(sound)
    places = st.integers(0, len(sound) - 1)
    for place in data.draw(st.lists(places, max_size=8)):
        damaged[place] ^= data.draw(st.integers(1, 255))
    if data.draw(st.booleans()):
        del damaged[data.draw(places) :]
    _put(folder, bytes(damaged))
    found = _store(folder).rows()
    assert found.items() <= ROWS.items()
    _store(folder).save({"more": b"more"})
    assert _store(folder).rows().items() <= {**ROWS, "more": b"more"}.items()
    _file(folder).unlink(missing_ok=True)


def test_a_row_whose_bytes_are_not_those_that_were_put_in_is_no_row(tmp_path: Path) -> None:
    """Neither other bytes, nor the bytes of another row, nor anything that is no bytes at all."""
    _store(tmp_path).save({"a": b"a", "b": b"b", "c": b"c", "d": b"d", "sound": b"sound"})
    with closing(sqlite3.connect(_file(tmp_path))) as connection:
        connection.execute("UPDATE rows SET data = x'00' WHERE name = 'a'")
        connection.execute(
            "UPDATE rows SET (sum, data) = (SELECT sum, data FROM rows WHERE name = 'c') WHERE name = 'b'"
        )
        connection.execute("UPDATE rows SET data = 'text' WHERE name = 'c'")
        connection.execute("UPDATE rows SET sum = 'none' WHERE name = 'd'")
        connection.commit()
    assert _store(tmp_path).rows() == {"sound": b"sound"}


@pytest.mark.parametrize(
    "content", [b"", b"\0", b"not a database at all, though it is long enough to be one" * 99]
)
def test_a_foreign_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """Whatever lies there is no store, and makes way for one."""
    _put(tmp_path, content)
    assert _store(tmp_path).rows() == {}
    _is_useful_again(tmp_path)


def test_a_database_of_something_else_gives_nothing(tmp_path: Path) -> None:
    """Tables of the same names and another shape are no rows."""
    file = _put(tmp_path, b"")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE version (version TEXT)")
        connection.execute("INSERT INTO version VALUES ('1')")
        connection.execute("CREATE TABLE rows (something TEXT)")
        connection.commit()
    assert _store(tmp_path).rows() == {}
    _store(tmp_path).save(ROWS)
    assert _store(tmp_path).rows().items() <= ROWS.items()


def test_a_truncated_file_is_made_anew(tmp_path: Path, sound: bytes) -> None:
    """Half a file is noticed, and two runs later it is whole."""
    _put(tmp_path, sound[: len(sound) // 2])
    _store(tmp_path).rows()
    _is_useful_again(tmp_path)


@pytest.mark.parametrize("kind", ["folder", "link that leads nowhere"])
def test_what_is_no_file_gives_nothing(tmp_path: Path, kind: str) -> None:
    """It is no reason to fail."""
    file = _put(tmp_path, b"")
    file.unlink()
    if kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(tmp_path / "no folder" / "nothing")
    store = _store(tmp_path)
    assert store.rows() == {}
    store.save(ROWS)
    assert store.rows() == {}


def test_a_file_where_the_folder_is_to_be_gives_nothing(tmp_path: Path) -> None:
    """It is no reason to fail."""
    (tmp_path / ".publisher").write_text("")
    store = _store(tmp_path)
    store.save(ROWS)
    assert store.rows() == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_cannot_be_written_is_still_read(tmp_path: Path) -> None:
    """What is kept is of use; nothing new is kept."""
    store = _store(tmp_path)
    store.save(ROWS)
    folder = _file(tmp_path).parent
    _file(tmp_path).chmod(0o444)
    folder.chmod(0o555)
    try:
        store.save({"more": b"more"})
        assert store.rows() == ROWS
    finally:
        folder.chmod(0o755)


def test_a_disk_that_fails_is_no_reason_to_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that cannot be written stays as it was, whoever runs."""
    store = _store(tmp_path)
    store.save(ROWS)

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    with monkeypatch.context() as broken:
        broken.setattr(sqlite3, "connect", fail)
        store.save({"more": b"more"})
        assert store.rows() == {}
    assert store.rows() == ROWS


def test_a_name_that_is_no_text_is_not_kept_and_harms_nothing(tmp_path: Path) -> None:
    """Names of files may be any bytes; a database holds text."""
    store = _store(tmp_path)
    store.save(ROWS)
    store.save({"posts/\udcff.md": b"x", "text": b"y"}, gone=["posts/\udcff.md"])
    assert store.rows() == {**ROWS, "text": b"y"}


_WRITER = """
import sys
from pathlib import Path
from publisher.cache import Store
store = Store(Path(sys.argv[1]), "posts", "1")
for turn in range(30):
    store.save({f"{sys.argv[2]}{turn}": sys.argv[2].encode() * 2000, "both": sys.argv[2].encode() * 500})
    for name, data in store.rows().items():
        assert len(set(data)) == 1, name
"""


def test_two_processes_that_write_at_once_harm_nobody(tmp_path: Path) -> None:
    """Each row that either put in is there, whole; of one that both wrote, one won."""
    folder = tmp_path / ".publisher" / "cache"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder), name], stderr=subprocess.PIPE, text=True
        )
        for name in "ab"
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert writer.returncode == 0, said
    rows = _store(tmp_path).rows()
    assert rows.pop("both") in {b"a" * 500, b"b" * 500}
    assert rows == {f"{name}{turn}": name.encode() * 2000 for name in "ab" for turn in range(30)}


def test_whoever_waits_too_long_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that another program does not let go is neither read nor written."""
    monkeypatch.setattr("publisher.cache.store._BUSY", 10)
    store = _store(tmp_path)
    store.save(ROWS)
    with closing(sqlite3.connect(_file(tmp_path), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        store.save({"more": b"more"})
        assert store.rows() == {}
    assert store.rows() == ROWS


@pytest.mark.parametrize("seed", range(40))
def test_a_file_damaged_anywhere_is_empty_or_whole_and_is_made_anew(tmp_path: Path, seed: int) -> None:
    """Whatever bytes are overwritten, its names among them: no row is wrong, and what is saved after is found again."""
    dice = random.Random(seed)  # noqa: S311 - a seed, so that a failure can be repeated
    rows = {f"posts/{number}-映.md": bytes([number]) * 50 for number in range(40)}
    Store(tmp_path / "cache", "posts", "1").save(rows)
    file = tmp_path / "cache" / "posts.sqlite3"
    data = bytearray(file.read_bytes())
    for _ in range(dice.randint(1, 60)):
        data[dice.randrange(16 if seed % 2 else 0, len(data))] = dice.randrange(256)
    file.write_bytes(data)

    store = Store(tmp_path / "cache", "posts", "1")
    found = store.rows()
    store.save(rows)
    store = Store(tmp_path / "cache", "posts", "1")
    once_more = store.rows()
    store.save(rows)

    assert all(rows[name] == data for name, data in found.items())
    assert all(rows[name] == data for name, data in once_more.items())
    assert Store(tmp_path / "cache", "posts", "1").rows() == rows
