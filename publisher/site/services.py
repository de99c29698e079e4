"""What a site adds to the catalogue of film services, or knows better: the tables [services.KEY] of publisher.toml."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.catalogue import LinkForm, Service, ServiceCategory, ServiceStatus
from publisher.diagnostics.suggest import nearest
from publisher.model import OfferKind
from publisher.site.service_values import KEY, PLACEHOLDER
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from publisher.catalogue import Catalogue
    from publisher.diagnostics import Report
    from publisher.site.toml import TomlLocator
    from publisher.site.watch_schema import ServiceTable

# What a service is when all that is known is how it shows films; of several kinds the first here decides.
_CATEGORIES = {
    OfferKind.SUBSCRIPTION: ServiceCategory.STREAMING,
    OfferKind.RENT: ServiceCategory.STORE,
    OfferKind.DISC: ServiceCategory.DISC,
    OfferKind.BUY: ServiceCategory.STORE,
    OfferKind.CINEMA: ServiceCategory.CINEMA,
}


def with_own_services(known: Catalogue, tables: Mapping[str, ServiceTable]) -> Catalogue:
    """Add the site's own services to a catalogue.

    A table of a service that is known says only what is different: a name, kinds, countries, a search and a status stand
    in place of what was known, and its present name becomes a former one; all other lists are added to.
    """
    if not tables:
        return known
    return known.with_services(_service(key, table, known.services.get(key)) for key, table in tables.items())


def check_services(
    known: Catalogue, tables: Mapping[str, ServiceTable], report: Report, locator: TomlLocator
) -> None:
    """Report what is wrong with the site's own services only in view of the catalogue, and of each other."""
    for key, table in tables.items():
        if _check_key(key, table, known, report, locator):
            _check_addresses(key, table, known.services.get(key), report, locator)
            _check_names(key, table, known, report, locator)
            _check_providers(key, table, known, report, locator)
            known = with_own_services(known, {key: table})


def _check_key(key: str, table: ServiceTable, known: Catalogue, report: Report, locator: TomlLocator) -> bool:
    path = ("services", key)
    if key in known.services:
        return True
    if not KEY.fullmatch(key):
        message = f"{quote(key)} is not a key"
        report.add(
            "invalid-value", locator.key(path), message, label="lower-case letters, digits and hyphens"
        )
        return False
    if table.name is None:
        near = nearest(key, known.services)
        report.add(
            "missing-key",
            locator.key(path),
            f"`name` is missing; {quote(key)} is not a service of the catalogue, so it needs one",
            label=f"did you mean {near}?" if near else None,
            help=None
            if near
            else "add a line name = …; `publisher services list` names those that are known",
        )
        return False
    return True


def _check_names(
    key: str, table: ServiceTable, known: Catalogue, report: Report, locator: TomlLocator
) -> None:
    """See that no name is another service's: it would mean neither from then on."""
    names: list[tuple[tuple[str | int, ...], str]] = [(("name",), table.name)] if table.name else []
    for field in ("former_names", "aliases"):
        names += [((field, number), name) for number, name in enumerate(getattr(table, field))]
    for path, name in names:
        found = known.resolve(name, None)
        owners = [owner for owner in (found.service, *found.candidates) if owner and owner.key != key]
        if owners and key not in {owner.key for owner in found.candidates}:
            report.add(
                "invalid-value",
                locator.value(("services", key, *path)),
                f"{quote(name)} is a name of {' and of '.join(owner.label for owner in owners)} already",
                help=f"add to that service: [services.{owners[0].key}]; or give yours a name of its own",
            )


def _check_providers(
    key: str, table: ServiceTable, known: Catalogue, report: Report, locator: TomlLocator
) -> None:
    """See that no id of TMDB is another service's."""
    for place, number in enumerate(table.tmdb):
        owner = known.service_for_tmdb(number)
        if owner is not None and owner.key != key:
            report.add(
                "invalid-value",
                locator.value(("services", key, "tmdb", place)),
                f"{number} is the id of {owner.label} already",
                help=f"leave it out, or add to that service: [services.{owner.key}]",
            )


def _check_addresses(
    key: str, table: ServiceTable, before: Service | None, report: Report, locator: TomlLocator
) -> None:
    """See that the addresses of a service are on its hosts."""
    hosts = {host.removeprefix("www.") for host in (*table.hosts, *(before.hosts if before else ()))}
    addresses: list[tuple[tuple[str | int, ...], str]] = [(("search",), table.search)] if table.search else []
    addresses += [(("films", number), address) for number, address in enumerate(table.films)]
    for path, address in addresses:
        host = urlsplit(address).hostname or ""
        if host.removeprefix("www.") not in hosts:
            report.add(
                "invalid-value",
                locator.value(("services", key, *path)),
                f"{quote(host)} is not among the hosts of this service",
                help=f'add it: hosts = ["{host}"]',
            )


def _service(key: str, table: ServiceTable, before: Service | None) -> Service:
    if before is None:
        before = Service(
            key=key,
            name=table.name or key,
            label=table.name or key,
            category=_category(table.kinds),
            status=ServiceStatus.ACTIVE,
            kinds=frozenset(),
            verified_kinds=frozenset(),
        )
    changes: dict[str, Any] = {
        "aliases": (*before.aliases, *table.aliases),
        "former_names": (*before.former_names, *table.former_names),
        "hosts": (*before.hosts, *table.hosts),
        "tmdb_ids": (*before.tmdb_ids, *table.tmdb),
        "verified_hosts": (*before.verified_hosts, *table.hosts),
        # The site's word comes first, wherever two forms fit.
        "forms": (*map(_form, table.films), *before.forms),
    }
    if table.name is not None and table.name != before.name:
        changes |= {"name": table.name, "label": table.name}
        changes["former_names"] = (*changes["former_names"], before.name)
    if table.kinds:
        changes["kinds"] = changes["verified_kinds"] = frozenset(table.kinds)
    if table.countries:
        changes |= {"countries": tuple(table.countries), "only": True}
    if table.search is not None:
        changes |= {
            "search_template": table.search.replace("{title}", "{query}"),
            "search_verified": True,
        }
    if table.status is not None:
        changes |= {"status": table.status, "ended": None}
    return replace(before, **changes)


def _category(kinds: Iterable[OfferKind]) -> ServiceCategory:
    return next((_CATEGORIES[kind] for kind in _CATEGORIES if kind in kinds), ServiceCategory.FREE)


def _form(address: str) -> LinkForm:
    """Make the form of addresses such as `https://films.example/film/{slug}/{id}`."""
    parts = urlsplit(address)
    start = f"^https?://(?:www\\.)?{re.escape((parts.hostname or '').removeprefix('www.'))}"
    rest = address.partition("://")[2].partition("/")[2]
    pieces = PLACEHOLDER.split(f"/{rest}")
    # The odd pieces are the names in braces.
    regex = "".join(
        f"(?P<{piece}>[^/?#&]+)" if number % 2 else re.escape(piece) for number, piece in enumerate(pieces)
    )
    return LinkForm(regex=start + regex, template=address, verified=True)
