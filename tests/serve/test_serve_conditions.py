"""Conditional requests, as RFC 9110 has them (13): what a client has already is not sent again, and nothing old is kept."""

from __future__ import annotations

import hashlib
import os
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.serve import files
from tests.serve.conftest import POSTS
from tests.serve.visiting import NOW, PLAIN, generated, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site
    from tests.serve.visiting import Visitor

FEED = "/feeds/rss.xml"
#: The same moment in HTTP's three forms (5.6.7).
MOMENT = 784111777
FORMS = ("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994")
OTHER = '"0123"'


def aged(site: Site, seconds: int, name: str = "rss.xml") -> None:
    """Let a file have changed last at a moment."""
    os.utime(site.feeds / name, (seconds, seconds))


@pytest.mark.parametrize("fraction", [1, 400_000_000, 999_999_999])
def test_a_date_is_compared_in_whole_seconds(site: Site, visitor: Visitor, fraction: int) -> None:
    """Disks keep parts of a second, and HTTP's dates have none: what was sent as the date is the date (8.8.2)."""
    os.utime(site.feeds / "rss.xml", ns=(0, MOMENT * 10**9 + fraction))
    first = visitor.ask(FEED)

    assert first.headers["last-modified"] == FORMS[0]
    for name, status in {"if-modified-since": 304, "if-unmodified-since": 200}.items():
        assert visitor.ask(FEED, headers={**PLAIN, name: FORMS[0]}).status == status


def test_the_entity_tag_is_that_of_the_bytes(visitor: Visitor, site: Site) -> None:
    """It is strong, and the same for the same bytes whenever and wherever they were written."""
    data = (site.feeds / "rss.xml").read_bytes()

    first = visitor.ask(FEED)
    aged(site, MOMENT)
    second = visitor.ask(FEED)

    assert first.body == data
    assert first.headers["etag"] == second.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'
    assert second.headers["last-modified"] == FORMS[0]


def test_what_a_client_has_is_not_sent_again(standing: Visitor) -> None:
    """A 304 has no body, and the headers that a 200 would have had and caches need (15.4.5)."""
    first = standing.ask(FEED)

    again = standing.ask(FEED, headers={**PLAIN, "if-none-match": first.headers["etag"]})

    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == first.headers[name]
    assert "date" in again.headers
    assert not {"content-type", "content-encoding", "transfer-encoding"} & again.headers.keys()


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ("*", 304),
        (" * ", 304),
        ('"other", {tag}', 304),
        ('"a,b", {tag}', 304),
        ('"other" , W/{tag}', 304),
        (",, {tag}", 304),
        ('{tag}, "other"', 304),
        ('W/"other",\t{tag}', 304),
        ('""', 200),
        ('"other"', 200),
        ('"a{bare}"', 200),
        ("{bare}", 200),
        ('"x, {bare}"', 200),
        ("w/{tag}", 200),
        ('"other" {tag}', 200),
        ("", 200),
        ("'{bare}'", 200),
        ('"*"', 200),
    ],
)
def test_entity_tags_are_compared_weakly_in_lists(standing: Visitor, written: str, status: int) -> None:
    """If-None-Match is a list of entity tags, or a star (13.1.2); what is none of them matches nothing."""
    tag = standing.ask(FEED).headers["etag"]
    value = written.format(tag=tag, bare=tag.strip('"'))

    assert standing.ask(FEED, headers={**PLAIN, "if-none-match": value}).status == status


def test_a_list_may_stand_on_several_lines(standing: Visitor) -> None:
    """Two If-None-Match lines are one list (5.3)."""
    tag = standing.ask(FEED).headers["etag"]
    request = f"GET {FEED} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nIf-None-Match: {OTHER}\r\nIf-None-Match: {tag}\r\n\r\n"

    assert standing.send(request.encode()).startswith(b"HTTP/1.1 304 ")


@pytest.mark.parametrize("date", FORMS)
def test_dates_count_in_every_form_that_http_has(standing: Visitor, date: str) -> None:
    """What has not changed since a date is not sent again; what changed a second later is."""
    aged(standing.site, MOMENT)
    same = standing.ask(FEED, headers={**PLAIN, "if-modified-since": date})
    aged(standing.site, MOMENT + 1)
    later = standing.ask(FEED, headers={**PLAIN, "if-modified-since": date})

    assert (same.status, later.status) == (304, 200)


@pytest.mark.parametrize(
    "date",
    [
        "",
        "yesterday",
        "0",
        "Sun, 99 Nov 1994 08:49:37 GMT",
        "784111777",
        "Sun, 06 Nov 1994",
        f"{FORMS[0]}, {FORMS[0]}",
    ],
)
def test_what_is_no_date_says_nothing(standing: Visitor, date: str) -> None:
    """An If-Modified-Since that cannot be read is passed over (13.1.3)."""
    aged(standing.site, 0)

    assert standing.ask(FEED, headers={**PLAIN, "if-modified-since": date}).status == 200


