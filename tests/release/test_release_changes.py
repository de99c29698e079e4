"""What is announced, and what is not: every way in which a review comes, changes and goes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from publisher.posts import read_posts
from publisher.release import ClockBehind, make_plan
from tests.release.newsroom import FILM, NOW, TEXT, Newsroom, identity, partner, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.release import PushReport
    from publisher.site import Site

LATER = NOW + timedelta(days=1)


@pytest.fixture
def newsroom(make_site: Callable[..., Site]) -> Newsroom:
    """Make a site whose one review was announced."""
    made = Newsroom(make_site)
    made.push()
    return made


def told(report: PushReport) -> list[tuple[str, int, tuple[str, ...]]]:
    """Say what a push announced: kind, sequence, and the fields that changed."""
    return [(str(change.type)[7:], change.sequence, change.changed) for change in report.changes]


def events(newsroom: Newsroom) -> list[dict[str, Any]]:
    """Return every event the ledger holds, in order."""
    rows = newsroom.rows("SELECT body FROM events ORDER BY rowid")
    return [orjson.loads(body) for (body,) in rows]


def test_a_new_review_is_published(make_site: Callable[..., Site]) -> None:
    """Announce a live review once."""
    newsroom = Newsroom(make_site)

    assert told(newsroom.push()) == [("published", 1, ())]
    assert told(newsroom.push(LATER)) == []


@pytest.mark.parametrize(
    ("front", "changed"),
    [
        ({"title": "Karma Link"}, ("title",)),
        ({"summary": "A treasure hunt through past lives."}, ("summary",)),
        ({"rating": "4.5"}, ("rating",)),
        ({"rating": "0"}, ("rating",)),
        ({"film": FILM.replace("2021", "2022")}, ("film",)),
        ({"film": FILM.replace("]", ", Nobody]")}, ("film",)),
        ({"image": "{src: 'https://img.example/a.jpg', alt: A boy}"}, ("image",)),
        ({"updated": "2022-08-01"}, ("updated",)),
        ({"updated": "2022-08-01", "correction": "The year was wrong."}, ("correction", "updated")),
        ({"title": "Other", "rating": "3", "updated": "2022-08-01"}, ("rating", "title", "updated")),
    ],
)
def test_what_partners_show_makes_an_update(
    newsroom: Newsroom, front: dict[str, Any], changed: tuple[str, ...]
) -> None:
    """Announce an update that names the fields that changed, once."""
    newsroom.put(a=post(**front))

    assert told(newsroom.push()) == [("updated", 2, changed)]
    assert events(newsroom)[-1]["data"]["changed"] == list(changed)
    assert told(newsroom.push()) == []


MOVED: dict[str, Any] = {"slug": "karma-link", "previous": "[/reviews/karmalink/]"}
WAS = "https://reviews.example/reviews/karmalink/"


@pytest.mark.parametrize(
    ("front", "changed"),
    [
        ({}, ("url",)),
        ({"title": "Karma Link"}, ("title", "url")),
        ({"updated": "2022-08-01", "correction": "The year was wrong."}, ("correction", "updated", "url")),
        ({"watch": "[{service: Vudu, kind: rent}]"}, ("offers", "url")),
    ],
)
def test_another_address_makes_a_move(
    newsroom: Newsroom, front: dict[str, Any], changed: tuple[str, ...]
) -> None:
    """Announce a move with the address that partners know, and everything else that changed, once."""
    newsroom.put(a=post(**MOVED, **front))

    assert told(newsroom.push()) == [("moved", 2, changed)]
    event = events(newsroom)[-1]
    assert event["type"] == "review.moved"
    assert event["data"]["changed"] == list(changed)
    assert event["data"]["previous"] == {"url": WAS, **({"offers": []} if "offers" in changed else {})}
    assert event["data"]["review"]["url"] == "https://reviews.example/reviews/karma-link/"
    assert event["data"]["review"]["title"] == front.get("title", "Karmalink")
    assert told(newsroom.push()) == []


def test_who_asked_for_updates_before_there_were_moves_hears_of_them(make_site: Callable[..., Site]) -> None:
    """A list of types that names only `review.updated` still brings every new address; other lists are kept to."""
    asked = {"all": None, "old": "review.updated", "new": "review.moved", "other": "review.published"}
    more = "".join(
        partner(name, "https://partner.example/") + (f'events = ["{kind}"]\n' if kind else "")
        for name, kind in asked.items()
    )
    newsroom = Newsroom(make_site, more=more)
    newsroom.push(baseline=True)
    newsroom.put(a=post(**MOVED))

    (event,) = make_plan(read_posts(newsroom.site), newsroom.site, NOW).events
    assert (event.type, event.endpoints) == ("review.moved", ("all", "old", "new"))


def test_there_and_back_again_are_two_moves(newsroom: Newsroom) -> None:
    """Each says where the review was last."""
    newsroom.put(a=post(**MOVED))
    newsroom.push()
    newsroom.put(a=post(previous="[/reviews/karma-link/]"))

    assert told(newsroom.push()) == [("moved", 3, ("url",))]
    before = [event["data"].get("previous", {}).get("url") for event in events(newsroom)]
    assert before == [None, WAS, "https://reviews.example/reviews/karma-link/"]


def test_a_review_that_comes_back_elsewhere_is_published(newsroom: Newsroom) -> None:
    """Nobody could read it meanwhile: there is no address that it moved from."""
    newsroom.put(a=post(status="draft"))
    newsroom.push()
    newsroom.put(a=post(**MOVED))

    assert told(newsroom.push()) == [("published", 3, ())]
    assert "previous" not in events(newsroom)[-1]["data"]


def test_the_words_of_a_correction_are_told_with_the_next_update_and_make_none(newsroom: Newsroom) -> None:
    """A correction is news by its `updated`; to polish its words tells nobody, but the next update carries them."""
    newsroom.put(a=post(updated="2022-08-01", correction="The year was wrong."))
    newsroom.push()
    newsroom.put(a=post(updated="2022-08-01", correction="The year was wrong; it is 2021."))
    assert told(newsroom.push()) == []
    newsroom.put(a=post(updated="2022-08-01", correction="The year was wrong; it is 2021.", rating="3"))

    assert told(newsroom.push()) == [("updated", 3, ("correction", "rating"))]
    assert events(newsroom)[-1]["data"]["review"]["correction"] == "The year was wrong; it is 2021."


@pytest.mark.parametrize("gone", ["rating", "film"])
def test_what_is_taken_away_makes_an_update(newsroom: Newsroom, gone: str) -> None:
    """Announce that a field is no longer there."""
    newsroom.put(a=post(without=(gone,)))

    assert told(newsroom.push()) == [("updated", 2, (gone,))]
    assert gone not in events(newsroom)[-1]["data"]["review"]


@pytest.mark.parametrize(
    "content",
    [
        post(text=TEXT.replace("hunts", "hunted")),
        post(text="Quite another beginning, and so another derived summary.\n\n" + TEXT),
        post(tags="[sci-fi, cambodia]"),
        post(language="en-GB"),
        post(),
        post(rating="4.0"),
        post(film="{year: 2021, directors: [Jake Wachtel], title: 'Karmalink'}"),
        post(title='"Karmalink"'),
        post(date="2022-07-15T14:00Z"),
        post().replace("\n", "\r\n"),
    ],
    ids=[
        "a typo in the text",
        "the derived summary",
        "tags",
        "language",
        "nothing at all",
        "the same rating",
        "the same film",
        "quotes",
        "the same moment in another zone",
        "line ends",
    ],
)
def test_what_is_no_news_makes_no_event(newsroom: Newsroom, content: str) -> None:
    """Say nothing for a change that is none to a partner."""
    newsroom.put(a=content)

    assert told(newsroom.push()) == []
    assert len(events(newsroom)) == 1


def test_there_and_back_again_are_three_events(newsroom: Newsroom) -> None:
    """Give A, then B, then A again three ids and three sequence numbers."""
    newsroom.put(a=post(title="B"))
    newsroom.push()
    newsroom.put(a=post())
    newsroom.push()

    rows = newsroom.rows("SELECT id, sequence, type FROM events ORDER BY sequence")
    assert len({row[0] for row in rows}) == 3
    assert [row[1:] for row in rows] == [
        (1, "review.published"),
        (2, "review.updated"),
        (3, "review.updated"),
    ]


def test_a_retraction_says_why_and_nothing_of_the_text(newsroom: Newsroom) -> None:
    """Announce a retraction with its reason, where the review was, and no word of what it said."""
    newsroom.put(
        a=post(
            title="Another Title",
            status="retracted",
            retracted="2022-08-01",
            reason="The quotes were invented.",
            summary="A summary.",
        )
    )

    assert told(newsroom.push()) == [("retracted", 2, ())]
    assert events(newsroom)[-1] == {
        "type": "review.retracted",
        "timestamp": NOW.isoformat(),
        "data": {
            "schema_version": 1,
            "sequence": 2,
            "review": {
                "id": f"urn:uuid:{identity(1)}",
                "url": "https://reviews.example/reviews/karmalink/",
            },
            "reason": "The quotes were invented.",
            "retracted": "2022-08-01T05:00:00+00:00",
        },
    }
    assert told(newsroom.push()) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (post(status="draft"), "unpublished"),
        (post(date="2027-01-01"), "unpublished"),
        (post(status="retracted", retracted="2022-08-01", reason="withdrawn"), "withdrawn"),
        (None, "deleted"),
    ],
    ids=["draft", "put off", "retracted", "deleted"],
)
def test_what_can_no_longer_be_read_is_taken_back_and_may_return(
    newsroom: Newsroom, content: str | None, reason: str
) -> None:
    """Announce a retraction once, and when the review is back a publication with the next number."""
    if content is None:
        newsroom.remove("a")
    else:
        newsroom.put(a=content)
    gone = newsroom.push()
    quiet = newsroom.push(LATER)
    newsroom.put(a=post(title="Back"))
    back = newsroom.push(LATER)

    assert told(gone) == [("retracted", 2, ())]
    assert gone.changes[0].reason == reason
    assert told(quiet) == []
    assert told(back) == [("published", 3, ())]
    assert len({row[0] for row in newsroom.rows("SELECT id FROM events")}) == 3


@pytest.mark.parametrize(
    "content",
    [
        post(2, status="draft"),
        post(2, date="2027-01-01"),
        post(2, status="retracted", retracted="2022-08-01", reason="x"),
    ],
    ids=["draft", "scheduled", "retracted"],
)
def test_what_was_never_live_is_never_spoken_of(newsroom: Newsroom, content: str) -> None:
    """Announce nothing of a review that nobody could read, and let none of it into the ledger."""
    newsroom.put(b=content)

    assert told(newsroom.push()) == []
    assert newsroom.rows("SELECT count(*) FROM announced") == [(1,)]


def test_a_scheduled_review_is_published_when_its_time_comes(newsroom: Newsroom) -> None:
    """Announce it at its moment and not before."""
    newsroom.put(b=post(2, date="2026-11-22T13:00Z"))

    assert told(newsroom.push(NOW + timedelta(minutes=59))) == []
    assert told(newsroom.push(NOW + timedelta(minutes=60))) == [("published", 1, ())]


def test_a_retraction_to_come_waits_for_its_moment(newsroom: Newsroom) -> None:
    """Leave a review up until the moment of its retraction."""
    newsroom.put(a=post(status="retracted", retracted="2026-11-22T13:00Z", reason="x"))

    assert told(newsroom.push()) == []
    assert told(newsroom.push(NOW + timedelta(hours=2))) == [("retracted", 2, ())]


def test_events_go_out_oldest_review_first_and_retractions_last(newsroom: Newsroom) -> None:
    """Order events as the reviews were dated, whatever their files are called."""
    newsroom.put(z=post(2, date="2020-01-01"), b=post(3, date="2021-01-01"), c=post(4, date="2021-01-01"))
    newsroom.remove("a")

    reviews = [change.review_id for change in newsroom.push().changes]

    assert reviews == [identity(2), identity(3), identity(4), identity(1)]


MORNING = "2026-11-22T06:00Z"
TAKEN_BACK = {"status": "retracted", "reason": "x"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"date": MORNING}, {}),
        ({"date": "2020-01-01"}, {"date": MORNING}),
        ({"updated": MORNING, "correction": "The year was wrong."}, {}),
        ({"retracted": MORNING, **TAKEN_BACK}, {}),
        ({"retracted": "2022-08-01", **TAKEN_BACK}, {"retracted": MORNING}),
        ({"status": "draft"}, {"retracted": MORNING, **TAKEN_BACK}),
    ],
    ids=[
        "live",
        "redated",
        "updated",
        "taken back",
        "taken back anew",
        "hidden, then taken back",
    ],
)
def test_a_clock_that_was_set_back_tells_nothing(
    make_site: Callable[..., Site], before: dict[str, str], after: dict[str, str]
) -> None:
    """What the time brought is not taken back, and what it took is not shown again: nothing at all is announced."""
    newsroom = Newsroom(make_site)
    newsroom.push(NOW - timedelta(days=2))
    for front in (before, {**before, **after}):
        newsroom.put(a=post(1, **front))  # type: ignore[arg-type] # none of them is `without`
        newsroom.push()
    known = newsroom.rows("SELECT * FROM announced"), newsroom.rows("SELECT id FROM events")

    with pytest.raises(ClockBehind) as failure:
        newsroom.push(NOW - timedelta(days=1))

    assert str(failure.value).startswith(
        "it is 2026-11-21 06:00:00 CST now, and was 2026-11-22 06:00:00 CST in an earlier run: https://"
    )
    assert (newsroom.rows("SELECT * FROM announced"), newsroom.rows("SELECT id FROM events")) == known
    assert told(newsroom.push()) == []


def test_a_clock_that_was_ahead_is_put_right_by_saying_so(make_site: Callable[..., Site]) -> None:
    """A run a year too early announced what was still to come; told that the time is right now, it is taken back."""
    newsroom = Newsroom(make_site, posts={"a": post(date="2027-06-01")})
    assert told(newsroom.push(NOW + timedelta(days=365))) == [("published", 1, ())]

    assert told(newsroom.push(confirmed=True)) == [("retracted", 2, ())]
    newsroom.put(b=post(2))
    assert told(newsroom.push(NOW + timedelta(minutes=1))) == [("published", 1, ())]


def test_a_clock_that_was_set_back_matters_only_where_there_is_something_to_tell(newsroom: Newsroom) -> None:
    """A second or two between machines stop nobody."""
    assert told(newsroom.push(NOW - timedelta(seconds=2))) == []


def test_a_retraction_that_is_put_off_brings_the_review_back(newsroom: Newsroom) -> None:
    """Publish again when the editor moved the retraction into the future: that is no clock's fault."""
    newsroom.put(a=post(status="retracted", retracted="2026-11-22T06:00Z", reason="x"))
    newsroom.push()
    newsroom.put(a=post(status="retracted", retracted="2026-12-24", reason="x"))

    assert told(newsroom.push()) == [("published", 3, ())]


