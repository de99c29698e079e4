"""A review and what it consists of: plain, frozen data that knows no file, clock or network."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - whoever decodes reviews reads annotations
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal  # noqa: TC003 - likewise
from enum import StrEnum

from publisher.model.offer import Listing  # noqa: TC001 - likewise

#: For how long feeds say that a review was taken back; at the end of it the tombstone is gone.
TOMBSTONE_KEPT = timedelta(days=90)


class Status(StrEnum):
    """What the editor says of a post."""

    DRAFT = "draft"
    READY = "ready"
    RETRACTED = "retracted"


class Visibility(StrEnum):
    """What the world may see of a post at a given moment."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LIVE = "live"
    RETRACTED = "retracted"


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote a review; `key` is the name of the author's table in publisher.toml."""

    key: str
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingScale:
    """The scale ratings are given on.

    Attributes:
        minimum: The lowest rating that can be given.
        maximum: The highest.
        step: The distance between two neighbouring ratings, counted from the minimum.
        unit: The name of one point ("butterfly"), `units` that of several, `symbol` its picture.
    """

    minimum: Decimal
    maximum: Decimal
    step: Decimal
    unit: str
    units: str
    symbol: str

    def describe(self, value: Decimal) -> str:
        """Say a rating in words: "4 of 5 butterflies"."""
        noun = self.unit if self.maximum == 1 else self.units
        return f"{plain(value)} of {plain(self.maximum)} {noun}"


def plain(number: Decimal) -> str:
    """Write a decimal without an exponent or trailing zeros: 4, 3.5."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of a review; `src` as the editor wrote it: a file beside the post, or an absolute URL."""

    src: str
    alt: str
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """The film a review is about.

    Attributes:
        countries: ISO 3166-1 alpha-2 codes, in the editor's order.
        languages: BCP 47 tags.
        runtime: Minutes.
        ids: Identifiers by scheme: `imdb`, `tmdb`, `wikidata`.
    """

    title: str
    original_title: str | None = None
    year: int | None = None
    directors: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    runtime: int | None = None
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review, without its text.

    The text stays on disk until somebody needs it, so that ten thousand reviews fit in memory.

    Attributes:
        id: A UUID, minted once, for ever.
        slug: The last part of its address.
        date: When it was or will be published; aware.
        updated: When readers were last to be told of a change; aware.
        previous: Paths it was once found under.
        language: A BCP 47 tag.
        rating: A point on the site's scale; None when the review gives none.
        watch: Where the film can be seen, as front matter says: the editor's word.
        found: Where it can be seen according to sources, as it lies beside the posts.
    """

    id: str
    slug: str
    title: str
    date: datetime
    updated: datetime | None = None
    status: Status = Status.READY
    retracted: datetime | None = None
    reason: str | None = None
    correction: str | None = None
    previous: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    language: str
    summary: str | None = None
    tags: tuple[str, ...] = ()
    film: Film | None = None
    rating: Decimal | None = None
    image: Image | None = None
    watch: tuple[Listing, ...] = ()
    found: tuple[Listing, ...] = ()

    @property
    def urn(self) -> str:
        """The identity that feeds and events carry for ever (RFC 4122, section 3)."""
        return f"urn:uuid:{self.id}"

    @property
    def changed(self) -> datetime:
        """When readers were last told something: the later of `date` and `updated`."""
        return max(self.date, self.updated) if self.updated else self.date


def visibility(review: Review, now: datetime) -> Visibility:
    """Answer what the world may see of a review at `now` (aware).

    Every output asks this function and no other. A retraction that lies in the future has not happened yet.
    """
    if review.status is Status.DRAFT:
        return Visibility.DRAFT
    if review.status is Status.RETRACTED and (review.retracted is None or review.retracted <= now):
        return Visibility.RETRACTED
    return Visibility.SCHEDULED if review.date > now else Visibility.LIVE


def as_of(review: Review, now: datetime) -> Review:
    """Return a review as it stands at `now` (aware): an update, and its correction, may still be to come."""
    if review.updated is None or review.updated <= now:
        return review
    return replace(review, updated=None, correction=None)
