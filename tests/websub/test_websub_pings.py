"""Hubs are told which topics changed, once, and what they do not take waits for the next run."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from publisher.ledger import Ledger
from publisher.net import Client
from publisher.websub import HubReport, Patience, tell_hubs, untold
from tests.webhooks.scripted_partner import LOOPBACK, Clock, Partner, answer, hang_up, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv4Network
    from pathlib import Path

ATOM, RSS, GOTHIC = (
    f"https://reviews.example/feeds/{name}" for name in ("atom.xml", "rss.xml", "tags/%E6%9C%9D/rss.xml")
)
TOPICS = {ATOM: "01" * 32, RSS: "02" * 32, GOTHIC: "03" * 32}
MANY = {f"https://reviews.example/feeds/tags/{number}/rss.xml": f"{number:064x}" for number in range(120)}


@dataclass
class Desk:
    """A ledger in a folder, a clock, and the runs that tell hubs."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    allow: tuple[IPv4Network, ...] = LOOPBACK
    deadline: float = 5.0

    def run(
        self, *hubs: str, topics: dict[str, str] | None = None, patience: Patience | None = None
    ) -> list[HubReport]:
        """Tell hubs, as one push does."""
        client = Client(allow=self.allow, deadline=self.deadline, body_limit=1024, resolver=_loopback)
        with Ledger.open(self.folder) as ledger:
            return tell_hubs(ledger, hubs, TOPICS if topics is None else topics, client, self.clock, patience)

    def untold(self, hub: str) -> tuple[str, ...]:
        """Name the topics that a hub is still to be told of."""
        with Ledger.open(self.folder) as ledger:
            return untold(ledger, [hub], TOPICS)[hub]


class Skipping(threading.Event):
    """Nobody asks it to stop; whoever waits for that finds the time gone by, and something done meanwhile."""

    def __init__(self, clock: Clock, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.clock, self.meanwhile, self.seconds = clock, meanwhile, 0.0

    def wait(self, timeout: float | None = None) -> bool:
        """Let time go by."""
        self.clock.advance(seconds=timeout or 0)
        self.seconds += timeout or 0
        self.meanwhile()
        return False


def _loopback(_host: str, port: int, *_rest: object, **_more: object) -> list[tuple[object, ...]]:
    """Find every name on this machine."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Give a desk whose ledger is new."""
    return Desk(tmp_path)


def told(hub: Partner) -> list[list[tuple[str, str]]]:
    """Return the fields of each form that a hub got."""
    return [parse_qsl(heard.body.decode("ascii"), strict_parsing=True) for heard in hub.heard]


def topics(hub: Partner) -> list[str]:
    """Return the topics that a hub was told of, in order."""
    return [value for form in told(hub) for name, value in form if name == "hub.url"]


def test_a_hub_gets_one_form_for_each_topic(desk: Desk) -> None:
    """The form is what PubSubHubbub 0.3 laid down, with `hub.topic` for hubs that read that; the body is ASCII."""
    with Partner(answer(204)) as hub:
        reports = desk.run(hub.url)

    assert reports == [HubReport(hub.url, told=3)]
    assert told(hub) == [
        [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)] for topic in TOPICS
    ]
    assert {heard.target for heard in hub.heard} == {"/hook"}
    assert {heard.headers["content-type"] for heard in hub.heard} == {"application/x-www-form-urlencoded"}
    assert all("%2Ftags%2F%25E6%259C%259D%2F" in heard.body.decode() for heard in hub.heard[2:])


def test_a_hub_that_says_so_is_told_of_many_at_once(desk: Desk) -> None:
    """Google's hub takes `hub.url` repeated; 120 topics are three requests."""
    with Partner(answer(204)) as hub:
        address = hub.url.replace("127.0.0.1", "pubsubhubbub.appspot.com")
        assert desk.run(address, topics=MANY) == [HubReport(address, told=120)]

    assert [len(form) - 1 for form in told(hub)] == [50, 50, 20]
    assert topics(hub) == list(MANY)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_what_a_hub_was_told_it_is_not_told_again(desk: Desk, status: int) -> None:
    """A second run asks nothing; a topic with other bytes is told again, and it alone."""
    with Partner(answer(status)) as hub:
        desk.run(hub.url)
        assert desk.run(hub.url) == [HubReport(hub.url)]
        assert desk.run(hub.url, topics={**TOPICS, RSS: "ff" * 32}) == [HubReport(hub.url, told=1)]
        # Back to bytes it was told of before the last time: another change.
        assert desk.run(hub.url) == [HubReport(hub.url, told=1)]

    assert topics(hub) == [*TOPICS, RSS, RSS]


