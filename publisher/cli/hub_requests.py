"""`publisher deliveries list --hubs`: what WebSub hubs were asked and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import publisher
from publisher.cli.attempts import TO_THE_SECOND, moment_data, moment_words
from publisher.cli.progress import count

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from publisher.cli.console import Console
    from publisher.ledger import HubRequest

_INDENT = " " * 13
# Of one request, to people; --json has all.
_MOST_TOPICS = 3


def tell_hub_requests(
    console: Console, site: publisher.Site, now: datetime, limit: int, filters: Mapping[str, Any]
) -> None:
    """Tell people and machines of the newest requests to hubs.

    Raises:
        UsageError: They are filtered by what only deliveries have.
        EnvironmentFault: The ledger cannot be used.
    """
    other = [name for name in ("ids", "endpoints", "types", "states") if filters[name]]
    if other:
        raise publisher.UsageError(
            "--hubs lists requests to hubs, which have no ID, endpoint, type or state",
            "--since, --until and --limit go with it",
        )
    found = publisher.list_hub_requests(
        site,
        since=publisher.parse_age(filters["since"], site, "--since", now),
        until=publisher.parse_age(filters["until"], site, "--until", now),
        most=limit,
    )
    more = found.total - len(found.shown)
    console.data(requests=[_data(one) for one in found.shown], total=found.total, more=more)
    for one in found.shown:
        _tell(console, site, one)
    if not found.total:
        console.step("none", "there is no such request to a hub")
        return
    hidden = f"; {more} more are not shown, --limit shows more" if more else ""
    console.step("in all", f"{count(found.total, 'request')} to hubs{hidden}", "help")


def tell_that_hubs_were_asked(console: Console, number: int) -> None:
    """Say to whoever lists deliveries that there are requests to hubs beside them."""
    if number:
        console.step(
            "hubs",
            f"{count(number, 'request')} to hubs beside; `publisher deliveries list --hubs` shows them",
            "help",
        )


def _tell(console: Console, site: publisher.Site, request: HubRequest) -> None:
    console.step(
        "told" if request.taken else "not told",
        f"{moment_words(request.at, site, TO_THE_SECOND)}  {request.hub}: {count(len(request.topics), 'feed file')}",
        "done" if request.taken else "error",
    )
    answered = request.status or "no answer"
    console.say(f"{_INDENT}{answered if request.taken else request.outcome}")
    for topic in request.topics[:_MOST_TOPICS]:
        console.say(f"{_INDENT}{topic}")
    if len(request.topics) > _MOST_TOPICS:
        console.say(f"{_INDENT}and {len(request.topics) - _MOST_TOPICS} more")


def _data(request: HubRequest) -> dict[str, Any]:
    return {
        "hub": request.hub,
        "topics": list(request.topics),
        "at": moment_data(request.at),
        "taken": request.taken,
        "status": request.status,
        "outcome": request.outcome,
    }
