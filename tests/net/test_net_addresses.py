"""Which addresses may be connected to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.net import refusal
from publisher.net.addresses import deliberate

REFUSED = (
    "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16 169.254.169.254",
    "172.16.0.1 172.31.255.255 192.0.0.9 192.0.0.10 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255",
    "198.51.100.1 203.0.113.255 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255",
    ":: ::1 ::7f00:1 ::808:808 ::ffff:8.8.8.8 ::ffff:10.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b::10.0.0.1 64:ff9b:1::1",
    "100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:2::1 2001:20::1 2001:db8::1 2002:808:808::1",
    "2002:7f00:1::1 3fff::1 4000::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 2606:4700::1%eth0 fec0::1 ff02::1 ff0e::1",
)
PUBLIC = (
    "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 168.63.129.15 168.63.129.17 172.15.255.255 172.32.0.0",
    "192.0.1.0 192.88.98.255 192.167.255.255 198.17.255.255 198.20.0.0 223.255.255.255",
    "2001:200::1 2606:4700::1111 2a00:1450:4001::1 2003::1",
)


@pytest.mark.parametrize("text", [text for line in REFUSED for text in line.split()])
def test_an_address_that_is_not_public_is_refused_in_words(text: str) -> None:
    """What no partner on the internet can have is refused, and the words begin with the address."""
    reason = refusal(ip_address(text))

    assert reason is not None
    assert reason.startswith(f"{ip_address(text)} ")


@pytest.mark.parametrize("text", [text for line in PUBLIC for text in line.split()])
def test_a_public_address_passes(text: str) -> None:
    """The neighbours of every refused network are left alone."""
    assert refusal(ip_address(text)) is None


@given(st.ip_addresses())
def test_what_python_calls_private_or_multicast_is_refused(address: IPv4Address | IPv6Address) -> None:
    """The list covers at least what the standard library of any version knows."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_loopback:
        assert refusal(address) is not None


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_in_an_ipv6_form_is_never_better_off(address: IPv4Address) -> None:
    """Whoever allows the form, as on a NAT64 network, gets what the embedded address would get."""
    for form, bits in (("64:ff9b::/96", 0), ("::ffff:0:0/96", 0), ("::ffff:0:0:0/96", 0), ("2002::/16", 80)):
        network = ip_network(form)
        carrier = IPv6Address(int(network.network_address) + (int(address) << bits))

        assert (refusal(carrier, [network]) is None) == (refusal(address) is None)
        assert refusal(carrier) is not None


def test_a_network_that_is_allowed_on_purpose_is_let_through() -> None:
    """A CIDR opens itself and nothing beside it."""
    allow = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]

    assert refusal(ip_address("10.1.2.3"), allow) is None
    assert refusal(ip_address("10.2.2.3"), allow) is not None
    assert refusal(ip_address("fd00::1"), allow) is None
    assert refusal(ip_address("fe80::1"), allow) is not None


def test_loopback_needs_a_network_too() -> None:
    """This machine is no exception."""
    assert refusal(ip_address("127.0.0.1")) is not None
    assert refusal(ip_address("127.0.0.1"), [ip_network("127.0.0.0/8")]) is None
    assert refusal(ip_address("::1"), [ip_network("::1/128")]) is None


def test_a_scope_id_is_refused_even_where_its_network_is_allowed() -> None:
    """An address with a scope means another host on another machine."""
    assert refusal(ip_address("fe80::1%eth0"), [ip_network("fe80::/10")]) is not None


def test_a_teredo_address_is_judged_by_the_server_and_the_client_in_it() -> None:
    """Both IPv4 addresses inside must be allowed, the client's with its bits turned over."""
    network = ip_network("2001::/32")
    client = int(ip_address("10.0.0.1")) ^ 0xFFFF_FFFF
    private = IPv6Address(int(network.network_address) | int(ip_address("8.8.8.8")) << 64 | client)

    assert "10.0.0.1 is private" in str(refusal(private, [network]))


def test_only_what_the_configuration_names_is_deliberate() -> None:
    """Allowing a whole NAT64 prefix does not name the public hosts behind it."""
    allow = [ip_network("127.0.0.0/8"), ip_network("64:ff9b::/96")]

    assert deliberate(ip_address("127.0.0.1"), allow)
    assert deliberate(ip_address("64:ff9b::127.0.0.1"), allow)
    assert not deliberate(ip_address("64:ff9b::8.8.8.8"), allow)
    assert not deliberate(ip_address("8.8.8.8"), allow)
