"""What a worker does, told line by line."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from publisher.cli.progress import count
from publisher.diagnostics import render
from publisher.diagnostics.render import visible
from publisher.ledger import DeliveryState
from publisher.release.worker import WorkerListener
from publisher.webhooks.reports import advice, switched_off

if TYPE_CHECKING:
    from publisher.cli.console import Console
    from publisher.errors import PublisherError
    from publisher.ledger import DisabledWhy, Result
    from publisher.site import Site
    from publisher.websub import HubReport


class Teller(WorkerListener):
    """Tells people, or machines, line by line what a worker does."""

    def __init__(self, console: Console, site: Site) -> None:
        """Take where it is told, and the site; events are delivered all the same when nobody reads of it any more."""
        self._console = console
        console.lasting = True
        self._zone = site.zone

    def line(self, event: str, text: str, *, bad: bool = False, **fields: Any) -> None:  # noqa: ANN401 - JSON takes any value
        """Tell one thing: to people in words, to machines in fields."""
        now = datetime.now(self._zone)
        if self._console.json:
            data = {"format_version": 1, "at": now.isoformat(timespec="milliseconds"), "event": event}
            self._console.write(json.dumps({**data, **fields}))
        elif bad or not self._console.quiet:
            verb = self._console.paint(f"{event:<10}", "error" if bad else "done")
            self._console.echo(f"{now:%Y-%m-%d %H:%M:%S}  {verb} {visible(text)}", err=True)

    def settled(self, result: Result) -> None:
        """Tell what became of a try."""
        claim = result.claim
        arrived = result.state is DeliveryState.DELIVERED
        waits = result.state is DeliveryState.WAITING
        seconds = None if result.due_at is None else max(0.0, result.due_at - result.ended_at)
        until = (
            f"; next try {datetime.fromtimestamp(result.due_at, self._zone):%H:%M:%S}"
            if result.due_at
            else ""
        )
        self.line(
            "not yet" if waits else str(result.state),
            f"{claim.endpoint}: {claim.type} {claim.event_id}, try {claim.attempt}: {result.outcome}{until}",
            bad=not arrived,
            endpoint=claim.endpoint,
            id=claim.event_id,
            delivery=claim.delivery,
            type=claim.type,
            attempt=claim.attempt,
            status=result.status,
            kind=result.kind,
            outcome=result.outcome,
            next_try_seconds=seconds,
        )

    def set_aside(self, endpoint: str, event_id: str) -> None:
        """Tell of a delivery that is not tried any more."""
        text = f"{endpoint}: {event_id}: whoever sent it died of it, again and again"
        self.line("set aside", text, bad=True, endpoint=endpoint, id=event_id)

    def switched_off(self, endpoint: str, why: DisabledWhy) -> None:
        """Tell of an endpoint that nothing is sent to."""
        text = f"{endpoint}: {switched_off(why)}; {advice(endpoint, why)}"
        self.line("off", text, bad=True, endpoint=endpoint, why=str(why))

    def reloaded(self) -> None:
        """Tell that publisher.toml was read again."""
        self.line("reloaded", "publisher.toml")

    def not_reloaded(self, error: PublisherError) -> None:
        """Tell that it is at fault."""
        self._failed("stale", f"{_in_full(error)}; what it said before goes on to count", error)

    def left_out(self, endpoint: str, error: PublisherError) -> None:
        """Tell of an endpoint without a sound secret."""
        text = f"{endpoint}: {_in_full(error)}; it is sent nothing until that is mended"
        self._failed("left out", text, error, endpoint=endpoint)

    def taken_in(self, endpoint: str) -> None:
        """Tell that it is sound again."""
        self.line("taken in", f"{endpoint}: its secret is sound again", endpoint=endpoint)

    def told(self, hub: HubReport) -> None:
        """Tell what a hub was told."""
        text = "; ".join([f"{hub.url}: told of {count(hub.told, 'feed file')}", *hub.notes])
        fields = {"url": hub.url, "told": hub.told, "waiting": hub.waiting, "notes": hub.notes}
        self.line("pinged", text, bad=bool(hub.waiting), **fields)

    def troubled(self, error: PublisherError) -> None:
        """Tell what else went wrong."""
        self._failed("trouble", _in_full(error), error)

    def _failed(self, event: str, text: str, error: PublisherError, **fields: Any) -> None:  # noqa: ANN401 - JSON takes any value
        self.line(event, text, bad=True, message=error.message, hint=error.hint, **fields)


def _in_full(error: PublisherError) -> str:
    """Say an error in one line, with the first of the faults behind it."""
    first = [render.concise(fault) for fault in error.diagnostics[:1]]
    return ": ".join([error.message, *first])
