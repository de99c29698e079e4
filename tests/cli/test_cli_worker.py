"""`publisher worker`, and `push` that waits or is interrupted: real processes, real signals, real partners on sockets."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from publisher.posts import read_posts
from publisher.release.push_run import announce_locked
from tests import warm_start
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, post
from tests.webhooks.scripted_partner import Partner, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.conftest import MakeSite

SECRETS = {"PUBLISHER_SECRET_LOCAL": SECRET_TEXT, "PUBLISHER_SECRET_OTHER": SECRET_TEXT}
#: Seconds; no test needs them, and a machine may be busy.
PATIENCE = 60.0


def until(what: Callable[[], object]) -> None:
    """Wait for something to be so."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end, "that never came"
        time.sleep(0.02)


def endpoint(name: str, url: str, *, concurrency: int = 4) -> str:
    """Write an endpoint that takes a lot."""
    return (
        f'[[webhooks.endpoints]]\nname = "{name}"\nurl = "{url}"\nrate = 1000\nconcurrency = {concurrency}\n'
    )


def soon(sock: socket.socket) -> None:
    """Take an event, and answer nearly at once."""
    time.sleep(0.02)
    sock.sendall(answer(204))


def slowly(sock: socket.socket) -> None:
    """Take an event, and answer after a while."""
    time.sleep(1)
    sock.sendall(answer(204))


class Desk(Newsroom):
    """A newsroom whose deliveries are made by processes of their own."""

    def announce(self) -> None:
        """Commit what changed, and send nothing."""
        posts = read_posts(self.site).require_valid().posts
        os.environ |= SECRETS
        try:
            announce_locked(posts, self.site, NOW, confirmed=True)
        finally:
            for name in SECRETS:
                del os.environ[name]

    @contextmanager
    def begun(self, *words: str, **environment: str) -> Iterator[warm_start.Process]:
        """Begin a command, and see that it does not outlive the test."""
        process = self.start(*words, environment=environment or SECRETS)
        assert isinstance(process, warm_start.Process)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def delivered(self) -> int:
        """Count what has arrived, as the ledger knows."""
        with suppress(Exception):
            return int(self.rows("SELECT count(*) FROM deliveries WHERE state = 'delivered'")[0][0])
        return 0


