"""Push: what changed is committed to the ledger, then what waits there is delivered."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.content import present
from publisher.errors import PublisherError
from publisher.ledger import Announced, Announcement, Ledger
from publisher.model import EventType
from publisher.net import Client
from publisher.release.changes import Change, find_changes, unremembered_offers
from publisher.release.guards import (
    past_of,
    require_feeds_kept,
    require_meant,
    require_meant_to_vanish,
    require_unmoved,
)
from publisher.release.history import check_history
from publisher.release.hubs import preview_hubs, tell_of_feeds
from publisher.release.live import await_live
from publisher.release.lock import exclusive
from publisher.release.pending import Pending, look_for_changes
from publisher.webhooks import (
    ANSWER_LIMIT,
    Correspondence,
    EndpointReport,
    Round,
    deliver,
    endpoint_keys,
    recipients,
    retraction_event,
    review_event,
)
from publisher.websub import Patience

_DAY = 24 * 3600.0

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from publisher.diagnostics import Diagnostic
    from publisher.ledger import Event
    from publisher.posts import Post
    from publisher.release.progress import Progress
    from publisher.site import Site
    from publisher.websub import HubReport


@dataclass(frozen=True, slots=True)
class PushReport:
    """What a push did, or would do.

    Attributes:
        changes: What was committed, in the order of the events.
        baseline: Whether it was recorded as announced without events.
        endpoints: What became of the deliveries, endpoint by endpoint; empty of a dry run.
        waiting: Of a dry run, how many deliveries wait from earlier runs.
        obstacles: Of a dry run, what would keep the push from being done.
        warnings: What the editor should know: reviews that are taken back without having been retracted.
        hubs: What became of telling the hubs of feeds that changed, or what they are to be told.
        thin: The reviews, by id, whose event is too large for what it would say, and names the review only.
    """

    changes: tuple[Change, ...]
    endpoints: tuple[EndpointReport, ...] = ()
    baseline: bool = False
    dry: bool = False
    waiting: int = 0
    obstacles: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    hubs: tuple[HubReport, ...] = ()
    thin: frozenset[str] = frozenset()

    @property
    def idle(self) -> bool:
        """Tell whether there was nothing to announce and nothing to deliver, to partners and to hubs."""
        touched = any(
            report.delivered or report.waiting or report.failed or report.notes for report in self.endpoints
        ) or any(hub.told or hub.waiting for hub in self.hubs)
        return not self.changes and not touched and not self.waiting

    @property
    def complete(self) -> bool:
        """Tell whether everything that was to be delivered was; what an endpoint left behind that is gone is not."""
        return self.dry or not (
            any(report.troubled for report in self.endpoints if report.known)
            or any(hub.waiting for hub in self.hubs)
        )


def require_secrets(site: Site, now: float, environment: Mapping[str, str] = os.environ) -> None:
    """See that every endpoint has a secret; `now` in seconds since 1970.

    Raises:
        ConfigurationError: One is missing or wrong; nothing was committed or sent.
    """
    for endpoint in site.endpoints:
        endpoint_keys(site, endpoint, now, environment)


def preview_push(
    posts: Iterable[Post], site: Site, now: datetime, *, baseline: bool = False, confirmed: bool = False
) -> PushReport:
    """Say what a push would do, and what would keep it from being done; nothing is written or sent.

    Raises:
        PostsInvalid: A post does not fit what was announced.
    """
    pending = look_for_changes(posts, site, now)
    return PushReport(
        pending.changes,
        dry=True,
        baseline=baseline,
        waiting=sum(pending.waiting.values()),
        warnings=pending.warnings,
        hubs=() if baseline else preview_hubs(site),
        thin=frozenset() if baseline else thin_events(pending.changes, site, now),
        obstacles=()
        if baseline
        else tuple(error.message for error in obstacles(pending, site, now, confirmed=confirmed)),
    )


def thin_events(changes: Iterable[Change], site: Site, now: datetime) -> frozenset[str]:
    """Return the reviews, by id, whose event would be too large for what it says; of a site without partners, none."""
    if not site.endpoints:
        return frozenset()
    return frozenset(change.review_id for change in changes if _event(change, site, now).thin)


def obstacles(
    pending: Pending,
    site: Site,
    now: datetime,
    *,
    confirmed: bool,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[PublisherError]:
    """Yield what would keep changes from being announced; the first is what a run would be refused for.

    Args:
        pending: The changes.
        site: The site.
        now: The moment that decides what is live; aware.
        confirmed: What is announced or taken back is meant.
        environment: The variables that secrets may stand in.
    """
    checks: tuple[Callable[[], None], ...] = (
        lambda: require_meant(pending.changes, site, now, pending.past, confirmed=confirmed),
        lambda: require_feeds_kept(pending.vanished, site, confirmed=confirmed),
        lambda: require_secrets(site, now.timestamp(), environment),
    )
    for check in checks:
        try:
            check()
        except PublisherError as error:
            yield error


def push(  # noqa: PLR0913 - what a run needs, and the world around it
    posts: Iterable[Post],
    site: Site,
    now: datetime,
    *,
    baseline: bool = False,
    confirmed: bool = False,
    round: Round | None = None,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.time,
    client: Client | None = None,
) -> PushReport:
    """Announce what changed since the last push, and deliver what is due; then tell the hubs which feeds changed.

    Events, their deliveries and what they announce are one transaction; nothing is sent before it is committed. What
    is not delivered waits in the ledger until it is due again, under the same id. While it is delivered, other runs may
    announce, and deliver, too. Hubs are told of the feeds as they lie in their folder.

    Args:
        posts: All posts of the site.
        site: The site.
        now: The moment that decides what is live; aware.
        baseline: Record everything as announced, without events.
        confirmed: What is announced or taken back is meant, however much, and whatever the time was before.
        round: How long to deliver, and who hears of it; default: what is due, once.
        progress: Hears that the run waits for the public feed.
        clock: Answers the real time in seconds since 1970; signatures need it.
        client: The way out; default: the guarded one, as the site's configuration allows.

    Raises:
        PostsInvalid: A post does not fit what was announced.
        Unconfirmed: Too much would be announced or taken back at once, or the clock is behind an earlier run.
        Refused: Another run is at work.
        ConfigurationError: A secret is missing or wrong.
        EnvironmentFault: The ledger cannot be used, or the public feed does not show in time what is announced.
    """
    with exclusive(site):
        report = announce_locked(
            posts,
            site,
            now,
            baseline=baseline,
            confirmed=confirmed,
            progress=progress,
            clock=clock,
            client=client,
        )
    if not baseline:
        report = deliver_waiting(report, site, round=round, clock=clock, client=client)
    record_run(site, "push", clock())
    return report


def announce_locked(  # noqa: PLR0913 - as `push`
    posts: Iterable[Post],
    site: Site,
    now: datetime,
    *,
    baseline: bool = False,
    confirmed: bool = False,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.time,
    client: Client | None = None,
) -> PushReport:
    """Commit what changed, while the caller holds the site's lock; otherwise as `push`. Nothing is sent."""
    with Ledger.open(site.state) as ledger:
        posts, announced = list(posts), ledger.announced()
        warnings = tuple(check_history(posts, announced, site, now))
        changes = tuple(find_changes(posts, announced, site, now))
        require_unmoved(changes, posts, site)
        if baseline and not confirmed:
            require_meant_to_vanish(changes)
        elif not baseline:
            require_meant(changes, site, now, past_of(ledger, announced), confirmed=confirmed)
            require_secrets(site, clock())
            await_live(site, changes, now=now, client=client, progress=progress)
        told = {change.review_id for change in changes}
        silent = [
            Announcement(one, None)
            for one in unremembered_offers(posts, announced, site, now)
            if one.review_id not in told
        ]
        told_of = [_announcement(change, site, now, baseline=baseline) for change in changes]
        ledger.announce(
            [*told_of, *silent],
            recipients(site.webhooks),
            clock(),
            now=now.timestamp(),
            set_back=confirmed or baseline,
        )
    thin = frozenset(
        one.event.review_id for one in told_of if site.endpoints and one.event is not None and one.event.thin
    )
    return PushReport(changes, baseline=baseline, warnings=warnings, thin=thin)


