"""A plan says what a publish would do; a publish with a plan does that, or nothing."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import PublisherError, Refused, UsageError
from publisher.posts import read_posts
from publisher.release import make_plan, publish, read_plan, write_plan
from publisher.release.endpoint_care import disable_endpoint
from tests.release.newsroom import (
    ALLOW,
    NOW,
    SECRET_TEXT,
    TEXT,
    Newsroom,
    identity,
    partner,
    post,
    receiving,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from publisher.release import Plan
    from publisher.site import Site
    from publisher.webhooks import Received

URL = "https://reviews.example/reviews/{}/"
HIDDEN = {
    "draft": post(7, title="Kwaidan", status="draft", text="Hoichi-marker.\n"),
    "scheduled": post(8, title="Onibaba", date="2027-01-01", text="Pit-marker.\n"),
}


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[Received]]]:
    """Run a partner whose secret is in the environment."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    with receiving(NOW.timestamp) as receiver:
        yield receiver


@pytest.fixture
def newsroom(make_site: Callable[..., Site], heard: tuple[str, list[Received]]) -> Newsroom:
    """Give a site that was published, with one review of each state that is not live."""
    newsroom = Newsroom(
        make_site, more=ALLOW + partner("local", heard[0], concurrency=1), posts={"a": post(), **HIDDEN}
    )
    released(newsroom)
    return newsroom


def planned(newsroom: Newsroom, now: datetime = NOW) -> Plan:
    """Make a plan."""
    return make_plan(read_posts(newsroom.site, now=now), newsroom.site, now)


def released(newsroom: Newsroom, now: datetime = NOW, **options: Any) -> None:
    """Publish."""
    publish(read_posts(newsroom.site, now=now), newsroom.site, now, clock=now.timestamp, **options)


def reviews(plan: Plan) -> list[tuple[str, str | None, tuple[str, ...], str | None]]:
    """Reduce a plan to what it says of reviews."""
    return [(review.kind, review.title, review.fields, review.reason) for review in plan.reviews]


def test_a_plan_of_a_new_site_names_everything(
    make_site: Callable[..., Site], heard: tuple[str, list[Received]]
) -> None:
    """New reviews, the files with their digests, the events with who gets them; nothing of what is hidden."""
    more = ALLOW + partner("local", heard[0]) + partner("quiet", heard[0]) + 'events = ["review.retracted"]\n'
    newsroom = Newsroom(make_site, more=more, posts={"a": post(), **HIDDEN})
    before = newsroom.files()
    plan = planned(newsroom)

    assert reviews(plan) == [("new", "Karmalink", (), None)]
    assert {"atom.xml", "feed.json", "rss.xml"} <= set(plan.written)
    assert all(len(digest) == 64 for digest in plan.written.values())
    assert [(event.type, event.id, event.sequence, event.endpoints) for event in plan.events] == [
        ("review.published", identity(1), 1, ("local",))
    ]
    assert plan.obstacles == ('the endpoint "quiet" has no secret',)
    assert newsroom.files() == before


def test_a_plan_tells_new_due_changed_and_retracted_apart(newsroom: Newsroom) -> None:
    """One whose time came after the last run is due; what readers see change is named, a typo, too."""
    newsroom.put(
        a=post(rating="3", text="A boy hunts for a treasure.\n"),
        old=post(2, title="Vampyr"),
        scheduled=HIDDEN["scheduled"].replace("2027-01-01", "2026-11-22T07:00"),
    )
    later = NOW + timedelta(hours=2)
    assert reviews(planned(newsroom, later)) == [
        ("changed", "Karmalink", ("rating", "text"), None),
        ("new", "Vampyr", (), None),
        ("due", "Onibaba", (), None),
    ]
    released(newsroom, later)
    newsroom.put(
        a=post(rating="3", text="A boy hunts for a big treasure.\n"),
        old=post(2, title="Vampyr", status="retracted", retracted="2026-11-22T08:00", reason="Wrong print."),
    )
    newsroom.remove("scheduled")
    plan = planned(newsroom, later)

    assert sorted(reviews(plan), key=str) == [
        ("changed", "Karmalink", ("text",), None),
        ("retracted", None, (), "Wrong print."),
        ("retracted", None, (), "deleted"),
    ]
    assert [event.type for event in plan.events] == ["review.retracted", "review.retracted"]
    assert [warning.code for warning in plan.warnings] == ["review-deleted"]


def test_a_plan_holds_no_word_of_what_nobody_may_see(newsroom: Newsroom) -> None:
    """Titles and texts of drafts, of scheduled reviews and of those taken back stay at home."""
    newsroom.put(a=post(status="retracted", retracted="2022-08-01", reason="Wrong film."))
    written = json.dumps(planned(newsroom).as_fields(), ensure_ascii=False)

    assert "Wrong film." in written
    for word in (
        "Karmalink",
        TEXT.split()[2],
        "Kwaidan",
        "Hoichi",
        "film-7",
        "Onibaba",
        "Pit-marker",
        "film-8",
    ):
        assert word not in written


