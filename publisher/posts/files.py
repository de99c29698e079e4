"""The files of a site's posts: which there are, and what is in them as far as it may be read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.diagnostics import Report, Source
from publisher.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.diagnostics import Diagnostic
    from publisher.site import Site

POST_SUFFIXES = (".md", ".markdown")
#: Bytes; what is larger is not looked into.
POST_LIMIT = 6 * 1024 * 1024


def find_posts(
    site: Site, paths: Sequence[Path], diagnostics: list[Diagnostic]
) -> tuple[list[Path], frozenset[Path]]:
    """List the files to read, in order, and those among them to report on.

    All posts of the site are read even where only some are asked for, because two posts may collide.

    Args:
        site: The site.
        paths: Files and folders to report on; none means all.
        diagnostics: Takes the folders that could not be read.

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
    """
    if not site.posts.is_dir():
        raise ConfigurationError(
            f"there is no folder {site.display(site.posts)} for posts",
            "make it, or name another: [paths] posts",
        )
    files = list(_below(site.posts, site, [] if paths else diagnostics))
    if not paths:
        return sorted(files, key=str), frozenset(files)
    # A folder reached through a link gives its posts a second name, under which they would collide with themselves.
    known = {os.path.realpath(file): file for file in sorted(files, reverse=True)}
    asked = (file for path in paths for file in _asked(path, site, diagnostics))
    chosen = frozenset(known.get(os.path.realpath(file), file) for file in asked)
    return sorted(chosen.union(files), key=str), chosen


def _asked(path: Path, site: Site, diagnostics: list[Diagnostic]) -> Iterable[Path]:
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links and rename the file
    if absolute.is_dir():
        found = list(_below(absolute, site, diagnostics))
        if not found and not diagnostics:
            raise UsageError(f"no post lies in {path}", "posts are Markdown files: their names end in .md")
        return found
    if not os.path.lexists(absolute):  # a link that leads nowhere is a post that cannot be read
        raise UsageError(f"there is no file {path}", "check the name; posts lie in the site's posts folder")
    if not absolute.name.lower().endswith(POST_SUFFIXES):
        raise UsageError(f"{path} is not a post", "posts are Markdown files: their names end in .md")
    return [absolute]


def _below(folder: Path, site: Site, diagnostics: list[Diagnostic]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        report = Report(Source(site.display(Path(error.filename)), ""))
        report.add("file-unreadable", None, f"the folder cannot be read: {error.strerror}")
        diagnostics.extend(report.diagnostics)

    for directory, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.lower().endswith(POST_SUFFIXES) and not name.startswith("."):
                yield Path(directory, name)


class Unreadable(Exception):
    """Say why a file is not read, and what to do about it."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.message = message
        self.help = help


def read_file(file: Path, site: Site) -> bytes:
    """Return the bytes of a post, one more than the limit where it is too large.

    Raises:
        Unreadable: It is no regular file, cannot be opened, or is a link out of the folder of posts.
    """
    try:
        descriptor = _opened(file, site)
        try:
            about = os.fstat(descriptor)
            if not stat.S_ISREG(about.st_mode):
                raise Unreadable("this is not a regular file", "posts are plain files")
            # Asked for the limit, Python would set aside as much for every file.
            return _contents(descriptor, min(about.st_size, POST_LIMIT) + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unreadable(
            f"the file cannot be read: {error.strerror or error}",
            "check that it is there and that you may read it",
        ) from None


def _opened(file: Path, site: Site) -> int:
    """Open a file for reading; a link only where it leads to a file among the posts."""
    # A pipe would keep everybody waiting for somebody who writes.
    how = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(file, how | os.O_NOFOLLOW)
    except OSError:
        if not os.path.islink(file):  # noqa: PTH114 - a name too long for the disk is no link; Path raises
            raise
    # Whoever adds a link must not get other files quoted.
    if not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(site.posts)):
        raise Unreadable(
            "this is a link to a file outside the folder of posts; what it leads to is not read",
            "put the post itself here",
        )
    return os.open(file, how)


def _contents(descriptor: int, limit: int) -> bytes:
    """Read so many bytes, or all that there are: for ten thousand files, streams would take as long as the rest."""
    data = os.read(descriptor, limit)
    while len(data) < limit and (more := os.read(descriptor, limit - len(data))):
        data += more
    return data
