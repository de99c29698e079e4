"""How the files of a folder of feeds are told to people: by name where they are few, otherwise by their kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.channels import page_names
from publisher.site import FEED_NAMES

if TYPE_CHECKING:
    from collections.abc import Collection

#: More names than these are a list that nobody reads.
_FEW = 6
_DOCUMENTS = frozenset(FEED_NAMES.values())


def in_short(names: Collection[str]) -> str:
    """Name files, or say how many feeds and pages of the archive they are; the formats of a feed count as one.

    Compressed copies count for themselves: that one goes or changes says nothing of its file.

    Args:
        names: Their names below the feeds' folder.
    """
    if len(names) <= _FEW:
        return ", ".join(names)
    feeds: set[str] = set()
    copies = others = 0
    for name in names:
        folder, _, file = name.rpartition("/")
        if file.endswith(".gz"):
            copies += 1
        elif file in _DOCUMENTS:
            feeds.add(folder)
        else:
            others += 1
    pages = len(page_names(feeds))
    counts = [
        (len(feeds) - pages, "feed", "feeds"),
        (pages, "page of the archive", "pages of the archive"),
        (others, "other file", "other files"),
        (copies, "compressed copy", "compressed copies"),
    ]
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counts if number)
