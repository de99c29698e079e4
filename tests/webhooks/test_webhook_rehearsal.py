"""What goes wrong on purpose: which messages it happens to, over real sockets, and what has no meaning."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from publisher.errors import UsageError
from publisher.webhooks import Received, Receiver, Rehearsal, Secret, signed_headers

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = Secret(b"k" * 32)
FORGED = Secret(b"f" * 32)


class Rehearsing:
    """A receiver that rehearses, and what it showed."""

    def __init__(self, port: int, shown: list[Received]) -> None:
        self.port = port
        self.shown = shown

    def begin(self, message_id: str = "msg_1", secret: Secret = SECRET) -> socket.socket:
        """Send a message, and leave the connection open for the answer."""
        headers = signed_headers(secret, message_id, int(time.time()), b"{}")
        lines = ["POST / HTTP/1.1", "host: here", "content-length: 2"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        sock = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        sock.sendall(("\r\n".join(lines) + "\r\n\r\n{}").encode())
        return sock

    def send(self, message_id: str = "msg_1", secret: Secret = SECRET) -> int | None:
        """Send a message, and return the status of the answer; None where there was none."""
        head = self.say(message_id, secret)
        return int(head.split(b" ")[1]) if head else None

    def say(self, message_id: str = "msg_1", secret: Secret = SECRET) -> bytes:
        """Send a message, and return all that comes back."""
        with self.begin(message_id, secret) as sock:
            return hear(sock)


def hear(sock: socket.socket) -> bytes:
    """Read until the other side closes."""
    data = b""
    while part := sock.recv(65_536):
        data += part
    return data


@contextmanager
def rehearsing(**faults: Any) -> Iterator[Rehearsing]:
    """Listen on a free port, with faults as the command's options name them."""
    shown: list[Received] = []
    with Receiver(SECRET, shown.append, rehearsal=Rehearsal.of(**faults)) as receiver:
        yield Rehearsing(int(receiver.url.rstrip("/").rpartition(":")[2]), shown)


@pytest.mark.parametrize(
    ("faults", "statuses"),
    [
        ({}, [204, 204, 204]),
        ({"fail": 2}, [503, 503, 204]),
        ({"status": 410}, [410, 410, 410]),
        ({"status": 200}, [200, 200, 200]),
        ({"fail": 1, "status": 404}, [404, 204, 204]),
        ({"status": 599}, [599, 599, 599]),
        ({"drop": True}, [None, None, None]),
        ({"fail": 2, "drop": True}, [None, None, 204]),
        ({"fail": 1, "retry_after": "5"}, [503, 204, 204]),
        ({"retry_after": "5"}, [429, 429, 429]),
        ({"delay": 0.05}, [204, 204, 204]),
        ({"fail": 1, "delay": 0.05}, [503, 204, 204]),
        ({"fail": 1, "delay": 0.05, "status": 202}, [202, 204, 204]),
        ({"fail": 1, "delay": 0.05, "drop": True}, [None, 204, 204]),
    ],
)
def test_messages_are_answered_as_it_was_asked(faults: dict[str, Any], statuses: list[int | None]) -> None:
    """Let every message fail, or the first ones, and show with each what it was answered."""
    with rehearsing(**faults) as receiver:
        got = [receiver.send(f"msg_{number}") for number in range(3)]

    assert got == statuses
    assert [message.reply.status for message in receiver.shown] == statuses
    assert all(message.event == {} for message in receiver.shown)


def test_a_forged_message_counts_and_fails_like_any_other() -> None:
    """Fail before anybody looks at the signature, as a host does whose program is down."""
    with rehearsing(fail=1) as receiver:
        got = [receiver.send(secret=FORGED), receiver.send(secret=FORGED), receiver.send()]

    assert got == [503, 401, 204]
    assert [message.problem is None for message in receiver.shown] == [False, False, True]


@pytest.mark.parametrize("faults", [{"fail": 2}, {"fail": 2, "drop": True}, {"fail": 2, "status": 410}])
def test_what_failed_is_no_repeat_when_it_comes_again(faults: dict[str, Any]) -> None:
    """Take an event for new until it was answered with success."""
    with rehearsing(**faults) as receiver:
        for _ in range(4):
            receiver.send()

    assert [(message.taken, message.repeat) for message in receiver.shown] == [
        (False, False),
        (False, False),
        (True, False),
        (True, True),
    ]


