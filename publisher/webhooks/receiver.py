"""A small receiver of webhooks: for partners who try things out, for the demonstration and for tests.

It listens on this machine only, unless told otherwise, and shows what a receiver has to do: read the bytes, verify
before parsing, answer quickly, drop repeats by their id.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import orjson

from publisher.errors import EnvironmentFault
from publisher.webhooks.signing import ID_HEADER, Secret, VerificationFailed, verify

if TYPE_CHECKING:
    from collections.abc import Callable

BODY_LIMIT = 1024 * 1024
_SILENCE_LIMIT = 10.0
_MOST_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Received:
    """One message.

    Attributes:
        id: Its `webhook-id`; empty when it had none.
        event: What it says; None when it was not accepted.
        problem: Why it was not accepted.
        repeat: Whether a message of this id was accepted before.
    """

    id: str
    event: dict[str, Any] | None
    problem: str | None = None
    repeat: bool = False


class Receiver:
    """A receiver that listens as long as the context is open.

    Args:
        secret: The secret shared with the sender.
        show: Called with each message, one at a time.
        host: The address to listen on.
        port: The port; 0 takes a free one.
        clock: Answers the time in seconds since 1970.

    Raises:
        EnvironmentFault: The port cannot be had.
    """

    def __init__(
        self,
        secret: Secret,
        show: Callable[[Received], None],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._secret = secret
        self._show = show
        self._clock = clock
        self._seen: dict[str, None] = {}
        self._one_at_a_time = threading.Lock()
        try:
            self._server = _Server((host, port), _handler(self))
        except OSError as error:
            raise EnvironmentFault(
                f"port {port} of {host} cannot be listened on: {error.strerror}", "choose another with --port"
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

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, headers: dict[str, str], body: bytes) -> int:
        """Judge one message, show it, and return the status it is answered with."""
        message_id = headers.get(ID_HEADER, "")
        with self._one_at_a_time:
            try:
                verify(self._secret, headers, body, self._clock())
                event = orjson.loads(body)
            except VerificationFailed as failure:
                self._show(Received(message_id, None, str(failure)))
                return 401
            except ValueError:
                event = None
            if not isinstance(event, dict):
                self._show(Received(message_id, None, "the body is not a JSON object"))
                return 400
            repeat = message_id in self._seen
            self._seen[message_id] = None
            if len(self._seen) > _MOST_REMEMBERED:
                self._seen.pop(next(iter(self._seen)))
            self._show(Received(message_id, event, repeat=repeat))
            return 204


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a peer that hangs up in the middle is its own affair."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "headless-publisher"
        sys_version = ""
        timeout = _SILENCE_LIMIT

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if not length.isascii() or not length.isdigit():
                self._answer(411)
                return
            if int(length) > BODY_LIMIT:
                self._answer(413)
                return
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self.close_connection = True
                return
            self._answer(receiver.take({name.lower(): value for name, value in self.headers.items()}, body))

        def _answer(self, status: int) -> None:
            self.close_connection = True
            self.send_response(status)
            if status != 204:
                self.send_header("content-length", "0")
            self.send_header("connection", "close")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what matters is shown by the receiver."""

    return Handler