def test_a_new_file_for_the_same_review_is_no_news(newsroom: Newsroom) -> None:
    """Know a review by its id and not by its file."""
    newsroom.remove("a")
    newsroom.put(renamed=post())

    assert told(newsroom.push()) == []


def test_a_published_event_carries_the_review(newsroom: Newsroom) -> None:
    """Say everything a partner shows, and leave out what is not known."""
    [event] = events(newsroom)

    assert event == {
        "type": "review.published",
        "timestamp": "2026-11-22T12:00:00+00:00",
        "data": {
            "schema_version": 1,
            "sequence": 1,
            "review": {
                "id": f"urn:uuid:{identity(1)}",
                "url": "https://reviews.example/reviews/karmalink/",
                "title": "Karmalink",
                "summary": TEXT.strip(),
                "language": "en",
                "authors": [{"name": "The Night Desk"}],
                "film": {"title": "Karmalink", "year": 2021, "directors": ["Jake Wachtel"]},
                "rating": {
                    "value": 4,
                    "minimum": 0,
                    "maximum": 5,
                    "unit": "butterflies",
                    "text": "4 of 5 butterflies",
                },
                "published": "2022-07-15T14:00:00+00:00",
            },
            "feeds": {
                "rss": "https://reviews.example/feeds/rss.xml",
                "atom": "https://reviews.example/feeds/atom.xml",
                "json": "https://reviews.example/feeds/feed.json",
            },
        },
    }
