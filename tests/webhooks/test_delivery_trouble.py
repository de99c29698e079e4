"""What happens when a partner's site is in trouble: its endpoint rests, is probed, and its events are tried on a schedule."""

from __future__ import annotations

import itertools
import re
import socket
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import FILE_NAME
from publisher.webhooks.schedule import DELAYS, PAUSES, TRIES
from tests.webhooks.scripted_partner import KEYS, Outbox, Partner, answer, hang_up, reset

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.webhooks import EndpointReport


def patiently(outbox: Outbox, url: str, tries: int) -> list[EndpointReport]:
    """Run whenever something is due, so many times."""
    found = []
    for _ in range(tries):
        found.append(outbox.run(partner=url)["partner"])
        outbox.clock.now = found[-1].next_at or outbox.clock.now
    return found


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        (answer(500), 500, "it answered 500: the partner's site is in trouble"),
        (answer(502), 502, "it answered 502: the partner's site is in trouble"),
        (answer(503), 503, "it answered 503: the partner's site is in trouble"),
        (answer(504), 504, "it answered 504: the partner's site is in trouble"),
        (answer(429), 429, "it answered 429: the partner asks for fewer requests"),
        (answer(408), 408, "it answered 408: the partner asks for another try"),
        (answer(425), 425, "it answered 425: the partner asks for another try"),
        (hang_up, None, r"connect: 127.0.0.1:\d+ closed the connection without an answer \(it may have arrived\)"),
        (reset, None, r"connect: 127.0.0.1:\d+ broke the connection .*\(it may have arrived\)"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", None, r"protocol: .* \(it may have arrived\)"),
        (b"HTTP/1.1 200 OK\r\nhalf: a he", None, r"protocol: .* \(it may have arrived\)"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"x" * 100_000, None, r"protocol: .* \(it may have arrived\)"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 1000 + b"\r\n", None, r"protocol: .* \(it may have arrived\)"),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            None,
            r"protocol: .* \(it may have arrived\)",
        ),
    ],
)  # fmt: skip
def test_trouble_holds_what_stands_behind_it(
    outbox: Outbox, script: bytes | Callable[[socket.socket], None], status: int | None, said: str
) -> None:
    """Try one event, leave the endpoint alone for a while, and deliver all when the site is back."""
    ids = outbox.announce(1, 2, 3)
    with Partner(script) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        early = outbox.run(partner=partner.url)["partner"]
        assert partner.ids == ids[:1]
        partner.now_plays(answer(200))
        outbox.clock.advance(seconds=DELAYS[0])
        later = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting, report.failed) == (0, 3, 0)
    assert (early.delivered, early.waiting, early.next_at) == (0, 3, report.next_at)
    assert re.fullmatch(said, report.notes[0])
    assert (later.delivered, later.waiting) == (3, 0)
    assert sorted(partner.ids) == sorted([ids[0], *ids])
    [(recorded, outcome)] = outbox.rows("SELECT status, outcome FROM attempts ORDER BY id LIMIT 1")
    assert recorded == status
    assert re.fullmatch(said, outcome)


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


@pytest.mark.parametrize("status", [500, 422])
def test_a_delivery_is_tried_on_schedule_and_given_up_after_ten_tries(outbox: Outbox, status: int) -> None:
    """Wait longer each time, ten tries in all, then say once that it is over and why."""
    [event] = outbox.announce(1)
    with Partner(answer(status)) as partner:
        reports = patiently(outbox, partner.url, TRIES)
        outbox.clock.advance(hours=100)
        after = outbox.run(partner=partner.url)["partner"]

    started = [row[0] for row in outbox.rows("SELECT started_at FROM attempts ORDER BY id")]
    assert [later - one for one, later in itertools.pairwise(started)] == pytest.approx(DELAYS)
    assert [(report.waiting, report.failed) for report in reports] == [(1, 0)] * 9 + [(0, 1)]
    assert re.match(f"{event} was given up after 10 tries: it answered {status}: ", reports[-1].notes[0])
    assert (after.waiting, after.failed, after.delivered, after.given_up) == (0, 0, 0, 1)
    assert len(partner.heard) == TRIES
    assert outbox.rows("SELECT state, step, attempts FROM deliveries") == [("failed", TRIES, TRIES)]


