"""The shape of publisher.toml: every table and key, its default and what it is for.

The description of each field is the reference that editors read; docs/reference.md is made from it.
"""

from __future__ import annotations

import re
import zoneinfo
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from publisher.diagnostics import RULES, Severity
from publisher.diagnostics.suggest import nearest
from publisher.model import EventType
from publisher.values.characters import quote
from publisher.values.checkers import TEXT_LIMIT, Number, Text, Whole, fault, schema, shape_fault, text
from publisher.values.codes import Language, Region
from publisher.values.forms import DIRECTORY_URL, form
from publisher.values.urls import URL_LIMIT, Url, url


class Table(BaseModel):
    """A table of publisher.toml; keys nobody knows are faults."""

    # Only the outermost model is ever asked; building each by itself, too, would take longer than all the rest.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def _directory_url(value: object) -> str:
    address = url(value)
    if "?" in address or "#" in address:
        raise fault("url-invalid", f"{quote(address)} has a query or a fragment; a base address has neither")
    return address if address.endswith("/") else address + "/"


def _permalink(value: object) -> str:
    pattern = text(value)
    unknown = set(re.findall(r"\{([^{}]*)\}", pattern)) - {"slug", "id", "year", "month", "day"}
    leftover = re.sub(r"\{[a-z]+\}", "x", pattern)
    if unknown or re.search(r"[{}]", leftover):
        raise fault(
            "invalid-value",
            f"{quote(pattern)} uses a placeholder nobody knows",
            label="known: {slug} {id} {year} {month} {day}",
        )
    if "{slug}" not in pattern and "{id}" not in pattern:
        raise fault(
            "invalid-value",
            f"{quote(pattern)} gives every review the same address",
            label="needs {slug} or {id}",
        )
    if not pattern.startswith("/") or re.search(r"[\s?#%\\]|//|\.\.", leftover):
        raise fault(
            "invalid-value", f"{quote(pattern)} is not a path", label="a path such as /reviews/{slug}/"
        )
    return pattern


def _time_zone(value: object) -> str:
    name = text(value)
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = sorted(zoneinfo.available_timezones())
        city = f"/{name}".replace(" ", "_").casefold()
        of_the_city = next((zone for zone in known if zone.casefold().endswith(city)), None)
        # Of the abbreviations, each is near another that means something else.
        near = of_the_city or nearest(name, known, likeness=0.75)
        raise fault(
            "invalid-value",
            f"{quote(name)} is not a time zone",
            label=f"did you mean {near}?" if near else "a name such as America/Chicago",
        ) from None
    return name


def _name(value: object) -> str:
    name = text(value)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", name):
        raise fault(
            "invalid-value", f"{quote(name)} is not a name", label="lower-case letters, digits and hyphens"
        )
    return name


def _relative_path(value: object) -> str:
    path = text(value)
    if path.startswith(("/", "~")) or ".." in path.split("/") or "\\" in path:
        raise fault(
            "invalid-value", f"{quote(path)} leads out of the site", label="a path inside the site's folder"
        )
    return path.rstrip("/")


def _event_type(value: object) -> EventType:
    name = text(value)
    known = [str(kind) for kind in EventType]
    if name not in known:
        near = nearest(name, known)
        raise fault(
            "invalid-value",
            f"{quote(name)} is not a type of event",
            label=f"did you mean {near}?" if near else f"known: {', '.join(known)}",
        )
    return EventType(name)


def _network(value: object) -> IPv4Network | IPv6Network:
    written = text(value)
    try:
        return ip_network(written)
    except ValueError:
        try:
            label = f"did you mean {ip_network(written, strict=False)}?"
        except ValueError:
            label = "such as 127.0.0.1/32 or fd00::/8"
        raise fault("invalid-value", f"{quote(written)} is not a network", label=label) from None


def _rule(value: object) -> str:
    code = text(value)
    if code not in RULES:
        near = nearest(code, list(RULES))
        raise fault(
            "unknown-key",
            f"{quote(code)} is not a rule",
            label=f"did you mean {near}?" if near else None,
            help=None if near else "publisher explain lists all rules",
        )
    if RULES[code].fixed:
        raise fault(
            "invalid-value",
            f"{code} is an error on every site",
            help=f"remove the line; publisher explain {code} says why the rule cannot be changed",
        )
    return code


# What other programs call it.
_LEVELS = {
    "warn": "warning",
    "info": "advice",
    "hint": "advice",
    "note": "advice",
    "ignore": "off",
    "none": "off",
}


def _level(value: object) -> Severity | None:
    written = str(value) if isinstance(value, str) else ""
    if written == "off":
        return None
    known = [str(severity) for severity in Severity]
    if written not in known:
        near = _LEVELS.get(written.lower()) or nearest(written, [*known, "off"])
        if not written:
            raise shape_fault(value, f"one of {', '.join(known)}, off, in quotes")
        raise fault(
            "invalid-value",
            f"{quote(written)} is not how a rule can be judged",
            label=f"did you mean {near}?" if near else f"one of {', '.join(known)}, off",
        )
    return Severity(written)


