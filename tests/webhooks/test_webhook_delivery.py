"""Deliveries against a partner's site that behaves as sites do: every answer, every silence, and what is kept of it."""

from __future__ import annotations

import json
import socket
import sqlite3
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from publisher.errors import EnvironmentFault
from publisher.ledger import FILE_NAME
from publisher.model import EventType
from publisher.webhooks import verify
from publisher.webhooks.delivery import AGE_LIMIT
from tests.webhooks.scripted_partner import SECRET, Clock, Outbox, Partner, answer, hang_up, reset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = 24 * 3600


@pytest.fixture
def outbox(tmp_path: Path) -> Outbox:
    """Make a ledger in a folder of its own."""
    return Outbox(tmp_path / "state")


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
    assert outbox.rows("SELECT state, attempts FROM deliveries") == [("delivered", 1)]


def test_a_2xx_whose_body_is_cut_is_a_delivery(outbox: Outbox) -> None:
    """Believe the head of an answer whose body breaks off, and note it."""
    outbox.announce(1)
    with Partner(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhal") as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert outbox.rows("SELECT outcome FROM attempts") == [("delivered; the answer's body was cut short",)]


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        (answer(500), 500, "it answered 500: the partner's site is in trouble"),
        (answer(503), 503, "it answered 503: the partner's site is in trouble"),
        (answer(429), 429, "it answered 429: the partner asks for fewer requests"),
        (answer(408), 408, "it answered 408: the partner asks for another try"),
        (hang_up, None, "connect: 127.0.0.1:* closed the connection without an answer (it may have arrived)"),
        (reset, None, "connect: 127.0.0.1:* broke the connection * (it may have arrived)"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", None, "protocol: * (it may have arrived)"),
        (b"HTTP/1.1 200 OK\r\nhalf: a he", None, "protocol: * (it may have arrived)"),
    ],
)
def test_trouble_keeps_the_rest_waiting_in_order(
    outbox: Outbox, script: bytes | Callable[[socket.socket], None], status: int | None, said: str
) -> None:
    """Try one event, hold what stands behind it, and deliver all in their order when the site is back."""
    ids = outbox.announce(1, 2, 3)
    with Partner(script) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        assert partner.ids == ids[:1]
        partner.now_plays(answer(200))
        later = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting, report.failed) == (0, 3, 0)
    assert _alike(report.notes[0], said)
    assert (later.delivered, later.waiting) == (3, 0)
    assert partner.ids == [ids[0], *ids]
    recorded = outbox.rows("SELECT status, outcome FROM attempts ORDER BY id")[0]
    assert recorded[0] == status
    assert _alike(recorded[1], said)


def _alike(text: str, pattern: str) -> bool:
    before, *parts = pattern.split("*")
    place = len(before)
    ok = text.startswith(before)
    for part in parts:
        found = text.find(part, place)
        ok = ok and found >= 0
        place = found + len(part)
    return ok and (pattern.endswith("*") or place == len(text))


def test_a_silent_partner_is_left_at_the_deadline(outbox: Outbox) -> None:
    """Give up an attempt at its deadline, and say that the event may have arrived."""
    outbox.deadline = 0.3
    outbox.announce(1, 2)
    with Partner() as partner:
        partner.now_plays(partner.stall)
        report = outbox.run(partner=partner.url)["partner"]

    assert report.waiting == 2
    assert len(partner.heard) == 1
    assert report.notes[0].startswith("timeout: 127.0.0.1:")
    assert report.notes[0].endswith("(it may have arrived)")


