"""`publisher status`, run as a process: what people and machines are told, and that nothing is touched."""

from __future__ import annotations

import ctypes
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.ledger import FILE_NAME, DisabledWhy, EndpointState, Ledger
from publisher.posts import read_posts
from publisher.release import publish
from publisher.webhooks.reports import advice
from tests.release.newsroom import ALLOW, CLOCK, NOW, SECRET_TEXT, Newsroom, partner, post

if TYPE_CHECKING:
    from tests.conftest import MakeSite

AT = ("--now", NOW.isoformat())
TROUBLED = """\
as of      Sun 2026-11-22 06:00 CST (America/Chicago)
reviews    2 drafts, 2 scheduled, 6 live, 1 retracted
errors     posts/k.md
help:      posts with errors are not counted above, and stop every publish; see `publisher validate`
next       Tue 2026-11-24 10:00 CST (in 2 days 4 h)  Withdrawn later (film-13) is taken back
           Wed 2026-11-25 10:00 CST (in 3 days 4 h)  Corrected later (film-12) is updated
           Thu 2026-11-26 09:00 CST (in 4 days 3 h)  Soon (film-7) goes live
           Thu 2026-12-24 18:00 CST (in 32 days)  Later (film-8) goes live
overdue    Fri 2026-11-20 09:00 CST (45 h ago)  Due (film-9) is not out
           Sat 2026-11-21 23:00 CST (7 h ago)  Whisper of the Heart (film-2) is not taken back
help:      `publisher publish` does it when nothing stops it any more, see below; it last ran to its end 3 days ago
generated  feeds/ is not up to date: 1 new, 3 changed, 3 gone
             new      Due
             changed  Karmalink (rating)
             changed  The Fog (text)
             changed  Slug moved (url)
             gone     Whisper of the Heart
             and 2 more; -v shows them
announced  not yet: 1 updated, 1 moved, 1 published, 3 retracted
             review.updated  Karmalink (rating)
             review.moved  Slug moved (url; before: https://reviews.example/reviews/film-6/)
             review.published  Due
             review.retracted  Whisper of the Heart (Rights ended)
             review.retracted  To be deleted (deleted)
             and 1 more; -v shows them
             posts/f.md:4:7: error[slug-changed]: the review was announced under the slug "film-6", and is now "elsewhere"
help:      that stops every publish; `publisher validate` says what to do
waiting    local: 9 events, the oldest for 3 days, it has taken nothing for 3 days, \
the last try: connect: 127.0.0.1:1 could not be reached: connection refused
"""
CLEAN = """\
as of      Sun 2026-11-22 06:00 CST (America/Chicago)
reviews    0 drafts, 0 scheduled, 1 live, 0 retracted
next       nothing is scheduled
overdue    nothing
last run   2 min ago
generated  feeds/ is up to date
announced  everything
waiting    nothing
"""
FRESH = """\
as of      Sun 2026-11-22 06:00 CST (America/Chicago)
reviews    0 drafts, 0 scheduled, 1 live, 0 retracted
next       nothing is scheduled
overdue    nothing
last run   `publisher publish` never ran to its end here
generated  nothing yet: there is no feed of this site in feeds/
announced  nothing yet: there is no ledger
waiting    nothing
"""


def named(number: int, title: str, **front: Any) -> str:
    """Write a post with a title."""
    return post(number, title=title, **front)


def published(newsroom: Newsroom, ago: timedelta) -> None:
    """Publish the site as some time ago."""
    now = NOW - ago
    publish(read_posts(newsroom.site), newsroom.site, now, clock=now.timestamp)


