"""What readers would see change: the reviews that are out against those that would be after `generate`.

All that is out stands in the main feed and on the pages of its archive; other feeds hold nothing that these do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from publisher.channels import MAIN, feed_file, find_chain, live_posts, page_names
from publisher.content import is_around, present
from publisher.feeds.json_feed import item_fields
from publisher.outputs.manifest import read_manifest
from publisher.outputs.published import NotOurs, items, opened

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from publisher.content import Entry
    from publisher.outputs.files import Written
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
    posts: Iterable[Post],
    site: Site,
    now: datetime,
    *,
    out: Path | None = None,
    written: Written | None = None,
) -> tuple[EntryDifference, ...] | None:
    """Compare the reviews that are out with those that would be at `now`.

    They are read from the JSON of the main feed and of its archive's pages; a page that is not there, or that this
    program did not write, says nothing. Where a site has no archive, a review that is live and falls off the end,
    because newer ones come, is no difference; one that comes into the feed because another left it is added.

    Args:
        posts: All posts.
        site: The site.
        now: The moment to compare for; aware.
        out: The folder of the feeds; default: the site's.
        written: What `generate` would do there for the same posts at the same moment: a file that it would leave as it
            is need not be read.

    Returns:
        What differs: those that are out or would be, the newest first, then what is removed, as it was found. Of a
        review that several files have, the first decides: the main feed, then the newest page. None when there is no
        main feed, or none that this program wrote as a whole.

    Raises:
        Refused: A post changed since it was read.
    """
    folder = out or site.feeds
    live = live_posts(posts, now)
    kept = read_manifest(folder).channels
    chain = {channel.name: channel for channel in find_chain(live, (), site, now, kept)}
    shown = {post.review.id: post for channel in chain.values() for post in channel.posts}
    reader = _Reader(shown, frozenset(post.review.id for post in live), site, now)
    same = frozenset(written.unchanged if written else ())
    there: dict[str, EntryDifference | None] = {}
    for name in dict.fromkeys((MAIN, *page_names({*kept, *chain}))):
        file = feed_file(name, "json")
        try:
            found = (
                dict.fromkeys(post.review.id for post in chain[name].posts)
                if name in chain and file in same
                else reader.compare(folder / file, there.keys())
            )
        except NotOurs:
            if name == MAIN:
                return None
            continue
        there.update({key: difference for key, difference in found.items() if key not in there})
    differing = [there[key] if key in there else _added(post, site) for key, post in shown.items()]
    removed = [difference for key, difference in there.items() if key not in shown]
    return tuple(difference for difference in (*differing, *removed) if difference)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Compares feeds that are there with the posts.

    Attributes:
        shown: The posts that will be out, by their ids.
        staying: The ids of the live ones, shown or not.
    """

    shown: Mapping[str, Post]
    staying: frozenset[str]
    site: Site
    now: datetime

    def compare(self, path: Path, known: Container[str]) -> dict[str, EntryDifference | None]:
        """Return by their ids how the items of a file differ, None of those that do not; those known are not judged.

        Raises:
            NotOurs: It is not a whole feed of ours.
        """
        found: dict[str, EntryDifference | None] = {}
        with opened(path) as stream:
            for item in items(stream):
                if item["id"] in found:
                    raise NotOurs
                found[item["id"]] = None if item["id"] in known else self._judge(item)
        return found

    def _judge(self, item: Mapping[str, Any]) -> EntryDifference | None:
        post = self.shown.get(item["id"])
        if post is not None:
            return _change(item, present(post, self.site, self.now), self.site)
        if item["id"] in self.staying:
            return None
        return EntryDifference(item["id"], item["url"], item["title"], Difference.REMOVED)


def _added(post: Post, site: Site) -> EntryDifference:
    review = post.review
    return EntryDifference(review.id, site.url_of(review), review.title, Difference.ADDED)


def _change(before: Mapping[str, Any], entry: Entry, site: Site) -> EntryDifference | None:
    review = entry.review
    after = {**item_fields(entry, site), "id": review.id}
    if after == before:
        return None
    fields = tuple(sorted(_changed_fields(before, after, entry)))
    if not fields and entry.offers:
        # The day has come from which a film can be seen: nobody is told any more that it will.
        fields = ("watch",)
    return EntryDifference(review.id, entry.url, review.title, Difference.CHANGED, fields)


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
