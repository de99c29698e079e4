"""The reviews that are out: the feed.json of the main feed and those of its archive's pages, as they are there.

A file is read one item at a time, by its layout, which is the one that `json_feed` writes: every item is indented by
four, and no line end stands within a text. What has another layout was not written by us, and is not read at all.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson

from publisher.channels import MAIN, feed_file, page_names
from publisher.feeds.json_feed import VERSION
from publisher.feeds.vocabulary import ABOUT
from publisher.outputs.manifest import read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

# A review has at most 7.5 million characters of HTML, of up to four bytes.
_LARGEST_ITEM = 64 * 1024 * 1024
_LARGEST_HEAD = 1024 * 1024
_BLOCK = 1024 * 1024
_UUID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_ID = re.compile(rf"urn:uuid:{_UUID}")
_OPENING = re.compile(rf'\n    {{\n      "id": "urn:uuid:{_UUID}",\n'.encode())
_OPENING_BYTES = len('\n    {\n      "id": "urn:uuid:",\n') + 36


class NotOurs(Exception):
    """Say that a file is not a feed that this program wrote, or not all of one."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be read.

    Raises:
        NotOurs: It is not there, is no file (a link, a pipe, a folder), or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError):
        raise NotOurs from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotOurs
    with os.fdopen(descriptor, "rb") as stream:
        try:
            yield stream
        except OSError:
            raise NotOurs from None


def published_ids(folder: Path) -> frozenset[str]:
    """Return the UUIDs of the reviews in a folder's main feed, and on the pages of its archive.

    Of files that are not there, or not ours, there are none; of one that breaks off, those that it has.
    """
    found: set[str] = set()
    for name in (MAIN, *page_names(read_manifest(folder).channels)):
        with suppress(NotOurs), opened(folder / feed_file(name, "json")) as stream:
            found.update(_ids(stream))
    return frozenset(found)


def _ids(stream: BinaryIO) -> Iterator[str]:
    """Find the ids of a feed's items, without a look at what else they hold."""
    if not _head(stream):
        return
    left = b"\n"
    while block := stream.read(_BLOCK):
        block = left + block
        yield from (match[1].decode() for match in _OPENING.finditer(block))
        left = block[1 - _OPENING_BYTES :]


def items(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Read a feed's items one after the other, each with the UUID in its `id` for an `id`.

    Raises:
        NotOurs: It is not a whole feed of ours; items before the fault were given already.
    """
    if not _head(stream):
        return
    last = False
    while not last:
        item, last = _item(stream)
        yield item
    if stream.read(16) != b"  ]\n}\n":
        raise NotOurs


def _head(stream: BinaryIO) -> bool:
    """Read up to the first item; answer whether there is one."""
    if stream.readline(16) != b"{\n" or stream.readline(200) != f'  "version": "{VERSION}",\n'.encode():
        raise NotOurs
    left = _LARGEST_HEAD
    while left > 0:
        line = stream.readline(left)
        left -= len(line) or left
        if line == b'  "items": [\n':
            return True
        if line == b'  "items": []\n' and stream.read(4) == b"}\n":
            return False
    raise NotOurs


def _item(stream: BinaryIO) -> tuple[dict[str, Any], bool]:
    """Read an item; answer whether it was the last."""
    if stream.readline(16) != b"    {\n":
        raise NotOurs
    lines = [b"{"]
    left = _LARGEST_ITEM
    while left > 0:
        line = stream.readline(left)
        left -= len(line) or left
        if line in {b"    }\n", b"    },\n"}:
            lines.append(b"}")
            return _parsed(b"".join(lines)), line == b"    }\n"
        lines.append(line)
    raise NotOurs


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        item = orjson.loads(data)
        match = _ID.fullmatch(item["id"])
        if match is None or item["_review"]["about"] != ABOUT:
            raise NotOurs
        # What a person is shown of it has to be text, whoever wrote it.
        if not all(isinstance(item[key], str) for key in ("url", "title", "content_html")):
            raise NotOurs
    except (ValueError, KeyError, TypeError):
        raise NotOurs from None
    return {**item, "id": match[1]}
