"""What a host can do wrong, and that nothing of it gets past the client but a FetchFault."""

from __future__ import annotations

import logging
import socket
import threading
import traceback

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publisher.net import Answer, Client, FaultKind, FetchFault
from publisher.net import dialing as dialing_module
from tests.net.net_servers import LOOPBACK, Conversation, answering, client, host, resolving, watchdog

DEADLINE = 0.3
SECRET = "hunter2"
OK = b"HTTP/1.1 200 OK\r\n"


def fault(*pieces: bytes) -> FetchFault:
    """Send one request to a host that says `pieces`, and give what goes wrong."""
    with answering(*pieces) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client().post(
            scripted.url(f"/{SECRET}?{SECRET}", "partner.example"),
            headers={"X-Key": SECRET},
            body=SECRET.encode(),
        )
    assert f"partner.example:{scripted.port} " in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"hello\r\n\r\n", "not http"),
        (b"\x00\x01\x02\x03\r\n", "not http"),
        (b"\x16\x03\x01\x00\x05hello\r\n", "not http"),
        (b"HTTP/2.0 200 OK\r\n\r\n", "not http"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "not http"),
        (b"HTTP/1.1 20 OK\r\n\r\n", "not http"),
        (b"HTTP/1.1 1000 OK\r\n\r\n", "not http"),
        (b"HTTP/1.1 " + b"9" * 5000 + b" OK\r\n\r\n", "not http"),
        (OK + b"no colon here\r\n\r\n", "unreadable header"),
        (OK + b" folded: at once\r\n\r\n", "unreadable header"),
        (OK + b"From me\r\nFrom you: x\r\n\r\n", "unreadable header"),
        (OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", "contradict each other"),
        (OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n", "65536 bytes"),
        (b"HTTP/1.1 200 " + b"x" * 100_000 + b"\r\n\r\n", "65536 bytes"),
        (OK + b"X: " + b"x" * 900 + (b"\r\nY: " + b"y" * 900) * 90 + b"\r\n\r\n", "65536 bytes"),
        (OK + b"X: y\r\n" * 1000 + b"\r\n", "100 headers"),
        (OK + b"Content-Len", "before its head was whole"),
        (b"HTTP/1.1 200", "before its head was whole"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nhello\r\n", "broken chunks"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n\r\n\r\n", "broken chunks"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\nzz\r\n", "broken chunks"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 100_000, "broken chunks"),
    ],
)
def test_what_is_not_http_is_a_protocol_fault(said: bytes, words: str) -> None:
    """Garbage is told apart from silence, and is repeated nowhere."""
    caught = fault(said)

    assert caught.kind is FaultKind.PROTOCOL
    assert words in caught.message
    assert caught.sent


def test_a_connection_closed_without_a_byte_is_a_connect_fault() -> None:
    """Whether the host acted on the request, nobody knows."""
    caught = fault()

    assert caught.kind is FaultKind.CONNECT
    assert caught.message.endswith("closed the connection without an answer")
    assert caught.sent


def test_a_reset_after_the_request_leaves_the_outcome_unknown() -> None:
    """The host may have acted before it broke the connection."""

    def resetting(conversation: Conversation) -> None:
        conversation.hear()
        conversation.reset()

    with host(resetting) as scripted, pytest.raises(FetchFault) as caught:
        client().post(scripted.url(), headers={}, body=b"{}")

    assert caught.value.kind is FaultKind.CONNECT
    assert caught.value.sent


def test_a_reset_before_the_request_is_a_connect_fault() -> None:
    """A host that hangs up on everyone is not there."""
    with host(Conversation.reset) as scripted, pytest.raises(FetchFault) as caught:
        client().post(scripted.url(), headers={}, body=bytes(1_000_000))

    assert caught.value.kind is FaultKind.CONNECT


def test_a_dripped_head_ends_with_the_deadline() -> None:
    """Each byte in time does not make a head in time."""

    def dripping(conversation: Conversation) -> None:
        conversation.hear()
        conversation.say(OK)
        conversation.drip(b"X: y\r\n")

    with host(dripping) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client(deadline=DEADLINE).get(scripted.url())

    assert caught.value.kind is FaultKind.TIMEOUT
    assert caught.value.message.endswith("took more than 0.3 s; stopped while waiting for the answer")
    assert caught.value.sent


def test_dripped_interim_answers_end_with_the_deadline() -> None:
    """A host that is forever processing is not answering."""

    def dripping(conversation: Conversation) -> None:
        conversation.hear()
        conversation.drip(b"HTTP/1.1 100 Continue\r\n\r\n")

    with host(dripping) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client(deadline=DEADLINE).get(scripted.url())

    assert caught.value.kind is FaultKind.TIMEOUT


@pytest.mark.parametrize("framing", [b"", b"Content-Length: 100000\r\n", b"Transfer-Encoding: chunked\r\n"])
def test_a_dripped_body_is_cut_at_the_deadline_and_the_head_counts(framing: bytes) -> None:
    """The host has accepted the event; how it says so at length is of no interest."""

    def dripping(conversation: Conversation) -> None:
        conversation.hear()
        conversation.say(OK + framing + b"\r\n")
        conversation.drip(b"1\r\nx\r\n")

    with host(dripping) as scripted, watchdog():
        answer = client(deadline=DEADLINE).get(scripted.url())

    assert (answer.status, answer.complete) == (200, False)


def test_a_host_that_never_answers_ends_with_the_deadline() -> None:
    """Silence is a timeout, and the outcome unknown."""

    def silent(conversation: Conversation) -> None:
        conversation.hear()
        conversation.hold()

    with host(silent) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client(deadline=DEADLINE).get(scripted.url())

    assert caught.value.kind is FaultKind.TIMEOUT
    assert caught.value.sent


def test_a_host_that_does_not_read_ends_with_the_deadline() -> None:
    """Sipping at a large body byte by byte does not hold us."""

    def sipping(conversation: Conversation) -> None:
        while not conversation.stop.wait(0.02):
            conversation.sock.recv(1)

    with host(sipping) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client(deadline=DEADLINE).post(scripted.url(), headers={}, body=bytes(30_000_000))

    assert caught.value.kind is FaultKind.TIMEOUT
    assert caught.value.message.endswith("stopped while writing the request")
    assert caught.value.sent


@pytest.mark.parametrize(
    "said", [b"", b"garbage", OK + b"no colon\r\n\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\nx\r\n"]
)
def test_a_fault_gives_no_secret_away(said: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Path, query, headers and body stay out of the message, the traceback and the log."""
    with caplog.at_level(logging.INFO):
        caught = fault(said)

    assert SECRET not in "".join(traceback.format_exception(caught))
    assert SECRET not in caplog.text


def test_the_message_of_a_fault_is_one_printable_line() -> None:
    """It ends on an editor's terminal, whoever chose its words."""
    made = FetchFault(FaultKind.DNS, "A\r\nB\x1b[31m\u202eC" + "x" * 1000)

    assert made.message.startswith("a b [31m c")
    assert len(made.message) == 300
    assert made.message == str(made)


PIECES = st.sampled_from(
    [
        b"HTTP/1.1 ",
        b"HTTP/1.0 ",
        b"HTTP/9",
        b"200 OK",
        b"204",
        b"302 Found",
        b"101 X",
        b"103",
        b"100 Continue",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n\r\n",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: gzip, chunked",
        b"Content-Encoding: gzip",
        b"Location: ",
        b"http://[",
        b"Set-Cookie: a=b; expires=Thu, 99 Foo 99999 99:99:99",
        b"Content-Type: multipart/mixed",
        b": ",
        b"Content-Type: text/html; charset=\xff",
        b"-5",
        b"5",
        b"ffffffffffffffff",
        b"1_0",
        b"abcde",
        b"\x1f\x8b\x08",
        b"0\r\n",
        b";",
    ]
)
SAID = st.lists(PIECES | st.binary(max_size=6), max_size=24).map(b"".join)


def outcome_of(sender: Client) -> Answer | FetchFault:
    """Send one request, and give what comes of it."""
    try:
        return sender.post("http://partner.example/", headers={}, body=b"{}")
    except FetchFault as caught:
        return caught


@settings(deadline=None, max_examples=500)
@given(said=SAID | SAID.map((OK).__add__) | SAID.map((OK + b"Transfer-Encoding: chunked\r\n\r\n").__add__))
@example(said=OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc")
@example(said=OK + b"Content-Type: text/html; charset*=x''y\r\nSet-Cookie: \xff=\xff; expires=\xff\r\n\r\n")
def test_no_answer_brings_out_another_exception(said: bytes) -> None:
    """Whatever bytes a host sends, the caller sees an Answer or a FetchFault."""
    ours, theirs = socket.socketpair()
    sender = Client(allow=LOOPBACK, deadline=5, resolver=resolving("127.0.0.1"))
    with ours, theirs, pytest.MonkeyPatch.context() as patch:
        patch.setattr(dialing_module, "connected", lambda *_args: ours)
        theirs.sendall(said)
        theirs.shutdown(socket.SHUT_WR)
        outcome = outcome_of(sender)
        assert ours.fileno() == -1

    if isinstance(outcome, FetchFault):
        assert outcome.kind in {FaultKind.PROTOCOL, FaultKind.CONNECT}
        assert outcome.message.isprintable()
    else:
        assert outcome.status == 101 or outcome.status >= 200
        assert all("\n" not in value and "\r" not in value for value in outcome.headers.values())


def test_every_connection_is_closed_after_every_outcome() -> None:
    """The host sees the end of the connection at once, also after a fault."""
    ends: list[bytes] = []
    closed = threading.Event()

    def watching(conversation: Conversation) -> None:
        conversation.hear()
        conversation.say(b"garbage\r\n")
        conversation.sock.settimeout(5)
        ends.append(conversation.sock.recv(1))
        closed.set()

    with host(watching) as scripted:
        with pytest.raises(FetchFault):
            client().get(scripted.url())
        assert closed.wait(5)

    assert ends == [b""]