def test_a_hub_that_is_new_is_told_of_all(desk: Desk) -> None:
    """What one hub was told says nothing of another; one that is named twice is told once."""
    with Partner() as first, Partner() as second:
        desk.run(first.url)
        reports = desk.run(first.url, second.url, second.url)

    assert reports == [HubReport(first.url), HubReport(second.url, told=3)]
    assert topics(second) == list(TOPICS)


@pytest.mark.parametrize(
    ("part", "note"),
    [
        (hang_up, "closed the connection without an answer"),
        (reset, "broke the connection"),
        (answer(500), "it answered 500: the hub is in trouble"),
        (answer(503), "it answered 503: the hub is in trouble"),
        (answer(429), "it answered 429: it asks for fewer requests"),
        (answer(408), "it answered 408"),
        (answer(301, location="https://hub.example/new"), "it has moved to https://hub.example/new"),
        (b"nonsense\r\n\r\n", "not http"),
        (b"", "closed the connection without an answer"),
    ],
    ids=["hangs up", "resets", "500", "503", "429", "408", "301", "no http", "silent"],
)
def test_a_hub_in_trouble_is_asked_once_a_run(
    desk: Desk, part: bytes | Callable[[socket.socket], None], note: str
) -> None:
    """The rest is not tried; nothing of it is taken for told, and the next run tells all."""
    with Partner(part) as hub:
        (report,) = desk.run(hub.url)
        assert (report.told, report.waiting, len(hub.heard)) == (0, 3, 1)
        assert len(report.notes) == 1
        assert note in report.notes[0]

        hub.now_plays(answer(204))
        assert desk.run(hub.url) == [HubReport(hub.url, told=3)]


def test_a_hub_that_stalls_takes_no_longer_than_its_deadline(desk: Desk) -> None:
    """One request's time is lost, not one for each topic."""
    desk.deadline = 0.3
    with Partner() as hub, Partner() as other:
        hub.now_plays(hub.stall)
        stalled, well = desk.run(hub.url, other.url)

    assert (stalled.told, stalled.waiting, len(hub.heard)) == (0, 3, 1)
    assert "took more than 0.3 s" in stalled.notes[0]
    assert well == HubReport(other.url, told=3)


def test_a_redirect_is_not_followed(desk: Desk) -> None:
    """A hub's answer does not choose whom we talk to."""
    with Partner() as other, Partner(answer(307, location=other.url)) as hub:
        (report,) = desk.run(hub.url)

    assert not other.heard
    assert "put the new address into publisher.toml" in report.notes[0]


def test_a_hub_on_a_private_network_is_refused_unless_it_is_allowed(desk: Desk) -> None:
    """The guard of every other request holds here, too."""
    desk.allow = ()
    with Partner() as hub:
        (report,) = desk.run(hub.url)

    assert not hub.heard
    assert report.waiting == 3
    assert report.notes[0].startswith("refused-address: ")


@pytest.mark.parametrize("status", [429, 503])
def test_a_hub_that_asks_for_patience_gets_it(desk: Desk, status: int) -> None:
    """Nothing is sent before the time it named; then all that waits is."""
    with Partner(answer(status, retry_after="600"), answer(204)) as hub:
        desk.run(hub.url)
        desk.clock.advance(seconds=599)
        (report,) = desk.run(hub.url)
        assert (report.waiting, report.notes) == (3, ["it asked for patience: next try in 1 s"])
        assert len(hub.heard) == 1

        desk.clock.advance(seconds=1)
        assert desk.run(hub.url) == [HubReport(hub.url, told=3)]


def test_patience_that_a_wrong_clock_left_is_not_waited_for(desk: Desk) -> None:
    """A clock that stood a year ahead does not silence us for a year."""
    desk.clock.advance(hours=24 * 365)
    with Partner(answer(429, retry_after="600"), answer(204)) as hub:
        desk.run(hub.url)
        desk.clock.advance(hours=-24 * 365)
        assert desk.run(hub.url) == [HubReport(hub.url, told=3)]


def test_patience_in_the_middle_keeps_what_was_told(desk: Desk) -> None:
    """What was taken before stays taken."""
    with Partner(answer(204), answer(429, retry_after="60"), answer(204)) as hub:
        (report,) = desk.run(hub.url)
        assert (report.told, report.waiting) == (1, 2)
        assert desk.untold(hub.url) == (RSS, GOTHIC)

        desk.clock.advance(seconds=60)
        assert desk.run(hub.url) == [HubReport(hub.url, told=2)]

    assert topics(hub) == [ATOM, RSS, RSS, GOTHIC]


