"""What readers would see change: the feed on the disk against the one that would be made now."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.content import present
from publisher.outputs import comparison, generate
from publisher.outputs import published as published_module
from publisher.outputs.comparison import Difference, EntryDifference, compare_feed
from publisher.outputs.published import opened, published_ids
from publisher.posts import read_posts
from tests.feeds.feeds_sites import CONFIGURATION, NOW, hostile_posts, identity, post, write_site

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from publisher.content import Entry
    from publisher.posts import Post
    from publisher.site import Site

FULL = """\
author: desk
summary: A summary.
tags: [one]
film: {title: A film, year: 1999}
rating: 3
image: {src: images/a b.png, alt: a}
watch: [{service: Vudu, kind: rent}]
"""
TEXT = "The first paragraph.\n\nThe second one.[^1] See [there](../there/).\n\n[^1]: A note."


def written(folder: Path, posts: Mapping[str, str], configuration: str = CONFIGURATION) -> Site:
    """Write a site's posts anew."""
    for old in (folder / "posts").glob("*.md"):
        old.unlink()
    return write_site(folder, posts, configuration)


def made(
    folder: Path, posts: Mapping[str, str], now: datetime = NOW, configuration: str = CONFIGURATION
) -> Site:
    """Write a site and generate its feeds."""
    site = written(folder, posts, configuration)
    generate(read_posts(site).require_valid().posts, site, now)
    return site


def compared(site: Site, now: datetime = NOW) -> list[tuple[str, str, tuple[str, ...]]] | None:
    """Compare, and name what differs by the number in its id."""
    found = compare_feed(read_posts(site).require_valid().posts, site, now)
    return None if found is None else [(e.id[-2:], str(e.kind), e.fields) for e in found]


def test_the_same_posts_make_no_difference(tmp_path: Path) -> None:
    """After `generate` there is nothing to tell, whatever the posts hold."""
    site = made(tmp_path, hostile_posts())
    assert compare_feed(read_posts(site).posts, site, NOW) == ()


def test_a_feed_is_compared_where_it_was_written(tmp_path: Path) -> None:
    """`out` names another folder, as it does for `generate`."""
    site = written(tmp_path, {"a.md": post(1, "A")})
    posts = read_posts(site).posts
    assert compare_feed(posts, site, NOW) is None
    generate(posts, site, NOW, out=tmp_path / "out")
    assert compare_feed(posts, site, NOW, out=tmp_path / "out") == ()
    assert compare_feed(posts, site, NOW) is None


CHANGES: list[tuple[str, str, tuple[str, ...]]] = [
    ("A review", "Another title", ("title",)),
    ("summary: A summary.", "summary: Another.", ("summary",)),
    ("summary: A summary.\n", "", ("summary",)),
    ("tags: [one]", "tags: [two]", ("tags",)),
    ("year: 1999", "year: 1998", ("film",)),
    ("rating: 3", "rating: 4", ("rating",)),
    ("rating: 3\n", "", ("rating",)),
    ("alt: a", "alt: b", ("image",)),
    ("image: {src: images/a b.png, alt: a}\n", "", ("image",)),
    ("kind: rent", "kind: buy", ("watch",)),
    ("watch: [{service: Vudu, kind: rent}]\n", "", ("watch",)),
    ("author: desk", "author: odd", ("author",)),
    ("author: desk", "author: desk\nlanguage: hi", ("language",)),
    ("author: desk", "author: desk\nslug: elsewhere", ("url",)),
    ("author: desk", "author: desk\nupdated: 2024-05-01", ("updated",)),
    (
        "author: desk",
        "author: desk\nupdated: 2024-05-01\ncorrection: It was wrong.",
        ("correction", "updated"),
    ),
    ("2024-03-02T09:00", "2024-03-03T09:00", ("date",)),
    ("first paragraph", "first sentence", ("text",)),
    ("The second one.", "", ("text",)),
    ("The second one.", "The second one. And more.", ("text",)),
    ("\n\n[^1]: A note.", "\n\n[^1]: A note.\n\nOne paragraph more.", ("text",)),
    ("The first paragraph.\n\n", "", ("text",)),
]


@pytest.mark.parametrize(("before", "after", "fields"), CHANGES)
def test_a_change_is_named_as_front_matter_names_it(
    tmp_path: Path, before: str, after: str, fields: tuple[str, ...]
) -> None:
    """Each thing that changes is named, and nothing else is, whichever way it changes."""
    old = post(1, "A review", TEXT, FULL)
    new = old.replace(before, after)
    assert new != old
    for first, second in ((old, new), (new, old)):
        made(tmp_path, {"a.md": first})
        assert compared(written(tmp_path, {"a.md": second})) == [("01", "changed", fields)]


