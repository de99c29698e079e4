"""A partner's site on a real socket that answers as a script says, and an outbox that delivers to it."""

from __future__ import annotations

import contextlib
import socket
import sqlite3
import struct
import threading
import time
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING, Any, Self

from publisher.ledger import FILE_NAME, Announced, Announcement, Event, Ledger, Recipient
from publisher.model import EventType
from publisher.net import Client
from publisher.site import Endpoint, Webhooks
from publisher.webhooks import (
    ANSWER_LIMIT,
    Correspondence,
    EndpointReport,
    Listener,
    Round,
    Secret,
    SigningKeys,
    deliver,
    event_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from publisher.ledger import Result
    from publisher.net.dialing import Resolver

LOOPBACK = (IPv4Network("127.0.0.0/8"),)
SECRET_TEXT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = Secret.parse(SECRET_TEXT, "the tests")
KEYS = SigningKeys((SECRET,))
_LONGEST_WAIT = 20.0


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def advance(self, *, hours: float = 0, seconds: float = 0) -> None:
        """Move forward, or with negative numbers back."""
        self.now += hours * 3600 + seconds


class Running(Clock):
    """A clock that begins at a moment, and then goes as clocks do."""

    def __init__(self, now: float) -> None:
        super().__init__(now)
        self._began = time.monotonic()

    def __call__(self) -> float:
        """Tell the time."""
        return self.now + time.monotonic() - self._began


@dataclass(frozen=True)
class Heard:
    """A request as its bytes said it."""

    target: str
    headers: dict[str, str]
    body: bytes


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Write an answer; an underscore in a header's name stands for a hyphen."""
    lines = [f"HTTP/1.1 {status} Scripted", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def reset(sock: socket.socket) -> None:
    """Break the connection."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def hang_up(sock: socket.socket) -> None:
    """Close the connection without a word."""


class Partner:
    """A site that hears whole requests and plays one part of its script to each; the last part is repeated."""

    def __init__(self, *script: bytes | Callable[[socket.socket], None]) -> None:
        self.script = list(script) or [answer(204)]
        self.heard: list[Heard] = []
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._address: tuple[str, int] = self._listener.getsockname()
        self.url = f"http://127.0.0.1:{self._address[1]}/hook"
        self._threads = [threading.Thread(target=self._serve)]

    @property
    def ids(self) -> list[str]:
        """List the ids of the messages it heard, in order."""
        return [heard.headers["webhook-id"] for heard in self.heard]

    def now_plays(self, *script: bytes | Callable[[socket.socket], None]) -> None:
        """Exchange what is left of the script."""
        self.script = list(script)

    def stall(self, sock: socket.socket) -> None:
        """Keep the connection open without a word, until the test ends."""
        del sock
        self.over.wait(_LONGEST_WAIT)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(self._address, timeout=1).close()
        self._threads[0].join()
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _serve(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.over.is_set():
                sock.close()
                return
            self._threads.append(threading.Thread(target=self._converse, args=(sock,)))
            self._threads[-1].start()

    def _converse(self, sock: socket.socket) -> None:
        # Whoever is killed in the middle of a request leaves half of one.
        with contextlib.suppress(OSError, IndexError, KeyError), sock:
            self.heard.append(_hear(sock))
            part = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            if isinstance(part, bytes):
                sock.sendall(part)
            else:
                part(sock)


def _hear(sock: socket.socket) -> Heard:
    with sock.makefile("rb") as stream:
        target = stream.readline().split()[1].decode()
        headers = {}
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return Heard(target, headers, stream.read(int(headers["content-length"])))


class _Hearing(Listener):
    """Hands on what it hears of results."""

    def __init__(self, heard: Callable[[Result], None] | None) -> None:
        self._heard = heard

    def settled(self, result: Result) -> None:
        if self._heard is not None:
            self._heard(result)


@dataclass
class Outbox:
    """A ledger in a folder, a clock, and the runs that work it off.

    Attributes:
        concurrency: How many deliveries an endpoint may have on their way; one, so that what is heard has an order.
        resolver: Looks names up; None for the system's.
        keys: What messages are signed with.
    """

    folder: Path
    clock: Clock = field(default_factory=Clock)
    deadline: float = 5.0
    allow: tuple[IPv4Network | IPv6Network, ...] = LOOPBACK
    urls: dict[str, str] = field(default_factory=dict)
    concurrency: int = 1
    rate: int = 100_000
    disable_after: int | None = 5
    chance: Callable[[], float] = lambda: 0.0
    resolver: Resolver | None = None
    keys: Callable[[Endpoint, float], SigningKeys | None] = lambda *_: KEYS
    stop: threading.Event = field(default_factory=threading.Event)

    def endpoint(self, name: str, url: str, types: Iterable[EventType] = EventType) -> Endpoint:
        """Describe a partner."""
        return Endpoint(name, url, frozenset(types), concurrency=self.concurrency, rate=self.rate)

    def announce(
        self, *numbers: int, to: Iterable[str] = ("partner",), body: bytes = b"", sequence: int = 1
    ) -> list[str]:
        """Commit one event for each number, which names its review, and return their ids."""
        events = [self._event(number, sequence, body) for number in numbers]
        with Ledger.open(self.folder) as ledger:
            ledger.announce(
                [
                    Announcement(Announced(event.review_id, sequence, live=True, snapshot={}), event)
                    for event in events
                ],
                [Recipient(name, self.urls.get(name, ""), frozenset(EventType)) for name in to],
                self.clock(),
            )
        return [event.id for event in events]

    def run(self, *endpoints: Endpoint, wait: float = 0, **urls: str) -> dict[str, EndpointReport]:
        """Deliver what is due, as one push does."""
        partners = [*endpoints, *(self.endpoint(name, url) for name, url in urls.items())]
        return self.deliver(lambda: partners, wait=wait)

    def deliver(
        self,
        partners: Callable[[], Sequence[Endpoint]],
        *,
        wait: float = 0,
        heard: Callable[[Result], None] | None = None,
    ) -> dict[str, EndpointReport]:
        """Deliver to partners that may be others each time they are asked for."""
        with Ledger.open(self.folder) as ledger:
            reports = deliver(
                ledger,
                lambda: Correspondence(
                    Webhooks(tuple(partners()), disable_after=self.disable_after), self.keys
                ),
                self.client(),
                self.clock,
                Round(wait=wait, stop=self.stop, listener=_Hearing(heard), chance=self.chance),
            )
        return {report.name: report for report in reports}

    def client(self) -> Client:
        """Make the way out."""
        return Client(
            allow=self.allow, deadline=self.deadline, body_limit=ANSWER_LIMIT, resolver=self.resolver
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the file, past the program."""
        connection = sqlite3.connect(self.folder / FILE_NAME)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    @staticmethod
    def _event(number: int, sequence: int, body: bytes) -> Event:
        review = f"00000000-0000-4000-8000-{number:012}"
        body = body or f'{{"number":{number}}}'.encode()
        kind = EventType.PUBLISHED if sequence == 1 else EventType.UPDATED
        return Event(event_id(review, sequence, kind, body), kind, review, sequence, body)
