"""Deliveries as `push` and `publish` show them while they are made: how long to wait, how far it is, what stops it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from publisher.cli.bar import Bar
from publisher.errors import NotDelivered
from publisher.webhooks import Listener, Round

if TYPE_CHECKING:
    import click

    from publisher.cli.console import Console
    from publisher.cli.stopping import Stop
    from publisher.ledger import Result
    from publisher.release import PushReport


class Delivering(Listener):
    """Shows how far deliveries are, and has them stopped by Ctrl-C, SIGTERM and SIGHUP."""

    def __init__(self, console: Console, stop: Stop) -> None:
        """Take where it is shown, and what stops it."""
        self._console = console
        self._stop = stop
        self._bar = Bar(console, 0, "events")

    def begun(self, waiting: int) -> None:
        """Begin to count; from now on what is begun is finished, whether somebody reads of it or not."""
        self._stop.gentle = True
        self._console.lasting = True
        self._bar = Bar(self._console, waiting, "events")

    def settled(self, result: Result) -> None:
        """Count what is delivered, or given up."""
        claim = result.claim
        if result.due_at is None:
            self._bar.step()
        if self._console.verbose:
            self._bar.clear()
            self._console.detail(f"             {claim.endpoint}: {claim.event_id}: {result.outcome}")

    def resting(self, until: float) -> None:
        """Say when it goes on."""
        from publisher.values.durations import duration_in_words

        self._bar.say(f"what waits is tried again in {duration_in_words(max(1.0, until - time.time()))}")

    def ended(self) -> None:
        """Make room for what is printed next."""
        self._stop.gentle = False
        self._bar.clear()


def delivering(console: Console, stop: Stop, wait: float) -> Round:
    """Say how deliveries are made: for how many seconds to go on, who hears of them, what stops them."""
    return Round(wait=wait, stop=stop.event, listener=Delivering(console, stop))


def end_if_stopped(ctx: click.Context, console: Console, stop: Stop, report: PushReport) -> None:
    """End with the status of a command that was asked to stop, and say what waits."""
    if stop.status is None:
        return
    waiting = sum(endpoint.waiting for endpoint in report.endpoints)
    if not console.json:
        console.fail(
            NotDelivered(
                f"stopped; {waiting} of the deliveries wait" if waiting else "stopped; no delivery waits",
                "the next `publisher push` goes on with what waits, and tells the hubs",
            )
        )
    ctx.exit(stop.status)
