"""The reviews: posts with faults, feeds that are not up to date, and what came due and did not go out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.feeds import generate
from publisher.ledger import Ledger
from publisher.posts import read_posts
from tests.conftest import POST
from tests.doctor.clinic import look, one
from tests.release.newsroom import CLOCK, NOW, Newsroom, post

if TYPE_CHECKING:
    from tests.conftest import MakeSite


def test_posts_with_errors_fail_and_what_depends_on_them_is_skipped(make_site: MakeSite) -> None:
    """They are named for whoever wants to know; the feeds are not compared with half of the posts."""
    site = make_site({"a.md": POST, "b.md": POST.replace("rating: 4", "rating: 9")})
    found = look(site)

    posts = one(found, "posts")
    assert (posts.state, posts.message) == ("failed", "2 posts, 2 with errors: nothing can be published")
    assert posts.details == ("posts/a.md", "posts/b.md")
    assert one(found, "feeds").state == one(found, "schedule").state == "skipped"


def test_posts_with_warnings_are_counted(make_site: MakeSite) -> None:
    """They stop nothing."""
    site = make_site(
        {"a.md": POST + "\n<script>alert()</script>\n", "b.md": post(2, film="{title: The Fog, year: 1980}")}
    )
    found = look(site)

    posts = one(found, "posts")
    assert (posts.state, posts.message, posts.details) == (
        "warning",
        "2 posts, 1 with warnings",
        ("posts/a.md",),
    )
    assert "`publisher validate`" in str(posts.help)
    assert "not compared" not in one(found, "feeds").message


def test_no_posts_are_told_and_a_folder_that_is_missing_has_failed(make_site: MakeSite) -> None:
    """A site may be new; one without the folder is not whole."""
    site = make_site({})

    assert one(look(site), "posts").state == "warning"

    site.posts.rmdir()
    found = look(site)

    assert (one(found, "posts").state, one(found, "feeds").state) == ("failed", "skipped")


def test_feeds_that_are_not_up_to_date_are_named(make_site: MakeSite) -> None:
    """Compared is what a run would write at this moment."""
    site = make_site()

    assert one(look(site), "feeds").message == "feeds/ is not there yet"

    generate(read_posts(site).posts, site, NOW)

    assert one(look(site), "feeds").state == "ok"

    (site.feeds / "rss.xml").write_text("an editor was here")
    found = one(look(site), "feeds")

    assert (found.state, found.message) == ("warning", "feeds/ is not up to date: rss.xml")


def test_a_review_that_comes_due_makes_the_feeds_stale(make_site: MakeSite) -> None:
    """By itself, when its time has come."""
    site = make_site({"a.md": post(date="2026-11-22T13:00Z")})
    generate(read_posts(site).posts, site, NOW)

    assert one(look(site), "feeds").state == "ok"
    assert one(look(site, now=NOW + timedelta(hours=1)), "feeds").state == "warning"


@pytest.mark.parametrize(
    ("due", "last", "state"),
    [
        ("2026-11-22T10:00Z", CLOCK - 3 * 3600, "failed"),  # two hours ago, and no run since
        ("2026-11-22T11:30Z", CLOCK - 3 * 3600, "warning"),  # half an hour ago: a run may be about to come
        ("2026-11-22T10:00Z", CLOCK - 60, "warning"),  # it was not there when the last run was
        ("2026-11-22T10:00Z", None, "warning"),  # nobody knows of a run
        ("2026-11-22T13:00Z", CLOCK - 3 * 3600, "ok"),
    ],
)
def test_what_came_due_since_the_last_run_is_told(
    make_site: MakeSite, due: str, last: float | None, state: str
) -> None:
    """After an hour without a run, cron is not at work."""
    room = Newsroom(make_site)
    room.push()
    if last:
        with Ledger.open(room.site.state) as ledger:
            ledger.record_run("publish", last)
    room.put(b=post(2, title="The Fog", date=due))

    found = one(look(room.site), "schedule")

    assert (found.state, '"The Fog"' in found.message) == (state, True)
    assert ("cron" in str(found.help)) == (state == "failed")


def test_nothing_due_and_nothing_scheduled_is_well(make_site: MakeSite) -> None:
    """Also on a site that was never published."""
    found = one(look(make_site({})), "schedule")

    assert (found.state, found.message) == (
        "ok",
        "`publisher publish` has not ended well here yet; nothing is scheduled",
    )
