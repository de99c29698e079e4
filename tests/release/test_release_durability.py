"""Killed at any moment and run again, a publish run ends as if nothing had happened."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from publisher.posts import read_posts
from publisher.release import publish
from publisher.webhooks import Receiver
from tests import warm_start
from tests.outputs.output_names import file_names
from tests.release.newsroom import ALLOW, NOW, SECRET, SECRET_TEXT, Newsroom, partner, post, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.site import Site
    from publisher.webhooks import Received

REVIEWS = 8
KILLS = int(os.environ.get("PUBLISHER_TEST_KILLS", "20"))  # more on demand
KILLS_A_SITE = 3
SEED = 20261122
ANSWER_SECONDS = 0.02  # partners are not instant, and a run spends most of its time waiting for them
SECRETS = {"PUBLISHER_SECRET_FIRST": SECRET_TEXT, "PUBLISHER_SECRET_SECOND": SECRET_TEXT}
FEEDS = file_names("archive/2022-07", "authors/desk")
ARGUMENTS = ("publish", "--now", NOW.isoformat())

# Runs the command line, and dies before or after the n-th call of one function.
TRAPPED = """
import importlib, itertools, os, signal, sys
place, when, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
del sys.argv[1:4]
module, _, path = place.partition(":")
owner = importlib.import_module(module)
*way, name = path.split(".")
for step in way:
    owner = getattr(owner, step)
original, calls = getattr(owner, name), itertools.count(1)

def trap(*arguments, **options):
    call = next(calls)  # files are written several at a time
    if call == number and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*arguments, **options)
    if call == number and when == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, name, trap)
