"""How a site stands: counts, what comes, what is overdue, and what was not generated, announced or delivered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.diagnostics import has_errors
from publisher.errors import EnvironmentFault
from publisher.ledger import FILE_NAME, DisabledWhy, EndpointState, Ledger
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.release import exclusive, make_plan, publish, site_status
from publisher.release.endpoint_care import disable_endpoint, enable_endpoint
from tests.release.newsroom import (
    ALLOW,
    CLOCK,
    NOW,
    SECRET_TEXT,
    Newsroom,
    identity,
    partner,
    post,
    receiving,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.release import SiteStatus
    from publisher.release.endpoint_status import EndpointStatus
    from publisher.release.schedule import Appointment
    from publisher.site import Site

DAY = timedelta(days=1)
SILENT = ALLOW + partner("local", "http://127.0.0.1:1/hook")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the partner's secret in the environment."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)


def published(newsroom: Newsroom, now: datetime = NOW) -> None:
    """Publish the site."""
    publish(read_posts(newsroom.site), newsroom.site, now, clock=now.timestamp)


def stands(newsroom: Newsroom, now: datetime = NOW) -> SiteStatus:
    """Look how the site stands; that changes no file."""
    before = newsroom.files()
    found = site_status(read_posts(newsroom.site, now=now), newsroom.site, now)

    assert newsroom.files() == before
    return found


#: Two reviews in the feed, and the others nowhere.
UNARCHIVED = '[syndication]\nlimit = 2\narchive = "none"\n'
ARCHIVED = "[syndication]\nlimit = 2\n"


def told(appointments: tuple[Appointment, ...]) -> list[tuple[str, str, str]]:
    """Say appointments in short: what, whose, when."""
    return [(str(one.turn), one.review.title, one.at.isoformat()) for one in appointments]


def events(found: SiteStatus) -> list[tuple[str, str]]:
    """Say what would be announced in short."""
    assert found.announced is not None
    return [(str(change.type).removeprefix("review."), change.title) for change in found.announced.changes]


def differing(found: SiteStatus) -> list[tuple[str, str, tuple[str, ...]]]:
    """Say what readers would see change in short."""
    assert found.generated is not None
    return [(str(one.kind), one.title, one.fields) for one in found.generated.reviews]


def named(number: int, title: str, **front: Any) -> str:
    """Write a post with a title."""
    return post(number, title=title, **front)


def test_each_review_is_counted_where_it_stands(make_site: Callable[..., Site]) -> None:
    """Count draft, scheduled, live and retracted as `visibility` answers, a retraction to come as live."""
    posts = {
        "a": post(1, status="draft", date="2031-01-01"),
        "b": post(2, date="2026-11-22T12:00:01Z"),
        "c": post(3, date="2026-11-22T12:00Z"),
        "d": post(4, status="retracted", retracted="2026-11-22T12:00Z", reason="Rights"),
        "e": post(5, status="retracted", retracted="2026-11-22T12:00:01Z", reason="Rights"),
    }

    found = stands(Newsroom(make_site, posts=posts))

    assert {str(kind): number for kind, number in found.counts.items()} == {
        "draft": 1,
        "scheduled": 1,
        "live": 2,
        "retracted": 1,
    }


def test_what_comes_is_in_order_and_in_the_zone_of_the_site(make_site: Callable[..., Site]) -> None:
    """List reviews, updates and retractions to come; of a draft nothing."""
    posts = {
        "a": named(1, "Winter", date="2027-01-05T09:00"),
        "b": named(2, "Summer", date="2027-07-05T09:00"),
        "c": named(3, "Corrected", updated="2026-12-01T09:00", correction="It was 1922"),
        "d": named(4, "Withdrawn", status="retracted", retracted="2026-11-30T00:00Z", reason="Rights"),
        "e": named(5, "Draft", status="draft", date="2026-12-01"),
        "f": named(
            6, "Brief", date="2026-12-24T09:00", status="retracted", retracted="2026-12-25", reason="No"
        ),
        "g": named(7, "Past"),
    }

    found = stands(Newsroom(make_site, posts=posts))

    assert told(found.upcoming) == [
        ("retracted", "Withdrawn", "2026-11-29T18:00:00-06:00"),
        ("updated", "Corrected", "2026-12-01T09:00:00-06:00"),
        ("live", "Brief", "2026-12-24T09:00:00-06:00"),
        ("retracted", "Brief", "2026-12-25T00:00:00-06:00"),
        ("live", "Winter", "2027-01-05T09:00:00-06:00"),
        ("live", "Summer", "2027-07-05T09:00:00-05:00"),
    ]


def test_a_fresh_site_has_nothing_overdue(make_site: Callable[..., Site]) -> None:
    """Say that nothing was generated or announced yet, instead of calling the whole archive late."""
    found = stands(Newsroom(make_site))

    assert (found.generated, found.announced, found.last_publish) == (None, None, None)
    assert (found.overdue, found.troubles) == ((), {})


def test_after_a_publish_nothing_is_left(make_site: Callable[..., Site]) -> None:
    """Find no difference, nothing overdue and nothing waiting, and remember when it was."""
    with receiving(NOW.timestamp) as (url, _):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
        published(newsroom)

    found = stands(newsroom, NOW + DAY)

    assert (differing(found), events(found), found.overdue) == ([], [], ())
    assert found.generated is not None
    assert found.generated.files == ()
    assert found.last_publish == NOW
    assert [(one.name, one.waiting, one.oldest) for one in found.endpoints] == [("local", 0, None)]


def test_a_review_whose_time_came_without_a_run_is_overdue(make_site: Callable[..., Site]) -> None:
    """Name it from its very moment on, until a run put it out; the oldest first."""
    posts = {
        "a": named(1, "Out"),
        "b": named(2, "Second", date="2026-11-24T09:00Z"),
        "c": named(3, "First", date="2026-11-23T09:00Z"),
    }
    newsroom = Newsroom(make_site, posts=posts)
    published(newsroom)
    due = datetime.fromisoformat("2026-11-23T09:00:00+00:00")

    assert stands(newsroom, due - timedelta(seconds=1)).overdue == ()
    assert [title for _, title, _ in told(stands(newsroom, due).overdue)] == ["First"]
    assert told(stands(newsroom, NOW + 3 * DAY).overdue) == [
        ("live", "First", "2026-11-23T03:00:00-06:00"),
        ("live", "Second", "2026-11-24T03:00:00-06:00"),
    ]
    published(newsroom, NOW + 3 * DAY)
    assert stands(newsroom, NOW + 3 * DAY).overdue == ()


def test_updates_and_retractions_can_be_overdue_too(make_site: Callable[..., Site]) -> None:
    """Name those whose moment came after the last run; what an editor wrote since is not late, only not announced."""
    later = "2026-11-23T09:00Z"
    posts = {
        "a": named(1, "Corrected", updated=later, correction="It was 1922"),
        "b": named(2, "Withdrawn", status="retracted", retracted=later, reason="Rights"),
        "c": named(3, "Edited"),
    }
    newsroom = Newsroom(make_site, posts=posts)
    published(newsroom)
    newsroom.put(c=named(3, "Edited", updated="2026-11-22T01:00Z"))

    found = stands(newsroom, NOW + DAY)

    assert [(turn, title) for turn, title, _ in told(found.overdue)] == [
        ("updated", "Corrected"),
        ("retracted", "Withdrawn"),
    ]
    assert sorted(events(found)) == [
        ("retracted", "Withdrawn"),
        ("updated", "Corrected"),
        ("updated", "Edited"),
    ]


def test_an_update_of_a_review_that_moved_is_overdue_like_any_other(make_site: Callable[..., Site]) -> None:
    """It is told with the move; a move alone is no appointment that somebody missed."""
    at = {"updated": "2026-11-23T09:00Z", "correction": "It was 1922"}
    newsroom = Newsroom(make_site, posts={"a": named(2, "Both", **at), "b": named(3, "Moved")})
    published(newsroom)
    newsroom.put(
        a=named(2, "Both", slug="two", previous="[/reviews/film-2/]", **at),
        b=named(3, "Moved", slug="three", previous="[/reviews/film-3/]"),
    )
    found = stands(newsroom, NOW + 3 * DAY)

    assert sorted(events(found)) == [("moved", "Both"), ("moved", "Moved")]
    assert [(turn, title) for turn, title, _ in told(found.overdue)] == [("updated", "Both")]


def test_without_a_ledger_the_feeds_tell_what_is_overdue(make_site: Callable[..., Site]) -> None:
    """A site that only generates has no ledger: a live review that its feed lacks is not out."""
    newsroom = Newsroom(
        make_site, posts={"a": named(1, "Out"), "b": named(2, "Due", date="2026-11-23T09:00Z")}
    )
    generate(read_posts(newsroom.site).posts, newsroom.site, NOW)

    found = stands(newsroom, NOW + DAY)

    assert told(found.overdue) == [("live", "Due", "2026-11-23T03:00:00-06:00")]
    assert found.announced is None


def test_an_old_review_that_fills_up_the_feed_is_not_overdue(make_site: Callable[..., Site]) -> None:
    """Where a full feed loses one, the next takes its place; that was out before."""
    posts = {f"p{n}": named(n, f"Film {n}", date=f"2022-07-{n:02}") for n in range(1, 5)}
    newsroom = Newsroom(make_site, more=UNARCHIVED, posts=posts)
    generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    newsroom.remove("p4")
    newsroom.put(p5=named(5, "New", date="2026-11-21"))
    newsroom.put(p6=named(6, "Newer", date="2026-11-22"))
    newsroom.remove("p6")

    replaced = stands(newsroom)
    newsroom.remove("p5")
    filled = stands(newsroom)

    assert [title for _, title, _ in told(replaced.overdue)] == ["New"]
    assert differing(filled)[0] == ("added", "Film 2", ())
    assert filled.overdue == ()


def test_what_has_a_page_of_the_archive_is_overdue_when_it_is_not_there(
    make_site: Callable[..., Site],
) -> None:
    """However old its date: with an archive, every live review is to be out."""
    posts = {f"p{n}": named(n, f"Film {n}", date=f"2022-0{n}-01") for n in range(1, 6)}
    newsroom = Newsroom(make_site, more=ARCHIVED, posts=posts)
    generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    newsroom.put(
        p2=named(2, "Film 2", status="draft", date="2022-02-01"), p6=named(6, "Old", date="2022-02-03")
    )
    newsroom.put(p7=named(7, "Older", date="2021-02-03"))

    found = stands(newsroom)

    assert [title for _, title, _ in told(found.overdue)] == ["Older", "Old"]
    assert sorted(differing(found)) == [
        ("added", "Old", ()),
        ("added", "Older", ()),
        ("removed", "Film 2", ()),
    ]


def test_old_reviews_that_come_out_again_with_an_archive_are_not_overdue(
    make_site: Callable[..., Site],
) -> None:
    """A site that has had no archive gets one: what had fallen off the end was out once."""
    posts = {f"p{n}": named(n, f"Film {n}", date=f"2022-0{n}-01") for n in range(1, 6)}
    newsroom = Newsroom(make_site, more=UNARCHIVED, posts=posts)
    generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
    newsroom.configure(ARCHIVED)
    newsroom.put(p6=named(6, "New", date="2026-11-21"))

    found = stands(newsroom)

    assert [title for _, title, _ in told(found.overdue)] == ["New"]
    assert [title for _, title, _ in differing(found)] == ["New", "Film 3", "Film 2", "Film 1"]


def test_a_broken_post_hides_no_old_review_that_changed(make_site: Callable[..., Site]) -> None:
    """What stands on a page of the archive is compared as what is in the main feed."""
    posts = {f"p{n}": named(n, f"Film {n}", date=f"2022-0{n}-01") for n in range(1, 6)}
    newsroom = Newsroom(make_site, more=ARCHIVED, posts=posts)
    published(newsroom)
    newsroom.put(p1=named(1, "Film 1", date="2022-01-01", rating="5"), p5=named(5, "Broken", rating="9"))

    assert differing(stands(newsroom)) == [("changed", "Film 1", ("rating",))]


def test_what_differs_from_the_feeds_is_named_with_its_fields(make_site: Callable[..., Site]) -> None:
    """Tell what readers would see come, change and go, and which files would be written."""
    posts = {"a": named(1, "One"), "b": named(2, "Two"), "c": named(3, "Three")}
    newsroom = Newsroom(make_site, posts=posts)
    published(newsroom)
    newsroom.put(a=named(1, "One", rating="5"), b=post(2, title="Two", text="Other words.\n"))
    newsroom.put(c=named(3, "Three", status="draft"), d=named(4, "Four"))

    found = stands(newsroom)

    assert sorted(differing(found)) == [
        ("added", "Four", ()),
        ("changed", "One", ("rating",)),
        ("changed", "Two", ("text",)),
        ("removed", "Three", ()),
    ]
    assert found.generated is not None
    assert {"atom.xml", "feed.json", "manifest.json", "rss.xml"} <= set(found.generated.files)
    assert sorted(events(found)) == [("published", "Four"), ("retracted", "Three"), ("updated", "One")]


def test_what_waits_is_told_by_endpoint_with_its_age(make_site: Callable[..., Site]) -> None:
    """Count what waits and what was given up, since when the oldest does, and who left publisher.toml."""
    newsroom = Newsroom(make_site, more=SILENT)
    published(newsroom)
    newsroom.put(b=post(2))
    published(newsroom, NOW + DAY)
    newsroom.configure(ALLOW + partner("other", "http://127.0.0.1:1/other"))

    local, other = reversed(stands(newsroom, NOW + 2 * DAY).endpoints)

    assert (local.name, local.known, local.waiting, local.oldest) == ("local", False, 2, NOW)
    assert (other.name, other.known, other.waiting, other.oldest) == ("other", True, 0, None)


def test_what_an_address_asked_for_is_told_while_it_holds(make_site: Callable[..., Site]) -> None:
    """Say until when it wants to be left alone, and that it is gone; a wait from a clock that stood wrong is none."""
    newsroom = Newsroom(make_site, more=SILENT)
    published(newsroom)
    (endpoint,) = newsroom.site.endpoints

    def asked(state: EndpointState) -> EndpointStatus:
        with Ledger.open(newsroom.site.state) as ledger:
            ledger.endpoints.change(endpoint.name, endpoint.url, lambda _: state)
        (told,) = stands(newsroom).endpoints
        return told

    assert asked(EndpointState(not_before=CLOCK + 60)).not_before == NOW + timedelta(minutes=1)
    assert asked(EndpointState(not_before=CLOCK - 60)).not_before is None
    assert asked(EndpointState(not_before=CLOCK + 10**9)).not_before is None
    assert asked(EndpointState(failing_since=CLOCK)).failing == NOW
    off = asked(EndpointState(disabled_at=CLOCK, disabled_why=DisabledWhy.GONE))
    assert (off.disabled, off.disabled_why, off.waiting) == (NOW, "gone", 0)


def test_off_by_hand_is_told_at_any_address(make_site: Callable[..., Site]) -> None:
    """Another URL in publisher.toml changes nothing of it."""
    newsroom = Newsroom(make_site, more=SILENT)
    disable_endpoint(newsroom.site, "local", NOW)
    newsroom.configure(ALLOW + partner("local", "http://127.0.0.1:1/another"))

    (told,) = stands(newsroom).endpoints
    assert (told.disabled, told.disabled_why) == (NOW, "by-hand")


def test_what_was_cancelled_with_an_endpoint_is_told_when_it_is_on_again(
    make_site: Callable[..., Site],
) -> None:
    """Until somebody has it sent; with the command that does."""
    newsroom = Newsroom(make_site, more=SILENT)
    published(newsroom)
    disable_endpoint(newsroom.site, "local", NOW)
    enable_endpoint(newsroom.site, "local", NOW)
    (told,) = stands(newsroom).endpoints
    line = newsroom.run("status", "--now", NOW.isoformat())[1].splitlines()[-1]

    assert (told.waiting, told.missed) == (0, 1)
    assert line == (
        "waiting    local: 1 delivery was cancelled; "
        "`publisher deliveries resend --endpoint local --state cancelled` sends them"
    )
    assert newsroom.run("deliveries", "resend", "--endpoint", "local", "--state", "cancelled")[0] == 0
    assert stands(newsroom).endpoints[0].missed == 0


def test_an_address_that_may_not_be_called_is_told_of_like_one_that_fails(
    make_site: Callable[..., Site],
) -> None:
    """After a day nothing has arrived there either, and why is what the editor has to mend."""
    newsroom = Newsroom(make_site, more=partner("local", "https://10.0.0.1/hook"))
    for hours in (0, 12, 26):
        published(newsroom, NOW + timedelta(hours=hours))
    now = NOW + timedelta(hours=26)
    (told,) = stands(newsroom, now).endpoints
    line = newsroom.run("status", "--now", now.isoformat())[1].splitlines()[-1]

    assert (told.waiting, told.failing) == (1, NOW)
    assert str(told.last_failure).startswith("refused-address: ")
    assert "it has taken nothing for 26 h, it is left alone" in line
    assert "10.0.0.1" in line


def planned(newsroom: Newsroom) -> tuple[str, ...]:
    """Return what would keep a publish from being done."""
    return make_plan(read_posts(newsroom.site, now=NOW), newsroom.site, NOW).obstacles


def test_a_first_publish_that_came_to_no_announcement_lost_no_ledger(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it wrote is in the feeds, and not announced: the next run announces it, and is not refused."""

    def not_live(*_: object, **__: object) -> None:
        raise EnvironmentFault("the public feed did not show it; nothing was announced")

    newsroom = Newsroom(make_site, more=SILENT)
    monkeypatch.setattr("publisher.release.push_run.await_live", not_live)
    with pytest.raises(EnvironmentFault):
        published(newsroom)
    announced = stands(newsroom).announced

    assert announced is not None
    assert [change.title for change in announced.changes] == ["Karmalink"]
    assert announced.obstacles == ()
    assert planned(newsroom) == ()


