"""A site: everything that configuration says, ready to be used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal
    from ipaddress import IPv4Network, IPv6Network
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from publisher.catalogue import Catalogue
    from publisher.diagnostics import Severities
    from publisher.model import Author, OfferKind, RatingScale, Review
    from publisher.site.watching import Watching
    from publisher.site.webhooks import Deploy, Endpoint, Webhooks


#: What the files of the feeds are called, by format.
FEED_NAMES = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
#: What people call the formats.
FEED_LABELS = {"rss": "RSS", "atom": "Atom", "json": "JSON Feed"}
#: The media types of the formats (RFC 4287, section 7; JSON Feed 1.1; for RSS what readers know).
FEED_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
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


class ArchivePeriod(StrEnum):
    """What one page of the archive holds (RFC 5005, section 4)."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRule:
    """A feed that the site defines itself: what a review has to be to stand in it.

    A review stands in it when it meets every condition that is given; a condition that names several values is met
    by any of them. Service, kind and region have to be true of one and the same offer.

    Attributes:
        name: The folder of its files below the feeds' folder.
        title: What readers see; None leaves it to be made of the site's title and the conditions.
        tags: As editors write them; case and the way of separating words make no difference.
        authors: Keys of `Site.authors`.
        services: Keys of the catalogue.
        regions: Where the offer holds, ISO 3166-1 alpha-2.
        countries: Where the film was made, ISO 3166-1 alpha-2.
        years: The film's, as ranges: first and last.
        minimum_rating: The lowest rating that is good enough; what has no rating is not.
        limit: How many of the newest reviews it holds.
        full: Whether entries carry the whole text, or the summary alone.
    """

    name: str
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    kinds: tuple[OfferKind, ...] = ()
    regions: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    minimum_rating: Decimal | None = None
    limit: int = 50
    full: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Syndication:
    """What is said of all feeds.

    Attributes:
        url: The public address of the feeds' folder; ends in a slash.
        limit: How many of the newest reviews a feed holds at the most; the main feed holds more where the archive
            would miss them.
        ttl: How many minutes readers may wait between two looks.
        archive: What a page of the main feed's archive holds; None when there is none.
        author_feeds: Whether each author has a feed.
        tag_feeds: How many live reviews give a tag a feed of its own; None gives none.
        tags_without_feed: Tags that get none all the same, as editors write them.
        rules: The feeds that the site defines itself.
        hubs: The WebSub hubs that are told when a feed changes.
        compressed: Whether a `.gz` copy is put beside what hosts can send compressed.
    """

    url: str
    limit: int = 50
    ttl: int = 60
    archive: ArchivePeriod | None = ArchivePeriod.MONTH
    author_feeds: bool = True
    tag_feeds: int | None = 3
    tags_without_feed: tuple[str, ...] = ()
    rules: tuple[FeedRule, ...] = ()
    hubs: tuple[str, ...] = ()
    compressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A publication: its folder, its addresses, its scale, its authors and partners.

    Attributes:
        root: The folder that holds publisher.toml; absolute, like every path here.
        id: What it is known by wherever it moves, a UUID; None where that is its address.
        base_url: The address reviews are found under; ends in a slash.
        permalink: The pattern of a review's path.
        zone: The zone of dates that name none.
        catalogue: The film services: those that come with the program, and the site's own.
        allow: Private networks that may be reached on purpose.
        severities: Where the site judges a rule differently; None turns it off.
    """

    root: Path
    id: str | None
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
    watch: Watching
    catalogue: Catalogue
    syndication: Syndication
    webhooks: Webhooks
    secrets: Path
    allow: tuple[IPv4Network | IPv6Network, ...]
    deploy: Deploy
    severities: Severities

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the partners' addresses that events are sent to."""
        return self.webhooks.endpoints

    @property
    def feed_urls(self) -> dict[str, str]:
        """Return the public addresses of the main feed by format: rss, atom, json."""
        return {form: self.published(name) for form, name in FEED_NAMES.items()}

    def published(self, name: str) -> str:
        """Return the public address of a file below the feeds' folder, named with slashes."""
        return self.syndication.url + quote(name)

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
