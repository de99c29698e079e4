"""What a site says of where-to-watch links: [watch] held against the catalogue, and made of publisher.toml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.diagnostics.suggest import nearest
from publisher.site.watching import KIND_ORDER, SourceSettings, Watching
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.catalogue import Catalogue
    from publisher.diagnostics import Report
    from publisher.site.toml import TomlLocator
    from publisher.site.watch_schema import WatchTable

# What can be the name of a parameter without being escaped (RFC 3986, section 2.3).
_PARAMETER = re.compile(r"[A-Za-z0-9._~-]+")


def check_watching(table: WatchTable, services: Catalogue, report: Report, locator: TomlLocator) -> None:
    """Report what is wrong with [watch] only in view of the services there are."""
    _check_once(table.order, "order", "each kind has one place", report, locator)
    _check_once(table.regions, "regions", "each country is asked about once", report, locator)
    _check_affiliates(table, services, report, locator)


def _check_once(values: Sequence[str], key: str, rule: str, report: Report, locator: TomlLocator) -> None:
    seen = set[str]()
    for number, value in enumerate(values):
        if value in seen:
            place = locator.value(("watch", key, number))
            report.add("invalid-value", place, f"{quote(str(value))} stands twice; {rule}")
        seen.add(value)


def _check_affiliates(table: WatchTable, services: Catalogue, report: Report, locator: TomlLocator) -> None:
    for key, parameters in table.affiliates.items():
        if report.full("service-unknown"):
            return
        path = ("watch", "affiliates", key)
        service = services.services.get(key)
        if service is None:
            message, label = _not_a_key(key, services)
            report.add("service-unknown", locator.key(path), message, label=label)
        elif not service.verified_hosts:
            report.add(
                "invalid-value",
                locator.key(path),
                f"no host of {service.label} is known for certain, so no link can be told to be its own",
                help=f'name its hosts: [services.{key}] with hosts = ["…"]',
            )
        for name in parameters:
            if not _PARAMETER.fullmatch(name):
                report.add(
                    "invalid-value",
                    locator.key((*path, name)),
                    f"{quote(name)} is not the name of a parameter",
                    label="letters, digits, and . _ ~ -",
                )


def _not_a_key(key: str, services: Catalogue) -> tuple[str, str | None]:
    """Word that a text is no service's key, and which key may be meant."""
    found = services.resolve(key, None)
    meant = [service.key for service in (found.service, *found.candidates) if service]
    near = nearest(key, services.services)
    meant = meant or ([near] if near else [])
    message = f"{quote(key)} is not the key of a service of the catalogue"
    return message, f"did you mean {' or '.join(meant)}?" if meant else None


def watching_of(table: WatchTable) -> Watching:
    """Make what the rooms above use of a table without faults."""
    return Watching(
        region=table.region,
        regions=tuple(table.regions) or ((table.region,) if table.region else ()),
        order=(*table.order, *(kind for kind in KIND_ORDER if kind not in table.order)),
        affiliates={key: dict(parameters) for key, parameters in table.affiliates.items()},
        disclosure=table.disclosure,
        store=table.store,
        sources={
            key: SourceSettings(use=source.use, url=source.url, quota=source.quota)
            for key, source in table.sources.items()
        },
    )
