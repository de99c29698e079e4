"""Services and links as they are shown to editors and handed to machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.model import OfferKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from publisher.catalogue.links import ReadLink
    from publisher.catalogue.names import Resolution
    from publisher.catalogue.service import Service
    from publisher.catalogue.tracking import Campaign


def ordered(kinds: Iterable[OfferKind]) -> list[str]:
    """Write kinds in the order in which the model has them."""
    known = frozenset(kinds)
    return [str(kind) for kind in OfferKind if kind in known]


def service_fields(service: Service) -> dict[str, Any]:
    """Return what is known of a service, for machines."""
    return {
        "key": service.key,
        "name": service.name,
        "label": service.label,
        "category": str(service.category),
        "status": str(service.status),
        "ended": service.ended.isoformat() if service.ended else None,
        "kinds": ordered(service.kinds),
        "verified_kinds": ordered(service.verified_kinds),
        "former_names": list(service.former_names),
        "aliases": list(service.aliases),
        "renames": [
            {
                "from": rename.before,
                "to": rename.after,
                "not_before": rename.earliest.isoformat(),
                "not_after": rename.latest.isoformat(),
            }
            for rename in service.renames
        ],
        "countries": list(service.countries),
        "tmdb": list(service.tmdb_ids),
        "hosts": list(service.hosts),
        "verified_hosts": list(service.verified_hosts),
        "films": [form.template for form in service.forms if form.template and not form.former],
        "search": service.search_template,
        "search_verified": service.search_verified,
        "note": service.note,
    }


def resolution_fields(found: Resolution) -> dict[str, Any]:
    """Return what a name means, for machines."""
    services = (found.service,) if found.service else found.candidates
    return {
        "services": [service_fields(service) for service in services],
        "decision": str(found.decision) if found.decision else None,
        "former": found.former,
        "rivals": [service.key for service in found.rivals],
    }


def link_fields(read: ReadLink) -> dict[str, Any]:
    """Return what an address leads to, for machines."""
    return {
        "services": [service.key for service in read.services],
        "page": str(read.page),
        "id": read.id,
        "canonical": read.canonical,
        "rewritten": read.rewritten,
        "network": read.network,
        "removed": [_campaign_fields(part) for part in read.removed],
        "left": [_campaign_fields(part) for part in read.left],
    }


def _campaign_fields(part: Campaign) -> dict[str, Any]:
    return {"name": part.name, "value": part.value, "reason": str(part.reason)}
