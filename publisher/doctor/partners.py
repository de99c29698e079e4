"""The checks of partners' endpoints and of hubs: where news goes, and what became of what was sent."""

from __future__ import annotations

from collections import defaultdict
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.doctor.finding import failed, ok, skipped, warning
from publisher.doctor.placeholders import is_placeholder
from publisher.doctor.wording import count, moment
from publisher.ledger import DeliveryState
from publisher.net.retry_after import LONGEST_WAIT
from publisher.release.hubs import preview_hubs
from publisher.values.durations import duration_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from publisher.ledger import Delivery, Ledger
    from publisher.site import Endpoint, Site


def check_endpoints(subject: Subject) -> Iterator[Outcome]:
    """Look at the endpoints' addresses, and in the ledger at what they answered and what waits for them."""
    site = subject.site
    for endpoint in site.endpoints:
        yield from _address(endpoint)
    ledger = subject.ledger()
    if ledger is None:
        yield skipped(
            f"{count(len(site.endpoints), 'endpoint')}; there is no ledger that could tell of deliveries"
        )
        return
    with ledger:
        troubles = list(_deliveries(subject, ledger))
    yield from troubles
    if not troubles:
        yield ok(f"{count(len(site.endpoints), 'endpoint')}; nothing waits, nothing was given up")


def _address(endpoint: Endpoint) -> Iterator[Outcome]:
    parts = urlsplit(endpoint.url)
    if is_placeholder(endpoint.url) and not _on_this_machine(parts.hostname or ""):
        yield warning(
            f"{endpoint.name}: {parts.hostname} is a placeholder, where nobody listens",
            "put the partner's own address into publisher.toml",
        )
    elif parts.scheme == "http" and not _on_this_machine(parts.hostname or ""):
        yield warning(
            f"{endpoint.name}: its address begins with http://: whoever is on the way can read what is sent",
            "ask the partner for an address with https://",
        )


def _deliveries(subject: Subject, ledger: Ledger) -> Iterator[Outcome]:
    site, now = subject.site, subject.machine.clock()
    queues: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in ledger.waiting():
        queues[delivery.endpoint].append(delivery)
    for endpoint in site.endpoints:
        asked = ledger.endpoint(endpoint.name, endpoint.url)
        if asked.gone_at is not None:
            yield failed(
                f"{endpoint.name}: its address answered 410 Gone {moment(asked.gone_at, site.zone)}; "
                "nothing more is sent there",
                "ask the partner for the new address, and put it into publisher.toml within three days; or take "
                "the endpoint out",
            )
        else:
            yield from _patience(endpoint.name, asked.not_before, now, site)
    known = {endpoint.name for endpoint in site.endpoints}
    for name, queue in queues.items():
        yield _waiting(subject, name, queue, now, known=name in known)
    for name, counts in sorted(ledger.counts().items()):
        given_up = counts.get(DeliveryState.FAILED, 0)
        if given_up and name in known:
            yield warning(
                f"{name}: {count(given_up, 'delivery was', 'deliveries were')} given up, after tries over three days",
                "tell the partner: what they missed stands in the feeds",
            )


def check_hubs(subject: Subject) -> Iterator[Outcome]:
    """See whether news of the feeds that are there waits for a WebSub hub.

    Raises:
        EnvironmentFault: The ledger cannot be read.
    """
    site, now = subject.site, subject.machine.clock()
    told = count(len(site.syndication.hubs), "hub")
    if not site.syndication.hubs:
        yield ok("no hubs: readers ask by themselves")
        return
    if not subject.ledger_sound:
        yield skipped(f"{told}; there is no ledger that could tell what they know")
        return
    waiting = [hub for hub in preview_hubs(site) if hub.waiting]
    for hub in waiting:
        yield warning(
            f"{hub.url}: it was not told of {count(hub.waiting, 'file')} of the feeds, as they are now",
            subject.rehearsal().advice("`publisher push` tells it, and says what it answers"),
        )
        yield from _patience(hub.url, hub.not_before, now, site)
    if not waiting:
        yield ok(f"{told}; nothing waits")


def _patience(name: str, not_before: float | None, now: float, site: Site) -> Iterator[Outcome]:
    # More than the longest wait is what a clock that stood wrong has left.
    if not_before is not None and 0 < not_before - now <= LONGEST_WAIT:
        yield warning(
            f"{name}: it asked for patience, until {moment(not_before, site.zone)}",
            "nothing needs to be done: a later run tries again",
        )


def _waiting(subject: Subject, name: str, queue: Sequence[Delivery], now: float, *, known: bool) -> Outcome:
    oldest = min(delivery.committed_at for delivery in queue)
    tries = max(delivery.attempts for delivery in queue)
    told = (
        f"{name}: {count(len(queue), 'delivery waits', 'deliveries wait')} since "
        f"{moment(oldest, subject.site.zone)} ({duration_in_words(now - oldest)})"
    )
    if not known:
        return warning(
            f"{told}, and it is no longer in publisher.toml",
            "after three days they are given up; put it back if that is not meant",
        )
    hint = "`publisher push` delivers them"
    if tries:
        told = f"{told}, tried {count(tries, 'time')} so far"
        hint = "`publisher push` tries again, and says what the partner answers"
    return warning(told, subject.rehearsal().advice(hint))


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
