"""The server: a socket, uvicorn, and the application behind it."""

from __future__ import annotations

import errno
import socket
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import uvicorn

from publisher.errors import EnvironmentFault
from publisher.outputs.manifest import read_manifest
from publisher.pages.http_headers import SUBSCRIBE_PAGE
from publisher.serve.addresses import local_address
from publisher.serve.app import Application, Exchange
from publisher.serve.visitors import Visitors

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.site import Site

# uvicorn has its say on stderr unless it is told where else to.
_SILENT: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"nowhere": {"class": "logging.NullHandler"}},
    "loggers": {"uvicorn": {"handlers": ["nowhere"], "propagate": False}},
}
#: Seconds in which answers that were begun are brought to an end.
_PATIENCE = 3
# Of these another port of the same address may be free; everything else is wrong with the address.
_OF_THE_PORT = {errno.EADDRINUSE, errno.EACCES}


def _present() -> datetime:
    return datetime.now(UTC)


class PreviewServer:
    """Serves a site over HTTP, for looking at it and for trying feed readers on it; not for the public.

    The feeds are the files that `generate` has written, sent as a good host sends them: strong entity tags,
    conditional requests, gzip by negotiation. Beside them there is a page for each post, drafts and scheduled ones
    too. It runs as long as the context is open, in a thread of its own, or in `run`.

    Args:
        site: The site; publisher.toml and the posts are read again when they change.
        host: The name or address to listen on.
        port: The port; 0 takes a free one.
        show: Called with each request that was answered, in the server's thread. What it raises ends the server, and
            is raised again by `run` or where the context is left.
        report: Called with an error that nobody foresaw; the request is answered with 500.
        clock: Answers the moment it is; aware.

    Raises:
        EnvironmentFault: The address is not this machine's, or the port cannot be had.
    """

    def __init__(
        self,
        site: Site,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        show: Callable[[Exchange], None] = lambda _: None,
        report: Callable[[Exception], object] = lambda _: None,
        clock: Callable[[], datetime] = _present,
    ) -> None:
        self._show = show
        self._fault: Exception | None = None
        self._socket = _listen(host, port)
        address: str = self._socket.getsockname()[0]
        visitors = Visitors(host, address)
        #: Whether other machines can reach it.
        self.reachable = visitors.others
        self._site = site
        self._server = _Server(Application(site, visitors, clock, self._note, report))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]})

    @property
    def url(self) -> str:
        """The address it is found at from this machine; ends in a slash."""
        address, port = self._socket.getsockname()[:2]
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - told apart, not listened on
        return f"http://[{here}]:{port}/" if ":" in here else f"http://{here}:{port}/"

    @property
    def has_feeds(self) -> bool:
        """Whether `generate` has written any."""
        return bool(read_manifest(self._site.feeds).files)

    @property
    def front(self) -> str:
        """The address here of the page to subscribe from; while there is none, of the page that lists all posts."""
        there = SUBSCRIBE_PAGE in read_manifest(self._site.feeds).files
        page = self._site.published(SUBSCRIBE_PAGE) if there else self._site.base_url
        return self.url.removesuffix("/") + (local_address(page, self._site) or "/")

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until a signal ends it (Ctrl-C, SIGTERM); what that raises is raised here.

        Args:
            ready: Called as soon as requests are answered.
        """
        self._server.ready = ready
        self._server.run(sockets=[self._socket])
        self._raise_fault()

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._server.ready = ready.set
        self._thread.start()
        while not ready.wait(0.1):
            if not self._thread.is_alive():
                raise EnvironmentFault("the server ended before it began")
        return self

    def __exit__(self, kind: object, *exception: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        if kind is None:
            self._raise_fault()

    def _note(self, exchange: Exchange) -> None:
        if self._fault is not None:
            return
        try:
            self._show(exchange)
        except Exception as error:  # noqa: BLE001 - raised again where the server is left
            self._fault = error
            self._server.should_exit = True

    def _raise_fault(self) -> None:
        if self._fault is not None:
            raise self._fault


class _Server(uvicorn.Server):
    """uvicorn as we use it: whatever else is installed or set in the environment, it does the same."""

    def __init__(self, application: Application) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                loop="asyncio",
                http="h11",
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=_SILENT,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                workers=1,
                timeout_graceful_shutdown=_PATIENCE,
            )
        )
        self.ready: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        self.ready()


def _listen(host: str, port: int) -> socket.socket:
    """Take a port.

    Raises:
        EnvironmentFault: The address is not this machine's, or the port cannot be had.
    """
    problem = "that is no name or address"
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except UnicodeError:
        found = []
    except OSError as error:
        found, problem = [], error.strerror or str(error)
    # A name may lead to several addresses, and one of them will do.
    for family, kind, protocol, _, address in found:
        try:
            return _bound(socket.socket(family, kind, protocol), address)
        except OSError as error:
            problem = error.strerror or str(error)
            if error.errno in _OF_THE_PORT:
                raise EnvironmentFault(
                    f"port {port} of {host} cannot be listened on: {problem}", "choose another with --port"
                ) from error
    raise EnvironmentFault(
        f"{host or 'an empty name'} cannot be listened on: {problem}",
        "name an address of this machine with --host, or leave --host out",
    )


def _bound(listening: socket.socket, address: Any) -> socket.socket:  # noqa: ANN401 - each family has its own
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening
