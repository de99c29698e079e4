"""All posts of a site: found, read, and checked against each other."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.diagnostics import Diagnostic, Report, Source, has_errors, in_reading_order
from publisher.errors import ConfigurationError, PostsInvalid, UsageError
from publisher.posts.reading import FILE_LIMIT, Post, identity, locate_key, read_post

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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
    diagnostics: list[Diagnostic] = []
    files = set(_posts_below(site.posts, site, diagnostics))
    # A folder reached through a link gives its posts a second name, under which they would collide with themselves.
    known = {os.path.realpath(file): file for file in sorted(files, reverse=True)} if paths else {}
    asked: list[Diagnostic] = []
    chosen = {
        known.get(os.path.realpath(file), file) for path in paths for file in _chosen(path, site, asked)
    }
    posts: list[Post] = []
    claims: list[_Claim] = []
    for file in sorted(files | chosen):
        post, found, claim = _read(file, site)
        diagnostics += found
        posts += [post] if post else []
        claims += [claim] if claim else []
    clashes = _clashes(claims)
    diagnostics += clashes
    clashing = {fault.path for fault in clashes}
    posts = [post for post in posts if post.name not in clashing]
    if paths:
        names = {site.display(file) for file in chosen}
        posts = [post for post in posts if post.name in names]
        diagnostics = asked + [fault for fault in diagnostics if fault.path in names]
    return Collection(
        tuple(posts),
        len(chosen if paths else files),
        tuple(in_reading_order(list(dict.fromkeys(diagnostics)))),
    )


def _chosen(path: Path, site: Site, diagnostics: list[Diagnostic]) -> Iterator[Path]:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links and rename the file
    exists = os.path.lexists(absolute)  # a link that leads nowhere is a post that cannot be read
    if absolute.is_dir():
        yield from _posts_below(absolute, site, diagnostics)
    elif absolute.suffix.lower() in SUFFIXES and exists:
        yield absolute
    elif exists:
        raise UsageError(f"{path} is not a post", "posts are Markdown files: their names end in .md")
    else:
        raise UsageError(f"there is no file {path}", "check the name; posts lie in the site's posts folder")


def _posts_below(folder: Path, site: Site, diagnostics: list[Diagnostic]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        report = Report(Source(site.display(Path(error.filename)), ""))
        report.add("file-unreadable", None, f"the folder cannot be read: {error.strerror}")
        diagnostics.extend(report.diagnostics)

    for directory, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES:
                yield Path(directory, name)


def _leads_out(file: Path, site: Site) -> bool:
    """Tell whether a file is a link out of the posts: whoever adds one must not get other files quoted."""
    return file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(site.posts))


def _read(file: Path, site: Site) -> tuple[Post | None, list[Diagnostic], _Claim | None]:
    name = site.display(file)
    report = Report(Source(name, ""))
    try:
        if _leads_out(file, site):
            report.add(
                "file-unreadable",
                None,
                "this is a link to a file outside the folder of posts; what it leads to is not read",
                help="put the post itself here",
            )
            return None, report.diagnostics, None
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            report.add("file-unreadable", None, "this is not a regular file", help="posts are plain files")
            return None, report.diagnostics, None
        with file.open("rb") as stream:
            data = stream.read(FILE_LIMIT + 1)
    except OSError as error:
        report.add(
            "file-unreadable",
            None,
            f"the file cannot be read: {error.strerror or error}",
            help="check that it is there and that you may read it",
        )
        return None, report.diagnostics, None
    post, found = read_post(data, file, site)
    if post:
        return post, found, _Claim(file, name, post.review.id, post.review.slug)
    # A post with other faults takes part all the same: both are to be mended.
    id, slug = identity(data, file)  # noqa: A001 - the field's own word
    return None, found, _Claim(file, name, id, slug)


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a post wants to be alone in having; None where it has none that could be read."""

    path: Path
    name: str
    id: str | None
    slug: str | None


def _clashes(claims: Iterable[_Claim]) -> list[Diagnostic]:
    """Find ids and slugs that two posts share; both files are named."""
    found: list[Diagnostic] = []
    ids: dict[str, _Claim] = {}
    slugs: dict[str, _Claim] = {}
    for claim in claims:
        if claim.id is not None and (other := ids.setdefault(claim.id, claim)) is not claim:
            way_out = "a copied post needs a fresh id; keep the older one's"
            found += [_clash("id", *pair, way_out) for pair in ((claim, other), (other, claim))]
        if claim.slug is None:
            continue
        if (
            other := slugs.setdefault(unicodedata.normalize("NFKC", claim.slug).casefold(), claim)
        ) is not claim:
            way_out = "give one of them another slug"
            found += [_clash("slug", *pair, way_out) for pair in ((claim, other), (other, claim))]
    return found


def _clash(noun: str, claim: _Claim, other: _Claim, way_out: str) -> Diagnostic:
    try:
        data = claim.path.read_bytes()
    except OSError:  # gone since it was checked
        data = b""
    source = Source(claim.name, data.decode("utf-8-sig", "replace"))
    span = locate_key(source, noun) if data else None
    report = Report(source)
    report.add(f"duplicate-{noun}", span, f"the {noun} is that of {other.name} too", help=way_out)
    return report.diagnostics[0]
