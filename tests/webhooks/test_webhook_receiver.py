"""The receiver on a real port: what it accepts, what it turns away, and that nothing brings it down."""

from __future__ import annotations

import json
import random
import socket
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault
from publisher.webhooks import Received, Receiver, signed_headers
from tests.webhooks.scripted_partner import SECRET, SECRET_TEXT, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

CLOCK = Clock()
COMMAND = "from publisher.cli import main; main()"
MEBIBYTE = 1024 * 1024


class Listening:
    """A receiver, and what it showed."""

    def __init__(self, receiver: Receiver, shown: list[Received]) -> None:
        self.receiver = receiver
        self.shown = shown
        self.port = int(receiver.url.rstrip("/").rpartition(":")[2])

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def say(self, data: bytes) -> bytes:
        """Send bytes, and return all that comes back."""
        with self.connect() as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            return _all(sock)

    def status(self, data: bytes) -> int:
        """Send bytes, and return the status of the answer."""
        return int(self.say(data).split(b" ")[1])


@pytest.fixture
def listening() -> Iterator[Listening]:
    """Listen on a free port."""
    shown: list[Received] = []
    with Receiver(SECRET, shown.append, clock=CLOCK) as receiver:
        yield Listening(receiver, shown)


def _all(sock: socket.socket) -> bytes:
    data = b""
    while part := sock.recv(65_536):
        data += part
    return data


def post(body: bytes, message_id: str = "msg_1", *, length: str | None = None, more: str = "") -> bytes:
    """Write a signed request."""
    headers = signed_headers(SECRET, message_id, int(CLOCK()), body)
    lines = ["POST /any/path HTTP/1.1", "host: here", f"content-length: {length or len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + f"\r\n{more}\r\n").encode() + body


def test_a_signed_event_is_accepted_and_shown(listening: Listening) -> None:
    """Answer 204, and show what the event says."""
    reply = listening.say(post(b'{"type":"review.published"}'))

    assert reply.startswith(b"HTTP/1.1 204 ")
    assert listening.shown == [Received("msg_1", {"type": "review.published"})]


def test_a_repeat_is_accepted_and_flagged(listening: Listening) -> None:
    """Accept the same id again, so that the sender stops, and say that it was seen before."""
    statuses = [listening.status(post(b"{}", name)) for name in ("msg_1", "msg_2", "msg_1")]

    assert statuses == [204, 204, 204]
    assert [(message.id, message.repeat) for message in listening.shown] == [
        ("msg_1", False),
        ("msg_2", False),
        ("msg_1", True),
    ]


def test_what_was_not_accepted_is_no_first_time(listening: Listening) -> None:
    """Do not take an event for a repeat because a forgery carried its id before."""
    assert listening.status(post(b"{}").replace(b"v1,", b"v1,A")) == 401
    assert listening.status(post(b"{}")) == 204
    assert [message.repeat for message in listening.shown] == [False, False]


@pytest.mark.parametrize(
    ("request_bytes", "status", "problem"),
    [
        (post(b"{}").replace(b"v1,", b"v1,A"), 401, "no signature fits"),
        (post(b'{"a":1}').replace(b'{"a":1}', b'{"a":2}'), 401, "no signature fits"),
        (b"POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n{}", 401, "webhook-id is missing"),
        (post(b"{}", "\u00e9"), 401, "no signature fits"),
        (post(b"[]"), 400, "not a JSON object"),
        (post(b"{"), 400, "not a JSON object"),
        (post(b""), 400, "not a JSON object"),
        (post(b"\xff\xfe"), 400, "not a JSON object"),
        (post(b"[" * 100_000), 400, "not a JSON object"),
        (post(b'{"a":NaN}'), 400, "not a JSON object"),
    ],
)
def test_what_is_refused_is_shown(
    listening: Listening, request_bytes: bytes, status: int, problem: str
) -> None:
    """Answer with the right status, and show why the message was not accepted."""
    assert listening.status(request_bytes) == status
    assert [message.event for message in listening.shown] == [None]
    assert problem in str(listening.shown[0].problem)


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"POST / HTTP/1.1\r\nhost: here\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", 411),
        (post(b"{}", more="transfer-encoding: chunked\r\n"), 411),
        (post(b"{}", length="-1"), 411),
        (post(b"{}", length="2.0"), 411),
        (post(b"{}", length="\u00b2"), 411),
        (post(b"{}", length=str(MEBIBYTE + 1)), 413),
        (post(b"{}", length="9" * 5000), 413),
        (post(b" " * (12 * MEBIBYTE)), 413),
        (b"GET / HTTP/1.1\r\nhost: here\r\n\r\n", 501),
        (b"POST / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431),
        (b"POST /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
    ],
)
def test_what_is_no_message_is_turned_away(listening: Listening, request_bytes: bytes, status: int) -> None:
    """Read no body of unknown or unbounded length, answer all the same, and show nothing."""
    assert listening.status(request_bytes) == status
    assert listening.shown == []


