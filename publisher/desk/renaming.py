"""Another slug for a review: its id stays, and its old address leads to the new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote as percent_encoded

from publisher.desk.altering import Edited, alter
from publisher.desk.subject import Subject, bare, subject_of
from publisher.diagnostics import Source
from publisher.errors import Refused, UsageError
from publisher.model import Visibility
from publisher.posts.editing import Alteration, Exclude, Include, Set
from publisher.posts.finding import Found, contents, find_post, with_slug
from publisher.posts.identifiers import composed, slug_from, slug_problem
from publisher.posts.links import keys_before, review_key
from publisher.posts.reading import locate_links, read_post
from publisher.values.characters import quote
from publisher.values.identifiers import canonical_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from publisher.site import Site


def rename(site: Site, old: str, new: str, now: datetime, *, dry: bool = False) -> Edited:
    """Give a review another slug, and record the path it had, if anybody may know it.

    Where the slug was changed by hand already, only the path is recorded.

    Args:
        site: The site.
        old: The post: its slug, file or id; or the slug it was announced under.
        new: Its new slug.
        now: The moment (aware).
        dry: Only say what would be done.

    Raises:
        UsageError: There is no such post, or the new slug is none.
        Refused: The new slug or address belongs to another review, there is nothing to rename, or the file cannot be
            edited for certain.
        EnvironmentFault: The file, or what undoes the edit, cannot be written.
    """
    new = composed(new)
    _require_slug(new)
    found, before = _renamed(site, old, new, now)
    subject = subject_of(site, found, now)
    _require_free(subject, new)
    path, there = subject.path_with(before), subject.path_with(new)
    record = _known_path(subject, path)
    alterations: list[Alteration] = [] if found.slug == new else [Set("slug", new, after=("title", "id"))]
    alterations += [Exclude("previous", item) for item in subject.previous if _same(item, there)]
    if record is not None and not _same(record, there):
        alterations.append(Include("previous", record, after=("slug",)))
    notes = list(_notes(subject, path, there, recorded=record is not None and _same(record, path)))
    return alter(subject, "rename", alterations, notes=notes, outlook=_outlook(subject, path, there), dry=dry)


def _require_slug(new: str) -> None:
    problem = slug_problem(new)
    if problem is not None:
        better = slug_from(new)
        raise UsageError(
            f"{quote(new)} {problem}",
            f"write {better}" if better else "use letters and digits joined by hyphens",
        )


def _renamed(site: Site, old: str, new: str, now: datetime) -> tuple[Found, str]:
    """Find the post to rename, and the slug it had; it may have been given the new one by hand."""
    try:
        found = find_post(site, old)
    except UsageError:
        by_hand = [post for post in with_slug(site, new) if _announced_as(old, subject_of(site, post, now))]
        if len(by_hand) != 1:
            raise
        return by_hand[0], composed(old)
    if found.slug != new:
        return found, found.slug or found.file.stem
    before = composed(old)
    if (
        before != new and slug_problem(before) is None and canonical_id(old) is None
    ):  # found by its file's name
        return found, before
    raise Refused(f"{found.name} has the slug {new} already", "there is nothing to rename")


def _announced_as(slug: str, subject: Subject) -> bool:
    return subject.told_path is not None and subject.told_path == subject.path_with(composed(slug))


def _require_free(subject: Subject, new: str) -> None:
    """See that no other review has the new slug, or is found under the new address by those who knew it before."""
    site, found = subject.site, subject.found
    others = [post.name for post in with_slug(site, new) if not _is(post.file, found.file)]
    if others:
        raise Refused(
            f"{others[0]} has the slug {new}", "choose another; two reviews cannot share an address"
        )
    path = subject.path_with(new)
    key = review_key(percent_encoded(path), site) if path else None
    for file, data in _holding(path, site):
        if _is(file, found.file):
            continue
        post, _ = read_post(data, file, site, subject.now)
        if post is not None and key in keys_before(post.review, site):
            raise Refused(
                f"{path} is where {post.name} was found before, and leads its readers to where it is now",
                f"choose another slug, or take {path} out of its list previous:",
            )


def _is(one: Path, two: Path) -> bool:
    """Tell whether two names are those of one file."""
    return os.path.realpath(one) == os.path.realpath(two)


def _known_path(subject: Subject, path: str | None) -> str | None:
    """Return the path that somebody may know: the one announced, else that of a review which readers have seen."""
    if subject.told is not None:
        return subject.told_path
    # Of one with a fault nobody can tell; a path too many does no harm unless it is a secret yet.
    hidden = subject.seen in {None, Visibility.DRAFT, Visibility.SCHEDULED}
    return None if hidden else path


def _same(one: str, two: str | None) -> bool:
    """Tell whether two paths lead to the same place."""
    return two is not None and bare(one) == bare(two)


def _notes(subject: Subject, path: str | None, there: str | None, *, recorded: bool) -> Iterator[str]:
    if path is not None and path == there:
        yield f"the site's permalink, {subject.site.permalink}, has no slug in it: the address stays {path}"
        return
    if path is None:
        return
    links = _links_to(path, subject.site)
    if links:
        posts = "1 post links" if links == 1 else f"{links} posts link"
        yield (
            f"{posts} to {path}; the redirect keeps that working"
            if recorded
            else f"{posts} to {path}, where nothing will be found: mend the links"
        )


def _links_to(path: str, site: Site) -> int:
    """Count the posts whose text links to a path."""
    key = review_key(percent_encoded(path), site)
    found = 0
    for file, data in _holding(path, site):
        try:
            source = Source(site.display(file), data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            continue
        found += any(other == key for _, other in locate_links(source, site))
    return found


def _holding(path: str | None, site: Site) -> Iterator[tuple[Path, bytes]]:
    """Yield the posts that have a path in them, percent-encoded or not: of ten thousand a few, and quickly."""
    if path is None:
        return
    written = {text.rstrip("/").encode() for text in (path, percent_encoded(path))}
    for file, data in contents(site):
        if any(text in data for text in written):
            yield file, data


def _outlook(subject: Subject, path: str | None, there: str | None) -> str:
    told = subject.told
    if path == there or (subject.told_path is not None and _same(subject.told_path, there)):
        return "the next publish has nothing to tell of it"
    if subject.seen is Visibility.RETRACTED:
        return (
            "nobody is told of the change; the next publish lists both addresses as gone in feeds/redirects"
        )
    if subject.seen is not Visibility.LIVE:
        return (
            "the old address leads to the new one once the review is live again; nobody is told of the change before"
            if told is not None
            else "nobody was told the old address, and nobody is told of the change"
        )
    if told is None:
        return "the next publish tells readers the new address"
    tells = "tells readers and partners the new address" if told.live else "announces it at the new address"
    return f"the next publish {tells}, and writes the redirect to feeds/redirects"
