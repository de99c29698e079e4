"""Where plain http is good enough: what travels unencrypted stays on this machine or in networks of the site's own."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    Address = IPv4Address | IPv6Address
    Network = IPv4Network | IPv6Network

# Networks that are no part of the public one: RFC 1918, RFC 6598 and RFC 4193.
_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"))
)
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def stays_inside(url: str, allow: Sequence[Network]) -> bool:
    """Answer whether what is sent to an address stays among those who may know it.

    It does over https, on this machine, and in private networks that the site names on purpose.

    Args:
        url: An absolute http or https address.
        allow: [network] allow.
    """
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
