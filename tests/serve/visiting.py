"""A site that is served, and a visitor who asks over a real socket and is told everything that was sent."""

from __future__ import annotations

import gzip
import http.client
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.serve import PreviewServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from publisher.serve import Exchange
    from publisher.site import Site

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: What a request has from http.client unless it is told otherwise.
PLAIN = {"accept-encoding": "identity"}


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The words of a page, decoded."""
        packed = self.headers.get("content-encoding") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode()


class Visitor:
    """Asks a running server."""

    def __init__(
        self, server: PreviewServer, site: Site, seen: list[Exchange], reported: list[Exception]
    ) -> None:
        self.server = server
        self.site = site
        self.url = server.url
        #: What the server was asked and has answered.
        self.seen = seen
        #: Errors that nobody foresaw.
        self.reported = reported

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send a request as http.client does, and read the answer."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=PLAIN if headers is None else headers)
            response = connection.getresponse()
            return Answer(
                response.status,
                {name.lower(): value for name, value in response.getheaders()},
                response.read(),
            )
        finally:
            connection.close()

    def send(self, request: bytes) -> bytes:
        """Send bytes as they are, and read all that comes until the server hangs up; `Connection: close` asks for that."""
        parts = urlsplit(self.url)
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=30) as connection:
            connection.sendall(request)
            pieces = []
            while piece := connection.recv(65_536):
                pieces.append(piece)
        return b"".join(pieces)


@contextmanager
def serving(site: Site, *, now: datetime = NOW, host: str = "127.0.0.1") -> Iterator[Visitor]:
    """Serve a site, on a free port, at a moment; no error may be left unforeseen."""
    seen: list[Exchange] = []
    reported: list[Exception] = []
    server = PreviewServer(site, host=host, show=seen.append, report=reported.append, clock=lambda: now)
    with server:
        yield Visitor(server, site, seen, reported)
    assert reported == []


def generated(site: Site, now: datetime = NOW) -> Site:
    """Write a site's feeds."""
    generate(read_posts(site).require_valid().posts, site, now)
    return site


def post(number: int, title: str, more: str = "", text: str = "A short text.") -> str:
    """Write a post, live at `NOW` unless it says otherwise; `number` decides its id."""
    date = "" if "date:" in more else "date: 2024-03-01T09:00\n"
    return (
        f"---\nid: {identity(number)}\ntitle: {title}\nauthor: desk\n{date}{more}\n---\n\n{text}\n".replace(
            "\n\n---\n", "\n---\n"
        )
    )


def identity(number: int) -> str:
    """Answer the id of a post made by `post`."""
    return f"00000000-0000-4000-8000-{number:012d}"
