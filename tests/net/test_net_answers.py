"""What counts as an answer, and what of it is kept."""

from __future__ import annotations

import gzip
import logging

import pytest

from publisher.net import Answer, FaultKind, FetchFault
from tests.net.net_servers import Conversation, answering, client, host, watchdog


def get(*pieces: bytes, body_limit: int = 65_536) -> Answer:
    """Send one request to a host that says `pieces`."""
    with answering(*pieces) as scripted, watchdog():
        return client(body_limit=body_limit).get(scripted.url())


@pytest.mark.parametrize("status", [200, 201, 202, 204, 301, 304, 400, 404, 410, 429, 500, 503, 999])
def test_any_final_status_is_an_answer(status: int) -> None:
    """What a status means is for the caller to say."""
    answer = get(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n".encode())

    assert (answer.status, answer.body, answer.complete) == (status, b"", True)
    assert answer.seconds > 0


def test_a_header_is_found_by_its_name_in_lower_case() -> None:
    """Names are not case-sensitive, values are kept, repeated fields are joined and folded ones unfolded."""
    answer = get(
        b"HTTP/1.1 200 OK\r\nRetry-After: 120\r\nX-A: b\r\nx-a: C\r\nFolded: one\r\n two\r\nContent-Length: 0\r\n\r\n"
    )

    assert answer.headers["retry-after"] == "120"
    assert answer.headers["x-a"] == "b, C"
    assert answer.headers["folded"] == "one two"


def test_a_retry_after_header_does_not_make_us_wait() -> None:
    """When to try again is not decided down here."""
    with (
        answering(b"HTTP/1.1 503 Busy\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n") as scripted,
        watchdog(),
    ):
        answer = client().get(scripted.url())

    assert answer.status == 503
    assert scripted.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location", ["/elsewhere", "http://10.0.0.1/", "http://[", "http://" + "a" * 70 + "/", "\\\\x"]
)
def test_a_redirect_is_an_answer_and_is_not_followed(status: int, location: str) -> None:
    """Where an event goes is for the configuration to say, and an odd Location does no harm."""
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    with answering(head.encode()) as scripted:
        answer = client().post(scripted.url(), headers={}, body=b"{}")

    assert (answer.status, answer.headers["location"]) == (status, location)
    assert scripted.connections == 1


@pytest.mark.parametrize(
    ("interim", "final"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\n", 204),
        (b"HTTP/1.1 102 Processing\r\n\r\n", 204),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n", 500),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 X\r\nContent-Length: 5\r\n\r\n",
            404,
        ),
    ],
)
def test_interim_answers_are_skipped(interim: bytes, final: int) -> None:
    """A 103 before a 500 is a 500, though http.client would say 103."""
    answer = get(interim, f"HTTP/1.1 {final} Final\r\nContent-Length: 0\r\n\r\n".encode())

    assert answer.status == final
    assert "link" not in answer.headers


@pytest.mark.parametrize("status", [100, 103])
def test_interim_answers_without_end_are_a_protocol_fault(status: int) -> None:
    """Skipping has an end before the deadline."""
    with pytest.raises(FetchFault) as caught:
        get(f"HTTP/1.1 {status} More\r\n\r\n".encode() * 10_000)

    assert caught.value.kind is FaultKind.PROTOCOL
    assert caught.value.sent


def test_switching_protocols_is_the_final_answer() -> None:
    """Nothing that follows a 101 is HTTP any more."""
    answer = get(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", b"not http at all")

    assert (answer.status, answer.body) == (101, b"")


def test_a_body_of_exactly_the_limit_is_complete() -> None:
    """The limit is the last size that fits."""
    assert get(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", body_limit=5).complete
    assert get(b"HTTP/1.1 200 OK\r\n\r\n12345", body_limit=5).complete
    assert get(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n", body_limit=5
    ).complete


def test_a_body_beyond_the_limit_is_cut() -> None:
    """A host that sends without end is read no further, and its 2xx still counts."""

    def endless(conversation: Conversation) -> None:
        conversation.hear()
        conversation.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            conversation.say(b"x" * 65_536)

    with host(endless) as scripted, watchdog():
        answer = client(body_limit=100_000).get(scripted.url())

    assert (answer.status, len(answer.body), answer.complete) == (200, 100_000, False)


def test_a_limit_of_nothing_keeps_nothing() -> None:
    """Whoever wants only the status can have it."""
    assert get(b"HTTP/1.1 200 OK\r\n\r\nx", body_limit=0).body == b""


@pytest.mark.parametrize("status", [200, 302])
def test_a_compressed_body_is_not_opened(status: int) -> None:
    """A few kilobytes that open to gigabytes stay a few kilobytes, also under a redirect."""
    bomb = gzip.compress(bytes(20_000_000))
    head = f"HTTP/1.1 {status} OK\r\nLocation: /x\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    answer = get(head.encode(), bomb)

    assert (answer.status, answer.body, answer.complete) == (status, bomb, True)


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 10\r\n\r\n12345",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\na\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n1",
    ],
)
def test_a_body_that_breaks_off_is_an_answer_that_says_so(status: int, rest: bytes) -> None:
    """The host has said what became of the request before it went away."""
    answer = get(f"HTTP/1.1 {status} X\r\n".encode() + rest)

    assert (answer.status, answer.body, answer.complete) == (status, b"12345", False)


def test_a_body_that_is_reset_is_an_answer_that_says_so() -> None:
    """A reset after the head is no reason to send the event again."""

    def resetting(conversation: Conversation) -> None:
        conversation.hear()
        conversation.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
        conversation.stop.wait(0.1)
        conversation.reset()

    with host(resetting) as scripted:
        answer = client().get(scripted.url())

    assert (answer.status, answer.complete) == (200, False)


def test_chunks_are_put_together() -> None:
    """The transfer coding is the connection's business, not the body's; trailers are dropped."""
    answer = get(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n"
    )

    assert (answer.body, answer.complete) == (b"abcde", True)


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    """HTTP/1.0 hosts still do so."""
    answer = get(b"HTTP/1.0 200 OK\r\n\r\n", b"abc", b"def")

    assert (answer.body, answer.complete) == (b"abcdef", True)


def test_bytes_after_the_body_are_left_alone() -> None:
    """What a host adds beyond its own Content-Length is not part of the answer."""
    answer = get(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more")

    assert (answer.body, answer.complete) == (b"ok", True)


def test_an_answer_before_the_request_was_read_is_taken() -> None:
    """A host may refuse a large body on sight and close."""

    def hasty(conversation: Conversation) -> None:
        conversation.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        conversation.hear()

    with host(hasty) as scripted, watchdog():
        answer = client().post(scripted.url(), headers={}, body=bytes(1_000_000))

    assert answer.status == 413


@pytest.mark.parametrize(
    "kind", ["multipart/mixed", "multipart/mixed; boundary=x", "message/rfc822", "message/partial"]
)
def test_an_odd_content_type_puts_no_url_into_the_log(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    """A host cannot make urllib3 warn about it, whose warning repeats the path, which may be a secret."""
    with (
        caplog.at_level(logging.INFO),
        answering(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\nx".encode()) as scripted,
    ):
        answer = client().get(scripted.url("/hunter2"))

    assert answer.status == 200
    assert caplog.text == ""
