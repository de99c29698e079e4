"""Runs whose terminal closes, and runs that nobody reads any more: what is on its way is finished and recorded."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import termios
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_cli_worker import PATIENCE, SECRETS, Desk, desk, ended, endpoint, slowly, until
from tests.release.newsroom import COMMAND
from tests.webhooks.scripted_partner import Partner, answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import IO

__all__ = ["desk"]


def started(
    room: Desk, *words: str, out: int | IO[bytes], err: int | IO[bytes], **options: object
) -> subprocess.Popen[bytes]:
    """Start a command with streams of our own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PUBLISHER_")}
    process: subprocess.Popen[bytes] = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *words, "--site", str(room.site.root)],
        env=kept | SECRETS,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        **options,  # type: ignore[call-overload]
    )
    return process


def as_nohup() -> None:
    """Do what nohup does before a command begins."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def nothing_is_left_open(room: Desk) -> bool:
    """Tell whether every try has a result, and nobody holds anything."""
    return room.rows(
        "SELECT (SELECT count(*) FROM attempts WHERE ended_at IS NULL), "
        "(SELECT count(*) FROM deliveries WHERE leased_until IS NOT NULL)"
    ) == [(0, 0)]


@pytest.mark.parametrize(
    ("words", "status"), [(("worker",), 0), (("push",), 129), (("publish", "--wait"), 129)]
)
def test_a_terminal_that_closes_leaves_time_for_what_is_on_its_way(
    desk: Callable[..., Desk], words: tuple[str, ...], status: int
) -> None:
    """SIGHUP comes from the kernel and from the shell, one after the other: neither ends it at once."""
    with Partner(slowly) as partner:
        room = desk(endpoint("local", partner.url, concurrency=2), reviews=6)
        room.announce()
        with room.begun(*words) as process:
            until(lambda: len(partner.heard) >= 2)
            os.kill(process.pid, signal.SIGHUP)
            time.sleep(0.05)
            found, _, err = ended(process, signal.SIGHUP)

    assert found == status, err
    assert room.delivered() == len(partner.heard) < 6
    assert nothing_is_left_open(room)


def test_below_nohup_a_worker_outlives_its_terminal(desk: Callable[..., Desk]) -> None:
    """A signal that is ignored when it begins stays ignored; SIGTERM ends it as ever."""
    with Partner() as partner:
        room = desk(endpoint("local", partner.url), reviews=2)
        process = room.start("worker", environment=SECRETS, prepare=as_nohup)
        try:
            until((room.site.state / "couriers").is_dir)
            os.kill(process.pid, signal.SIGHUP)
            room.announce()
            until(lambda: room.delivered() == 2)
            os.kill(process.pid, signal.SIGTERM)
            process.communicate(timeout=PATIENCE)
        finally:
            process.kill()

    assert process.wait() == 0


@pytest.mark.parametrize("words", [("worker",), ("worker", "--json")])
def test_a_worker_that_nobody_reads_goes_on(desk: Callable[..., Desk], words: tuple[str, ...]) -> None:
    """As below `| head -1`: the pipe is closed after the first line, and every event is delivered and recorded."""
    with Partner() as partner:
        room = desk(endpoint("local", partner.url), reviews=5)
        read, write = os.pipe()
        with started(room, *words, out=write, err=write) as worker:
            os.close(write)
            try:
                assert os.read(read, 1)
                os.close(read)
                room.announce()
                until(lambda: room.delivered() == 5)
                worker.send_signal(signal.SIGTERM)

                assert worker.wait(PATIENCE) == 0
            finally:
                worker.kill()

    assert len(partner.ids) == 5
    assert nothing_is_left_open(room)


@pytest.mark.parametrize(("reply", "status"), [(answer(204), 0), (answer(404), 3)])
@pytest.mark.parametrize("more", [(), ("-v",), ("--json",)])
def test_a_push_that_nobody_reads_ends_as_it_would_otherwise(
    desk: Callable[..., Desk], more: tuple[str, ...], reply: bytes, status: int
) -> None:
    """It delivers, records, and its status tells the truth."""
    with Partner(reply) as partner:
        room = desk(endpoint("local", partner.url), reviews=3)
        room.announce()
        read, write = os.pipe()
        os.close(read)
        with started(room, "push", *more, out=write, err=write) as push:
            os.close(write)

            assert push.wait(PATIENCE) == status

    assert len(partner.ids) == 3
    assert nothing_is_left_open(room)


def test_a_worker_in_a_terminal_that_is_closed_finishes_what_it_began(desk: Callable[..., Desk]) -> None:
    """The kernel sends SIGHUP, and whatever is printed from then on is an error of input and output."""
    with Partner(slowly) as partner:
        room = desk(endpoint("local", partner.url, concurrency=2), reviews=4)
        room.announce()
        keyboard, screen = os.openpty()

        def take_terminal() -> None:
            os.setsid()
            fcntl.ioctl(screen, termios.TIOCSCTTY, 0)

        with started(room, "worker", out=screen, err=screen, preexec_fn=take_terminal) as worker:
            os.close(screen)
            try:
                until(lambda: len(partner.heard) >= 2)
                os.close(keyboard)

                assert worker.wait(PATIENCE) == 0
            finally:
                worker.kill()

    assert room.delivered() == len(partner.heard) < 4
    assert nothing_is_left_open(room)


@pytest.mark.parametrize(
    ("with_", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_machines_are_told_of_a_run_that_is_interrupted_before_it_delivers(
    desk: Callable[..., Desk], with_: signal.Signals, status: int
) -> None:
    """A run that waits for the public feed, or for a deployment, ends with an error in JSON, as every failure does."""
    room = desk(
        endpoint("local", "http://127.0.0.1:9/"), '[deploy]\ncommand = "touch begun; sleep 60"\n', reviews=1
    )
    with room.begun("publish", "--json") as process:
        until((room.site.root / "begun").exists)
        found, out, _ = ended(process, with_)
    told = json.loads(out)

    assert found == status
    assert told["error"]["message"] == "interrupted"
    assert told["error"]["exit_code"] == status
