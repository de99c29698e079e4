"""A small receiver of webhooks: for partners who try things out, for the demonstration and for tests.

It listens on this machine only, unless told otherwise, and shows what a receiver has to do: read the bytes, verify
before parsing, answer quickly, drop repeats by their id. A rehearsal has it answer otherwise.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Self

import orjson

from publisher.errors import EnvironmentFault
from publisher.webhooks.rehearsal import TAKEN, Rehearsal, Reply
from publisher.webhooks.signing import ID_HEADER, VerificationFailed, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.webhooks.signing import Secret, SigningKeys

BODY_LIMIT = 1024 * 1024
_SILENCE_LIMIT = 10.0
_DISCARD_LIMIT = 16 * BODY_LIMIT
_DISCARD_SECONDS = 2.0
_MOST_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Received:
    """One message.

    Attributes:
        id: Its `webhook-id`; empty when it had none.
        event: What it says; None when it was not verified.
        problem: Why it was not verified.
        repeat: Whether a message of this id was verified, and taken, before.
        reply: What it is answered.
    """

    id: str
    event: dict[str, Any] | None
    problem: str | None = None
    repeat: bool = False
    reply: Reply = TAKEN

    @property
    def taken(self) -> bool:
        """Tell whether it was verified, and its sender may take it for delivered."""
        return self.event is not None and self.reply.taken


class Receiver:
    """A receiver that listens as long as the context is open.

    Args:
        keys: The secret shared with the sender, or several of which one has to fit.
        show: Called with each message, one at a time, right before it is answered. What it raises is raised where
            the context is left; the sender is asked to send again.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        clock: Answers the time in seconds since 1970.
        rehearsal: What goes wrong on purpose.

    Raises:
        EnvironmentFault: The port cannot be had.
    """

    def __init__(
        self,
        keys: Secret | SigningKeys,
        show: Callable[[Received], None],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        rehearsal: Rehearsal | None = None,
    ) -> None:
        self._keys = keys
        self._show = show
        self._clock = clock
        self._rehearsal = rehearsal or Rehearsal()
        self._arrived = 0
        self._seen: dict[str, None] = {}
        self._leaving = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._answered = threading.Condition()
        self._answering = 0
        self._fault: Exception | None = None
        try:
            self._server = _Server((host, port), self)
        except (OSError, OverflowError, UnicodeError) as error:
            problem = getattr(error, "strerror", None) or error
            raise EnvironmentFault(
                f"port {port} of {host} cannot be listened on: {problem}", "choose another with --port"
            ) from None
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """Return the address it listens on."""
        host, port = self._server.server_address[:2]
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{shown}:{port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        self._leaving.set()
        self._server.shutdown()
        self._thread.join()
        # A message that was shown is answered too, or its sender would take it for lost.
        with self._answered:
            self._answered.wait_for(lambda: not self._answering, _SILENCE_LIMIT)
        self._server.server_close()
        if self._fault is not None and kind is None:
            raise self._fault

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Keep the receiver until a message that is being judged has its answer."""
        with self._answered:
            self._answering += 1
        try:
            yield
        finally:
            with self._answered:
                self._answering -= 1
                self._answered.notify_all()

    def take(self, headers: dict[str, str], body: bytes) -> Reply:
        """Judge one message, wait if its answer is to be late, show it, and return what it is answered."""
        with self._one_at_a_time:
            self._arrived += 1
            message, deserved = self._judge(headers, body)
            reply = self._rehearsal.reply(self._arrived, deserved)
        if reply.delay and self._leaving.wait(reply.delay):
            # It was neither shown nor taken: its sender gets no answer, and sends it again.
            return Reply(None)
        with self._one_at_a_time:
            message = replace(
                message, reply=reply, repeat=message.event is not None and message.id in self._seen
            )
            try:
                self._show(message)
            except Exception as error:  # noqa: BLE001 - raised again where the receiver is left
                self._fault = self._fault or error
                return Reply(500)
            if message.taken:
                self._seen[message.id] = None
                if len(self._seen) > _MOST_REMEMBERED:
                    self._seen.pop(next(iter(self._seen)))
            return reply

    def _judge(self, headers: dict[str, str], body: bytes) -> tuple[Received, int]:
        """Read a message, and say which status it deserves."""
        message_id = headers.get(ID_HEADER, "")
        try:
            verify(self._keys, headers, body, self._clock())
            event = orjson.loads(body)
        except VerificationFailed as failure:
            return Received(message_id, None, str(failure)), 401
        except ValueError:
            event = None
        if not isinstance(event, dict):
            return Received(message_id, None, "the body is not a JSON object"), 400
        return Received(message_id, event), 204


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], receiver: Receiver) -> None:
        self.receiver = receiver
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def server_bind(self) -> None:
        """Bind, without asking the name service who we are: it may not answer for a long time."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a peer that hangs up in the middle is its own affair."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    server_version = "headless-publisher"
    sys_version = ""
    timeout = _SILENCE_LIMIT

    def do_POST(self) -> None:
        written = self.headers.get("content-length", "")
        if "transfer-encoding" in self.headers or not (written.isascii() and written.isdigit()):
            self._turn_away(411)
            return
        # So many digits that int() would refuse them are too many in any case.
        if len(written.lstrip("0")) > len(str(BODY_LIMIT)) or int(written) > BODY_LIMIT:
            self._turn_away(413)
            return
        body = self.rfile.read(int(written))
        if len(body) < int(written):
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver = self.server.receiver
        with receiver.answering():
            self._answer(receiver.take(headers, body))

    def _answer(self, reply: Reply) -> None:
        self.close_connection = True
        if reply.status is None:
            return
        self.send_response(reply.status)
        if reply.status != 204:
            self.send_header("content-length", "0")
        if reply.retry_after is not None:
            self.send_header("retry-after", reply.retry_after)
        self.send_header("connection", "close")
        self.end_headers()

    def _turn_away(self, status: int) -> None:
        """Answer without looking at the body."""
        self._answer(Reply(status))
        # To close a connection with bytes unread resets it, and the answer may be lost (RFC 9112, 9.6).
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            end, left = time.monotonic() + _DISCARD_SECONDS, _DISCARD_LIMIT
            while left > 0 and (seconds := end - time.monotonic()) > 0:
                self.connection.settimeout(seconds)
                data = self.connection.recv(65_536)
                if not data:
                    break
                left -= len(data)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what matters is shown by the receiver."""
