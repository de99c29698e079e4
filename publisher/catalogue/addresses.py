"""Whether an address leads to the service it is given for, and where to search when there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from publisher.catalogue.register import services

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.catalogue.service import Service

# Longer addresses are refused by old servers and proxies, and no film page known has a third of this.
_LONGEST = 2048

# urlsplit drops tabs and line ends in silence and browsers read "\" as "/": both move the host.
_SOUND = re.compile(r"[^\x00-\x20\x7f\\]+")

_PORTS = {"http": 80, "https": 443}


class UrlVerdict(StrEnum):
    """What an address looks like, seen from a service.

    `known-form`: one of its film pages. `known-host`: its host, but no page of a known form. `other-service`: its
    host is not known, and is verified to be another service's. `unknown-host`: nobody's host, or not a sound
    address. `unchecked`: no host of the service is known, so that nothing can be said.
    """

    KNOWN_FORM = "known-form"
    KNOWN_HOST = "known-host"
    OTHER_SERVICE = "other-service"
    UNKNOWN_HOST = "unknown-host"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class UrlCheck:
    """The verdict on an address; `others` are the services it belongs to when that is `other-service`."""

    verdict: UrlVerdict
    others: tuple[Service, ...] = ()


class _Address(NamedTuple):
    host: str
    url: str


def services_for_host(host: str) -> tuple[Service, ...]:
    """List the services, by key, that are known to use a host or the same with or without `www.`."""
    return _owners(host.removesuffix(".").lower()) if host.isascii() else ()


def check_url(service: Service, url: str) -> UrlCheck:
    """Say whether an address fits a service. Any text is accepted, and none raises.

    An address with user information, a port of its own, white space, control characters or a backslash is never
    taken for a service's: such addresses look like one place and lead to another.
    """
    if not service.hosts:
        return UrlCheck(UrlVerdict.UNCHECKED)
    address = _read(url)
    if address is None:
        return UrlCheck(UrlVerdict.UNKNOWN_HOST)
    if any(pattern.match(address.url) for pattern in service.url_patterns):
        return UrlCheck(UrlVerdict.KNOWN_FORM)
    owners = _owners(address.host)
    if service in owners:
        return UrlCheck(UrlVerdict.KNOWN_HOST)
    others = tuple(owner for owner in owners if _is_verified(owner, address.host))
    return UrlCheck(UrlVerdict.OTHER_SERVICE, others) if others else UrlCheck(UrlVerdict.UNKNOWN_HOST)


def search_url(service: Service, title: str) -> str | None:
    """Give the address of the service's search for a title; None when its search is not known.

    The title is percent-encoded as UTF-8 with a space as %20 (RFC 3986), which holds in a path and in a query.
    """
    if service.search_template is None:
        return None
    # A lone surrogate has no UTF-8: better a question mark in a search than an error.
    return service.search_template.replace("{query}", quote(title, safe="", errors="replace"))


def _read(url: str) -> _Address | None:
    """Reduce an address to its host and the form that patterns are written for; None when it is not sound."""
    if len(url) > _LONGEST or not _SOUND.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or port not in {None, _PORTS[parts.scheme]}:
        return None
    # Lower-casing the Kelvin sign gives an ASCII "k", so the question comes before `hostname` answers it.
    if "@" in parts.netloc or not parts.netloc.isascii() or not parts.hostname:
        return None
    host = parts.hostname.removesuffix(".")
    query = f"?{parts.query}" if parts.query else ""
    return _Address(host, f"{parts.scheme}://{host}{parts.path}{query}")


def _owners(host: str) -> tuple[Service, ...]:
    return _by_host().get(_bare(host), ())


def _bare(host: str) -> str:
    return host.removeprefix("www.")


@cache
def _by_host() -> Mapping[str, tuple[Service, ...]]:
    found: dict[str, tuple[Service, ...]] = {}
    for service in services().values():
        for host in dict.fromkeys(map(_bare, service.hosts)):
            found[host] = (*found.get(host, ()), service)
    return found


def _is_verified(service: Service, host: str) -> bool:
    return _bare(host) in map(_bare, service.verified_hosts)
