"""Several couriers at once, couriers that die, that are too slow, and that are told to stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from publisher.ledger.queue import CLAIMS_LIMIT
from publisher.webhooks.courier import LEASE
from tests.webhooks.scripted_partner import Outbox, Partner, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from pathlib import Path

# One run of a courier, in a process of its own: its folder, its partner's address, and how many may be on their way.
COURIER = """
import signal, sys
from pathlib import Path
from tests.webhooks.scripted_partner import Outbox

outbox = Outbox(Path(sys.argv[1]), concurrency=int(sys.argv[3]), rate=1000)
signal.signal(signal.SIGTERM, lambda *_: outbox.stop.set())
print("ready", flush=True)
sys.stdin.readline()
report = outbox.run(partner=sys.argv[2])["partner"]
print(report.delivered, report.waiting, report.set_aside, "|".join(report.notes), flush=True)
"""


@contextlib.contextmanager
def courier(folder: Path, url: str, concurrency: int = 1) -> Iterator[subprocess.Popen[str]]:
    """Start a courier that waits for a line before it begins."""
    with subprocess.Popen(
        [sys.executable, "-c", COURIER, folder, url, str(concurrency)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def go(process: subprocess.Popen[str]) -> None:
    """Let a courier begin."""
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ended(process: subprocess.Popen[str]) -> str:
    """Return what a courier said at its end; nothing of one that was killed."""
    return process.communicate(timeout=60)[0].strip()


def waited_for(condition: Callable[[], bool]) -> bool:
    """Wait until something is so; False when it does not become so."""
    until = time.monotonic() + 20
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_couriers_of_several_processes_send_nothing_twice(outbox: Outbox) -> None:
    """Three that begin in the same moment share what is due: each event is sent once, and all arrive."""
    ids = outbox.announce(*range(60))
    with Partner() as partner, contextlib.ExitStack() as stack:
        couriers = [stack.enter_context(courier(outbox.folder, partner.url, 12)) for _ in range(3)]
        for one in couriers:
            go(one)
        delivered = [int(ended(one).split()[0]) for one in couriers]

    assert sorted(partner.ids) == sorted(ids)
    assert sum(delivered) == 60
    assert outbox.rows("SELECT count(*), count(DISTINCT delivery_id) FROM attempts") == [(60, 60)]


def test_a_courier_that_is_killed_is_followed_by_another_at_once(outbox: Outbox) -> None:
    """Its lease would hold for two minutes; because its process is gone, what it had is free, under the same id."""
    [event] = outbox.announce(1)
    with Partner() as partner, courier(outbox.folder, partner.url) as first:

        def kill(sock: socket.socket) -> None:
            del sock
            first.kill()

        partner.now_plays(kill, answer(204))
        go(first)
        first.wait(60)
        leased = outbox.rows("SELECT leased_until FROM deliveries")
        report = outbox.run(partner=partner.url)["partner"]

    assert leased == [(outbox.clock.now + LEASE,)]
    assert report.delivered == 1
    assert partner.ids == [event, event]


def test_a_courier_that_lives_keeps_what_it_has(outbox: Outbox) -> None:
    """While one waits for an answer, another leaves the event alone, and says that somebody has it."""
    [event] = outbox.announce(1)
    answered = threading.Event()

    def slowly(sock: socket.socket) -> None:
        answered.wait(30)
        sock.sendall(answer(204))

    with Partner(slowly) as partner, courier(outbox.folder, partner.url) as first:
        go(first)
        assert waited_for(lambda: len(partner.heard) == 1)
        meanwhile = outbox.run(partner=partner.url)["partner"]
        answered.set()
        said = ended(first)

    assert meanwhile.delivered == 0
    assert said.startswith("1 0 0")
    assert partner.ids == [event]


@pytest.fixture
def overtaken(outbox: Outbox) -> Callable[..., tuple[str, list[str]]]:
    """Give a function that has one courier overtaken by another, and returns where the delivery stands, and all ids."""

    def overtake(late: bytes, timely: bytes) -> tuple[str, list[str]]:
        outbox.announce(1)
        answered = threading.Event()

        def slowly(sock: socket.socket) -> None:
            answered.wait(30)
            sock.sendall(late)

        outbox.deadline = 30
        with Partner(slowly, timely) as partner:
            slow = threading.Thread(target=outbox.run, kwargs={"partner": partner.url})
            slow.start()
            assert waited_for(lambda: len(partner.heard) == 1)
            outbox.clock.advance(seconds=LEASE + 1)
            outbox.run(partner=partner.url)
            answered.set()
            slow.join()
        [(state,)] = outbox.rows("SELECT state FROM deliveries")
        return state, partner.ids

    return overtake


def test_a_late_success_still_counts(outbox: Outbox, overtaken: Callable[..., tuple[str, list[str]]]) -> None:
    """A courier that outlived its lease tells that the partner has the event: then nobody needs to send it any more."""
    state, ids = overtaken(late=answer(200), timely=answer(422))

    assert state == "delivered"
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert outbox.rows("SELECT status FROM attempts ORDER BY id") == [(200,), (422,)]


@pytest.mark.parametrize("late", [500, 410, 422])
def test_a_late_failure_is_recorded_and_changes_nothing(
    outbox: Outbox, overtaken: Callable[..., tuple[str, list[str]]], late: int
) -> None:
    """What another courier delivered meanwhile stays delivered; of its endpoint a late failure says nothing, either."""
    state, _ = overtaken(late=answer(late), timely=answer(204))

    assert state == "delivered"
    assert outbox.rows("SELECT status FROM attempts ORDER BY id") == [(late,), (204,)]
    assert outbox.rows("SELECT failures, refusals, disabled_at FROM endpoints") == [(0, 0, None)]


def test_an_event_that_kills_those_who_send_it_is_set_aside(outbox: Outbox) -> None:
    """After five couriers that died of it nobody tries it any more, which is said; the others arrive."""
    [poison] = outbox.announce(1)
    with Partner() as partner:
        victims: list[subprocess.Popen[str]] = []

        def deadly(sock: socket.socket) -> None:
            if partner.heard[-1].headers["webhook-id"] == poison:
                victims[-1].kill()
            else:
                sock.sendall(answer(204))

        partner.now_plays(deadly)
        for _ in range(CLAIMS_LIMIT):
            with courier(outbox.folder, partner.url) as victim:
                victims.append(victim)
                go(victim)
                victim.wait(60)
        others = outbox.announce(2, 3)
        report = outbox.run(partner=partner.url)["partner"]
        again = outbox.run(partner=partner.url)["partner"]

    assert partner.ids == [*[poison] * CLAIMS_LIMIT, *others]
    assert (report.set_aside, report.delivered, report.waiting) == (1, 2, 0)
    assert report.troubled
    assert f"{poison} was set aside" in report.notes[0]
    assert (again.set_aside, again.troubled) == (0, False)
    assert outbox.rows("SELECT state, attempts FROM deliveries WHERE id = 1") == [("set-aside", CLAIMS_LIMIT)]
    assert outbox.rows("SELECT count(*) FROM attempts WHERE ended_at IS NULL") == [(CLAIMS_LIMIT,)]


def test_what_was_on_its_way_beside_poison_is_not_taken_for_poison(outbox: Outbox) -> None:
    """What may have killed a courier is sent with nothing beside it: the poison is set aside, the others arrive."""
    ids = outbox.announce(*range(1, 7))
    poison = ids[2]
    with Partner() as partner:
        victims: list[subprocess.Popen[str]] = []
        before = 0

        def deadly(sock: socket.socket) -> None:
            # Whatever is on its way beside the poison is there by then.
            time.sleep(0.2)
            if poison in partner.ids[before:]:
                victims[-1].kill()
            else:
                sock.sendall(answer(204))

        partner.now_plays(deadly)
        for _ in range(CLAIMS_LIMIT + 2):
            before = len(partner.heard)
            with courier(outbox.folder, partner.url, 6) as victim:
                victims.append(victim)
                go(victim)
                victim.wait(60)
        states = dict(outbox.rows("SELECT event_id, state FROM deliveries"))

    assert states == {one: "set-aside" if one == poison else "delivered" for one in ids}


def test_who_is_told_to_stop_finishes_what_is_on_its_way_and_gives_the_rest_back(outbox: Outbox) -> None:
    """SIGTERM while a partner takes its time: its answer is recorded, nothing more is begun, nothing stays leased."""
    outbox.announce(*range(6))
    answered = threading.Event()

    def slowly(sock: socket.socket) -> None:
        answered.wait(30)
        sock.sendall(answer(204))

    with Partner(slowly) as partner, courier(outbox.folder, partner.url, 2) as told:
        go(told)
        assert waited_for(lambda: len(partner.heard) == 2)
        told.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        answered.set()
        said = ended(told)
        assert told.returncode == 0
        left = outbox.rows("SELECT state, attempts, leased_until FROM deliveries ORDER BY id")
        rest = outbox.run(partner=partner.url)["partner"]

    assert said.startswith("2 4 0")
    assert sorted(left) == [("delivered", 1, None)] * 2 + [("waiting", 0, None)] * 4
    assert rest.delivered == 4
    assert outbox.rows("SELECT count(*) FROM attempts WHERE ended_at IS NULL") == [(0,)]


FORK = """
import os, sys
from pathlib import Path
from tests.webhooks.scripted_partner import Outbox

