"""One publish run: validate, attach, generate, deploy, push, in that order; an error stops before anything is done."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.feeds import Written, generate, live_posts
from publisher.release.deploy import run_deploy
from publisher.release.lock import exclusive
from publisher.release.progress import Progress
from publisher.release.push_run import (
    PushReport,
    check_ceiling,
    endpoint_secrets,
    pending_changes,
    push_locked,
)
from publisher.watch import attach

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.model import Offer, Review
    from publisher.posts import Collection
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publish run did, or would do.

    Attributes:
        checked: How many posts were validated.
        attached: The live reviews with their offers, newest first.
        feeds: What became of the files.
        deployed: Whether a deploy command ran.
        push: What was announced and delivered.
    """

    checked: int
    attached: tuple[tuple[Review, tuple[Offer, ...]], ...]
    feeds: Written
    deployed: bool
    push: PushReport


def publish(
    collection: Collection,
    site: Site,
    now: datetime,
    *,
    dry: bool = False,
    confirmed: bool = False,
    progress: Progress | None = None,
    clock: Callable[[], float] = time.time,
) -> PublishReport:
    """Publish a site whose posts were read.

    Args:
        collection: All posts.
        site: The site.
        now: The moment that decides what is live; aware.
        dry: Show what would happen; nothing is written or sent.
        confirmed: More than twenty events at once are meant.
        progress: Hears of each step when it is done.
        clock: Answers the real time in seconds since 1970.

    Raises:
        PostsInvalid: A post has an error.
        Refused: Too many events at once, or another run is at work.
        ConfigurationError: A secret is missing or wrong.
        EnvironmentFault: A file cannot be written, or the deploy command failed.
    """
    posts = collection.require_valid().posts
    progress = progress or Progress()
    attached = tuple((post.review, attach(post.review)) for post in live_posts(posts, now))
    progress.attached(attached)
    if dry:
        written = generate(posts, site, now, dry=True)
        progress.generated(written)
        changes, waiting = pending_changes(posts, site, now)
        pushed = PushReport(tuple(changes), dry=True, waiting=waiting)
        progress.pushed(pushed)
        return PublishReport(collection.checked, attached, written, deployed=False, push=pushed)
    with exclusive(site):
        # What would stop the push is found before a file is written.
        changes, _ = pending_changes(posts, site, now)
        check_ceiling(changes, confirmed=confirmed)
        endpoint_secrets(site)
        written = generate(posts, site, now)
        progress.generated(written)
        if site.deploy is not None:
            run_deploy(site, site.deploy)
            progress.deployed()
        pushed = push_locked(posts, site, now, confirmed=confirmed, clock=clock)
        progress.pushed(pushed)
    return PublishReport(collection.checked, attached, written, deployed=site.deploy is not None, push=pushed)
