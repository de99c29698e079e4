"""Hosts on this machine that behave as a script says, for the tests of the way out."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.net import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CERTIFICATES = Path(__file__).with_name("certificates")
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
WATCHDOG = 10.0
_DRIP_SECONDS = 15.0
_PAUSE = 0.02


@dataclass
class Conversation:
    """Speak the host's part on one connection."""

    sock: socket.socket
    stop: threading.Event

    def hear(self) -> bytes:
        """Read one whole request."""
        heard = b""
        while b"\r\n\r\n" not in heard:
            heard += self._some()
        head, _, body = heard.partition(b"\r\n\r\n")
        length = next(
            (
                int(line.split(b":")[1])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += self._some()
        return head + b"\r\n\r\n" + body

    def say(self, data: bytes) -> None:
        """Send all of `data`."""
        self.sock.sendall(data)

    def drip(self, data: bytes) -> None:
        """Send `data` byte by byte, over and over, until the test ends or the watchdog is long past."""
        end = time.monotonic() + _DRIP_SECONDS
        while time.monotonic() < end:
            for byte in data:
                if self.stop.wait(_PAUSE):
                    return
                self.sock.sendall(bytes((byte,)))

    def hold(self) -> None:
        """Keep the connection open without a word."""
        self.stop.wait(_DRIP_SECONDS)

    def reset(self) -> None:
        """Break the connection with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def _some(self) -> bytes:
        data = self.sock.recv(65_536)
        if not data:
            raise ConnectionResetError
        return data


@dataclass
class Host:
    """Show what a scripted host got to see."""

    port: int
    scheme: str
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)

    def url(self, path: str = "/", name: str = "127.0.0.1") -> str:
        """Give the URL of `path`."""
        return f"{self.scheme}://{name}:{self.port}{path}"


@contextlib.contextmanager
def host(
    script: Callable[[Conversation], None], certificate: str | None = None, address: str = "127.0.0.1"
) -> Iterator[Host]:
    """Run `script` on each connection, over TLS where a certificate is named, until the test leaves."""
    stop = threading.Event()
    listener = socket.create_server(
        (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET
    )
    seen = Host(listener.getsockname()[1], "https" if certificate else "http")
    context = _context(certificate, seen) if certificate else None
    threads: list[threading.Thread] = []

    def talk(sock: socket.socket) -> None:
        with contextlib.suppress(OSError), sock:
            if context:
                with context.wrap_socket(sock, server_side=True) as secured:
                    script(Conversation(secured, stop))
            else:
                script(Conversation(sock, stop))

    def take() -> None:
        while not stop.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            if stop.is_set():
                sock.close()
                return
            seen.connections += 1
            threads.append(threading.Thread(target=talk, args=(sock,)))
            threads[-1].start()

    taker = threading.Thread(target=take)
    taker.start()
    try:
        yield seen
    finally:
        stop.set()
        with contextlib.suppress(OSError):
            socket.create_connection(listener.getsockname()[:2], timeout=1).close()
        taker.join()
        listener.close()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def answering(*pieces: bytes, certificate: str | None = None) -> Iterator[Host]:
    """Run a host that hears each request, keeps it, says the pieces and closes."""
    kept: list[bytes] = []

    def script(conversation: Conversation) -> None:
        kept.append(conversation.hear())
        for piece in pieces:
            conversation.say(piece)

    with host(script, certificate) as seen:
        seen.heard = kept
        yield seen


def _context(certificate: str, seen: Host) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
    context.sni_callback = lambda _sock, name, _context: seen.names.append(name)
    return context


def resolving(*addresses: str) -> Callable[..., list[tuple[Any, ...]]]:
    """Stand in for getaddrinfo: every name leads to these addresses."""

    def resolver(_host: str, port: int, **_more: object) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]

    return resolver


def client(*addresses: str, deadline: float = 5.0, body_limit: int = 65_536) -> Client:
    """Make a client that may reach this machine, and for which every name leads to `addresses`."""
    return Client(
        allow=LOOPBACK,
        deadline=deadline,
        body_limit=body_limit,
        resolver=resolving(*addresses or ("127.0.0.1",)),
    )


@contextlib.contextmanager
def watchdog() -> Iterator[None]:
    """Fail a block that takes far longer than any deadline of these tests."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < WATCHDOG
