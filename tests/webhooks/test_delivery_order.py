"""In which order events go, how many at once, and how fast."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.webhooks.scripted_partner import Outbox, Partner, Running, answer, reset

if TYPE_CHECKING:
    import socket


def test_events_of_one_review_go_one_after_the_other(outbox: Outbox) -> None:
    """However many may be on their way at once, the next event of a review waits until the one before has arrived."""
    outbox.concurrency = 4
    ids = [outbox.announce(1, 2, sequence=number) for number in range(1, 6)]
    with Partner() as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 10
    for review in (0, 1):
        mine = [pair[review] for pair in ids]
        assert [one for one in partner.ids if one in mine] == mine


def test_an_event_that_failed_once_holds_its_review_up_no_longer(outbox: Outbox) -> None:
    """Afterwards the sequence number in the payload tells what is newer."""
    [first] = outbox.announce(1)
    [second] = outbox.announce(1, sequence=2)
    with Partner(answer(422), answer(204)) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(seconds=5)
        outbox.run(partner=partner.url)

    assert (report.delivered, report.waiting) == (1, 1)
    assert partner.ids == [first, second, first]


def test_the_oldest_go_first(outbox: Outbox) -> None:
    """Where only one may be on its way, all go in the order in which they were committed."""
    ids = outbox.announce(*range(15))
    with Partner() as partner:
        outbox.run(partner=partner.url)

    assert partner.ids == ids


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_are_on_their_way_than_an_endpoint_allows(outbox: Outbox, most: int) -> None:
    """Count how many the partner is asked at the same moment."""
    outbox.concurrency = most
    outbox.announce(*range(12))
    inside, counts, lock = [0], [0], threading.Lock()

    def count(sock: socket.socket) -> None:
        with lock:
            inside[0] += 1
            counts.append(inside[0])
        time.sleep(0.03)
        with lock:
            inside[0] -= 1
        sock.sendall(answer(204))

    with Partner(count) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 12
    assert max(counts) == most


def test_all_that_is_due_goes_out_and_no_faster_than_an_endpoint_takes_it(outbox: Outbox) -> None:
    """A run does not leave behind what is due because the rate of an endpoint makes it wait for a moment."""
    outbox.clock = Running(outbox.clock.now)
    outbox.rate = 5
    ids = outbox.announce(*range(12))
    arrived: list[float] = []

    def note(sock: socket.socket) -> None:
        arrived.append(time.monotonic())
        sock.sendall(answer(204))

    with Partner(note) as partner:
        report = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, report.waiting) == (12, 0)
    assert partner.ids == ids
    # Five may go at once to one that was idle; the other seven are a fifth of a second apart. Machines are slow, never early.
    assert arrived[-1] - arrived[0] >= 1.0


def test_two_runs_at_once_share_an_endpoints_places_and_send_nothing_twice(outbox: Outbox) -> None:
    """What one run has claimed the other leaves alone."""
    outbox.concurrency = 2
    ids = outbox.announce(*range(12))
    inside, counts, lock = [0], [0], threading.Lock()

    def count(sock: socket.socket) -> None:
        with lock:
            inside[0] += 1
            counts.append(inside[0])
        time.sleep(0.02)
        with lock:
            inside[0] -= 1
        sock.sendall(answer(204))

    with Partner(count) as partner:
        runs = [threading.Thread(target=outbox.run, kwargs={"partner": partner.url}) for _ in range(3)]
        for run in runs:
            run.start()
        for run in runs:
            run.join()
        outbox.run(partner=partner.url)

    assert sorted(partner.ids) == sorted(ids)
    assert max(counts) <= 2


def test_a_reset_is_repeated_under_the_same_id_before_anything_else_of_its_review(outbox: Outbox) -> None:
    """The partner may have the event: it is told again, and drops the repeat by its id."""
    [event] = outbox.announce(1)
    with Partner(reset, answer(204)) as partner:
        outbox.run(partner=partner.url)
        outbox.clock.advance(seconds=5)
        outbox.run(partner=partner.url)

    assert partner.ids == [event, event]
    assert outbox.rows("SELECT outcome LIKE '%(it may have arrived)' FROM attempts ORDER BY id") == [
        (1,),
        (0,),
    ]
