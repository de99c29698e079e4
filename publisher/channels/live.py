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
    live = [found for post in posts if (found := live_post(post, now)) is not None]
    return _newest_first(live, lambda post: post.review)


def live_post(post: Post, now: datetime) -> Post | None:
    """Return a post as it stands at `now` (aware); None where it is not live then."""
    if visibility(post.review, now) is not Visibility.LIVE:
        return None
    review = as_of(post.review, now)
    return post if review is post.review else replace(post, review=review)


def retracted_reviews(posts: Iterable[Post], now: datetime) -> list[Review]:
    """Return the reviews that are retracted at `now` (aware): the newest first, ties by id."""
    retracted = [post.review for post in posts if visibility(post.review, now) is Visibility.RETRACTED]
    return _newest_first(retracted, lambda review: review)


def _newest_first(items: list[Item], review_of: Callable[[Item], Review]) -> list[Item]:
    items.sort(key=lambda item: review_of(item).id)
    items.sort(key=lambda item: review_of(item).date, reverse=True)
    return items