def test_several_changes_are_all_named(tmp_path: Path) -> None:
    """The fields are sorted; a difference says what the entry would be called and where it would be."""
    made(tmp_path, {"a.md": post(1, "A review", TEXT, FULL)})
    new = post(1, "New", "Other words.", FULL.replace("rating: 3", "rating: 5") + "slug: new\n")
    site = written(tmp_path, {"a.md": new})
    assert compare_feed(read_posts(site).posts, site, NOW) == (
        EntryDifference(
            identity(1),
            "https://reviews.example/reviews/new/",
            "New",
            Difference.CHANGED,
            ("rating", "text", "title", "url"),
        ),
    )


def test_a_derived_summary_goes_with_the_text(tmp_path: Path) -> None:
    """Where the editor wrote no summary, a new beginning is a change of the text and nothing more."""
    made(tmp_path, {"a.md": post(1, "A", "Old words.")})
    assert compared(written(tmp_path, {"a.md": post(1, "A", "New words.")})) == [("01", "changed", ("text",))]


def test_comings_and_goings(tmp_path: Path) -> None:
    """New ones and those that are due come first, in the feed's order; then those that left, however they left."""
    later = post(5, "Due").replace("2024-03-06T09:00", "2026-11-23")
    ready = {f"{n}.md": post(n, f"Post {n}") for n in (1, 2, 3)} | {"5.md": later}
    made(tmp_path, ready)
    changed = {
        "1.md": post(1, "Post 1", more="status: draft"),
        "2.md": post(2, "Post 2", more="status: retracted\nretracted: 2026-11-22\nreason: wrong"),
        "4.md": post(4, "Post 4"),
        "5.md": later,
    }
    site = written(tmp_path, changed)
    assert compared(site, NOW + timedelta(days=2)) == [
        ("05", "added", ()),
        ("04", "added", ()),
        ("03", "removed", ()),
        ("02", "removed", ()),
        ("01", "removed", ()),
    ]
    removed = (compare_feed(read_posts(site).posts, site, NOW) or ())[-1]
    assert (removed.title, removed.url) == ("Post 1", "https://reviews.example/reviews/1/")


def test_what_falls_off_the_end_is_no_difference(tmp_path: Path) -> None:
    """An older review leaves for a newer one and nobody is told; when one is taken back, the next comes in."""
    small = CONFIGURATION.replace("limit = 50", 'limit = 2\narchive = "none"')
    posts = {f"{n}.md": post(n, f"Post {n}") for n in range(1, 5)}
    made(tmp_path, {name: posts[name] for name in ("1.md", "2.md")}, configuration=small)
    site = written(tmp_path, posts, small)
    assert compared(site) == [("04", "added", ()), ("03", "added", ())]
    made(tmp_path, posts, configuration=small)
    draft = posts | {"4.md": post(4, "Post 4", more="status: draft")}
    assert compared(written(tmp_path, draft, small)) == [("02", "added", ()), ("04", "removed", ())]


ARCHIVED = CONFIGURATION.replace("limit = 50", "limit = 1")


def old(number: int) -> str:
    """Write a post of a month of its own, long over: it stands on a page, and not in the main feed."""
    text = post(number, f"Post {number}", more=FULL)
    return text.replace(f"2024-03-{number + 1:02}", f"2023-{number:02}-01")


def test_all_that_is_out_is_compared_and_not_the_main_feed_alone(tmp_path: Path) -> None:
    """What changes, leaves or comes on a page of the archive is told as what does in the main feed; once."""
    posts = {f"{number}.md": old(number) for number in (1, 2, 3, 5)}
    made(tmp_path, posts, configuration=ARCHIVED)
    changed = {
        "5.md": old(5).replace("rating: 3", "rating: 4"),
        "4.md": old(4),
        "3.md": old(3).replace("rating: 3", "rating: 5"),
        "1.md": old(1).replace("author: desk", "author: desk\nstatus: draft"),
    }
    site = written(tmp_path, changed, ARCHIVED)
    expected = [
        ("05", "changed", ("rating",)),
        ("04", "added", ()),
        ("03", "changed", ("rating",)),
        ("02", "removed", ()),
        ("01", "removed", ()),
    ]
    posts_now = read_posts(site).require_valid().posts

    assert compared(site) == expected
    # A file that would stay as it is is not read, and nothing else comes of it.
    found = compare_feed(posts_now, site, NOW, written=generate(posts_now, site, NOW, dry=True))
    assert found is not None
    assert [(one.id[-2:], str(one.kind), one.fields) for one in found] == expected


