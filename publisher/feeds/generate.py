"""From posts to feeds: which reviews are in, how the documents are filled, one review in memory at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publisher.content import present
from publisher.feeds.atom import AtomDocument
from publisher.feeds.document import Heading
from publisher.feeds.files import StagedFile, Written, settle, write_fault
from publisher.feeds.json_feed import JsonDocument
from publisher.feeds.rss import RssDocument
from publisher.model import Visibility, as_of, visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from publisher.feeds.document import Document
    from publisher.model import Review
    from publisher.posts import Post
    from publisher.site import Site

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def live_posts(posts: Iterable[Post], now: datetime) -> list[Post]:
    """Return the posts that are live at `now`, as they stand then.

    The newest comes first; ties are settled by id, the same on every machine.
    """
    live = [
        replace(post, review=as_of(post.review, now))
        for post in posts
        if visibility(post.review, now) is Visibility.LIVE
    ]
    live.sort(key=lambda post: post.review.id)
    live.sort(key=lambda post: post.review.date, reverse=True)
    return live


def generate(
    posts: Iterable[Post], site: Site, now: datetime, *, out: Path | None = None, dry: bool = False
) -> Written:
    """Write the site's feeds: the newest live reviews as RSS, Atom and JSON Feed.

    The bytes are a function of the posts, the configuration and `now`, and of nothing else.

    Args:
        posts: All posts; which of them are shown is decided here.
        site: The site.
        now: The moment the feeds are made for; aware.
        out: The folder to write to; default: the site's.
        dry: Compare only; nothing is written.

    Raises:
        EnvironmentFault: The folder cannot be written.
        Refused: A post changed since it was checked.
    """
    folder = out or site.feeds
    shown = live_posts(posts, now)[: site.limit]
    heading = _heading(site, [post.review for post in shown])
    documents: Sequence[Document] = (
        AtomDocument(site, heading),
        JsonDocument(site, heading),
        RssDocument(site, heading),
    )
    if not dry:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise write_fault(folder, error) from None
    staged = [StagedFile(folder / document.name, dry) for document in documents]
    try:
        _fill(documents, staged, shown, site, now)
        return settle(folder, staged, dry=dry)
    finally:
        for file in staged:
            file.discard()


def _fill(
    documents: Sequence[Document],
    staged: Sequence[StagedFile],
    shown: Iterable[Post],
    site: Site,
    now: datetime,
) -> None:
    try:
        for document, file in zip(documents, staged, strict=True):
            file.write(document.head())
        for post in shown:
            entry = present(post, site, now)
            for document, file in zip(documents, staged, strict=True):
                file.write(document.entry(entry))
        for document, file in zip(documents, staged, strict=True):
            file.write(document.tail())
    except OSError as error:
        raise write_fault(staged[0].target.parent, error) from None


def _heading(site: Site, reviews: list[Review]) -> Heading:
    # An empty feed was never updated; Atom asks for a date all the same (RFC 4287, 4.1.1).
    updated = max((review.changed for review in reviews), default=_NEVER)
    return Heading(title=site.title, description=site.tagline or site.title, updated=updated)
