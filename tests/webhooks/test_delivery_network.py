"""What lies between a delivery and its partner: names, addresses, encryption, proxies; and what it costs an event."""

from __future__ import annotations

import contextlib
import socket
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from publisher.webhooks.schedule import BLOCKED_PAUSE
from tests.net.net_servers import CERTIFICATES, Conversation, answering, host, resolving
from tests.webhooks.scripted_partner import LOOPBACK, Outbox, Partner, answer, hang_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.net import Client

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def named(partner: Partner, name: str = "partner.example") -> str:
    """Give the partner's address by a name."""
    return partner.url.replace("127.0.0.1", name)


@pytest.fixture
def _our_authority(monkeypatch: pytest.MonkeyPatch, outbox: Outbox) -> None:
    """Trust the authority of the tests, and lead every name to this machine."""
    outbox.resolver = resolving("127.0.0.1")
    make = outbox.client

    def trusting() -> Client:
        client = make()
        client._context.load_verify_locations(CERTIFICATES / "authority.pem")
        return client

    monkeypatch.setattr(outbox, "client", trusting)


@pytest.mark.parametrize(
    "error", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL], ids=["unknown", "try again", "failed"]
)
def test_a_name_that_cannot_be_looked_up_is_tried_again(outbox: Outbox, error: int) -> None:
    """Nobody was asked: it is the endpoint's trouble, shown as what it is, and no arrival."""
    answers: list[Any] = [socket.gaierror(error, "no")]

    def resolver(name: str, port: int, **more: object) -> list[tuple[Any, ...]]:
        if answers:
            raise answers.pop()
        return resolving("127.0.0.1")(name, port, **more)

    outbox.resolver = resolver
    outbox.announce(1)
    with Partner() as partner:
        report = outbox.run(partner=named(partner))["partner"]
        outbox.clock.advance(seconds=5)
        later = outbox.run(partner=named(partner))["partner"]

    assert report.waiting == 1
    assert report.notes[0].startswith("dns: partner.example:")
    assert "arrived" not in report.notes[0]
    assert later.delivered == 1
    assert outbox.rows("SELECT kind, status FROM attempts ORDER BY id") == [("dns", None), (None, 204)]


def test_a_name_that_comes_to_lead_inside_is_blocked_and_costs_no_try(outbox: Outbox) -> None:
    """Rebinding: the second time the name leads to a private address. Nobody is connected, nothing is used up."""
    addresses = ["127.0.0.1", "10.0.0.1", "127.0.0.1"]

    def rebinding(name: str, port: int, **_more: object) -> list[tuple[Any, ...]]:
        return resolving(addresses.pop(0))(name, port)

    outbox.resolver = rebinding
    ids = outbox.announce(1, 2)
    with Partner() as partner:
        report = outbox.run(partner=named(partner))["partner"]
        assert partner.ids == ids[:1]
        outbox.clock.advance(seconds=BLOCKED_PAUSE)
        later = outbox.run(partner=named(partner))["partner"]

    assert (report.delivered, report.waiting) == (1, 1)
    assert report.notes[0].startswith("refused-address: partner.example:")
    assert "arrived" not in report.notes[0]
    assert later.delivered == 1
    assert outbox.rows("SELECT kind, outcome IS NULL FROM attempts ORDER BY id") == [
        (None, 0),
        ("refused-address", 0),
        (None, 0),
    ]
    assert outbox.rows("SELECT step FROM deliveries") == [(0,), (0,)]
    assert outbox.rows("SELECT failures, refusals FROM endpoints") == [(0, 0)]


def test_of_public_and_private_addresses_only_those_that_are_allowed_are_asked(outbox: Outbox) -> None:
    """A name with several addresses reaches its partner by the ones that may be called."""
    outbox.resolver = resolving("10.0.0.1", "169.254.169.254", "127.0.0.1")
    outbox.announce(1)
    with Partner() as partner:
        report = outbox.run(partner=named(partner))["partner"]

    assert report.delivered == 1


def test_a_broken_address_leaves_the_next_its_turn(outbox: Outbox) -> None:
    """Where IPv6 leads nowhere and IPv4 works, the event arrives by IPv4 in the same try."""
    outbox.allow = (*LOOPBACK, ip_network("::1/128"))
    outbox.resolver = resolving("::1", "127.0.0.1")
    outbox.announce(1)
    with Partner() as partner:
        report = outbox.run(partner=named(partner))["partner"]

    assert report.delivered == 1
    assert outbox.rows("SELECT count(*) FROM attempts") == [(1,)]