def _unquoted(value: object) -> object:
    """Refuse a number in quotes: TOML says by itself what is a number."""
    if isinstance(value, str):
        raise fault(
            "wrong-type", "found text; this key takes a number", help="write the number without quotes"
        )
    return value


def _positive(value: int) -> int:
    if value < 1:
        raise fault("invalid-value", f"{value} is too small; at least 1 is needed")
    return value


DirectoryUrl = Annotated[
    str, BeforeValidator(_directory_url), schema("string", maxLength=URL_LIMIT, **DIRECTORY_URL)
]
Permalink = Annotated[
    str,
    BeforeValidator(_permalink),
    schema(
        "string",
        maxLength=TEXT_LIMIT,
        pattern=form(
            r"(?=.*\{(?:slug|id)\})(?!.*(?://|\.\.))"
            r"/(?:[^\s?#%\x5c{}]|\{(?:slug|id|year|month|day)\})*"
        ),
    ),
]
TimeZone = Annotated[
    str, BeforeValidator(_time_zone), schema("string", pattern=form("[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*"))
]
Name = Annotated[str, BeforeValidator(_name), schema("string", pattern=form("[a-z0-9][a-z0-9-]{0,39}"))]
RelativePath = Annotated[
    str,
    BeforeValidator(_relative_path),
    schema("string", maxLength=TEXT_LIMIT, pattern=form(r"(?![/~\s]|(?:.*/)?\.\.(?:/|\s*$))[^\x5c]+")),
]
EventName = Annotated[
    EventType, BeforeValidator(_event_type), schema("string", enum=[str(kind) for kind in EventType])
]
Network = Annotated[
    IPv4Network | IPv6Network,
    BeforeValidator(_network),
    schema("string", pattern=form("[0-9A-Fa-f:.]+(?:/[0-9.]+)?")),
]
RuleCode = Annotated[str, BeforeValidator(_rule), schema("string")]
Level = Annotated[
    Severity | None,
    BeforeValidator(_level),
    schema("string", enum=[*map(str, Severity), "off"]),
]
Points = Annotated[Number, BeforeValidator(_unquoted)]
Count = Annotated[
    Whole,
    BeforeValidator(_unquoted),
    AfterValidator(_positive),
    schema("integer", minimum=1, maximum=999_999_999),
]


class LicenceTable(Table):
    """Under which terms the reviews may be used."""

    name: Text = Field(description="the licence's name, as feeds state it")
    url: Url | None = Field(None, description="where the licence can be read")
    holder: Text | None = Field(None, description="who holds the rights; default: the site's title")


class SiteTable(Table):
    """The publication itself."""

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


class WatchTable(Table):
    """Where-to-watch links."""

    region: Region | None = Field(None, description="the country offers hold in when they name none")


class FeedsTable(Table):
    """The feeds."""

    url: DirectoryUrl | None = Field(
        None, description="the public address of the feeds; default: feeds/ under base_url"
    )
    limit: Count = Field(50, description="how many of the newest reviews a feed holds")
    ttl: Count = Field(60, description="how many minutes readers may wait between two looks")


class EndpointTable(Table):
    """A partner's address that events are sent to."""

    name: Name = Field(description="how messages, the ledger and the secret call it")
    url: Url = Field(description="where events are sent")
    events: list[EventName] = Field(
        default_factory=lambda: list(EventType), description="the types of events it asked for; default: all"
    )


def _endpoints(value: object) -> object:
    if isinstance(value, dict):
        raise shape_fault(value, "tables headed [[webhooks.endpoints]], with two brackets")
    return value


class WebhooksTable(Table):
    """Whom events are sent to."""

    endpoints: Annotated[list[EndpointTable], BeforeValidator(_endpoints)] = Field(
        default_factory=list, description="one table for each partner"
    )
    secrets: RelativePath = Field(
        ".publisher/secrets", description="the folder of the endpoints' secrets: one file of mode 0600 each"
    )


class NetworkTable(Table):
    """The way out."""

    allow: list[Network] = Field(
        default_factory=list, description="private networks that may be reached on purpose"
    )


class DeployTable(Table):
    """What puts feeds and pages on the web, between generate and push."""

    command: Text = Field(
        description="a shell command, run in the site's folder; if it fails, nothing is sent"
    )
    timeout: Count = Field(900, description="how many seconds it may take")


class Configuration(Table):
    """All of publisher.toml."""

    site: SiteTable
    paths: PathsTable = Field(default_factory=PathsTable)
    images: ImagesTable | None = None
    rating: RatingTable = Field(default_factory=RatingTable)
    authors: dict[str, AuthorTable] = Field(default_factory=dict, description="one table for each author")
    watch: WatchTable = Field(default_factory=WatchTable)
    feeds: FeedsTable = Field(default_factory=FeedsTable)
    webhooks: WebhooksTable = Field(default_factory=WebhooksTable)
    network: NetworkTable = Field(default_factory=NetworkTable)
    rules: dict[RuleCode, Level] = Field(
        default_factory=dict,
        description="how bad a fault is, by the code of its rule: error, warning, advice or off",
    )
    deploy: DeployTable | None = None
