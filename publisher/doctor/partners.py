"""The checks of partners' endpoints and of hubs: where news goes, and what became of what was sent."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.doctor.finding import failed, ok, skipped, warning
from publisher.doctor.placeholders import is_placeholder
from publisher.doctor.wording import count, moment
from publisher.ledger import DeliveryState, left_alone_until
from publisher.net.retry_after import LONGEST_WAIT
from publisher.release.hubs import preview_hubs
from publisher.values.durations import duration_in_words
from publisher.webhooks.delivery import LONG_FAILURE
from publisher.webhooks.reports import advice, left_alone, missed, resending, switched_off, taken_nothing
from publisher.webhooks.standing import clock_words, troubled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.doctor.finding import Outcome
    from publisher.doctor.subject import Subject
    from publisher.ledger import EndpointState, Ledger
    from publisher.site import Endpoint, Site


def check_endpoints(subject: Subject) -> Iterator[Outcome]:
    """Look at the endpoints' addresses, and in the ledger at what they answered and what waits for them."""
    site = subject.site
    for endpoint in site.endpoints:
        yield from _address(endpoint)
    yield from _twins(site.endpoints)
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


def _twins(endpoints: Sequence[Endpoint]) -> Iterator[Outcome]:
    """Warn where one address has several names: it gets each event for each of them."""
    names: dict[str, list[str]] = {}
    for endpoint in endpoints:
        names.setdefault(endpoint.url, []).append(endpoint.name)
    for those in names.values():
        if len(those) > 1:
            yield warning(
                f"{' and '.join(those)} have the same address: it is sent each event for each of them",
                "leave one of them in publisher.toml, unless that is meant",
            )


def _deliveries(subject: Subject, ledger: Ledger) -> Iterator[Outcome]:
    site, now = subject.site, subject.machine.clock()
    known = {endpoint.name: endpoint.url for endpoint in site.endpoints}
    states = ledger.endpoints.present(known)
    failures, left = (
        ledger.deliveries.last_failures(troubled(known, states, now)),
        ledger.deliveries.missed(),
    )
    for name, state in states.items():
        yield from _health(name, state, failures.get(name), now, site)
        if left.get(name) and state.disabled_why is None:
            yield warning(
                f"{name}: {missed(left[name])} while it was switched off, or away from publisher.toml",
                f"{resending(name)} sends them; `publisher deliveries cancel --endpoint {name} --state cancelled` lets them go",
            )
    counts, oldest = ledger.deliveries.counts(), ledger.deliveries.oldest()
    for name, since in oldest.items():
        number = counts.get(name, {}).get(DeliveryState.WAITING, 0)
        yield _waiting(subject, name, number, since, known=name in known)
    for name, those in sorted(counts.items()):
        given_up = those.get(DeliveryState.FAILED, 0)
        if given_up and name in known:
            yield warning(
                f"{name}: {count(given_up, 'delivery was', 'deliveries were')} given up, after tries over three days",
                f"tell the partner; `publisher deliveries resend --endpoint {name} --state failed` sends them again",
            )
        set_aside = those.get(DeliveryState.SET_ASIDE, 0)
        if set_aside and name in known:
            yield warning(
                f"{name}: {count(set_aside, 'delivery was', 'deliveries were')} set aside: whoever sent them died of it",
                f"`publisher deliveries list --endpoint {name} --state set-aside` names them",
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
            f"{name}: {left_alone(not_before - now)}, at {moment(not_before, site.zone)}",
            "nothing needs to be done: it was in trouble, or asked for patience, and is tried again then",
        )


def _health(
    name: str, state: EndpointState, last_failure: str | None, now: float, site: Site
) -> Iterator[Outcome]:
    last = f"; the last try: {last_failure}" if last_failure else ""
    if state.disabled_why is not None:
        yield failed(f"{name}: {switched_off(state.disabled_why)}{last}", advice(name, state.disabled_why))
        return
    if state.failing_since is not None and now - state.failing_since >= LONG_FAILURE:
        yield warning(
            f"{name}: {taken_nothing(now - state.failing_since)}{last}",
            f"`publisher endpoints test {name}` says what it answers; ask the partner",
        )
    if (clocks := clock_words(state.skew)) is not None:
        yield failed(f"{name}: {clocks}", "set the clock that is wrong")
    yield from _patience(name, left_alone_until(state, now), now, site)


def _waiting(subject: Subject, name: str, number: int, oldest: float, *, known: bool) -> Outcome:
    waited = duration_in_words(subject.machine.clock() - oldest)
    told = (
        f"{name}: {count(number, 'delivery waits', 'deliveries wait')} since "
        f"{moment(oldest, subject.site.zone)} ({waited})"
    )
    if not known:
        return warning(
            f"{told}, and it is no longer in publisher.toml",
            "after three days they are cancelled; put it back if that is not meant",
        )
    hint = "`publisher push` delivers what is due; `publisher deliveries list` tells when the next try is"
    return warning(told, subject.rehearsal().advice(hint))


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
