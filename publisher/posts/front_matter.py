"""The contract with editors: every key of front matter, what it takes and what is said of anything else.

Nothing is required here: what is missing is found by `publisher.posts.rules`, so that one fault never hides
another. Descriptions are the reference; docs/reference.md is made from them.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, ValidationInfo, WithJsonSchema

from publisher.diagnostics.suggest import nearest
from publisher.model import OfferKind, Price, Status
from publisher.posts.moments import Moment, parse_moment
from publisher.posts.ratings import parse_rating
from publisher.values.characters import quote
from publisher.values.checkers import Prose, Text, fault, number, text, whole
from publisher.values.codes import Language, Region
from publisher.values.urls import Url

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from publisher.model import RatingScale

#: Items of a list: names of a cast, tags, offers.
LIST_LIMIT = 100
_STRING = WithJsonSchema({"type": "string"})


@dataclass(frozen=True, slots=True)
class Context:
    """What the site lends to the checkers of values."""

    zone: ZoneInfo
    scale: RatingScale
    authors: tuple[str, ...]


def _context(info: ValidationInfo) -> Context:
    context = info.context
    if not isinstance(context, Context):
        raise TypeError("front matter is checked with a Context")
    return context


def _id(value: object) -> str:
    written = text(value)
    canonical = canonical_id(written)
    if canonical is None:
        raise fault(
            "id-invalid",
            f"{quote(written)} is not a UUID",
            help=f"a fresh one, for a post that was never published: {fresh_id()}",
        )
    return canonical


def fresh_id() -> str:
    """Mint an id: a random UUID (RFC 9562, section 5.4)."""
    return str(uuid.uuid4())


def canonical_id(written: str) -> str | None:
    """Write a UUID in its one form (RFC 9562, section 4), or answer None when the text is none, or the nil UUID."""
    try:
        parsed = uuid.UUID(written.strip().lower().removeprefix("urn:uuid:"))
    except ValueError:
        return None
    return str(parsed) if parsed.int else None


def slug_problem(slug: str) -> str | None:
    """Say why a text is no slug, or None when it is one."""
    if len(slug) > 100:
        return f"is {len(slug)} characters long; a slug has at most 100"
    if slug != slug.lower():
        return "is not in lower case"
    if slug != unicodedata.normalize("NFC", slug):
        return "is not in Unicode's composed form (NFC)"
    parts = slug.split("-")
    if not all(part and all(unicodedata.category(char)[0] in "LMN" for char in part) for part in parts):
        return "is not letters and digits joined by single hyphens"
    return None


def _slug(value: object) -> str:
    written = text(value)
    problem = slug_problem(written)
    if problem:
        raise fault("slug-invalid", f"{quote(written)} {problem}", help=_slug_help(written))
    return written


def _slug_help(written: str) -> str:
    cleaned = slug_from(written)
    return f"write slug: {cleaned}" if cleaned else "use letters and digits"


def slug_from(written: str) -> str | None:
    """Make the slug that comes nearest to a text, or None where nothing of it can stand in one."""
    lowered = unicodedata.normalize("NFC", unicodedata.normalize("NFC", written[:1000]).lower())
    words = "".join(char if unicodedata.category(char)[0] in "LMN" else "-" for char in lowered)
    cleaned = re.sub(r"-+", "-", words).strip("-")[:100].strip("-")
    return cleaned if cleaned and slug_problem(cleaned) is None else None


def _moment(value: object, info: ValidationInfo) -> Moment:
    return parse_moment(value, _context(info).zone)


def _choice(kind: type[Status | OfferKind]) -> Callable[[object], Any]:
    known = [str(member) for member in kind]

    def check(value: object) -> Status | OfferKind:
        written = text(value)
        if written not in known:
            near = nearest(written, known)
            raise fault(
                "invalid-value",
                f"{quote(written)} is not one of {', '.join(known)}",
                label=f"did you mean {near}?" if near else None,
            )
        return kind(written)

    return check


def _author(value: object, info: ValidationInfo) -> str:
    written = text(value)
    known = list(_context(info).authors)
    if written not in known:
        near = nearest(written, known)
        raise fault(
            "author-unknown",
            f"{quote(written)} is not an author of this site",
            label=f"did you mean {near}?" if near else f"known: {', '.join(known) or 'none'}",
            help=None if near else f"or give the author a table in publisher.toml: [authors.{_key(written)}]",
        )
    return written


def _key(written: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", written.lower()).strip("-") or "name"


def _one_or_more(value: object) -> object:
    """Take a single text for a list of one; a list has its bounds."""
    return [value] if isinstance(value, str) else _bounded_list(value)


def _bounded_list(value: object) -> object:
    if isinstance(value, list) and len(value) > LIST_LIMIT:
        raise fault(
            "invalid-value", f"the list has {len(value):,} items; this key takes at most {LIST_LIMIT}"
        )
    return value


def _rating(value: object, info: ValidationInfo) -> Decimal:
    return parse_rating(value, _context(info).scale)


def _year(value: object) -> int:
    year = whole(value)
    if not 1870 <= year <= 2200:
        raise fault(
            "invalid-value", f"the year {year} lies outside the history of film", label="1870 to 2200"
        )
    return year


def _runtime(value: object) -> int:
    if isinstance(value, str) and (
        match := re.fullmatch(
            r"(\d{1,2})\s*(?:(?::|h(?:ours?|rs?)?)\s*(\d{1,2})\s*(?:m(?:in(?:utes?)?)?)?|h(?:ours?|rs?)?)",
            value.strip(),
        )
    ):
        minutes = int(match[1]) * 60 + int(match[2] or 0)
        raise fault("invalid-value", f"{quote(value)} is not a number of minutes", label=f"write {minutes}")
    if isinstance(value, str) and (match := re.fullmatch(r"(\d{1,4})\s*m(?:in(?:utes)?)?\.?", value.strip())):
        raise fault("invalid-value", f"{quote(value)} is not a number of minutes", label=f"write {match[1]}")
    minutes = whole(value)
    if not 1 <= minutes <= 1500:
        raise fault("invalid-value", f"{minutes} minutes is no film's length", label="1 to 1500")
    return minutes


def _film_id(pattern: str, example: str) -> BeforeValidator:
    def check(value: object) -> str:
        written = text(value)
        if not re.fullmatch(pattern, written, re.ASCII):
            raise fault(
                "invalid-value", f"{quote(written)} is not an id of this kind", label=f"such as {example}"
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


MomentValue = Annotated[InstanceOf[Moment], BeforeValidator(_moment), _STRING]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more)]


class Block(BaseModel):
    """A group of keys; keys nobody knows are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False, defer_build=True)