@pytest.fixture
def troubled(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """Make a site with every kind of trouble there is."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    gone = {"status": "retracted", "reason": "Rights ended"}
    posts = {
        "a": named(1, "Karmalink"),
        "b": named(2, "Whisper of the Heart"),
        "c": named(3, "The Fog"),
        "d": named(4, "To be deleted"),
        "e": named(5, "Turned draft"),
        "f": named(6, "Slug moved"),
        "g": named(7, "Soon", date="2026-11-26T09:00"),
        "h": named(8, "Later", date="2026-12-24T18:00"),
        "i": named(9, "Due", date="2026-11-20T09:00"),
        "j": named(10, "A draft", status="draft"),
        "k": named(11, "Broken"),
        "l": named(12, "Corrected later", updated="2026-11-25T10:00", correction="It was 1922"),
        "m": named(13, "Withdrawn later", retracted="2026-11-24T10:00", **gone),
    }
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", "http://127.0.0.1:1/hook"), posts=posts)
    published(newsroom, timedelta(days=3))
    newsroom.put(
        a=named(1, "Karmalink", rating="5"),
        b=named(2, "Whisper of the Heart", retracted="2026-11-22T05:00Z", **gone),
        c=named(3, "The Fog", text="Other words.\n"),
        e=named(5, "Turned draft", status="draft"),
        f=named(6, "Slug moved", slug="elsewhere"),
        k=named(11, "Broken", rating="9"),
    )
    newsroom.remove("d")
    return newsroom


def test_a_site_with_every_kind_of_trouble(troubled: Newsroom) -> None:
    """What is well takes a line, what is not says what to do; the exit status is 0, and no file changes."""
    before = troubled.files()

    assert troubled.run("status", *AT) == (0, TROUBLED, "")
    assert troubled.files() == before


def test_everything_is_shown_when_asked(troubled: Newsroom) -> None:
    """--verbose cuts no list short, and adds the warnings of history."""
    _, out, _ = troubled.run("status", "--verbose", *AT)

    assert "more; -v" not in out
    assert "gone     Turned draft" in out
    assert "warning[review-deleted]" in out


def test_machines_get_all_of_it(troubled: Newsroom) -> None:
    """Every key is there at any time, times are ISO 8601 in the site's zone, lists are whole."""
    status, out, _ = troubled.run("status", "--json", *AT)
    told = json.loads(out)

    assert status == 0
    assert list(told) == [
        "format_version",
        "now",
        "time_zone",
        "reviews",
        "posts_with_errors",
        "next",
        "overdue",
        "last_publish",
        "generated",
        "announced",
        "endpoints",
        "hubs",
        "troubles",
    ]
    assert told["format_version"] == 1
    assert (told["now"], told["time_zone"]) == ("2026-11-22T06:00:00-06:00", "America/Chicago")
    assert told["reviews"] == {"draft": 2, "scheduled": 2, "live": 6, "retracted": 1}
    assert told["posts_with_errors"] == ["posts/k.md"]
    assert told["next"][2] == {
        "turn": "live",
        "review": "urn:uuid:4c768283-9939-45ec-b325-000000000007",
        "title": "Soon",
        "slug": "film-7",
        "at": "2026-11-26T09:00:00-06:00",
        "in_seconds": 356400,
    }
    assert [(one["turn"], one["title"], one["in_seconds"]) for one in told["overdue"]] == [
        ("live", "Due", -162000),
        ("retracted", "Whisper of the Heart", -25200),
    ]
    assert told["last_publish"] == "2026-11-19T06:00:00-06:00"
    assert told["generated"]["folder"] == "feeds"
    assert told["generated"]["reviews"][1] == {
        "kind": "changed",
        "review": "urn:uuid:4c768283-9939-45ec-b325-000000000001",
        "url": "https://reviews.example/reviews/karmalink/",
        "title": "Karmalink",
        "fields": ["rating"],
    }
    assert told["announced"]["events"][0] == {
        "type": "review.updated",
        "review": "urn:uuid:4c768283-9939-45ec-b325-000000000001",
        "title": "Karmalink",
        "sequence": 2,
        "changed": ["rating"],
    }
    assert told["announced"]["obstacles"] == []
    assert [fault["code"] for fault in told["announced"]["diagnostics"]] == [
        "review-unpublished",
        "slug-changed",
        "review-deleted",
    ]
    assert told["endpoints"] == [
        {
            "name": "local",
            "known": True,
            "waiting": 9,
            "oldest": "2026-11-19T06:00:00-06:00",
            "failed": 0,
            "set_aside": 0,
            "not_before": None,
            "disabled": None,
            "disabled_why": None,
            "failing_since": "2026-11-19T06:00:00-06:00",
            "last_failure": "connect: 127.0.0.1:1 could not be reached: connection refused",
            "missed": 0,
        }
    ]
    assert told["troubles"] == []


def test_an_endpoint_says_what_keeps_its_events_and_what_to_do(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In trouble it is left alone for a while; switched off, the commands that bring it back are named."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    newsroom = Newsroom(make_site, more=ALLOW + partner("local", "http://127.0.0.1:1/hook"))
    published(newsroom, timedelta(minutes=2))
    (endpoint,) = newsroom.site.endpoints

    def told(state: EndpointState) -> str:
        with Ledger.open(newsroom.site.state) as ledger:
            ledger.endpoints.change(endpoint.name, endpoint.url, lambda _: state)
        return newsroom.run("status", *AT)[1].splitlines()[-1]

    failing = EndpointState(not_before=CLOCK + 1800, failures=6, failing_since=CLOCK - 7200)
    off = EndpointState(disabled_at=CLOCK - 7200, disabled_why=DisabledWhy.BY_HAND)

    assert told(failing) == (
        "waiting    local: 1 event, the oldest for 2 min, it has taken nothing for 2 h, "
        "it is left alone for now: next try in 30 min, "
        "the last try: connect: 127.0.0.1:1 could not be reached: connection refused"
    )
    assert told(off) == (
        f"waiting    local: it was switched off by hand, 2 h ago; {advice('local', DisabledWhy.BY_HAND)}"
    )


def test_a_review_that_is_late_asks_for_cron_where_nothing_else_stops_it(make_site: MakeSite) -> None:
    """Name the command that does it at once."""
    newsroom = Newsroom(make_site)
    published(newsroom, timedelta(days=3))
    newsroom.put(b=post(2, date="2026-11-20T09:00"))

    assert (
        "help:      `publisher publish` does it; it last ran to its end 3 days ago. Is cron running?\n"
        in newsroom.run("status", *AT)[1]
    )


def test_a_site_where_all_is_well(make_site: MakeSite) -> None:
    """Eight lines."""
    newsroom = Newsroom(make_site)
    published(newsroom, timedelta(minutes=2))

    assert newsroom.run("status", *AT) == (0, CLEAN, "")
    assert newsroom.run("status", "--quiet", *AT) == (0, "", "")


def test_a_site_that_was_never_published(make_site: MakeSite) -> None:
    """Say so; nothing is late, and nothing is made by looking but what the next look is faster for."""
    newsroom = Newsroom(make_site)
    before = newsroom.files()

    assert newsroom.run("status", *AT) == (0, FRESH, "")
    told = json.loads(newsroom.run("status", "--json", *AT)[1])
    assert (told["generated"], told["announced"], told["last_publish"]) == (None, None, None)
    assert newsroom.files() == before
    assert {file.name for file in newsroom.site.state.iterdir()} <= {".gitignore", "cache"}


def test_a_ledger_that_cannot_be_read_is_status_4(make_site: MakeSite) -> None:
    """What can be told is told, then what is wrong and what to do."""
    newsroom = Newsroom(make_site)
    published(newsroom, timedelta(minutes=2))
    for file in newsroom.site.state.glob(f"{FILE_NAME}*"):
        file.write_bytes(b"not a ledger" * 1000)

    status, out, err = newsroom.run("status", *AT)

    assert status == 4
    assert "reviews    0 drafts, 0 scheduled, 1 live, 0 retracted\n" in out
    assert "announced  cannot be told\n" in out
    assert err.startswith("error: the ledger ")
    assert "help: " in err
    told = json.loads(newsroom.run("status", "--json", *AT)[1])
    assert [trouble["about"] for trouble in told["troubles"]] == ["announced"]


def test_a_site_that_may_only_be_read_is_looked_at_all_the_same(troubled: Newsroom) -> None:
    """Without permission to write anything, the same is told."""
    folders = [troubled.site.root, *(path for path in troubled.site.root.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        with troubled.start("status", *AT, prepare=_without_privileges) as process:
            out, err = process.communicate(timeout=60)
    finally:
        for folder in folders:
            folder.chmod(0o755)

    assert (process.returncode, out, err) == (0, TROUBLED, "")


def _without_privileges() -> None:
    # Root may do everything; PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH before the next exec ends that.
    if os.geteuid() == 0:
        for capability in (1, 2):
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)


def test_a_ledger_without_permission_to_read_it_hides_nothing_else(make_site: MakeSite) -> None:
    """Say that it cannot be read, and all that can be known without it."""
    newsroom = Newsroom(make_site)
    published(newsroom, timedelta(minutes=2))
    (newsroom.site.state / FILE_NAME).chmod(0)
    with newsroom.start("status", *AT, prepare=_without_privileges) as process:
        out, err = process.communicate(timeout=60)

    assert process.returncode == 4
    assert "generated  feeds/ is up to date\n" in out
    assert f"{FILE_NAME} cannot be read: Permission denied" in err


def test_no_title_steers_the_terminal(make_site: MakeSite) -> None:
    """Control characters of titles, slugs and file names are shown, not obeyed."""
    newsroom = Newsroom(make_site, posts={"a\x1b[2Jb": "no front matter", "c": named(1, '"\u202egnp.exe"')})

    status, out, _ = newsroom.run("status", *AT)

    assert status == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "␛" in out
