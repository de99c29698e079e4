"""The kinds of values that only publisher.toml has: addresses of folders, permalinks, zones, names, counts, conditions."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator
from pydantic_core.core_schema import no_info_after_validator_function

from publisher.diagnostics import RULES, Severity
from publisher.diagnostics.suggest import nearest
from publisher.model import REVIEW_EVENTS, EventType
from publisher.values.characters import quote
from publisher.values.checkers import (
    LIST_LIMIT,
    TEXT_LIMIT,
    Number,
    Whole,
    bounded_list,
    fault,
    schema,
    shape_fault,
    text,
)
from publisher.values.forms import DIRECTORY_URL, FILM_YEAR, UUID, form
from publisher.values.identifiers import identifier
from publisher.values.reviews import FIRST_YEAR, LAST_YEAR, film_year
from publisher.values.urls import URL_LIMIT, url

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

Item = TypeVar("Item")


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


# The folders of feeds that are there by themselves, and of what is made for hosts.
_TAKEN = ("archive", "authors", "hosts", "redirects", "tags")


def _feed_name(value: object) -> str:
    name = _name(value)
    if name in _TAKEN:
        raise fault(
            "invalid-value",
            f"{quote(name)} is taken; a folder of that name lies beside the feeds already",
            label=f"any other than {', '.join(_TAKEN)}",
        )
    return name


# What people write for a span of years.
_DECADE = re.compile(r"(?P<decade>[0-9]{3})0['’]?s")
_SPAN = re.compile(r"(?P<first>[0-9]{4})\s*(?:-|–|—|/|to|until|\.{2,3})\s*(?P<last>[0-9]{2}|[0-9]{4})")


def _years(value: object) -> tuple[int, int]:
    if not isinstance(value, str):
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise shape_fault(value, 'a year such as 1968, or years such as "1970-1979"')
        year = film_year(value)
        return year, year
    written = text(value)
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{4}))?", written)
    if match is None:
        meant = _years_meant(written)
        raise fault(
            "invalid-value",
            f"{quote(written)} is neither a year nor a span of years",
            label=f"did you mean {meant}?" if meant else 'such as 1968 or "1970-1979"',
        )
    first, last = film_year(match[1]), film_year(match[2] or match[1])
    if first > last:
        raise fault(
            "invalid-value",
            f"the years {written} run backwards; the first comes first",
            label=f'did you mean "{last}-{first}"?',
        )
    return first, last


def _years_meant(written: str) -> str | None:
    if match := _DECADE.fullmatch(written):
        return f'"{match["decade"]}0-{match["decade"]}9"'
    if match := _SPAN.fullmatch(written):
        first, last = match["first"], match["last"]
        return f'"{first}-{first[: 4 - len(last)]}{last}"'
    return None


def _one_or_more(value: object) -> tuple[object, ...]:
    """Take a single value for a list of one; a list has its bounds."""
    if not isinstance(value, list):
        return (value,)
    if not value:
        raise fault("invalid-value", "the list is empty; a condition names something", help="remove the line")
    return tuple(bounded_list(value))


class _AloneOrInAList:
    """Says in JSON Schema that a value may stand alone or in a list."""

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        one = handler(core_schema)["items"]
        several = {"type": "array", "items": one, "minItems": 1, "maxItems": LIST_LIMIT}
        return {"anyOf": [one, several]}


def _relative_path(value: object) -> str:
    path = text(value)
    if path.startswith(("/", "~")) or ".." in path.split("/") or "\\" in path:
        raise fault(
            "invalid-value", f"{quote(path)} leads out of the site", label="a path inside the site's folder"
        )
    return path.rstrip("/")


def _event_type(value: object) -> EventType:
    name = text(value)
    known = [str(kind) for kind in REVIEW_EVENTS]
    if name == EventType.PING:
        raise fault(
            "invalid-value",
            f"{quote(name)} is not a type of event that an endpoint asks for",
            help="remove it; `publisher endpoints test` sends one whatever `events` says",
        )
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


def _at_least(least: int) -> AfterValidator:
    def check(value: int) -> int:
        if value < least:
            raise fault("invalid-value", f"{value} is too small; at least {least} is needed")
        return value

    return AfterValidator(check)


@dataclass(frozen=True, slots=True)
class AtMost:
    """The upper bound of a number, for the program and for JSON Schema."""

    most: int

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(core_schema), "maximum": self.most}

    def _check(self, value: int) -> int:
        if value > self.most:
            raise fault("invalid-value", f"{value} is too large; this key takes at most {self.most}")
        return value


SiteId = Annotated[
    str, BeforeValidator(lambda value: identifier(value, "a site")), schema("string", pattern=UUID)
]
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
FeedName = Annotated[
    str,
    BeforeValidator(_feed_name),
    schema("string", pattern=form(rf"(?!(?:{'|'.join(_TAKEN)})\s*$)[a-z0-9][a-z0-9-]{{0,39}}")),
]
Years = Annotated[
    tuple[int, int],
    BeforeValidator(_years),
    schema(
        ["integer", "string"],
        minimum=FIRST_YEAR,
        maximum=LAST_YEAR,
        pattern=form(f"{FILM_YEAR}(?:-{FILM_YEAR})?"),
    ),
]
#: A condition: one value, or a list of which any will do.
OneOrMore = Annotated[tuple[Item, ...], BeforeValidator(_one_or_more), _AloneOrInAList()]
RelativePath = Annotated[
    str,
    BeforeValidator(_relative_path),
    schema("string", maxLength=TEXT_LIMIT, pattern=form(r"(?![/~\s]|(?:.*/)?\.\.(?:/|\s*$))[^\x5c]+")),
]
EventName = Annotated[
    EventType, BeforeValidator(_event_type), schema("string", enum=[str(kind) for kind in REVIEW_EVENTS])
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
    _at_least(1),
    schema("integer", minimum=1, maximum=999_999_999),
]
CountOrNone = Annotated[
    Whole,
    BeforeValidator(_unquoted),
    _at_least(0),
    schema("integer", minimum=0, maximum=999_999_999),
]
