"""`publisher listen`, run as a process and sent real messages."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from publisher.net import Client
from publisher.webhooks import Secret, mint_secret, signed_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

from ipaddress import ip_network

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
        "verified  the signature fits",
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