def test_a_body_of_exactly_the_limit_is_read(listening: Listening) -> None:
    """Take a mebibyte, and not a byte more."""
    body = b'{"a":"' + b"x" * (MEBIBYTE - 8) + b'"}'

    assert len(body) == MEBIBYTE
    assert listening.status(post(body)) == 204


def test_a_body_that_breaks_off_is_not_judged(listening: Listening) -> None:
    """Close without an answer when the sender ends before it has sent what it promised."""
    assert listening.say(post(b"{}", length="3")) == b""
    assert listening.shown == []


def test_slow_senders_do_not_hold_up_others(listening: Listening) -> None:
    """Serve a sender while fifty others have connected and said half a request, or nothing."""
    slow = [listening.connect() for _ in range(50)]
    for number, sock in enumerate(slow):
        sock.sendall([b"", b"POST / HT", post(b"{}")[:-1]][number % 3])
    try:
        status = listening.status(post(b"{}"))
    finally:
        for sock in slow:
            sock.close()

    assert status == 204


def test_many_senders_at_once_are_all_served(listening: Listening) -> None:
    """Show each of a hundred simultaneous messages once."""
    statuses: list[int] = []
    threads = [
        threading.Thread(
            target=lambda number=number: statuses.append(listening.status(post(b"{}", f"m{number}")))
        )
        for number in range(100)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [204] * 100
    assert sorted(message.id for message in listening.shown) == sorted(f"m{number}" for number in range(100))
    assert not any(message.repeat for message in listening.shown)


def test_no_bytes_bring_it_down(listening: Listening) -> None:
    """Survive hundreds of requests that were cut, mixed and flipped at random, and then serve as before."""
    dice = random.Random(20260305)  # noqa: S311 - a seed, so that a failure can be repeated
    good = post(b'{"type":"review.published"}', "msg_good")
    for _ in range(300):
        data = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            place = dice.randrange(len(data))
            kind = dice.randrange(4)
            if kind == 0:
                data[place] = dice.randrange(256)
            elif kind == 1:
                del data[place : place + dice.randrange(1, 40)]
            elif kind == 2:
                data[place:place] = dice.randbytes(dice.randrange(1, 40))
            else:
                data[place:place] = dice.choice(
                    [b"\r\n", b"\r\n\r\n", b"\0", b":", b" ", b"\xff", b"%", b"9" * 30]
                )
            if not data:
                data += b"\0"
        with listening.connect() as sock:
            sock.sendall(bytes(data))
            if dice.random() < 0.7:
                sock.shutdown(socket.SHUT_WR)
                _swallow(sock)
    forged = [
        message for message in listening.shown if message.event is not None and message.id != "msg_good"
    ]

    assert forged == []
    assert listening.status(post(b"{}", "msg_last")) == 204


def _swallow(sock: socket.socket) -> None:
    try:
        _all(sock)
    except ConnectionResetError:
        return


def test_a_message_that_could_not_be_shown_is_asked_for_again() -> None:
    """Answer 500 when showing fails, do not remember the id, and raise the failure where the receiver is left."""
    shown: list[Received] = []

    def show(message: Received) -> None:
        if not shown:
            shown.append(message)
            raise BrokenPipeError("nobody reads any more")
        shown.append(message)

    def receive() -> list[int]:
        with Receiver(SECRET, show, clock=CLOCK) as receiver:
            listening = Listening(receiver, shown)
            return [listening.status(post(b"{}")), listening.status(post(b"{}"))]

    statuses: list[int] = []
    with pytest.raises(BrokenPipeError, match="nobody reads any more"):
        statuses = receive()

    assert statuses == []
    assert [message.repeat for message in shown] == [False, False]


def test_leaving_waits_for_the_answer_of_what_was_shown() -> None:
    """Answer a message whose showing is what ends the receiver: its sender must not take it for lost."""
    seen, go_on = threading.Event(), threading.Event()
    replies: list[int] = []

    def show(_message: Received) -> None:
        seen.set()
        go_on.wait(10)

    with Receiver(SECRET, show, clock=CLOCK) as receiver:
        listening = Listening(receiver, [])
        sender = threading.Thread(target=lambda: replies.append(listening.status(post(b"{}"))))
        sender.start()
        assert seen.wait(10)
        threading.Timer(0.2, go_on.set).start()
    answered_at_exit = go_on.is_set()
    sender.join()

    assert answered_at_exit
    assert replies == [204]


def test_a_port_in_use_is_told() -> None:
    """Name the port and the way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EnvironmentFault) as failure:
            Receiver(SECRET, print, port=port)

    assert str(failure.value) == f"port {port} of 127.0.0.1 cannot be listened on: Address already in use"
    assert failure.value.hint == "choose another with --port"


@pytest.mark.parametrize(
    ("host", "port"), [("203.0.113.1", 0), ("127.0.0.1", 70_000), ("a..b", 0), ("::zz", 0)]
)
def test_an_address_that_cannot_be_listened_on_is_told(host: str, port: int) -> None:
    """Turn every way in which listening can fail into one message."""
    with pytest.raises(EnvironmentFault, match="cannot be listened on"):
        Receiver(SECRET, print, host=host, port=port)


def test_it_listens_on_ipv6_too() -> None:
    """Listen on an IPv6 address, and write its URL with brackets."""
    shown: list[Received] = []
    with Receiver(SECRET, shown.append, host="::1", clock=CLOCK) as receiver:
        port = int(receiver.url.rstrip("/").rpartition(":")[2])
        with socket.create_connection(("::1", port), timeout=10) as sock:
            sock.sendall(post(b"{}"))
            reply = _all(sock)

    assert receiver.url == f"http://[::1]:{port}/"
    assert reply.startswith(b"HTTP/1.1 204 ")


def test_listen_ends_after_the_count_of_verified_events() -> None:
    """Run the command: forgeries and repeats are shown but not counted, and the last event still has its answer."""
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "listen", "--port", "0", "--count", "2", "--json"],
        env={"PUBLISHER_LISTEN_SECRET": SECRET_TEXT, "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            url = process.stderr.readline().split()[-1]
            port = int(url.rstrip("/").rpartition(":")[2])
            statuses = [_send(port, data) for data in _messages()]
            out = process.stdout.read()
            assert process.wait(20) == 0
        finally:
            process.kill()

    lines = [json.loads(line) for line in out.splitlines()]
    assert statuses == [401, 204, 204, 204]
    assert [(line["id"], line["verified"], line["repeat"]) for line in lines] == [
        ("msg_1", False, False),
        ("msg_1", True, False),
        ("msg_1", True, True),
        ("msg_2", True, False),
    ]
    assert {line["format_version"] for line in lines} == {1}
    assert SECRET_TEXT[6:] not in out


def _messages() -> list[bytes]:
    def signed(name: str) -> bytes:
        headers = signed_headers(SECRET, name, int(time.time()), b"{}")
        lines = [
            "POST / HTTP/1.1",
            "content-length: 2",
            *(f"{key}: {value}" for key, value in headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n{}").encode()

    return [signed("msg_1").replace(b"v1,", b"v1,A"), signed("msg_1"), signed("msg_1"), signed("msg_2")]


def _send(port: int, data: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
        sock.sendall(data)
        return int(_all(sock).split(b" ")[1])