class FilmIds(Block):
    """Where other catalogues have the film."""

    imdb: Annotated[str, _film_id(r"tt\d{7,9}", "tt0013442")] | None = Field(
        None, description="the IMDb title id"
    )
    tmdb: Annotated[str, _film_id(r"[1-9]\d{0,9}", "653")] | None = Field(
        None, description="the TMDB movie id"
    )
    wikidata: Annotated[str, _film_id(r"Q[1-9]\d{0,11}", "Q151895")] | None = Field(
        None, description="the Wikidata item"
    )


class FilmBlock(Block):
    """The film."""

    title: Text | None = Field(None, description="the title readers know it by (required)")
    original_title: Text | None = Field(None, description="the title where it was made")
    year: Annotated[int, BeforeValidator(_year)] | None = Field(
        None, description="the year it was first shown"
    )
    directors: Texts = Field((), description="its directors")
    cast: Texts = Field((), description="its principal cast")
    countries: Annotated[tuple[Region, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="the countries it comes from, as ISO 3166-1 codes"
    )
    languages: Annotated[tuple[Language, ...], BeforeValidator(_one_or_more)] = Field(
        (), description="the languages spoken in it, as BCP 47 tags"
    )
    runtime: Annotated[int, BeforeValidator(_runtime)] | None = Field(
        None, description="its length in minutes"
    )
    ids: FilmIds = Field(default_factory=FilmIds, description="where other catalogues have it")


class ImageBlock(Block):
    """The picture of the review."""

    src: Text | None = Field(None, description="a file, relative to the post, or an address (required)")
    alt: Text | None = Field(None, description="what the picture shows, in words")
    credit: Text | None = Field(None, description="whose picture it is")


class WatchBlock(Block):
    """One way to see the film."""

    service: Text | None = Field(None, description="any name the service ever had (required)")
    kind: Annotated[OfferKind, BeforeValidator(_choice(OfferKind)), _STRING] | None = Field(
        None, description="rent, buy, subscription, free, ads, cinema or disc (required)"
    )
    url: Url | None = Field(None, description="the film's page there; default: the service's search for it")
    region: Region | None = Field(None, description="the country it holds in, as an ISO 3166-1 code")
    price: Annotated[InstanceOf[Price], BeforeValidator(_price), _STRING] | None = Field(
        None, description="such as 3.99 USD"
    )
    quality: Text | None = Field(None, description="such as 4k")
    via: Text | None = Field(None, description="the channel it is sold through")
    exclusive: Annotated[bool, BeforeValidator(_flag)] = Field(
        False, description="true when it is nowhere else"
    )
    from_: MomentValue | None = Field(None, alias="from", description="the first day it holds")
    until: MomentValue | None = Field(None, description="the last day it holds")
    source: Text | None = Field(None, description="who said so")
    checked: MomentValue | None = Field(None, description="when that was last true")


class FrontMatter(Block):
    """Everything that may stand between the two lines of ---."""

    id: Annotated[str, BeforeValidator(_id), _STRING] | None = Field(
        None, description="a UUID, minted once, never changed (required)"
    )
    title: Text | None = Field(None, description="the title, in plain text (required)")
    slug: Annotated[str, BeforeValidator(_slug), _STRING] | None = Field(
        None, description="the last part of the address; default: the file's name"
    )
    date: MomentValue | None = Field(
        None, description="when it is published; in the future: scheduled (required)"
    )
    updated: MomentValue | None = Field(None, description="when readers were last to be told of a change")
    correction: Prose | None = Field(None, description="what was wrong; needs `updated`")
    status: Annotated[Status, BeforeValidator(_choice(Status)), _STRING] = Field(
        Status.READY, description="draft, ready (the default) or retracted"
    )
    retracted: MomentValue | None = Field(None, description="when it was taken back; with status retracted")
    reason: Prose | None = Field(None, description="why it was taken back; with status retracted")
    previous: Annotated[
        tuple[Annotated[str, BeforeValidator(_site_path), _STRING], ...], BeforeValidator(_one_or_more)
    ] = Field((), description="paths it was once found under")
    author: Annotated[
        tuple[Annotated[str, BeforeValidator(_author), _STRING], ...], BeforeValidator(_one_or_more)
    ] = Field(
        (), description="the author's key in publisher.toml, or a list (required where there are several)"
    )
    language: Language | None = Field(None, description="the review's language; default: the site's")
    summary: Prose | None = Field(
        None, description="what lists and readers show; default: the text's beginning"
    )
    tags: Texts = Field((), description="what it is about")
    film: FilmBlock | None = Field(None, description="the film")
    rating: Annotated[Decimal, BeforeValidator(_rating), WithJsonSchema({"type": "number"})] | None = Field(
        None, description="a point on the site's scale"
    )
    image: ImageBlock | None = Field(None, description="the picture")
    watch: Annotated[tuple[WatchBlock, ...], BeforeValidator(_bounded_list)] = Field(
        (), description="where the film can be seen"
    )