from publisher.cli import main
main()
"""


def reviews(number: int = REVIEWS) -> dict[str, str]:
    """Write some reviews."""
    return {f"film-{n}": post(n + 100, date=f"2022-07-{n + 1:02}") for n in range(number)}


@contextlib.contextmanager
def slow() -> Iterator[tuple[str, list[Received]]]:
    """Run a receiver that takes its time, as sites do."""
    shown: list[Received] = []

    def show(message: Received) -> None:
        time.sleep(ANSWER_SECONDS)
        shown.append(message)

    with Receiver(SECRET, show) as receiver:
        yield receiver.url, shown


class Undisturbed:
    """What a run makes that nobody disturbs: the same feeds and events for everybody, and how long it takes."""

    def __init__(self, make: Callable[..., Site]) -> None:
        with slow() as (first, shown), slow() as (second, _):
            self.newsroom = Newsroom(
                make, more=ALLOW + partner("first", first) + partner("second", second), posts=reviews()
            )
            # What is to be measured is a run, and not the start of the server that begins runs warm.
            warm_start.run("-c", "")
            began = time.monotonic()
            status, _, err = self.newsroom.run(*ARGUMENTS, **SECRETS)
            self.seconds = time.monotonic() - began
        assert (status, err) == (0, "")
        self.feeds = feeds(self.newsroom)
        self.events = [message.event for message in shown]
        self.ids = [message.id for message in shown]
        clear(self.newsroom)


def feeds(newsroom: Newsroom) -> dict[str, bytes]:
    """Read everything that lies in the folder of the feeds."""
    return {name: content for name, content in newsroom.files().items() if name.startswith("feeds/")}


def clear(newsroom: Newsroom) -> None:
    """Remove everything that runs have made."""
    for folder in (newsroom.site.feeds, newsroom.site.state):
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        if folder.exists():
            folder.rmdir()


def check(newsroom: Newsroom, undisturbed: Undisturbed, *heard: list[Received]) -> None:
    """See that files, ledger and partners are as if nobody had been killed."""
    assert feeds(newsroom) == undisturbed.feeds
    ledger = {key: json.loads(body) for key, body in newsroom.rows("SELECT id, body FROM events")}
    assert ledger == dict(zip(undisturbed.ids, undisturbed.events, strict=True))
    assert newsroom.rows("SELECT DISTINCT state FROM deliveries") == [("delivered",)]
    assert newsroom.rows("SELECT count(*) FROM deliveries") == [(REVIEWS * 2,)]
    assert newsroom.rows("PRAGMA integrity_check") == [("ok",)]
    for shown in heard:
        assert {message.problem for message in shown} == {None}
        assert {message.id for message in shown} == set(ledger)
        # A repeat says, under the same id, what the first one said.
        assert [message.event for message in shown] == [ledger[message.id] for message in shown]


def test_random_kills_change_nothing_in_the_end(make_site: Callable[..., Site]) -> None:
    """Kill runs at seeded moments over all of their duration, again and again on one site, then let one finish.

    The feeds are the bytes of an undisturbed run, both partners have every event, none is unknown to the ledger, and
    a repeat comes under its own id.
    """
    undisturbed = Undisturbed(make_site)
    newsroom, seconds = undisturbed.newsroom, undisturbed.seconds
    dice = random.Random(SEED)  # noqa: S311 - a seed, so that a failure can be repeated
    killed, stages = 0, {"nothing": 0, "feeds": 0, "committed": 0, "sending": 0, "done": 0}
    for _ in range(KILLS):
        # One early, one in the middle, one late: after a late kill there is little left to do.
        moments = [(third + dice.random()) / KILLS_A_SITE for third in range(KILLS_A_SITE)]
        with slow() as (first, heard), slow() as (second, also_heard):
            newsroom.configure(ALLOW + partner("first", first) + partner("second", second))
            for moment in moments:
                began, untouched = time.monotonic(), stage(newsroom) == "nothing"
                with newsroom.start(*ARGUMENTS, environment=SECRETS) as process:
                    try:
                        process.wait(moment * seconds)
                    except subprocess.TimeoutExpired:
                        process.kill()
                        killed += 1
                    else:
                        # A whole run that ended by itself took no longer: the undisturbed one had a busier machine.
                        seconds = min(seconds, time.monotonic() - began) if untouched else seconds
                    process.communicate()
                stages[stage(newsroom)] += 1
            status, _, err = newsroom.run(*ARGUMENTS, **SECRETS)
            assert (status, err) == (0, "")
            check(newsroom, undisturbed, heard, also_heard)
        clear(newsroom)
        # A machine that is busier now than it was for the undisturbed run gets more rounds.
        if killed >= KILLS and stages["sending"]:
            break
    sys.stdout.write(f"{killed} runs of {seconds:.2f} s killed; what was there then: {stages}\n")

    assert killed >= KILLS
    assert stages["sending"]


def stage(newsroom: Newsroom) -> str:
    """Say how far the runs on a site have come."""
    if not (newsroom.site.feeds / "manifest.json").exists():
        return "nothing"
    if not (newsroom.site.state / "ledger.sqlite3").exists():
        return "feeds"
    try:
        [(committed, tried, left)] = newsroom.rows(
            "SELECT count(*), sum(attempts), sum(state = 'waiting') FROM deliveries"
        )
    except Exception:  # noqa: BLE001 - killed before the tables were made
        return "feeds"
    if not committed:
        return "feeds"
    return "committed" if not tried else "sending" if left else "done"


@pytest.mark.parametrize(
    ("place", "when", "number", "committed", "sent"),
    [
        ("publisher.outputs.generate:settle", "before", 1, 0, 0),
        ("publisher.outputs.files:_make_folders", "after", 3, 0, 0),
        ("publisher.outputs.files:StagedFile.write", "after", 12, 0, 0),
        ("publisher.outputs.files:StagedFile.put_in_place", "after", 2, 0, 0),
        ("publisher.outputs.files:StagedFile.put_in_place", "before", len(FEEDS), 0, 0),
        ("publisher.outputs.files:StagedFile.put_in_place", "after", len(FEEDS), 0, 0),
        ("publisher.ledger.ledger:_put", "after", 3, 0, 0),
        ("publisher.ledger.ledger:Ledger.announce", "after", 1, REVIEWS, 0),
        ("publisher.release.push_run:deliver", "before", 1, REVIEWS, 0),
        ("publisher.ledger.queue:Queue.claim", "after", 1, REVIEWS, 0),
        ("publisher.ledger.queue:Queue.record", "before", 1, REVIEWS, 1),
        ("publisher.ledger.queue:Queue.record", "after", 3, REVIEWS, 3),
    ],
    ids=[
        "before the feeds are put in place",
        "between a folder and its first file",
        "while files are on their way",
        "between two feeds",
        "before the manifest",
        "after the manifest",
        "in the middle of the commit",
        "right after the commit",
        "between commit and first send",
        "between the record of a try and its send",
        "after a send and before its record",
        "after the record of a send",
    ],
)
def test_a_kill_at_a_precise_point_changes_nothing_in_the_end(
    make_site: Callable[..., Site],
    monkeypatch: pytest.MonkeyPatch,
    undisturbed_events: list[str],
    *,
    place: str,
    when: str,
    number: int,
    committed: int,
    sent: int,
) -> None:
    """Die at the points where it would matter; nothing was sent that is not committed, and the next run completes."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with receiving() as (url, shown):
        more = ALLOW + partner("first", url, concurrency=1)
        newsroom = Newsroom(make_site, more=more, posts=reviews())
        words = ("-c", TRAPPED, place, when, number, *ARGUMENTS, "--site", newsroom.site.root)
        process = warm_start.run(*words)
        assert process.returncode == -signal.SIGKILL, process.stderr
        assert len(shown) == sent
        assert newsroom.rows("SELECT count(*) FROM events") == [(committed,)]
        report = publish(read_posts(newsroom.site), newsroom.site, NOW)
        known = [key for (key,) in newsroom.rows("SELECT id FROM events ORDER BY rowid")]

    assert report.push.complete
    assert known == undisturbed_events
    assert list(dict.fromkeys(message.id for message in shown)) == known
    assert {message.problem for message in shown} == {None}
    assert set(feeds(newsroom)) == {f"feeds/{name}" for name in FEEDS}
    assert len(shown) - REVIEWS == (1 if place.endswith("record") and when == "before" else 0)


