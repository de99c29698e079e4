"""Nobody is told of a review before the public feed shows it: what is looked at, for how long, and what counts as shown."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import EnvironmentFault, Refused
from publisher.ledger import Announced
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.release import Progress, find_changes, make_plan
from publisher.release.changes import snapshot
from publisher.release.live import await_live
from tests.conftest import CONFIGURATION
from tests.doctor.clinic import answer
from tests.net.net_servers import Conversation, host, watchdog
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, partner, post, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.release import Change
    from publisher.site import Site
    from tests.conftest import MakeSite

FEED = "feeds/feed.json"
NO_LIST = b'{"version": "https://jsonfeed.org/version/1.1", "items": {}}'


@dataclass
class Web:
    """The web server of a site: it says one part of its script to each look, and the last one ever after.

    Attributes:
        script: Answers; None hangs up; a function takes the conversation over.
        heard: The requests.
    """

    port: int = 0
    script: list[Any] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def feed_url(self) -> str:
        """Where the feed is."""
        return f"{self.base_url}{FEED}"


@pytest.fixture
def web() -> Iterator[Web]:
    """Run a web server that has nothing yet."""
    shown = Web()

    def script(conversation: Conversation) -> None:
        shown.heard.append(conversation.hear())
        part = shown.script.pop(0) if len(shown.script) > 1 else shown.script[0]
        if callable(part):
            part(conversation)
        elif part is not None:
            conversation.say(part)

    with host(script) as listening:
        shown.port = listening.port
        yield shown


class Time:
    """A time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> float:
        """Tell it."""
        return 1000.0 + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        """Let some of it pass."""
        assert seconds > 0
        self.slept.append(seconds)


