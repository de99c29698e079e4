"""All posts of a site: found, read, and checked against each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from publisher.cache import looks
from publisher.diagnostics import Diagnostic, Report, Source, has_errors, in_reading_order
from publisher.errors import PostsInvalid
from publisher.parallel import UNDONE, in_order
from publisher.posts.beside import Folder
from publisher.posts.between import Between
from publisher.posts.files import Unreadable, find_posts, read_file
from publisher.posts.kept import Kept, Row, own_stamp
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


class _Looked(NamedTuple):
    """What a look at one file found: as it is kept, or, of what is not kept, as it is; and what was made of it."""

    row: bytes | None
    checked: Checked
    made: object


_NOTHING = Checked(None, [])


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
        self._kept = Kept(site, now, self._beside) if now is not None else None
        self._ids: set[str | None] = set()
        self._all = not paths
        #: How many files are reported on.
        self.checked = len(self._chosen)

    def files(self) -> Iterator[tuple[Post | None, list[Diagnostic]]]:
        """Read every file, and yield of each that was asked for the post, None when it has errors, and its faults."""
        for fault in dict.fromkeys(self._folders):
            yield None, [fault]
        known = {file: row for file in self._files if (row := self._found(file)) is not None}
        looked = in_order(self._looked_at, [file for file in self._files if file not in known])
        for file in self._files:
            post: Post | None
            if (row := known.pop(file, None)) is not None:
                kept, found = row.post(file, self._site)
                post = self._taken_in(kept)
            else:
                read = next(looked)
                post, found = self._read(file, None if read is UNDONE else read)
            if file in self._chosen:
                yield post, in_reading_order(found)
        if self._kept is not None:
            self._kept.close(self._unsaved)

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

    def _found(self, file: Path) -> Row | None:
        """Return what is kept of a file, if it need not be read again."""
        if self._kept is None or file in self._unsaved:
            return None
        return self._kept.find(file)

    def _looked_at(self, file: Path) -> _Looked | None:
        """Check a file that needs nothing of this process; None for any that has errors, or is not written yet."""
        looked = None if file in self._unsaved else self._look(file)
        return looked if looked is not None and (looked.row or looked.checked.post) else None

    def _look(self, file: Path) -> _Looked:
        """Check a file, and put down what was found out of it.

        Raises:
            Unreadable: It cannot be read.
        """
        stamp, data = None, self._unsaved.get(file)
        if data is None:
            stamp, data = own_stamp(file), read_file(file, self._site)
        with looks() as others:
            checked = check_post(data, file, self._site, self._now, folder=self._beside, making=self._making)
        if checked.post is None or self._kept is None:
            return _Looked(None, checked, None)
        row = self._kept.row_of(checked, others, stamp)
        # What is put down costs less to hand over than what it says.
        return _Looked(None, checked, None) if row is None else _Looked(row, _NOTHING, checked.post.made)

    def _read(self, file: Path, looked: _Looked | None) -> tuple[Post | None, list[Diagnostic]]:
        if looked is None:
            try:
                looked = self._look(file)
            except Unreadable as fault:
                report = Report(Source(self._site.display(file), ""), self._site.severities)
                report.add("file-unreadable", None, fault.message, help=fault.help)
                self._ids.add(None)
                return None, report.diagnostics
        if looked.row is not None and self._kept is not None:
            post, found = self._kept.keep(file, looked.row).post(file, self._site)
            return self._taken_in(replace(post, made=looked.made)), found
        if looked.checked.post is not None:
            return self._taken_in(looked.checked.post), looked.checked.diagnostics
        # A post with other faults takes part all the same: both are to be mended.
        id, slug = identity(self._contents(file), file)  # noqa: A001 - the field's own word
        self._between.add_faulty(file, looked.checked, id, slug)
        self._ids.add(id)
        return None, looked.checked.diagnostics

    def _taken_in(self, post: Post) -> Post:
        self._between.add(post)
        self._ids.add(post.review.id)
        return post


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
