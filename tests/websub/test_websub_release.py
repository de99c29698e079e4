"""Hubs in a run: they are told last, of what changed alone, and of nothing that was not deployed."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from publisher.outputs import generate
from publisher.posts import read_posts
from tests import warm_start
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, TEXT, Newsroom, partner, post, receiving
from tests.webhooks.scripted_partner import Partner, answer, reset
from tests.websub.local_hub import Hub, Subscriber, web_host
from tests.websub.test_websub_pings import topics

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site

AT = ("--now", NOW.isoformat())
FEEDS = "https://reviews.example/feeds/"
FORMS = ("atom.xml", "feed.json", "rss.xml")
MAIN = [f"{FEEDS}{name}" for name in FORMS]
DESK = [f"{FEEDS}authors/desk/{name}" for name in FORMS]


def hubs(*urls: str, more: str = "") -> str:
    """Name hubs in publisher.toml."""
    return f"{ALLOW}[syndication]\nhubs = {json.dumps(urls)}\n{more}"


@pytest.fixture
def newsroom(make_site: Callable[..., Site]) -> Newsroom:
    """Give a site with a review of long ago."""
    return Newsroom(make_site)


def test_every_feed_in_every_format_is_a_topic_and_a_page_of_the_archive_is_none(newsroom: Newsroom) -> None:
    """The main feed comes first; a second run says nothing, a changed text tells all feeds it stands in."""
    with Partner() as hub:
        newsroom.configure(hubs(hub.url))
        status, out, err = newsroom.run("publish", *AT)
        assert (status, err) == (0, "")
        assert f"pinged     {hub.url}: told of 6 feed files\n" in out
        assert (newsroom.site.feeds / "archive/2022-07/rss.xml").is_file()
        assert topics(hub) == [*MAIN, *DESK]

        assert newsroom.run("publish", *AT)[0] == 0
        assert len(hub.heard) == 6

        newsroom.put(a=post(text="Another text.\n"))
        assert newsroom.run("publish", *AT)[0] == 0
        assert topics(hub)[6:] == [*MAIN, *DESK]


def test_only_what_changed_is_told(newsroom: Newsroom) -> None:
    """A review of another author leaves the feeds of the first alone."""
    other = '[authors.other]\nname = "Other"\n'
    with Partner() as hub:
        newsroom.configure(hubs(hub.url, more=other))
        newsroom.put(a=post(author="desk"))
        assert newsroom.run("publish", *AT)[0] == 0
        before = len(hub.heard)
        newsroom.put(b=post(2, author="other"))
        assert newsroom.run("publish", *AT)[0] == 0

    assert topics(hub)[before:] == [*MAIN, *(url.replace("desk", "other") for url in DESK)]


def test_partners_come_first(newsroom: Newsroom) -> None:
    """A hub that stalls, breaks off or refuses holds back no delivery, and the run ends with status 3."""
    with receiving() as (url, shown), Partner(reset) as hub:
        newsroom.configure(hubs(hub.url, more=partner("local", url)))
        seen_by_hub: list[int] = []

        def look(sock: socket.socket) -> None:
            seen_by_hub.append(len(shown))
            reset(sock)

        hub.now_plays(look)
        status, out, err = newsroom.run("publish", *AT, PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

        assert status == 3
        assert (len(shown), seen_by_hub) == (1, [1])
        assert "delivered  local: 1 delivered" in out
        assert f"pinged     {hub.url}: told of 0 feed files; 6 wait\n" in out
        assert err.startswith(f"error: {hub.url} was not told of 6 feed files\n")
        assert "the next `publisher push` tells what waits" in err

        hub.now_plays(answer(204))
        status, out, _ = newsroom.run("push", *AT, PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
        assert status == 0
        assert f"pinged     {hub.url}: told of 6 feed files\n" in out
        assert len(shown) == 1


def test_nothing_is_told_that_was_not_deployed(newsroom: Newsroom) -> None:
    """A deployment that fails keeps hubs from being told, and the next run that succeeds tells them."""
    with Partner() as hub:
        newsroom.configure(hubs(hub.url, more='[deploy]\ncommand = "exit 3"\n'))
        assert newsroom.run("publish", *AT)[0] == 4
        assert not hub.heard

        newsroom.configure(hubs(hub.url, more='[deploy]\ncommand = "true"\n'))
        assert newsroom.run("publish", *AT)[0] == 0
        assert topics(hub) == [*MAIN, *DESK]


def test_a_push_tells_of_the_feeds_that_lie_there(newsroom: Newsroom) -> None:
    """Of posts that were not generated yet nothing is told; without feeds there is nothing to tell."""
    with Partner() as hub:
        newsroom.configure(hubs(hub.url))
        assert newsroom.run("push", *AT)[0] == 0
        assert not hub.heard

        generate(read_posts(newsroom.site).require_valid().posts, newsroom.site, NOW)
        newsroom.put(b=post(2))
        assert newsroom.run("push", *AT)[0] == 0
        assert topics(hub) == [*MAIN, *DESK]
        assert newsroom.run("push", *AT)[0] == 0
        assert len(hub.heard) == 6


def test_a_baseline_sends_nothing(newsroom: Newsroom) -> None:
    """As it says."""
    with Partner() as hub:
        newsroom.configure(hubs(hub.url))
        generate(read_posts(newsroom.site).require_valid().posts, newsroom.site, NOW)
        assert newsroom.run("push", "--baseline", *AT)[0] == 0
        assert not hub.heard


def test_looking_tells_what_waits_and_touches_nothing(newsroom: Newsroom) -> None:
    """A plan, a dry run and the status say how many files of feeds a hub was not told of."""
    hub = "https://hub.example/"
    newsroom.configure(hubs(hub))
    before = newsroom.files()
    assert f"ping       {hub}: 6 feed files\n" in newsroom.run("plan", *AT)[1]
    assert json.loads(newsroom.run("plan", "--json", *AT)[1])["hubs"] == {hub: 6}
    for command in ("publish", "push"):
        _, out, err = newsroom.run(command, "--dry-run", *AT)
        # A push tells of what was generated, and that is nothing yet.
        assert (f"ping       would tell {hub} of 6 feed files\n" in out) == (command == "publish"), out
        assert err == ""
    assert newsroom.files() == before

    generate(read_posts(newsroom.site).require_valid().posts, newsroom.site, NOW)
    assert f"waiting    {hub}: it was not told of 6 feed files\n" in newsroom.run("status", *AT)[1]
    told = json.loads(newsroom.run("status", "--json", *AT)[1])
    assert told["hubs"] == [{"url": hub, "waiting": 6, "not_before": None}]
    assert f"ping       would tell {hub} of 6 feed files\n" in newsroom.run("push", "--dry-run", *AT)[1]


def test_patience_is_told_by_the_status(newsroom: Newsroom) -> None:
    """The status says until when a hub is left alone."""
    with Partner(answer(429, retry_after="3600")) as hub:
        newsroom.configure(hubs(hub.url))
        status, out, _ = newsroom.run("publish", "--json", *AT)
        assert status == 3
        assert json.loads(out)["push"]["hubs"] == [
            {
                "url": hub.url,
                "told": 0,
                "waiting": 6,
                "notes": ["it answered 429: it asks for fewer requests"],
            }
        ]
    now = datetime.fromtimestamp(time.time(), NOW.tzinfo).isoformat()
    assert (
        f"{hub.url}: it was not told of 6 feed files, it is left alone for now: next try in 60 min"
        in (newsroom.run("status", "--now", now)[1])
    )


def test_a_plan_is_not_broken_by_a_hub(newsroom: Newsroom) -> None:
    """What a hub was told between plan and publish changes nothing that was agreed on."""
    with Partner() as hub:
        newsroom.configure(hubs(hub.url))
        plan = newsroom.site.root / "plan.json"
        generate(read_posts(newsroom.site).require_valid().posts, newsroom.site, NOW)
        assert newsroom.run("plan", "-o", str(plan), *AT)[0] == 0
        # Told by somebody else meanwhile, on a ledger that announced nothing.
        tell = (
            "import sys; from pathlib import Path; from publisher.ledger import Ledger\n"
            "with Ledger.open(Path(sys.argv[1])) as ledger: ledger.hubs.tell(sys.argv[2], {'x': 'y'}, 1.0)"
        )
        assert warm_start.run("-c", tell, newsroom.site.state, hub.url).returncode == 0
        status, _, err = newsroom.run("publish", "--plan", str(plan), *AT)
        assert (status, err) == (0, "")


KILLED = """
import os, signal, sys
from publisher.ledger import HubRecords

