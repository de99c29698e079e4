"""All services, read from services.json when first asked for."""

from __future__ import annotations

import pkgutil
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypedDict, cast

import orjson

from publisher.catalogue.service import Service, ServiceCategory, ServiceStatus
from publisher.model import OfferKind

if TYPE_CHECKING:
    from collections.abc import Mapping


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


class _Search(TypedDict):
    template: str


class _Provider(TypedDict):
    id: int


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
    hosts: list[_Host]
    url_patterns: list[_Form]
    search_url: _Search | None
    note: str | None


@cache
def services() -> Mapping[str, Service]:
    """Hand out every service by its key, in the order of keys; the file is read once per process."""
    # Not importlib.resources: importing it takes ten times as long as reading and parsing the file.
    data = pkgutil.get_data("publisher.catalogue", "services.json")
    if data is None:
        raise FileNotFoundError("publisher/catalogue/services.json")
    entries = cast("list[_Entry]", orjson.loads(data)["services"])
    return MappingProxyType({entry["key"]: _service(entry) for entry in entries})


@cache
def _by_tmdb_id() -> Mapping[int, Service]:
    return {tmdb_id: service for service in services().values() for tmdb_id in service.tmdb_ids}


def service_for_tmdb(provider_id: int) -> Service | None:
    """Find the service that a TMDB watch provider (or JustWatch package) id belongs to."""
    return _by_tmdb_id().get(provider_id)


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
        tmdb_ids=tuple(provider["id"] for provider in entry["tmdb"]),
        hosts=tuple(host["host"] for host in entry["hosts"]),
        verified_hosts=tuple(host["host"] for host in entry["hosts"] if host["verified"]),
        url_forms=tuple(form["regex"] for form in entry["url_patterns"]),
        search_template=search["template"] if search else None,
        note=entry["note"],
    )