def test_a_private_address_is_refused_unless_it_is_allowed(outbox: Outbox) -> None:
    """Connect to nothing private; the refusal is shown, and costs the event no try."""
    outbox.announce(1)
    with Partner() as partner:
        outbox.allow = ()
        refused = outbox.run(partner=partner.url)["partner"]
        assert partner.heard == []
        outbox.allow = Outbox.allow
        outbox.clock.advance(seconds=BLOCKED_PAUSE)
        allowed = outbox.run(partner=partner.url)["partner"]

    assert refused.waiting == 1
    assert refused.notes[0].startswith("refused-address: 127.0.0.1:")
    assert "arrived" not in refused.notes[0]
    assert allowed.delivered == 1


@pytest.mark.usefixtures("_our_authority")
def test_an_encrypted_delivery_arrives(outbox: Outbox) -> None:
    """A certificate of the name, by an authority that is trusted."""
    outbox.announce(1)
    with answering(NO_CONTENT, certificate="good") as partner:
        report = outbox.run(partner=partner.url("/hook", "partner.example"))["partner"]

    assert report.delivered == 1


@pytest.mark.usefixtures("_our_authority")
@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ("expired", "has expired"),
        ("other_name", "is for another name"),
        ("self_signed", "is self-signed"),
        ("unknown_authority", "authority that is not trusted here"),
    ],
)
def test_a_certificate_that_is_not_believed_is_tried_again_and_never_gone_around(
    outbox: Outbox, certificate: str, words: str
) -> None:
    """The event waits, what is wrong is said, and nothing of it was sent."""
    outbox.announce(1)
    with answering(NO_CONTENT, certificate=certificate) as partner:
        report = outbox.run(partner=partner.url("/hook", "partner.example"))["partner"]

    assert report.waiting == 1
    assert report.notes[0].startswith("tls: partner.example:")
    assert words in report.notes[0]
    assert partner.heard == []
    assert outbox.rows("SELECT kind FROM attempts") == [("tls",)]


@contextlib.contextmanager
def dripping(data: bytes, *, hear: bool) -> Iterator[str]:
    """Run a site that says something byte by byte, for ever; give its address."""

    def script(conversation: Conversation) -> None:
        if hear:
            conversation.hear()
        conversation.drip(data)

    with host(script) as slow:
        yield slow.url("/hook")


@pytest.mark.parametrize(
    ("data", "scheme", "hear"),
    [(b"HTTP/1.1 200 OK\r\nx: y", "http", True), (b"\x16", "https", False)],
    ids=["head", "handshake"],
)
def test_a_partner_that_drips_is_left_at_the_deadline(
    outbox: Outbox, data: bytes, scheme: str, *, hear: bool
) -> None:
    """One deadline for all of a request: neither a head nor a handshake may take for ever."""
    outbox.deadline = 0.4
    outbox.announce(1)
    with dripping(data, hear=hear) as url:
        report = outbox.run(partner=url.replace("http", scheme, 1))["partner"]

    assert report.waiting == 1
    assert report.notes[0].startswith(("timeout: ", "tls: "))


def test_each_event_has_a_connection_of_its_own(outbox: Outbox) -> None:
    """None is kept: a partner that closes after each answer is in nobody's way, and no repeat is sent by itself."""
    outbox.announce(1, 2, 3)
    with Partner(hang_up, answer(204)) as partner:
        report = outbox.run(partner=partner.url)["partner"]
        outbox.clock.advance(seconds=5)
        later = outbox.run(partner=partner.url)["partner"]

    assert (report.delivered, later.delivered) == (0, 3)
    assert len(partner.heard) == 4
    assert {heard.headers["connection"] for heard in partner.heard} == {"close"}


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_of_the_environment_is_ignored(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """One that is down, and one that listens, are in nobody's way: the partner is asked itself."""
    outbox.announce(1)
    with Partner() as proxy, Partner() as partner:
        monkeypatch.setenv(variable, proxy.url)
        report = outbox.run(partner=partner.url)["partner"]

    assert report.delivered == 1
    assert proxy.heard == []
