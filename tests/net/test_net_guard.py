"""From a name to a connection: what is looked up, what is refused, what is tried next."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
import threading
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest

from publisher.net import Client, FaultKind, FetchFault
from publisher.net import dialing as dialing_module
from tests.net.net_servers import LOOPBACK, answering, client, resolving, watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1%lo"]
)
def test_a_name_that_leads_inside_is_refused_and_nothing_is_connected(address: str) -> None:
    """A partner's name server cannot point us at our own network."""
    with answering(NO_CONTENT) as host, pytest.raises(FetchFault) as caught:
        Client(resolver=resolving(address)).post(host.url(name="partner.example"), headers={}, body=b"")

    assert caught.value.kind is FaultKind.REFUSED_ADDRESS
    assert f"partner.example:{host.port} is refused" in caught.value.message
    assert not caught.value.sent
    assert host.connections == 0


@pytest.mark.parametrize("literal", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1%25lo]"])
def test_an_address_in_the_url_is_judged_like_one_that_was_looked_up(literal: str) -> None:
    """Writing the address down is no way around."""
    with pytest.raises(FetchFault) as caught:
        Client(resolver=resolving("8.8.8.8")).get(f"https://{literal}:9/")

    assert caught.value.kind is FaultKind.REFUSED_ADDRESS


@pytest.mark.parametrize("spelling", ["127.1", "0x7f.1", "2130706433", "017700000001", "localhost"])
def test_an_odd_spelling_of_this_machine_is_refused(spelling: str) -> None:
    """What counts is the address that the system's resolver makes of it."""
    with pytest.raises(FetchFault) as caught:
        Client(deadline=5).get(f"https://{spelling}:9/")

    assert caught.value.kind in {FaultKind.REFUSED_ADDRESS, FaultKind.DNS}


def test_a_name_is_looked_up_once_for_each_request_and_the_answer_used() -> None:
    """Between the check and the connection there is no second lookup that could say something else."""
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    asked: list[str] = []

    def rebinding(name: str, port: int, **_more: object) -> list[tuple[Any, ...]]:
        asked.append(name)
        return resolving(*answers.pop(0))(name, port)

    guarded = Client(allow=LOOPBACK, resolver=rebinding)
    with answering(NO_CONTENT) as host:
        assert guarded.get(host.url(name="partner.example")).status == 204
        with pytest.raises(FetchFault) as caught:
            guarded.get(host.url(name="partner.example"))

    assert caught.value.kind is FaultKind.REFUSED_ADDRESS
    assert asked == ["partner.example", "partner.example"]
    assert host.connections == 1


def test_of_mixed_addresses_only_the_allowed_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """One refused address does not spoil the others, and is not knocked at."""
    tried: list[str] = []
    connected = dialing_module.connected

    def noting(address: Any, port: int, seconds: float) -> socket.socket:
        tried.append(str(address))
        return connected(address, port, seconds)

    monkeypatch.setattr(dialing_module, "connected", noting)
    with answering(NO_CONTENT) as host:
        answer = client("10.0.0.1", "127.0.0.1", "169.254.169.254").get(host.url(name="partner.example"))

    assert answer.status == 204
    assert tried == ["127.0.0.1"]


def test_an_address_that_does_not_work_leaves_the_next_its_turn() -> None:
    """Broken IPv6 beside working IPv4 is common."""
    with answering(NO_CONTENT) as host:
        answer = client("::1", "127.0.0.1").get(host.url(name="partner.example"))

    assert answer.status == 204


def test_an_address_that_is_silent_leaves_the_next_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """One black hole among the addresses does not eat the whole deadline."""
    monkeypatch.setattr(dialing_module, "SECONDS_PER_ADDRESS", 0.2)
    with answering(NO_CONTENT) as host, silent("127.0.0.2", host.port), watchdog():
        answer = client("127.0.0.2", "127.0.0.1").get(host.url(name="partner.example"))

    assert answer.status == 204


def test_a_silent_address_ends_with_the_deadline() -> None:
    """A connection that is never made does not hold us."""
    with (
        answering(NO_CONTENT) as host,
        silent("127.0.0.2", host.port),
        watchdog(),
        pytest.raises(FetchFault) as caught,
    ):
        client("127.0.0.2", deadline=0.2).get(host.url(name="partner.example"))

    assert caught.value.kind is FaultKind.TIMEOUT
    assert "connecting" in caught.value.message
    assert not caught.value.sent


def test_a_closed_port_is_a_connect_fault() -> None:
    """Nobody listens, nothing was sent."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(FetchFault) as caught:
            client().post(f"http://partner.example:{port}/", headers={}, body=b"{}")

    assert caught.value.kind is FaultKind.CONNECT
    assert caught.value.message == f"partner.example:{port} could not be reached: connection refused"
    assert not caught.value.sent


def test_only_so_many_addresses_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with a thousand addresses does not make us a nuisance to them."""
    tried: list[object] = []

    def refusing(address: object, *_more: object) -> None:
        tried.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(dialing_module, "connected", refusing)
    with pytest.raises(FetchFault):
        client(*(f"127.0.0.{n}" for n in range(1, 100))).get("https://partner.example/")

    assert len(tried) == 8


def test_plain_http_to_a_public_address_is_refused_before_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events leave the machine's own network encrypted or not at all."""
    monkeypatch.setattr(dialing_module, "connected", pytest.fail)
    with pytest.raises(FetchFault) as caught:
        client("8.8.8.8").get("http://partner.example/hook")

    assert caught.value.kind is FaultKind.URL
    assert caught.value.message.startswith("partner.example:80 is public")
    assert caught.value.message.endswith("use https")


