"""What would leave the feeds: all that is asked before they are written and nobody is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.model import Visibility, visibility
from publisher.outputs.published import published_ids
from publisher.release.changes import Change, find_retractions
from publisher.release.history import check_history

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from publisher.ledger import Announced
    from publisher.posts import Post
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class Vanishing:
    """What would not be in the feeds any more.

    Attributes:
        retractions: The reviews that were announced, each as it would be taken back.
        unannounced: How many others are in the feeds, and are not live any more.
    """

    retractions: tuple[Change, ...]
    unannounced: int


def look_for_vanishing(posts: Iterable[Post], site: Site, now: datetime) -> Vanishing:
    """Look what would leave the feeds; a site without a ledger has announced nothing.

    Raises:
        PostsInvalid: A post does not fit what was announced.
        EnvironmentFault: The ledger cannot be used.
    """
    posts = list(posts)
    announced = _announced(site)
    if announced:
        check_history(posts, announced, site, now)
    return Vanishing(
        tuple(find_retractions(posts, announced, now)), count_unannounced(posts, announced, site, now)
    )


def count_unannounced(posts: Iterable[Post], announced: Collection[str], site: Site, now: datetime) -> int:
    """Count the reviews that are in the feeds, are not live any more, and are not among those announced, by id."""
    out = published_ids(site.feeds).difference(announced)
    return len(out - {post.review.id for post in posts if visibility(post.review, now) is Visibility.LIVE})


def _announced(site: Site) -> Mapping[str, Announced]:
    if not site.ledger.exists():
        return {}
    from publisher.ledger import Ledger  # noqa: PLC0415 - a site that tells nobody need not wait for a database

    ledger = Ledger.peek(site.state)
    if ledger is None:
        return {}
    with ledger:
        return ledger.announced()
