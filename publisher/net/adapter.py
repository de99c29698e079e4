"""Where requests and urllib3 meet the guard: connections that dial, keep time and read heads in our way."""

from __future__ import annotations

import http.client
from email.errors import (
    FirstHeaderLineIsContinuationDefect,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection

from publisher.net.exchange import Phase, Wire
from publisher.net.faults import FaultKind
from publisher.net.tls import handshake_fault

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Mapping

    from requests import PreparedRequest

    from publisher.net.dialing import Dialer
    from publisher.net.exchange import Exchange

_MOST_INTERIM_ANSWERS = 16
_SWITCHING_PROTOCOLS = 101
_FINAL = 200
_UNREADABLE = (
    FirstHeaderLineIsContinuationDefect,
    MisplacedEnvelopeHeaderDefect,
    MissingHeaderBodySeparatorDefect,
)


class GuardedAdapter(HTTPAdapter):
    """Send one request over one connection that obeys the exchange, encrypted if there is a context; use no proxy."""

    def __init__(self, exchange: Exchange, dialer: Dialer, context: ssl.SSLContext | None) -> None:
        super().__init__(max_retries=0)
        self._exchange = exchange
        self._dialer = dialer
        self._context = context

    def get_connection_with_tls_context(
        self,
        request: PreparedRequest,
        verify: bool | str | None,  # noqa: FBT001 - requests calls it so
        proxies: Mapping[str, str] | None = None,
        cert: tuple[str, str] | str | None = None,
    ) -> urllib3.HTTPConnectionPool:
        """Give a pool of the one connection; it alone knows what is trusted."""
        del verify, proxies, cert
        parts = urlsplit(str(request.url))
        host = parts.hostname or ""
        if self._context is None:
            return _PlainPool(host, parts.port or 80, self._exchange, self._dialer)
        return _EncryptedPool(host, parts.port or 443, self._exchange, self._dialer, self._context)

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave the pool as it is: requests would have the authorities read from disk for each connection."""


class _PlainPool(urllib3.HTTPConnectionPool):
    def __init__(self, host: str, port: int, exchange: Exchange, dialer: Dialer) -> None:
        super().__init__(host, port)
        self._exchange = exchange
        self._dialer = dialer

    def _new_conn(self) -> _PlainConnection:
        return _PlainConnection(self.host, self.port, self._exchange, self._dialer)


class _EncryptedPool(urllib3.HTTPSConnectionPool):
    def __init__(
        self, host: str, port: int, exchange: Exchange, dialer: Dialer, context: ssl.SSLContext
    ) -> None:
        super().__init__(host, port)
        self._exchange = exchange
        self._dialer = dialer
        self._context = context

    def _new_conn(self) -> _EncryptedConnection:
        return _EncryptedConnection(self.host, self.port, self._exchange, self._dialer, self._context)


class _Head(http.client.HTTPResponse):
    def begin(self) -> None:
        # http.client skips 100 alone, and would take 102 and 103 for the answer.
        for _ in range(_MOST_INTERIM_ANSWERS):
            super().begin()
            if self.status >= _FINAL or self.status == _SWITCHING_PROTOCOLS:
                break
            # While there are headers, `begin` takes its work for done.
            vars(self).update(headers=None, msg=None)
        else:
            raise http.client.HTTPException("sent too many interim answers")
        # Headers after an unreadable line are lost, Content-Length among them.
        rest = self.msg.get_payload()
        if (isinstance(rest, str) and rest) or any(
            isinstance(fault, _UNREADABLE) for fault in self.msg.defects
        ):
            raise http.client.HTTPException("sent an unreadable header")
        # The rest concern multipart bodies; urllib3 would log them as warnings, with the whole URL.
        self.msg.defects.clear()


class _PlainConnection(HTTPConnection):
    response_class = _Head
    _encrypted = False

    def __init__(self, host: str, port: int | None, exchange: Exchange, dialer: Dialer) -> None:
        super().__init__(host, port)
        self._exchange = exchange
        self._dialer = dialer

    def _new_conn(self) -> socket.socket:
        exchange = self._exchange
        # The dot at the end of a name, if there is one, means something to the resolver and to nobody else.
        sock = self._dialer.dial(self._dns_host, self.port, exchange, encrypted=self._encrypted)
        exchange.socket = sock
        exchange.phase = Phase.TLS
        # The ssl module takes this timeout for the whole handshake, however its bytes drip in.
        sock.settimeout(exchange.remaining())
        return sock

    def connect(self) -> None:
        exchange = self._exchange
        try:
            super().connect()
        except TimeoutError:
            raise exchange.timeout() from None
        except UnicodeError:
            raise exchange.fault(FaultKind.URL, f"{exchange.peer} is not a host name") from None
        except (OSError, ValueError) as error:
            raise exchange.fault(FaultKind.TLS, f"{exchange.peer} {handshake_fault(error)}") from None
        exchange.socket = self.sock
        self.sock = Wire(self.sock, exchange).as_socket()

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override] # urllib3 gives its own type, too
        exchange = self._exchange
        try:
            return super().getresponse()
        except http.client.LineTooLong:
            words = "sent a header line of more than 65536 bytes"
        except (http.client.BadStatusLine, http.client.UnknownProtocol):
            words = "answered with something that is not http"
        except http.client.HTTPException as error:
            words = str(error)
        except urllib3.exceptions.HTTPError:
            words = "sent headers that contradict each other"
        raise exchange.fault(FaultKind.PROTOCOL, f"{exchange.peer} {words}")


class _EncryptedConnection(_PlainConnection, HTTPSConnection):
    _encrypted = True

    def __init__(
        self, host: str, port: int | None, exchange: Exchange, dialer: Dialer, context: ssl.SSLContext
    ) -> None:
        HTTPSConnection.__init__(self, host, port, ssl_context=context, cert_reqs="CERT_REQUIRED")
        self._exchange = exchange
        self._dialer = dialer