def ended(process: warm_start.Process, with_: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
    """Ask a process to end; return its status and what it said."""
    os.kill(process.pid, with_)
    out, err = process.communicate(PATIENCE)
    return process.wait(), out, err


@pytest.fixture
def desk(make_site: MakeSite) -> Callable[..., Desk]:
    """Give a function that makes a site with some reviews and some tables of publisher.toml."""

    def make(*tables: str, reviews: int = 3) -> Desk:
        posts = {f"p{number}": post(number, title=f"Film {number}") for number in range(1, reviews + 1)}
        return Desk(make_site, more="".join([ALLOW, *tables]), posts=posts)

    return make


def test_a_worker_delivers_what_others_announce_until_it_is_told_to_end(desk: Callable[..., Desk]) -> None:
    """One line for each delivery, on standard error."""
    with Partner() as partner:
        room = desk(endpoint("local", partner.url))
        with room.begun("worker") as worker:
            until((room.site.state / "couriers").is_dir)
            room.announce()
            until(lambda: room.delivered() == 3)
            status, out, err = ended(worker)

    assert (status, out) == (0, "")
    assert err.count("delivered  local: review.published msg_") == 3
    assert "ended      nothing waits" in err


def test_a_worker_that_begins_cold_does_its_work(desk: Callable[..., Desk]) -> None:
    """It finds what it imports when it is run, and when it is told to end."""
    with Partner() as partner:
        room = desk(endpoint("local", partner.url), reviews=1)
        room.announce()
        with subprocess.Popen(
            [sys.executable, "-m", "publisher", "worker", "--site", str(room.site.root)],
            env={**os.environ, **SECRETS},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as worker:
            try:
                until(lambda: room.delivered() == 1)
                worker.terminate()
                _, err = worker.communicate(timeout=PATIENCE)
            finally:
                worker.kill()

    assert worker.returncode == 0
    assert err.count("\n") == 3


def test_with_json_each_line_is_one_of_json(desk: Callable[..., Desk]) -> None:
    """On standard output, for machines."""
    with Partner(answer(400), answer(204)) as partner:
        room = desk(endpoint("local", partner.url, concurrency=1), reviews=2)
        room.announce()
        with room.begun("worker", "--json") as worker:
            until(lambda: room.delivered() == 1)
            status, out, err = ended(worker, signal.SIGINT)

    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert "Traceback" not in err
    assert [(line["event"], line.get("status")) for line in lines] == [
        ("begun", None),
        ("not yet", 400),
        ("delivered", 204),
        ("ended", None),
    ]
    assert {line["format_version"] for line in lines} == {1}
    assert 5 <= lines[1]["next_try_seconds"] <= 6


def test_two_workers_at_once_never_send_twice(desk: Callable[..., Desk]) -> None:
    """Each event is claimed by one of them."""
    with Partner(soon) as partner:
        room = desk(endpoint("local", partner.url, concurrency=8), reviews=120)
        with room.begun("worker") as one, room.begun("worker") as two:
            until(lambda: len(list((room.site.state / "couriers").glob("*"))) == 2)
            room.announce()
            until(lambda: room.delivered() == 120)
            said = [ended(worker) for worker in (one, two)]

    assert len(partner.ids) == len(set(partner.ids)) == 120
    assert [status for status, _, _ in said] == [0, 0]
    assert sum(err.count("delivered  local") for _, _, err in said) == 120


@pytest.mark.parametrize(
    ("words", "with_", "status"),
    [
        (("worker",), signal.SIGTERM, 0),
        (("push",), signal.SIGTERM, 143),
        (("push", "--wait"), signal.SIGINT, 130),
        (("publish", "--wait"), signal.SIGINT, 130),
    ],
)
def test_what_is_on_its_way_is_finished_and_the_rest_given_back(
    desk: Callable[..., Desk], words: tuple[str, ...], with_: signal.Signals, status: int
) -> None:
    """Whoever asks a run to end does not leave a partner with an event that nobody knows of."""
    with Partner(slowly) as partner:
        room = desk(endpoint("local", partner.url, concurrency=2), reviews=6)
        room.announce()
        with room.begun(*words) as process:
            until(lambda: len(partner.heard) >= 2)
            found, out, err = ended(process, with_)

    assert found == status, (out, err)
    assert room.delivered() == len(partner.heard) < 6
    assert room.rows("SELECT count(*) FROM attempts WHERE ended_at IS NULL") == [(0,)]
    assert room.rows(
        "SELECT count(*) FROM deliveries WHERE leased_until IS NOT NULL OR courier IS NOT NULL"
    ) == [(0,)]
    assert room.rows("SELECT max(attempts) FROM deliveries WHERE state = 'waiting'") == [(0,)]
    assert "Traceback" not in err
    if words != ("worker",):
        assert f"stopped; {6 - len(partner.heard)} of the deliveries wait" in err
    assert not list((room.site.state / "couriers").iterdir())


def test_a_second_ctrl_c_ends_it_at_once(desk: Callable[..., Desk]) -> None:
    """What was on its way is sent again by the next run, under the same id."""
    with Partner() as partner:
        partner.now_plays(partner.stall)
        room = desk(endpoint("local", partner.url), reviews=1)
        room.announce()
        with room.begun("push") as process:
            until(lambda: partner.heard)
            os.kill(process.pid, signal.SIGINT)
            time.sleep(0.3)
            assert process.poll() is None
            began = time.monotonic()
            status, _, err = ended(process, signal.SIGINT)
            assert time.monotonic() - began < 5
        partner.now_plays(answer(204))
        assert room.run("push", **SECRETS)[0] == 0

    assert status == 130
    assert "finished first" in err
    assert len(partner.ids) == 2
    assert len(set(partner.ids)) == 1


def test_before_anything_is_delivered_ctrl_c_ends_a_run_as_ever(desk: Callable[..., Desk]) -> None:
    """A deployment that hangs is not waited for."""
    room = desk(
        endpoint("local", "http://127.0.0.1:9/"), '[deploy]\ncommand = "touch begun; sleep 60"\n', reviews=1
    )
    with room.begun("publish") as process:
        until((room.site.root / "begun").exists)
        status, _, err = ended(process, signal.SIGINT)

    assert (status, "Traceback" in err) == (130, False)
    assert not room.site.ledger.exists() or room.rows("SELECT count(*) FROM events") == [(0,)]


def test_push_can_wait_until_all_is_settled(desk: Callable[..., Desk]) -> None:
    """What fails is tried again when it is due, in the same run."""
    with Partner(answer(400), answer(204)) as partner:
        room = desk(endpoint("local", partner.url), reviews=1)
        status, out, err = room.run("push", "--wait", "30", **SECRETS)

    assert (status, err) == (0, "")
    assert "local: 1 delivered" in out
    assert len(partner.heard) == 2


def test_push_waits_no_longer_than_it_is_told(desk: Callable[..., Desk]) -> None:
    """Then it ends with status 3, as it does without --wait."""
    with Partner(answer(400)) as partner:
        room = desk(endpoint("local", partner.url), reviews=1)
        began = time.monotonic()
        status, _, err = room.run("push", "--wait", "1s", **SECRETS)

    assert status == 3
    assert time.monotonic() - began < 30
    assert "1 delivery was not made" in err
    assert "not a duration" in room.run("push", "--wait", "soon", **SECRETS)[2]


def test_what_a_killed_worker_had_in_hand_another_sends_again(desk: Callable[..., Desk]) -> None:
    """At once, and under the same id."""
    with Partner() as partner:
        partner.now_plays(partner.stall)
        room = desk(endpoint("local", partner.url), reviews=1)
        room.announce()
        with room.begun("worker") as worker:
            until(lambda: partner.heard)
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait(PATIENCE)
        partner.now_plays(answer(204))
        with room.begun("worker") as worker:
            until(lambda: room.delivered() == 1)
            ended(worker)

    assert len(partner.ids) == 2
    assert len(set(partner.ids)) == 1


def test_publisher_toml_is_read_again_when_it_changes(desk: Callable[..., Desk]) -> None:
    """One at fault is told of once, and what it said before goes on to count."""
    with Partner() as old, Partner() as new:
        room = desk(endpoint("local", old.url), reviews=1)
        with room.begun("worker", "--json") as worker:
            room.announce()
            until(lambda: len(old.heard) == 1)
            sound = (room.site.root / "publisher.toml").read_text(encoding="utf-8")
            (room.site.root / "publisher.toml").write_text("[site", encoding="utf-8")
            time.sleep(2.5)
            room.put(p2=post(2, title="Film 2"))
            room.announce()
            until(lambda: len(old.heard) == 2)
            changed = sound.replace(old.url, new.url)
            (room.site.root / "publisher.toml").write_text(changed, encoding="utf-8")
            time.sleep(2.5)
            room.put(p3=post(3, title="Film 3"))
            room.configure(ALLOW + endpoint("local", new.url))
            room.announce()
            until(lambda: len(new.heard) == 1)
            _, out, _ = ended(worker)

    events = [json.loads(line)["event"] for line in out.splitlines()]
    assert events.count("stale") == 1
    assert "reloaded" in events
    assert len(old.heard) == 2


def test_an_endpoint_without_a_sound_secret_is_left_out_loudly(desk: Callable[..., Desk]) -> None:
    """The others go on; when its secret is there, it gets what is its own."""
    with Partner() as good, Partner() as bare:
        room = desk(endpoint("local", good.url), endpoint("other", bare.url), reviews=2)
        room.announce()
        with room.begun("worker", PUBLISHER_SECRET_LOCAL=SECRET_TEXT) as worker:
            until(lambda: room.delivered() == 2)
            assert (len(good.heard), len(bare.heard)) == (2, 0)
            room.site.secrets.mkdir(parents=True, exist_ok=True)
            secret = room.site.secrets / "other"
            secret.touch(mode=0o600)
            secret.write_text(SECRET_TEXT)
            until(lambda: room.delivered() == 4)
            _, _, err = ended(worker)

    assert err.count('other: the endpoint "other" has no secret') == 1
    assert err.count("other: its secret is sound again") == 1
    assert room.rows("SELECT max(attempts) FROM deliveries") == [(1,)]


def test_an_endpoint_that_is_gone_is_told_of(desk: Callable[..., Desk]) -> None:
    """Loudly, with what to do."""
    with Partner(answer(410)) as gone:
        room = desk(endpoint("local", gone.url), reviews=1)
        room.announce()
        with room.begun("worker", "--quiet") as worker:
            until(lambda: gone.heard)
            until(lambda: room.rows("SELECT state FROM deliveries") == [("cancelled",)])
            time.sleep(0.3)
            _, _, err = ended(worker)

    assert "off        local: it is switched off: its address answered 410 Gone" in err


def test_hubs_are_told_what_they_were_not_told(desk: Callable[..., Desk]) -> None:
    """By the worker, after a run that published could not reach them; not before one has ended."""
    with Partner(answer(503)) as hub, Partner() as partner:
        room = desk(endpoint("local", partner.url), f'[syndication]\nhubs = ["{hub.url}"]\n', reviews=1)
        assert room.run("publish", **SECRETS)[0] == 3
        hub.now_plays(answer(204))
        with room.begun("worker") as worker:
            until(lambda: room.rows("SELECT count(*) FROM hub_topics") != [(0,)])
            time.sleep(0.5)
            _, _, err = ended(worker)

    assert f"pinged     {hub.url}: told of" in err


def test_a_worker_that_cannot_use_its_ledger_ends_with_status_4(desk: Callable[..., Desk]) -> None:
    """Never is anything sent that cannot be recorded."""
    room = desk(endpoint("local", "http://127.0.0.1:9/"), reviews=1)
    room.site.state.mkdir(exist_ok=True)
    room.site.ledger.write_bytes(b"no ledger at all" * 100)

    status, _, err = room.run("worker", **SECRETS)

    assert status == 4
    assert "error: " in err


def test_a_worker_whose_ledger_is_exchanged_ends_instead_of_keeping_to_the_old_one(
    desk: Callable[..., Desk],
) -> None:
    """Who restores a copy, or begins anew, is told by the worker that it ends; the next one works with what lies there."""
    with Partner() as partner:
        room = desk(endpoint("local", partner.url), reviews=1)
        room.announce()
        with room.begun("worker") as worker:
            until(lambda: room.delivered() == 1)
            for file in room.site.state.glob(f"{room.site.ledger.name}*"):
                copy = file.with_name(f"copy-of-{file.name}")
                copy.write_bytes(file.read_bytes())
                copy.replace(file)
            worker.wait(PATIENCE)
            status, _, err = worker.returncode, *worker.communicate()
        with sqlite3.connect(room.site.ledger) as connection:
            connection.execute("UPDATE deliveries SET state = 'waiting'")
        with room.begun("worker") as worker:
            until(lambda: len(partner.heard) == 2)
            ended(worker)

    assert status == 4
    assert f"{room.site.ledger} was moved or exchanged by others while it was in use" in err
