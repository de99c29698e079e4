"""What is odd about the feeds that a site defines itself: tags that no post has, and feeds without a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import live_posts
from publisher.channels.folders import tag_folder
from publisher.channels.membership import stands_in
from publisher.diagnostics.suggest import nearest
from publisher.doctor.finding import warning
from publisher.doctor.wording import count
from publisher.site import FILE_NAME
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from publisher.doctor.finding import Outcome
    from publisher.posts import Post
    from publisher.site import Site


def odd_feeds(posts: Sequence[Post], site: Site, now: datetime) -> Iterator[Outcome]:
    """Yield what publisher.toml says of feeds and is true of no post.

    A tag is there as soon as a draft has it; in a feed stand live reviews alone. A site without any is only new.

    Args:
        posts: All posts; none has an error.
        site: The site.
        now: The moment that decides what is live; aware.
    """
    live = live_posts(posts, now)
    if not live:
        return
    tags = {tag_folder(tag): tag for post in posts for tag in post.review.tags}
    yield from _unknown("tags_without_feed", site.syndication.tags_without_feed, tags)
    for rule in site.syndication.rules:
        name = f"[[feeds]] {quote(rule.name)}"
        yield from _unknown(name, rule.tags, tags)
        if not any(stands_in(rule, post.review, site, now) for post in live):
            yield warning(
                f"{name} holds no review: none of {count(len(live), 'live review')} meets all its conditions",
                f"see in {FILE_NAME} whether they are meant so; its readers get an empty feed until one does",
            )


def _unknown(where: str, wanted: Sequence[str], tags: Mapping[str, str]) -> Iterator[Outcome]:
    """Yield the tags that no post has; they are compared as feeds compare them."""
    for tag in wanted:
        if tag_folder(tag) not in tags:
            meant = nearest(tag, tags.values())
            hint = f"did you mean {quote(meant)}?" if meant else f"correct it in {FILE_NAME}, or take it out"
            yield warning(f"{where} names the tag {quote(tag)}, which no post has", hint)