class Noting(Progress):
    """Notes what is told of the wait."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []

    def awaiting(self, url: str, number: int) -> None:
        """Note it."""
        self.told.append(("awaiting", url, number))

    def live(self, url: str, number: int) -> None:
        """Note it."""
        self.told.append(("live", url, number))


class Press:
    """A site in a folder that a web server shows, and the changes that are to be announced."""

    def __init__(
        self,
        make_site: MakeSite,
        web: Web,
        *,
        seconds: int = 60,
        command: str | None = None,
        to: str = "https://partner.film/",
        more: str = "",
    ) -> None:
        self.web = web
        deploy = f"wait_for_live = {seconds}\n" + (f"command = '{command}'\n" if command else "")
        self.room = Newsroom(
            lambda posts, more: make_site(
                posts,
                configuration=CONFIGURATION.replace("https://reviews.example/", web.base_url),
                more=more,
            ),
            more=f"{ALLOW}{partner('local', to)}[deploy]\n{deploy}{more}",
        )
        self.known: dict[str, Announced] = {}
        self.time = Time()
        self.noted = Noting()

    @property
    def site(self) -> Site:
        """The site."""
        return self.room.site

    def changes(self) -> list[Change]:
        """Find what is to be announced."""
        return find_changes(read_posts(self.site).require_valid().posts, self.known, self.site, NOW)

    def announced(self) -> None:
        """Take all that is there for announced."""
        for one in read_posts(self.site).require_valid().posts:
            self.known[one.review.id] = Announced(one.review.id, 1, True, snapshot(one, self.site, NOW))

    def generate(self) -> bytes:
        """Write the feeds; give the main one."""
        generate(read_posts(self.site).require_valid().posts, self.site, NOW)
        return (self.site.feeds / "feed.json").read_bytes()

    def wait(self, changes: list[Change] | None = None, **settings: Any) -> None:
        """Wait, with a time of its own, until they are live."""
        await_live(
            self.site,
            self.changes() if changes is None else changes,
            **{
                "now": NOW,
                "clock": self.time.clock,
                "sleep": self.time.sleep,
                "progress": self.noted,
                **settings,
            },
        )


def served(body: bytes, **headers: str) -> bytes:
    """Answer with a feed."""
    return answer(body, content_type="application/feed+json", **headers)


def altered(feed: bytes, alter: Callable[[dict[str, Any]], object]) -> bytes:
    """Give a feed with something done to it."""
    fields = json.loads(feed)
    alter(fields)
    return json.dumps(fields).encode()


@pytest.fixture
def press(make_site: MakeSite, web: Web) -> Press:
    """Give a site with one new review, of which the web knows nothing yet."""
    return Press(make_site, web)


def test_what_is_on_the_web_already_is_not_waited_for(press: Press) -> None:
    """One look, past all caches, and nobody is told of a wait."""
    press.web.script = [served(press.generate())]
    press.wait()

    assert press.time.slept == []
    assert press.noted.told == [("live", press.web.feed_url, 1)]
    (request,) = press.web.heard
    assert request.startswith(b"GET /feeds/feed.json HTTP/1.1\r\n")
    assert b"\r\ncache-control: no-cache\r\n" in request.lower()


def test_a_feed_that_comes_late_is_waited_for(press: Press) -> None:
    """The old feed is there until the new one is; each pause is longer, and the wait is told once."""
    old = press.generate()
    press.room.put(b=post(2))
    new = press.generate()
    press.web.script = [served(old)] * 6 + [served(new)]
    press.wait()

    assert press.time.slept == [1, 2, 4, 8, 10, 10]
    assert press.noted.told == [("awaiting", press.web.feed_url, 2), ("live", press.web.feed_url, 2)]


def test_a_feed_that_never_comes_is_waited_for_no_longer_than_is_said(press: Press) -> None:
    """Then the run ends; it says which review is not there, and where."""
    old = press.generate()
    press.room.put(b=post(2))
    press.generate()
    press.web.script = [served(old)]
    with pytest.raises(EnvironmentFault) as raised:
        press.wait()

    assert raised.value.exit_code == 4
    assert raised.value.message == (
        f"{press.web.feed_url}, looked at for 60 s, did not show {press.web.base_url}reviews/film-2/ as it is to be "
        "announced; nothing was announced"
    )
    assert "publisher doctor" in str(raised.value.hint)
    assert "wait_for_live" in str(raised.value.hint)
    assert sum(press.time.slept) == 60
    assert press.noted.told == [("awaiting", press.web.feed_url, 2)]


def test_the_last_look_comes_when_all_the_time_has_passed(press: Press) -> None:
    """What comes in the last second is not missed."""
    new = press.generate()
    looks = 1 + len([1, 2, 4, 8, 10, 10, 10, 10, 5])
    press.web.script = [answer(status="404 Not Found")] * (looks - 1) + [served(new)]
    press.wait()

    assert sum(press.time.slept) == 60


def _named(part: object) -> str:
    """Name a part the same in every process that runs some of these tests."""
    return getattr(part, "__name__", repr(part)[:40])


def _huge(conversation: Conversation) -> None:
    conversation.say(
        served(b'{"version": "https://jsonfeed.org/version/1.1", "items": [', content_length="999999999")
    )
    with contextlib.suppress(OSError):
        for _ in range(400):
            conversation.say(b"[]," * 10_000)


@pytest.mark.parametrize(
    "trouble",
    [
        answer(status="404 Not Found"),
        answer(status="503 Busy"),
        answer(status="301 Moved", location="https://elsewhere.film/feed.json"),
        answer(status="304 Not Modified"),
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        None,
        b"hello\r\n\r\n",
        Conversation.reset,
        served(b"<!doctype html><title>Coming soon</title>"),
        served(b'{"version": "https://jsonfeed.org/version/1.1", "items": [', content_length="5000"),
        served(b"[" * 500_000),
        served(b'{"items": [' * 100_000),
        served(b"\xff\xfe\x00"),
        served(b""),
        _huge,
    ],
    ids=_named,
)
def test_whatever_happens_on_the_way_it_looks_again(press: Press, trouble: Any) -> None:
    """Deployments take hosts down, and caches show what they have."""
    press.web.script = [trouble, trouble, served(press.generate())]
    with watchdog():
        press.wait()

    assert press.time.slept == [1, 2]
    assert len(press.web.heard) == 3


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (answer(status="404 Not Found"), "it answered 404"),
        (served(b"<!doctype html>"), "what it sent is no JSON Feed"),
        (served(b"{}", content_length="9"), "what it sent is not all of a feed, or much more than one"),
        (_huge, "what it sent is not all of a feed, or much more than one"),
        (None, "closed the connection without an answer"),
    ],
    ids=_named,
)
def test_what_kept_it_from_looking_is_told(press: Press, trouble: Any, reason: str) -> None:
    """An editor has to know where to look."""
    press.generate()
    press.web.script = [trouble]
    with pytest.raises(EnvironmentFault) as raised:
        press.wait()

    assert (
        f"{reason}), so {press.web.base_url}reviews/karmalink/ could not be looked for"
        in raised.value.message
    )


def test_a_host_that_is_not_there_is_looked_for_again(make_site: MakeSite) -> None:
    """Nobody listens at all."""
    press = Press(make_site, Web(port=1))
    press.generate()
    with pytest.raises(EnvironmentFault, match=r"127.0.0.1:1 .*could not be looked for"):
        press.wait()

    assert sum(press.time.slept) == 60


def test_an_address_that_nothing_can_be_sent_to_is_not_asked_again(make_site: MakeSite) -> None:
    """Plain http to the public is for nobody; the configuration has to change."""
    press = Press(make_site, Web(port=1), more='[syndication]\nurl = "http://8.8.8.8/"\n')
    press.generate()
    with pytest.raises(EnvironmentFault, match="could not be read") as raised:
        press.wait()

    assert press.time.slept == []
    assert "looked at for" not in raised.value.message


def test_a_host_that_stalls_takes_no_longer_than_the_wait(make_site: MakeSite, web: Web) -> None:
    """By the real clock."""
    press = Press(make_site, web, seconds=1)
    press.generate()
    web.script = [Conversation.hold]
    with watchdog(), pytest.raises(EnvironmentFault, match="took more than 1 s"):
        await_live(press.site, press.changes(), now=NOW)


def _first(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    return lambda feed: change(feed["items"][0])


@pytest.mark.parametrize(
    "lie",
    [
        lambda feed: feed["items"].clear(),
        lambda feed: feed["items"].append(feed["items"][0]),
        lambda feed: feed.update(version="2"),
        lambda feed: feed.update(version=["https://jsonfeed.org/version/1.1"]),
        lambda feed: feed.pop("version"),
        lambda feed: feed.pop("items"),
        lambda feed: feed["items"].append({}),
        lambda feed: feed["items"].append(None),
        lambda feed: feed["items"].append({"id": [1]}),
        _first(lambda item: item.update(title="karmalink")),
        _first(lambda item: item.update(id=item["id"].upper())),
        _first(lambda item: item.update(content_html=item["content_html"] + " ")),
        _first(lambda item: item["_review"].update(rating=None)),
        _first(lambda item: item.update(more=1)),
        _first(lambda item: item.pop("url")),
    ],
)
def test_a_feed_that_shows_something_else_is_not_taken_for_the_new_one(
    press: Press, lie: Callable[[dict[str, Any]], object]
) -> None:
    """One character is enough."""
    press.web.script = [served(altered(press.generate(), lie))]
    with pytest.raises(EnvironmentFault):
        press.wait()


def test_a_feed_in_another_layout_is_the_same(press: Press) -> None:
    """Some hosts press JSON; others add items of their own."""

    def rewritten(feed: dict[str, Any]) -> None:
        feed["items"] = [{"id": "of somebody else"}, dict(reversed(feed["items"][0].items()))]

    press.web.script = [served(altered(press.generate(), rewritten))]
    press.wait()

    assert press.time.slept == []


def test_a_review_that_was_taken_back_has_to_be_gone(press: Press) -> None:
    """As long as the feed shows it, partners could find it there again."""
    press.room.put(b=post(2))
    old = press.generate()
    press.announced()
    press.room.remove("b")
    new = press.generate()
    press.web.script = [served(old), answer(status="404 Not Found"), served(NO_LIST), served(new)]
    press.wait()

    assert press.time.slept == [1, 2, 4]
    assert press.noted.told[-1] == ("live", press.web.feed_url, 1)

    press.web.script = [served(old)]
    with pytest.raises(EnvironmentFault, match=r"still showed http://127.0.0.1:\d+/reviews/film-2/; nothing"):
        press.wait()


def test_many_changes_are_told_in_short(press: Press) -> None:
    """Those that are missing, and those that should be."""
    press.room.put(b=post(2))
    old = press.generate()
    press.announced()
    press.room.remove("b")
    press.room.put(**{f"n{number}": post(number) for number in range(3, 8)})
    press.generate()
    press.web.script = [served(old)]
    with pytest.raises(EnvironmentFault) as raised:
        press.wait()

    base = f"{press.web.base_url}reviews/film-"
    assert (
        f"did not show {base}3/, {base}4/, {base}5/ and 2 more as it is to be announced and still showed {base}2/;"
        in raised.value.message
    )


def test_a_review_too_old_for_the_feed_is_live_when_the_others_are(make_site: MakeSite, web: Web) -> None:
    """It cannot be looked for; where nothing can, nothing is asked."""
    press = Press(make_site, web, more='[syndication]\nlimit = 1\narchive = "none"\n')
    press.room.put(b=post(2, date="2020-01-01T09:00-05:00"))
    web.script = [served(press.generate())]
    newer, older = sorted(
        press.changes(), key=lambda change: change.url != f"{web.base_url}reviews/karmalink/"
    )

    press.wait([older])
    assert (web.heard, press.noted.told) == ([], [])

    press.wait([older, newer])
    assert press.noted.told == [("live", web.feed_url, 1)]


@pytest.mark.parametrize("limit", [1, 50])
def test_feeds_that_were_not_generated_anew_are_not_waited_for(
    make_site: MakeSite, web: Web, limit: int
) -> None:
    """`push` alone writes none: no deployment can bring what is not there."""
    press = Press(make_site, web, more=f"[syndication]\nlimit = {limit}\n")
    web.script = [served(press.generate())]
    before = press.changes()
    press.announced()

    press.room.put(a=post(rating="3"))
    with pytest.raises(Refused, match=r"does not show as it is now .*/reviews/karmalink/") as raised:
        press.wait()
    assert "publisher generate" in str(raised.value.hint)

    press.room.put(a=post(), b=post(2, date="2024-01-01T09:00-05:00"))
    with pytest.raises(Refused, match=r"does not show as it is now .*/reviews/film-2/"):
        press.wait()

    press.room.remove("a")
    press.room.remove("b")
    with pytest.raises(Refused, match=r"still shows .*/reviews/karmalink/, so the public feed cannot either"):
        press.wait()

    assert web.heard == []
    assert len(before) == 1


def test_a_feed_that_has_room_has_old_reviews_too(press: Press) -> None:
    """One that is missing there was not generated, however old it is."""
    press.generate()
    press.room.put(b=post(2, date="1999-01-01T09:00-05:00"))
    with pytest.raises(Refused, match=r"does not show as it is now .*/reviews/film-2/"):
        press.wait()


@pytest.mark.parametrize("content", [None, b"", b"{}", b"<!doctype html>", "cut", "undated"])
def test_without_a_feed_of_its_own_nobody_knows_what_to_look_for(
    press: Press, content: bytes | str | None
) -> None:
    """Somebody removed it, or put another in its place."""
    feed = press.generate()
    path = press.site.feeds / "feed.json"
    if content is None:
        path.unlink()
    elif content == "cut":
        path.write_bytes(feed[:-20])
    elif content == "undated":
        path.write_bytes(feed.replace(b'"date_published": "', b'"date_published": "x', 1))
    else:
        path.write_bytes(bytes(content))  # type: ignore[arg-type]
    with pytest.raises(Refused, match=r"feeds/feed.json is not there, or not a feed of this program's"):
        press.wait()

    assert press.web.heard == []


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        ("[deploy]\nwait_for_live = 60\n" + partner("local", "https://partner.film/"), False),
        ("[deploy]\ncommand = 'true'\n" + partner("local", "https://partner.film/"), True),
        ("[deploy]\nwait_for_live = 60\n", True),
        (partner("local", "https://partner.film/"), True),
    ],
)
def test_nothing_is_asked_where_nothing_is_to_be_told_or_nobody_wants_it(
    make_site: MakeSite,
    web: Web,
    more: str,
    changed: bool,  # noqa: FBT001
) -> None:
    """No changes, no key, nobody to tell."""
    press = Press(make_site, web)
    press.room.configure(more)
    press.wait(None if changed else [])

    assert web.heard == []


def test_hubs_alone_are_reason_enough_to_wait(make_site: MakeSite, web: Web) -> None:
    """They fetch the feed the moment they are told."""
    press = Press(make_site, web)
    press.room.configure(
        '[deploy]\nwait_for_live = 60\n[syndication]\nhubs = ["https://hub.film/"]\n' + ALLOW
    )
    web.script = [served(press.generate())]
    press.wait()

    assert len(web.heard) == 1


def test_a_plan_says_that_it_would_wait(press: Press) -> None:
    """As long as there is something to wait for; people read it in words."""
    plan = make_plan(read_posts(press.site), press.site, NOW)
    status, out, _ = press.room.run("plan", "--now", NOW.isoformat(), PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert (plan.waits, plan.as_fields()["waits"]) == (60, 60)
    assert status == 0
    assert f"wait       60 s at most, until {press.web.feed_url} shows it" in out
    assert press.web.heard == []

    press.room.configure("[deploy]\nwait_for_live = 60\n")
    assert make_plan(read_posts(press.site), press.site, NOW).waits is None


@pytest.mark.parametrize("command", ["publish", "push"])
def test_a_dry_run_says_that_it_would_wait(press: Press, command: str) -> None:
    """And looks at nothing."""
    _, out, _ = press.room.run(command, "--dry-run", "--now", NOW.isoformat())

    assert f"wait       60 s at most, until {press.web.feed_url} shows it" in out
    assert press.web.heard == []


DEPLOY = "mkdir -p web && cp feeds/feed.json web/new && mv web/new web/feed.json"


def on_the_disk(press: Press) -> Callable[[Conversation], None]:
    """Let the web server show what was deployed."""

    def show(conversation: Conversation) -> None:
        try:
            conversation.say(served((press.site.root / "web/feed.json").read_bytes()))
        except FileNotFoundError:
            conversation.say(answer(status="404 Not Found"))

    return show


def steps(out: str) -> list[str]:
    """Name the steps of a run that were told."""
    return [line.split()[0] for line in out.splitlines() if line[:1].strip()]


def test_partners_hear_of_a_review_once_the_web_shows_it(make_site: MakeSite, web: Web) -> None:
    """The deploy command has ended, and the web takes its time; nothing is injected here."""
    with receiving() as (url, shown):
        press = Press(make_site, web, command=f"(sleep 1.5; {DEPLOY}) > log 2>&1 &", to=url)
        web.script = [on_the_disk(press)]
        status, out, err = press.room.run("publish", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
        again = press.room.run("publish", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert (status, err) == (0, "")
    assert steps(out)[-5:] == ["deployed", "waiting", "live", "announced", "delivered"]
    assert f"waiting    until {web.feed_url} shows 1 change\n" in out
    assert len(shown) == 1
    assert len(web.heard) > 1
    assert again[0] == 0
    assert "waiting" not in steps(again[1])


@pytest.mark.parametrize("command", ["publish", "push"])
def test_nobody_hears_of_a_review_that_the_web_does_not_show(
    make_site: MakeSite, web: Web, command: str
) -> None:
    """The run ends with status 4, nothing is in the ledger, and the next run looks again."""
    with receiving() as (url, shown):
        press = Press(make_site, web, seconds=1, to=url)
        web.script = [on_the_disk(press)]
        press.room.run("generate")
        status, out, err = press.room.run(command, "--yes", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)
        told, committed = list(shown), press.room.rows("SELECT count(*) FROM events")
        subprocess.run(DEPLOY, shell=True, check=True, cwd=press.site.root)  # noqa: S602 - our own words
        again = press.room.run(command, "--yes", PUBLISHER_SECRET_LOCAL=SECRET_TEXT)

    assert status == 4
    assert f"error: {web.feed_url}, looked at for 1 s, could not be read (it answered 404)" in err
    assert "nothing was announced" in err
    assert "announced" not in steps(out)
    assert (told, committed) == ([], [(0,)])
    assert again[0] == 0
    assert len(shown) == 1


def test_a_wait_can_be_broken_off(make_site: MakeSite, web: Web) -> None:
    """Nothing was announced, and the site is free for the next run."""
    press = Press(make_site, web)
    asked = threading.Event()

    def absent(conversation: Conversation) -> None:
        conversation.say(answer(status="404 Not Found"))
        asked.set()

    web.script = [absent]
    with press.room.start(
        "publish", environment={"PUBLISHER_SECRET_LOCAL": SECRET_TEXT}, prepare=lambda: None
    ) as process:
        assert asked.wait(30)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=30)
        status = process.wait()
    press.room.configure("")

    assert (status, err.strip()) == (130, "interrupted")
    assert press.room.rows("SELECT count(*) FROM events") == [(0,)]
    assert press.room.run("publish")[0] == 0


def test_a_baseline_is_not_waited_for(press: Press) -> None:
    """It tells nobody of anything."""
    assert press.room.run("push", "--baseline")[0] == 0
    assert press.web.heard == []
