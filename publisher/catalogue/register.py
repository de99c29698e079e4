"""The services that come with the program, read from services.json when first asked for."""

from __future__ import annotations

import pkgutil
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

import orjson

from publisher.catalogue.book import Catalogue
from publisher.catalogue.service import LinkForm, LinkPage, Rename, Service, ServiceCategory, ServiceStatus
from publisher.model import OfferKind

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Name(TypedDict):
    name: str


class _Kind(TypedDict):
    kind: str
    verified: bool


class _Host(TypedDict):
    host: str
    verified: bool


class _Form(TypedDict):
    regex: str
    page: NotRequired[str]
    template: NotRequired[str]
    former: NotRequired[bool]
    verified: bool


class _Search(TypedDict):
    template: str
    verified: bool


class _Provider(TypedDict):
    id: int


_Rename = TypedDict(
    "_Rename", {"from": str, "to": str, "not_before": str, "not_after": str, "verified": bool}
)


class _Entry(TypedDict):
    """The part of a service in services.json that the code reads; tests/catalogue holds the whole schema."""

    key: str
    name: str
    label: str | None
    category: str
    status: str
    ended: str | None
    tmdb: list[_Provider]
    former_names: list[_Name]
    aliases: list[str]
    kinds: list[_Kind]
    countries: NotRequired[list[str]]
    only: NotRequired[bool]
    hosts: list[_Host]
    url_patterns: list[_Form]
    search_url: _Search | None
    renames: list[_Rename]
    note: str | None


@cache
def catalogue() -> Catalogue:
    """Hand out the services that come with the program; the file is read once per process."""
    # Not importlib.resources: importing it takes ten times as long as reading and parsing the file.
    data = pkgutil.get_data("publisher.catalogue", "services.json")
    if data is None:
        raise FileNotFoundError("publisher/catalogue/services.json")
    entries = cast("list[_Entry]", orjson.loads(data)["services"])
    return Catalogue(_service(entry) for entry in entries)


def _service(entry: _Entry) -> Service:
    search = entry["search_url"]
    return Service(
        key=entry["key"],
        name=entry["name"],
        label=entry["label"] or entry["name"],
        category=ServiceCategory(entry["category"]),
        status=ServiceStatus(entry["status"]),
        ended=date.fromisoformat(entry["ended"]) if entry["ended"] else None,
        kinds=frozenset(OfferKind(kind["kind"]) for kind in entry["kinds"]),
        verified_kinds=frozenset(OfferKind(kind["kind"]) for kind in entry["kinds"] if kind["verified"]),
        former_names=tuple(former["name"] for former in entry["former_names"]),
        aliases=tuple(entry["aliases"]),
        renames=tuple(_renames(entry["renames"])),
        countries=tuple(entry.get("countries", ())),
        only=entry.get("only", False),
        tmdb_ids=tuple(provider["id"] for provider in entry["tmdb"]),
        hosts=tuple(host["host"] for host in entry["hosts"]),
        verified_hosts=tuple(host["host"] for host in entry["hosts"] if host["verified"]),
        forms=tuple(_form(form) for form in entry["url_patterns"]),
        search_template=search["template"] if search else None,
        search_verified=search is not None and search["verified"],
        note=entry["note"],
    )


def _renames(entries: Iterable[_Rename]) -> Iterable[Rename]:
    for entry in entries:
        if entry["verified"]:
            yield Rename(
                before=entry["from"],
                after=entry["to"],
                earliest=date.fromisoformat(entry["not_before"]),
                latest=date.fromisoformat(entry["not_after"]),
            )


def _form(entry: _Form) -> LinkForm:
    return LinkForm(
        regex=entry["regex"],
        page=LinkPage(entry.get("page", LinkPage.FILM)),
        template=entry.get("template"),
        former=entry.get("former", False),
        verified=entry["verified"],
    )