def test_a_refused_connection_is_not_taken_for_an_arrival(outbox: Outbox) -> None:
    """Say that nobody listens, and not that the event may have arrived."""
    outbox.announce(1)
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        report = outbox.run(partner=f"http://127.0.0.1:{reserved.getsockname()[1]}/")["partner"]

    assert report.waiting == 1
    assert "refused" in report.notes[0]
    assert "arrived" not in report.notes[0]


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (answer(400), "it answered 400: the partner refused the event"),
        (
            answer(401),
            "it answered 401: the partner does not accept the signature; is the secret the same on both sides?",
        ),
        (answer(404), "it answered 404: nothing is there; is the endpoint's URL right?"),
        (answer(405), "it answered 405: the address does not take POST; is the endpoint's URL right?"),
        (answer(413), "it answered 413: the event is too large for the partner"),
        (answer(422), "it answered 422: the partner refused the event"),
    ],
)
def test_a_refused_event_does_not_stop_the_others(outbox: Outbox, script: bytes, said: str) -> None:
    """Try the next event when one is refused, keep the refused one, and say what the status means."""
    ids = outbox.announce(1, 2)
    with Partner(script, answer(204)) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        later = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting, report.failed, report.notes) == (1, 1, 0, [said])
    assert (later.delivered, later.waiting) == (1, 0)
    assert partner.ids == [ids[0], ids[1], ids[0]]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_shown_and_not_followed(outbox: Outbox, status: int) -> None:
    """Send nothing to the place a redirect names; show the place, so that an editor can decide."""
    outbox.announce(1)
    with Partner() as elsewhere, Partner(answer(status, location=elsewhere.url)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert elsewhere.heard == []
    assert report.waiting == 1
    assert report.notes == [
        f"it answered {status}: it has moved to {elsewhere.url}; redirects are not followed, put the new URL into publisher.toml"
    ]


@pytest.mark.parametrize("location", ["", "x" * 5000, "/\x1b[2Jgone", "https://é.example/"])
def test_a_hostile_location_cannot_write_on_the_terminal(outbox: Outbox, location: str) -> None:
    """Show of a Location only so much as is short and printable."""
    outbox.announce(1)
    head = f"HTTP/1.1 301 Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n".encode("latin-1")
    with Partner(head) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.waiting == 1
    assert report.notes[0].isprintable()
    assert len(report.notes[0]) < 400


def test_gone_means_gone_until_the_address_changes(outbox: Outbox) -> None:
    """After 410 send nothing more to that address, say so at every run, and send what waits to a new one in order."""
    waiting = outbox.announce(1, 2, 3)
    with Partner(answer(410)) as old, Partner() as new:
        gone = outbox.run(partner=old.url)["partner"]
        waiting += outbox.announce(4)
        still = outbox.run(partner=old.url)["partner"]
        moved = outbox.run(partner=new.url)["partner"]
        back = outbox.run(partner=old.url)["partner"]

    assert old.ids == waiting[:1]
    assert (gone.delivered, gone.waiting, gone.failed) == (0, 3, 0)
    assert (still.delivered, still.waiting, still.failed) == (0, 4, 0)
    assert (moved.delivered, moved.waiting) == (4, 0)
    assert new.ids == waiting
    # What the old address said is remembered, also after another was named for a while.
    for report in (gone, still, back):
        assert any("410 Gone" in note for note in report.notes)


def test_what_waits_for_an_address_that_is_gone_is_given_up_after_three_days(outbox: Outbox) -> None:
    """Wait for another address, but not for ever, and say so when it is over."""
    outbox.announce(1, 2)
    with Partner(answer(410)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.now += AGE_LIMIT
        report = outbox.run(partner=partner.url)["partner"]

    assert len(partner.ids) == 1
    assert (report.waiting, report.failed, report.given_up) == (0, 2, 2)


@pytest.mark.parametrize("status", [429, 503])
def test_a_partner_that_asks_for_patience_gets_it(outbox: Outbox, status: int) -> None:
    """Leave the whole endpoint alone until the moment it named, and not a second longer."""
    ids = outbox.announce(1, 2)
    with Partner(answer(status, retry_after="600"), answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(seconds=599)
        early = outbox.run(partner=partner.url)["partner"]
        assert len(partner.heard) == 1
        outbox.clock.advance(seconds=1)
        later = outbox.run(partner=partner.url)["partner"]

    assert early.waiting == 2
    assert early.notes == ["it asked for patience: next try in 1 s"]
    assert later.delivered == 2
    assert partner.ids == [ids[0], *ids]


def test_patience_may_be_asked_for_with_a_date(outbox: Outbox) -> None:
    """Read a date and stay away until then."""
    outbox.announce(1)
    date = format_datetime(datetime.fromtimestamp(outbox.clock() + 7200, UTC), usegmt=True)
    with Partner(answer(503, retry_after=date), answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=1.9)
        early = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(hours=0.1)
        later = outbox.run(partner=partner.url)["partner"]

    assert early.notes == ["it asked for patience: next try in 6 min"]
    assert later.delivered == 1


@pytest.mark.parametrize("written", ["soon", "-1", "0", "Sun, 06 Nov 1994 08:49:37 GMT", "\u00ff"])
def test_a_senseless_wish_for_patience_is_ignored(outbox: Outbox, written: str) -> None:
    """Try again at the next run when Retry-After is junk or past."""
    outbox.announce(1)
    head = f"HTTP/1.1 429 Slow\r\nretry-after: {written}\r\ncontent-length: 0\r\n\r\n".encode("latin-1")
    with Partner(head, answer(204)) as partner:
        outbox.run(partner=partner.url)
        later = outbox.run(partner=partner.url)["partner"]

    assert later.delivered == 1


@pytest.mark.parametrize("seconds", ["999999999", "9" * 21])
def test_no_partner_can_ask_for_more_than_a_day(outbox: Outbox, seconds: str) -> None:
    """Try again after a day, whatever was asked for."""
    outbox.announce(1)
    with Partner(answer(503, retry_after=seconds), answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=23.9)
        early = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(hours=0.1)
        later = outbox.run(partner=partner.url)["partner"]

    assert early.waiting == 1
    assert later.delivered == 1


def test_patience_that_a_wrong_clock_recorded_is_forgotten(outbox: Outbox) -> None:
    """Do not wait for years because the clock once stood in the future."""
    right = outbox.clock.now
    outbox.announce(1)
    with Partner(answer(503, retry_after="60"), answer(204)) as partner:
        outbox.clock.advance(hours=24 * 365)
        outbox.run(partner=partner.url)
        outbox.clock.now = right
        later = outbox.run(partner=partner.url)["partner"]

    assert later.delivered == 1


def test_patience_ends_with_the_address_that_asked_for_it(outbox: Outbox) -> None:
    """Try a new address at once."""
    outbox.announce(1)
    with Partner(answer(503, retry_after="600")) as old, Partner() as new:
        outbox.run(partner=old.url)
        moved = outbox.run(partner=new.url)["partner"]

    assert moved.delivered == 1
    assert [row[0] for row in outbox.rows("SELECT url FROM attempts ORDER BY id")] == [old.url, new.url]


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


def test_one_partner_in_trouble_does_not_hold_up_another(outbox: Outbox) -> None:
    """Deliver everything to the healthy partner while the other one fails."""
    ids = outbox.announce(1, 2, 3, to=["ill", "well"])
    with Partner(answer(500)) as ill, Partner() as well:
        reports = outbox.run(ill=ill.url, well=well.url)

    assert (reports["ill"].delivered, reports["ill"].waiting) == (0, 3)
    assert (reports["well"].delivered, reports["well"].waiting) == (3, 0)
    assert well.ids == ids
    assert ill.ids == ids[:1]


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


def test_a_removed_endpoint_keeps_its_events_for_three_days(outbox: Outbox) -> None:
    """Hold the events of an endpoint that left publisher.toml, deliver them if it returns, give up loudly if not."""
    ids = outbox.announce(1, to=["left"])
    with Partner() as partner:
        without = outbox.run()["left"]
        back = outbox.run(left=partner.url)["left"]
        outbox.announce(2, to=["left"])
        outbox.clock.advance(hours=72)
        over = outbox.run()["left"]
        silent = outbox.run()

    assert (without.waiting, without.failed) == (1, 0)
    assert "no longer in publisher.toml" in without.notes[0]
    assert back.delivered == 1
    assert partner.ids == ids
    assert (over.waiting, over.failed) == (0, 1)
    assert "given up" in over.notes[0]
    assert silent == {}


def test_a_delivery_is_given_up_after_eight_tries_and_three_days(outbox: Outbox) -> None:
    """Go on after eight tries while the event is young, and after three days while the tries are few; then say so."""
    [event] = outbox.announce(1)
    with Partner(answer(500)) as partner:
        young = [outbox.run(partner=partner.url)["partner"] for _ in range(10)]
        outbox.clock.advance(hours=71.9)
        almost = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(hours=0.1)
        last = outbox.run(partner=partner.url)["partner"]
        after = outbox.run(partner=partner.url)["partner"]

    assert {(report.waiting, report.failed) for report in [*young, almost]} == {(1, 0)}
    assert (last.waiting, last.failed) == (0, 1)
    assert last.notes == [
        f"{event} was given up after 12 tries: it answered 500: the partner's site is in trouble"
    ]
    assert (after.waiting, after.failed, after.delivered) == (0, 0, 0)
    assert len(partner.heard) == 12


def test_an_old_delivery_still_gets_its_eight_tries(outbox: Outbox) -> None:
    """Do not give up because of age alone: a machine that slept for a week has not tried yet."""
    outbox.announce(1)
    outbox.clock.advance(hours=24 * 7)
    with Partner(answer(500)) as partner:
        reports = [outbox.run(partner=partner.url)["partner"] for _ in range(8)]

    assert [report.failed for report in reports] == [0] * 7 + [1]


def test_a_clock_that_steps_back_gives_nothing_up(outbox: Outbox) -> None:
    """Tolerate an event that seems to come from the future."""
    outbox.announce(1)
    outbox.clock.advance(hours=-24 * 30)
    with Partner(answer(500), answer(204)) as partner:
        first = outbox.run(partner=partner.url)["partner"]
        second = outbox.run(partner=partner.url)["partner"]

    assert first.waiting == 1
    assert second.delivered == 1


def test_a_private_address_is_refused_unless_it_is_allowed(outbox: Outbox) -> None:
    """Connect to nothing private; the refusal is shown, and costs the event nothing but a try."""
    outbox.announce(1)
    with Partner() as partner:
        outbox.allow = ()
        refused = outbox.run(partner=partner.url)["partner"]
        assert partner.heard == []
        outbox.allow = Outbox.allow
        allowed = outbox.run(partner=partner.url)["partner"]

    assert refused.waiting == 1
    assert refused.notes[0].startswith("refused-address: 127.0.0.1:")
    assert "arrived" not in refused.notes[0]
    assert allowed.delivered == 1


def test_the_same_trouble_is_noted_once(outbox: Outbox) -> None:
    """Say what went wrong once, however many events it happened to."""
    outbox.announce(*range(5))
    with Partner(answer(400)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.waiting == 5
    assert report.notes == ["it answered 400: the partner refused the event"]


def test_every_try_is_on_record_before_it_is_made(outbox: Outbox) -> None:
    """Let the partner itself look into the ledger while it is being asked: the try is there, without an end."""
    seen: list[object] = []

    def look(sock: socket.socket) -> None:
        seen.extend(outbox.rows("SELECT ended_at, outcome FROM attempts"))
        seen.extend(outbox.rows("SELECT state, attempts FROM deliveries"))
        sock.sendall(answer(204))

    outbox.announce(1)
    with Partner(look) as partner:
        outbox.run(partner=partner.url)

    assert seen == [(None, None), ("waiting", 1)]


def test_what_cannot_be_recorded_is_not_sent(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop before sending when the ledger is held by another program."""
    monkeypatch.setattr("publisher.ledger.sqlite.BUSY_MILLISECONDS", 20)
    outbox.announce(1)
    with Partner() as partner:
        holder = _holding(outbox)
        try:
            with pytest.raises(EnvironmentFault, match="database is locked"):
                outbox.run(partner=partner.url)
        finally:
            holder.close()
        assert partner.heard == []
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1


def _holding(outbox: Outbox) -> sqlite3.Connection:
    connection = sqlite3.connect(outbox.folder / FILE_NAME, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    return connection


def test_a_ledger_that_fails_after_the_answer_leaves_the_outcome_unknown(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Send again under the same id what was sent but could not be recorded, and send nothing else meanwhile."""
    monkeypatch.setattr("publisher.ledger.sqlite.BUSY_MILLISECONDS", 20)
    ids = outbox.announce(1, 2)
    holders: list[sqlite3.Connection] = []

    def lock_then_accept(sock: socket.socket) -> None:
        holders.append(
            sqlite3.connect(outbox.folder / FILE_NAME, isolation_level=None, check_same_thread=False)
        )
        holders[0].execute("BEGIN IMMEDIATE")
        sock.sendall(answer(204))

    with Partner(lock_then_accept, answer(204)) as partner:
        with pytest.raises(EnvironmentFault, match="database is locked"):
            outbox.run(partner=partner.url)
        holders[0].close()
        assert partner.ids == ids[:1]
        assert outbox.rows("SELECT ended_at FROM attempts") == [(None,)]
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 2
    assert partner.ids == [ids[0], *ids]


def test_the_clock_is_read_when_a_message_is_signed(outbox: Outbox) -> None:
    """Sign with the time of the sending, so that the last of a long queue is not refused as old."""

    class Ticking(Clock):
        def __call__(self) -> float:
            self.now += 100
            return self.now

    outbox.announce(*range(10))
    outbox.clock = Ticking(outbox.clock.now)
    with Partner() as partner:
        outbox.run(partner=partner.url)

    times = [int(heard.headers["webhook-timestamp"]) for heard in partner.heard]
    assert len(times) == 10
    assert times == sorted(set(times))
    assert times[-1] - times[0] > 300