def test_what_was_given_up_is_counted(make_site: Callable[..., Site]) -> None:
    """Tell it, because nobody tries it again."""
    newsroom = Newsroom(make_site, more=SILENT)
    published(newsroom)
    for try_ in range(1, 10):
        published(newsroom, NOW + 2 * try_ * DAY)

    (told,) = stands(newsroom, NOW + 20 * DAY).endpoints

    assert (told.waiting, told.failed, told.disabled) == (0, 1, NOW + 18 * DAY)
    assert newsroom.rows("SELECT attempts FROM deliveries") == [(10,)]


BROKEN = {
    "a value": named(1, "One", rating="9"),
    "the YAML": named(1, "One", rating="[").replace("---\n\n", "---\n", 1),
    "everything": "no front matter",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_post_hides_nothing_else(make_site: Callable[..., Site], content: str) -> None:
    """Tell all the rest; what was announced of the broken one is not taken for deleted."""
    posts = {"a": named(1, "One"), "b": named(2, "Two"), "c": named(3, "Three", date="2026-11-23T09:00Z")}
    newsroom = Newsroom(make_site, posts=posts)
    published(newsroom)
    newsroom.put(a=content, b=named(2, "Two", rating="5"))

    found = stands(newsroom, NOW + DAY)

    assert found.faulty == ("posts/a.md",)
    assert sum(found.counts.values()) == 2
    assert [title for _, title, _ in told(found.overdue)] == ["Three"]
    assert sorted(events(found)) == [("published", "Three"), ("updated", "Two")]
    assert sorted(differing(found)) == [("added", "Three", ()), ("changed", "Two", ("rating",))]


def test_a_deleted_post_is_told_beside_a_broken_one(make_site: Callable[..., Site]) -> None:
    """As long as the broken one's id can be read, everybody else's is known to be gone."""
    newsroom = Newsroom(make_site, posts={"a": named(1, "One"), "b": named(2, "Two")})
    published(newsroom)
    newsroom.put(a=named(1, "One", rating="9"))
    newsroom.remove("b")

    found = stands(newsroom)

    assert events(found) == [("retracted", "Two")]
    assert differing(found) == [("removed", "Two", ())]


def test_a_broken_post_brings_no_old_review_into_the_feed(make_site: Callable[..., Site]) -> None:
    """Its place in a full feed is not given away: once it is mended it has it again."""
    posts = {f"p{n}": named(n, f"Film {n}", date=f"2022-07-{n:02}") for n in range(1, 5)}
    newsroom = Newsroom(make_site, more=UNARCHIVED, posts=posts)
    published(newsroom)
    newsroom.put(p4=named(4, "Film 4", date="2022-07-04", rating="9"))

    assert differing(stands(newsroom)) == []


def test_what_breaks_the_rules_of_history_is_part_of_it(make_site: Callable[..., Site]) -> None:
    """Tell a slug that was changed by hand among the rest, which is told all the same."""
    newsroom = Newsroom(make_site, posts={"a": named(1, "One"), "b": named(2, "Two")})
    published(newsroom)
    newsroom.put(a=named(1, "One", slug="moved"), c=named(3, "Three"))

    found = stands(newsroom)

    assert found.announced is not None
    assert [fault.code for fault in found.announced.diagnostics if has_errors([fault])] == ["slug-changed"]
    assert ("published", "Three") in events(found)


def test_a_clock_that_runs_behind_is_an_obstacle(make_site: Callable[..., Site]) -> None:
    """Say it instead of ending, and tell the rest."""
    newsroom = Newsroom(make_site, posts={"a": named(1, "One", date="2026-11-22T06:00Z")})
    published(newsroom)

    found = stands(newsroom, NOW - DAY)

    assert found.announced is not None
    assert "in an earlier run" in found.announced.obstacles[0]
    assert told(found.upcoming) == [("live", "One", "2026-11-22T00:00:00-06:00")]


def test_what_is_yet_to_come_is_not_overdue(make_site: Callable[..., Site]) -> None:
    """A run was made with a --now that was ahead: what it told too early is no appointment that was missed."""
    later = "2027-06-20T09:00"
    posts = {
        "a": named(1, "Later", date=later),
        "b": named(2, "Updated", updated=later, correction="It was 1922"),
        "c": named(
            3, "Withdrawn", date=later, status="retracted", retracted="2027-06-22T09:00", reason="Rights"
        ),
    }
    newsroom = Newsroom(make_site, posts=posts)
    published(newsroom, datetime.fromisoformat("2027-06-21T00:00+00:00"))

    found = stands(newsroom)

    assert sorted(events(found)) == [
        ("retracted", "Later"),
        ("retracted", "Withdrawn"),
        ("updated", "Updated"),
    ]
    assert found.overdue == ()


def test_a_ceiling_is_an_obstacle(make_site: Callable[..., Site]) -> None:
    """Say why the next run will be refused, with what it would do."""
    posts = {f"p{n}": post(n + 10) for n in range(7)}
    newsroom = Newsroom(make_site, posts=posts)
    published(newsroom)
    for name in posts:
        newsroom.remove(name)

    found = stands(newsroom)

    assert found.announced is not None
    assert len(found.announced.changes) == 7
    assert "7 reviews would be taken back at once" in found.announced.obstacles[0]


def test_a_damaged_ledger_hides_nothing_else(make_site: Callable[..., Site]) -> None:
    """Tell what is wrong with it, and what the posts and the feeds say."""
    newsroom = Newsroom(
        make_site, posts={"a": named(1, "One"), "b": named(2, "Two", date="2026-11-23T09:00Z")}
    )
    published(newsroom)
    for file in newsroom.site.state.glob(f"{FILE_NAME}*"):
        file.write_bytes(b"not a ledger" * 1000)

    found = stands(newsroom, NOW + DAY)

    assert list(found.troubles) == ["announced"]
    assert found.announced is None
    assert differing(found) == [("added", "Two", ())]
    assert [title for _, title, _ in told(found.overdue)] == ["Two"]


def test_feeds_that_cannot_be_compared_hide_nothing_else(make_site: Callable[..., Site]) -> None:
    """Tell what is in the way, and what the posts and the ledger say."""
    newsroom = Newsroom(make_site)
    published(newsroom)
    (newsroom.site.feeds / "rss.xml").unlink()
    (newsroom.site.feeds / "rss.xml").mkdir()

    found = stands(newsroom)

    assert list(found.troubles) == ["generated"]
    assert events(found) == []


def test_it_can_be_asked_while_a_run_is_at_work(make_site: Callable[..., Site]) -> None:
    """Take no lock."""
    newsroom = Newsroom(make_site)
    published(newsroom)
    with exclusive(newsroom.site):
        found = stands(newsroom)

    assert found.troubles == {}


def test_the_ids_of_broken_posts_are_no_longer_theirs_when_mended(make_site: Callable[..., Site]) -> None:
    """A second file with the same id makes both faulty, and neither review is taken for deleted."""
    newsroom = Newsroom(make_site, posts={"a": named(1, "One")})
    published(newsroom)
    newsroom.put(copy=named(1, "One"))

    found = stands(newsroom)

    assert found.faulty == ("posts/a.md", "posts/copy.md")
    assert (events(found), differing(found)) == ([], [])
    assert newsroom.rows("SELECT review_id FROM announced") == [(identity(1),)]