def test_what_was_answered_too_late_is_a_repeat_when_it_comes_again() -> None:
    """Let a partner see why ids matter: the sender gave up, and the event was taken all the same."""
    with rehearsing(fail=1, delay=0.3, status=204) as receiver:
        with receiver.begin():
            pass
        time.sleep(0.6)
        assert receiver.send() == 204

    assert [message.repeat for message in receiver.shown] == [False, True]


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("5", "5"),
        ("0", "0"),
        ("999999999999", "999999999999"),
        ("Sun, 22 Nov 2026 12:10:00 GMT", "Sun, 22 Nov 2026 12:10:00 GMT"),
        ("Sun, 22 Nov 2026 13:10:00 +0100", "Sun, 22 Nov 2026 12:10:00 GMT"),
        ("2026-11-22T12:10:00Z", "Sun, 22 Nov 2026 12:10:00 GMT"),
        ("1994-11-06T08:49:37+00:00", "Sun, 06 Nov 1994 08:49:37 GMT"),
    ],
)
def test_patience_is_asked_for_in_seconds_or_until_a_date(written: str, sent: str) -> None:
    """Send the header with the answers that fail, and with no other."""
    with rehearsing(fail=1, retry_after=written) as receiver:
        first, second = receiver.say(), receiver.say()

    assert f"\r\nretry-after: {sent}\r\n".encode() in first
    assert b"retry-after" not in second


@pytest.mark.parametrize("status", [429, 503])
def test_patience_goes_with_either_status(status: int) -> None:
    """Let every answer ask for it."""
    with rehearsing(status=status, retry_after="7") as receiver:
        assert [b"retry-after: 7" in receiver.say() for _ in range(2)] == [True, True]

    assert str(receiver.shown[0].reply) == f"answered {status}, Retry-After: 7"


def test_late_answers_do_not_wait_for_each_other() -> None:
    """Keep ten senders waiting at the same time, not one after another."""
    with rehearsing(delay=0.5) as receiver:
        began = time.monotonic()
        waiting = [receiver.begin(f"msg_{number}") for number in range(10)]
        heads = [hear(sock) for sock in waiting]
        took = time.monotonic() - began
        for sock in waiting:
            sock.close()

    assert all(head.startswith(b"HTTP/1.1 204 ") for head in heads)
    assert 0.5 <= took < 4


def test_the_age_of_a_message_is_that_of_its_arrival() -> None:
    """Do not refuse a message as too old because we let it wait."""
    now = [1_795_000_000.0]
    shown: list[Received] = []
    rehearsal = Rehearsal(delay=0.3)
    with Receiver(SECRET, shown.append, clock=lambda: now[0], rehearsal=rehearsal) as receiver:
        port = int(receiver.url.rstrip("/").rpartition(":")[2])
        headers = signed_headers(SECRET, "msg_1", int(now[0]), b"{}")
        head = "POST / HTTP/1.1\r\ncontent-length: 2\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in headers.items()
        )
        with socket.create_connection(("127.0.0.1", port), timeout=20) as sock:
            sock.sendall(f"{head}\r\n{{}}".encode())
            time.sleep(0.1)
            now[0] += 1000
            reply = hear(sock)

    assert reply.startswith(b"HTTP/1.1 204 ")


def test_leaving_does_not_wait_for_late_answers() -> None:
    """End at once; whoever waits gets no answer, and what it sent is neither shown nor taken."""
    with rehearsing(delay=60) as receiver:
        waiting = [receiver.begin(f"msg_{number}") for number in range(3)]
        time.sleep(0.3)
        began = time.monotonic()
    took = time.monotonic() - began

    assert took < 5
    assert [hear(sock) for sock in waiting] == [b""] * 3
    assert receiver.shown == []
    for sock in waiting:
        sock.close()


