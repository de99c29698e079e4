"""What readers would see change: the feed that is there against the one that would be generated now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from publisher.channels import live_posts
from publisher.content import is_around, present
from publisher.feeds.json_feed import item_fields
from publisher.outputs.published import NotOurs, items, opened
from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.content import Entry
    from publisher.posts import Post
    from publisher.site import Site

#: Where an item of JSON Feed holds what front matter has under a key of its own.
_PLACES = {
    "title": ("title",),
    "url": ("url",),
    "date": ("date_published",),
    "author": ("authors",),
    "tags": ("tags",),
    "language": ("language",),
    "film": ("_review", "film"),
    "rating": ("_review", "rating"),
    "correction": ("_review", "correction"),
    "image": ("_review", "image"),
    "watch": ("_watch", "offers"),
}


class Difference(StrEnum):
    """How an entry differs."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class EntryDifference:
    """An entry that differs.

    Attributes:
        id: The review's UUID.
        url: The address it would have; of one that is removed, the address it had.
        title: Likewise.
        fields: Of one that changed, what: keys of front matter, `url`, or `text`; sorted. Empty where the program
            or the site's configuration shows the same fields in another way.
    """

    id: str
    url: str
    title: str
    kind: Difference
    fields: tuple[str, ...] = ()


def compare_feed(
    posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None
) -> tuple[EntryDifference, ...] | None:
    """Compare the entries of the feed.json that is there with those it would have at `now`.

    A review that is live and falls off the end, because newer ones come, is no difference. One that comes into the
    feed because another left it is added.

    Args:
        posts: All posts.
        site: The site.
        now: The moment to compare for; aware.
        out: The folder of the feeds; default: the site's.

    Returns:
        What differs: in the order of the feed that would be, then what is removed, in the order of the one that is.
        None when there is no feed.json, or none that this program wrote as a whole.

    Raises:
        Refused: A post changed since it was checked.
    """
    live = live_posts(posts, now)
    shown = {post.review.id: post for post in live[: site.syndication.limit]}
    changed: dict[str, EntryDifference] = {}
    removed: list[EntryDifference] = []
    seen: set[str] = set()
    staying = {post.review.id for post in live}
    try:
        with opened((out or site.feeds) / FEED_NAMES["json"]) as stream:
            for item in items(stream):
                if item["id"] in seen:
                    return None
                seen.add(item["id"])
                post = shown.get(item["id"])
                if post is not None:
                    changed.update(_changes(item, present(post, site, now), site))
                elif item["id"] not in staying:
                    removed.append(
                        EntryDifference(item["id"], item["url"], item["title"], Difference.REMOVED)
                    )
    except NotOurs:
        return None
    found = [
        changed.get(post.review.id) if post.review.id in seen else _added(post, site)
        for post in shown.values()
    ]
    return (*(difference for difference in found if difference), *removed)


def _added(post: Post, site: Site) -> EntryDifference:
    review = post.review
    return EntryDifference(review.id, site.url_of(review), review.title, Difference.ADDED)


def _changes(before: Mapping[str, Any], entry: Entry, site: Site) -> dict[str, EntryDifference]:
    review = entry.review
    after = {**item_fields(entry, site), "id": review.id}
    if after == before:
        return {}
    fields = tuple(sorted(_changed_fields(before, after, entry)))
    if not fields and entry.offers:
        # The day has come from which a film can be seen: nobody is told any more that it will.
        fields = ("watch",)
    return {review.id: EntryDifference(review.id, entry.url, review.title, Difference.CHANGED, fields)}


def _changed_fields(before: Mapping[str, Any], after: Mapping[str, Any], entry: Entry) -> Iterator[str]:
    for field, place in _PLACES.items():
        if _at(before, place) != _at(after, place):
            yield field
    if before.get("date_modified") != after["date_modified"] and not (
        _never_updated(before) and _never_updated(after)
    ):
        yield "updated"
    same_text = is_around(before["content_html"], entry.text) or is_around(
        # Footnotes and relative links are addresses below the review's own.
        before["content_html"],
        entry.text.replace(entry.url, before["url"]),
    )
    if not same_text:
        yield "text"
    # A summary that is made of the text changes with it.
    if before.get("summary") != after["summary"] and (same_text or entry.review.summary is not None):
        yield "summary"


def _at(item: Mapping[str, Any], place: tuple[str, ...]) -> object:
    found: object = item
    for key in place:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _never_updated(item: Mapping[str, Any]) -> bool:
    return bool(item.get("date_modified") == item.get("date_published"))
