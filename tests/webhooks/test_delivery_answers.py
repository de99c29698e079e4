"""What a partner's site may answer to an event, and what that means for the event."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest

from publisher.model import EventType
from publisher.webhooks import verify
from publisher.webhooks.verdict import _EXCERPT
from tests.webhooks.scripted_partner import SECRET, Partner, answer, reset

if TYPE_CHECKING:
    import socket

    from tests.webhooks.scripted_partner import Outbox


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(outbox: Outbox, status: int) -> None:
    """Take every 2xx for success, record it, and send nothing again."""
    outbox.announce(1)
    with Partner(answer(status)) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        again = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting, report.failed, report.notes) == (1, 0, 0, [])
    assert (again.delivered, again.waiting, again.failed) == (0, 0, 0)
    assert len(partner.heard) == 1
    assert outbox.rows("SELECT status, outcome FROM attempts") == [(status, "delivered")]
    assert outbox.rows("SELECT state, attempts, leased_until FROM deliveries") == [("delivered", 1, None)]


@pytest.mark.parametrize(
    "body",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhal",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhal",
    ],
)
def test_a_2xx_whose_body_is_cut_is_a_delivery(outbox: Outbox, body: bytes) -> None:
    """Believe the head of an answer whose body breaks off, and note it."""
    outbox.announce(1)
    with Partner(body) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert outbox.rows("SELECT outcome FROM attempts") == [("delivered; the answer's body was cut short",)]


def test_a_2xx_whose_body_never_ends_is_a_delivery_at_the_deadline(outbox: Outbox) -> None:
    """Wait for a body no longer than for all of the request, and believe its head."""
    outbox.deadline = 0.3
    outbox.announce(1)

    def stall_in_the_body(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\nand then")
        partner.stall(sock)

    with Partner(stall_in_the_body) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert outbox.rows("SELECT outcome, excerpt FROM attempts") == [
        ("delivered; the answer's body was cut short", "and then")
    ]


@pytest.mark.parametrize("body", [b"x" * 5_000_000, gzip.compress(b"\0" * 50_000_000)], ids=["huge", "bomb"])
def test_of_a_huge_body_only_the_beginning_is_read(outbox: Outbox, body: bytes) -> None:
    """Take what fits, open nothing that is packed, and call it a delivery."""
    outbox.announce(1)
    with Partner(answer(200, body, content_encoding="gzip")) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    [(outcome, excerpt)] = outbox.rows("SELECT outcome, excerpt FROM attempts")
    assert outcome == "delivered"
    assert 0 < len(excerpt) <= _EXCERPT
    assert partner.heard[0].headers["accept-encoding"] == "identity"


def test_interim_answers_are_skipped(outbox: Outbox) -> None:
    """What counts is the answer that comes after 100, 102 and 103."""
    outbox.announce(1, 2)
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 Hints\r\nlink: x\r\n\r\n"
    with Partner(interim + answer(204), interim + answer(422)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting) == (1, 1)
    assert [row[0] for row in outbox.rows("SELECT status FROM attempts ORDER BY id")] == [204, 422]


def test_switching_protocols_is_no_delivery(outbox: Outbox) -> None:
    """Nobody asked for another protocol: the event is kept, and the connection is closed."""
    closed: list[bytes] = []

    def switch(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n")
        closed.append(sock.recv(1))

    outbox.announce(1)
    with Partner(switch) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting) == (0, 1)
    assert closed == [b""]
    assert outbox.rows("SELECT status, outcome FROM attempts") == [
        (
            101,
            "it answered 101: it goes over to another protocol, which nobody asked for; is the endpoint's URL right?",
        )
    ]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answer(400), "it answered 400: the partner refused the event"),
        (
            answer(401),
            "it answered 401: the partner does not accept the signature; is the secret the same on both sides?",
        ),
        (
            answer(403),
            "it answered 403: the partner does not accept the signature; is the secret the same on both sides?",
        ),
        (answer(404), "it answered 404: nothing is there; is the endpoint's URL right?"),
        (answer(405), "it answered 405: the address does not take POST; is the endpoint's URL right?"),
        (
            answer(413),
            (
                'it answered 413: the event is too large for the partner; content = "summary" in its endpoint '
                "leaves the whole text out"
            ),
        ),
        (answer(415), "it answered 415: the partner refused the event"),
        (answer(422), "it answered 422: the partner refused the event"),
    ],
)
def test_a_refused_event_does_not_stop_the_others(outbox: Outbox, script: bytes, said: str) -> None:
    """Try the next event when one is refused, keep the refused one, and say what the status means."""
    ids = outbox.announce(1, 2)
    with Partner(script, answer(204)) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        early = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(seconds=5)
        later = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting, report.failed) == (1, 1, 0)
    assert report.notes == [said, "the next try is due in 5 s"]
    assert early.delivered == 0
    assert (later.delivered, later.waiting) == (1, 0)
    assert partner.ids == [ids[0], ids[1], ids[0]]


def test_an_address_that_knows_no_post_is_told_with_advice(outbox: Outbox) -> None:
    """501 says the same as 405, and is the site's trouble, too."""
    outbox.announce(1)
    with Partner(answer(501)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.notes[0] == "it answered 501: the address does not take POST; is the endpoint's URL right?"
    assert report.waiting == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_shown_and_not_followed(outbox: Outbox, status: int) -> None:
    """Send nothing to the place a redirect names; show the place, so that an editor can decide."""
    outbox.announce(1)
    with Partner() as elsewhere, Partner(answer(status, location=elsewhere.url)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert elsewhere.heard == []
    assert report.waiting == 1
    assert report.notes[0] == (
        f"it answered {status}: it has moved to {elsewhere.url}; redirects are not followed, put the new URL into publisher.toml"
    )


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            answer(302),
            "it answered 302: it sends elsewhere, and does not say where; ask the partner for the URL",
        ),
        (answer(304), "it answered 304: that is no answer to an event; is the endpoint's URL right?"),
        (
            answer(300, location="https://a.example/"),
            "it answered 300: that is no answer to an event; is the endpoint's URL right?",
        ),
    ],
)
def test_what_names_no_other_place_has_not_moved(outbox: Outbox, script: bytes, said: str) -> None:
    """A 3xx that leads nowhere is not told as a move (RFC 9110, section 15.4)."""
    outbox.announce(1)
    with Partner(script) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert (report.waiting, report.notes[0]) == (1, said)


