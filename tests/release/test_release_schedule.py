"""Scheduling without a daemon: `publisher publish`, run again and again, puts out what has come due, and nothing twice."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import Ledger
from publisher.posts import read_posts
from publisher.release import AlreadyRunning, exclusive, publish
from publisher.release.lock import LONGEST_RUN
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, identity, partner, post, receiving
from tests.webhooks.scripted_partner import Clock, Partner, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from publisher.release import PublishReport
    from publisher.site import Site
    from publisher.webhooks import Received

MINUTE = timedelta(minutes=1)
SECRET_FOR_LOCAL = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the partner's secret in the environment."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)


def released(newsroom: Newsroom, now: datetime) -> PublishReport:
    """Publish as cron would at a moment."""
    return publish(read_posts(newsroom.site, now=now), newsroom.site, now, clock=now.timestamp)


def announced(shown: list[Received]) -> list[tuple[str, str]]:
    """Name the events that arrived, in their order: what, and the last digits of whose."""
    found = []
    for message in shown:
        assert message.event is not None
        found.append((message.event["type"], message.event["data"]["review"]["id"][-2:]))
    return found


def traces(newsroom: Newsroom) -> dict[str, tuple[int, int]]:
    """Return when each file of the feeds was last written, and which file it is."""
    return {
        path.as_posix(): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in newsroom.site.feeds.rglob("*")
        if path.is_file()
    }


def until(condition: Callable[[], object]) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_review_goes_out_with_the_first_run_after_its_time(make_site: Callable[..., Site]) -> None:
    """Run every minute over an hour: one event at the very minute, and no file is touched by any other run."""
    clock = Clock(NOW.timestamp())
    with receiving(clock) as (url, shown):
        newsroom = Newsroom(
            make_site,
            more=ALLOW + partner("local", url),
            posts={"a": post(1), "b": post(2, date="2026-11-22T12:30Z")},
        )
        released(newsroom, NOW)
        heard: dict[int, list[tuple[str, str]]] = {}
        written = set()
        before = traces(newsroom)
        for minute in range(1, 61):
            clock.advance(seconds=60)
            shown.clear()
            released(newsroom, NOW + minute * MINUTE)
            if shown:
                heard[minute] = announced(shown)
            if traces(newsroom) != before:
                written.add(minute)
                before = traces(newsroom)

    assert heard == {30: [("review.published", "02")]}
    assert written == {30}


def test_runs_a_minute_apart_by_the_command_do_nothing_again(make_site: Callable[..., Site]) -> None:
    """The same with processes, as cron starts them: quiet, status 0, no file of the feeds touched, nothing sent."""
    with receiving() as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url))
        first = newsroom.run("publish", "--quiet", **SECRET_FOR_LOCAL)
        before = traces(newsroom)
        later = [newsroom.run("publish", "--quiet", **SECRET_FOR_LOCAL) for _ in range(3)]

    assert [first, *later] == [(0, "", "")] * 4
    assert traces(newsroom) == before
    assert len(shown) == 1


def test_after_days_of_sleep_everything_due_goes_out_once_and_oldest_first(
    make_site: Callable[..., Site],
) -> None:
    """Whatever came due meanwhile, reviews, updates and retractions, is told by the next run, and by that one only."""
    posts = {
        "a": post(1),
        "b": post(2, date="2026-11-25T09:00Z"),
        "c": post(3, date="2026-11-23T09:00Z"),
        "d": post(4, date="2026-11-24T09:00Z"),
        "e": post(5, updated="2026-11-24T10:00Z", correction="It was 1922"),
        "f": post(6, status="retracted", retracted="2026-11-24T11:00Z", reason="Rights"),
        "g": post(7, date="2026-12-24T09:00Z"),
    }
    woken = NOW + timedelta(days=5)
    clock = Clock(NOW.timestamp())
    with receiving(clock) as (url, shown):
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", url, concurrency=1), posts=posts)
        released(newsroom, NOW)
        shown.clear()
        clock.now = woken.timestamp()
        released(newsroom, woken)
        caught_up = announced(shown)
        released(newsroom, woken + MINUTE)

    assert caught_up == [
        ("review.updated", "05"),
        ("review.published", "03"),
        ("review.published", "04"),
        ("review.published", "02"),
        ("review.retracted", "06"),
    ]
    assert len(shown) == len(caught_up)


def test_two_at_once_and_the_second_leaves_to_the_first_what_it_has_in_hand(
    make_site: Callable[..., Site],
) -> None:
    """While a slow partner keeps one run busy, another ends at once and well, and says who delivers; it is sent once."""
    let_go = [False]

    def slow(sock: socket.socket) -> None:
        until(lambda: let_go[0])
        sock.sendall(answer(200))

    with Partner(slow) as busy:
        newsroom = Newsroom(make_site, more=ALLOW + partner("local", busy.url))
        with newsroom.start("publish", environment=SECRET_FOR_LOCAL) as first:
            until(lambda: busy.heard)
            second = newsroom.run("publish", **SECRET_FOR_LOCAL)
            hushed = newsroom.run("publish", "--quiet", **SECRET_FOR_LOCAL)
            asked_for_json = newsroom.run("publish", "--quiet", "--json", **SECRET_FOR_LOCAL)
            let_go[0] = True
            first.communicate(timeout=60)
        last = newsroom.run("publish", "--quiet", **SECRET_FOR_LOCAL)

    assert first.returncode == 0
    assert (second[0], second[2]) == (0, "")
    assert "delivered  local: 0 delivered, 1 on the way by another run\n" in second[1]
    assert hushed == (0, "", "")
    assert (asked_for_json[0], '"in_hand": 1' in asked_for_json[1]) == (0, True)
    assert last == (0, "", "")
    assert len(busy.heard) == 1


def test_a_run_while_another_is_deployed_is_refused(make_site: Callable[..., Site]) -> None:
    """Until a run has told the ledger what it announces, another ends at once with status 5."""
    newsroom = Newsroom(make_site)
    with exclusive(newsroom.site):
        second = newsroom.run("publish")
        hushed = newsroom.run("publish", "--quiet")
        asked_for_json = newsroom.run("publish", "--quiet", "--json")

    assert second[0] == 5
    assert "error: another publisher run is at work on this site" in second[2]
    assert hushed == (5, "", "")
    assert (asked_for_json[0], '"exit_code": 5' in asked_for_json[1]) == (5, True)


def test_a_run_that_does_not_get_on_is_told_even_when_quiet(make_site: Callable[..., Site]) -> None:
    """After an hour, and the time its deployment may take, cron's mail says that something holds it up."""
    newsroom = Newsroom(make_site, more='[deploy]\ncommand = "true"\ntimeout = 900\n')

    def found(seconds: float) -> tuple[int, str, str]:
        with exclusive(newsroom.site):
            began = time.time() - seconds
            os.utime(newsroom.site.state / ".began", (began, began))
            return newsroom.run("publish", "--quiet")

    assert found(LONGEST_RUN + 600) == (5, "", "")
    status, _, err = found(LONGEST_RUN + 2400)
    assert status == 5
    assert "another publisher run is at work on this site, for 1 h 40 min already" in err
    assert "help: see what holds it up" in err


