"""All posts of a site: found, read, and checked against each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.diagnostics import Diagnostic, Report, Source, has_errors, in_reading_order
from publisher.errors import PostsInvalid
from publisher.parallel import UNDONE, in_order
from publisher.posts.beside import Folder
from publisher.posts.between import Between
from publisher.posts.files import Unreadable, find_posts, read_file
from publisher.posts.reading import Checked, Making, Post, check_post, identity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from publisher.site import Site


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
            PostsInvalid: A post has an error; its `diagnostics` are the errors, and nothing that stops nobody.
        """
        errors = [fault for fault in self.diagnostics if has_errors([fault])]
        if errors:
            raise PostsInvalid(
                "posts have faults; nothing was written",
                "`publisher validate` shows warnings and advice, too",
                diagnostics=errors,
            )
        return self


class Examination:
    """One look at posts, file by file, so that what is wrong can be told while the rest is still being read.

    All posts of the site are read even where only some are asked for, because two posts may collide; only of those
    asked for anything is said.
    """

    def __init__(
        self,
        site: Site,
        paths: Sequence[Path] = (),
        *,
        now: datetime | None = None,
        unsaved: Mapping[Path, bytes] | None = None,
        making: Making | None = None,
    ) -> None:
        """Find the files.

        Args:
            site: The site.
            paths: Files and folders to report on; none means all.
            now: The moment for rules that depend on it (aware); None leaves them out.
            unsaved: What files hold that are not written yet, such as an editor's buffer; they need not exist.
            making: What else to make of each post without errors while its text is at hand; `Post.made` has it. It runs
                in the process that reads the post, and what it makes can be pickled.

        Raises:
            UsageError: A path does not exist or is no post.
            ConfigurationError: The site's folder of posts does not exist.
        """
        self._site = site
        self._now = now
        self._unsaved = unsaved or {}
        self._making = making
        self._folders: list[Diagnostic] = []
        on_disk = [path for path in paths if path not in self._unsaved]
        if self._unsaved and not on_disk:
            files, self._chosen = find_posts(site, (), self._folders)[0], frozenset(self._unsaved)
            self._folders.clear()
        else:
            files, chosen = find_posts(site, on_disk, self._folders)
            self._chosen = chosen.union(self._unsaved)
        self._files = sorted({*files, *self._unsaved}, key=str) if self._unsaved else files
        self._between = Between(site, self._contents)
        self._beside = Folder(site)
        self._ids: set[str | None] = set()
        self._all = not paths
        #: How many files are reported on.
        self.checked = len(self._chosen)

    def files(self) -> Iterator[tuple[Post | None, list[Diagnostic]]]:
        """Read every file, and yield of each that was asked for the post, None when it has errors, and its faults."""
        for fault in dict.fromkeys(self._folders):
            yield None, [fault]
        for file, read in zip(self._files, in_order(self._looked_at, self._files), strict=True):
            post, found = self._read(file, None if read is UNDONE else read)
            if file in self._chosen:
                yield post, in_reading_order(found)

    def between(self) -> list[Diagnostic]:
        """Find what is wrong between posts, once all files were read; in reading order."""
        names = {self._site.display(file) for file in self._chosen}
        found = [fault for fault in self._between.faults() if fault.path in names]
        if self._all:
            found += self._beside.faults(self._ids)
        return in_reading_order(found)

    def _contents(self, file: Path) -> bytes:
        """Return what a file held when it was read, or holds by now; only messages quote it."""
        if file in self._unsaved:
            return self._unsaved[file]
        try:
            return read_file(file, self._site)
        except Unreadable:  # gone since it was checked
            return b""

    def _looked_at(self, file: Path) -> Checked | None:
        """Check a file that needs nothing of this process; None for any that has errors, or is not written yet."""
        if file in self._unsaved:
            return None
        data = read_file(file, self._site)
        checked = check_post(data, file, self._site, self._now, folder=self._beside, making=self._making)
        # What a faulty post said is for its faults; of another it would cost more to hand over than the post itself.
        return checked._replace(front=None) if checked.post is not None else None

    def _read(self, file: Path, checked: Checked | None) -> tuple[Post | None, list[Diagnostic]]:
        if checked is not None and checked.post is not None:
            self._between.add(checked.post)
            self._ids.add(checked.post.review.id)
            return checked.post, checked.diagnostics
        data = self._unsaved.get(file)
        if data is None:
            try:
                data = read_file(file, self._site)
            except Unreadable as fault:
                report = Report(Source(self._site.display(file), ""), self._site.severities)
                report.add("file-unreadable", None, fault.message, help=fault.help)
                self._ids.add(None)
                return None, report.diagnostics
        checked = check_post(data, file, self._site, self._now, folder=self._beside, making=self._making)
        if checked.post is not None:
            self._between.add(checked.post)
            self._ids.add(checked.post.review.id)
        else:
            # A post with other faults takes part all the same: both are to be mended.
            id, slug = identity(data, file)  # noqa: A001 - the field's own word
            self._between.add_faulty(file, checked, id, slug)
            self._ids.add(id)
        return checked.post, checked.diagnostics


def read_posts(
    site: Site,
    paths: Sequence[Path] = (),
    *,
    now: datetime | None = None,
    making: Making | None = None,
) -> Collection:
    """Read and check posts; every fault of every one is gathered, none is raised.

    Args:
        site: The site.
        paths: Files and folders to report on; none means all.
        now: The moment for rules that depend on it (aware); None leaves them out.
        making: What else to make of each post without errors while its text is at hand, such as its entries
            (`EntryMaker`); `Post.made` has it.

    Raises:
        UsageError: A path does not exist or is no post.
        ConfigurationError: The site's folder of posts does not exist.
    """
    examination = Examination(site, paths, now=now, making=making)
    posts: list[Post] = []
    diagnostics: list[Diagnostic] = []
    for post, found in examination.files():
        posts += [post] if post else []
        diagnostics += found
    between = examination.between()
    clashing = {fault.path for fault in between if has_errors([fault])}
    return Collection(
        tuple(post for post in posts if post.name not in clashing),
        examination.checked,
        tuple(in_reading_order([*diagnostics, *between])),
    )
