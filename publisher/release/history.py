"""Rules that need to know what was announced: what subscribers and partners know a review by stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.diagnostics import Report, Source, has_errors
from publisher.errors import PostsInvalid
from publisher.model import Status, Visibility, visibility
from publisher.posts import locate, reopen
from publisher.posts.files import Unreadable, read_file
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from publisher.diagnostics import Diagnostic
    from publisher.ledger import Announced
    from publisher.posts import Post
    from publisher.site import Site


def check_history(
    posts: Iterable[Post], announced: Mapping[str, Announced], site: Site, now: datetime
) -> list[Diagnostic]:
    """See that no review would be taken for another one by those who know it already.

    Returns:
        What is no error, but worth knowing before it is told to the world.

    Raises:
        PostsInvalid: A review would be taken for another; the faults have the form of all others.
    """
    faults = history_faults(posts, announced, site, now)
    if has_errors(faults):
        raise PostsInvalid("posts do not fit what was announced; nothing was sent", diagnostics=faults)
    return faults


def history_faults(
    posts: Iterable[Post],
    announced: Mapping[str, Announced],
    site: Site,
    now: datetime,
    *,
    complete: bool = True,
) -> list[Diagnostic]:
    """Find what a post has in another way than it was announced, post by post.

    Args:
        posts: The posts.
        announced: What the ledger knows.
        site: The site.
        now: The moment that decides what is live; aware.
        complete: Whether these are all posts of the site; of some only, nobody can tell which are gone.
    """
    posts = list(posts)
    here = {post.review.id for post in posts}
    # Whose post is gone, by address: it may have come back under another id.
    gone = {
        str(told.snapshot.get("url")): told.review_id
        for told in announced.values()
        if complete and told.live and told.review_id not in here
    }
    faults: list[Diagnostic] = []
    for post in posts:
        told, seen = announced.get(post.review.id), visibility(post.review, now)
        if told is None:
            if seen is Visibility.LIVE and (other := gone.pop(site.url_of(post.review), None)):
                faults += _id_changed(post, other, site)
        elif seen in {Visibility.LIVE, Visibility.RETRACTED}:
            # Also where it comes back, or is taken back: old links lead to the address it had.
            faults += _moved(post, told, site)
        elif told.live:
            faults += _unpublished(post, site)
    return [*faults, *_deleted(gone, site)]


def _unpublished(post: Post, site: Site) -> list[Diagnostic]:
    review, report = post.review, _report(post, site)
    draft = review.status is Status.DRAFT
    what = "a draft" if draft else f"put off to {review.date.astimezone(site.zone):%Y-%m-%d %H:%M}"
    report.add(
        "review-unpublished",
        locate(report.source, ("status" if draft else "date",)),
        f"the review was announced, and is {what} now: it leaves the feeds, and partners are told that it was taken "
        "back (unpublished)",
        help=f"to say why, set it back and run publisher retract {review.slug}; to keep it, "
        + ("remove status: draft" if draft else "give it its old date"),
    )
    return report.diagnostics


def _deleted(gone: Mapping[str, str], site: Site) -> list[Diagnostic]:
    report = Report(Source(site.display(site.posts), ""), site.severities)
    for url in sorted(gone):
        report.add(
            "review-deleted",
            None,
            f"the review at {url} was announced, and its post is gone: it leaves the feeds, and partners are told "
            "that it was taken back (deleted)",
            help="to keep it, put the file back; to say why it went, put it back and run publisher retract",
        )
    return report.diagnostics


def _moved(post: Post, told: Announced, site: Site) -> list[Diagnostic]:
    """See that a review is found where it was announced, or that what it was found under is recorded."""
    before, slug = str(told.snapshot.get("url", "")), post.review.slug
    old, new = (unquote(urlsplit(url).path) for url in (before, site.url_of(post.review)))
    if old == new or old in post.review.previous:
        return []
    report = _report(post, site)
    kept = told.snapshot.get("slug")
    announced_slug = kept if isinstance(kept, str) else _slug_in(before, post, site)
    if announced_slug is not None and announced_slug != slug:
        report.add(
            "slug-changed",
            locate(report.source, ("slug",)),
            f"the review was announced under the slug {quote(announced_slug)}, and is now {quote(slug)}",
            help=f"write slug: {announced_slug}, or, where the new address is meant, run publisher rename "
            f"{announced_slug} {slug}: it records previous: [{old}]",
        )
    else:
        report.add(
            "address-changed",
            locate(report.source, ("date",)),
            f"the review was announced at {old}, and is found at {new} now",
            help=f"write previous: [{old}], and feeds/redirects leads from there to here; or set the date, or the "
            "permalink in publisher.toml, back",
        )
    return report.diagnostics


def _report(post: Post, site: Site) -> Report:
    try:
        data = read_file(post.path, site)
    except Unreadable:  # gone since it was checked
        data = b""
    return reopen(data, post.name, site)


def _slug_in(url: str, post: Post, site: Site) -> str | None:
    """Answer which slug gave the review its address; None where more than the slug was another then."""
    mark = "-the-slug-"
    start, _, end = site.address(slug=mark, id=post.review.id, date=post.review.date).partition(mark)
    slug = unquote(url[len(start) : len(url) - len(end)])
    return slug if slug and url.startswith(start) and url.endswith(end) and "/" not in slug else None


def _id_changed(post: Post, before: str, site: Site) -> list[Diagnostic]:
    report = _report(post, site)
    report.add(
        "id-changed",
        locate(report.source, ("id",)),
        "the review at this address was announced under another id",
        help=f"write id: {before}; with a new one every subscriber sees the review again. "
        "Another review? Then give it a slug of its own",
    )
    return report.diagnostics
