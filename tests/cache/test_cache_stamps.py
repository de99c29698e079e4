"""Stamps tell whether a file is still the one that was looked at, or say that they do not."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from publisher.cache import (
    Stamp,
    code_version,
    is_fine,
    is_settled,
    looks,
    moment_of,
    note,
    stamp_of,
    versions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

_SECOND = 1_000_000_000
# Long past the grain of any clock.
_LATER = 0.06


def test_whatever_happens_to_a_file_changes_its_stamp(tmp_path: Path) -> None:
    """Its text, its name, what else has its name, and times that were set back."""
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_text("one")
    other.write_text("two")
    seen = [stamp_of(file)]

    def changed() -> None:
        seen.append(stamp_of(file))
        assert seen[-1] not in seen[:-1]
        time.sleep(0.02)

    time.sleep(0.02)
    file.write_text("two")
    changed()
    about = file.stat()
    file.write_text("six")
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    changed()
    other.replace(file)
    changed()
    file.unlink()
    file.mkdir()
    changed()
    file.rmdir()
    changed()


def test_what_is_not_there_or_has_no_name_has_no_stamp(tmp_path: Path) -> None:
    """Nor has a name that no disk takes."""
    file = tmp_path / "plain"
    file.touch()
    for name in (tmp_path / "none", file / "below", tmp_path / ("x" * 300), "a\0b"):
        assert stamp_of(name) is None


def test_a_link_has_the_stamp_of_what_it_leads_to(tmp_path: Path) -> None:
    """What is read through it is what counts."""
    file, link = tmp_path / "a", tmp_path / "b"
    file.write_text("one")
    link.symlink_to(file)
    assert stamp_of(link) == stamp_of(file)


def test_a_file_that_changed_just_before_it_was_looked_at_is_not_settled(tmp_path: Path) -> None:
    """It may change again, to the same size, and its clock may show the same: git calls that racy."""
    file = tmp_path / "a"
    file.write_text("one")
    assert not is_settled(stamp_of(file), moment_of(tmp_path))
    time.sleep(_LATER)
    assert is_settled(stamp_of(file), moment_of(tmp_path))
    # A file that says it comes from the future may be rewritten until that is here.
    os.utime(file, (time.time() + 3600,) * 2)
    time.sleep(_LATER)
    assert not is_settled(stamp_of(file), moment_of(tmp_path))


def test_a_disk_that_tells_whole_seconds_is_waited_for_longer() -> None:
    """The coarsest tells every other second."""
    coarse: Stamp = (0, 1, 3, 1000 * _SECOND, 1000 * _SECOND)
    fine: Stamp = (0, 1, 3, 1000 * _SECOND, 1000 * _SECOND + 5)
    assert (is_fine(coarse), is_fine(fine)) == (False, True)
    assert not is_settled(coarse, 1002 * _SECOND)
    assert is_settled(coarse, 1002 * _SECOND + 1)
    assert not is_settled(fine, 1000 * _SECOND + 50_000_000)
    assert is_settled(fine, 1000 * _SECOND + 50_000_006)
    # The later of the two times counts.
    assert not is_settled((0, 1, 3, 5, 1000 * _SECOND + 5), 1000 * _SECOND)
    assert is_settled(None, 0)


def test_a_file_rewritten_within_the_grain_is_told_by_that(tmp_path: Path) -> None:
    """However often a file is rewritten with the same size: where a stamp does not change, it was not settled."""
    file = tmp_path / "a"
    file.write_text("0000")
    for number in range(300):
        looked_at = moment_of(tmp_path)
        before = stamp_of(file)
        with file.open("r+") as stream:
            stream.write(f"{number:04}")
        assert stamp_of(file) != before or not is_settled(before, looked_at)


def test_the_present_is_never_past_that_of_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk of another machine may have a clock that is slow: what it wrote just now would look settled."""
    monkeypatch.setattr(time, "time_ns", lambda: (2**31) * _SECOND)
    moment = moment_of(tmp_path)
    assert abs(moment / _SECOND - time.time()) < 60
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(time, "time_ns", lambda: 7)
    assert moment_of(tmp_path) == 7
    assert moment_of(tmp_path / "none") == 7


def test_looks_are_gathered_before_anything_is_looked_at(tmp_path: Path) -> None:
    """The first stamp counts: what comes later was not seen by whoever looked first."""
    file, missing = tmp_path / "a", tmp_path / "b"
    file.write_text("one")
    with looks() as seen:
        assert note(file) == file
        note(missing)
        before = stamp_of(file)
        file.write_text("more")
        missing.write_text("came")
        note(file)
        note(missing)
    assert seen == {str(file): before, str(missing): None}


def test_looks_within_looks_are_told_apart(tmp_path: Path) -> None:
    """Whoever gathers last gets them, until that is over, whatever ends it; nobody gathers, nothing is noted."""
    a, b, c = (tmp_path / name for name in "abc")
    note(a)
    with looks() as outer:
        note(a)
        with suppress(ValueError), looks() as inner:
            note(b)
            raise ValueError
        note(c)
    note(b)
    assert (set(outer), set(inner)) == ({str(a), str(c)}, {str(b)})


@contextmanager
def _anew() -> Iterator[None]:
    code_version.cache_clear()
    try:
        yield
    finally:
        code_version.cache_clear()


def test_the_version_of_the_code_changes_with_any_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is edited, that comes or goes, that is data; but not what Python compiled them to."""
    package = tmp_path / "publisher"
    (package / "inner" / "__pycache__").mkdir(parents=True)
    (package / "a.py").write_text("a")
    (package / "inner" / "data.toml").write_text("b")
    monkeypatch.setattr(versions, "_PACKAGE", package)
    seen: list[str] = []

    def version() -> str:
        with _anew():
            return code_version()

    seen.append(version())
    assert version() == seen[0]
    (package / "inner" / "__pycache__" / "a.pyc").write_text("x")
    assert version() == seen[0]
    os.utime(package / "a.py", (1, 1))
    seen.append(version())
    (package / "inner" / "data.toml").write_text("bb")
    seen.append(version())
    (package / "inner" / "more").touch()
    seen.append(version())
    (package / "a.py").rename(package / "b.py")
    seen.append(version())
    assert len(set(seen)) == len(seen)


def test_the_version_of_the_code_changes_with_what_is_installed_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of a library may make other bytes of the same post."""
    packages = tmp_path / "site-packages"
    (packages / "thing-1.0.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(packages))
    with _anew():
        first = code_version()
    (packages / "thing-1.0.dist-info").rename(packages / "thing-1.1.dist-info")
    with _anew():
        assert code_version() != first
