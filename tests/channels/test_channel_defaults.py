"""Which feeds a site has by itself: the main feed, one for each author, one for each tag with enough reviews."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.channels.folders import author_folder, tag_folder
from publisher.model import Author, Status
from publisher.posts.identifiers import alike
from tests.channels.channel_sites import AUTHORS, DESK, NOW, ODD, channels, numbers, post, site_with

if TYPE_CHECKING:
    from publisher.posts import Post


def tagged(*tags: tuple[str, ...]) -> list[Post]:
    """Make a post for each tuple of tags, the first the oldest."""
    return [post(number, tags=tags_) for number, tags_ in enumerate(tags, start=1)]


def test_a_site_has_a_main_feed_one_for_each_author_and_one_for_each_tag_with_three_reviews() -> None:
    """Nothing has to be configured; two reviews are not enough for a tag."""
    posts = [
        *tagged(("ghosts", "war"), ("ghosts", "war"), ("ghosts",)),
        post(4, authors=(ODD, DESK)),
    ]
    found = channels(posts, site_with(archive=None))
    assert {name: numbers(channel) for name, channel in found.items()} == {
        "": [4, 3, 2, 1],
        "authors/desk": [4, 3, 2, 1],
        "authors/odd": [4],
        "tags/ghosts": [3, 2, 1],
    }
    assert all(channel.listed and channel.full for channel in found.values())


def test_an_empty_site_has_feeds_too() -> None:
    """The main feed is there to be subscribed to; lists do not name those of authors without reviews."""
    found = channels([], site_with())
    assert {name: channel.listed for name, channel in found.items()} == {
        "": True,
        "authors/desk": False,
        "authors/odd": False,
    }


def test_no_feed_holds_more_than_the_limit_but_the_main_feed_where_the_archive_would_miss_some() -> None:
    """The newest stay."""
    posts = [post(number, tags=("ghosts",)) for number in range(1, 6)]
    limits = {
        name: numbers(channel) for name, channel in channels(posts, site_with(limit=2, archive=None)).items()
    }
    assert limits == {"": [5, 4], "authors/desk": [5, 4], "authors/odd": [], "tags/ghosts": [5, 4]}
    present = [
        post(number, f"2026-11-{number:02}T00:00:00+00:00", tags=("ghosts",)) for number in range(1, 6)
    ]
    now_too = {name: numbers(channel) for name, channel in channels(present, site_with(limit=2)).items()}
    assert now_too == {"": [5, 4, 3, 2, 1], "authors/desk": [5, 4], "authors/odd": [], "tags/ghosts": [5, 4]}


def test_ways_of_writing_a_tag_are_one_tag() -> None:
    """The feed goes by the commonest; a review that has several of them counts once."""
    posts = tagged(("sci fi", "Sci-Fi"), ("Sci-Fi",), ("SCI–FI", "Sci-Fi"), ("Sci-Fi", "sci fi"))
    found = channels(posts, site_with(archive=None))
    assert (found["tags/sci-fi"].tag, numbers(found["tags/sci-fi"])) == ("Sci-Fi", [4, 3, 2, 1])
    assert [name for name in found if name.startswith("tags/")] == ["tags/sci-fi"]
    twice = channels(tagged(("a", "A"), ("A", "a")), site_with(archive=None))
    assert "tags/a" not in twice
    even = channels(tagged(("b b",), ("B-b",)), site_with(tag_feeds=2))
    assert even["tags/b-b"].tag == "B-b"


def test_a_tag_feed_stays_when_it_has_too_few_reviews_and_when_it_has_none() -> None:
    """Whoever subscribed to it keeps it, under its name; lists name it as long as something is in it."""
    site = site_with(archive=None)
    before = channels(tagged(("Ghosts",), ("Ghosts",), ("Ghosts",)), site)
    fewer = channels(tagged(("ghosts",)), site, kept=before.values())
    assert (numbers(fewer["tags/ghosts"]), fewer["tags/ghosts"].listed) == ([1], True)
    none = channels([], site, kept=fewer.values())
    assert (none["tags/ghosts"].tag, numbers(none["tags/ghosts"]), none["tags/ghosts"].listed) == (
        "ghosts",
        [],
        False,
    )
    assert none["tags/ghosts"].title == fewer["tags/ghosts"].title
    again = channels([], site, kept=none.values())
    assert again == none
    back = channels(tagged(("ghosts",)), site, kept=again.values())
    assert numbers(back["tags/ghosts"]) == [1]


def test_feeds_that_are_not_wanted_go_though_they_were_there() -> None:
    """Configuration has the last word."""
    posts = tagged(("Ghosts",), ("Ghosts",), ("Ghosts",))
    before = channels(posts, site_with()).values()
    for site in (site_with(tag_feeds=None), site_with(tags_without_feed=("ghosts",))):
        assert not [name for name in channels(posts, site, kept=before) if name.startswith("tags/")]
    assert "authors/desk" not in channels(posts, site_with(author_feeds=False), kept=before)


@pytest.mark.parametrize(
    "kept",
    [
        {"tags/ghosts": "war"},
        {"tags/": ""},
        {"ghosts": "ghosts"},
        {"tags/ghosts": None},
        {"tags/../../etc": "../../etc"},
        {"../tags/ghosts": "ghosts"},
        {"authors/ghosts": "ghosts"},
        {"archive/2026-11": None, "archive/2026-13": None, "archive/2026": None, "archive/x": None},
        {
            "archive/2026-12": None,
            "archive/2022-07/": None,
            "/archive/2022-07": None,
            "archive/２022-07": None,
        },
        {f"tags/{tag_folder('x' * 501)}": "x" * 501},
    ],
)
def test_a_manifest_that_was_tampered_with_brings_no_feed(kept: dict[str, str | None]) -> None:
    """What it names is believed only where this program could have written it."""
    assert channels([], site_with(), kept=kept) == channels([], site_with())


def test_what_is_not_live_is_in_no_feed() -> None:
    """Neither as a review, nor by giving a tag the third it needs, nor by the way it writes the tag."""
    hidden = (
        post(8, tags=("Ghosts",), status=Status.DRAFT),
        post(9, NOW + timedelta(days=1), tags=("Ghosts",)),
        post(7, tags=("Ghosts",), status=Status.RETRACTED, retracted=NOW, reason="wrong"),
    )
    two = tagged(("ghosts",), ("ghosts",))
    assert channels([*two, *hidden[:2]], site_with()) == channels(two, site_with())
    assert "tags/ghosts" not in channels([*two, *hidden], site_with())
    three = channels(
        [*tagged(("ghosts",), ("ghosts",), ("ghosts",)), *hidden, post(6, tags=("Ghosts",))], site_with()
    )
    assert (three["tags/ghosts"].tag, numbers(three["tags/ghosts"])) == ("ghosts", [6, 3, 2, 1])


def test_reviews_of_one_moment_are_in_the_order_of_their_ids() -> None:
    """On every machine."""
    posts = [post(number, "2026-10-01T00:00:00+00:00") for number in (3, 1, 2)]
    assert numbers(channels(posts, site_with())[""]) == [1, 2, 3]


@given(st.text(max_size=600))
def test_the_folder_of_a_tag_is_one_safe_name(tag: str) -> None:
    """No tag leads out of its folder, hides, or is too long for a disk; spellings that look alike share one."""
    folder = tag_folder(tag)
    assert re.fullmatch("[a-z0-9][a-z0-9-]{0,129}", folder)
    assert tag_folder(alike(tag)) == folder


@given(st.lists(st.text(alphabet="abAB-_./ é", min_size=1, max_size=8), unique=True))
def test_no_two_authors_share_a_folder(keys: list[str]) -> None:
    """Keys of publisher.toml may be any text; on a disk without capitals they stay apart, too."""
    folders = [author_folder(key) for key in keys]
    assert len({folder.casefold() for folder in folders}) == len(folders)
    assert not any("/" in folder or folder.startswith(".") for folder in folders)


def test_keys_and_tags_as_they_mostly_are_name_their_folders() -> None:
    """Addresses are read by people, too; what is beyond ASCII is written as in the names of hosts."""
    assert [author_folder(key) for key in ("desk", "mary_ann", "mary-ann")] == [
        "desk",
        "mary_ann",
        "mary-ann",
    ]
    assert author_folder("Mary").startswith("mary-")
    assert author_folder("مينا").startswith("xn--mgb3ddp-")
    assert [tag_folder(tag) for tag in ("Sci-Fi", "1980s horror", "Café noir", "तुम्बाड")] == [
        "sci-fi",
        "1980s-horror",
        "xn--caf-noir-d1a",
        "xn--e2bfyh5fp9f",
    ]
    assert tag_folder("!!").startswith("tag-")
    assert tag_folder("a" * 99 + " b") != tag_folder("a" * 99 + " c")
    found = channels([], site_with(authors={**AUTHORS, "../x": Author("../x", "X")}))
    assert [name for name in found if name.count("/") != 1 or ".." in name] == [""]


def test_an_author_page_is_the_feed_s_home() -> None:
    """Where the site has one."""
    found = channels([], site_with())
    assert (found["authors/odd"].home, found["authors/desk"].home) == ("https://reviews.example/odd/", None)


def test_the_moment_decides_and_not_the_clock() -> None:
    """The same posts at another moment are other feeds."""
    posts = tagged(("ghosts",), ("ghosts",), ("ghosts",))
    early = datetime.fromisoformat("2020-01-01T00:00:00+00:00")
    assert numbers(channels(posts, site_with(), early)[""]) == []
