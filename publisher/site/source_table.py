"""What a site says of sources of offers: [watch.sources] held against those there are, and where a key may be sent."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.diagnostics.suggest import nearest
from publisher.site.watching import SOURCES
from publisher.values.characters import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.diagnostics import Report
    from publisher.site.toml import TomlLocator
    from publisher.site.watch_schema import WatchTable

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

# Networks that are no part of the public one: RFC 1918, RFC 6598 and RFC 4193.
_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def check_sources(table: WatchTable, allow: Sequence[Network], report: Report, locator: TomlLocator) -> None:
    """Report sources that there are not, and addresses that a key would travel to in the clear.

    Args:
        table: [watch].
        allow: [network] allow.
        report: Where it goes.
        locator: Finds places in publisher.toml.
    """
    for key, source in table.sources.items():
        if key not in SOURCES:
            near = nearest(key, SOURCES)
            report.add(
                "unknown-key",
                locator.key(("watch", "sources", key)),
                f"{quote(key)} is not a source of offers",
                label=f"did you mean {near}?" if near else f"known: {', '.join(SOURCES)}",
            )
        if source.url is not None and not _keeps_secrets(source.url, allow):
            report.add(
                "invalid-value",
                locator.value(("watch", "sources", key, "url")),
                f"{quote(source.url)} begins with http, and the site's key would be sent there unencrypted",
                help="write https://; http is for this machine, such as 127.0.0.1, and for private networks that "
                "[network] allow names, such as 10.0.0.0/8",
            )


def _keeps_secrets(url: str, allow: Sequence[Network]) -> bool:
    """Answer whether what is sent to an address stays among those who may know it."""
    parts = urlsplit(url)
    if parts.scheme.lower() == "https":
        return True
    host = parts.hostname or ""
    try:
        return _is_meant(ip_address(host), allow)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost") or _leads_inside(allow)


def _is_meant(address: Address, allow: Sequence[Network]) -> bool:
    if any(address in network for network in _LOOPBACK):
        return True
    private = any(address in network for network in _PRIVATE)
    return private and any(address in network for network in allow)


def _leads_inside(allow: Sequence[Network]) -> bool:
    """Answer whether a name over http can only lead into a private network: the client goes nowhere else with http."""
    return any(_is_within(network, _PRIVATE) for network in allow) and all(
        _is_within(network, (*_PRIVATE, *_LOOPBACK)) for network in allow
    )


def _is_within(network: Network, others: Sequence[Network]) -> bool:
    # Of two versions of IP, `subnet_of` raises TypeError.
    return any(
        network.version == other.version and network.subnet_of(other)  # type: ignore[arg-type]
        for other in others
    )
