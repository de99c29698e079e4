"""Encrypted connections: whose certificate is believed, and what is said about the others."""

from __future__ import annotations

import socket
import ssl

import pytest

from publisher.net import Client, FaultKind, FetchFault
from tests.net.net_servers import CERTIFICATES, Conversation, answering, client, host, watchdog

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"
DEADLINE = 0.3


def trusting(**settings: float) -> Client:
    """Make a client that trusts the authority of the tests."""
    made = client(deadline=settings.get("deadline", 5.0))
    made._context.load_verify_locations(CERTIFICATES / "authority.pem")
    return made


def test_host_name_and_certificate_stay_on_the_name_though_we_dial_an_address() -> None:
    """The Host header, the name in the handshake and the check of the certificate all use the URL's name."""
    with answering(NO_CONTENT, certificate="good") as scripted:
        answer = trusting().post(scripted.url(name="partner.example"), headers={}, body=b"{}")

    assert answer.status == 204
    assert scripted.names == ["partner.example"]
    assert f"\r\nHost: partner.example:{scripted.port}\r\n".encode() in scripted.heard[0]


@pytest.mark.parametrize(
    ("certificate", "words"),
    [
        ("expired", "has expired"),
        ("early", "is not valid yet"),
        ("other_name", "is for another name"),
        ("self_signed", "is self-signed"),
        ("unknown_authority", "authority that is not trusted here"),
    ],
)
def test_a_certificate_that_is_not_believed_is_a_fault_that_says_why(certificate: str, words: str) -> None:
    """The partner can be told what to mend, and got nothing of the request."""
    with answering(NO_CONTENT, certificate=certificate) as scripted, pytest.raises(FetchFault) as caught:
        trusting().post(scripted.url(name="partner.example"), headers={}, body=b"{}")

    assert caught.value.kind is FaultKind.TLS
    assert caught.value.message.startswith(f"partner.example:{scripted.port} showed a certificate that ")
    assert words in caught.value.message
    assert not caught.value.sent
    assert scripted.heard == []


def test_a_certificate_for_a_name_does_not_serve_for_its_address() -> None:
    """An address in the URL must itself stand in the certificate."""
    with (
        answering(NO_CONTENT, certificate="good") as scripted,
        pytest.raises(FetchFault, match="is for another address"),
    ):
        trusting().get(scripted.url())


def test_an_authority_of_the_tests_is_not_trusted_by_default() -> None:
    """What is trusted is what requests and the machine trust."""
    with (
        answering(NO_CONTENT, certificate="good") as scripted,
        pytest.raises(FetchFault, match="not trusted here"),
    ):
        client().get(scripted.url(name="partner.example"))


def test_a_host_that_does_not_speak_tls_is_a_tls_fault() -> None:
    """Plain HTTP on the other side is never fallen back to."""

    def plain(conversation: Conversation) -> None:
        conversation.say(b"HTTP/1.1 200 OK\r\n\r\n")
        conversation.hold()

    with host(plain) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client().get(f"https://partner.example:{scripted.port}/")

    assert caught.value.kind is FaultKind.TLS
    assert not caught.value.sent


@pytest.mark.parametrize("end", [Conversation.reset, lambda conversation: conversation.sock.close()])
def test_a_handshake_that_breaks_off_is_a_tls_fault(end: object) -> None:
    """A host that hangs up in the handshake is told apart from one that is not there."""
    assert callable(end)

    def breaking(conversation: Conversation) -> None:
        conversation.sock.recv(65_536)
        end(conversation)

    with host(breaking) as scripted, pytest.raises(FetchFault) as caught:
        client().get(f"https://partner.example:{scripted.port}/")

    assert caught.value.kind is FaultKind.TLS
    assert not caught.value.sent


@pytest.mark.parametrize("drip", [b"\x16\x03\x03\x40\x00" + bytes(1000), None])
def test_a_dripped_or_silent_handshake_ends_with_the_deadline(drip: bytes | None) -> None:
    """A record of sixteen kilobytes, byte by byte, does not hold us."""

    def dripping(conversation: Conversation) -> None:
        conversation.sock.recv(65_536)
        if drip is None:
            conversation.hold()
        else:
            conversation.drip(drip)

    with host(dripping) as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        client(deadline=DEADLINE).get(f"https://partner.example:{scripted.port}/")

    assert caught.value.kind is FaultKind.TIMEOUT
    assert caught.value.message.endswith("stopped while agreeing on tls")
    assert not caught.value.sent


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_drip_through_tls_ends_with_the_deadline(part: str) -> None:
    """Encryption changes nothing about the deadline."""

    def dripping(conversation: Conversation) -> None:
        conversation.hear()
        conversation.say(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if part == "body" else b""))
        conversation.drip(b"X: y\r\n")

    with host(dripping, certificate="good") as scripted, watchdog():
        sender = trusting(deadline=0.5)
        if part == "body":
            answer = sender.get(scripted.url(name="partner.example"))
            assert (answer.status, answer.complete) == (200, False)
        else:
            with pytest.raises(FetchFault) as caught:
                sender.get(scripted.url(name="partner.example"))
            assert caught.value.kind is FaultKind.TIMEOUT


def test_a_record_dripped_inside_tls_ends_with_the_deadline() -> None:
    """Bytes that never make a whole record do not hold us either."""

    def dripping(conversation: Conversation) -> None:
        conversation.hear()
        sock = conversation.sock
        assert isinstance(sock, ssl.SSLSocket)
        with socket.socket(fileno=sock.detach()) as bare:
            bare.setblocking(True)
            Conversation(bare, conversation.stop).drip(b"\x17\x03\x03\x40\x00" + bytes(1000))

    with host(dripping, certificate="good") as scripted, watchdog(), pytest.raises(FetchFault) as caught:
        trusting(deadline=0.5).get(scripted.url(name="partner.example"))

    assert caught.value.kind is FaultKind.TIMEOUT


def test_a_connection_without_an_answer_through_tls_leaves_the_outcome_unknown() -> None:
    """A close after the request is the same with encryption as without."""
    with answering(certificate="good") as scripted, pytest.raises(FetchFault) as caught:
        trusting().post(scripted.url(name="partner.example"), headers={}, body=b"{}")

    assert caught.value.kind is FaultKind.CONNECT
    assert caught.value.sent