def test_what_would_stay_as_it_is_is_neither_read_nor_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what a dry run found out, one changed review costs a look at the files that hold it, and at no other."""
    posts = {f"{number}.md": old(number) for number in range(1, 10)}
    made(tmp_path, posts, configuration=ARCHIVED)
    site = written(tmp_path, {**posts, "4.md": old(4).replace("rating: 3", "rating: 4")}, ARCHIVED)
    now_posts = read_posts(site).require_valid().posts
    would = generate(now_posts, site, NOW, dry=True)
    read: list[str] = []
    made_ready: list[str] = []

    def open_and_note(path: Path) -> AbstractContextManager[BinaryIO]:
        read.append(path.parent.name)
        return opened(path)

    def present_and_note(one: Post, *rest: Any) -> Entry:
        made_ready.append(one.review.slug)
        return present(one, *rest)

    monkeypatch.setattr(comparison, "opened", open_and_note)
    monkeypatch.setattr(comparison, "present", present_and_note)
    found = compare_feed(now_posts, site, NOW, written=would)

    assert [(one.id[-2:], one.fields) for one in found or ()] == [("04", ("rating",))]
    assert (read, made_ready) == (["2023-04"], ["4"])


def test_a_month_that_ends_makes_no_difference(tmp_path: Path) -> None:
    """Its reviews move from the main feed to a page: to readers they are the same."""
    posts = {f"{n}.md": post(n, f"Post {n}", more=FULL).replace("2024-03", "2026-11") for n in range(1, 5)}
    site = made(tmp_path, posts, configuration=ARCHIVED)
    assert compared(site, NOW + timedelta(days=30)) == []


def test_a_site_that_gets_an_archive_brings_out_what_had_fallen_off(tmp_path: Path) -> None:
    """They can be read again; and when the archive goes, nobody is told that they are gone."""
    without = ARCHIVED.replace("limit = 1", 'limit = 1\narchive = "none"')
    posts = {f"{number}.md": old(number) for number in (1, 2, 3)}
    made(tmp_path, posts, configuration=without)
    assert compared(written(tmp_path, posts, ARCHIVED)) == [("02", "added", ()), ("01", "added", ())]
    made(tmp_path, posts, configuration=ARCHIVED)
    assert compared(written(tmp_path, posts, without)) == []


@pytest.mark.parametrize("kind", ["gone", "truncated", "foreign", "pipe"])
def test_a_page_that_says_nothing_hides_nothing_else(tmp_path: Path, kind: str) -> None:
    """What only a broken page held is not out, as far as one can tell; all else is compared."""
    posts = {f"{number}.md": old(number) for number in (1, 2, 3)}
    site = made(tmp_path, posts, configuration=ARCHIVED)
    page = site.feeds / "archive" / "2023-02" / "feed.json"
    content = page.read_bytes()
    page.unlink()
    if kind == "truncated":
        page.write_bytes(content[:-3])
    elif kind == "foreign":
        page.write_bytes(b"{}")
    elif kind == "pipe":
        os.mkfifo(page)
    posts["1.md"] = old(1).replace("rating: 3", "rating: 4")
    site = written(tmp_path, posts, ARCHIVED)

    assert compared(site) == [("02", "added", ()), ("01", "changed", ("rating",))]
    assert published_ids(site.feeds) == {identity(n) for n in (1, 3, *([2] if kind == "truncated" else []))}


def test_the_ids_of_all_that_is_out_are_found(tmp_path: Path) -> None:
    """On pages and in the main feed, though an item begins where one look at a file ends and the next begins."""
    site = made(tmp_path, {f"{number}.md": old(number) for number in range(1, 10)}, configuration=ARCHIVED)
    every = {identity(number) for number in range(1, 10)}
    assert published_ids(site.feeds) == every
    one = made(tmp_path, {f"{n}.md": post(n, f"Post {n}", more=FULL) for n in range(1, 10)})
    size = (one.feeds / "feed.json").stat().st_size
    with pytest.MonkeyPatch.context() as patch:
        for block in (60, 61, 97, size // 3, size - 30, size):
            patch.setattr(published_module, "_BLOCK", block)
            assert published_ids(one.feeds) == every, block


def test_of_what_is_not_ours_nothing_is_out(tmp_path: Path) -> None:
    """A folder that is not there, a foreign file and an empty feed hold no reviews."""
    assert published_ids(tmp_path / "nowhere") == frozenset()
    site = made(tmp_path, {"a.md": post(1, "A", more="status: draft")})
    assert published_ids(site.feeds) == frozenset()
    (site.feeds / "feed.json").write_text(
        f'{{\n  "items": [\n    {{\n      "id": "urn:uuid:{identity(1)}",\n    }}\n  ]\n}}\n',
        encoding="utf-8",
    )
    assert published_ids(site.feeds) == frozenset()


def test_time_alone_can_change_where_to_watch(tmp_path: Path) -> None:
    """An offer that ends, or one whose day has come, is a change of `watch`."""
    watch = "film: {{title: A}}\nwatch: [{{service: Vudu, kind: rent, {}: 2026-11-25}}]"
    site = made(tmp_path, {"a.md": post(1, "A", more=watch.format("until")), "b.md": post(2, "B", more=watch.format("from"))})  # fmt: skip
    assert compared(site, NOW + timedelta(days=9)) == [
        ("02", "changed", ("watch",)),
        ("01", "changed", ("watch",)),
    ]


def _item(**changed: Any) -> Callable[[bytes], bytes]:
    def change(feed: bytes) -> bytes:
        document = json.loads(feed)
        document["items"][0].update(changed)
        text = json.dumps(document, indent=2, ensure_ascii=False)
        return text.encode(errors="surrogatepass") + b"\n"

    return change


def _twice(feed: bytes) -> bytes:
    document = json.loads(feed)
    document["items"] *= 2
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


FOREIGN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "truncated": lambda feed: feed[:-3],
    "truncated in an item": lambda feed: feed[: len(feed) // 2],
    "more behind it": lambda feed: feed + b"x",
    "not JSON": lambda _: b"<feed/>",
    "not UTF-8": lambda feed: feed.replace(b"A summary", b"\xff"),
    "another layout": lambda feed: json.dumps(json.loads(feed)).encode(),
    "another version": lambda feed: feed.replace(b"version/1.1", b"version/1"),
    "a foreign id": _item(id="https://reviews.example/1"),
    "an id in capitals": _item(id="urn:uuid:00000000-0000-4000-8000-00000000000A"),
    "no id": _item(id=None),
    "no title": _item(title=["A"]),
    "no content": _item(content_html=None),
    "no review": _item(_review=None),
    "a foreign review": _item(_review={"about": "https://example.org/"}),
    "an id twice": _twice,
    "nested deeply": lambda feed: feed.replace(b'"A summary."', b"[" * 1_000_000 + b"]" * 1_000_000),
    "a head without end": lambda feed: feed[: feed.index(b'  "items"')] + b'  "x": 1,\n' * 200_000,
    "one endless line": lambda _: b"{" * 10_000_000,
    "one endless item": lambda feed: feed[: feed.index(b'      "url"')] + b"[" * 100_000_000,
}


def reformatted(feed: bytes) -> bytes:
    """See that the way these tests write a feed is the program's."""
    return json.dumps(json.loads(feed), indent=2, ensure_ascii=False).encode() + b"\n"


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_no_whole_feed_of_ours_is_not_compared(tmp_path: Path, kind: str) -> None:
    """Whatever lies there, the answer is None: never an exception, and never a wrong difference."""
    site = made(tmp_path, {"a.md": post(1, "A", more=FULL)})
    feed = site.feeds / "feed.json"
    good = feed.read_bytes()
    assert reformatted(good) == good
    feed.write_bytes(FOREIGN[kind](good))
    assert compared(site) is None


