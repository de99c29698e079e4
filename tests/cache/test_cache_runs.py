"""A run is recalled as long as nothing that it looked at has changed, and never when something has."""

from __future__ import annotations

import hashlib
import os
import time
from typing import TYPE_CHECKING

import orjson
import pytest

from publisher.cache.runs import FOLDER, Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Long past the grain of any clock.
_LATER = 0.06
_RESULT = {"names": ["a"]}


def _site(folder: Path) -> Path:
    for name in ("posts/one.md", "posts/deep/two.md", "publisher.toml", "pictures/a.png", "feeds/rss.xml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    time.sleep(_LATER)
    return folder


def _put_down(
    site: Path, *, meanwhile: Callable[[], object] = lambda: None, more: tuple[Path, ...] = ()
) -> None:
    run = Run.begin(site, "generate")
    meanwhile()
    run.put_down(
        site / "posts",
        [site / "pictures/a.png", site / "pictures/none.png", site / ".publisher/ledger", *more],
        [site / "feeds/rss.xml"],
        since=100,
        until=200,
        result=_RESULT,
    )


def _recalled(site: Path, now: float = 150) -> object:
    return Run.begin(site, "generate").recall(now)


def _rewrite(file: Path) -> None:
    """Write another text of the same length, and set its time back."""
    about = file.stat()
    file.write_text(file.read_text().swapcase())
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))


def test_a_run_is_recalled_in_its_span_and_by_its_name(tmp_path: Path) -> None:
    """From its moment on, up to when something changes by itself; that of another command is another."""
    site = _site(tmp_path)
    assert _recalled(site) is None
    _put_down(site)
    assert _recalled(site) == _RESULT
    assert _recalled(site, 100) == _RESULT
    assert _recalled(site, 99.9) is None
    assert _recalled(site, 200) is None
    assert Run.begin(site, "validate").recall(150) is None


def _make_a_folder(site: Path) -> None:
    (site / "posts/one.md").unlink()
    (site / "posts/one.md").mkdir()


