"""A review is corrected, retracted and restored: what the file says then, and what partners are told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import pytest

from publisher.desk.correcting import correct
from publisher.desk.retracting import restore, retract
from publisher.errors import Refused, UsageError
from publisher.model import EventType, Visibility, visibility
from publisher.posts import read_posts
from tests.release.newsroom import NOW, Newsroom, partner, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.posts import Post
    from publisher.site import Site

LATER = NOW + timedelta(hours=3, seconds=17)
SECOND = timedelta(seconds=1)
TOMORROW = (NOW + timedelta(days=1)).isoformat()


def only(newsroom: Newsroom) -> Post:
    """Read the one post, which has no error."""
    (found,) = read_posts(newsroom.site).require_valid().posts
    return found


def told(newsroom: Newsroom, now: datetime) -> list[EventType]:
    """Push, and return what was told."""
    return [change.type for change in newsroom.push(now).changes]


def lines(newsroom: Newsroom) -> list[str]:
    """Return the lines of the one post."""
    return (newsroom.site.posts / "a.md").read_text(encoding="utf-8").splitlines()


def test_a_retraction_is_marked_told_and_taken_back(make_site: Callable[..., Site]) -> None:
    """Three lines say it; restoring leaves the file as it was, but for a status that is said."""
    newsroom = Newsroom(make_site)
    before = lines(newsroom)
    assert told(newsroom, NOW) == [EventType.PUBLISHED]

    edited = retract(newsroom.site, "karmalink", " Not  ours: \n # sorry ", LATER)

    assert [line for line in lines(newsroom) if line not in before] == [
        "status: retracted",
        "retracted: 2026-11-22T09:00-06:00",
        'reason: "Not  ours: # sorry"',
    ]
    assert (edited.command, edited.name, edited.errors) == ("retract", "posts/a.md", 0)
    assert visibility(only(newsroom).review, LATER) is Visibility.RETRACTED
    (change,) = newsroom.push(LATER).changes
    assert (change.type, change.reason) == (EventType.RETRACTED, "Not  ours: # sorry")

    back = restore(newsroom.site, "karmalink", LATER)

    assert [line for line in lines(newsroom) if line != "status: ready"] == before
    assert "review.published again" in back.outlook
    (change,) = newsroom.push(LATER).changes
    assert (change.type, change.sequence) == (EventType.PUBLISHED, 3)


def test_a_retraction_that_nobody_heard_of_is_taken_back_in_silence(make_site: Callable[..., Site]) -> None:
    """Partners know the review as live, and it is live."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    retract(newsroom.site, "karmalink", "x", LATER)

    edited = restore(newsroom.site, "karmalink", LATER)

    assert "never told" in edited.outlook
    assert told(newsroom, LATER) == []


@pytest.mark.parametrize("unseen", [post(status="draft"), post(date=TOMORROW)], ids=["draft", "scheduled"])
def test_nothing_is_taken_back_or_corrected_that_nobody_has_seen(
    make_site: Callable[..., Site], unseen: str
) -> None:
    """A draft is deleted, or stays one."""
    newsroom = Newsroom(make_site, posts={"a": unseen})
    before = newsroom.files()

    with pytest.raises(Refused, match="nobody has seen it"):
        retract(newsroom.site, "karmalink", "x", NOW)
    with pytest.raises(Refused, match="for readers of a review that is live"):
        correct(newsroom.site, "karmalink", "x", NOW)
    with pytest.raises(Refused, match="is not retracted"):
        restore(newsroom.site, "karmalink", NOW)
    assert newsroom.files() == before


def test_a_draft_that_partners_know_can_be_taken_back(make_site: Callable[..., Site]) -> None:
    """Somebody made it a draft again, and partners are better told why."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(status="draft"))

    retract(newsroom.site, "karmalink", "Not ours.", LATER)

    (change,) = newsroom.push(LATER).changes
    assert (change.type, change.reason) == (EventType.RETRACTED, "Not ours.")


def test_a_review_put_off_after_it_was_announced_needs_its_date_first(make_site: Callable[..., Site]) -> None:
    """A retraction cannot come before the date, nor a date after now be taken back now."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=post(date=TOMORROW))

    with pytest.raises(Refused, match="is yet to come") as caught:
        retract(newsroom.site, "karmalink", "x", LATER)

    assert "date: 2022-07-15T14:00:00+00:00" in str(caught.value.hint)


