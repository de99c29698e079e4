"""What an address leads to, and how it is better written: in its present form, without other people's campaigns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlencode

from publisher.catalogue.addresses import bare, form_of, parameter_of, take_apart
from publisher.catalogue.networks import network_parameters, value_of
from publisher.catalogue.service import LinkPage
from publisher.catalogue.tracking import Campaign, Removal, Sieve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.catalogue.addresses import Address, Fit, Hosts
    from publisher.catalogue.service import LinkForm, Service
    from publisher.model import OfferKind

_GROUP = re.compile(r"\{(\w+)\}")
# One network sells through another, but seldom through a third.
_MOST_NETWORKS = 4
# What a search is called where nobody wrote down how the service writes its own.
_SEARCH_SEGMENT = "search"
_SEARCH_PARAMETERS = frozenset(
    {"k", "keyword", "keywords", "phrase", "q", "query", "search_query", "searchstring", "term"}
)


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
        left: What looks like somebody's campaign and is still there: taking it out might lead elsewhere.
        network: The affiliate network's host that it leads through; `canonical` still does where the target is nobody's.
    """

    canonical: str
    services: tuple[Service, ...] = ()
    page: LinkPage = LinkPage.OTHER
    id: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    rewritten: bool = False
    removed: tuple[Campaign, ...] = ()
    left: tuple[Campaign, ...] = ()
    network: str | None = None

    @property
    def service(self) -> Service | None:
        """Return whose page it is; None where that is nobody's, or several services share such pages."""
        return self.services[0] if len(self.services) == 1 else None

    @property
    def kinds(self) -> frozenset[OfferKind]:
        """Return how the services whose page it can be were verified to show films."""
        return frozenset(kind for service in self.services for kind in service.verified_kinds)

    def foreign(self, own: Mapping[str, str]) -> tuple[Campaign, ...]:
        """Return what is left of campaigns that are not the site's own, whose parameters are `own`."""
        return tuple(part for part in self.left if own.get(part.name) != part.value)


def read_link(hosts: Hosts, url: str) -> ReadLink:
    """Read an address; any text is accepted, and none raises.

    Nothing is rewritten but on what was verified: a host that nobody checked keeps its address, apart from parameters
    that are tracking wherever they stand.
    """
    address = take_apart(url)
    if address is None:
        return ReadLink(canonical=url)
    passed, target, inner = _through_networks(url, address)
    if not passed:
        return _read(hosts, url, address)
    if inner is None or not hosts.verified(inner.host):
        return ReadLink(canonical=url, network=address.host)
    read = _read(hosts, target, inner)
    networks = tuple(Campaign(host, Removal.AFFILIATE) for host in passed)
    return replace(read, removed=(*networks, *read.removed), network=address.host)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """Put parameters into an address's query, in place of those of the same names; a fragment stays at its end."""
    before, hash_, fragment = url.partition("#")
    path, _, query = before.partition("?")
    kept = [
        item for item in query.split("&") if item and unquote_plus(item.partition("=")[0]) not in parameters
    ]
    return f"{path}?{'&'.join([*kept, urlencode(parameters)])}{hash_}{fragment}"


def _through_networks(url: str, address: Address) -> tuple[list[str], str, Address | None]:
    """Follow an address through affiliate networks: their hosts, and where it ends, or None where that cannot be told."""
    passed: list[str] = []
    end: Address | None = address
    while end is not None and (names := network_parameters(end.host)) is not None:
        if len(passed) == _MOST_NETWORKS:
            return passed, url, None
        passed.append(end.host)
        url = value_of(end.query, names) or ""
        end = take_apart(url)
    return passed, url, end


def _read(hosts: Hosts, url: str, address: Address) -> ReadLink:
    owners, verified = hosts.owners(address.host), hosts.verified(address.host)
    id_name = next((parameter_of(fit) for _, fit in _fits(owners, address)), None) if address.query else None
    sieve = Sieve(address.host, known=bool(owners), verified=bool(verified), id_name=id_name)
    path, query, fragment, removed, left = sieve.clean(address.path, address.query, address.fragment)
    clean = address._replace(path=path, query=query, fragment=fragment)
    written = _written(clean, secure=bool(verified)) if verified or removed else url
    found = _fits(owners, clean)
    if not found:
        searching = _searching(owners, verified, clean)
        kind = LinkPage.SEARCH if searching else LinkPage.OTHER
        return ReadLink(
            services=searching or owners, page=kind, canonical=written, removed=removed, left=left
        )
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
        left=left,
    )


def _fits(owners: tuple[Service, ...], address: Address) -> list[tuple[Service, Fit]]:
    page = address.page
    return [(owner, fit) for owner in owners if (fit := form_of(owner, page))]


def _present(fit: Fit, address: Address) -> str | None:
    """Write an address of a former form in the present one; what its query says beside the id is kept.

    None where its path goes on behind the form: nobody knows which page that was.
    """
    present = film_url(fit.form, fit.parts)
    if present is None:
        return None
    page, end, query = fit.match.string, fit.match.end(), address.query
    if "?" in page[:end]:
        query = page[end:].lstrip("&")
    elif page[end:].partition("?")[0] not in {"", "/"}:
        return None
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


def _searching(
    owners: tuple[Service, ...], verified: tuple[Service, ...], address: Address
) -> tuple[Service, ...]:
    """List those whose search an address is; where nobody wrote down how they write theirs, its own words tell."""
    searching = tuple(owner for owner in owners if _is_search(owner, address))
    if searching or _SEARCH_SEGMENT not in address.path.lower().split("/"):
        return searching
    names = {unquote_plus(item.partition("=")[0]).lower() for item in address.query.split("&")}
    return verified if names & _SEARCH_PARAMETERS else ()


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
