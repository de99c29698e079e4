"""What is asked, what counts as an answer, and what is said where there is none."""

from __future__ import annotations

import contextlib
import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from publisher.watch.sources.asking import BODY_LIMIT, MOST_FAULTS, TRIES
from publisher.watch.sources.source import SourceFault
from tests.net.net_servers import Conversation, watchdog
from tests.watch.sources.source_hosts import (
    KEY,
    NOW,
    Fake,
    Time,
    answer,
    everything_in,
    make_wire,
    source_host,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

WEEK = timedelta(days=7)
GOOD = answer({"id": 1, "title": "Karmalink"})


def ask(
    *answers: bytes | Callable[[Conversation], None], folder: Path, time: Time | None = None
) -> SourceFault:
    """Ask a host that gives these answers, and return the fault that comes of it."""
    with source_host(*answers) as seen, watchdog(), pytest.raises(SourceFault) as raised:
        make_wire(seen.url(), folder, time=time, deadline=1).get("movie/1", keep=WEEK)
    assert raised.value.message.isprintable()
    assert KEY not in f"{raised.value.message}{raised.value.help}"
    return raised.value


def test_an_answer_is_what_the_source_said_and_when(tmp_path: Path) -> None:
    """The key goes into a header, parameters into the query in the order of their names."""
    with source_host(GOOD) as seen:
        found = make_wire(seen.url("/v4/"), tmp_path / "s").get("movie/1", {"q": "ä b", "a": "1"}, keep=WEEK)

    assert (found.known, found.body, found.asked) == (True, {"id": 1, "title": "Karmalink"}, NOW)
    head = seen.heard[0].decode()
    assert head.startswith("GET /v4/movie/1?a=1&q=%C3%A4%20b HTTP/1.1\r\n")
    assert f"X-API-Key: {KEY}\r\n" in head
    assert KEY not in head.splitlines()[0]


def test_a_path_cannot_leave_the_source(tmp_path: Path) -> None:
    """What an id holds is escaped: no query, no fragment, no host of its own."""
    with source_host(GOOD) as seen:
        make_wire(seen.url("/v4/"), tmp_path / "s").get("movie/1?x=#@\r\nX: y", keep=WEEK)

    assert seen.heard[0].decode().splitlines()[0] == "GET /v4/movie/1%3Fx%3D%23%40%0D%0AX%3A%20y HTTP/1.1"


def test_a_source_that_does_not_know_is_an_answer(tmp_path: Path) -> None:
    """A 404 in the source's own words says that the film is not there, and is kept as well."""
    with source_host(answer({"message": "not found"}, "404 Not Found")) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        found = [wire.get("movie/1", keep=WEEK) for _ in range(2)]

    assert [(each.known, each.body) for each in found] == [(False, {}), (False, {})]
    assert len(seen.heard) == 1


def test_a_list_is_an_answer_too(tmp_path: Path) -> None:
    """Some searches answer with one; it stands under `items`, kept or not."""
    with source_host(answer([{"id": 1}])) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        assert [wire.get("find", keep=WEEK).body for _ in range(2)] == [{"items": [{"id": 1}]}] * 2


def test_a_body_of_more_than_100_kb_is_usual(tmp_path: Path) -> None:
    """Sources list every country there is."""
    body = {"results": {f"X{number}": "y" * 1000 for number in range(1900)}}
    with source_host(answer(body)) as seen:
        assert make_wire(seen.url(), tmp_path / "s").get("movie/1", keep=WEEK).body == body


def dies_in_the_body(conversation: Conversation) -> None:
    """Promise more than is sent."""
    conversation.say(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"id": 1, "title')


def resets(conversation: Conversation) -> None:
    """Break the connection."""
    conversation.reset()


@pytest.mark.parametrize(
    "trouble",
    [
        answer({"message": "x"}, "500 Oh"),
        answer(b"<html>", "503 Busy"),
        answer(b"", "502 Bad"),
        dies_in_the_body,
        resets,
        b"",
        b"not http at all\r\n\r\n",
    ],
)
def test_passing_trouble_is_tried_again(tmp_path: Path, trouble: Any) -> None:
    """Two failures are forgiven, with a wait after each; the third answer counts."""
    time = Time()
    with source_host(trouble, trouble, GOOD) as seen, watchdog():
        assert make_wire(seen.url(), tmp_path / "s", time=time).get("movie/1", keep=WEEK).body["id"] == 1

    assert seen.connections == TRIES
    assert time.slept == [1, 3]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (answer(b"", "500 Oh"), "the source has trouble of its own (status 500)"),
        (dies_in_the_body, "the answer broke off"),
        (Conversation.hold, "took more than 1 s"),
        (lambda it: it.drip(b"HTTP/1.1 200 OK\r\n"), "took more than 1 s"),
        (
            lambda it: it.drip(b'HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{"a":"'),
            "the answer broke off",
        ),
    ],
)
def test_trouble_that_stays_is_told(tmp_path: Path, trouble: Any, words: str) -> None:
    """After a few tries it is said what happened; other films may still be asked for."""
    fault = ask(trouble, folder=tmp_path / "s")

    assert words in fault.message
    assert not fault.stops


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (answer(b"<!doctype html><title>Welcome to the hotel</title>"), "not JSON"),
        (answer(b""), "not JSON"),
        (answer(b'{"a": NaN}'), "not JSON"),
        (answer(b'{"a": Infinity}'), "not JSON"),
        (answer(b'{"a": "\\ud800"}'), "not JSON"),
        (answer(b'{"a": "\xff"}'), "not JSON"),
        (answer(b'{"a": 1} {"b": 2}'), "not JSON"),
        (answer(b'{"a":' * 100_000 + b"1" + b"}" * 100_000), "not JSON"),
        (answer(b'{"a":' * 500 + b"1" + b"}" * 500), "nested too deeply"),
        (answer(b'"a text"'), "neither a JSON object nor a list"),
        (answer(b"null"), "neither a JSON object nor a list"),
        (answer(b"17"), "neither a JSON object nor a list"),
        (answer(gzip.compress(b'{"id": 1}', mtime=0), head="Content-Encoding: gzip\r\n"), "compressed"),
        (answer(gzip.compress(b'{"id": 1}', mtime=0)), "not JSON"),
        (answer(b"<html>", "404 Not Found"), "not JSON"),
        (answer({"a": "x" * BODY_LIMIT}), "more than 2 MiB"),
        (answer({"message": "bad"}, "400 Bad Request"), "could not make sense of the request (status 400)"),
        (answer({}, "204 No Content"), "status 204"),
        (answer({}, "999 Whatever"), "status 999"),
    ],
)
def test_a_lie_is_told_and_not_kept(tmp_path: Path, lie: bytes, words: str) -> None:
    """It concerns this film; it is not asked again for the same, and nothing of it is on the disk."""
    with source_host(lie) as seen, watchdog():
        wire = make_wire(seen.url(), tmp_path / "s")
        with pytest.raises(SourceFault) as raised:
            wire.get("movie/1", keep=WEEK)
        tries = seen.connections

    assert words in raised.value.message
    assert tries == (TRIES if "999" in words else 1)
    assert not list(tmp_path.rglob("*.answer"))


