"""What a site has settled with its partners, and what goes before they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.diagnostics.masking import masked_address

if TYPE_CHECKING:
    from publisher.model import EventType


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A partner's address, and what the partner asked for.

    Attributes:
        url: Where events go; what is shown of it is `shown`.
        events: The types of events it gets: those it asked for, and what these bring along.
        full: Whether its events carry the whole text of a review, or the summary alone.
        concurrency: How many events may be on their way to it at once.
        rate: How many events it is sent in a second, at most.
    """

    name: str
    url: str
    events: frozenset[EventType]
    full: bool = False
    concurrency: int = 4
    rate: int = 20

    @property
    def shown(self) -> str:
        """Its address as it is shown: without the values of its query, which may be tokens."""
        return masked_address(self.url)


@dataclass(frozen=True, slots=True)
class Webhooks:
    """How partners are told.

    Attributes:
        endpoints: Whom.
        concurrency: How many events a run may have on their way at once.
        disable_after: After how many days of failures, and no success, an endpoint is switched off; None for never.
        keep: For how many days the ledger remembers what became of deliveries.
    """

    endpoints: tuple[Endpoint, ...] = ()
    concurrency: int = 16
    disable_after: int | None = 5
    keep: int = 90


@dataclass(frozen=True, slots=True)
class Deploy:
    """What puts the site on the web.

    Attributes:
        command: A shell command; None where somebody else does it.
        timeout: In seconds.
        wait_for_live: For how many seconds to wait until the public feed shows what is to be announced; None does not look.
    """

    command: str | None = None
    timeout: int = 900
    wait_for_live: int | None = None