def deliver_waiting(
    report: PushReport,
    site: Site,
    *,
    round: Round | None = None,
    clock: Callable[[], float] = time.time,
    client: Client | None = None,
) -> PushReport:
    """Deliver what is due to partners, then tell the hubs; return the report with what became of it.

    Raises:
        ConfigurationError: A secret is missing or wrong.
        EnvironmentFault: The ledger cannot be used.
    """
    going = round or Round()
    correspondence = Correspondence(site.webhooks, lambda endpoint, now: endpoint_keys(site, endpoint, now))
    to_partners = client or Client(allow=site.allow, body_limit=ANSWER_LIMIT)
    with Ledger.open(site.state) as ledger:
        until = time.monotonic() + going.wait
        reports = deliver(ledger, lambda: correspondence, to_partners, clock, going)
        old = clock() - site.webhooks.keep * _DAY
        ledger.deliveries.prune(old)
        ledger.hubs.prune(old)
        hubs: tuple[HubReport, ...] = ()
        if not going.stop.is_set():
            hubs = _tell_hubs(ledger, site, going, until - time.monotonic(), clock, client)
    return replace(report, endpoints=tuple(reports), hubs=hubs)


def _tell_hubs(
    ledger: Ledger,
    site: Site,
    going: Round,
    seconds: float,
    clock: Callable[[], float],
    client: Client | None,
) -> tuple[HubReport, ...]:
    """Tell the hubs which feeds changed; a run that waits does so for them, too, as many seconds as it has left."""
    if not site.syndication.hubs or going.wait <= 0:
        return tell_of_feeds(ledger, site, clock, client)
    going.listener.pinging()
    try:
        patience = Patience(max(0.0, seconds), going.stop, going.listener.resting)
        return tell_of_feeds(ledger, site, clock, client, patience)
    finally:
        going.listener.ended()


def record_run(site: Site, command: str, at: float) -> None:
    """Record what a run did at `at`, in seconds since 1970: its command, when that ended well, or BEGUN."""
    with Ledger.open(site.state) as ledger:
        ledger.record_run(command, at)


def _announcement(change: Change, site: Site, now: datetime, *, baseline: bool) -> Announcement:
    event = None if baseline else _event(change, site, now)
    sequence = change.sequence - 1 if baseline else change.sequence
    live = change.type is not EventType.RETRACTED
    return Announcement(Announced(change.review_id, sequence, live, change.snapshot), event)


def _event(change: Change, site: Site, now: datetime) -> Event:
    if change.post is None:
        return retraction_event(
            change.type,
            change.review_id,
            change.url,
            change.sequence,
            now,
            reason=change.reason or "retracted",
            at=change.at or now,
        )
    entry = present(change.post, site, now)
    return review_event(
        change.type,
        entry,
        change.sequence,
        site,
        now,
        changed=change.changed,
        offers_before=change.offers_before,
        url_before=change.url_before,
    )
