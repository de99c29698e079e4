"""What waits to be told: the difference between posts and ledger, and deliveries of earlier runs; nothing is touched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from publisher.ledger import Ledger
from publisher.model import EventType
from publisher.release.changes import Change, find_changes
from publisher.release.guards import NOTHING_YET, Past, past_of
from publisher.release.history import check_history
from publisher.release.vanishing import count_unannounced

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.diagnostics import Diagnostic
    from publisher.ledger import Announced, DisabledWhy
    from publisher.posts import Post
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class Pending:
    """What a push would do.

    Attributes:
        changes: What would be announced, in the order of the events.
        warnings: What the editor should know before that: reviews that would be taken back without having been retracted.
        waiting: How many deliveries of earlier runs are still to be made, by endpoint; those of reviews that are taken back are not.
        withheld: How many are not, because their endpoint is switched off or has left publisher.toml.
        off: The site's endpoints that are switched off, and why: what is announced for them is cancelled.
        last_run: When `publish` or `push` last ended well, in seconds since 1970.
        past: What the ledger says of earlier runs.
        vanished: How many reviews are in the feeds, are not live any more, and were never announced.
        ledger: A digest of what the ledger knows; another one means that somebody published meanwhile.
    """

    changes: tuple[Change, ...]
    warnings: tuple[Diagnostic, ...] = ()
    waiting: Mapping[str, int] = field(default_factory=dict)
    withheld: Mapping[str, int] = field(default_factory=dict)
    off: Mapping[str, DisabledWhy] = field(default_factory=dict)
    last_run: float | None = None
    past: Past = NOTHING_YET
    vanished: int = 0
    ledger: str = ""


def look_for_changes(posts: Iterable[Post], site: Site, now: datetime) -> Pending:
    """Look what a push would do; a site without a ledger has announced nothing.

    Raises:
        PostsInvalid: A post does not fit what was announced.
        EnvironmentFault: The ledger cannot be used.
    """
    posts = list(posts)
    ledger = Ledger.peek(site.state)
    if ledger is None:
        changes = find_changes(posts, {}, site, now)
        return Pending(tuple(changes), vanished=count_unannounced(posts, (), site, now), ledger=_digest({}))
    with ledger:
        announced = ledger.announced()
        past = past_of(ledger, announced)
        last_run = ledger.last_run("publish", "push")
        warnings = check_history(posts, announced, site, now)
        changes = find_changes(posts, announced, site, now)
        gone = {change.review_id for change in changes if change.type is EventType.RETRACTED}
        waiting = ledger.deliveries.waiting(without=gone)
        states = ledger.endpoints.present({endpoint.name: endpoint.url for endpoint in site.endpoints})
    off = {name: state.disabled_why for name, state in states.items() if state.disabled_why is not None}
    sent = states.keys() - off.keys()
    return Pending(
        changes=tuple(changes),
        warnings=tuple(warnings),
        waiting={name: number for name, number in waiting.items() if name in sent},
        withheld={name: number for name, number in sorted(waiting.items()) if name not in sent},
        off=off,
        last_run=last_run,
        past=past,
        vanished=count_unannounced(posts, announced, site, now),
        ledger=_digest(announced),
    )


def _digest(announced: Mapping[str, Announced]) -> str:
    """Sum up what was announced; that something was delivered meanwhile changes nothing of what a run does."""
    told = [[one.review_id, one.sequence, one.live, one.snapshot] for _, one in sorted(announced.items())]
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()