outbox = Outbox(Path(sys.argv[1]), concurrency=4, rate=1000)
first = outbox.run(partner=sys.argv[2])["partner"].delivered
outbox.announce(*range(100, 120))
children = []
for _ in range(2):
    child = os.fork()
    if not child:
        outbox.run(partner=sys.argv[2])
        os._exit(0)
    children.append(child)
print(first, *(os.waitpid(child, 0)[1] for child in children))
"""


def test_processes_that_are_forked_after_a_run_deliver_on_their_own(outbox: Outbox) -> None:
    """Nothing that a run opened is kept for a later one: no connection, no lock and no thread goes with a fork."""
    ids = outbox.announce(*range(10))
    with Partner() as partner:
        run = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FORK, outbox.folder, partner.url],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )

    assert run.stdout.split() == ["10", "0", "0"]
    assert len(partner.ids) == len(set(partner.ids)) == 30
    assert set(ids) <= set(partner.ids)
    assert outbox.rows("SELECT DISTINCT state FROM deliveries") == [("delivered",)]
    assert outbox.rows("PRAGMA integrity_check") == [("ok",)]
    assert not list((outbox.folder / "couriers").iterdir())


def test_nobodys_sign_of_life_is_left_behind(outbox: Outbox) -> None:
    """A courier that ends takes its file away, and one that died has it taken away by the next."""
    outbox.announce(1)
    with Partner() as partner, courier(outbox.folder, partner.url) as victim:

        def kill(sock: socket.socket) -> None:
            del sock
            os.kill(victim.pid, signal.SIGKILL)

        partner.now_plays(kill, answer(204))
        go(victim)
        victim.wait(60)
        assert len(list((outbox.folder / "couriers").iterdir())) == 1
        outbox.run(partner=partner.url)

    assert not list((outbox.folder / "couriers").iterdir())
