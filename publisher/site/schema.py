"""The shape of publisher.toml: every table and key, its default and what it is for.

The description of each field is the reference that editors read; docs/reference.md is made from it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator

from publisher.site.checkers import (
    Count,
    CountOrNone,
    DirectoryUrl,
    FeedName,
    Level,
    Network,
    OneOrMore,
    Permalink,
    Points,
    RelativePath,
    RuleCode,
    SiteId,
    TimeZone,
    Years,
)
from publisher.site.site import ArchivePeriod
from publisher.site.table import Table
from publisher.site.watch_schema import ServiceTable, WatchTable
from publisher.site.webhook_schema import DeployTable, WebhooksTable
from publisher.site.words import Archive, Content, ContentWord
from publisher.values.checkers import Text, fault, shape_fault
from publisher.values.codes import FilmCountry, Language, Region
from publisher.values.reviews import Kind
from publisher.values.urls import Url


class LicenceTable(Table):
    """Under which terms the reviews may be used."""

    name: Text = Field(description="the licence's name, as feeds state it")
    url: Url | None = Field(None, description="where the licence can be read")
    holder: Text | None = Field(None, description="who holds the rights; default: the site's title")


class SiteTable(Table):
    """The publication itself."""

    id: SiteId | None = Field(
        None, description="a UUID, minted once, never changed; Atom feeds are known by it, wherever they move"
    )
    title: Text = Field(description="the masthead")
    tagline: Text | None = Field(
        None, description="one line under the masthead; feeds carry it as their description"
    )
    base_url: DirectoryUrl = Field(description="the address reviews are found under")
    permalink: Permalink = Field(
        "/reviews/{slug}/", description="a review's path: {slug} {id} {year} {month} {day}"
    )
    language: Language = Field(
        "en", description="the language reviews are written in, unless they say otherwise"
    )
    time_zone: TimeZone = Field(description="the zone of dates that name none, such as America/Chicago")
    licence: LicenceTable | None = Field(None, description="the licence of the content")


class PathsTable(Table):
    """Where things lie in the site's folder."""

    posts: RelativePath = Field("posts", description="the folder of the reviews")
    feeds: RelativePath = Field("feeds", description="the folder feeds are written to")
    state: RelativePath = Field(
        ".publisher", description="the folder of the ledger; never under version control"
    )


class ImagesTable(Table):
    """The pictures reviews use."""

    directory: RelativePath = Field("posts/images", description="the folder of the site's own pictures")
    url: DirectoryUrl = Field(description="the public address of that folder")


class RatingTable(Table):
    """The scale ratings are given on."""

    minimum: Points = Field(Decimal(0), description="the lowest rating")
    maximum: Points = Field(Decimal(5), description="the highest rating")
    step: Points = Field(
        Decimal("0.5"),
        description="the distance between two ratings",
        json_schema_extra={"exclusiveMinimum": 0},
    )
    unit: Text = Field("star", description="the name of one point")
    units: Text = Field("stars", description="the name of several points")
    symbol: Text = Field("★", description="the picture of one point")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.minimum >= self.maximum:
            raise fault(
                "invalid-value", f"the scale from {self.minimum} to {self.maximum} has no points on it"
            )
        if self.step <= 0 or (self.maximum - self.minimum) % self.step:
            raise fault(
                "invalid-value", f"steps of {self.step} do not lead from {self.minimum} to {self.maximum}"
            )
        return self


class AuthorTable(Table):
    """One author; posts name the table's key."""

    name: Text = Field(description="the name readers see")
    url: Url | None = Field(None, description="the author's page")


class SyndicationTable(Table):
    """What holds of all feeds."""

    others: ClassVar[dict[str, str]] = {
        "authors": "author_feeds",
        "gzip": "compressed",
        "compress": "compressed",
        "tags": "tag_feeds",
        "websub": "hubs",
    }

    url: DirectoryUrl | None = Field(
        None, description="the public address of the feeds; default: feeds/ under base_url"
    )
    limit: Count = Field(50, description="how many of the newest reviews a feed holds")
    ttl: Count = Field(60, description="how many minutes readers may wait between two looks")
    archive: Archive = Field(
        ArchivePeriod.MONTH,
        description="what a page of the archive holds, where readers find all reviews: a month, a year; or none",
    )
    author_feeds: bool = Field(True, description="whether each author has a feed")
    tag_feeds: CountOrNone = Field(
        3, description="how many live reviews give a tag a feed; 0 for no feeds of tags"
    )
    tags_without_feed: list[Text] = Field(
        default_factory=list, description="tags that get no feed, however many reviews have them"
    )
    hubs: list[Url] = Field(
        default_factory=list,
        description="the WebSub hubs that are told when a feed changes",
        json_schema_extra={"uniqueItems": True},
    )
    compressed: bool = Field(
        False,
        description="whether a compressed copy (.gz) of each file is put beside it, for hosts that send it",
    )


