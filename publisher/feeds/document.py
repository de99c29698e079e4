"""A feed document, made piece by piece: its head, one entry after another, its tail.

No document is ever held as a whole: feedgen makes the head and each entry, lxml serialises the entry below an
empty root with the feed's namespaces, and only the entry's own bytes are passed on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lxml import etree

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.content import Entry
    from publisher.feeds.tombstones import Tombstone


#: What feeds say made them.
GENERATOR = "headless-publisher"


@dataclass(frozen=True, slots=True)
class Heading:
    """What a feed says of itself.

    Attributes:
        updated: When something in it last changed for readers; aware, in UTC.
        tombstones: Of the reviews lately taken back, for the formats that have a word for it.
    """

    title: str
    description: str
    updated: datetime
    tombstones: tuple[Tombstone, ...] = ()


class Document(Protocol):
    """One format of one feed."""

    #: The file's name below the folder of feeds.
    name: str

    def head(self) -> bytes:
        """Return everything before the first entry."""

    def entry(self, entry: Entry) -> bytes:
        """Return one entry."""

    def tail(self) -> bytes:
        """Return everything after the last entry."""


def split_shell(shell: bytes, closing: bytes) -> tuple[bytes, bytes]:
    """Cut a document without entries in two, before its last closing tag `closing` and the space before that."""
    head, _, _ = shell.rpartition(closing)
    stripped = head.rstrip(b" ")
    return stripped, shell[len(stripped) :]


def fragment(element: etree._Element, path: tuple[str, ...], namespaces: dict[str, str]) -> bytes:
    """Serialise an entry, indented, as it stands within a feed whose outer elements are named by `path`."""
    root = parent = etree.Element(path[0], nsmap=namespaces)
    for name in path[1:]:
        parent = etree.SubElement(parent, name)
    parent.append(element)
    # Prefixes that the entry declared for itself are those of the root now.
    etree.cleanup_namespaces(root, keep_ns_prefixes=list(namespaces))
    whole = etree.tostring(root, encoding="UTF-8", pretty_print=True)
    opening = f"<{path[-1]}>".encode() if len(path) > 1 else b">"
    start = whole.index(opening) + len(opening) + 1
    end = whole.rindex(f"</{path[-1]}>".encode())
    return whole[start:end].rstrip(b" ")
