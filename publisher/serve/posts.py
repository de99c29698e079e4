"""The posts as they are at this moment, and what a visitor finds under each path."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from publisher.channels import live_posts, retracted_reviews
from publisher.diagnostics import has_errors
from publisher.pages.redirects import OldPath, Redirects, find_redirects
from publisher.posts import read_posts
from publisher.posts.beside import FOLDER as BESIDE
from publisher.posts.files import Unreadable, read_file
from publisher.posts.identifiers import slug_problem
from publisher.posts.reading import check_post, identity
from publisher.serve.addresses import path_of
from publisher.serve.files import is_settled, mark_of
from publisher.site import FILE_NAME, load_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.posts import Post
    from publisher.site import Site

# For addresses that have no date in them.
_ANY_DAY = datetime(1970, 1, 1, tzinfo=UTC)
#: Where a post is found whose address cannot be told: behind it stands its file's name.
BY_FILE = "/-/"


@dataclass(frozen=True, slots=True)
class FaultyPost:
    """A post that cannot be shown.

    Attributes:
        name: How messages call its file.
        path: The path it is found under, percent-encoded.
        placed: Whether that is the path of its public address; otherwise too little of it can be read to tell.
        faults: What is wrong with it, and what else was found.
    """

    name: str
    path: str
    placed: bool
    faults: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostsSeen:
    """What a look at the posts found.

    Attributes:
        posts: The posts without errors.
        faulty: Those with errors, in the order of their files.
        faults: What was found in a file, by the name messages call it.
        at: The posts without errors by the key of their path.
    """

    site: Site
    posts: tuple[Post, ...]
    faulty: tuple[FaultyPost, ...]
    faults: Mapping[str, tuple[Diagnostic, ...]]
    at: Mapping[bytes, Post]

    def post_at(self, path: OldPath) -> Post | None:
        """Return the post without errors whose address has a path."""
        return self.at.get(path.key)

    def faulty_at(self, path: OldPath) -> tuple[FaultyPost, ...]:
        """Return the posts with errors that would be found under a path: several where they claim the same."""
        return tuple(post for post in self.faulty if OldPath.parse(post.path).key == path.key)

    def redirects(self, now: datetime) -> Redirects:
        """Find what becomes, at `now` (aware), of paths that posts had before."""
        live = [post.review for post in live_posts(self.posts, now)]
        return find_redirects(live, retracted_reviews(self.posts, now), self.site)


class Newsroom:
    """A site that people work on: its configuration and posts are read again when a file of them changes."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._settings = _mark(site.root / FILE_NAME)
        self._seen: tuple[object, PostsSeen] | None = None
        # While posts are read, the feeds can be had.
        self._configuring, self._reading = threading.Lock(), threading.Lock()

    @property
    def last_site(self) -> Site:
        """The site as publisher.toml said when it last had no faults."""
        return self._site

    def site(self) -> Site:
        """Return the site as publisher.toml says now.

        Raises:
            ConfigurationError: publisher.toml has faults.
        """
        with self._configuring:
            mark = _mark(self._site.root / FILE_NAME)
            if mark != self._settings:
                self._site = load_site(self._site.root)
                self._settings = mark
            return self._site

    def look(self, site: Site, now: datetime, *, again: bool = False) -> PostsSeen:
        """Look at the posts.

        Args:
            site: The site, as it is now.
            now: The moment to look at; aware.
            again: Read them, though no file seems to have changed.

        Raises:
            ConfigurationError: The site's folder of posts does not exist.
        """
        with self._reading:
            files = tuple(_files(site))
            # Some warnings depend on the day.
            state = (site, now.date(), [(name, mark_of(about)) for name, about in files])
            if again or self._seen is None or self._seen[0] != state:
                settled = all(is_settled(about) for _, about in files)
                self._seen = state if settled else None, _look(site, now)
            return self._seen[1]


def _files(site: Site) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the folders and files that posts are, what lies beside them, and the pictures that they show."""
    for folder in {site.posts, *([site.images.directory] if site.images else [])}:
        for directory, folders, names in os.walk(folder):
            folders[:] = sorted(name for name in folders if not name.startswith(".") or name == BESIDE)
            for name in (os.curdir, *sorted(names)):
                file = os.path.join(directory, name)  # noqa: PTH118 - of ten thousand, a Path each would cost most
                with suppress(OSError):  # it is gone again, or a link that leads nowhere
                    yield file, os.stat(file)  # noqa: PTH116 - likewise


def _mark(path: Path) -> tuple[int, ...] | None:
    try:
        return mark_of(path.stat())
    except OSError:
        return None


def _look(site: Site, now: datetime) -> PostsSeen:
    collection = read_posts(site, now=now)
    found: defaultdict[str, list[Diagnostic]] = defaultdict(list)
    for fault in collection.diagnostics:
        found[fault.path].append(fault)
    at = {path_of(site.url_of(post.review)).key: post for post in collection.posts}
    faulty = [_faulty(name, faults, site) for name, faults in found.items() if has_errors(faults)]
    return PostsSeen(
        site=site,
        posts=collection.posts,
        faulty=tuple(faulty),
        faults={name: tuple(faults) for name, faults in found.items()},
        at=at,
    )


def _faulty(name: str, faults: Iterable[Diagnostic], site: Site) -> FaultyPost:
    own = _own_path(name, site)
    path = own or BY_FILE + quote(name, errors="surrogateescape")
    return FaultyPost(name, path, own is not None, tuple(faults))


def _own_path(name: str, site: Site) -> str | None:
    """Return the path that a post with errors would have; None where that cannot be told."""
    file = site.root / name
    try:
        data = read_file(file, site)
    except Unreadable:
        return None
    checked = check_post(data, file, site)
    if checked.post is not None:  # the fault is that another claims the same
        return urlsplit(site.url_of(checked.post.review)).path
    id, slug = identity(data, file)  # noqa: A001 - the field's own word
    date = checked.front.date.at if checked.front and checked.front.date else None
    dated = any(part in site.permalink for part in ("{year}", "{month}", "{day}"))
    if not slug or slug_problem(slug) or (id is None and "{id}" in site.permalink) or (dated and not date):
        return None
    return urlsplit(site.address(slug=slug, id=id or "", date=date or _ANY_DAY)).path
