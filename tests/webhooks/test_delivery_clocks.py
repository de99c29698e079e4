"""Clocks that are wrong, leap or step back, and machines that sleep: no event is lost, given up or delayed by that."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from publisher.ledger import Ledger
from publisher.webhooks.schedule import BLOCKED_PAUSE, TRIES
from tests.webhooks.scripted_partner import Clock, Outbox, Partner, Running, answer

if TYPE_CHECKING:
    import socket

DAY = 24 * 3600.0


def dated(status: int, at: float, **headers: str) -> bytes:
    """Write an answer that tells a time."""
    date = format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)
    return answer(status, b"", date=date, **headers)


@pytest.mark.parametrize(("minutes", "said"), [(20, "20 min behind"), (-20, "20 min ahead of")])
def test_a_refusal_by_a_partner_whose_clock_is_far_apart_costs_no_try(
    outbox: Outbox, minutes: int, said: str
) -> None:
    """A receiver has to refuse what was signed more than five minutes ago: say which clock, and keep the tries."""
    outbox.announce(1, 2)
    with Partner() as partner:
        for _ in range(TRIES + 2):
            partner.now_plays(dated(401, outbox.clock.now + minutes * 60))
            report = outbox.run(partner=partner.url)["partner"]
            outbox.clock.advance(seconds=BLOCKED_PAUSE)
        asked = len(partner.heard)
        with Ledger.open(outbox.folder) as ledger:
            state = ledger.endpoints.states()["partner", partner.url]
        partner.now_plays(answer(204))
        mended = outbox.run(partner=partner.url)["partner"]

    assert asked == TRIES + 2
    assert report.notes[0] == (
        f"it answered 401: this machine's clock is {said} the partner's, and a signature is good for five; set the "
        "clock that is wrong"
    )
    assert (report.waiting, report.failed) == (2, 0)
    assert state.skew == pytest.approx(minutes * 60, abs=1)
    assert state.failures == 0
    assert mended.delivered == 2


@pytest.mark.parametrize(
    "reply",
    [
        lambda now: dated(401, now + 200),
        lambda now: dated(401, now + 1200, age="1200"),
        lambda _: answer(401, date="yesterday"),
        lambda _: answer(401),
    ],
    ids=["close enough", "out of a cache", "no date", "none at all"],
)
def test_other_refusals_are_not_blamed_on_the_clock(outbox: Outbox, reply: object) -> None:
    """Only a time that the partner itself told, and that is more than five minutes off, explains a refusal."""
    assert callable(reply)
    outbox.announce(1)
    with Partner(reply(outbox.clock.now)) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert "signature" in report.notes[0]
    assert "clock" not in report.notes[0]
    assert outbox.rows("SELECT step FROM deliveries") == [(1,)]


def test_the_clock_is_read_when_a_message_is_signed(outbox: Outbox) -> None:
    """Sign with the time of the sending, so that the last of a long queue is not refused as old."""

    class Ticking(Clock):
        def __call__(self) -> float:
            self.now += 10
            return self.now

    outbox.announce(*range(10))
    outbox.clock = Ticking(outbox.clock.now)
    with Partner() as partner:
        outbox.run(partner=partner.url)

    times = [int(heard.headers["webhook-timestamp"]) for heard in partner.heard]
    assert len(times) == 10
    assert times == sorted(set(times))


def test_a_clock_that_steps_back_gives_nothing_up_and_sends_on(outbox: Outbox) -> None:
    """What was due a month from now is due now, and tries are counted, not days."""
    outbox.announce(1)
    with Partner(answer(500), answer(204)) as partner:
        outbox.clock.advance(hours=24 * 30)
        failed = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(hours=-24 * 30)
        report = outbox.run(partner=partner.url)["partner"]

    assert (failed.waiting, failed.failed) == (1, 0)
    assert report.delivered == 1


def test_a_clock_that_steps_back_a_little_delays_by_no_more_than_that(outbox: Outbox) -> None:
    """What was due in five seconds is due an hour and five seconds later on a clock that was set back by an hour."""
    outbox.announce(1)
    with Partner(answer(500), answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=-1)
        early = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(hours=1, seconds=5)
        later = outbox.run(partner=partner.url)["partner"]

    assert early.waiting == 1
    assert later.delivered == 1


def test_a_clock_that_leaps_during_a_try_does_not_undo_its_result(outbox: Outbox) -> None:
    """The lease seems to be over before the answer is there: it is delivered all the same, and once."""
    outbox.announce(1)

    def leap(sock: socket.socket) -> None:
        outbox.clock.advance(hours=24 * 365)
        sock.sendall(answer(204))

    with Partner(leap) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert len(partner.heard) == 1
    assert outbox.rows("SELECT state, leased_until FROM deliveries") == [("delivered", None)]


def test_a_deadline_does_not_follow_the_clock(outbox: Outbox) -> None:
    """A request ends by the time that passes, and not by what a clock says that is set meanwhile."""
    outbox.deadline = 0.3
    outbox.announce(1)

    def leap(sock: socket.socket) -> None:
        outbox.clock.advance(hours=-24)
        partner.stall(sock)

    began = time.monotonic()
    with Partner() as partner:
        partner.now_plays(leap)
        report = outbox.run(partner=partner.url)["partner"]

    assert report.notes[0].startswith("timeout: ")
    assert time.monotonic() - began < 10


def test_an_event_of_the_day_on_which_clocks_change_is_due_on_time(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Times are seconds since 1970: an hour that a zone repeats or leaves out is no hour to us."""
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()
    try:
        outbox.clock.now = datetime(2026, 11, 1, 6, 59, 58, tzinfo=UTC).timestamp()
        outbox.announce(1)
        with Partner(answer(500), answer(204)) as partner:
            outbox.run(partner=partner.url)
            outbox.clock.advance(seconds=5)
            report = outbox.run(partner=partner.url)["partner"]
    finally:
        monkeypatch.undo()
        time.tzset()

    first, second = (int(heard.headers["webhook-timestamp"]) for heard in partner.heard)
    assert report.delivered == 1
    assert second - first == 5


