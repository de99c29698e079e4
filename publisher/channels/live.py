"""The reviews the world may see at a moment, and those it may not see any more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from publisher.model import Visibility, as_of, visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from publisher.model import Review
    from publisher.posts import Post

Item = TypeVar("Item")


def live_posts(posts: Iterable[Post], now: datetime) -> list[Post]:
    """Return the posts that are live at `now` (aware), as they stand then.

    The newest comes first; ties are settled by id, the same on every machine.
    """
    live = [
        replace(post, review=as_of(post.review, now))
        for post in posts
        if visibility(post.review, now) is Visibility.LIVE
    ]
    return _newest_first(live, lambda post: post.review)


def retracted_reviews(posts: Iterable[Post], now: datetime) -> list[Review]:
    """Return the reviews that are retracted at `now` (aware): the newest first, ties by id."""
    retracted = [post.review for post in posts if visibility(post.review, now) is Visibility.RETRACTED]
    return _newest_first(retracted, lambda review: review)


def _newest_first(items: list[Item], review_of: Callable[[Item], Review]) -> list[Item]:
    items.sort(key=lambda item: review_of(item).id)
    items.sort(key=lambda item: review_of(item).date, reverse=True)
    return items