tell, count = HubRecords.tell, [0]

def killed(self, hub, topics, at):
    count[0] += 1
    if count[0] == int(os.environ["KILL_AT"]):
        if os.environ["KILL"] == "after":
            tell(self, hub, topics, at)
        os.kill(os.getpid(), signal.SIGKILL)
    tell(self, hub, topics, at)

HubRecords.tell = killed
from publisher.cli import main
main()
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_kill_between_ping_and_record_repeats_one_ping_at_the_most(newsroom: Newsroom, when: str) -> None:
    """Killed at every ping in turn: all are told in the end, and each time at most one twice."""
    with Partner() as hub:
        newsroom.configure(hubs(hub.url))
        for place in (1, 3):
            environment = {**os.environ, "KILL_AT": str(place), "KILL": when}
            words = ("-c", KILLED, "publish", "--site", newsroom.site.root, *AT)
            done = warm_start.run(*words, environment=environment)
            assert done.returncode == -signal.SIGKILL, done.stderr
        assert newsroom.run("publish", *AT)[0] == 0

    expected = [*MAIN, *DESK]
    heard = topics(hub)
    assert set(heard) == set(expected)
    assert len(heard) == len(expected) + (2 if when == "before" else 0)


@pytest.mark.parametrize("form", FORMS)
def test_a_subscriber_finds_the_hub_and_gets_what_changed(
    newsroom: Newsroom, tmp_path: Path, form: str
) -> None:
    """From the feed to the hub, to the subscription, to the new bytes, with nothing known but the feed's address."""
    hub, subscriber = Hub(), Subscriber()
    with web_host(tmp_path) as site, hub.open() as hub_url, subscriber.open() as callback:
        feeds = f'{ALLOW}[syndication]\nurl = "{site}feeds/"\nhubs = ["{hub_url}"]\n'
        newsroom.configure(feeds)
        assert newsroom.run("publish", *AT)[0] == 0

        topic = subscriber.subscribe(f"{site}feeds/{form}", callback)
        assert topic == f"{site}feeds/{form}"
        until = time.monotonic() + 10
        while topic not in hub.subscribers and time.monotonic() < until:
            time.sleep(0.01)
        assert list(hub.subscribers) == [topic]
        assert topic in hub.pings

        newsroom.put(a=post(text=f"{TEXT}\nAnd more.\n"))
        assert newsroom.run("publish", *AT)[0] == 0
        assert subscriber.arrived.wait(10)

    assert subscriber.got == [(newsroom.site.feeds / form).read_bytes()]
    assert b"And more." in subscriber.got[0]
