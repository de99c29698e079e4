"""A site: everything that configuration says, ready to be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from ipaddress import IPv4Network, IPv6Network
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from publisher.diagnostics import Severities
    from publisher.model import Author, EventType, RatingScale, Review


#: What the files of the feeds are called, by format.
FEED_NAMES = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
#: What the ledger is called in the folder of state.
LEDGER_NAME = "ledger.sqlite3"


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms the reviews may be used."""

    name: str
    url: str | None
    holder: str

    @property
    def line(self) -> str:
        """Say whose the reviews are and how they may be used, in one line."""
        return f"{self.holder}, {self.name}"


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """Where the site's own pictures lie, and where the public finds them."""

    directory: Path
    url: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A partner's address, and the types of events it asked for."""

    name: str
    url: str
    events: frozenset[EventType]


@dataclass(frozen=True, slots=True)
class Deploy:
    """The shell command that puts the site on the web; `timeout` in seconds."""

    command: str
    timeout: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A publication: its folder, its addresses, its scale, its authors and partners.

    Attributes:
        root: The folder that holds publisher.toml; absolute, like every path here.
        base_url: The address reviews are found under; ends in a slash, as `feeds_url` does.
        permalink: The pattern of a review's path.
        zone: The zone of dates that name none.
        region: The country offers hold in when they name none.
        limit: How many reviews a feed holds at the most.
        ttl: How many minutes readers may wait between two looks.
        allow: Private networks that may be reached on purpose.
        severities: Where the site judges a rule differently; None turns it off.
    """

    root: Path
    title: str
    tagline: str | None
    base_url: str
    permalink: str
    language: str
    zone: ZoneInfo
    licence: Licence | None
    posts: Path
    feeds: Path
    state: Path
    images: ImageFolder | None
    scale: RatingScale
    authors: Mapping[str, Author]
    region: str | None
    feeds_url: str
    limit: int
    ttl: int
    endpoints: tuple[Endpoint, ...]
    secrets: Path
    allow: tuple[IPv4Network | IPv6Network, ...]
    deploy: Deploy | None
    severities: Severities

    @property
    def feed_urls(self) -> dict[str, str]:
        """Return the public addresses of the feeds by format: rss, atom, json."""
        return {form: self.feeds_url + name for form, name in FEED_NAMES.items()}

    def url_of(self, review: Review) -> str:
        """Return a review's permanent address."""
        return self.address(slug=review.slug, id=review.id, date=review.date)

    def address(self, *, slug: str, id: str, date: datetime) -> str:
        """Fill in the permalink pattern; the date is read in the site's zone."""
        path = self.permalink
        if "{" in path.replace("{slug}", "").replace("{id}", ""):
            local = date.astimezone(self.zone)
            path = (
                path.replace("{year}", f"{local:%Y}")
                .replace("{month}", f"{local:%m}")
                .replace("{day}", f"{local:%d}")
            )
        path = path.replace("{id}", id).replace("{slug}", slug)
        return self.base_url + quote(path.lstrip("/"), safe="/%:@!$&'()*+,;=~")

    @property
    def ledger(self) -> Path:
        """Return where the ledger lies, if anything was ever announced."""
        return self.state / LEDGER_NAME

    def display(self, path: Path) -> str:
        """Name a file as messages do: relative to where the site lies."""
        name = path.as_posix()
        root = self.root.as_posix().removesuffix("/") + "/"
        return name.removeprefix(root) if name.startswith(root) else name


def keep_private(folder: Path) -> None:
    """Make a folder for the site's own affairs, and keep what lies in it out of version control.

    Raises:
        OSError: It cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
