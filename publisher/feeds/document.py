"""A feed document, made piece by piece: its head, one entry after another, its tail.

No document is ever held as a whole: feedgen makes the head and each entry, lxml serialises the entry below an
empty root with the feed's namespaces, and only the entry's own bytes are passed on. An entry has the same bytes in every
feed it stands in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from lxml import etree

if TYPE_CHECKING:
    from publisher.channels import Channel
    from publisher.feeds.drafts import Draft
    from publisher.feeds.tombstones import Tombstone
    from publisher.site import Site


#: What feeds say made them.
GENERATOR = "headless-publisher"
#: The style sheet for whoever opens a feed in a browser, below the feeds' folder.
STYLE_SHEET = "feed.css"


#: When a feed was updated that never had an entry; Atom asks for a date all the same (RFC 4287, 4.1.1).
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Heading:
    """What a feed says of itself.

    Attributes:
        channel: Which feed it is.
        updated: When something in it last changed for readers, or `NEVER`; aware, in UTC.
        tombstones: Of the reviews lately taken back, for the formats that have a word for it.
    """

    channel: Channel
    updated: datetime
    tombstones: tuple[Tombstone, ...] = ()


class Form(Protocol):
    """One format that feeds are written in."""

    #: How `FEED_NAMES` calls it.
    key: str
    #: What stands between two entries.
    separator: bytes

    def shell(self, site: Site, heading: Heading, *, empty: bool) -> tuple[bytes, bytes]:
        """Return everything before the first entry, and everything after the last."""

    def entry(self, draft: Draft) -> bytes:
        """Return one entry."""


def split_shell(shell: bytes, closing: bytes, name: str) -> tuple[bytes, bytes]:
    """Cut a document without entries in two, before its last closing tag `closing` and the space before that.

    Args:
        shell: The document.
        closing: The tag.
        name: What its file is called below the feeds' folder; the style sheet is named from there.
    """
    declaration, _, rest = shell.partition(b"\n")
    sheet = f'<?xml-stylesheet type="text/css" href="{"../" * name.count("/")}{STYLE_SHEET}"?>'
    shell = b"\n".join((declaration, sheet.encode(), rest))
    head, _, _ = shell.rpartition(closing)
    stripped = head.rstrip(b" ")
    return stripped, shell[len(stripped) :]


def fragment(element: etree._Element, path: tuple[str, ...], namespaces: dict[str, str]) -> str:
    """Serialise an entry, indented, as it stands within a feed whose outer elements are named by `path`."""
    root = parent = etree.Element(path[0], nsmap=namespaces)
    for name in path[1:]:
        parent = etree.SubElement(parent, name)
    parent.append(element)
    whole = etree.tostring(root, encoding="unicode", pretty_print=True)
    opening = f"<{path[-1]}>" if len(path) > 1 else ">"
    start = whole.index(opening) + len(opening) + 1
    return whole[start : whole.rindex(f"</{path[-1]}>")].rstrip(" ")


@lru_cache(maxsize=2)  # a review's Markdown stands in two formats
def escaped(text: str) -> bytes:
    """Write a text as XML does between tags."""
    data = text.encode().replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;")
    return data.replace(b"\r", b"&#13;")


def in_cdata(text: str) -> bytes:
    """Write a text as a CDATA section (XML 1.0, 2.7)."""
    return b"<![CDATA[" + text.encode().replace(b"]]>", b"]]]]><![CDATA[>") + b"]]>"
