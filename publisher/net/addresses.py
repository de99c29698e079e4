"""Which IP addresses this project may connect to: public ones, and those that the configuration allows."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# `is_global` differs from one Python to the next, and wrongly passes several of these: so the list is our own. From
# the IANA special-purpose registries for IPv4 and IPv6; a narrower network stands before the wider one around it.
_REFUSED: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), words)
    for network, words in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier's customers"),
        ("127.0.0.0/8", "loopback"),
        ("168.63.129.16/32", "a cloud's platform service"),
        ("169.254.0.0/16", "link-local, where clouds keep their metadata"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("255.255.255.255/32", "broadcast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::/96", "an IPv4 address in an old IPv6 form"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6 form"),
        ("::ffff:0:0:0/96", "a translated IPv4 address"),
        ("64:ff9b::/96", "a translated IPv4 address"),
        ("64:ff9b:1::/48", "a translated IPv4 address"),
        ("100::/64", "a sink that discards"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "a 6to4 tunnel"),
        ("3fff::/20", "for documentation"),
        ("5f00::/16", "a segment routing identifier"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private, in an old form"),
        ("ff00::/8", "multicast"),
    )
)
# RFC 4291 2.4: everything else is unassigned or not for hosts.
_PUBLIC_IPV6 = IPv6Network("2000::/3")

_IPV4_IN_LAST_BITS = tuple(
    IPv6Network(network)
    for network in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)
_SIX_TO_FOUR = IPv6Network("2002::/16")
_TEREDO = IPv6Network("2001::/32")
_FIRST_COMPATIBLE = 2  # :: and ::1 lie in ::/96 but stand for no IPv4 address


def refusal(address: Address, allow: Sequence[Network] = ()) -> str | None:
    """Say in words why a connection to `address` is refused, or give None where it is not.

    An IPv6 address that carries an IPv4 address is judged as both: to allow 64:ff9b::/96 on a NAT64 network opens
    the public IPv4 internet, and not 64:ff9b::10.0.0.1.
    """
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return f"{address} has a scope id, which only a local network has"
    if not _within(address, allow):
        for network, words in _REFUSED:
            if address in network:
                return f"{address} is {words} ({network})"
        if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
            return f"{address} is outside of the public IPv6 space ({_PUBLIC_IPV6})"
        if not address.is_global:
            return f"{address} is not public"
    for inner in _carried(address):
        reason = refusal(inner, allow)
        if reason is not None:
            return f"{address} stands for {inner}, and {reason}"
    return None


def deliberate(address: Address, allow: Sequence[Network]) -> bool:
    """Say whether the configuration names `address`, and every address that it carries."""
    return _within(address, allow) and all(deliberate(inner, allow) for inner in _carried(address))


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _carried(address: Address) -> tuple[IPv4Address, ...]:
    if isinstance(address, IPv4Address):
        return ()
    bits = int(address)
    if address in _SIX_TO_FOUR:
        return (_ipv4(bits >> 80),)
    if address in _TEREDO:
        # RFC 4380 4: the server's address, then the client's with every bit turned over.
        return (_ipv4(bits >> 64), _ipv4(~bits))
    if bits >= _FIRST_COMPATIBLE and any(address in network for network in _IPV4_IN_LAST_BITS):
        return (_ipv4(bits),)
    return ()


def _ipv4(bits: int) -> IPv4Address:
    return IPv4Address(bits & 0xFFFF_FFFF)