def test_fifty_megabytes_are_not_read(tmp_path: Path) -> None:
    """What goes on and on is cut off at the limit."""
    sent = []

    def flood(conversation: Conversation) -> None:
        conversation.say(b"HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n")
        for _ in range(800):
            conversation.say(b"x" * 65_536)
            sent.append(1)

    assert "more than 2 MiB" in ask(flood, folder=tmp_path / "s").message
    assert len(sent) < 400


def test_an_answer_that_repeats_the_key_is_not_used(tmp_path: Path) -> None:
    """An echo would carry the key into posts and onto the disk; however it is written."""
    escaped = "".join(f"\\u{ord(each):04x}" for each in KEY)
    fault = ask(answer(f'{{"headers": {{"you sent": "{escaped}"}}}}'.encode()), folder=tmp_path / "s")

    assert fault.stops
    assert KEY.encode() not in everything_in(tmp_path)


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_stops_everything(tmp_path: Path, status: int) -> None:
    """The next film is not asked for; where the key is from is said, not what it is."""
    with source_host(answer({"message": f"bad key {KEY}"}, f"{status} No")) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        for path in ("movie/1", "movie/2"):
            with pytest.raises(SourceFault, match="the key was refused") as raised:
                wire.get(path, keep=WEEK)

    assert seen.connections == 1
    assert raised.value.stops
    assert "PUBLISHER_FAKE_KEY" in str(raised.value.help)


