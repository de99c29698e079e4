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
from publisher.feeds.redirect_files import redirect_files
from publisher.feeds.redirects import find_redirects
from publisher.feeds.rss import RssDocument
from publisher.feeds.tombstones import retracted_reviews, tombstones
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
    """Write the site's feeds: the newest live reviews as RSS, Atom and JSON Feed; and where the others went.

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
    posts = list(posts)
    live = live_posts(posts, now)
    shown = live[: site.limit]
    retracted = retracted_reviews(posts, now)
    heading = _heading(site, [post.review for post in shown], retracted, now)
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
    redirects = redirect_files(find_redirects([post.review for post in live], retracted, site))
    feeds = [StagedFile.below(folder, document.name, dry=dry) for document in documents]
    others = [StagedFile.below(folder, name, dry=dry) for name in redirects]
    try:
        _fill(documents, feeds, shown, site, now)
        _write(others, redirects.values(), folder)
        return settle(folder, [*feeds, *others], dry=dry)
    finally:
        for file in (*feeds, *others):
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


def _write(files: Iterable[StagedFile], contents: Iterable[bytes], folder: Path) -> None:
    try:
        for file, content in zip(files, contents, strict=True):
            file.write(content)
    except OSError as error:
        raise write_fault(folder, error) from None


def _heading(site: Site, shown: list[Review], retracted: list[Review], now: datetime) -> Heading:
    # Retractions count for good, not for as long as their tombstones: the date of a feed would go back again.
    moments = [review.changed for review in shown]
    moments += [review.retracted for review in retracted if review.retracted is not None]
    return Heading(
        title=site.title,
        description=site.tagline or site.title,
        # An empty feed was never updated; Atom asks for a date all the same (RFC 4287, 4.1.1).
        updated=max(moments, default=_NEVER),
        tombstones=tombstones(retracted, now),
    )