def test_chance_only_ever_adds_to_a_delay(outbox: Outbox) -> None:
    """Spread those that failed together: later than the schedule, and by a tenth at most."""
    dice = iter([0.0, 0.25, 0.5, 0.75, 1.0] * 4)
    outbox.chance = lambda: next(dice)
    outbox.announce(*range(5))
    with Partner(answer(422)) as partner:
        outbox.run(partner=partner.url)

    began = outbox.clock.now
    due = [row[0] - began for row in outbox.rows("SELECT due_at FROM deliveries ORDER BY id")]
    assert due == [5.0, 5.125, 5.25, 5.375, 5.5]


def test_an_endpoint_in_trouble_rests_longer_each_time(outbox: Outbox) -> None:
    """Many events do not make many knocks: each try that fails lengthens the rest, up to an hour."""
    outbox.announce(*range(20))
    with Partner(answer(500)) as partner:
        reports = patiently(outbox, partner.url, 12)

    times = [row[0] for row in outbox.rows("SELECT started_at FROM attempts ORDER BY id")]
    assert len(partner.heard) == 12
    assert [later - one for one, later in itertools.pairwise(times)] == pytest.approx(
        [*PAUSES, *[PAUSES[-1]] * 4]
    )
    assert [report.waiting for report in reports] == [20] * 12


def test_what_was_on_its_way_when_trouble_began_makes_it_no_longer(outbox: Outbox) -> None:
    """Four that fail at once are one trouble: the endpoint rests as if one had failed."""
    outbox.concurrency = 4
    outbox.announce(*range(8))
    together = threading.Barrier(4)

    def fail_together(sock: socket.socket) -> None:
        together.wait(10)
        sock.sendall(answer(503))

    with Partner(fail_together) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert len(partner.heard) == 4
    assert report.next_at == outbox.clock.now + PAUSES[0]


def test_an_endpoint_in_trouble_is_probed_by_one_event_and_then_gets_all_at_full_speed(
    outbox: Outbox,
) -> None:
    """While it fails, one event at a time goes; as soon as one arrives, as many as it may have at once."""
    outbox.concurrency = 4
    outbox.announce(*range(12))
    at_once: list[int] = []
    inside, lock, four = [0], threading.Lock(), threading.Barrier(4)

    def watched(reply: bytes, *, together: bool) -> Callable[[socket.socket], None]:
        def play(sock: socket.socket) -> None:
            with lock:
                inside[0] += 1
                at_once.append(inside[0])
            if together:
                four.wait(10)
            with lock:
                inside[0] -= 1
            sock.sendall(reply)

        return play

    with Partner(watched(answer(500), together=True)) as partner:
        outbox.run(partner=partner.url)
        partner.now_plays(watched(answer(500), together=False))
        outbox.clock.advance(seconds=PAUSES[0])
        still = outbox.run(partner=partner.url)["partner"]
        probes = len(partner.heard) - 4
        del at_once[:]
        partner.now_plays(
            watched(answer(204), together=False),
            *[watched(answer(204), together=True)] * 8,
            watched(answer(204), together=False),
        )
        outbox.clock.advance(seconds=PAUSES[1])
        back = outbox.run(partner=partner.url)["partner"]

    assert (probes, still.delivered) == (1, 0)
    assert back.delivered == 12
    assert at_once[0] == 1
    assert max(at_once) == 4