def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    """The key would go where nobody said it should."""
    fault = ask(answer(b"", "302 Found", "Location: https://elsewhere.example/\r\n"), folder=tmp_path / "s")

    assert (fault.message, fault.stops) == ("redirects are not followed (status 302)", True)


def test_a_certificate_that_is_wrong_stops_everything(tmp_path: Path) -> None:
    """Nobody who cannot show who they are gets the key."""
    with source_host(GOOD, certificate="self_signed") as seen, pytest.raises(SourceFault) as raised:
        make_wire(seen.url(), tmp_path / "s").get("movie/1", keep=WEEK)

    assert "certificate" in raised.value.message
    assert raised.value.stops
    assert seen.heard == []


def test_a_source_that_is_down_is_not_asked_for_every_film(tmp_path: Path) -> None:
    """After several films in a row without an answer the rest is told at once; one answer in between starts anew."""
    with source_host(answer(b"", "500 Oh")) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        faults = []
        for number in range(MOST_FAULTS + 20):
            with pytest.raises(SourceFault) as raised:
                wire.get(f"movie/{number}", keep=WEEK)
            faults.append(raised.value.stops)

    assert faults == [False] * (MOST_FAULTS - 1) + [True] * 21
    assert seen.connections == MOST_FAULTS * TRIES

    lies = [answer(b"<html>")] * (MOST_FAULTS - 1)
    with source_host(*lies, GOOD, *lies, GOOD) as seen:
        wire = make_wire(seen.url(), tmp_path / "t")
        for number in range(2 * MOST_FAULTS):
            with contextlib.suppress(SourceFault):
                wire.get(f"movie/{number}", keep=WEEK)
        assert seen.connections == 2 * MOST_FAULTS


@pytest.mark.parametrize(
    ("written", "waits"),
    [
        ("Retry-After: 7\r\n", 7),
        (f"Retry-After: {format_datetime(NOW + timedelta(seconds=42), usegmt=True)}\r\n", 42),
        ("Retry-After: soon\r\n", 5),
        ("Retry-After: -3\r\n", 5),
        ("Retry-After: 0\r\n", 5),
        ("Retry-After: 1e9\r\n", 5),
        ("", 5),
    ],
)
def test_a_source_that_is_asked_too_often_is_given_time(tmp_path: Path, written: str, waits: float) -> None:
    """As long as it asks for; where it does not say it in a way that makes sense, a while."""
    time = Time()
    with source_host(answer({}, "429 Too Many Requests", written), GOOD) as seen:
        assert make_wire(seen.url(), tmp_path / "s", time=time).get("movie/1", keep=WEEK).known

    assert sum(time.slept) == pytest.approx(waits)


def test_all_threads_wait_when_one_is_told_to(tmp_path: Path) -> None:
    """`Retry-After` is of the source, not of one request."""
    time = Time()
    arrived: list[float] = []

    def script(conversation: Conversation) -> None:
        arrived.append(time.now)
        busy = answer({}, "503 Busy", "Retry-After: 2\r\n")
        conversation.say(busy if len(arrived) == 1 else GOOD)

    with source_host(script) as seen:
        wire = make_wire(seen.url(), tmp_path / "s", time=time)
        wire.get("movie/0", keep=WEEK)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: wire.get(f"movie/{number}", keep=WEEK), range(1, 5)))

    assert arrived[0] == 1000
    assert min(arrived[1:]) >= 1002