@pytest.mark.parametrize("kind", ["pipe", "folder", "link", "nothing", "huge"])
def test_what_is_no_file_is_not_read(tmp_path: Path, kind: str) -> None:
    """Neither a pipe that nobody writes to nor a file of 200 MB keeps anybody waiting."""
    site = made(tmp_path, {"a.md": post(1, "A", more=FULL)})
    feed = site.feeds / "feed.json"
    feed.rename(site.feeds / "other.json")
    if kind == "pipe":
        os.mkfifo(feed)
    elif kind == "folder":
        feed.mkdir()
    elif kind == "link":
        feed.symlink_to("other.json")
    elif kind == "huge":
        with feed.open("wb") as stream:
            stream.truncate(200 * 1024 * 1024)
    assert compared(site) is None


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Make one site for all examples."""
    return made(tmp_path_factory.mktemp("published"), {"a.md": post(1, "A", more=FULL)})


@given(st.data())
def test_a_feed_that_was_tampered_with_is_told_or_compared(published: Site, data: st.DataObject) -> None:
    """Some bytes of a feed become others: the answer is None or a difference, and never an exception."""
    good = (published.feeds / "feed.json").read_bytes()
    start = data.draw(st.integers(0, len(good) - 1))
    end = data.draw(st.integers(start, min(len(good), start + 40)))
    out = published.root / "tampered"
    out.mkdir(exist_ok=True)
    (out / "feed.json").write_bytes(good[:start] + data.draw(st.binary(max_size=10)) + good[end:])
    found = compare_feed(read_posts(published).posts, published, NOW, out=out)
    assert found is None or all(isinstance(entry, EntryDifference) for entry in found)
