"""One publish run: validate, attach, generate, deploy, push, in that order; an error stops before anything is done."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from publisher.channels import live_posts
from publisher.content import current_offers
from publisher.outputs import Written, generate
from publisher.release.deploy import run_deploy
from publisher.release.guards import BEGUN, require_unmoved
from publisher.release.hubs import preview_hubs
from publisher.release.lock import exclusive
from publisher.release.pending import look_for_changes
from publisher.release.plan import plan_for
from publisher.release.progress import Progress
from publisher.release.push_run import (
    PushReport,
    announce_locked,
    deliver_waiting,
    obstacles,
    preview_push,
    record_run,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from publisher.model import Offer, Review
    from publisher.net import Client
    from publisher.posts import Collection, Post
    from publisher.site import Site
    from publisher.webhooks import Round


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What a publish run did, or would do.

    Attributes:
        checked: How many posts were validated.
        attached: The live reviews with their offers, newest first.
        feeds: What became of the files.
        deployed: Whether a deploy command ran.
        push: What was announced and delivered, and what hubs were told.
    """

    checked: int
    attached: tuple[tuple[Review, tuple[Offer, ...]], ...]
    feeds: Written
    deployed: bool
    push: PushReport


def publish(  # noqa: PLR0913 - what a run needs, and the world around it
    collection: Collection,
    site: Site,
    now: datetime,
    *,
    confirmed: bool = False,
    plan: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
    round: Round | None = None,
    clock: Callable[[], float] = time.time,
    client: Client | None = None,
) -> PublishReport:
    """Publish a site whose posts were read.

    Args:
        collection: All posts.
        site: The site.
        now: The moment that decides what is live; aware.
        confirmed: What is announced or taken back is meant, however much, and whatever the time was before.
        plan: What is to be done, exactly, as `read_plan` returns it; None does whatever there is to do.
        progress: Hears of each step when it is done.
        round: How long to deliver, and who hears of it; default: what is due, once.
        clock: Answers the real time in seconds since 1970.
        client: The way out; default: the guarded one, as the site's configuration allows.

    Raises:
        PostsInvalid: A post has an error, or does not fit what was announced.
        Unconfirmed: Too much would be announced or taken back at once, or the clock is behind an earlier run.
        Refused: Another run is at work, or the plan no longer holds.
        ConfigurationError: A secret is missing or wrong.
        EnvironmentFault: A file cannot be written, or the deploy command failed.
    """
    posts = collection.require_valid().posts
    progress = progress or Progress()
    with exclusive(site):
        # What would stop the push is found before a file is written.
        pending = look_for_changes(posts, site, now)
        for obstacle in obstacles(pending, site, now, confirmed=confirmed):
            raise obstacle
        require_unmoved(pending.changes, posts, site)
        if plan is not None:
            plan_for(pending, posts, site, now).require_same(plan)
        progress.warned(pending.warnings)
        attached = _attached(posts, site, now)
        progress.attached(attached)
        # Killed from here on, the site is not taken for one whose ledger was lost.
        record_run(site, BEGUN, clock())
        written = generate(posts, site, now)
        progress.generated(written)
        if site.deploy.command is not None:
            run_deploy(site, site.deploy.command)
            progress.deployed()
        announced = announce_locked(
            posts, site, now, confirmed=confirmed, progress=progress, clock=clock, client=client
        )
    # Other runs may announce meanwhile, and deliver, too.
    pushed = deliver_waiting(announced, site, round=round, clock=clock, client=client)
    record_run(site, "publish", clock())
    progress.pushed(pushed)
    return PublishReport(
        collection.checked, attached, written, deployed=site.deploy.command is not None, push=pushed
    )


def preview_publish(
    collection: Collection,
    site: Site,
    now: datetime,
    *,
    confirmed: bool = False,
    progress: Progress | None = None,
) -> PublishReport:
    """Say what `publish` would do, and what would keep it from being done; nothing is written or sent.

    Raises:
        PostsInvalid: A post has an error, or does not fit what was announced.
    """
    posts = collection.require_valid().posts
    progress = progress or Progress()
    pushed = preview_push(posts, site, now, confirmed=confirmed)
    progress.warned(pushed.warnings)
    attached = _attached(posts, site, now)
    progress.attached(attached)
    written = generate(posts, site, now, dry=True)
    progress.generated(written)
    pushed = replace(pushed, hubs=preview_hubs(site, written.sha256))
    progress.pushed(pushed)
    return PublishReport(collection.checked, attached, written, deployed=False, push=pushed)


def _attached(
    posts: Iterable[Post], site: Site, now: datetime
) -> tuple[tuple[Review, tuple[Offer, ...]], ...]:
    return tuple((post.review, current_offers(post.review, site, now)) for post in live_posts(posts, now))
