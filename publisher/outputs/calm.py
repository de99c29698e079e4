"""Until when nothing changes by itself, and what a run that found everything as it should be puts down."""

from __future__ import annotations

import itertools
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from publisher.cache.runs import FOLDER
from publisher.feeds.tombstones import KEPT
from publisher.posts.turning_points import turning_points

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.cache.runs import Run
    from publisher.outputs.files import Written
    from publisher.posts import Post
    from publisher.site import Site


def put_down(run: Run, posts: Iterable[Post], site: Site, now: datetime, written: Written) -> None:
    """Put down a run of `generate` into the site's own folder of feeds, if the next can be told by stamps alone.

    Args:
        run: The run, as it was begun.
        posts: All posts.
        site: The site.
        now: The moment the feeds were made for; aware.
        written: What became of the folder.
    """
    posts = list(posts)
    if site.state != site.root / FOLDER.parent or not all(post.mark for post in posts):
        return
    ledger = [site.ledger.with_name(site.ledger.name + suffix) for suffix in ("", "-wal")]
    names = sorted({*written.changed, *written.unchanged})
    run.put_down(
        site.posts,
        looked=itertools.chain(ledger, *(post.looked for post in posts)),
        wrote=[site.feeds / name for name in names],
        since=now.timestamp(),
        until=calm_until(posts, site, now).timestamp(),
        result={"folder": site.display(site.feeds), "names": names},
    )


def calm_until(posts: Iterable[Post], site: Site, now: datetime) -> datetime:
    """Return up to when feeds and pages stay as they are at `now` (aware): tonight at the latest, when archives may turn."""
    tomorrow = (now.astimezone(site.zone) + timedelta(days=1)).date()
    midnight = datetime.combine(tomorrow, time(), site.zone)
    return min(
        itertools.chain([midnight], (moment for moment in _moments(posts) if moment > now)),
        key=lambda moment: moment.timestamp(),
    )


def _moments(posts: Iterable[Post]) -> Iterator[datetime]:
    for post in posts:
        yield from turning_points(post.review)
        if post.review.retracted is not None:
            # When its tombstone goes.
            yield post.review.retracted + KEPT
