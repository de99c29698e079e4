"""WebSub hubs in a publish run: which topics the site has, and who is to be told of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.ledger import Ledger
from publisher.net import Client
from publisher.outputs.manifest import read_manifest
from publisher.outputs.topics import topics
from publisher.websub import HubReport, tell_hubs, untold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.site import Site

#: As much of an answer is read as a hub may need to say what it does not like.
_ANSWER_BYTES = 1024


def tell_of_feeds(
    ledger: Ledger, site: Site, clock: Callable[[], float], client: Client | None = None
) -> tuple[HubReport, ...]:
    """Tell the site's hubs of the feeds in its folder that changed since each was last told.

    Args:
        ledger: Where it is kept what each was told.
        site: The site.
        clock: Answers the real time in seconds since 1970.
        client: The way out; default: the guarded one, as the site's configuration allows.

    Raises:
        EnvironmentFault: The ledger cannot be used.
    """
    hubs = site.syndication.hubs
    if not hubs:
        return ()
    client = client or Client(allow=site.allow, body_limit=_ANSWER_BYTES)
    return tuple(tell_hubs(ledger, hubs, _topics(site), client, clock))


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
    due, asked = _due(site, written)
    return tuple(HubReport(hub, waiting=len(found), not_before=asked.get(hub)) for hub, found in due.items())


def _due(
    site: Site, written: Mapping[str, str] | None
) -> tuple[dict[str, tuple[str, ...]], dict[str, float | None]]:
    hubs, known = site.syndication.hubs, _topics(site) if written is None else topics(written, site)
    ledger = Ledger.peek(site.state)
    if ledger is None:
        return untold(None, hubs, known), {}
    with ledger:
        return untold(ledger, hubs, known), {hub: ledger.hubs.not_before(hub) for hub in hubs}


def _topics(site: Site) -> dict[str, str]:
    return topics(read_manifest(site.feeds).sha256, site)
