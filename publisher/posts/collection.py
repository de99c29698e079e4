"""All posts of a site: found, read, and checked against each other."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.diagnostics import Diagnostic, Report, Source, has_errors, in_reading_order
from publisher.errors import ConfigurationError, PostsInvalid, UsageError
from publisher.posts.reading import FILE_LIMIT, Post, locate_key, read_post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from publisher.site import Site

SUFFIXES = {".md", ".markdown"}


@dataclass(frozen=True, slots=True)
class Collection:
    """What a look at the posts found.

    Attributes:
        posts: The posts without errors, in the order of their files.
        checked: How many files were looked at.
        diagnostics: Everything found, in reading order.
    """

    posts: tuple[Post, ...]
    checked: int
    diagnostics: tuple[Diagnostic, ...]

    def require_valid(self) -> Collection:
        """Return the collection itself.

        Raises:
            PostsInvalid: A post has an error.
        """
        if has_errors(list(self.diagnostics)):
            raise PostsInvalid("posts have faults; nothing was written", diagnostics=self.diagnostics)
        return self


def read_posts(site: Site, paths: Sequence[Path] = ()) -> Collection:
    """Read and check posts; every fault of every one is gathered, none is raised.

    Args:
        site: The site.
        paths: Files and folders to report on; none means all. Where they lie among the site's posts, all
            posts are read all the same, because two posts may collide.

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
    """
    if not site.posts.is_dir():
        raise ConfigurationError(
            f"there is no folder {site.display(site.posts)} for posts",
            "make it, or name another: [paths] posts",
        )
    chosen = [file for path in paths for file in _chosen(path)]
    files = sorted({*_posts_below(site.posts), *chosen})
    posts: list[Post] = []
    diagnostics: list[Diagnostic] = []
    for file in files:
        post, found = _read(file, site)
        diagnostics += found
        if post is not None:
            posts.append(post)
    clashes, clashing = _clashes(posts)
    diagnostics += clashes
    posts = [post for post in posts if post.path not in clashing]
    if paths:
        names = {site.display(file) for file in chosen}
        posts = [post for post in posts if post.name in names]
        diagnostics = [fault for fault in diagnostics if fault.path in names]
    return Collection(
        tuple(posts), len(set(chosen)) if paths else len(files), tuple(in_reading_order(diagnostics))
    )


def _chosen(path: Path) -> Iterator[Path]:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links and rename the file
    if absolute.is_dir():
        yield from _posts_below(absolute)
    elif absolute.suffix.lower() in SUFFIXES and absolute.exists():
        yield absolute
    elif absolute.exists():
        raise UsageError(f"{path} is not a post", "posts are Markdown files: their names end in .md")
    else:
        raise UsageError(f"there is no file {path}", "check the name; posts lie in the site's posts folder")


def _posts_below(folder: Path) -> Iterator[Path]:
    for directory, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(directory, name)


def _read(file: Path, site: Site) -> tuple[Post | None, list[Diagnostic]]:
    report = Report(Source(site.display(file), ""))
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            report.add("file-unreadable", None, "this is not a regular file", help="posts are plain files")
            return None, report.diagnostics
        with file.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)
    except OSError as error:
        report.add("file-unreadable", None, f"the file cannot be read: {error.strerror or error}")
        return None, report.diagnostics
    return read_post(data, file, site)


def _clashes(posts: Iterable[Post]) -> tuple[list[Diagnostic], set[Path]]:
    """Find ids and slugs that two posts share; both files are named."""
    found: list[Diagnostic] = []
    clashing: set[Path] = set()
    rules: tuple[tuple[str, str, Callable[[Post], str], str], ...] = (
        (
            "duplicate-id",
            "id",
            lambda post: post.review.id,
            "a copied post needs a fresh id; keep the older one's",
        ),
        ("duplicate-slug", "slug", lambda post: post.review.slug.casefold(), "give one of them another slug"),
    )
    for code, noun, key, way_out in rules:
        first: dict[str, Post] = {}
        for post in posts:
            other = first.setdefault(key(post), post)
            if other is post:
                continue
            clashing |= {post.path, other.path}
            for one, two in ((post, other), (other, post)):
                found.append(_clash(one, two, code, noun, way_out))
    return list(dict.fromkeys(found)), clashing


def _clash(post: Post, other: Post, code: str, noun: str, way_out: str) -> Diagnostic:
    source = Source(post.name, post.path.read_bytes().decode("utf-8-sig", "replace"))
    report = Report(source)
    report.add(code, locate_key(source, noun), f"the {noun} is that of {other.name} too", help=way_out)
    return report.diagnostics[0]
