"""Addresses that changed or went: where the old address of a review leads now, and which lead nowhere any more.

They are compared as a web server compares them: decoded, without `.`, `..` and doubled slashes, and whether there is
a slash at the end makes no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.model import Review
    from publisher.site import Site


@dataclass(frozen=True, slots=True)
class OldPath:
    """A path under which nothing is found any more, from the root of the host.

    Attributes:
        decoded: Its bytes, without percent-encoding, as the server sees them.
    """

    decoded: bytes

    @classmethod
    def parse(cls, path: str) -> OldPath:
        """Read a path as an editor or an address has it: percent-encoded, or not, or in part."""
        raw = unquote_to_bytes(path)
        parts: list[bytes] = []
        for part in raw.split(b"/"):
            if part == b"..":
                parts = parts[:-1]
            elif part not in {b"", b"."}:
                parts.append(part)
        slash = b"/" if parts and raw.rpartition(b"/")[2] in {b"", b".", b".."} else b""
        return cls(b"/" + b"/".join(parts) + slash)

    @property
    def key(self) -> bytes:
        """What tells two paths apart."""
        return self.decoded.rstrip(b"/")

    @property
    def other(self) -> OldPath | None:
        """The same path with the slash at its end, or without; None where it names a file."""
        if self.decoded.endswith(b"/"):
            return OldPath(self.key)
        return None if b"." in self.decoded.rpartition(b"/")[2] else OldPath(self.decoded + b"/")

    @property
    def usable(self) -> bool:
        """Whether it has no control character: no link has one, and no server's configuration should."""
        return not any(byte < 0x20 or byte == 0x7F for byte in self.decoded)


@dataclass(frozen=True, slots=True)
class Move:
    """An old path of a review that is live, and the path it has now, percent-encoded as in its URL."""

    old: OldPath
    to: str


@dataclass(frozen=True, slots=True)
class Redirects:
    """What becomes of old paths; none is a path that anything has now, and none is there twice.

    Attributes:
        moved: The newest review first.
        gone: Of reviews that were taken back, the newest first.
        present: The paths that the reviews, the site's home and its feeds have now.
    """

    moved: tuple[Move, ...]
    gone: tuple[OldPath, ...]
    present: tuple[OldPath, ...]


def find_redirects(live: Iterable[Review], retracted: Iterable[Review], site: Site) -> Redirects:
    """Find what becomes of the paths that reviews once had; no other reviews are heard of.

    Of two that claim the same path a live one has it before one that was taken back, then the one that comes first.

    Args:
        live: The reviews that are live, the newest first.
        retracted: Those that were taken back, the newest first.
        site: The site.
    """
    live = list(live)
    paths = [_path(site.url_of(review)) for review in live]
    own = (site.base_url, site.syndication.url, *site.feed_urls.values())
    present = tuple(OldPath.parse(path) for path in ("/", *map(_path, own), *paths))
    # A server finds a folder's page by this name, and would redirect on its own way there.
    taken = {path.key + page for path in present for page in (b"", b"/index.html", b"/index.htm")}
    moved = [
        Move(old, path)
        for review, path in zip(live, paths, strict=True)
        for old in _free(review.previous, taken)
    ]
    gone = [
        old for review in retracted for old in _free((_path(site.url_of(review)), *review.previous), taken)
    ]
    return Redirects(tuple(moved), tuple(gone), present)


def _free(paths: Iterable[str], taken: set[bytes]) -> Iterator[OldPath]:
    """Go through the paths that nobody has taken yet, and take them."""
    for old in map(OldPath.parse, paths):
        if old.usable and old.key not in taken:
            taken.add(old.key)
            yield old


def _path(url: str) -> str:
    return urlsplit(url).path