@pytest.mark.parametrize("left", ["nothing", "an old one", "a folder"])
def test_when_a_run_began_is_known_whatever_an_earlier_one_left(
    make_site: Callable[..., Site], left: str
) -> None:
    """A run that was killed leaves its time behind; the next one is not taken for as old as that."""
    site = Newsroom(make_site).site
    began = site.state / ".began"
    site.state.mkdir()
    if left == "an old one":
        began.touch()
        os.utime(began, (0, 0))
    elif left == "a folder":
        began.mkdir()

    with exclusive(site), pytest.raises(AlreadyRunning) as refused, exclusive(site):
        pass

    assert not refused.value.stuck
    assert "another publisher run is at work" in refused.value.message
    assert left == "a folder" or not began.exists()


def test_other_refusals_are_told_even_when_quiet(make_site: Callable[..., Site]) -> None:
    """Only the overlap passes by itself; too much at once is for a person to judge."""
    with receiving() as (url, shown):
        newsroom = Newsroom(
            make_site,
            more=ALLOW + partner("local", url),
            posts={f"p{n}": post(n + 10) for n in range(21)},
        )
        status, _, err = newsroom.run("publish", "--quiet", **SECRET_FOR_LOCAL)

    assert status == 5
    assert "21 announcements at once" in err
    assert shown == []


def test_the_last_run_is_remembered(make_site: Callable[..., Site]) -> None:
    """A run that found nothing to do counts, too: it says that cron is alive."""
    newsroom = Newsroom(make_site)
    released(newsroom, NOW)
    released(newsroom, NOW + MINUTE)

    with Ledger.open(newsroom.site.state) as ledger:
        assert ledger.last_run("publish") == (NOW + MINUTE).timestamp()
    assert newsroom.rows("SELECT review_id FROM announced") == [(identity(1),)]
