"""What posts yielded when they were last read, for as long as reading them again would yield the same.

A post is told by the stamp of its file; one whose stamp says nothing, by its bytes. What was looked at beside it (its offers,
its pictures, neighbours) must be as it was then, and the present must lie in the span in which nothing changes by itself.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime  # noqa: TC003 - msgspec reads annotations
from typing import TYPE_CHECKING

import msgspec

from publisher.cache import FOLDER, Stamp, Store, code_version, is_settled, moment_of, stamp_of
from publisher.diagnostics import Diagnostic  # noqa: TC001 - likewise
from publisher.model import Review  # noqa: TC001 - likewise
from publisher.posts.files import Unreadable, read_file
from publisher.posts.reading import Post
from publisher.posts.turning_points import span_around, turning_points, within
from publisher.site import bearing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from publisher.posts.beside import Folder
    from publisher.posts.reading import Checked
    from publisher.site import Site


class _Found(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What was found out of a post without errors.

    Attributes:
        body: Where its text begins.
        links: The site's own reviews that it links to.
        beside: The digest of the file of offers beside it.
    """

    review: Review
    body: int
    links: tuple[str, ...]
    beside: bytes
    diagnostics: list[Diagnostic]


class Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What has to be so for that to hold.

    Attributes:
        looked_at: When the files were looked at, in nanoseconds since 1970.
        stamp: That of the post's file then.
        digest: The SHA-256 of its bytes.
        id: The review's.
        beside: Whether there was a file of offers beside it, which is then one of the others.
        looks: The stamps of other files that were looked at, by their paths.
        since: From when on nothing changes by itself, and `until` when.
        found: What was found out.
    """

    looked_at: int
    stamp: Stamp
    digest: bytes
    id: str
    beside: bool
    looks: dict[str, Stamp | None]
    since: datetime | None
    until: datetime | None
    found: msgspec.Raw

    def post(self, file: Path, site: Site) -> tuple[Post, list[Diagnostic]]:
        """Return the post, and what is to be said of it."""
        found = _found.decode(self.found)
        name = site.display(file)
        post = Post(
            found.review,
            file,
            name,
            found.body,
            self.digest,
            found.links,
            found.beside,
            mark=self._mark(name),
            looked=tuple(self.looks),
            span=(self.since, self.until),
        )
        return post, found.diagnostics

    def _mark(self, name: str) -> bytes:
        # A post may be called after its file, and its pictures are named as seen from there.
        # A stamp that says nothing is told from itself by when it was taken.
        settled = all(is_settled(stamp, self.looked_at) for stamp in self.looks.values())
        others = repr(
            (name, self.since, self.until, sorted(self.looks.items()), None if settled else self.looked_at)
        )
        return hashlib.sha256(self.digest + others.encode("utf-8", "surrogateescape")).digest()


_rows = msgspec.msgpack.Decoder(Row)
_found = msgspec.msgpack.Decoder(_Found)
_encoder = msgspec.msgpack.Encoder()
# So many rows are written at a time.
_BATCH = 2000


class Kept:
    """What is kept of a site's posts, as of one look at them."""

    def __init__(self, site: Site, now: datetime, beside: Folder) -> None:
        """Read all of it.

        Args:
            site: The site.
            now: The moment that rules are asked for; aware.
            beside: The folder beside the posts, as it is now.
        """
        self._site = site
        self._now = now
        self._beside = beside
        self._looked_at = moment_of(site.state)
        self._store = Store(site.state / FOLDER, "posts", f"{code_version()} {bearing(site)}")
        self._rows = self._store.rows()
        self._seen: set[str] = set()
        self._changed: dict[str, bytes] = {}

    def find(self, file: Path) -> Row | None:
        """Return what is kept of a file, if it still holds."""
        name = str(file)
        data = self._rows.get(name)
        if data is None:
            return None
        try:
            row = _rows.decode(data)
        except msgspec.MsgspecError:
            return None
        stamp = own_stamp(file)
        if stamp is None or not within(self._now, row.since, row.until) or not self._same_around(row):
            return None
        if row.stamp != stamp or not is_settled(stamp, row.looked_at):
            if not self._same_bytes(row, file):
                return None
            row = msgspec.structs.replace(row, looked_at=self._looked_at, stamp=stamp)
            self._changed[name] = _encoder.encode(row)
        self._seen.add(name)
        return row

    def _same_around(self, row: Row) -> bool:
        """Tell whether what was looked at besides the post is as it was then."""
        return row.beside is self._beside.has(row.id) and all(
            is_settled(stamp, row.looked_at) and stamp_of(path) == stamp for path, stamp in row.looks.items()
        )

    def _same_bytes(self, row: Row, file: Path) -> bool:
        try:
            return hashlib.sha256(read_file(file, self._site)).digest() == row.digest
        except Unreadable:
            return False

    def row_of(self, checked: Checked, looks: dict[str, Stamp | None], stamp: Stamp | None) -> bytes | None:
        """Put down what was found out of a file; None for what is not kept: a post with errors, and a link to one.

        Args:
            checked: What was found out.
            looks: The stamps of other files that were looked at.
            stamp: That of the file, taken before it was read.
        """
        post = checked.post
        if post is None or stamp is None:
            return None
        since, until = span_around(self._now, turning_points(post.review))
        found = _Found(post.review, post.body, post.links, post.beside, checked.diagnostics)
        row = Row(
            looked_at=self._looked_at,
            stamp=stamp,
            digest=post.digest,
            id=post.review.id,
            beside=self._beside.has(post.review.id),
            looks=looks,
            since=since,
            until=until,
            found=msgspec.Raw(_encoder.encode(found)),
        )
        try:
            return _encoder.encode(row)
        except UnicodeEncodeError:  # a name that is no text
            return None

    def keep(self, file: Path, data: bytes) -> Row:
        """Keep what was put down of a file, and return it."""
        self._seen.add(str(file))
        self._changed[str(file)] = data
        if len(self._changed) >= _BATCH:
            self._store.save(self._changed)
            self._changed.clear()
        return _rows.decode(data)

    def close(self, unsaved: Iterable[Path]) -> None:
        """Write what is new, and forget files that are not there, or not as they were; but not those not looked at."""
        gone = self._rows.keys() - self._seen - set(map(str, unsaved))
        if self._changed or gone:
            self._store.save(self._changed, gone)
            self._changed.clear()


def own_stamp(file: Path) -> Stamp | None:
    """Return the stamp of a file that is itself where it is found, and no link."""
    stamp = stamp_of(file)
    return stamp if stamp is not None and not os.path.islink(file) else None  # noqa: PTH114 - as fast as can be