def test_a_topic_that_is_refused_keeps_no_other_from_being_told(desk: Desk) -> None:
    """The hub's own words are quoted, as far as they can be printed; the topic waits."""
    refusal = answer(400, b"hub.url \x1b[31minvalid\nmore", content_type="text/plain; charset=utf-8")
    with Partner(answer(204), refusal, answer(204)) as hub:
        (report,) = desk.run(hub.url)

    assert (report.told, report.waiting) == (2, 1)
    assert report.notes == [
        "it answered 400: it refused what it was told (“hub.url \ufffd[31minvalid”)",
    ]
    assert desk.untold(hub.url) == (RSS,)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410])
def test_a_hub_that_refuses_everything_is_left_alone_after_a_few(desk: Desk, status: int) -> None:
    """It is asked five times a run, not once for each of 120 topics."""
    with Partner(answer(status)) as hub:
        (report,) = desk.run(hub.url, topics=MANY)

    assert (len(hub.heard), report.told, report.waiting, len(report.notes)) == (5, 0, 120, 1)


def test_a_slow_hub_is_told_the_rest_by_the_next_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run spends a minute on a hub, and no more than one request over that."""
    monkeypatch.setattr("publisher.websub.pings.RUN_SECONDS", 0.0)
    with Partner() as hub:
        counts = [(report.told, report.waiting) for _ in range(3) for report in desk.run(hub.url)]

    assert counts == [(1, 2), (1, 1), (1, 0)]
    assert topics(hub) == list(TOPICS)


@pytest.mark.parametrize("address", ["https://hub.invalid:1/", "http://127.0.0.1:1/hub"])
def test_a_hub_that_is_not_there_is_told(desk: Desk, address: str) -> None:
    """No traceback, one note."""
    (report,) = desk.run(address)

    assert (report.waiting, len(report.notes)) == (3, 1)


def test_a_large_answer_is_not_read_to_its_end(desk: Desk) -> None:
    """2xx is 2xx, whatever comes behind it."""
    with Partner(answer(200, b"x" * 5_000_000)) as hub:
        assert desk.run(hub.url) == [HubReport(hub.url, told=3)]


@pytest.mark.parametrize(
    ("part", "seconds"),
    [(answer(503, retry_after="20"), 20.0), (answer(500), 5.0), (reset, 5.0)],
    ids=["as it asks", "500", "reset"],
)
def test_whoever_has_patience_asks_again(
    desk: Desk, part: bytes | Callable[[socket.socket], None], seconds: float
) -> None:
    """When the hub wants it, or after a pause; when it has taken all, nothing is left to say."""
    stop = Skipping(desk.clock)
    with Partner(part, answer(204)) as hub:
        assert desk.run(hub.url, patience=Patience(60.0, stop)) == [HubReport(hub.url, told=3)]

    assert stop.seconds == pytest.approx(seconds)
    assert topics(hub) == [ATOM, *TOPICS]


@pytest.mark.parametrize("status", [301, 404])
def test_a_refusal_is_not_waited_for(desk: Desk, status: int) -> None:
    """Time does not mend it; publisher.toml does."""
    stop = Skipping(desk.clock)
    with Partner(answer(status)) as hub:
        (report,) = desk.run(hub.url, patience=Patience(3600.0, stop))

    assert (report.waiting, stop.seconds) == (3, 0.0)


def test_pauses_grow_while_a_hub_is_in_trouble(desk: Desk) -> None:
    """So that a hub that is down for long is not asked all the time; the last answer is what is told."""
    stop = Skipping(desk.clock)
    with Partner(answer(500), answer(502), answer(503), answer(204)) as hub:
        assert desk.run(hub.url, patience=Patience(3600.0, stop)) == [HubReport(hub.url, told=3)]

    assert stop.seconds == pytest.approx(5 + 30 + 120)


def test_what_another_run_told_meanwhile_is_not_told_again(desk: Desk) -> None:
    """Neither are newer bytes of a topic taken for the old ones."""
    with Partner(answer(500), answer(204)) as hub:
        stop = Skipping(desk.clock, lambda: desk.run(hub.url, topics={ATOM: "ff" * 32}))
        (report,) = desk.run(hub.url, patience=Patience(60.0, stop))

    assert (report.told, report.waiting) == (2, 0)
    assert topics(hub) == [ATOM, ATOM, RSS, GOTHIC]


def test_without_a_ledger_everything_is_untold() -> None:
    """A site that never pinged has all to tell."""
    assert untold(None, ["https://hub.example/"], TOPICS) == {"https://hub.example/": tuple(TOPICS)}
