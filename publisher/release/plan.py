"""A plan: what a publish run would do, as data that a person can read and a later run can be held to.

It is meant to be shown: of reviews that nobody may see it holds nothing but addresses, of those taken back neither
title nor text.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publisher.errors import EnvironmentFault, Refused
from publisher.model import EventType
from publisher.outputs import generate
from publisher.outputs.comparison import Difference, compare_feed
from publisher.release.hubs import preview_hubs
from publisher.release.live import longest_wait
from publisher.release.offers import OFFERS
from publisher.release.pending import look_for_changes
from publisher.release.push_run import obstacles
from publisher.site import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.errors import PublisherError
    from publisher.ledger import DisabledWhy
    from publisher.outputs.comparison import EntryDifference
    from publisher.posts import Collection, Post
    from publisher.release.changes import Change
    from publisher.release.pending import Pending
    from publisher.site import Site

FORMAT_VERSION = 1
#: What a plan that was written down calls itself.
KIND = "publisher-plan"

# What events call otherwise than front matter does.
_KEYS = {OFFERS: "watch"}


@dataclass(frozen=True, slots=True)
class PlannedReview:
    """A review that readers or partners will see change.

    Attributes:
        kind: `new`; `due`, when its time came after the last run; `changed`; `retracted`.
        title: None of one that is taken back.
        fields: Of one that changed, what: keys of front matter, or `text`.
        reason: Of one that is taken back, why.
    """

    kind: str
    id: str
    url: str
    title: str | None = None
    fields: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """An event that would be committed.

    Attributes:
        endpoints: The names of the endpoints that get it.
        cancelled: The names of those that would, were they not switched off: theirs is kept, and can be sent later.
    """

    type: str
    id: str
    url: str
    sequence: int
    endpoints: tuple[str, ...]
    cancelled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Withheld:
    """What an endpoint is not sent of earlier runs.

    Attributes:
        number: How many deliveries.
        why: `off`, when it is switched off: they are cancelled; `removed`, when it has left publisher.toml: they wait for
            three days in case it comes back, and are then cancelled.
    """

    endpoint: str
    number: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a publish run would do at a moment.

    Attributes:
        now: The moment it was made for; aware.
        inputs: Digests of what it was made from: `configuration`, `posts`, `ledger`.
        written: The files that would be written, with the SHA-256 of their bytes.
        removed: The files that would be removed.
        deploys: Whether the site's deploy command would run.
        waits: For how many seconds, at most, it would wait until the public feed shows the changes; None does not look.
        waiting: How many deliveries of earlier runs would be tried, by endpoint.
        withheld: What others are not sent of earlier runs.
        off: The endpoints that are switched off, and why.
        hubs: How many files of feeds each WebSub hub would be told of, by its address.
        refusals: What would keep the run from being done, as things stand; it would end with the first.
        warnings: What the editor should know before that.
    """

    now: datetime
    inputs: Mapping[str, str]
    reviews: tuple[PlannedReview, ...]
    written: Mapping[str, str]
    removed: tuple[str, ...]
    deploys: bool
    waits: int | None
    events: tuple[PlannedEvent, ...]
    waiting: Mapping[str, int]
    hubs: Mapping[str, int]
    withheld: tuple[Withheld, ...] = ()
    off: Mapping[str, DisabledWhy] = field(default_factory=dict)
    refusals: tuple[PublisherError, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Say what would keep the run from being done."""
        return tuple(refusal.message for refusal in self.refusals)

    @property
    def exit_code(self) -> int:
        """Return what the run would end with, as things stand, before it did anything; 0 where nothing is in its way."""
        return self.refusals[0].exit_code if self.refusals else 0

    @property
    def idle(self) -> bool:
        """Tell whether there is nothing to do but to look."""
        done = (
            self.reviews,
            self.written,
            self.removed,
            self.events,
            self.waiting,
            self.withheld,
            self.hubs,
        )
        return not any(done)

    def as_fields(self) -> dict[str, Any]:
        """Return the plan as it is written down; `read_plan` reads it."""
        return {
            "format_version": FORMAT_VERSION,
            "kind": KIND,
            "now": self.now.isoformat(),
            "inputs": dict(self.inputs),
            **self._outcome(),
            "withheld": [
                {"endpoint": one.endpoint, "deliveries": one.number, "why": one.why} for one in self.withheld
            ],
            "switched_off": {name: str(why) for name, why in self.off.items()},
            "hubs": dict(self.hubs),
            "obstacles": list(self.obstacles),
        }

    def _outcome(self) -> dict[str, Any]:
        return {
            "reviews": [
                {
                    "kind": review.kind,
                    "id": f"urn:uuid:{review.id}",
                    "url": review.url,
                    **({"title": review.title} if review.title is not None else {}),
                    **({"fields": list(review.fields)} if review.fields else {}),
                    **({"reason": review.reason} if review.reason is not None else {}),
                }
                for review in self.reviews
            ],
            "files": {"written": dict(sorted(self.written.items())), "removed": list(self.removed)},
            "deploys": self.deploys,
            "waits": self.waits,
            "events": [
                {
                    "type": event.type,
                    "review": f"urn:uuid:{event.id}",
                    "url": event.url,
                    "sequence": event.sequence,
                    "endpoints": list(event.endpoints),
                    **({"cancelled": list(event.cancelled)} if event.cancelled else {}),
                }
                for event in self.events
            ],
            "waiting": dict(sorted(self.waiting.items())),
        }

    def require_same(self, agreed: Mapping[str, Any]) -> None:
        """See that this plan, made just now, is the one that was agreed on.

        Args:
            agreed: A plan as it was written down.

        Raises:
            Refused: Posts, configuration, ledger, files or the time have moved on.
        """
        inputs = agreed.get("inputs")
        known = inputs if isinstance(inputs, dict) else {}
        moved = [words for name, words in _MOVED.items() if known.get(name) != self.inputs[name]]
        if not moved:
            outcome = self._outcome()
            moved = [words for name, words in _TURNED_OUT.items() if agreed.get(name) != outcome[name]]
        if moved:
            raise Refused(
                f"the plan no longer holds: {', '.join(moved)}; nothing was done",
                "make a new one with `publisher plan -o FILE`, look at it, and publish that",
            )


_MOVED = {
    "configuration": f"{FILE_NAME} has changed",
    "posts": "posts have changed",
    "ledger": "the ledger has moved on, because something was announced meanwhile",
}
# The same posts and settings come to something else when time passes, or files were changed by others.
_TURNED_OUT = {
    "reviews": "other reviews are new, due, changed or taken back by now",
    "files": "other files would be written",
    "events": "other events would be sent",
}


def make_plan(collection: Collection, site: Site, now: datetime, *, confirmed: bool = False) -> Plan:
    """Work out what `publish` would do at `now` (aware); nothing is written or sent.

    Args:
        collection: All posts.
        site: The site.
        now: The moment that decides what is live; aware.
        confirmed: What is announced or taken back is meant: what needs that said is no obstacle.

    Raises:
        PostsInvalid: A post has an error, or does not fit what was announced.
        Refused: A post changed since it was read.
    """
    posts = collection.require_valid().posts
    return plan_for(look_for_changes(posts, site, now), posts, site, now, confirmed=confirmed)


def plan_for(
    pending: Pending, posts: Sequence[Post], site: Site, now: datetime, *, confirmed: bool = False
) -> Plan:
    """Make a plan of changes that were looked for already; otherwise as `make_plan`."""
    written = generate(posts, site, now, dry=True)
    return Plan(
        now=now,
        inputs={
            "configuration": _file_digest(site.root / FILE_NAME),
            "posts": _posts_digest(posts),
            "ledger": pending.ledger,
        },
        reviews=_reviews(pending, compare_feed(posts, site, now, written=written) or ()),
        written={name: written.sha256[name] for name in written.changed},
        removed=written.removed,
        deploys=site.deploy.command is not None,
        waits=longest_wait(site, pending.changes),
        events=tuple(_event(change, site, pending.off) for change in pending.changes),
        waiting=pending.waiting,
        withheld=tuple(
            Withheld(name, number, "off" if name in pending.off else "removed")
            for name, number in pending.withheld.items()
        ),
        off=pending.off,
        hubs={hub.url: hub.waiting for hub in preview_hubs(site, written.sha256) if hub.waiting},
        refusals=tuple(obstacles(pending, site, now, confirmed=confirmed)),
        warnings=pending.warnings,
    )


def _reviews(pending: Pending, differences: Sequence[EntryDifference]) -> tuple[PlannedReview, ...]:
    """Join what partners would be told with what readers would see; a typo is seen and not told."""
    seen = {difference.id: difference for difference in differences}
    planned = [_announced(change, seen.get(change.review_id), pending) for change in pending.changes]
    told = {change.review_id for change in pending.changes}
    for difference in differences:
        if difference.id in told or difference.kind is Difference.ADDED:
            # A review that comes into the feed because another one left it is not new to anybody.
            continue
        changed = difference.kind is Difference.CHANGED
        planned.append(
            PlannedReview(
                "changed" if changed else "retracted",
                difference.id,
                difference.url,
                difference.title if changed else None,
                difference.fields,
            )
        )
    return tuple(planned)


def _announced(change: Change, seen: EntryDifference | None, pending: Pending) -> PlannedReview:
    kind = "changed"
    fields = {_KEYS.get(field, field) for field in change.changed}
    if change.type is EventType.RETRACTED:
        return PlannedReview("retracted", change.review_id, change.url, reason=change.reason)
    if change.type is EventType.PUBLISHED and change.post is not None:
        came = change.post.review.date.timestamp()
        kind = "due" if pending.last_run is not None and came > pending.last_run else "new"
    elif seen is not None:
        fields.update(seen.fields)
    return PlannedReview(kind, change.review_id, change.url, change.title, tuple(sorted(fields)))


def _event(change: Change, site: Site, off: Mapping[str, DisabledWhy]) -> PlannedEvent:
    wanted = [endpoint.name for endpoint in site.endpoints if change.type in endpoint.events]
    return PlannedEvent(
        str(change.type),
        change.review_id,
        change.url,
        change.sequence,
        endpoints=tuple(name for name in wanted if name not in off),
        cancelled=tuple(name for name in wanted if name in off),
    )


def _posts_digest(posts: Sequence[Post]) -> str:
    digest = hashlib.sha256()
    for post in sorted(posts, key=lambda post: post.name):
        digest.update(post.name.encode(errors="surrogateescape") + b"\0" + post.digest + post.beside)
    return digest.hexdigest()


def _file_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise EnvironmentFault(f"{path} cannot be read: {error.strerror or error}") from None