@pytest.fixture
def undisturbed_events(make_site: Callable[..., Site]) -> list[str]:
    """Return the ids that these reviews' events must have, whoever was killed."""
    newsroom = Newsroom(make_site, posts=reviews())
    newsroom.push()
    known = [key for (key,) in newsroom.rows("SELECT id FROM events ORDER BY rowid")]
    clear(newsroom)
    assert len(known) == REVIEWS
    return known


def test_a_sender_that_dies_while_the_partner_holds_its_event_sends_it_again(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill the run while the partner has its first event and has not answered: the event comes again, as a repeat."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    shown: list[Received] = []
    running: list[subprocess.Popen[str] | warm_start.Process] = []

    def show(message: Received) -> None:
        if not shown:
            running[0].kill()
            running[0].wait()
        shown.append(message)

    with Receiver(SECRET, show) as receiver:
        more = ALLOW + partner("first", receiver.url, concurrency=1)
        newsroom = Newsroom(make_site, more=more, posts=reviews(3))
        process = newsroom.start(*ARGUMENTS, environment=SECRETS)
        running.append(process)
        process.communicate(timeout=60)
        unknown = newsroom.rows("SELECT ended_at, outcome FROM attempts")
        report = publish(read_posts(newsroom.site), newsroom.site, NOW)

    assert process.returncode == -signal.SIGKILL
    assert unknown == [(None, None)]
    assert report.push.complete
    assert [(message.problem, message.repeat) for message in shown] == [
        (None, False),
        (None, True),
        (None, False),
        (None, False),
    ]
    assert shown[0].id == shown[1].id
    assert shown[0].event == shown[1].event
    assert len(newsroom.rows("SELECT id FROM attempts")) == 4


def test_a_lock_ends_with_its_holder(make_site: Callable[..., Site]) -> None:
    """Let the next run begin at once when the one that held the site was killed in the middle of its deployment."""
    command = "echo $PPID $$ > holder.new; mv holder.new holder; exec sleep 60 > /dev/null 2>&1"
    newsroom = Newsroom(make_site, more=f'[deploy]\ncommand = "{command}"\n')
    holder = newsroom.site.root / "holder"
    with newsroom.start("publish") as process:
        while not holder.exists() and process.poll() is None:
            time.sleep(0.01)
        process.kill()
        process.communicate(timeout=60)
    run, deployment = map(int, holder.read_text().split())
    os.kill(deployment, signal.SIGKILL)
    newsroom.configure("")
    report = publish(read_posts(newsroom.site), newsroom.site, NOW)

    assert run == process.pid
    assert process.returncode == -signal.SIGKILL
    assert report.push.complete
