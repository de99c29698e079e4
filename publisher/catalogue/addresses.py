"""Whose an address is: the hosts of all services, and the forms of their pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from publisher.catalogue.service import LinkPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.catalogue.service import LinkForm, Service

# Longer addresses are refused by old servers and proxies, and no film page known has a third of this.
_LONGEST = 2048

# Nothing that browsers would drop in silence, and no "\\", which they read as "/": both move the host.
_SOUND = re.compile(r"[^\x00-\x20\x7f\\]+")
# Half of what urlsplit takes, in a fifth of its time; user information and addresses in brackets are no service's.
# ASCII, or else case would be folded for all of Unicode, in which the Kelvin sign is a "k".
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+)(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.IGNORECASE | re.ASCII,
)

_PORTS = {"http": "80", "https": "443"}

# A browser resolves "." and ".." before it asks (WHATWG URL 4.4, path state), "%2e" among them; some servers then take
# "%2f", "%5c" and ";" for the end of a segment.
_DOT_SEGMENT = re.compile(r"(?:/|%2f|%5c)(?:\.|%2e){1,2}(?=/|;|%2f|%5c|$)", re.IGNORECASE)
_SEPARATOR = re.compile(r"[&;]")


class UrlVerdict(StrEnum):
    """What an address looks like, seen from a service.

    `known-form`: one of its film pages. `known-host`: its host, but no film page of a known form. `other-service`: its
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


class Address(NamedTuple):
    """A sound address, taken apart: its host in lower case, without the root's dot."""

    scheme: str
    host: str
    path: str
    query: str
    fragment: str

    @property
    def page(self) -> str:
        """Write it as the forms of services expect it: without its fragment, or a port."""
        query = f"?{self.query}" if self.query else ""
        return f"{self.scheme}://{self.host}{self.path}{query}"


def take_apart(url: str) -> Address | None:
    """Take an address apart; None when it is not sound.

    An address with user information, a port of its own, white space, control characters, a backslash or dot segments
    looks like one place and may lead to another.
    """
    if len(url) > _LONGEST or not _SOUND.fullmatch(url):
        return None
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return None
    scheme, host, port, path, query, fragment = match.groups("")
    scheme = scheme.lower()
    if (port and port != _PORTS[scheme]) or _DOT_SEGMENT.search(path):
        return None
    return Address(scheme, host.lower().removesuffix("."), path, query, fragment)


def bare(host: str) -> str:
    """Return a host without `www.`, which few services mean anything by."""
    return host.removeprefix("www.")


class Hosts:
    """Services by their hosts."""

    def __init__(self, services: Mapping[str, Service]) -> None:
        """Note the hosts of services, and which of them were verified."""
        self._owners: dict[str, tuple[Service, ...]] = {}
        self._verified: dict[str, tuple[Service, ...]] = {}
        for service in services.values():
            for found, hosts in ((self._owners, service.hosts), (self._verified, service.verified_hosts)):
                for host in dict.fromkeys(map(bare, hosts)):
                    found[host] = (*found.get(host, ()), service)

    def owners(self, host: str) -> tuple[Service, ...]:
        """List the services, by key, that are known to use a host (in lower case)."""
        return self._owners.get(bare(host), ())

    def verified(self, host: str) -> tuple[Service, ...]:
        """List the services, by key, that were verified to use a host (in lower case)."""
        return self._verified.get(bare(host), ())

    def is_home(self, service: Service, url: str) -> bool:
        """Tell whether an address is on a host that was verified to be the service's; any text is accepted."""
        address = take_apart(url)
        return address is not None and service in self.verified(address.host)

    def check(self, service: Service, url: str) -> UrlCheck:
        """Say whether an address fits a service; any text is accepted, and none raises."""
        if not service.hosts:
            return UrlCheck(UrlVerdict.UNCHECKED)
        address = take_apart(url)
        if address is None:
            return UrlCheck(UrlVerdict.UNKNOWN_HOST)
        found = form_of(service, address.page)
        if found is not None and found.form.page is LinkPage.FILM:
            return UrlCheck(UrlVerdict.KNOWN_FORM)
        if service in self.owners(address.host):
            return UrlCheck(UrlVerdict.KNOWN_HOST)
        others = self.verified(address.host)
        return UrlCheck(UrlVerdict.OTHER_SERVICE, others) if others else UrlCheck(UrlVerdict.UNKNOWN_HOST)


class Fit(NamedTuple):
    """The form of a service that an address has."""

    form: LinkForm
    match: re.Match[str]

    @property
    def parts(self) -> dict[str, str]:
        """Read the parts of the address that the form names; one that an address can go without may be missing."""
        return {name: part for name, part in self.match.groupdict().items() if part is not None}


def form_of(service: Service, page: str) -> Fit | None:
    """Find the form of a service that an address has, as `Address.page` writes it."""
    for form in service.forms:
        match = form.pattern.match(page)
        if match and _is_whole(match) and _is_single(match):
            return Fit(form, match)
    return None


def parameter_of(fit: Fit) -> str | None:
    """Name the parameter, in lower case, whose value is the id; None where the id stands in the path."""
    return _parameter(fit.match)


def _is_whole(match: re.Match[str]) -> bool:
    """Tell whether a form ends where a part of the address does: the id of another film may begin with that of one."""
    page, end = match.string, match.end()
    return end == len(page) or page[end - 1] in "/?" or page[end] in ("&" if "?" in page[:end] else "/?")


def _is_single(match: re.Match[str]) -> bool:
    """Tell whether an id in the query is the only one: of two, some servers believe the first and some the last."""
    name = _parameter(match)
    if name is None:
        return True
    query = match.string.partition("?")[2]
    return sum(_name(item) == name for item in _SEPARATOR.split(query)) == 1


def _parameter(match: re.Match[str]) -> str | None:
    if "id" not in match.re.groupindex:
        return None
    _, mark, query = match.string[: match.start("id")].partition("?")
    return _name(_SEPARATOR.split(query)[-1]) if mark else None


def _name(item: str) -> str:
    return unquote_plus(item.partition("=")[0]).lower()