@pytest.mark.parametrize("location", ["", "x" * 5000, "/\x1b[2Jgone", "https://é.example/"])
def test_a_hostile_location_cannot_write_on_the_terminal(outbox: Outbox, location: str) -> None:
    """Show of a Location only so much as is short and printable."""
    outbox.announce(1)
    head = f"HTTP/1.1 301 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode("latin-1")
    with Partner(head) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.waiting == 1
    assert all(note.isprintable() and len(note) < 400 for note in report.notes)


def test_how_an_answer_begins_is_kept_as_text_and_no_more(outbox: Outbox) -> None:
    """Keep what a partner says, bytes that are no text among it, up to a limit; printing it is another's care."""
    outbox.announce(1)
    said = b"\x1b[2Jno such \xff\xfe film\0" + "🦋".encode() * 1000
    with Partner(answer(422, said)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    [(excerpt,)] = outbox.rows("SELECT excerpt FROM attempts")
    assert excerpt.startswith("\x1b[2Jno such \ufffd\ufffd film\ufffd🦋")
    assert len(excerpt) <= _EXCERPT
    assert all(note.isprintable() for note in report.notes)


def test_a_retry_has_the_same_id_and_bytes_and_a_fresh_signature(outbox: Outbox) -> None:
    """Repeat a message whose fate is unknown under the same webhook-id, with the time and signature of the retry."""
    body = '{"title":"カルマリンク"}'.encode()
    outbox.announce(1, body=body)
    with Partner(reset, answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=1)
        outbox.run(partner=partner.url)

    first, second = partner.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    verify(SECRET, second.headers, second.body, outbox.clock())
    assert [first.body, second.body] == [body, body]
    assert outbox.rows("SELECT body FROM events") == [(body,)]


def test_a_message_is_a_post_of_json(outbox: Outbox) -> None:
    """Send the path and query of the endpoint's URL, JSON, and no more headers than are needed."""
    outbox.announce(1)
    with Partner() as partner:
        outbox.run(partner=f"{partner.url}?site=1")

    heard = partner.heard[0]
    assert heard.target == "/hook?site=1"
    assert heard.headers["content-type"] == "application/json"
    assert json.loads(heard.body) == {"number": 1}
    assert set(heard.headers) == {
        "host",
        "user-agent",
        "accept-encoding",
        "connection",
        "content-type",
        "content-length",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }


def test_only_what_an_endpoint_asked_for_is_queued(outbox: Outbox) -> None:
    """Leave an endpoint in peace that was not among those who asked."""
    outbox.announce(1, to=["asked"])
    with Partner() as asked, Partner() as other:
        reports = outbox.run(
            outbox.endpoint("asked", asked.url), outbox.endpoint("other", other.url, [EventType.RETRACTED])
        )

    assert reports["asked"].delivered == 1
    assert reports["other"].delivered == 0
    assert other.heard == []


def test_one_address_under_two_names_gets_two_deliveries(outbox: Outbox) -> None:
    """Keep the two apart: each has its own delivery, under the one id that lets the partner drop a repeat."""
    [event] = outbox.announce(1, to=["first", "second"])
    with Partner() as partner:
        reports = outbox.run(first=partner.url, second=partner.url)

    assert [reports[name].delivered for name in ("first", "second")] == [1, 1]
    assert partner.ids == [event, event]
