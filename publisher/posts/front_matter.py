"""The contract with editors: every key of front matter, what it takes and what is said of anything else.

Nothing is required here: what is missing is found by `publisher.posts.rules`, so that one fault never hides
another. Descriptions are the reference; docs/reference.md is made from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationInfo

from publisher.model import Price, Status
from publisher.posts import forms, shapes, words
from publisher.posts.identifiers import SLUG_LIMIT, slug_from, slug_problem
from publisher.posts.moments import Moment, parse_moment
from publisher.posts.ratings import parse_rating
from publisher.values.characters import quote
from publisher.values.checkers import (
    TEXT_LIMIT,
    Prose,
    Text,
    bounded_list,
    fault,
    number,
    schema,
    text,
    whole,
)
from publisher.values.codes import FilmCountry, Language, Region
from publisher.values.forms import UUID, form
from publisher.values.identifiers import fresh_id, identifier
from publisher.values.reviews import FIRST_YEAR, LAST_YEAR, Kind, author_fault, film_year
from publisher.values.urls import Url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from publisher.model import Author, RatingScale

# Addresses of films, and ids without their letters.
_IN_IMDB = r"(?:\S*imdb\.com/(?:\S*/)?title/)?(?:tt)?([0-9]{7,9})(?:[/?#]\S*)?"
_IN_TMDB = r"\S*themoviedb\.org/movie/([1-9][0-9]{0,9})(?:[-/?#]\S*)?"
_IN_WIKIDATA = r"(?:\S*wikidata\.org/\S*/)?Q?([1-9][0-9]{0,11})(?:[?#]\S*)?"


@dataclass(frozen=True, slots=True)
class Context:
    """What the site lends to the checkers of values."""

    zone: ZoneInfo
    scale: RatingScale
    authors: Mapping[str, Author]


def _context(info: ValidationInfo) -> Context:
    context = info.context
    if not isinstance(context, Context):
        raise TypeError("front matter is checked with a Context")
    return context


def _id(value: object) -> str:
    if isinstance(value, str) and not value.strip():
        raise fault(
            "missing-key", "`id` is empty; it is required", help=f"mint one, once for ever: {fresh_id()}"
        )
    return identifier(value, "a post")


def _slug(value: object) -> str:
    written = text(value)
    problem = slug_problem(written)
    if problem:
        raise fault("slug-invalid", f"{quote(written)} {problem}", help=_slug_help(written))
    return written


def _slug_help(written: str) -> str:
    cleaned = slug_from(written)
    return f"write slug: {cleaned}" if cleaned else "use letters and digits"


def _moment(value: object, info: ValidationInfo) -> Moment:
    return parse_moment(value, _context(info).zone)


def _author(value: object, info: ValidationInfo) -> str:
    written = text(value)
    known = _context(info).authors
    if written not in known:
        raise author_fault(written, {key: author.name for key, author in known.items()})
    return written


def _one_or_more(value: object) -> object:
    """Take a single text for a list of one; a list has its bounds."""
    return [value] if isinstance(value, str) else bounded_list(value)


def _offers(value: object) -> object:
    return bounded_list(shapes.offers(value))


def alt_text(value: object) -> str:
    """Take a text that may be empty: that is a warning, and not worth an error."""
    return "" if isinstance(value, str) and not value.strip() else text(value)


def _rating(value: object, info: ValidationInfo) -> Decimal:
    return parse_rating(value, _context(info).scale)


def _runtime(value: object) -> int:
    if isinstance(value, str) and not value.isdigit() and (meant := _minutes(value.strip())):
        raise fault("invalid-value", f"{quote(value)} is not a number of minutes", label=f"write {meant}")
    minutes = whole(value)
    if not 1 <= minutes <= 1500:
        raise fault("invalid-value", f"{minutes} minutes is no film's length", label="1 to 1500")
    return minutes


def _minutes(written: str) -> str | None:
    """Say in minutes what is written in hours, or with their unit."""
    if match := re.fullmatch(
        r"(\d{1,2})\s*(?:(?::|h(?:ours?|rs?)?)\s*(\d{1,2})\s*(?:m(?:in(?:utes?)?)?)?|h(?:ours?|rs?)?)",
        written,
    ):
        return str(int(match[1]) * 60 + int(match[2] or 0))
    match = re.fullmatch(r"(\d{1,4})\s*m(?:in(?:utes)?)?\.?", written)
    return match[1] if match else None


def _film_id(pattern: str, example: str, found_in: str) -> BeforeValidator:
    """Make the checker of an id; `found_in` is the form of what holds one, an address for example."""
    letters = example.rstrip("0123456789")

    def check(value: object) -> str:
        written = text(value)
        if not re.fullmatch(pattern, written, re.ASCII):
            match = re.fullmatch(found_in, written, re.ASCII | re.IGNORECASE)
            raise fault(
                "invalid-value",
                f"{quote(written)} is not an id of this kind",
                label=f"write {letters}{match[1]}" if match else f"such as {example}",
            )
        return written

    return BeforeValidator(check)


def _price(value: object) -> Price:
    written = text(value)
    match = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?) ?([A-Z]{3})", written, re.ASCII)
    if match is None:
        raise fault(
            "invalid-value", f"{quote(written)} is not a price", label="amount and currency, such as 3.99 USD"
        )
    return Price(number(match[1]), match[2])


def _flag(value: object) -> bool:
    written = text(value).lower()
    if written not in {"true", "false"}:
        raise fault("invalid-value", f"{quote(written)} is neither true nor false")
    return written == "true"


def _site_path(value: object) -> str:
    written = text(value)
    if not re.fullmatch(r"/(?!/)[^\s?#\\]*", written):
        raise fault("invalid-value", f"{quote(written)} is not a path", label="such as /reviews/karma-link/")
    return written


# What JSON Schema says of a value is held against its checker by tests/posts/test_post_schema.py.
Id = Annotated[str, BeforeValidator(_id), schema("string", pattern=UUID)]
Slug = Annotated[
    str,
    BeforeValidator(_slug),
    schema(["string", "integer", "boolean"], maxLength=SLUG_LIMIT, pattern=forms.SLUG, minimum=0),
]
MomentValue = Annotated[InstanceOf[Moment], BeforeValidator(_moment), schema("string", **forms.MOMENT)]
StatusValue = Annotated[
    Status, BeforeValidator(words.STATUSES.take), schema("string", enum=[*map(str, Status)])
]
SitePath = Annotated[
    str, BeforeValidator(_site_path), schema("string", maxLength=TEXT_LIMIT, pattern=forms.SITE_PATH)
]
# The site's authors and scale come in later: `publisher.posts.json_schema`.
AuthorKey = Annotated[str, BeforeValidator(_author), schema("string")]
Rating = Annotated[Decimal, BeforeValidator(_rating), schema("number")]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more)]
Year = Annotated[
    int,
    BeforeValidator(film_year),
    schema(["integer", "string"], minimum=FIRST_YEAR, maximum=LAST_YEAR, pattern=forms.YEAR),
]
Runtime = Annotated[
    int,
    BeforeValidator(_runtime),
    schema(["integer", "string"], minimum=1, maximum=1500, pattern=forms.RUNTIME),
]
ImdbId = Annotated[
    str, _film_id(forms.IMDB, "tt0013442", _IN_IMDB), schema("string", pattern=form(forms.IMDB))
]
TmdbId = Annotated[
    str,
    _film_id(forms.TMDB, "653", _IN_TMDB),
    schema(["integer", "string"], minimum=1, maximum=9_999_999_999, pattern=form(forms.TMDB)),
]
WikidataId = Annotated[
    str, _film_id(forms.WIKIDATA, "Q151895", _IN_WIKIDATA), schema("string", pattern=form(forms.WIKIDATA))
]
ImageSource = Annotated[str, BeforeValidator(text), schema("string", maxLength=TEXT_LIMIT, **forms.IMAGE)]
PriceValue = Annotated[InstanceOf[Price], BeforeValidator(_price), schema("string", pattern=forms.PRICE)]
Flag = Annotated[bool, BeforeValidator(_flag), schema(["boolean", "string"], pattern=forms.FLAG)]


class Block(BaseModel):
    """A group of keys; keys nobody knows are faults."""

    #: What other programs call some of its keys, in small letters only.
    others: ClassVar[dict[str, str]] = {}

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)


class FilmIds(Block):
    """Where other catalogues have the film."""

    imdb: ImdbId | None = Field(None, description="the IMDb title id")
    tmdb: TmdbId | None = Field(None, description="the TMDB movie id")
    wikidata: WikidataId | None = Field(None, description="the Wikidata item")


class FilmBlock(Block):
    """The film."""

    others = words.FILM_KEYS

    title: Text | None = Field(None, description="the title readers know it by (required)")
    original_title: Text | None = Field(None, description="the title where it was made")
    year: Year | None = Field(None, description="the year it was first shown")
    directors: Texts = Field((), description="its directors")
    cast: Texts = Field((), description="its principal cast")
    countries: Annotated[tuple[FilmCountry, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="the countries it comes from, as ISO 3166-1 codes; for old films also ISO 3166-3"
    )
    languages: Annotated[tuple[Language, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="the languages spoken in it, as BCP 47 tags"
    )
    runtime: Runtime | None = Field(None, description="its length in minutes")
    ids: Annotated[FilmIds, BeforeValidator(shapes.film_ids)] = Field(
        default_factory=FilmIds, description="where other catalogues have it"
    )


class ImageBlock(Block):
    """The picture of the review."""

    others = words.IMAGE_KEYS

    src: ImageSource | None = Field(
        None, description="a file, relative to the post, or an address (required)"
    )
    alt: Annotated[str, BeforeValidator(alt_text), schema("string", maxLength=TEXT_LIMIT)] | None = Field(
        None, description="what the picture shows, in words"
    )
    credit: Text | None = Field(None, description="whose picture it is")


class WatchBlock(Block):
    """One way to see the film."""

    others = words.OFFER_KEYS

    service: Text | None = Field(None, description="any name the service ever had (required)")
    kind: Kind | None = Field(
        None, description="rent, buy, subscription, free, ads, cinema or disc (required)"
    )
    url: Url | None = Field(None, description="the film's page there; default: the service's search for it")
    region: Region | None = Field(None, description="the country it holds in, as an ISO 3166-1 code")
    price: PriceValue | None = Field(None, description="such as 3.99 USD")
    quality: Text | None = Field(None, description="such as 4k")
    via: Text | None = Field(None, description="the channel it is sold through")
    exclusive: Flag = Field(False, description="true when it is nowhere else")
    from_: MomentValue | None = Field(None, alias="from", description="the first day it holds")
    until: MomentValue | None = Field(None, description="the last day it holds")
    source: Text | None = Field(None, description="who said so")
    checked: MomentValue | None = Field(None, description="when that was last true")


class FrontMatter(Block):
    """Everything that may stand between the two lines of ---."""

    others = words.KEYS

    id: Id | None = Field(None, description="a UUID, minted once, never changed (required)")
    title: Text | None = Field(None, description="the title, in plain text (required)")
    slug: Slug | None = Field(None, description="the last part of the address; default: the file's name")
    date: MomentValue | None = Field(
        None, description="when it is published; in the future: scheduled (required)"
    )
    updated: MomentValue | None = Field(None, description="when readers were last to be told of a change")
    correction: Prose | None = Field(None, description="what was wrong; needs `updated`")
    status: StatusValue = Field(Status.READY, description="draft, ready (the default) or retracted")
    retracted: MomentValue | None = Field(None, description="when it was taken back; with status retracted")
    reason: Prose | None = Field(None, description="why it was taken back; with status retracted")
    previous: Annotated[tuple[SitePath, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="paths it was once found under"
    )
    author: Annotated[tuple[AuthorKey, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="the author's key in publisher.toml, or a list (required where there are several)"
    )
    language: Language | None = Field(None, description="the review's language; default: the site's")
    summary: Prose | None = Field(
        None, description="what lists and readers show; default: the text's beginning"
    )
    tags: Texts = Field((), description="what it is about", json_schema_extra={"uniqueItems": True})
    film: Annotated[FilmBlock, BeforeValidator(shapes.film)] | None = Field(None, description="the film")
    rating: Rating | None = Field(None, description="a point on the site's scale")
    image: Annotated[ImageBlock, BeforeValidator(shapes.image)] | None = Field(
        None, description="the picture"
    )
    watch: Annotated[
        tuple[Annotated[WatchBlock, BeforeValidator(shapes.offer)], ...], BeforeValidator(_offers)
    ] = Field((), description="where the film can be seen")