def test_after_days_of_sleep_all_that_is_overdue_goes_out_at_the_endpoints_rate(outbox: Outbox) -> None:
    """A machine that slept for a week tries what it has not tried, no faster than the partner takes it."""
    outbox.rate = 20
    ids = outbox.announce(*range(10))
    with Partner(answer(500)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=24 * 7)
        later = outbox.announce(*range(100, 118))
        awake = time.monotonic()
        outbox.clock = Running(outbox.clock.now)
        partner.now_plays(answer(204))
        report = outbox.run(partner=partner.url)["partner"]
        seconds = time.monotonic() - awake

    assert (report.delivered, report.failed, report.waiting) == (28, 0, 0)
    assert sorted(partner.ids[1:]) == sorted([*ids, *later])
    # Twenty at once, for it was idle; the other eight at twenty a second.
    assert seconds >= 0.3
    assert outbox.rows("SELECT max(attempts) FROM deliveries") == [(2,)]


def test_an_old_delivery_still_gets_its_tries(outbox: Outbox) -> None:
    """Nothing is given up because of its age alone."""
    outbox.announce(1)
    with Partner(answer(500)) as partner:
        reports = []
        for _ in range(TRIES):
            outbox.clock.advance(hours=24 * 7)
            outbox.disable_after = None
            reports.append(outbox.run(partner=partner.url)["partner"])

    assert [report.failed for report in reports] == [0] * (TRIES - 1) + [1]


def test_what_a_wrong_clock_put_off_hides_no_pause_that_is_asked_for(outbox: Outbox) -> None:
    """After a leap forward and back, an endpoint's Retry-After holds for all of it again, and is told as it is."""
    outbox.announce(1, 2, 3)
    with Partner(answer(503, retry_after="86400")) as partner:
        outbox.clock.advance(hours=24 * 365)
        outbox.run(partner=partner.url)
        outbox.clock.advance(hours=-24 * 365)
        report = outbox.run(partner=partner.url)["partner"]
        heard = len(partner.heard)
        outbox.clock.advance(hours=20)
        again = outbox.run(partner=partner.url)["partner"]

    assert (report.next_at or 0) - (outbox.clock.now - 20 * 3600) <= 30 * 3600
    assert heard == 2
    assert (len(partner.heard), again.waiting) == (2, 3)
