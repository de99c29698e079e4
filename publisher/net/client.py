"""The client that every request leaves by, and the answer it gives."""

from __future__ import annotations

import socket
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests
import urllib3

from publisher.net.adapter import GuardedAdapter
from publisher.net.dialing import Dialer
from publisher.net.exchange import Exchange, Phase
from publisher.net.faults import FaultKind, FetchFault
from publisher.net.outgoing import check_value, checked_fields, peer, prepared
from publisher.net.tls import trusting_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from publisher.net.dialing import Resolver

_READ_AT_ONCE = 16_384
_LONGEST_DEADLINE = 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what the host said.

    `status` is the final one, and 101 the only one below 200. The names of `headers` are lower case. `body` is
    without its transfer coding, in the content coding it came with. `complete` is false where the body was cut
    after a whole head: by the limit, by the deadline, or by the host. `seconds` is the time from first to last.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool
    seconds: float


class Client:
    """Send single requests, each over a connection of its own that is closed afterwards.

    A client keeps nothing from one request to the next, and may be used by many threads. `allow` names the networks
    beyond the public ones that it may connect to, `deadline` is in seconds and covers all of a request from the name
    lookup to the end of the body, `body_limit` is in bytes. Raises ValueError for settings that have no meaning.
    """

    def __init__(
        self,
        *,
        allow: Sequence[IPv4Network | IPv6Network] = (),
        deadline: float = 15.0,
        body_limit: int = 65_536,
        user_agent: str = "headless-publisher",
        resolver: Resolver | None = None,
    ) -> None:
        check_value("User-Agent", user_agent)
        if not 0 < deadline <= _LONGEST_DEADLINE:
            raise ValueError(
                f"{deadline} is no deadline; give more than 0 and at most {_LONGEST_DEADLINE} seconds"
            )
        if body_limit < 0:
            raise ValueError(f"{body_limit} is no limit; give 0 bytes or more")
        self._dialer = Dialer(tuple(allow), resolver or socket.getaddrinfo)
        self._deadline = deadline
        self._body_limit = body_limit
        self._own_fields = {"User-Agent": user_agent, "Accept-Encoding": "identity", "Connection": "close"}

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST `body` exactly as it is; raise FetchFault without an answer, ValueError for a bad header."""
        return self._send("POST", url, headers, body)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; raise FetchFault without an answer, ValueError for a bad header."""
        return self._send("GET", url, headers or {}, None)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return trusting_context()

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        request = prepared(method, url, checked_fields(headers, self._own_fields), body)
        # Before the clock starts: to read the authorities takes time that is not the host's.
        context = self._context if urlsplit(str(request.url)).scheme == "https" else None
        exchange = Exchange(peer(request), self._deadline)
        adapter = GuardedAdapter(exchange, self._dialer, context)
        try:
            # Straight to the adapter: a session would follow redirects, keep cookies and look for credentials.
            with closing(adapter), adapter.send(request, stream=True) as response:
                exchange.phase = Phase.BODY
                content, complete = _body(response.raw, exchange, self._body_limit)
                return Answer(
                    response.status_code,
                    {name.lower(): _one_line(value) for name, value in response.headers.items()},
                    content,
                    complete,
                    exchange.elapsed,
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError):
            # What these say may repeat the path, and is written for programmers.
            raise _unforeseen(exchange) from None
        finally:
            exchange.close()


def _body(raw: urllib3.BaseHTTPResponse, exchange: Exchange, limit: int) -> tuple[bytes, bool]:
    body = bytearray()
    try:
        # One byte more than the limit tells a body that fits from one that does not.
        while chunk := raw.read1(min(_READ_AT_ONCE, limit + 1 - len(body)), decode_content=False):
            body += chunk
            if len(body) > limit:
                return bytes(body[:limit]), False
    except FetchFault:
        return bytes(body), False
    except (urllib3.exceptions.HTTPError, HTTPException):
        if exchange.ended:
            return bytes(body), False
        raise exchange.fault(FaultKind.PROTOCOL, f"{exchange.peer} sent a body with broken chunks") from None
    return bytes(body), True


def _one_line(value: str) -> str:
    # RFC 9112 5.2: an old header may go on in the next line.
    return " ".join(line.strip() for line in value.splitlines())


def _unforeseen(exchange: Exchange) -> FetchFault:
    if exchange.socket is None:
        return exchange.fault(FaultKind.URL, f"the url of {exchange.peer} cannot be sent to")
    return exchange.fault(FaultKind.PROTOCOL, f"{exchange.peer} answered with something that is not http")
