"""How a site stands: what there is, what comes next, what is overdue, and what was not generated, announced or delivered.

It is for the editors of the site: titles of drafts and of scheduled reviews are in it. Nothing is written and no
lock is taken, so that it can be asked for at any time, beside a run and on a site that may only be read.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.channels import live_posts, page_names
from publisher.diagnostics import has_errors
from publisher.errors import EnvironmentFault, PublisherError, Refused
from publisher.ledger import Ledger
from publisher.model import EventType, Visibility, visibility
from publisher.outputs import generate
from publisher.outputs.comparison import Difference, compare_feed
from publisher.outputs.manifest import read_manifest
from publisher.posts.files import Unreadable, read_file
from publisher.posts.reading import identity
from publisher.release.changes import Change, find_changes
from publisher.release.endpoint_status import EndpointStatus, endpoint_statuses, moment_in_zone, patience_at
from publisher.release.guards import Past, past_of, require_meant
from publisher.release.history import history_faults
from publisher.release.hubs import preview_hubs
from publisher.release.schedule import Appointment, Turn, appointments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import TypeVar

    from publisher.diagnostics import Diagnostic
    from publisher.ledger import Announced
    from publisher.outputs.comparison import EntryDifference
    from publisher.posts import Collection, Post
    from publisher.site import Site

    Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Ungenerated:
    """What differs between the feeds that are there and those that would be generated now.

    Attributes:
        files: The names of the files that differ; empty while posts have errors, because none are generated then.
        reviews: The reviews that readers would see come, change or go.
    """

    files: tuple[str, ...] = ()
    reviews: tuple[EntryDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class Unannounced:
    """What differs between the posts and what partners were told.

    Attributes:
        changes: What would be announced now, in the order of the events.
        obstacles: What would keep it from being announced.
        diagnostics: What does not fit, or is odd, about posts that were announced.
    """

    changes: tuple[Change, ...] = ()
    obstacles: tuple[str, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HubStatus:
    """What a WebSub hub was not told yet.

    Attributes:
        waiting: How many files of feeds have other bytes than it was told of.
        not_before: When it wants to be asked again, where that is yet to come; aware.
    """

    url: str
    waiting: int
    not_before: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """How a site stands at a moment. Every moment is aware, and in the site's zone.

    Attributes:
        now: The moment.
        counts: How many reviews there are of each visibility; posts with errors are in none.
        faulty: The files, and folders, with errors.
        upcoming: What happens later, the next first.
        overdue: Whose time has come and what was not done, the oldest first.
        generated: What differs from the feeds that are there; None where none were generated yet.
        announced: What differs from what partners were told; None where nothing was announced yet, or it cannot be known.
        last_publish: When `publish` last ended well.
        endpoints: Those of publisher.toml in its order, then others that something still waits for.
        hubs: What the WebSub hubs were not told yet of the feeds that are there.
        troubles: Why something could not be looked at: `generated`, the feeds, or `announced`, the ledger.
    """

    now: datetime
    counts: Mapping[Visibility, int]
    faulty: tuple[str, ...]
    upcoming: tuple[Appointment, ...]
    overdue: tuple[Appointment, ...]
    generated: Ungenerated | None
    announced: Unannounced | None
    last_publish: datetime | None
    endpoints: tuple[EndpointStatus, ...]
    hubs: tuple[HubStatus, ...]
    troubles: Mapping[str, PublisherError]

    def since(self, moment: datetime) -> float:
        """Return how many seconds ago a moment was; less than 0 of one that is to come."""
        return (self.now - moment).total_seconds()


def site_status(collection: Collection, site: Site, now: datetime) -> SiteStatus:
    """Look how a site stands at `now` (aware), as far as the faults of its posts allow.

    What cannot be looked at is among the status' troubles, and hides nothing else.
    """
    troubles: dict[str, PublisherError] = {}
    faulty = _Faulty.of(collection, site)
    generated = _looked(
        lambda: _ungenerated(collection.posts, site, now, faulty), "generated", site.feeds, troubles
    )
    books = _looked(lambda: _read_ledger(site, now), "announced", site.state, troubles)
    announced = _unannounced(collection.posts, books, site, now, faulty) if books else None
    if announced and books:
        overdue = _not_announced(announced.changes, collection.posts, now, books.last_publish)
    else:
        overdue = _not_generated(generated, collection.posts, site, now)
    return SiteStatus(
        now=now.astimezone(site.zone),
        counts=_counts(collection.posts, now),
        faulty=faulty.names,
        upcoming=_in_zone(appointments(collection.posts, now), site),
        overdue=_in_zone(sorted(overdue, key=lambda one: (one.at, one.review.id)), site),
        generated=generated,
        announced=announced,
        last_publish=moment_in_zone(books.last_publish if books else None, site),
        endpoints=books.endpoints if books else endpoint_statuses(None, site, now),
        hubs=_looked(lambda: _hubs(site, now), "announced", site.state, troubles) or (),
        troubles=troubles,
    )


def _looked(
    look: Callable[[], Found | None], about: str, where: Path, troubles: dict[str, PublisherError]
) -> Found | None:
    """Return what a look finds; where it cannot be had, that is one of the troubles."""
    try:
        return look()
    except PublisherError as error:
        troubles[about] = error
    except OSError as error:
        troubles[about] = EnvironmentFault(
            f"{error.filename or where} cannot be read: {error.strerror or error}"
        )
    return None


@dataclass(frozen=True, slots=True)
class _Faulty:
    """Posts with errors.

    Attributes:
        names: Their files, as messages name them.
        ids: The ids of those that could be read so far.
        unknown: Whether one may have any id.
        others: The ids of the posts without errors.
    """

    names: tuple[str, ...]
    ids: frozenset[str]
    unknown: bool
    others: frozenset[str]

    @classmethod
    def of(cls, collection: Collection, site: Site) -> _Faulty:
        names = sorted({fault.path for fault in collection.diagnostics if has_errors([fault])})
        ids: set[str | None] = set()
        for name in names:
            path = site.root / name
            try:
                ids.add(identity(read_file(path, site), path)[0])
            except Unreadable:
                ids.add(None)
        read = frozenset(one for one in ids if one is not None)
        others = frozenset(post.review.id for post in collection.posts)
        return cls(tuple(names), read, None in ids, others)

    def may_have(self, review_id: str) -> bool:
        """Tell whether one of these may be the post of a review."""
        return review_id in self.ids or (self.unknown and review_id not in self.others)


def _counts(posts: Sequence[Post], now: datetime) -> dict[Visibility, int]:
    seen = Counter(visibility(post.review, now) for post in posts)
    return {kind: seen[kind] for kind in Visibility}


def _ungenerated(posts: Sequence[Post], site: Site, now: datetime, faulty: _Faulty) -> Ungenerated | None:
    if not faulty.names:
        written = generate(posts, site, now, dry=True)
        differences = compare_feed(posts, site, now, written=written)
        return None if differences is None else Ungenerated(written.stale, differences)
    differences = compare_feed(posts, site, now)
    if differences is None:
        return None
    live = live_posts(posts, now)
    if site.syndication.archive is None:
        # Mended, they may take up as many places of the feed.
        live = live[: max(0, site.syndication.limit - len(faulty.names))]
    shown = {post.review.id for post in live}
    return Ungenerated(
        reviews=tuple(
            one
            for one in differences
            if (one.kind is Difference.CHANGED)
            or (one.kind is Difference.ADDED and one.id in shown)
            or (one.kind is Difference.REMOVED and not faulty.may_have(one.id))
        )
    )


@dataclass(frozen=True, slots=True)
class _Books:
    """What the ledger holds, as far as it matters here."""

    announced: Mapping[str, Announced]
    endpoints: tuple[EndpointStatus, ...]
    last_publish: float | None
    past: Past


def _read_ledger(site: Site, now: datetime) -> _Books | None:
    ledger = Ledger.peek(site.state)
    if ledger is None:
        return None
    with ledger:
        announced = ledger.announced()
        return _Books(
            announced=announced,
            endpoints=endpoint_statuses(ledger, site, now),
            last_publish=ledger.last_run("publish"),
            past=past_of(ledger, announced),
        )


def _unannounced(
    posts: Sequence[Post], books: _Books, site: Site, now: datetime, faulty: _Faulty
) -> Unannounced:
    told = {key: one for key, one in books.announced.items() if not faulty.may_have(key)}
    obstacles: list[str] = []
    changes = find_changes(posts, told, site, now)
    try:
        require_meant(changes, site, now, books.past, confirmed=False)
    except Refused as error:
        obstacles.append(error.message)
    return Unannounced(tuple(changes), tuple(obstacles), tuple(history_faults(posts, told, site, now)))


def _not_announced(
    changes: Sequence[Change], posts: Sequence[Post], now: datetime, last_publish: float | None
) -> list[Appointment]:
    """Find whose time came without being announced; what an editor changed since the last run is no appointment.

    Nor is what is yet to come, though it is announced: an earlier run was at a later moment.
    """
    reviews = {post.review.id: post.review for post in posts}
    found = []
    for change in changes:
        review = reviews.get(change.review_id)
        if review is None or change.type is EventType.OFFERS_CHANGED:
            continue
        if change.type is EventType.PUBLISHED:
            found.append(Appointment(Turn.LIVE, review.date, review))
            continue
        turn, at = (
            (Turn.RETRACTED, review.retracted)
            if change.type is EventType.RETRACTED
            else (Turn.UPDATED, review.updated if "updated" in change.changed else None)
        )
        if at is not None and at <= now and (last_publish is None or at.timestamp() > last_publish):
            found.append(Appointment(turn, at, review))
    return found


def _not_generated(
    generated: Ungenerated | None, posts: Sequence[Post], site: Site, now: datetime
) -> list[Appointment]:
    """Find live reviews that the feeds should have and do not; it is all that can be known without a ledger."""
    missing = {one.id for one in generated.reviews if one.kind is Difference.ADDED} if generated else set()
    live, limit = [post.review for post in live_posts(posts, now)], site.syndication.limit
    if len(live) > limit and not page_names(read_manifest(site.feeds).channels):
        # Behind the last that is there, a full feed is filled up with old ones when it loses others; and with all that
        # are older, on pages of their own, when it gets an archive.
        there = [place for place, review in enumerate(live) if review.id not in missing]
        live = live[: max((place for place in there if place < limit), default=limit)]
    return [Appointment(Turn.LIVE, review.date, review) for review in live if review.id in missing]


def _hubs(site: Site, now: datetime) -> tuple[HubStatus, ...]:
    return tuple(
        HubStatus(url=hub.url, waiting=hub.waiting, not_before=patience_at(hub.not_before, site, now))
        for hub in preview_hubs(site)
    )


def _in_zone(found: Iterable[Appointment], site: Site) -> tuple[Appointment, ...]:
    return tuple(Appointment(one.turn, one.at.astimezone(site.zone), one.review) for one in found)