def test_a_publish_with_its_plan_does_what_the_plan_said(
    newsroom: Newsroom, heard: tuple[str, list[Received]], tmp_path: Path
) -> None:
    """Files get the bytes whose digests were agreed on, and the events named are the ones sent."""
    newsroom.put(a=post(rating="3"), b=post(2, title="Vampyr"))
    plan = planned(newsroom)
    write_plan(plan, tmp_path / "plan.json")
    heard[1].clear()
    released(newsroom, NOW + timedelta(minutes=5), plan=read_plan(tmp_path / "plan.json"))

    written = {name: (newsroom.site.feeds / name).read_bytes() for name in plan.written}
    assert {name: hashlib.sha256(data).hexdigest() for name, data in written.items()} == plan.written
    events = [one.event for one in heard[1] if one.event is not None]
    assert [(event["type"], event["data"]["sequence"]) for event in events] == [
        (event.type, event.sequence) for event in plan.events
    ]
    assert planned(newsroom).idle


def _edit_a_draft(newsroom: Newsroom) -> datetime:
    newsroom.put(draft=HIDDEN["draft"] + "More.\n")
    return NOW


def _configure(newsroom: Newsroom) -> datetime:
    path = newsroom.site.root / "publisher.toml"
    path.write_text(path.read_text("utf-8") + "\n# a comment\n", encoding="utf-8")
    return NOW


def _publish(newsroom: Newsroom) -> datetime:
    released(newsroom)
    return NOW


def _wait(newsroom: Newsroom) -> datetime:
    del newsroom
    return NOW + timedelta(days=60)


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (_edit_a_draft, "posts have changed"),
        (_configure, "publisher.toml has changed"),
        (_publish, "the ledger has moved on"),
        (_wait, "other reviews are new, due, changed or taken back by now"),
    ],
)
def test_a_plan_that_no_longer_holds_is_refused_and_nothing_is_done(
    newsroom: Newsroom,
    heard: tuple[str, list[Received]],
    meanwhile: Callable[[Newsroom], datetime],
    said: str,
) -> None:
    """Posts, configuration, ledger and time may move on; then nothing is written or sent, and it is said what did."""
    newsroom.put(a=post(rating="3"))
    plan = planned(newsroom).as_fields()
    now = meanwhile(newsroom)
    heard[1].clear()
    before = newsroom.files()
    with pytest.raises(Refused, match=said) as failure:
        released(newsroom, now, plan=plan)

    assert "publisher plan -o FILE" in str(failure.value.hint)
    assert {name: data for name, data in newsroom.files().items() if "ledger" not in name} == {
        name: data for name, data in before.items() if "ledger" not in name
    }
    assert heard[1] == []


def test_files_that_were_changed_by_others_are_no_longer_as_planned(newsroom: Newsroom) -> None:
    """The plan said which files would be written; others would be now."""
    newsroom.put(a=post(text="Mended.\n"))
    plan = planned(newsroom).as_fields()
    (newsroom.site.feeds / "redirects" / "_redirects").write_text("spoilt", encoding="utf-8")

    with pytest.raises(Refused, match="other files would be written"):
        released(newsroom, plan=plan)


