"""Entries are made once, by whoever has the post at hand, and are the same whoever made them."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import sys
import tempfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher import parallel
from publisher.cache import FOLDER
from publisher.errors import EnvironmentFault
from publisher.feeds import FORMS
from publisher.outputs import EntryMaker, generate
from publisher.outputs.entries import Entries, maker_of
from publisher.outputs.spool import Spool
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, hostile_posts, post, write_site

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.posts import Post
    from publisher.site import Site


def made_of(post: Post) -> Entries:
    """Return what was made of a post when it was read."""
    assert isinstance(post.made, Entries)
    return post.made


def forget_posts(site: Site) -> None:
    """Have every post read again; its entries stay."""
    (site.state / FOLDER / "posts.sqlite3").unlink()


def test_what_is_made_while_reading_is_what_would_be_made_later(tmp_path: Path) -> None:
    """The feeds are the same, and the files of the posts need not be there any more."""
    site = write_site(tmp_path, hostile_posts())
    generate(read_posts(site, now=NOW).require_valid().posts, site, NOW)
    later = contents(site.feeds)
    shutil.rmtree(site.state / FOLDER)
    posts = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).require_valid().posts
    for one in posts:
        os.truncate(one.path, 0)
    with pytest.raises(Exception, match="changed"):
        posts[0].text()
    made = {(one.review.id, True): one for one in posts if one.made}
    assert maker_of(posts, site, NOW).fill(made).keys() == made.keys() != set()
    for file in hostile_posts():
        (site.posts / file).write_text(hostile_posts()[file], encoding="utf-8")
    shutil.rmtree(site.feeds)
    generate(posts, site, NOW)
    assert contents(site.feeds) == later


def test_only_what_the_world_may_see_is_made(tmp_path: Path) -> None:
    """Nothing of a draft, and nothing of a review that is to come, lies in a folder for temporary files."""
    draft = post(1, "A draft", more="status: draft")
    coming = post(2, "To come").replace("2024-03-03", "2999-01-01")
    site = write_site(tmp_path, {"draft.md": draft, "coming.md": coming, "live.md": post(3, "Live")})
    posts = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).posts
    assert {one.review.title for one in posts if one.made} == {"Live"}


def test_where_feeds_show_the_newest_only_nothing_is_made_for_nothing(tmp_path: Path) -> None:
    """A site without an archive has feeds of its newest reviews, and most of the others are in none of them."""
    few = CONFIGURATION.replace("limit = 50", 'limit = 50\narchive = "none"')
    site = write_site(tmp_path, {"a.md": post(1, "A")}, few)
    (one,) = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).posts
    assert one.made is None
    generate([one], site, NOW)
    assert b"<item>" in (site.feeds / "rss.xml").read_bytes()


def test_what_was_made_for_another_moment_is_made_anew(tmp_path: Path) -> None:
    """An offer that ended meanwhile is not shown because somebody looked while it held."""
    ends = "watch: [{service: Shudder, kind: subscription, until: 2026-11-22}]"
    film = "film: {title: A, year: 2000}"
    site = write_site(tmp_path, {"a.md": post(1, "A", more=f"{film}\n{ends}")})
    posts = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).posts
    generate(posts, site, NOW)
    assert b"Shudder" in (site.feeds / "rss.xml").read_bytes()
    generate(posts, site, NOW + timedelta(days=2))
    assert b"Shudder" not in (site.feeds / "rss.xml").read_bytes()
    generate(posts, site, NOW)
    assert b"Shudder" in (site.feeds / "rss.xml").read_bytes()


def test_a_picture_that_comes_after_a_look_without_rules_is_shown(tmp_path: Path) -> None:
    """Rules that are off say nothing of a file that is not there; what is shown hangs on it all the same."""
    assert 'text-image-missing = "off"' in CONFIGURATION
    site = write_site(tmp_path, {"a.md": post(1, "A", "![A moth](images/moth.png)")})
    assert site.images is not None
    (one,) = read_posts(site, now=NOW).posts
    assert str(site.images.directory / "moth.png") in one.looked
    assert "rss.xml" in generate([one], site, NOW).changed
    assert not generate(read_posts(site, now=NOW).posts, site, NOW).stale
    site.images.directory.mkdir(parents=True, exist_ok=True)
    (site.images.directory / "moth.png").write_bytes(b"\x89PNG")
    generate(read_posts(site, now=NOW).posts, site, NOW)
    assert site.images.url.encode() + b"moth.png" in (site.feeds / "rss.xml").read_bytes()


def test_one_maker_may_be_used_again(tmp_path: Path) -> None:
    """What it made first is not written over by what it makes next."""
    first = write_site(tmp_path / "1", {"a.md": post(1, "First")})
    maker = EntryMaker(first, NOW)
    (one,) = read_posts(first, now=NOW, making=maker).posts
    forget_posts(first)
    (two,) = read_posts(first, now=NOW, making=maker).posts
    assert made_of(one).place != made_of(two).place
    for form in range(len(FORMS)):
        entry = maker.spool.get(made_of(one).place, form)
        assert entry is not None
        assert entry == maker.spool.get(made_of(two).place, form)


@pytest.mark.skipif(sys.platform != "linux", reason="work is spread on Linux only")
def test_workers_fill_one_spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each into a file of its own, twice in a row, and every entry is found again."""
    monkeypatch.setattr(parallel, "_usable_cores", lambda _: 3)
    site = write_site(tmp_path, {f"{n:02}.md": post(n % 20, f"Review {n}") for n in range(60)})
    for file in site.posts.glob("*.md"):
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace("00000000-0000-4000-8000-", f"000000{file.stem}-0000-4000-8000-"), encoding="utf-8"
        )
    maker = EntryMaker(site, NOW)
    rounds = [read_posts(site, now=NOW, making=maker).posts]
    forget_posts(site)
    rounds.append(read_posts(site, now=NOW, making=maker).posts)
    assert len({made_of(one).place.file for one in rounds[0]}) == 4
    for one in (*rounds[0], *rounds[1]):
        for form in range(len(FORMS)):
            entry = maker.spool.get(made_of(one).place, form)
            assert entry is not None
            assert one.review.title.encode() in entry


def test_entries_find_their_maker_in_the_process_that_has_it(tmp_path: Path) -> None:
    """They travel as a place; and go with the last post that has them."""
    site = write_site(tmp_path, {"a.md": post(1, "First")})
    (one,) = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).posts
    travelled = pickle.loads(pickle.dumps(made_of(one)))  # noqa: S301 - our own
    assert travelled.maker is made_of(one).maker
    assert len(pickle.dumps(made_of(one))) < 200
    files = list(travelled.maker.spool._open.values())
    assert files
    del one, travelled
    gc.collect()
    for file in files:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(file)


@pytest.mark.parametrize("temporary", [False, True])
def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, temporary: bool) -> None:
    """With the folder, and the ways out: to do without what is kept, or with another folder for temporary files."""
    spool = Spool(None if temporary else tmp_path)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(EnvironmentFault, match="No space left on device") as caught:
        spool.put([b"entry"])
    assert str(caught.value).startswith(str(tempfile.gettempdir() if temporary else tmp_path))
    assert "TMPDIR" in str(caught.value.hint)


def test_without_any_room_the_folder_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for its name where there is none that can be used, Python would fail again."""

    def none(*_: object, **__: object) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "TemporaryDirectory", none)
    with pytest.raises(EnvironmentFault, match="the folder for temporary files cannot be written: No usable"):
        Spool(None)
