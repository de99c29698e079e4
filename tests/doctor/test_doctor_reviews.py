"""The reviews: posts with faults, feeds that are not up to date, and what came due and did not go out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.ledger import Ledger
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.conftest import POST
from tests.doctor.clinic import look, one
from tests.release.newsroom import ALLOW, CLOCK, NOW, SECRET_TEXT, Newsroom, identity, partner, post

if TYPE_CHECKING:
    from tests.conftest import MakeSite

STOPPED = "first see to what keeps `publisher publish` from running: "


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


@pytest.mark.parametrize(
    ("changed", "code"), [({"slug": "moved"}, "slug-changed"), ({"id": identity(99)}, "id-changed")]
)
def test_what_does_not_fit_what_was_announced_has_failed(
    make_site: MakeSite, changed: dict[str, str], code: str
) -> None:
    """Nothing is wrong with the post itself, and no publish runs."""
    room = Newsroom(make_site)
    room.push()
    room.put(a=post(1, **changed))  # type: ignore[arg-type] # none of them is `without`
    found = look(room.site)
    posts = one(found, "posts")

    assert (posts.state, posts.message) == (
        "failed",
        f"1 review is not as it was announced ({code}): nothing can be published",
    )
    assert "`publisher validate`" in str(posts.help)
    assert posts.details[0].startswith("posts/a.md:")
    assert one(found, "feeds").help == f"{STOPPED}posts do not fit what was announced"


def test_reviews_that_vanished_are_told(make_site: MakeSite) -> None:
    """A run warns of them and goes on, if they are few; with many it does not."""
    room = Newsroom(make_site, posts={f"p{number}": post(number) for number in range(1, 9)})
    room.push()
    room.put(p1=post(1, status="draft"))
    room.remove("p2")
    few = look(room.site)
    for number in range(3, 9):
        room.remove(f"p{number}")
    many = look(room.site)

    vanished = few["posts"][-1]
    assert (vanished.state, vanished.message) == (
        "warning",
        "2 reviews are not as they were announced (review-deleted, review-unpublished)",
    )
    assert "`publisher plan`" in str(vanished.help)
    assert str(one(few, "feeds").help).startswith("`publisher publish`")
    assert [finding.state for finding in few["schedule"]] == ["ok"]
    refused = many["schedule"][0]
    assert refused.state == "failed"
    assert refused.message.startswith("`publisher publish` is refused: 8 reviews would be taken back at once")
    assert "--yes says that it is meant" in str(refused.help)
    assert str(one(many, "feeds").help).startswith(f"{STOPPED}8 reviews would be taken back at once")


def test_faults_of_history_are_not_told_beside_errors(make_site: MakeSite) -> None:
    """Which post has gone, nobody knows before all of them can be read."""
    room = Newsroom(make_site, posts={"a": post(), "b": post(2)})
    room.push()
    room.put(a=post(rating="9"))
    room.remove("b")

    assert one(look(room.site), "posts").message == "1 post, 1 with errors: nothing can be published"


def test_nobody_is_sent_to_a_publish_that_is_refused(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps it from running, each check that would have it run names that instead."""
    monkeypatch.setenv("PUBLISHER_SECRET_DESK", SECRET_TEXT)
    environment = {"PUBLISHER_SECRET_DESK": SECRET_TEXT}
    room = Newsroom(make_site, more=ALLOW + partner("desk", "http://127.0.0.1:1/"))
    room.push(NOW - timedelta(hours=3))
    room.put(b=post(2, date="2026-11-22T10:00Z"))
    names = ("feeds", "schedule", "endpoints")

    def advice(**settings: Any) -> list[str]:
        found = look(room.site, **{"environment": environment, **settings})
        return [str(one(found, name).help) for name in names]

    assert [words.partition("`")[0] for words in advice()] == ["", "", ""]
    assert advice(environment={}) == [f'{STOPPED}the endpoint "desk" has no secret'] * 3

    room.push(NOW + timedelta(days=9))
    room.put(b=post(2, rating="2"))
    assert all(words.startswith(f"{STOPPED}it is 2026-11-22 06:00:00 CST now") for words in advice()[::2])

    room.put(b=post(2, rating="9"))
    assert advice()[2] == f"{STOPPED}posts have faults"


def test_an_update_that_was_told_too_early_is_not_overdue(make_site: MakeSite) -> None:
    """A run was made at a later moment; the clock is what is wrong."""
    room = Newsroom(make_site, posts={"a": post(updated="2027-06-20T09:00", correction="It was 1922.")})
    room.push(NOW + timedelta(days=365))

    assert "was due" not in one(look(room.site), "schedule").message
