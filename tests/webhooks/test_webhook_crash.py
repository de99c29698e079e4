"""Workers that are killed at any moment, again and again, while events go out: nothing is lost, nothing gets another id."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from publisher.ledger import FILE_NAME, Announced, Announcement, Event, Ledger
from publisher.model import EventType
from publisher.webhooks import event_id, recipients
from tests.release.newsroom import ALLOW, SECRET_TEXT, partner
from tests.webhooks.crash_sink import Sink

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.site import Site

# The whole of it takes minutes: PUBLISHER_CRASH_EVENTS=2000 PUBLISHER_CRASH_SECONDS=60.
EVENTS = int(os.environ.get("PUBLISHER_CRASH_EVENTS", "60"))
SECONDS = float(os.environ.get("PUBLISHER_CRASH_SECONDS", "5"))
PARTNERS, ILL, WORKERS = 20, 5, 3
# Seconds; a busy machine may deliver only some dozens in each.
PATIENCE = 120 + EVENTS * PARTNERS / 20
SEED = 20261123
COMMAND = "from publisher.cli import main; main()"


def announcement(number: int) -> Announcement:
    """Make what announces one review."""
    review, body = f"00000000-0000-4000-8000-{number:012}", f'{{"number":{number}}}'.encode()
    event = Event(event_id(review, 1, EventType.PUBLISHED, body), EventType.PUBLISHED, review, 1, body)
    return Announcement(Announced(review, 1, live=True, snapshot={}), event)


class Crew:
    """Workers of a site; one that is killed is replaced."""

    def __init__(self, site: Site, dice: random.Random) -> None:
        self._words = [sys.executable, "-c", COMMAND, "worker", "--site", str(site.root)]
        names = [endpoint.name.upper().replace("-", "_") for endpoint in site.endpoints]
        self._environment = {**os.environ, **{f"PUBLISHER_SECRET_{name}": SECRET_TEXT for name in names}}
        self._dice = dice
        self._workers: list[subprocess.Popen[bytes]] = []
        self.killed = 0

    def keep_up(self) -> None:
        """See to it that enough of them are at work."""
        self._workers = [worker for worker in self._workers if worker.poll() is None]
        while len(self._workers) < WORKERS:
            self._workers.append(
                subprocess.Popen(
                    self._words,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )

    def kill_one(self) -> None:
        """Kill one, whatever it is doing."""
        worker = self._dice.choice(self._workers)
        worker.kill()
        worker.wait()
        self.killed += 1

    def end(self) -> list[int]:
        """Ask all to stop, and return how they ended."""
        for worker in self._workers:
            worker.send_signal(signal.SIGTERM)
        return [worker.wait(timeout=60) for worker in self._workers]


def test_killed_workers_lose_nothing(make_site: Callable[..., Site]) -> None:
    """Kill workers at random while events go to twenty partners, five of them ill; then let the rest be delivered.

    Every event reaches every partner, at least once, with a signature that a second implementation takes; repeats have
    the same id and the same bytes; the ledger has a row for each, and an attempt for each claim.
    """
    dice = random.Random(SEED)  # noqa: S311 - a seed, so that a failure can be repeated
    with Sink(SECRET_TEXT, ill=ILL, seed=SEED) as sink:
        site = make_site(
            {}, more=ALLOW + "".join(partner(f"p{number}", sink.url(number)) for number in range(PARTNERS))
        )
        crew = Crew(site, dice)
        announced: list[Announcement] = []
        began = time.monotonic()
        try:
            while (gone := time.monotonic() - began) < SECONDS:
                crew.keep_up()
                announced += announce(
                    site, range(len(announced), min(EVENTS, int(EVENTS * gone / SECONDS * 1.2)))
                )
                # Long enough that some are killed at work, and not only while they begin.
                time.sleep(dice.random() * 1.2)
                crew.kill_one()
            announced += announce(site, range(len(announced), EVENTS))
            sink.heal()
            crew.keep_up()
            wait_until_delivered(site, until=time.monotonic() + PATIENCE)
            ended = crew.end()
        finally:
            for worker in crew._workers:
                worker.kill()
        taken = sink.taken()
    seconds = time.monotonic() - began
    repeats = sum(taken.times.values()) - len(taken.times)
    sys.stdout.write(
        f"{EVENTS} events to {PARTNERS} partners, {crew.killed} workers killed: {len(taken.times)} deliveries in "
        f"{seconds:.0f} s, {repeats} repeats\n"
    )
    ids = {one.event.id for one in announced if one.event}
    assert len(ids) == EVENTS
    assert crew.killed >= min(5, SECONDS)
    assert set(taken.times) == {(number, key) for number in range(PARTNERS) for key in ids}
    assert taken.forged == 0
    assert {len(digests) for digests in taken.bodies.values()} == {1}
    assert ended == [0] * len(ended)
    assert rows(site, "SELECT state, count(*) FROM deliveries GROUP BY state") == [
        ("delivered", EVENTS * PARTNERS)
    ]
    assert rows(site, "SELECT count(*) FROM deliveries WHERE leased_until IS NOT NULL") == [(0,)]
    assert rows(site, "SELECT sum(attempts) FROM deliveries") == rows(site, "SELECT count(*) FROM attempts")
    assert rows(site, "PRAGMA integrity_check") == [("ok",)]


def announce(site: Site, numbers: range) -> Sequence[Announcement]:
    """Announce some reviews, as a push does."""
    found = [announcement(number) for number in numbers]
    if found:
        with Ledger.open(site.state) as ledger:
            ledger.announce(found, recipients(site.webhooks), time.time())
    return found


def wait_until_delivered(site: Site, until: float) -> None:
    """Wait until nothing waits; what the ill have been left alone for is over, because they are well now."""
    while time.monotonic() < until:
        if rows(site, "SELECT count(*) FROM deliveries WHERE state = 'waiting'") == [(0,)]:
            return
        # Who was ill would be asked again in minutes only.
        execute(site, "UPDATE endpoints SET not_before = NULL WHERE not_before IS NOT NULL")
        execute(
            site,
            "UPDATE deliveries SET due_at = 0 WHERE state = 'waiting' AND due_at > 0 AND leased_until IS NULL",
        )
        time.sleep(0.5)


def rows(site: Site, query: str) -> list[tuple[object, ...]]:
    """Look into the ledger, past the program."""
    with contextlib.closing(sqlite3.connect(site.state / FILE_NAME, timeout=30)) as connection:
        return connection.execute(query).fetchall()


def execute(site: Site, statement: str) -> None:
    """Change the ledger, past the program."""
    with contextlib.closing(sqlite3.connect(site.state / FILE_NAME, timeout=30)) as connection, connection:
        connection.execute(statement)