@pytest.mark.parametrize(("matches", "old", "status"), [(True, True, 304), (False, False, 200)])
def test_an_entity_tag_wins_over_a_date(standing: Visitor, *, matches: bool, old: bool, status: int) -> None:
    """With If-None-Match there, nobody looks at If-Modified-Since (13.2.2), whichever way the two contradict."""
    aged(standing.site, MOMENT)
    tag = standing.ask(FEED).headers["etag"] if matches else OTHER
    date = formatdate(MOMENT - 3600 if old else MOMENT + 3600, usegmt=True)

    answer = standing.ask(FEED, headers={**PLAIN, "if-none-match": tag, "if-modified-since": date})

    assert answer.status == status


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("if-match", "{tag}", 200),
        ("if-match", "*", 200),
        ("if-match", f"{OTHER}, {{tag}}", 200),
        ("if-match", "W/{tag}", 412),
        ("if-match", OTHER, 412),
        ("if-unmodified-since", FORMS[0], 200),
        ("if-unmodified-since", formatdate(MOMENT - 1, usegmt=True), 412),
        ("if-unmodified-since", "yesterday", 200),
    ],
)
def test_who_wants_one_state_alone_is_told_of_another(
    standing: Visitor, name: str, value: str, status: int
) -> None:
    """If-Match is compared strongly (13.1.1); 412 says that the state is another."""
    aged(standing.site, MOMENT)
    tag = standing.ask(FEED).headers["etag"]

    assert standing.ask(FEED, headers={**PLAIN, name: value.format(tag=tag)}).status == status


def test_if_match_is_asked_before_if_none_match(standing: Visitor) -> None:
    """The order of the conditions is the standard's (13.2.2)."""
    tag = standing.ask(FEED).headers["etag"]

    both = standing.ask(FEED, headers={**PLAIN, "if-match": OTHER, "if-none-match": tag})

    assert both.status == 412


def test_a_date_in_the_future_is_not_told(visitor: Visitor, site: Site) -> None:
    """Last-Modified is never after Date (8.8.2.1): a client would believe it until then."""
    aged(site, int(time.time()) + 86_400)

    answer = visitor.ask(FEED)

    assert (
        answer.headers["last-modified"] <= answer.headers["date"]
        or answer.headers["last-modified"][:16] == answer.headers["date"][:16]
    )
    assert answer.headers["last-modified"] != formatdate(int(time.time()) + 86_400, usegmt=True)


@pytest.mark.parametrize(
    "path", ["/feeds/atom.xml", "/feeds/feed.json", "/feeds/index.html", "/feeds/", "/reviews/live/"]
)
def test_head_is_get_without_a_body(standing: Visitor, path: str) -> None:
    """Every header is the same, the length too, whether the answer is encoded or not."""
    for headers in (PLAIN, {"accept-encoding": "gzip"}, {**PLAIN, "if-none-match": "*"}):
        get, head = standing.ask(path, headers=headers), standing.ask(path, "HEAD", headers=headers)

        assert head.body == b""
        assert (head.status, {**head.headers, "date": ""}) == (get.status, {**get.headers, "date": ""})


def test_other_statuses_know_no_conditions(standing: Visitor) -> None:
    """What is not there stays not there, and what moved still leads on (13.2.1)."""
    star = {**PLAIN, "if-none-match": "*", "if-modified-since": formatdate(time.time(), usegmt=True)}

    assert standing.ask("/nothing/", headers=star).status == 404
    assert standing.ask("/old/alive/", headers=star).status == 308
    assert standing.ask("/old/taken/", headers=star).status == 410


def test_a_feed_that_was_generated_again_is_sent_anew(
    make_site: Callable[..., Site], site: Site, visitor: Visitor
) -> None:
    """At once, though it was asked for a moment ago; one whose bytes are the same keeps its tag."""
    before = {path: visitor.ask(path).headers["etag"] for path in (FEED, "/feeds/feed.css")}
    make_site({"live.md": POSTS["live.md"].replace("Alive", "Still alive")})
    generated(site)

    rss = visitor.ask(FEED, headers={**PLAIN, "if-none-match": before[FEED]})
    css = visitor.ask("/feeds/feed.css", headers={**PLAIN, "if-none-match": before["/feeds/feed.css"]})

    assert (rss.status, css.status) == (200, 304)
    assert b"Still alive" in rss.body


def test_a_file_that_is_overwritten_in_place_is_sent_anew(visitor: Visitor, site: Site) -> None:
    """Even where size, name and time are what they were: a hundred times, and never a stale answer."""
    file = site.feeds / "feed.css"
    for number in range(100):
        data = f"/* {number:03} */".encode()
        file.write_bytes(data)
        os.utime(file, (MOMENT, MOMENT))

        answer = visitor.ask("/feeds/feed.css")

        assert (answer.body, answer.headers["etag"]) == (data, f'"{hashlib.sha256(data).hexdigest()}"')


def test_a_file_that_was_just_written_is_read_again(
    visitor: Visitor, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two writes within a tick of the disk's clock leave the same marks: nothing that young is kept."""
    monkeypatch.setattr(files, "mark_of", lambda _: (1,))
    monkeypatch.setattr(files, "_TICK", 3600 * 10**9)
    for data in (b"/* one */", b"/* two */"):
        (site.feeds / "feed.css").write_bytes(data)
        assert visitor.ask("/feeds/feed.css").body == data


def test_pages_of_posts_can_be_asked_for_again(standing: Visitor) -> None:
    """A live review's page has a tag, too; of drafts nothing is to be kept."""
    first = standing.ask("/reviews/live/")
    again = standing.ask("/reviews/live/", headers={**PLAIN, "if-none-match": first.headers["etag"]})

    assert (again.status, first.headers["cache-control"]) == (304, "no-cache")
    for path in ("/reviews/draft/", "/reviews/later/", "/"):
        assert standing.ask(path).headers["cache-control"] == "no-store"


def test_a_scheduled_change_does_not_reach_the_feed_by_itself(
    make_site: Callable[..., Site], visitor: Visitor, site: Site
) -> None:
    """Feeds are what `generate` left, whatever the posts say by now."""
    make_site({"new.md": post(9, "Brand new")})

    assert b"Brand new" not in visitor.ask(FEED).body
    generate(read_posts(site).posts, site, NOW)
    assert b"Brand new" in visitor.ask(FEED).body
