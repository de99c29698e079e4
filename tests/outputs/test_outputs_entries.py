"""Entries are made once, by whoever has the post at hand, and are the same whoever made them."""

from __future__ import annotations

import gc
import os
import pickle
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher import parallel
from publisher.errors import EnvironmentFault
from publisher.feeds import FORMS
from publisher.outputs import EntryMaker, generate
from publisher.outputs.entries import Entries
from publisher.outputs.spool import Spool
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, contents, hostile_posts, post, write_site

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.posts import Post


def made_of(post: Post) -> Entries:
    """Return what was made of a post when it was read."""
    assert isinstance(post.made, Entries)
    return post.made


def test_what_is_made_while_reading_is_what_would_be_made_later(tmp_path: Path) -> None:
    """The feeds are the same, and the files of the posts need not be there any more."""
    site = write_site(tmp_path, hostile_posts())
    generate(read_posts(site, now=NOW).require_valid().posts, site, NOW)
    later = contents(site.feeds)
    posts = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).require_valid().posts
    for one in posts:
        os.truncate(one.path, 0)
    with pytest.raises(Exception, match="changed"):
        posts[0].text()
    EntryMaker(site, NOW).fill({(one.review.id, True): one for one in posts if one.made})
    for file in hostile_posts():
        (site.posts / file).write_text(hostile_posts()[file], encoding="utf-8")
    assert not generate(posts, site, NOW).stale
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


def test_one_maker_may_be_used_again(tmp_path: Path) -> None:
    """What it made first is not written over by what it makes next."""
    first = write_site(tmp_path / "1", {"a.md": post(1, "First")})
    maker = EntryMaker(first, NOW)
    (one,) = read_posts(first, now=NOW, making=maker).posts
    (two,) = read_posts(first, now=NOW, making=maker).posts
    assert made_of(one).place != made_of(two).place
    assert made_of(one).read("rss") == made_of(two).read("rss")


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
    rounds = [read_posts(site, now=NOW, making=maker).posts for _ in range(2)]
    assert {made_of(one).place[0] for one in rounds[0]} == {0, 1, 2, 3}
    for one in (*rounds[0], *rounds[1]):
        for form in FORMS:
            assert one.review.title.encode() in made_of(one).read(form)


def test_entries_find_their_maker_in_the_process_that_has_it(tmp_path: Path) -> None:
    """They travel as a place; and go with the last post that has them."""
    site = write_site(tmp_path, {"a.md": post(1, "First")})
    (one,) = read_posts(site, now=NOW, making=EntryMaker(site, NOW)).posts
    travelled = pickle.loads(pickle.dumps(made_of(one)))  # noqa: S301 - our own
    assert travelled.maker is made_of(one).maker
    assert len(pickle.dumps(made_of(one))) < 200
    files = list(travelled.maker.spool._files)
    del one, travelled
    gc.collect()
    for file in files:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(file)


def test_a_full_disk_of_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the way out: another folder for them."""
    spool = Spool()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(EnvironmentFault, match="No space left on device") as caught:
        spool.put([b"entry"])
    assert "TMPDIR" in str(caught.value.hint)
