"""A partner that asks for patience gets it, for the whole endpoint, as long as it makes sense."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from publisher.webhooks.schedule import DELAYS
from tests.webhooks.scripted_partner import Outbox, Partner, answer

if TYPE_CHECKING:
    import socket

DAY = 24 * 3600


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
    assert early.notes == ["the next try is due in 1 s"]
    assert later.delivered == 2
    assert sorted(partner.ids) == sorted([ids[0], *ids])


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

    assert early.notes == ["the next try is due in 6 min"]
    assert later.delivered == 1


def test_patience_shortens_no_delay(outbox: Outbox) -> None:
    """One second is asked for, and the schedule says five."""
    outbox.announce(1)
    with Partner(answer(429, retry_after="1")) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.next_at == outbox.clock.now + DELAYS[0]


@pytest.mark.parametrize("written", ["soon", "-1", "0", "1.5", "Sun, 06 Nov 1994 08:49:37 GMT", "\u00ff"])
def test_a_senseless_wish_for_patience_is_ignored(outbox: Outbox, written: str) -> None:
    """Follow the schedule when Retry-After is junk, a fraction or past."""
    outbox.announce(1)
    head = f"HTTP/1.1 429 Slow\r\nretry-after: {written}\r\ncontent-length: 0\r\n\r\n".encode("latin-1")
    with Partner(head, answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(seconds=DELAYS[0])
        later = outbox.run(partner=partner.url)["partner"]

    assert later.delivered == 1


@pytest.mark.parametrize("written", ["315360000", "9" * 21, "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_no_partner_can_ask_for_more_than_a_day(outbox: Outbox, written: str) -> None:
    """Try again after a day, whatever was asked for."""
    outbox.announce(1)
    with Partner(answer(503, retry_after=written), answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=23.9)
        early = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(hours=0.1)
        later = outbox.run(partner=partner.url)["partner"]

    assert early.waiting == 1
    assert later.delivered == 1


@pytest.mark.parametrize("status", [400, 500])
def test_only_those_may_ask_for_patience_who_have_reason_to(outbox: Outbox, status: int) -> None:
    """RFC 9110, section 10.2.3, gives Retry-After a meaning with 503, and RFC 6585 with 429."""
    outbox.announce(1)
    with Partner(answer(status, retry_after="86400")) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.next_at == outbox.clock.now + DELAYS[0]


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
    """Try what was never tried at a new address at once, and the rest on its schedule."""
    ids = outbox.announce(1, 2)
    with Partner(answer(503, retry_after="600")) as old, Partner() as new:
        outbox.run(partner=old.url)
        moved = outbox.run(partner=new.url)["partner"]
        assert new.ids == ids[1:]
        outbox.clock.advance(seconds=600)
        rest = outbox.run(partner=new.url)["partner"]

    assert (moved.delivered, rest.delivered) == (1, 1)
    assert [row[0] for row in outbox.rows("SELECT url FROM attempts ORDER BY id")] == [
        old.url,
        new.url,
        new.url,
    ]


def test_a_success_that_was_on_its_way_does_not_end_patience(outbox: Outbox) -> None:
    """Of two events that go at once the first is told to come back in ten minutes: that holds for all that follow."""
    outbox.concurrency = 2
    outbox.announce(1, 2, 3)
    both = threading.Barrier(2)
    first_recorded = threading.Event()

    def busy(sock: socket.socket) -> None:
        both.wait(10)
        sock.sendall(answer(429, retry_after="600"))

    def fine(sock: socket.socket) -> None:
        both.wait(10)
        first_recorded.wait(10)
        sock.sendall(answer(204))

    with Partner(busy, fine) as partner:
        partners = [outbox.endpoint("partner", partner.url)]
        report = outbox.deliver(lambda: partners, heard=lambda _: first_recorded.set())["partner"]

    assert (report.delivered, report.waiting) == (1, 2)
    assert report.next_at == outbox.clock.now + 600
