"""All services as one book: what a name or an address means, found by indexes that are made when first needed."""

from __future__ import annotations

from functools import cached_property, lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.catalogue.addresses import Hosts
from publisher.catalogue.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from publisher.catalogue.addresses import UrlCheck
    from publisher.catalogue.links import ReadLink
    from publisher.catalogue.names import Resolution
    from publisher.catalogue.service import Service
    from publisher.model import OfferKind

# Links, of about a kilobyte each.
_REMEMBERED = 4096


class Catalogue:
    """The services that are known; nothing in it changes once it is made.

    Attributes:
        services: Every service by its key, in the order of keys.
    """

    services: Mapping[str, Service]

    def __init__(self, services: Iterable[Service]) -> None:
        """Take services; where two have the same key, the later one stands in place of the earlier one."""
        by_key = {service.key: service for service in services}
        self.services = MappingProxyType(dict(sorted(by_key.items())))

    def __reduce__(self) -> tuple[type[Catalogue], tuple[tuple[Service, ...]]]:
        """Leave the indexes out of what another process is sent."""
        return Catalogue, (tuple(self.services.values()),)

    def with_services(self, services: Iterable[Service]) -> Catalogue:
        """Make a catalogue with these services added, or put in place of those with the same key."""
        return Catalogue((*self.services.values(), *services))

    def resolve(self, name: str, kind: OfferKind | None, day: date | None = None) -> Resolution:
        """Find the service that is meant by a name, without guessing; see `Names.resolve`."""
        return self._names.resolve(name, kind, day)

    def read_link(self, url: str) -> ReadLink:
        """Say what an address leads to, and how it is better written; see `links.read_link`. Any text is accepted."""
        return self._read(url)

    def check_url(self, service: Service, url: str) -> UrlCheck:
        """Say whether an address fits a service; see `Hosts.check`. Any text is accepted."""
        return self._hosts.check(service, url)

    def is_home(self, service: Service, url: str) -> bool:
        """Tell whether an address is on a host that was verified to be the service's."""
        return self._hosts.is_home(service, url)

    def search_url(self, service: Service, title: str) -> str | None:
        """Give the address of the service's search for a title; None when none was verified.

        The title is percent-encoded as UTF-8 with a space as %20 (RFC 3986), which holds in a path and in a query.
        """
        if service.search_template is None or not service.search_verified:
            return None
        # A lone surrogate has no UTF-8: better a question mark in a search than an error.
        return service.search_template.replace("{query}", quote(title, safe="", errors="replace"))

    def serves(self, service: Service, country: str) -> bool | None:
        """Tell whether a service is there in a country (ISO 3166-1 alpha-2); None where nothing can be said.

        That a service was not listed for a country says something only where others were.
        """
        if not service.countries:
            return None
        if country in service.countries:
            return True
        return False if service.only or country in self._surveyed else None

    def service_for_tmdb(self, provider_id: int) -> Service | None:
        """Find the service that a TMDB watch provider (or JustWatch package) id belongs to."""
        return self._by_tmdb_id.get(provider_id)

    def services_for_host(self, host: str) -> tuple[Service, ...]:
        """List the services, by key, that are known to use a host or the same with or without `www.`."""
        return self._hosts.owners(host.removesuffix(".").lower()) if host.isascii() else ()

    @cached_property
    def _names(self) -> Names:
        return Names(self.services)

    @cached_property
    def _read(self) -> Callable[[str], ReadLink]:
        from publisher.catalogue.links import read_link  # noqa: PLC0415 - resolving names does without

        # A run reads the link of an offer several times, and sources give the same one for many countries.
        return lru_cache(maxsize=_REMEMBERED)(partial(read_link, self._hosts))

    @cached_property
    def _hosts(self) -> Hosts:
        return Hosts(self.services)

    @cached_property
    def _surveyed(self) -> frozenset[str]:
        return frozenset(country for service in self.services.values() for country in service.countries)

    @cached_property
    def _by_tmdb_id(self) -> Mapping[int, Service]:
        return {tmdb_id: service for service in self.services.values() for tmdb_id in service.tmdb_ids}