def test_a_retraction_is_never_before_the_review(make_site: Callable[..., Site]) -> None:
    """Minutes are exact enough, unless the review is younger than that."""
    newsroom = Newsroom(make_site, posts={"a": post(date="2026-11-22T12:00:30+00:00")})

    retract(newsroom.site, "karmalink", "x", NOW + 45 * SECOND)

    assert "retracted: 2026-11-22T06:00:30-06:00" in lines(newsroom)
    assert visibility(only(newsroom).review, NOW + 45 * SECOND) is Visibility.RETRACTED


def test_a_retraction_can_be_set_for_later_and_brought_forward(make_site: Callable[..., Site]) -> None:
    """Until then the review is live; a second retraction is refused only once the first has happened."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    edited = retract(newsroom.site, "karmalink", "x", NOW, at=NOW + timedelta(days=2))
    assert "until 2026-11-24 06:00 CST it stays" in edited.outlook
    assert told(newsroom, LATER) == []

    retract(newsroom.site, "karmalink", "at once", LATER)

    assert told(newsroom, LATER) == [EventType.RETRACTED]
    with pytest.raises(Refused, match="is retracted since 2026-11-22 09:00 CST already"):
        retract(newsroom.site, "karmalink", "again", LATER)
    restore(newsroom.site, "karmalink", LATER)
    before = datetime.fromisoformat("2021-11-22T12:00:00+00:00")
    with pytest.raises(UsageError, match="--at: 2021-11-22 06:00 CST lies before"):
        retract(newsroom.site, "karmalink", "x", LATER, at=before)


def test_every_correction_is_told(make_site: Callable[..., Site]) -> None:
    """Also a second one within the minute: the last is in the file, and the one before it is shown."""
    newsroom = Newsroom(make_site, more=partner("one", "https://partner.example/hook"))
    newsroom.push(baseline=True)

    correct(newsroom.site, "karmalink", "first", LATER)
    assert lines(newsroom)[5:7] == ["updated: 2026-11-22T09:00-06:00", "correction: first"]
    newsroom.push(LATER, baseline=True)
    for number in range(3):
        edited = correct(newsroom.site, "karmalink", f"no. {number}", LATER + SECOND)

        assert edited.notes == (
            "it replaces the correction before it, which readers no longer see then: "
            + (f"no. {number - 1}" if number else "first"),
        )
        (change,) = newsroom.push(LATER + 9 * SECOND, baseline=True).changes
        assert change.type is EventType.UPDATED
        assert {"updated", "correction"} == set(change.changed)
        assert only(newsroom).review.correction == f"no. {number}"


def test_the_same_correction_twice_is_refused_unless_it_was_still_to_come(
    make_site: Callable[..., Site],
) -> None:
    """Nothing would be told but another hour; lines and spaces make no other note."""
    newsroom = Newsroom(make_site, posts={"a": post(updated=TOMORROW, correction="|-\n  one\n  two")})
    correct(newsroom.site, "karmalink", "one two", LATER)  # tomorrow has become today
    before = newsroom.files()

    with pytest.raises(Refused, match="has that correction already, of 2026-11-22 09:00 CST"):
        correct(newsroom.site, "karmalink", "one  two ", LATER + timedelta(days=2))

    assert newsroom.files() == before


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        (
            post(status="draft"),
            "announced once: to have it live again, remove status: draft; then correct it",
        ),
        (post(date=TOMORROW), "set its date back, to date: 2022-07-15T14:00:00+00:00; then correct it"),
    ],
    ids=["draft", "put off"],
)
def test_what_readers_saw_once_is_not_said_to_be_unseen(
    make_site: Callable[..., Site], hidden: str, said: str
) -> None:
    """It is hidden now; the way out is to have it live again."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    newsroom.put(a=hidden)

    with pytest.raises(Refused, match="for readers of a review that is live") as refused:
        correct(newsroom.site, "karmalink", "x", LATER)

    assert said in str(refused.value.hint)
    newsroom.push(LATER)
    with pytest.raises(Refused, match="it was taken back already"):
        retract(newsroom.site, "karmalink", "x", LATER)