def test_one_partner_in_trouble_does_not_hold_up_another(outbox: Outbox) -> None:
    """Deliver everything to the healthy partner while the other one fails."""
    ids = outbox.announce(1, 2, 3, to=["ill", "well"])
    with Partner(answer(500)) as ill, Partner() as well:
        reports = outbox.run(ill=ill.url, well=well.url)

    assert (reports["ill"].delivered, reports["ill"].waiting) == (0, 3)
    assert (reports["well"].delivered, reports["well"].waiting) == (3, 0)
    assert well.ids == ids
    assert ill.ids == ids[:1]


def test_a_partner_that_holds_on_does_not_hold_up_another(outbox: Outbox) -> None:
    """One that answers nothing takes its own places only."""
    outbox.deadline = 1.0
    ids = outbox.announce(*range(6), to=["slow", "well"])
    order: list[str] = []
    with Partner() as slow, Partner() as well:
        slow.now_plays(slow.stall)
        partners = [outbox.endpoint("slow", slow.url), outbox.endpoint("well", well.url)]
        reports = outbox.deliver(lambda: partners, heard=lambda result: order.append(result.claim.endpoint))

    assert reports["well"].delivered == len(ids)
    assert order == ["well"] * 6 + ["slow"]


def test_an_event_that_breaks_a_partner_does_not_block_the_others(outbox: Outbox) -> None:
    """One event that always brings 500 is tried to its end; those of other reviews arrive meanwhile."""
    poison, *others = outbox.announce(1, 2, 3, 4)

    def choke(sock: socket.socket) -> None:
        sock.sendall(answer(500 if partner.heard[-1].headers["webhook-id"] == poison else 204))

    with Partner(choke) as partner:
        first = outbox.run(partner=partner.url)["partner"]
        outbox.clock.now = first.next_at or 0
        second = outbox.run(partner=partner.url)["partner"]
        reports = patiently(outbox, partner.url, TRIES - 1)

    assert (first.delivered, second.delivered, second.waiting) == (0, 3, 1)
    assert [state for (state,) in outbox.rows("SELECT state FROM deliveries ORDER BY id")] == [
        "failed",
        *["delivered"] * 3,
    ]
    assert reports[-1].failed == 1
    assert partner.ids.count(poison) == TRIES
    assert {partner.ids.count(one) for one in others} == {1}


def test_the_same_trouble_is_noted_once(outbox: Outbox) -> None:
    """Say what went wrong once, however many events it happened to."""
    outbox.announce(*range(5))
    with Partner(answer(400)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.waiting == 5
    assert report.notes == [
        "it answered 400: the partner refused the event",
        "the next try is due in 5 s",
    ]


def test_what_cannot_be_signed_keeps_nobody_waiting(outbox: Outbox) -> None:
    """An endpoint without a secret has one that may be poison: the others get theirs all the same."""
    outbox.announce(1, to=("keyless",))
    with sqlite3.connect(outbox.folder / FILE_NAME) as connection:
        connection.execute("UPDATE deliveries SET claims = 1")
    outbox.announce(*range(2, 8))
    outbox.keys = lambda endpoint, _: None if endpoint.name == "keyless" else KEYS
    with Partner() as partner:
        reports = outbox.run(keyless=partner.url, partner=partner.url)

    assert (reports["partner"].delivered, reports["keyless"].waiting) == (6, 1)
    assert outbox.rows("SELECT claims, attempts, courier FROM deliveries WHERE endpoint = 'keyless'") == [
        (1, 0, None)
    ]


def test_a_run_that_waits_tries_again_what_falls_due(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stay while something will be due in time, try it then, and return when all is settled."""
    monkeypatch.setattr("publisher.webhooks.courier._LOOK_AGAIN", 0.02)
    outbox.announce(1)
    with Partner(answer(500), answer(204)) as partner:
        partners = [outbox.endpoint("partner", partner.url)]
        report = outbox.deliver(
            lambda: partners, wait=30, heard=lambda _: outbox.clock.advance(seconds=DELAYS[0])
        )["partner"]

    assert (report.delivered, report.waiting) == (1, 0)
    assert len(partner.heard) == 2