class FeedTable(Table):
    """A feed of the site's own: what a review has to be to stand in it."""

    others: ClassVar[dict[str, str]] = {
        "format": "content",
        "offer": "kind",
        "provider": "service",
        "rating": "minimum_rating",
        "minrating": "minimum_rating",
        "slug": "name",
        "summary": "content",
        "years": "year",
    }

    name: FeedName = Field(
        description="the folder of its files beside the other feeds: lower-case letters, digits, hyphens"
    )
    title: Text | None = Field(
        None, description="what readers call it; default: the site's title and its name"
    )
    description: Text | None = Field(None, description="one line about it; default: its title")
    tag: OneOrMore[Text] = Field((), description="only reviews with this tag, or with one of a list")
    author: OneOrMore[Text] = Field(
        (), description="only reviews by this author, or by one of a list; keys of [authors]"
    )
    service: OneOrMore[Text] = Field(
        (),
        description="only films that can be watched there, or at one of a list; any name the service ever had",
    )
    kind: OneOrMore[Kind] = Field(
        (),
        description="only films with such an offer: rent, buy, subscription, free, ads, cinema, disc, or a list",
    )
    region: OneOrMore[Region] = Field(
        (), description="only films with an offer in this country, or in one of a list, as ISO 3166-1 codes"
    )
    country: OneOrMore[FilmCountry] = Field(
        (), description="only films from this country, or from one of a list, as ISO 3166-1 or 3166-3 codes"
    )
    year: OneOrMore[Years] = Field(
        (), description='only films of this year, of years such as "1970-1979", or of any of a list'
    )
    minimum_rating: Points | None = Field(None, description="only reviews with at least this rating")
    limit: Count | None = Field(
        None, description="how many of the newest reviews it holds; default: the limit of [syndication]"
    )
    content: ContentWord = Field(
        Content.FULL, description="full for the whole text, summary for the summary alone"
    )


def _feeds(value: object) -> object:
    if isinstance(value, list):
        return value
    if not isinstance(value, dict):
        raise shape_fault(value, "tables headed [[feeds]], with two brackets")
    own = FeedTable.model_fields.keys() - SyndicationTable.model_fields.keys()
    if own & value.keys() or any(isinstance(inner, dict) for inner in value.values()):
        raise fault(
            "wrong-type",
            "found one table [feeds]; each feed of your own is headed [[feeds]], with two brackets",
            help="write its name below that; what holds of all feeds stands in [syndication]",
        )
    raise fault(
        "wrong-type",
        "found one table [feeds]; what holds of all feeds stands in [syndication] now",
        help="write [syndication] in its place; [[feeds]], with two brackets, adds a feed of your own",
    )


def _syndication(value: object) -> object:
    if isinstance(value, list):
        raise fault(
            "wrong-type",
            "found [[syndication]] with two brackets; there is one such table, for all feeds",
            help="write [syndication]; a feed of your own is headed [[feeds]]",
        )
    return value


class NetworkTable(Table):
    """The way out."""

    allow: list[Network] = Field(
        default_factory=list, description="private networks that may be reached on purpose"
    )


class Configuration(Table):
    """All of publisher.toml."""

    site: SiteTable
    paths: PathsTable = Field(default_factory=PathsTable)
    images: ImagesTable | None = None
    rating: RatingTable = Field(default_factory=RatingTable)
    authors: dict[str, AuthorTable] = Field(default_factory=dict, description="one table for each author")
    watch: WatchTable = Field(default_factory=WatchTable)
    services: dict[str, ServiceTable] = Field(
        default_factory=dict,
        description="one table for each film service that the catalogue lacks, or of which the site knows better",
    )
    syndication: Annotated[SyndicationTable, BeforeValidator(_syndication)] = Field(
        default_factory=SyndicationTable
    )
    feeds: Annotated[list[FeedTable], BeforeValidator(_feeds)] = Field(
        default_factory=list,
        description="feeds of the site's own; one table for each, and all conditions have to be met",
    )
    webhooks: WebhooksTable = Field(default_factory=WebhooksTable)
    network: NetworkTable = Field(default_factory=NetworkTable)
    rules: dict[RuleCode, Level] = Field(
        default_factory=dict,
        description="how bad a fault is, by the code of its rule: error, warning, advice or off",
    )
    deploy: DeployTable | None = None