_CHANGES: dict[str, Callable[[Path], object]] = {
    "a post is edited": lambda site: _rewrite(site / "posts/one.md"),
    "a post in a folder is edited": lambda site: _rewrite(site / "posts/deep/two.md"),
    "a post comes": lambda site: (site / "posts/three.md").touch(),
    "a post goes": lambda site: (site / "posts/deep/two.md").unlink(),
    "a post is renamed": lambda site: (site / "posts/one.md").rename(site / "posts/won.md"),
    "a folder of posts is renamed": lambda site: (site / "posts/deep").rename(site / "posts/high"),
    "a post may not be read": lambda site: (site / "posts/one.md").chmod(0),
    "offers come": lambda site: (site / "posts/.watch").mkdir(),
    "a link comes": lambda site: (site / "posts/link.md").symlink_to("one.md"),
    "the posts go": lambda site: (site / "posts").rename(site / "elsewhere"),
    "a post becomes a folder": _make_a_folder,
    "the settings change": lambda site: _rewrite(site / "publisher.toml"),
    "a picture changes": lambda site: _rewrite(site / "pictures/a.png"),
    "a picture goes": lambda site: (site / "pictures/a.png").unlink(),
    "a picture comes": lambda site: (site / "pictures/none.png").touch(),
    "something is announced": lambda site: (site / ".publisher/ledger").touch(),
    "a feed is edited": lambda site: _rewrite(site / "feeds/rss.xml"),
    "a feed goes": lambda site: (site / "feeds/rss.xml").unlink(),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_any_change_is_noticed(tmp_path: Path, change: str) -> None:
    """Whatever happens to what the run looked at or wrote, it is run again."""
    site = _site(tmp_path)
    _put_down(site)
    _CHANGES[change](site)
    assert _recalled(site) is None


_MEANWHILE = [name for name in _CHANGES if "feed" not in name and "announced" not in name]


@pytest.mark.parametrize("change", _MEANWHILE)
def test_what_changes_while_it_runs_is_not_put_down(tmp_path: Path, change: str) -> None:
    """It may have been seen before or after: what is there when the run ends is not what it was run on."""
    site = _site(tmp_path)
    _put_down(site, meanwhile=lambda: _CHANGES[change](site))
    assert _recalled(site) is None


def test_a_folder_of_pictures_that_goes_while_it_runs_is_noticed(tmp_path: Path) -> None:
    """Nothing is left in whose stamp that would show but the folder around it."""
    site = _site(tmp_path)
    _put_down(site, meanwhile=lambda: (site / "pictures").rename(site.with_name("gone")))
    assert _recalled(site) is None


def test_a_change_just_before_it_began_is_waited_for(tmp_path: Path) -> None:
    """The file may be rewritten while it runs, and its stamp stay the same."""
    site = _site(tmp_path)
    (site / "posts/one.md").write_text("x")
    _put_down(site)
    assert _recalled(site) is None
    time.sleep(_LATER)
    _put_down(site)
    assert _recalled(site) == _RESULT


def test_what_stamps_do_not_tell_is_not_put_down(tmp_path: Path) -> None:
    """Links among the posts, and feeds that are not there."""
    site = _site(tmp_path)
    (site / "feeds/rss.xml").unlink()
    _put_down(site)
    assert _recalled(site) is None


def test_other_code_runs_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may find something else."""
    site = _site(tmp_path)
    _put_down(site)
    monkeypatch.setattr("publisher.cache.runs.code_version", lambda: "other")
    assert _recalled(site) is None


@pytest.mark.parametrize("place", [0, 1, 40, 64, 65, 200, -1])
@pytest.mark.parametrize("harm", ["flip", "cut", "more"])
def test_a_damaged_file_is_no_run(tmp_path: Path, place: int, harm: str) -> None:
    """Any byte that is another, that is missing, or that is too many."""
    site = _site(tmp_path)
    _put_down(site)
    file = site / FOLDER / "generate.run"
    data = bytearray(file.read_bytes())
    if harm == "flip":
        data[place] ^= 1
    elif harm == "cut":
        del data[place:]
    else:
        data += b" "
    file.write_bytes(data)
    assert _recalled(site) is None


@pytest.mark.parametrize(
    "content", [b"[]", b"{}", b"null", b"\xff", b'{"format_version": 1}', b'{"format_version": 2}']
)
def test_a_foreign_file_with_a_sound_sum_is_no_run(tmp_path: Path, content: bytes) -> None:
    """Another version of the program may have put down something else."""
    site = _site(tmp_path)
    (site / FOLDER / "generate.run").write_bytes(hashlib.sha256(content).hexdigest().encode() + content)
    assert _recalled(site) is None


def test_a_row_of_another_format_is_no_run(tmp_path: Path) -> None:
    """Not even if all the rest fits."""
    site = _site(tmp_path)
    _put_down(site)
    file = site / FOLDER / "generate.run"
    row = orjson.loads(file.read_bytes()[64:])
    data = orjson.dumps({**row, "format_version": 99})
    file.write_bytes(hashlib.sha256(data).hexdigest().encode() + data)
    assert _recalled(site) is None


def test_nothing_is_raised_where_nothing_can_be_put_down(tmp_path: Path) -> None:
    """A folder in the way, names that are no text, posts that are not there."""
    site = _site(tmp_path)
    (site / FOLDER / "generate.run").mkdir()
    _put_down(site)
    assert _recalled(site) is None
    _put_down(site, more=(site / "pictures" / "\udcff.png",))
    (site / "posts").rename(site / "elsewhere")
    _put_down(site)
    assert [file.name for file in (site / FOLDER).iterdir()] == ["generate.run"]


def test_names_that_are_no_text_are_stamped_like_others(tmp_path: Path) -> None:
    """A disk takes any bytes for a name."""
    site = _site(tmp_path)
    odd = site / "posts" / "\udcff.md"
    try:
        odd.touch()
    except OSError:
        pytest.skip("this disk takes text only")
    time.sleep(_LATER)
    _put_down(site)
    assert _recalled(site) == _RESULT
    odd.write_bytes(b"x")
    assert _recalled(site) is None
