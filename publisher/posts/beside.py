"""What lies beside the posts in `.watch/`: a file for each review, with the offers that sources found.

A file is JSON with an offer on each line, in an order of its own, so that a change of one offer is a change of one line. It is
an input of every build, and is checked as hostile as a post: each offer by what front matter checks those of `watch:` by.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, NamedTuple

from publisher.cache import note
from publisher.diagnostics import Report, Source, has_errors
from publisher.posts.files import Unreadable, read_file
from publisher.posts.listings import keys_of
from publisher.posts.offer_file import FORMAT, Known, read_offers
from publisher.values.identifiers import canonical_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from publisher.diagnostics import Diagnostic
    from publisher.model import Listing
    from publisher.site import Site

#: The folder in that of the posts.
FOLDER = ".watch"
_SUFFIX = ".json"
# Offers that are remembered at once, a few hundred bytes each.
_MOST_KNOWN = 20_000
# What they are sorted by.
_ORDER = ("source", "region", "kind", "service", "via", "quality", "price", "url")


class Beside(NamedTuple):
    """What lies beside one post.

    Attributes:
        listings: The offers that sources found; none where the file has errors, or where there is none.
        digest: The SHA-256 of the file; empty where there is none.
        diagnostics: Everything that is wrong with it.
    """

    listings: tuple[Listing, ...] = ()
    digest: bytes = b""
    diagnostics: tuple[Diagnostic, ...] = ()


NOTHING = Beside()


def file_beside(id: str, site: Site) -> Path:
    """Name the file of offers that belongs to the review with an id."""
    return site.posts / FOLDER / f"{id}{_SUFFIX}"


def is_beside(file: Path, site: Site) -> bool:
    """Tell whether a file is one of those that `file_beside` names, in a folder that is no link."""
    folder = site.posts / FOLDER
    id = file.name.removesuffix(_SUFFIX)  # noqa: A001 - the field's own word
    return file == folder / f"{id}{_SUFFIX}" and canonical_id(id) == id and not folder.is_symlink()


def written_beside(id: str, listings: Iterable[Listing], site: Site) -> bytes:
    """Write the file of offers that belongs to a review."""
    offers = [
        {
            key: value == "true" if key == "exclusive" else value
            for key, value in keys_of(listing, site.zone).items()
        }
        for listing in listings
    ]
    offers.sort(key=lambda keys: [str(keys.get(key, "")) for key in _ORDER])
    lines = b",".join(b"\n    " + json.dumps(keys, ensure_ascii=False).encode() for keys in offers)
    return b'{\n  "format_version": %d,\n  "id": "%s",\n  "offers": [%s%s]\n}\n' % (
        FORMAT,
        id.encode(),
        lines,
        b"\n  " if offers else b"",
    )


def read_beside(
    id: str,
    site: Site,
    now: datetime | None = None,
    *,
    day: date | None = None,
    known: Known | None = None,
) -> Beside:
    """Read what lies beside the post with an id, and check it whole.

    Args:
        id: The review's.
        site: The site.
        now: The moment for rules that depend on it (aware); None leaves them out.
        day: The review's: names of services are those of its time.
        known: Remembers offers where many files are read; only ones without faults are in it.
    """
    file = file_beside(id, site)
    try:
        data = read_file(file, site)
    except Unreadable as error:
        if not os.path.lexists(file):
            return NOTHING  # as of almost every post
        report = Report(Source(site.display(file), ""), site.severities)
        report.add("file-unreadable", None, error.message, help=error.help)
        return Beside(diagnostics=tuple(report.diagnostics))
    if file.parent.is_symlink():  # said of the folder
        return NOTHING
    report = Report(Source(site.display(file), data.decode("utf-8-sig", "replace")), site.severities)
    listings = read_offers(data, id, report, site, now, day=day, known={} if known is None else known)
    if has_errors(report.diagnostics):
        listings = ()
    return Beside(listings, hashlib.sha256(data).digest(), tuple(report.diagnostics))


class Folder:
    """The folder of files beside the posts, as it is when it is first looked into."""

    def __init__(self, site: Site) -> None:
        """List it; where there is none, nothing is looked up for any post."""
        self._site = site
        self._path = site.posts / FOLDER
        self._names: frozenset[str] = frozenset()
        self._problem: str | None = None
        self._known: Known = {}
        try:
            if self._path.is_symlink():
                self._problem = "this is a link; what it leads to is not read"
            else:
                self._names = frozenset(os.listdir(self._path))  # noqa: PTH208 - of ten thousand, a Path each would cost most
        except FileNotFoundError:
            pass
        except OSError as error:
            self._problem = f"the folder cannot be read: {error.strerror}"

    def has(self, id: str) -> bool:
        """Tell whether a file of offers lies beside the post with an id."""
        return f"{id}{_SUFFIX}" in self._names

    def read(self, id: str, now: datetime | None = None, *, day: date | None = None) -> Beside:
        """Read what lies beside the post with an id, as `read_beside` does."""
        if not self.has(id):
            return NOTHING
        note(file_beside(id, self._site))
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        return read_beside(id, self._site, now, day=day, known=self._known)

    def faults(self, ids: Collection[str | None]) -> Iterator[Diagnostic]:
        """Find what is wrong with the folder: that it cannot be read, and files that belong to no review.

        Args:
            ids: Those of all posts, None among them where a fault hides one; then nothing is said to belong to none.
        """
        if self._problem is not None:
            yield from self._fault(
                self._path, "file-unreadable", self._problem, "put a folder there, or nothing"
            )
        if None in ids or not self._names:
            return
        known = {f"{id}{_SUFFIX}" for id in ids}  # noqa: A001 - the field's own word
        for name in sorted(self._names - known):
            if name.startswith(".") or not name.endswith(_SUFFIX):
                continue
            yield from self._fault(
                self._path / name,
                "offer-orphan",
                "no post has the id that these offers belong to",
                "give the post its old id back, or delete the file",
            )

    def _fault(self, path: Path, code: str, message: str, help: str) -> list[Diagnostic]:
        report = Report(Source(self._site.display(path), ""), self._site.severities)
        report.add(code, None, message, help=help)
        return report.diagnostics