@pytest.mark.parametrize("seconds", ["600", str(10 * 365 * 86_400), "9" * 21])
def test_a_source_that_wants_to_be_left_alone_for_long_is(tmp_path: Path, seconds: str) -> None:
    """Nobody waits; neither the rest of the run nor the next one asks, and no wait is longer than a day."""
    with source_host(answer({}, "429 Too Many", f"Retry-After: {seconds}\r\n"), GOOD) as seen:
        time = Time()
        wire = make_wire(seen.url(), tmp_path / "s", time=time)
        with pytest.raises(SourceFault, match="left alone") as raised:
            wire.get("movie/1", keep=WEEK)
        assert raised.value.stops
        for later in (NOW, NOW + timedelta(minutes=9)):
            with pytest.raises(SourceFault, match="it asked to be left alone for another") as raised:
                make_wire(seen.url(), tmp_path / "s", now=later).get("movie/1", keep=WEEK)
            assert raised.value.stops
        assert (seen.connections, time.slept) == (1, [])

        next_day = NOW + timedelta(days=1, seconds=1)
        assert make_wire(seen.url(), tmp_path / "s", now=next_day).get("movie/1", keep=WEEK).known


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "9999-01-01T00:00:00+00:00", "2026-11-22T13:00:00", "\0" * 100]
)
def test_a_wish_to_be_left_alone_that_nobody_can_have_had_is_passed_over(tmp_path: Path, text: str) -> None:
    """A file that was changed does not keep a source away for ever."""
    folder = tmp_path / "s"
    folder.mkdir()
    (folder / "left-alone-until").write_text(text)
    with source_host(GOOD) as seen:
        assert make_wire(seen.url(), folder).get("movie/1", keep=WEEK).known


def test_a_check_that_fails_keeps_nothing(tmp_path: Path) -> None:
    """An error object with status 200 is an answer to nobody's question; the next run asks again."""

    def check(body: Mapping[str, Any]) -> None:
        if "id" not in body:
            raise SourceFault("there is no id")

    with source_host(answer({"success": False, "status_message": "no"}), GOOD) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        with pytest.raises(SourceFault, match="there is no id"):
            wire.get("movie/1", keep=WEEK, check=check)
        assert wire.get("movie/1", keep=WEEK, check=check).known


def test_the_moment_an_answer_was_given_moves_with_the_run(tmp_path: Path) -> None:
    """A run may take an hour; in whole seconds, in UTC."""
    time = Time()
    began = datetime(2026, 11, 22, 6, 0, 0, 999_999, tzinfo=UTC)
    with source_host(GOOD) as seen:
        wire = make_wire(seen.url(), tmp_path / "s", time=time, now=began)
        time.now += 3600.5
        found = wire.get("movie/1", keep=WEEK)

    assert found.asked == datetime(2026, 11, 22, 7, 0, 1, tzinfo=UTC)


def test_what_is_kept_is_the_answer(tmp_path: Path) -> None:
    """Even one with names that control terminals; it is data, and shown by others."""
    body = {"title": "\x1b[2J\u202e\x00", "n": [1, 2.5, None, True]}
    with source_host(answer(body)) as seen:
        wire = make_wire(seen.url(), tmp_path / "s")
        assert [orjson.loads(orjson.dumps(wire.get("m", keep=WEEK).body)) for _ in range(2)] == [body, body]
    assert len(seen.heard) == 1


def test_the_key_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    """Not in a cache, not in a count, not in a name."""
    source = Fake(quota_headers=("x-limit", "x-left", "x-reset"))
    good = answer({"id": 1}, head="X-Limit: 100\r\nX-Left: 5\r\nX-Reset: 60\r\n")
    with source_host(good, answer({}, "429 No", "Retry-After: 999\r\n")) as seen:
        wire = make_wire(seen.url(), tmp_path / "s", source=source)
        wire.get("movie/1", keep=WEEK)
        with pytest.raises(SourceFault):
            wire.get("movie/2", keep=WEEK)

    written = everything_in(tmp_path)
    assert b"movie/1" in written
    assert KEY.encode() not in written
    assert KEY not in repr(vars(wire)["_asking"].__class__) + repr(wire)
