"""WebSub hubs in a publish run: which topics the site has, who is to be told of them, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.ledger import HubRequest, Ledger
from publisher.net import Client
from publisher.outputs.manifest import read_manifest
from publisher.outputs.topics import topics
from publisher.websub import HubReport, Patience, tell_hubs, untold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from publisher.site import Site

#: As much of an answer is read as a hub may need to say what it does not like.
_ANSWER_BYTES = 1024


@dataclass(frozen=True, slots=True)
class HubRequests:
    """Requests to hubs, the newest first.

    Attributes:
        shown: As many as were asked for.
        total: How many were meant in all.
    """

    shown: tuple[HubRequest, ...] = ()
    total: int = 0


def tell_of_feeds(
    ledger: Ledger,
    site: Site,
    clock: Callable[[], float],
    client: Client | None = None,
    patience: Patience | None = None,
) -> tuple[HubReport, ...]:
    """Tell the site's hubs of the feeds in its folder that changed since each was last told.

    Args:
        ledger: Where it is kept what each was told.
        site: The site.
        clock: Answers the real time in seconds since 1970.
        client: The way out; default: the guarded one, as the site's configuration allows.
        patience: How long to wait for those in trouble; default: not at all.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    hubs = site.syndication.hubs
    if not hubs:
        return ()
    client = client or Client(allow=site.allow, body_limit=_ANSWER_BYTES)
    return tuple(tell_hubs(ledger, hubs, _topics(site), client, clock, patience))


def preview_hubs(site: Site, written: Mapping[str, str] | None = None) -> tuple[HubReport, ...]:
    """Say how many topics each of the site's hubs is to be told of; nothing is sent.

    Args:
        site: The site.
        written: The SHA-256 of the files that will be there, by name; default: of those in the site's folder.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    hubs = site.syndication.hubs
    if not hubs:
        return ()
    known = _topics(site) if written is None else topics(written, site)
    ledger = Ledger.peek(site.state)
    if ledger is None:
        return tuple(HubReport(hub, waiting=len(due)) for hub, due in untold(None, hubs, known).items())
    with ledger:
        asked = ledger.hubs
        return tuple(
            HubReport(hub, waiting=len(due), not_before=asked.not_before(hub), last=asked.last_refusal(hub))
            for hub, due in untold(ledger, hubs, known).items()
        )


def list_hub_requests(
    site: Site, *, since: datetime | None = None, until: datetime | None = None, most: int = 50
) -> HubRequests:
    """List the newest requests to hubs, and count them all; of a site without a ledger there are none.

    Args:
        site: The site.
        since: When they were made at the earliest; aware.
        until: When they were at the latest; aware.
        most: How many to list.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    ledger = Ledger.peek(site.state)
    if ledger is None:
        return HubRequests()
    first = since.timestamp() if since is not None else None
    last = until.timestamp() if until is not None else None
    with ledger:
        shown = ledger.hubs.newest(most, since=first, until=last)
        return HubRequests(tuple(shown), ledger.hubs.count(since=first, until=last))


def _topics(site: Site) -> dict[str, str]:
    return topics(read_manifest(site.feeds).sha256, site)
