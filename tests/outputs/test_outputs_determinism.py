"""Feeds are a function of posts, configuration and `now`: the same bytes on any machine, and nothing too early."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.errors import Refused
from publisher.model import Visibility, visibility
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.site import load_site
from tests.feeds.feeds_sites import (
    CONFIGURATION,
    EVERYTHING,
    NOW,
    ROOT,
    contents,
    hostile_posts,
    identity,
    make_feeds,
    post,
    tagged_posts,
    write_site,
)
from tests.outputs.output_names import FORMS, file_names

CHICAGO = ZoneInfo("America/Chicago")
#: A site that has each kind of feed at once.
EVERY_FEED = (
    CONFIGURATION.replace("[syndication]\n", "[syndication]\ntag_feeds = 1\n")
    + """
[[feeds]]
name = "rated"
minimum_rating = 4
"""
)
#: What the feeds of the hostile site are: of one month, by two authors, on two tags, and those it asks for itself.
HOSTILE_FEEDS = file_names(
    *("archive/2024-03", "authors/desk", "authors/odd", "tags/b-film", "tags/xn--wgv71a"),
    *("apple", "in-short", "nothing"),
)
ENVIRONMENTS = (
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
    {"TZ": "Asia/Kolkata", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
    {"TZ": "America/St_Johns", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "4242"},
    {
        "TZ": "Pacific/Kiritimati",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "7",
    },
)


def run_generate(site: Path, out: Path, environment: dict[str, str]) -> dict[str, bytes]:
    """Generate in a process of its own, with nothing but the given environment."""
    program = "from publisher.cli import main; main()"
    arguments = [
        "generate",
        "--site",
        str(site),
        "--out",
        str(out),
        "--now",
        "2026-11-22T12:00:00Z",
        "--quiet",
    ]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={"PATH": os.defpath, **environment},
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return contents(out)


def test_the_machine_leaves_no_trace_in_the_bytes(tmp_path: Path) -> None:
    """Time zone, locale, hash seed and the order in which files were made change nothing."""
    posts = hostile_posts() | tagged_posts()
    orders = (list(posts), list(reversed(posts)), sorted(posts), sorted(posts, key=hash))
    made = []
    for number, (order, environment) in enumerate(zip(orders, ENVIRONMENTS, strict=True)):
        folder = tmp_path / str(number)
        write_site(folder, {name: posts[name] for name in order}, EVERYTHING)
        made.append(run_generate(folder, folder / "out", environment))
    assert {name for name in made[0] if not name.endswith(".gz")} == set(HOSTILE_FEEDS)
    assert {f"{name}.gz" for name in HOSTILE_FEEDS if name.endswith(FORMS)} < made[0].keys()
    assert made[1:] == made[:1] * 3


def test_the_committed_feeds_are_those_of_the_committed_posts() -> None:
    """What lies in `feeds/` is what `make feeds` writes today."""
    site = load_site(ROOT)
    assert generate(read_posts(site).require_valid().posts, site, NOW, dry=True).stale == ()


@settings(max_examples=10, deadline=None)
@given(st.datetimes(datetime(2024, 6, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_time_alone_changes_nothing(now: datetime) -> None:
    """While nothing is scheduled and no offer begins or ends, the bytes are the same at any moment."""
    posts = {"a.md": post(1, "One", more="rating: 4"), "b.md": post(2, "Two", more="updated: 2024-05-01")}
    with tempfile.TemporaryDirectory() as folder:
        site = write_site(Path(folder), posts)
        first = make_feeds(site, Path(folder, "first"), datetime(2024, 6, 1, tzinfo=UTC))
        assert make_feeds(site, Path(folder, "later"), now).files == first.files


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    """Every file keeps its bytes, its inode and its time."""
    site = write_site(tmp_path, hostile_posts() | tagged_posts(), EVERYTHING)
    posts = read_posts(site).require_valid().posts
    first = generate(posts, site, NOW)
    before = {name: (site.feeds / name).stat() for name in contents(site.feeds)}
    second = generate(posts, site, NOW)
    assert first.changed == second.unchanged == tuple(sorted(before))
    assert set(HOSTILE_FEEDS) < before.keys()
    assert (second.changed, second.removed) == ((), ())
    for name, stat in before.items():
        now = (site.feeds / name).stat()
        assert (now.st_ino, now.st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)


class Plan(NamedTuple):
    """What is drawn of a post: its status, and when it appears and is taken back, in days from now."""

    status: str
    date: int
    retracted: int


PLANS = st.lists(
    st.builds(
        Plan, st.sampled_from(["draft", "ready", "retracted"]), st.integers(-400, 400), st.integers(-400, 400)
    ),
    max_size=6,
)


def planned(number: int, plan: Plan) -> str:
    """Write a post whose id, slug, old path, reason, and everything else in it, can be told from all others."""
    date = NOW + timedelta(days=plan.date, seconds=1)
    # A retraction lies no earlier than the post.
    retracted = NOW + timedelta(days=max(plan.date, plan.retracted), seconds=2)
    end = f"retracted: {retracted.isoformat()}\nreason: why{number}x\n" if plan.status == "retracted" else ""
    return (
        f"---\nid: {identity(number)}\ntitle: secret{number}x title\nslug: path{number}x\n"
        f"previous: [/old/path{number}x/]\n"
        f"date: {date.isoformat()}\nstatus: {plan.status}\nauthor: desk\n{end}"
        f"summary: secret{number}x summary\ntags: [secret{number}x, shared]\nrating: 4\nfilm: {{title: secret{number}x film}}\n"
        f"watch: [{{service: Vudu, kind: rent}}]\n---\nsecret{number}x body\n"
    )


def feeds_of(number: int, date: datetime) -> set[str]:
    """Answer in which feeds a live review stands that `planned` wrote: of its month there is a page when it is over."""
    month, present = (f"{moment.astimezone(CHICAGO):%Y-%m}" for moment in (date, NOW))
    pages = {f"archive/{month}"} if month < present else set()
    return {"", "authors/desk", "tags/shared", f"tags/secret{number}x", "rated", *pages}


@settings(max_examples=60, deadline=None)
@given(PLANS)
def test_no_byte_of_what_is_not_live_leaves_the_machine(plans: list[Plan]) -> None:
    """No draft or scheduled post shows in any file, and every live one shows in all feeds it belongs to.

    Of a retracted one there is its identity and the reason in Atom, for 90 days, and its paths among the redirects.
    """
    with tempfile.TemporaryDirectory() as folder:
        posts = {f"{number}.md": planned(number, plan) for number, plan in enumerate(plans)}
        site = write_site(Path(folder), posts, EVERY_FEED)
        collection = read_posts(site).require_valid().posts
        generate(collection, site, NOW)
        files = contents(site.feeds)
    assert len(collection) == len(plans)
    for read in collection:
        number = int(read.review.slug.removeprefix("path").removesuffix("x"))
        state = visibility(read.review, NOW)
        live, retracted = state is Visibility.LIVE, state is Visibility.RETRACTED
        buried = retracted and bool(
            read.review.retracted and NOW - read.review.retracted < timedelta(days=90)
        )
        feeds = feeds_of(number, read.review.date)
        secret, why, urn = f"secret{number}x", f"why{number}x", identity(number)
        assert {f"{feed}/{form}".lstrip("/") for feed in feeds for form in FORMS} <= files.keys() or not live
        for name, data in files.items():
            feed, _, form = name.rpartition("/")
            assert live or secret not in name
            if form not in FORMS:
                # What lies beside the feeds shows a choice of what is live, and leads on from old addresses.
                assert live or not any(word.encode() in data for word in (secret, urn)), name
                assert why.encode() not in data
                redirects = feed == "redirects"
                assert (f"/old/path{number}x/".encode() in data) == ((live or retracted) and redirects)
                assert (f"/reviews/path{number}x/".encode() in data) <= (live or (retracted and redirects))
                continue
            shown = live and feed in feeds
            stone = buried and form == "atom.xml" and feed in feeds and not feed.startswith("archive/")
            assert (secret.encode() in data) == shown, name
            assert (why.encode() in data) == stone, name
            assert (urn.encode() in data) == (shown or stone), name
            assert (f"/old/path{number}x/".encode() in data) is False
            assert (f"/reviews/path{number}x/".encode() in data) == shown, name


def test_the_newest_come_first_and_no_more_than_the_limit(tmp_path: Path) -> None:
    """Reviews are in order of their dates, ties in that of their ids, and the oldest fall out."""
    posts = {f"{n}.md": post(n, f"Post {n}") for n in (3, 1, 2)}
    posts |= {f"{n}.md": post(n, f"Post {n}").replace(f"2024-03-{n + 1}", "2024-03-02") for n in (12, 11)}
    write_site(tmp_path, posts)
    configuration = tmp_path / "publisher.toml"
    configuration.write_text(configuration.read_text("utf-8").replace("limit = 50", "limit = 4"), "utf-8")
    feeds = make_feeds(load_site(tmp_path), tmp_path / "out")
    assert [item["title"] for item in feeds.json["items"]] == ["Post 3", "Post 2", "Post 1", "Post 11"]


def test_a_post_that_changed_since_it_was_checked_stops_the_run(tmp_path: Path) -> None:
    """Nothing is written of a text that nobody has validated, and what was there stays."""
    site = write_site(tmp_path, {"a.md": post(1, "One")})
    posts = read_posts(site).require_valid().posts
    generate(posts, site, NOW)
    before = contents(site.feeds)
    shutil.copy(tmp_path / "publisher.toml", tmp_path / "posts" / "a.md")
    with pytest.raises(Refused, match="changed while it was being published"):
        generate(posts, site, NOW)
    assert contents(site.feeds) == before