def test_what_was_never_announced_is_not_taken_back_where_a_ledger_knows(
    make_site: Callable[..., Site],
) -> None:
    """Its date has come, and no run has put it out; what has no id that can be read goes all the same."""
    newsroom = Newsroom(make_site, posts={"b": post(2)})
    newsroom.push()
    newsroom.put(a=post())
    before = newsroom.files()["posts/a.md"]

    with pytest.raises(Refused, match="was never announced: nobody has seen it") as refused:
        retract(newsroom.site, "karmalink", "x", LATER)

    assert "make it a draft, or delete the file" in str(refused.value.hint)
    assert newsroom.files()["posts/a.md"] == before
    newsroom.put(a=post(without=("id",)))
    assert retract(newsroom.site, "karmalink", "x", LATER).lines


def test_what_partners_know_as_taken_back_is_not_called_untold(make_site: Callable[..., Site]) -> None:
    """Restored, and retracted again before anybody heard of it."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    retract(newsroom.site, "karmalink", "x", NOW)
    newsroom.push()
    restore(newsroom.site, "karmalink", NOW)

    again = retract(newsroom.site, "karmalink", "y", NOW)

    assert again.outlook.endswith("partners know it as taken back already")
    assert told(newsroom, NOW) == []


def test_an_update_that_was_still_to_come_is_now(make_site: Callable[..., Site]) -> None:
    """What was set for later is replaced, and the editor hears of it."""
    newsroom = Newsroom(
        make_site, posts={"a": post(updated=f"{TOMORROW} # soon", correction="|-\n  one\n\n  two")}
    )
    before = lines(newsroom)

    edited = correct(newsroom.site, "karmalink", "three", LATER)

    assert edited.notes[1] == "`updated` lay in the future, 2026-11-23 06:00 CST; it is now"
    assert "updated: 2026-11-22T09:00-06:00 # soon" in lines(newsroom)
    assert "correction: three" in lines(newsroom)
    assert len(lines(newsroom)) == len(before) - 3


def test_other_faults_are_no_obstacle_and_are_counted(make_site: Callable[..., Site]) -> None:
    """A review that has to go has to go; the message says that nothing is published yet."""
    faulty = post(rating="99", film="{title: 7, year: x}", text="<script>\n")
    newsroom = Newsroom(make_site, posts={"a": faulty, "b": "---\ntitle: [\n"})

    edited = retract(newsroom.site, "karmalink", "x", LATER)

    assert edited.errors >= 2
    assert "status: retracted" in lines(newsroom)


def test_a_review_without_a_date_that_can_be_read_is_retracted_all_the_same(
    make_site: Callable[..., Site],
) -> None:
    """Whether it is live nobody can tell; taking back is the safe side."""
    newsroom = Newsroom(make_site, posts={"a": post(date="soon")})

    assert retract(newsroom.site, "karmalink", "x", LATER).errors == 1


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001, "a\x07b", "half \ud800", "a\x9bb"])
def test_a_reason_that_readers_could_not_read_is_refused(make_site: Callable[..., Site], text: str) -> None:
    """Nothing goes into a file that would be a fault there."""
    newsroom = Newsroom(make_site)
    before = newsroom.files()

    with pytest.raises(UsageError, match="--reason"):
        retract(newsroom.site, "karmalink", text, LATER)
    with pytest.raises(UsageError, match="--note"):
        correct(newsroom.site, "karmalink", text, LATER)
    assert newsroom.files() == before


def test_a_dry_run_writes_nothing(make_site: Callable[..., Site]) -> None:
    """It says what would be done, and leaves no record of it."""
    newsroom = Newsroom(make_site)
    before = newsroom.files()

    edited = retract(newsroom.site, "karmalink", "x", LATER, dry=True)

    assert [line.text for line in edited.lines] == [
        "status: retracted",
        "retracted: 2026-11-22T09:00-06:00",
        "reason: x",
    ]
    assert newsroom.files() == before


def test_a_retraction_carries_nothing_of_the_text(make_site: Callable[..., Site]) -> None:
    """Id, address, reason and time are all that partners get."""
    newsroom = Newsroom(make_site)
    newsroom.push()
    retract(newsroom.site, "karmalink", "Not ours.", LATER)
    newsroom.push(LATER)

    ((body,),) = newsroom.rows("SELECT body FROM events WHERE type = 'review.retracted'")

    assert orjson.loads(body)["data"]["reason"] == "Not ours."
    assert b"treasure" not in body
