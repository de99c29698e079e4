"""`publisher listen`, run as a process and sent real messages."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from publisher.net import Client, FetchFault
from publisher.webhooks import Secret, mint_secret, signed_headers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import MakeSite, Run

EVENT = {
    "type": "review.published",
    "timestamp": "2026-11-22T12:00:00+00:00",
    "data": {
        "sequence": 1,
        "review": {
            "title": "Karmalink",
            "url": "https://reviews.example/reviews/karmalink/",
            "film": {"title": "Karmalink", "year": 2021},
            "rating": {"text": "4 of 5 butterflies"},
            "offers": [{"kind": "rent", "name": "Fandango at Home"}],
        },
    },
}


class Listening:
    """A running `publisher listen` and what is needed to send to it."""

    def __init__(self, *words: str) -> None:
        minted = mint_secret()
        self.secret = Secret.parse(minted, "the test")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "publisher", "listen", "--port", "0", *words],
            env={**os.environ, "PUBLISHER_LISTEN_SECRET": minted},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert self.process.stderr is not None
        (self.url,) = re.findall(r"http://\S+", self.process.stderr.readline())

    def told(self) -> str:
        """Read the next line of what it tells people."""
        assert self.process.stderr is not None
        return self.process.stderr.readline()

    def send(self, event: Any, message_id: str, secret: Secret | None = None) -> int:
        """Send an event as a site would, and return the status it is answered with."""
        body = json.dumps(event).encode()
        headers = signed_headers(secret or self.secret, message_id, int(time.time()), body)
        return Client(allow=[ip_network("127.0.0.1/32")]).post(self.url, headers=headers, body=body).status

    def end(self) -> str:
        """Wait until it ends by itself and return what it printed."""
        output, _ = self.process.communicate(timeout=60)
        return output


@pytest.fixture
def listening() -> Iterator[type[Listening]]:
    """Give the class, and see that no process outlives the test."""
    started: list[Listening] = []

    class Tracked(Listening):
        def __init__(self, *words: str) -> None:
            super().__init__(*words)
            started.append(self)

    yield Tracked
    for one in started:
        one.process.kill()
        one.process.communicate()


def test_an_event_is_shown_as_one_readable_block(listening: type[Listening]) -> None:
    """Whoever looks sees that the signature fits, and what the event says."""
    receiver = listening("--count", "1")

    assert receiver.send(EVENT, "msg_1") == 204

    assert receiver.end().splitlines() == [
        "verified  the signature fits; answered 204",
        "  event    review.published",
        "  id       msg_1",
        "  time     2026-11-22T12:00:00+00:00",
        "  review   Karmalink",
        "  url      https://reviews.example/reviews/karmalink/",
        "  film     Karmalink (2021)",
        "  rating   4 of 5 butterflies",
        "  watch    rent: Fandango at Home",
    ]
    assert receiver.process.returncode == 0


def test_only_verified_events_that_are_no_repeats_count(listening: type[Listening]) -> None:
    """With --json each message is a line; a forged one and a repeat are shown but do not end the listening."""
    receiver = listening("--count", "2", "--json")
    forger = Secret.parse(mint_secret(), "the test")

    statuses = [
        receiver.send(EVENT, "msg_1", forger),
        receiver.send(EVENT, "msg_1"),
        receiver.send(EVENT, "msg_1"),
        receiver.send(EVENT, "msg_2"),
    ]

    lines = [json.loads(line) for line in receiver.end().splitlines()]
    assert statuses == [401, 204, 204, 204]
    assert [(line["format_version"], line["verified"], line["repeat"]) for line in lines] == [
        (1, False, False),
        (1, True, False),
        (1, True, True),
        (1, True, False),
    ]
    assert lines[1]["event"] == EVENT


def test_an_event_of_any_shape_is_shown_without_harm(listening: type[Listening]) -> None:
    """Whoever knows the secret may send anything: no shape stops the receiver, and no byte steers the terminal."""
    odd = {"type": "\x1b[2J", "data": {"review": {"film": [1], "rating": 3, "offers": "x"}, "changed": 5}}
    receiver = listening("--count", "3")

    assert [
        receiver.send(event, f"msg_{number}") for number, event in enumerate([odd, {"data": []}, EVENT])
    ] == [
        204,
        204,
        204,
    ]

    output = receiver.end()
    assert "\x1b" not in output
    assert output.count("the signature fits") == 3


def test_each_line_says_what_the_message_was_answered(listening: type[Listening]) -> None:
    """Whoever rehearses sees the failures, and the event that comes through in the end; only that is counted."""
    receiver = listening("--count", "1", "--fail", "2", "--retry-after", "5")
    assert receiver.told() == "rehearsing: the first 2 messages are answered 503, Retry-After: 5\n"
    forger = Secret.parse(mint_secret(), "the test")

    statuses = [
        receiver.send(EVENT, "msg_1", forger),
        receiver.send(EVENT, "msg_1"),
        receiver.send(EVENT, "msg_1"),
    ]

    lines = [line for line in receiver.end().splitlines() if not line.startswith("  ")]
    assert statuses == [503, 503, 204]
    assert lines[0].startswith("refused   msg_1: no signature fits: ")
    assert lines[0].endswith("; answered 503, Retry-After: 5")
    assert lines[1:] == [
        "verified  the signature fits; answered 503, Retry-After: 5",
        "verified  the signature fits; answered 204",
    ]


def test_machines_are_told_what_the_message_was_answered(listening: type[Listening]) -> None:
    """The status, which is null where the connection was closed, what the sender was asked for, and the delay."""
    receiver = listening("--json", "--count", "1", "--drop", "--fail", "1", "--delay", "0.1")

    with pytest.raises(FetchFault):
        receiver.send(EVENT, "msg_1")
    assert receiver.send(EVENT, "msg_1") == 204

    lines = [json.loads(line) for line in receiver.end().splitlines()]
    assert [(line["answered"], line["retry_after"], line["delay"], line["repeat"]) for line in lines] == [
        (None, None, 0.1, False),
        (204, None, 0, False),
    ]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_it_while_a_sender_waits(listening: type[Listening], end: signal.Signals) -> None:
    """It ends at once and without a traceback; the sender gets no answer, and the event is not shown as taken."""
    receiver = listening("--delay", "60")
    receiver.told()
    host, port = receiver.url.removeprefix("http://").rstrip("/").split(":")
    body = json.dumps(EVENT).encode()
    headers = signed_headers(receiver.secret, "msg_1", int(time.time()), body)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with socket.create_connection((host, int(port)), timeout=20) as sock:
        sock.sendall(f"POST / HTTP/1.1\r\ncontent-length: {len(body)}\r\n{head}\r\n".encode() + body)
        time.sleep(0.5)
        receiver.process.send_signal(end)
        output, errors = receiver.process.communicate(timeout=8)
        assert sock.recv(100) == b""

    assert receiver.process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[end]
    assert output == ""
    assert errors.strip() == {signal.SIGINT: "interrupted", signal.SIGTERM: ""}[end]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--drop", "--status", "410"),
            "--drop closes the connection without an answer, and --status 410 is one",
        ),
        (("--retry-after", "5", "--status", "410"), "--retry-after goes with an answer 429 or 503, and "),
        (
            ("--count", "2", "--status", "410"),
            "--count: none of the 2 would ever be taken; every message is answered 410",
        ),
        (
            ("--count", "1", "--drop"),
            "--count: none of the 1 would ever be taken; every message is left without an answer",
        ),
        (("--delay", "nan"), "--delay: nan is not possible"),
        (("--status", "100"), "Invalid value for '--status'"),
        (("--fail", "0"), "Invalid value for '--fail'"),
    ],
)
def test_options_that_make_no_sense_are_refused(run: Run, words: tuple[str, ...], message: str) -> None:
    """Exit status 2 and a message, before anything listens."""
    done = run("listen", "--port", "0", *words, PUBLISHER_LISTEN_SECRET=mint_secret())

    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "listening" not in done.stderr


def test_either_secret_of_a_rotation_is_accepted(
    make_site: MakeSite, run: Run, listening: type[Listening], tmp_path: Path
) -> None:
    """Whether the sender signs with the old one or has the new one already, `listen` knows it."""
    site = make_site(more='[[webhooks.endpoints]]\nname = "local"\nurl = "http://127.0.0.1:9/"\n')
    written = [run("endpoints", verb, "local").stdout.splitlines()[0] for verb in ("secret", "rotate")]
    for words in (
        ("--endpoint", "local", "--site", str(tmp_path)),
        ("--secret-file", str(site.secrets / "local")),
    ):
        receiver = listening("--count", "2", *words)

        statuses = [
            receiver.send(EVENT, f"msg_{number}", Secret.parse(text, "the test"))
            for number, text in enumerate(written)
        ]

        assert statuses == [204, 204]
        assert "refused" not in receiver.end()
