"""What an address leads to, and how it is better written: in its present form, without other people's campaigns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from publisher.catalogue.addresses import bare, form_of, take_apart
from publisher.catalogue.service import LinkPage
from publisher.catalogue.tracking import Removal, Removed, clean_query, network_parameters, value_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.catalogue.addresses import Address, Fit, Hosts
    from publisher.catalogue.service import LinkForm, Service
    from publisher.model import OfferKind

_GROUP = re.compile(r"\{(\w+)\}")
# Amazon writes where a click came from into the path as well.
_REF_SEGMENT = re.compile(r"/ref=[^/]*")
_WITH_REF_SEGMENTS = ("amazon.", "primevideo.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLink:
    """What was read in an address.

    Attributes:
        services: All services whose page it can be, by key.
        page: What is found there.
        id: The service's id of the film.
        parts: Every part of the address that its form names, `id` among them.
        canonical: The address in its present form, without what was removed; the address as it was where nothing is known.
        rewritten: Whether it had a form that its service no longer uses, and leads to the same film under the present one.
        removed: What was taken out, in the order of the address.
        network: The affiliate network's host that it leads through; `canonical` still does where the target is nobody's.
    """

    canonical: str
    services: tuple[Service, ...] = ()
    page: LinkPage = LinkPage.OTHER
    id: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    rewritten: bool = False
    removed: tuple[Removed, ...] = ()
    network: str | None = None

    @property
    def service(self) -> Service | None:
        """Return whose page it is; None where that is nobody's, or several services share such pages."""
        return self.services[0] if len(self.services) == 1 else None

    @property
    def kinds(self) -> frozenset[OfferKind]:
        """Return how the services whose page it can be were verified to show films."""
        return frozenset(kind for service in self.services for kind in service.verified_kinds)


def read_link(hosts: Hosts, url: str) -> ReadLink:
    """Read an address; any text is accepted, and none raises.

    Nothing is rewritten but on what was verified: a host that nobody checked keeps its address, apart from parameters
    that are tracking wherever they stand.
    """
    address = take_apart(url)
    if address is None:
        return ReadLink(canonical=url)
    if names := network_parameters(address.host):
        return _through_network(hosts, url, address, names)
    return _read(hosts, url, address)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Put parameters into an address's query, in place of those of the same names; a fragment stays at its end."""
    before, hash_, fragment = url.partition("#")
    path, _, query = before.partition("?")
    kept = [item for item in query.split("&") if item and item.partition("=")[0] not in parameters]
    return f"{path}?{'&'.join([*kept, urlencode(parameters)])}{hash_}{fragment}"


def _through_network(hosts: Hosts, url: str, address: Address, names: tuple[str, ...]) -> ReadLink:
    target = value_of(address.query, names)
    inner = take_apart(target) if target else None
    if target is None or inner is None or not hosts.verified(inner.host):
        return ReadLink(canonical=url, network=address.host)
    read = _read(hosts, target, inner)
    removed = (Removed(address.host, Removal.AFFILIATE), *read.removed)
    return replace(read, removed=removed, network=address.host)


def _read(hosts: Hosts, url: str, address: Address) -> ReadLink:
    verified = hosts.verified(address.host)
    clean, removed = _cleaned(address, known=bool(verified))
    written = _written(clean, secure=bool(verified)) if verified or removed else url
    owners = hosts.owners(address.host)
    page = clean.page
    found = [(owner, fit) for owner in owners if (fit := form_of(owner, page))]
    if not found:
        searching = tuple(owner for owner in owners if _is_search(owner, clean))
        kind = LinkPage.SEARCH if searching else LinkPage.OTHER
        return ReadLink(services=searching or owners, page=kind, canonical=written, removed=removed)
    fit = found[0][1]
    parts = fit.parts
    former = [fit for owner, fit in found if fit.form.former and fit.form.verified and owner in verified]
    present = _present(former[0], clean) if former else None
    return ReadLink(
        services=tuple(owner for owner, _ in found),
        page=fit.form.page,
        id=parts.get("id"),
        parts=parts,
        canonical=present or written,
        rewritten=present is not None,
        removed=removed,
    )


def _cleaned(address: Address, *, known: bool) -> tuple[Address, tuple[Removed, ...]]:
    """Take out of an address what is of no use to a reader."""
    query, removed = clean_query(address.query, address.host, known=known)
    path = address.path
    if known and "/ref=" in path and bare(address.host).startswith(_WITH_REF_SEGMENTS):
        segments = tuple(Removed(segment[1:], Removal.TRACKING) for segment in _REF_SEGMENT.findall(path))
        path, removed = _REF_SEGMENT.sub("", path), (*segments, *removed)
    return address._replace(path=path, query=query), removed


def _present(fit: Fit, address: Address) -> str | None:
    """Write an address of a former form in the present one; what its query says beside the id is kept."""
    present = film_url(fit.form, fit.parts)
    if present is None:
        return None
    page, end, query = fit.match.string, fit.match.end(), address.query
    if end > len(page) - len(query):
        query = page[end:].lstrip("&")
    between = "&" if "?" in present else "?"
    fragment = f"#{address.fragment}" if address.fragment else ""
    return present + (between + query if query else "") + fragment


def film_url(form: LinkForm, parts: Mapping[str, str]) -> str | None:
    """Write the present address of a film from the parts of one that has a form; None where that cannot be told."""
    if form.template is None or any(name not in parts for name in _GROUP.findall(form.template)):
        return None
    return _GROUP.sub(lambda match: parts[match[1]], form.template)


def _written(address: Address, *, secure: bool) -> str:
    fragment = f"#{address.fragment}" if address.fragment else ""
    return (address._replace(scheme="https") if secure else address).page + fragment


def _is_search(service: Service, address: Address) -> bool:
    if service.search_template is None:
        return False
    start = service.search_template.partition("{query}")[0]
    home = take_apart(start)
    if home is None or bare(home.host) != bare(address.host):
        return False
    if not home.query:
        return address.path.startswith(home.path)
    # The query's name comes last before the title: "search?phrase=".
    name = home.query.rpartition("&")[2]
    return address.path.rstrip("/") == home.path.rstrip("/") and any(
        item.startswith(name) for item in address.query.split("&")
    )