def test_many_at_once_fail_as_often_as_was_asked() -> None:
    """Count messages one by one, however many come together."""
    statuses: list[int | None] = []
    with rehearsing(fail=20) as receiver:
        threads = [
            threading.Thread(target=lambda n=n: statuses.append(receiver.send(f"msg_{n}"))) for n in range(50)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(map(str, statuses)) == ["204"] * 30 + ["503"] * 20


def test_what_is_no_message_does_not_count() -> None:
    """Keep the faults for messages: whatever is turned away unread uses none of them up."""
    with rehearsing(fail=1) as receiver:
        with socket.create_connection(("127.0.0.1", receiver.port), timeout=20) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nhost: here\r\n\r\n")
            sock.shutdown(socket.SHUT_WR)
            assert hear(sock).startswith(b"HTTP/1.1 411 ")
        assert [receiver.send("msg_1"), receiver.send("msg_2")] == [503, 204]


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        (
            {"drop": True, "status": 410},
            "--drop closes the connection without an answer, and --status 410 is one",
        ),
        (
            {"drop": True, "retry_after": "5"},
            "--drop closes the connection without an answer, which --retry-after would go with",
        ),
        (
            {"retry_after": "5", "status": 410},
            "--retry-after goes with an answer 429 or 503, and the answer would be 410",
        ),
        (
            {"retry_after": "5", "status": 500, "fail": 2},
            "--retry-after goes with an answer 429 or 503, and the answer would be 500",
        ),
        ({"fail": 3, "status": 204}, "--fail: the first 3 are to fail, and 204 is a success"),
        ({"fail": 1, "retry_after": "soon"}, '--retry-after: "soon" is neither seconds nor a date'),
        ({"fail": 1, "retry_after": "-5"}, '--retry-after: "-5" is neither seconds nor a date'),
        ({"fail": 1, "retry_after": "1.5"}, '--retry-after: "1.5" is neither seconds nor a date'),
        ({"fail": 1, "retry_after": ""}, '--retry-after: "" is neither seconds nor a date'),
        ({"delay": 0.0}, "--delay: 0 is not possible; more than 0 and at most 3600 seconds are"),
        ({"delay": -1.0}, "--delay: -1 is not possible; more than 0 and at most 3600 seconds are"),
        ({"delay": 3601.0}, "--delay: 3601 is not possible; more than 0 and at most 3600 seconds are"),
        ({"delay": float("nan")}, "--delay: nan is not possible; more than 0 and at most 3600 seconds are"),
        ({"delay": float("inf")}, "--delay: inf is not possible; more than 0 and at most 3600 seconds are"),
    ],
)
def test_what_has_no_meaning_is_refused(faults: dict[str, Any], message: str) -> None:
    """Say which options do not go together, and what to do about it."""
    with pytest.raises(UsageError) as failure:
        Rehearsal.of(**faults)

    assert str(failure.value) == message
    assert failure.value.hint


def test_no_line_end_gets_into_the_header() -> None:
    """Send nothing but seconds or a date, whatever was written."""
    for written in ("5\r\nx: y", "Sun, 22 Nov 2026 12:10:00 GMT\r\nx: y", "5\n"):
        try:
            sent = Rehearsal.of(fail=1, retry_after=written).retry_after
        except UsageError:
            continue
        assert re.fullmatch(r"5|Sun, 22 Nov 2026 12:10:00 GMT", str(sent))


@pytest.mark.parametrize(
    ("faults", "words", "takes_any"),
    [
        ({}, "every message is answered as it deserves", True),
        ({"fail": 1}, "the first message is answered 503", True),
        (
            {"fail": 3, "retry_after": "5", "delay": 2.0},
            "the first 3 messages are answered 503, Retry-After: 5, 2 s late",
            True,
        ),
        ({"status": 410}, "every message is answered 410", False),
        ({"status": 202}, "every message is answered 202", True),
        ({"drop": True}, "every message is left without an answer", False),
        ({"delay": 1.5}, "every message is answered 1.5 s late", True),
    ],
)
def test_a_rehearsal_says_what_will_happen(faults: dict[str, Any], words: str, *, takes_any: bool) -> None:
    """Put it in words before the first message comes, and know whether one will ever be taken."""
    rehearsal = Rehearsal.of(**faults)

    assert str(rehearsal) == words
    assert rehearsal.takes_any is takes_any