def test_a_plan_says_what_becomes_of_what_is_for_those_who_are_off_or_gone(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is switched off is told nothing; what waits for one that left publisher.toml is not delivered."""
    for name in ("OFF", "ON", "LEFT"):
        monkeypatch.setenv(f"PUBLISHER_SECRET_{name}", SECRET_TEXT)
    off, on = partner("off", "http://127.0.0.1:9/off"), partner("on", "http://127.0.0.1:9/on")
    newsroom = Newsroom(make_site, more=ALLOW + off + on + partner("left", "http://127.0.0.1:9/left"))
    newsroom.push()
    disable_endpoint(newsroom.site, "off", NOW)
    # Somebody asked for one to be sent again before that was switched off.
    newsroom.change("UPDATE deliveries SET state = 'waiting' WHERE endpoint = 'off'")
    newsroom.configure(ALLOW + off + on)
    newsroom.put(a=post(rating="3"))
    plan = planned(newsroom)
    fields = plan.as_fields()
    told = newsroom.run(
        "plan", "--now", NOW.isoformat(), PUBLISHER_SECRET_ON=SECRET_TEXT, PUBLISHER_SECRET_OFF=SECRET_TEXT
    )

    (event,) = plan.events
    assert (event.endpoints, event.cancelled) == (("on",), ("off",))
    assert plan.waiting == {"on": 1}
    assert (fields["events"][0]["endpoints"], fields["events"][0]["cancelled"]) == (["on"], ["off"])
    assert (fields["waiting"], fields["switched_off"]) == ({"on": 1}, {"off": "by-hand"})
    assert fields["withheld"] == [
        {"endpoint": "left", "deliveries": 1, "why": "removed"},
        {"endpoint": "off", "deliveries": 1, "why": "off"},
    ]
    assert told[0] == 0
    assert "tell       on: review.updated 2  Karmalink\n" in told[1]
    assert "deliver    on: 1 event from earlier runs, as they are due\n" in told[1]
    assert "cancel     off: 2 events, because it is switched off: it was switched off by hand; " in told[1]
    assert "keep       left: 1 event from earlier runs; it is no longer in publisher.toml" in told[1]


def test_a_plan_ends_as_the_publish_would(newsroom: Newsroom, tmp_path: Path) -> None:
    """A script sees that it would be refused, and --quiet leaves the reason; the plan is written all the same."""
    newsroom.put(**{f"p{number}": post(number) for number in range(20, 41)})
    now = ("--now", NOW.isoformat())
    secret = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT}
    file = tmp_path / "refused.json"
    refused = newsroom.run("plan", "-o", str(file), *now, **secret)
    quiet = newsroom.run("plan", "--quiet", *now, **secret)
    data = newsroom.run("plan", "--json", *now, **secret)

    assert (refused[0], quiet[0], data[0]) == (5, 5, 5)
    assert newsroom.run("publish", *now, **secret)[0] == 5
    assert file.exists()
    assert "refused    as things stand: 21 announcements at once" in refused[1]
    assert quiet[1] == ""
    assert quiet[2].startswith("error: 21 announcements at once")
    assert json.loads(data[1])["obstacles"][0].startswith("21 announcements at once")
    assert data[2] == ""
    assert newsroom.run("plan", *now)[0] == 5
    assert newsroom.run("plan", "--yes", *now)[0] == newsroom.run("publish", "--yes", *now)[0] == 4
    assert newsroom.run("plan", "--yes", *now, **secret)[0] == 0


def test_a_delivery_that_is_overtaken_is_not_planned(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What still waits of a review that is taken back now, is not sent any more."""
    monkeypatch.setenv("PUBLISHER_SECRET_DOWN", SECRET_TEXT)
    newsroom = Newsroom(make_site, more=ALLOW + partner("down", "http://127.0.0.1:9/"))
    newsroom.push()
    assert planned(newsroom).waiting == {"down": 1}
    newsroom.put(a=post(status="retracted", retracted="2022-08-01", reason="Wrong film."))

    assert planned(newsroom).waiting == {}


@pytest.mark.parametrize("there", ["a post", "a link to a plan", "a folder", "a pipe"])
def test_a_plan_is_written_over_nothing_but_a_plan(newsroom: Newsroom, tmp_path: Path, there: str) -> None:
    """A name that was mistyped costs nobody a post."""
    plan, path = planned(newsroom), tmp_path / "plan.json"
    write_plan(plan, path)
    write_plan(plan, path)
    aim = tmp_path / "aim"
    if there == "a post":
        aim.write_text(post(), encoding="utf-8")
    elif there == "a link to a plan":
        aim.symlink_to(path)
    elif there == "a folder":
        aim.mkdir()
    else:
        os.mkfifo(aim)
    before = aim.lstat()
    with pytest.raises(Refused, match="is there already, and is not a plan"):
        write_plan(plan, aim)

    assert aim.lstat() == before


def test_a_plan_needs_a_name(newsroom: Newsroom) -> None:
    """An empty name is told, as any other that is none."""
    status, _, err = newsroom.run("plan", "-o", "")

    assert status == 2
    assert "is not the name of a file" in err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"kind": "publisher-plan"}',
        b'{"kind": "publisher-plan", "format_version": 99}',
        b'{"kind": "publisher-plan", "format_version": 1}',
        b'{"kind": "publisher-plan", "format_version": 1, "inputs": 7, "reviews": {"a": []}}',
        b'{"format_version": 1, "inputs": {}}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_plan_is_refused_with_a_message(
    newsroom: Newsroom, tmp_path: Path, content: bytes
) -> None:
    """A file of another kind, a torn one, one built to hurt: told, and nothing is done."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    newsroom.put(a=post(rating="3"))
    before = newsroom.files()
    with pytest.raises(PublisherError, match=r"is not a plan|no longer holds|another version"):
        released(newsroom, plan=read_plan(path))

    assert {name for name in newsroom.files() if newsroom.files()[name] != before.get(name)} <= {
        name for name in before if "ledger" in name
    }


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe"])
def test_what_is_no_file_is_no_plan(tmp_path: Path, kind: str) -> None:
    """Nothing is waited for."""
    path = tmp_path / "plan.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)

    with pytest.raises(UsageError):
        read_plan(path)
