"""One request and its answer against one deadline: how far it came, what is left, and the socket it owns."""

from __future__ import annotations

import io
import ssl
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from publisher.net.faults import FaultKind, FetchFault

if TYPE_CHECKING:
    import socket

    from _typeshed import ReadableBuffer, WriteableBuffer

HEAD_LIMIT = 65_536
_READ_AT_ONCE = 16_384


class Phase(StrEnum):
    """Name what is going on, in the words that a message about the deadline ends with."""

    LOOKUP = "looking up its name"
    CONNECT = "connecting"
    TLS = "agreeing on tls"
    WRITE = "writing the request"
    HEAD = "waiting for the answer"
    BODY = "reading the answer"


@dataclass(slots=True)
class Exchange:
    """Hold the state of one request; `peer` is the host and port that messages name."""

    peer: str
    allowance: float
    phase: Phase = Phase.LOOKUP
    sent: bool = False
    received: int = 0
    ended: bool = False
    began: float = field(default_factory=time.monotonic)
    socket: socket.socket | None = None

    @property
    def elapsed(self) -> float:
        """Give the seconds since the beginning."""
        return time.monotonic() - self.began

    def remaining(self) -> float:
        """Give the seconds left, always more than none; raise FetchFault once the deadline has passed."""
        left = self.allowance - self.elapsed
        if left <= 0:
            raise self.timeout()
        return left

    def fault(self, kind: FaultKind, message: str) -> FetchFault:
        """Make a fault that knows whether the request may have reached the host."""
        return FetchFault(kind, message, sent=self.sent)

    def timeout(self) -> FetchFault:
        """Make the fault for a deadline that passed."""
        return self.fault(
            FaultKind.TIMEOUT, f"{self.peer} took more than {self.allowance:g} s; stopped while {self.phase}"
        )

    def broken(self, error: OSError) -> FetchFault:
        """Make the fault for a connection that broke after it was made."""
        if isinstance(error, TimeoutError):
            return self.timeout()
        if isinstance(error, ssl.SSLError):
            return self.fault(
                FaultKind.TLS,
                f"{self.peer} broke tls while {self.phase}: {error.reason or 'no reason given'}",
            )
        return self.fault(
            FaultKind.CONNECT,
            f"{self.peer} broke the connection while {self.phase}: {error.strerror or 'no reason given'}",
        )

    def close(self) -> None:
        """Close the socket, wherever the exchange ended."""
        if self.socket is not None:
            self.socket.close()


class Wire:
    """Stand in for a connected socket towards http.client, so that each call on it ends by the deadline.

    The timeout of a plain socket starts anew with each byte that drips in. Closing is left to the exchange, because
    http.client closes its socket while the body is still to be read.
    """

    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        self._socket = sock
        self._exchange = exchange

    def sendall(self, data: ReadableBuffer) -> None:
        """Write all of `data`; a reset is left as it is, because urllib3 then looks for an early answer."""
        exchange = self._exchange
        exchange.phase = Phase.WRITE
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(exchange.remaining())
            exchange.sent = True
            try:
                rest = rest[self._socket.send(rest) :]
            except (BrokenPipeError, ConnectionResetError):
                raise
            except OSError as error:
                raise exchange.broken(error) from None

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Give the stream that http.client reads the answer from."""
        self._exchange.phase = Phase.HEAD
        return io.BufferedReader(_Incoming(self._socket, self._exchange), _READ_AT_ONCE)

    def settimeout(self, _seconds: float | None) -> None:
        """Ignore the timeouts of single calls: the deadline rules."""

    def close(self) -> None:
        """Leave the socket to the exchange."""

    def as_socket(self) -> socket.socket:
        """Give this object under the type that http.client declares, of which it uses no more than is here."""
        return cast("socket.socket", self)


class _Incoming(io.RawIOBase):
    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        super().__init__()
        self._socket = sock
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        exchange = self._exchange
        if exchange.phase is Phase.HEAD and exchange.received >= HEAD_LIMIT:
            raise exchange.fault(
                FaultKind.PROTOCOL, f"{exchange.peer} sent a head of more than {HEAD_LIMIT} bytes"
            )
        self._socket.settimeout(exchange.remaining())
        try:
            count = self._socket.recv_into(buffer)
        except OSError as error:
            raise exchange.broken(error) from None
        exchange.received += count
        if count == 0:
            exchange.ended = True
            # http.client would take a head that breaks off for a whole one.
            if exchange.phase is Phase.HEAD:
                raise exchange.fault(*_silence(exchange))
        return count


def _silence(exchange: Exchange) -> tuple[FaultKind, str]:
    if exchange.received == 0:
        return FaultKind.CONNECT, f"{exchange.peer} closed the connection without an answer"
    return FaultKind.PROTOCOL, f"{exchange.peer} closed the connection before its head was whole"
