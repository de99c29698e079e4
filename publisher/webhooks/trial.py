"""A ping: one signed event that tells of no review, sent once, to see what an endpoint makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, Result
from publisher.net import FaultKind
from publisher.webhooks.attempt import attempt
from publisher.webhooks.payload import ping_event
from publisher.webhooks.verdict import Meaning, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.ledger import Ledger
    from publisher.net import Client
    from publisher.site import Endpoint
    from publisher.webhooks.signing import SigningKeys

_ADVICE = {
    FaultKind.URL: "mend the endpoint's URL in publisher.toml",
    FaultKind.DNS: "is the name in the endpoint's URL right? if it is, its name server is in trouble",
    FaultKind.REFUSED_ADDRESS: "[network] allow in publisher.toml names private networks that may be reached",
    FaultKind.CONNECT: "nobody listens there, or a firewall is in between; ask the partner",
    FaultKind.TLS: "the partner has to mend the certificate, or the name it is for; nothing is sent without a sound one",
    FaultKind.TIMEOUT: "a receiver should answer first, and work after that; ask the partner",
    FaultKind.PROTOCOL: "is it a web server that listens there? ask the partner",
}
# Whoever took the connection, and the ping, listens.
_BROKEN_OFF = (
    "somebody listens there, and ended the connection without an answer; ask the partner what its log says"
)


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a ping.

    Attributes:
        event_id: Its id.
        url: Where it went.
        verdict: What came of it.
        seconds: How long that took.
    """

    event_id: str
    url: str
    verdict: Verdict
    seconds: float

    @property
    def arrived(self) -> bool:
        """Tell whether the endpoint took it."""
        return self.verdict.meaning is Meaning.DELIVERED

    @property
    def advice(self) -> str | None:
        """Say what to do about it; None where there is nothing to say, or the outcome says so."""
        if self.verdict.kind is None:
            return None
        if self.verdict.kind is FaultKind.CONNECT and self.verdict.unknown:
            return _BROKEN_OFF
        return _ADVICE.get(self.verdict.kind)


def send_ping(
    ledger: Ledger, endpoint: Endpoint, keys: SigningKeys, client: Client, clock: Callable[[], float]
) -> Trial:
    """Send an endpoint a ping, recorded before and after; it is never tried again.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    began = clock()
    event = ping_event(datetime.fromtimestamp(began, UTC))
    claim = ledger.deliveries.begin_ping(event, endpoint.name, endpoint.url, began)
    verdict = attempt(claim, keys, client, clock)
    ended = clock()
    arrived = verdict.meaning is Meaning.DELIVERED
    ledger.deliveries.end_ping(
        Result(
            claim=claim,
            state=DeliveryState.DELIVERED if arrived else DeliveryState.FAILED,
            step=0,
            due_at=None,
            ended_at=ended,
            status=verdict.status,
            kind=verdict.kind,
            outcome=verdict.outcome,
            excerpt=verdict.excerpt,
        )
    )
    return Trial(event.id, endpoint.url, verdict, max(0.0, ended - began))