def test_plain_http_uses_only_the_addresses_that_the_configuration_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A public address beside an allowed one gets nothing in clear text."""
    tried: list[str] = []

    def refusing(address: object, *_more: object) -> None:
        tried.append(str(address))
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(dialing_module, "connected", refusing)
    with pytest.raises(FetchFault):
        client("8.8.8.8", "127.0.0.1").get("http://partner.example/hook")

    assert tried == ["127.0.0.1"]


def test_plain_http_through_nat64_is_refused_though_the_prefix_is_allowed() -> None:
    """Allowing the prefix says nothing about the public hosts behind it."""
    with pytest.raises(FetchFault) as caught:
        Client(allow=[ip_network("64:ff9b::/96")], resolver=resolving("64:ff9b::8.8.8.8")).get(
            "http://partner.example/"
        )

    assert caught.value.kind is FaultKind.URL


@pytest.mark.parametrize(
    "error",
    [
        socket.gaierror(-2, "Name or service not known"),
        socket.gaierror(-3, "Temporary\nfailure\x1b[31m"),
        OSError(),
    ],
)
def test_a_name_that_cannot_be_looked_up_is_a_dns_fault(error: OSError) -> None:
    """Resolvers' words are put into one printable line."""

    def failing(*_args: object, **_more: object) -> list[tuple[Any, ...]]:
        raise error

    with pytest.raises(FetchFault) as caught:
        Client(resolver=failing).get("https://partner.example/")

    assert caught.value.kind is FaultKind.DNS
    assert caught.value.message.startswith("partner.example:443 could not be looked up")
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("addresses", [(), ("no address",)])
def test_a_name_without_a_usable_address_is_a_dns_fault(addresses: tuple[str, ...]) -> None:
    """An empty or odd answer of the resolver is no reason to fall over."""
    with pytest.raises(FetchFault) as caught:
        Client(resolver=resolving(*addresses)).get("https://partner.example/")

    assert caught.value.kind is FaultKind.DNS


def test_a_lookup_that_hangs_is_left_behind_at_the_deadline() -> None:
    """The system's resolver has its own idea of time, and cannot be interrupted."""
    release = threading.Event()

    def hanging(*_args: object, **_more: object) -> list[tuple[Any, ...]]:
        release.wait(15)
        return []

    with watchdog(), pytest.raises(FetchFault) as caught:
        Client(deadline=0.2, resolver=hanging).get("https://partner.example/")
    release.set()

    assert caught.value.kind is FaultKind.DNS
    assert caught.value.message == "partner.example:443 was not looked up within 0.2 s"


def test_there_are_only_so_many_lookups_that_hang() -> None:
    """Lookups left behind keep their threads, so that the next waits for one of them to end."""
    release = threading.Event()

    def hanging(*_args: object, **_more: object) -> list[tuple[Any, ...]]:
        release.wait(15)
        return []

    stuck = Client(deadline=0.2, resolver=hanging)
    stuck._dialer = dataclasses.replace(stuck._dialer, lookups=threading.BoundedSemaphore(1))
    with watchdog(), pytest.raises(FetchFault):
        stuck.get("https://partner.example/")
    with watchdog(), pytest.raises(FetchFault, match="too many other lookups hang"):
        stuck.get("https://partner.example/")
    release.set()
    with watchdog(), pytest.raises(FetchFault, match="has no address"):
        stuck.get("https://partner.example/")


def test_the_dot_at_the_end_of_a_name_is_for_the_resolver() -> None:
    """The lookup is absolute, the Host header is as everyone writes it."""
    asked: list[str] = []

    def noting(name: str, port: int, **_more: object) -> list[tuple[Any, ...]]:
        asked.append(name)
        return resolving("127.0.0.1")(name, port)

    with answering(NO_CONTENT) as host:
        Client(allow=LOOPBACK, resolver=noting).get(host.url(name="partner.example."))

    assert asked == ["partner.example."]
    assert f"\r\nHost: partner.example:{host.port}\r\n".encode() in host.heard[0]


def test_each_request_has_a_connection_of_its_own() -> None:
    """Nothing that one answer leaves behind can be taken for the next."""
    with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Leftover\r\n\r\n") as host:
        sender = client()
        answers = [sender.get(host.url()) for _ in range(3)]

    assert [(answer.status, answer.body) for answer in answers] == [(200, b"ok")] * 3
    assert host.connections == 3


def test_cookies_are_not_kept() -> None:
    """One partner's cookie does not come back with the next event."""
    with answering(b"HTTP/1.1 204 No Content\r\nSet-Cookie: a=b; Path=/\r\n\r\n") as host:
        sender = client()
        sender.get(host.url())
        sender.get(host.url())

    assert b"ookie" not in host.heard[1]


def test_one_client_serves_many_threads() -> None:
    """Requests at the same time do not mix up."""
    statuses: list[int] = []
    with answering(NO_CONTENT) as host:
        sender = client()
        threads = [
            threading.Thread(target=lambda: statuses.append(sender.get(host.url()).status)) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert statuses == [204] * 8


@contextlib.contextmanager
def silent(address: str, port: int) -> Iterator[None]:
    """Keep an address on which connections are neither taken nor refused: its queue is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        try:
            listener.bind((address, port))
        except OSError:
            pytest.skip(f"{address} is not an address of this machine")
        listener.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex((address, port))
        yield
