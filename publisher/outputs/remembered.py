"""Which files of a folder of feeds are as they were written, and of what: those need not be made to know their bytes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from publisher.cache import FOLDER, Stamp, Store, code_version, is_fine, stamp_of
from publisher.site import bearing

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from publisher.feeds import Heading
    from publisher.outputs.files import OutputFile
    from publisher.site import Site


class _Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A file as it was written.

    Attributes:
        source: The digest of what it was made from.
        size: Bytes, as `sha256` those before they were compressed.
        stamp: That of the file.
    """

    source: bytes
    size: int
    sha256: str
    stamp: Stamp


_rows = msgspec.msgpack.Decoder(_Row)
_encoder = msgspec.msgpack.Encoder()


class Remembered:
    """What is remembered of the files in a folder."""

    def __init__(self, folder: Path, site: Site) -> None:
        """Read all of it."""
        self._folder = folder
        self._store = Store(site.state / FOLDER, "feeds", f"{code_version()} {bearing(site)}")
        self._rows = self._store.rows()

    def recall(self, file: OutputFile) -> None:
        """Tell a file whose source is known that it is there already, if it is."""
        data = self._rows.get(self._name(file))
        if data is None or not file.source:
            return
        try:
            row = _rows.decode(data)
        except msgspec.MsgspecError:
            return
        # A file that was changed by others in the fraction of a second in which it was written would pass: its
        # source did not change, and it is made anew when that does.
        if (
            row.source == file.source
            and is_fine(row.stamp)
            and stamp_of(self._folder / file.name) == row.stamp
        ):
            file.size, file.sha256, file.there = row.size, row.sha256, True

    def remember(self, files: Iterable[OutputFile]) -> None:
        """Remember files that are as they are to be."""
        rows = {}
        for file in files:
            stamp = stamp_of(self._folder / file.name) if file.source and not file.there else None
            if stamp is not None:
                rows[self._name(file)] = _encoder.encode(_Row(file.source, file.size, file.sha256, stamp))
        if rows:
            self._store.save(rows)

    def _name(self, file: OutputFile) -> str:
        return str(self._folder / file.name)


def source_of(heading: Heading, form: str, now: datetime) -> bytes:
    """Return a digest of all that a feed is made from in a format at a moment (aware); empty where nobody gathered that."""
    channel = heading.channel
    marks = [post.mark_at(now) for post in channel.posts]
    if not all(marks):
        return b""
    about = (
        form,
        channel.kind,
        channel.name,
        channel.title,
        channel.description,
        channel.full,
        channel.older,
        channel.newer,
        channel.home,
        channel.tag,
        heading.updated,
        heading.tombstones,
    )
    digest = hashlib.sha256(repr(about).encode("utf-8", "surrogateescape"))
    for mark in marks:
        digest.update(mark)
    return digest.digest()
