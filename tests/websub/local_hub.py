"""A WebSub hub, a subscriber and a web host on this machine: small ones, as the Recommendation of 2018 has them."""

from __future__ import annotations

import contextlib
import functools
import http.server
import secrets
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import requests
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ATOM = "{http://www.w3.org/2005/Atom}"
_TIMEOUT = 10


class _Quiet(http.server.BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def answer(self, status: int, body: bytes = b"") -> None:
        """Send a whole answer."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def form(self) -> dict[str, list[str]]:
        """Read the form that was sent."""
        length = int(self.headers["Content-Length"])
        return parse_qs(self.rfile.read(length).decode("ascii"), strict_parsing=True)


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def running(handler: object) -> Iterator[str]:
    """Run a server on a free port; give its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def web_host(folder: Path) -> contextlib.AbstractContextManager[str]:
    """Serve a folder's files."""
    return running(functools.partial(_Files, directory=str(folder)))


class Hub:
    """A hub: it verifies who subscribes (section 5.3), and sends on what publishers have changed (section 7)."""

    def __init__(self) -> None:
        self.pings: list[str] = []
        self.subscribers: dict[str, set[str]] = {}

    @contextlib.contextmanager
    def open(self) -> Iterator[str]:
        """Run it; give its address."""
        hub = self

        class Handler(_Quiet):
            def do_POST(self) -> None:
                fields = self.form()
                mode = fields["hub.mode"][0]
                if mode == "publish":
                    hub.pings += fields["hub.url"]
                    self.answer(204)
                    for topic in fields["hub.url"]:
                        hub.distribute(topic, address)
                else:
                    topic, callback = fields["hub.topic"][0], fields["hub.callback"][0]
                    self.answer(202)
                    hub.verify(topic, callback)

        with running(Handler) as address:
            yield address

    def verify(self, topic: str, callback: str) -> None:
        """Ask whether the subscriber meant it."""
        challenge = secrets.token_hex(8)
        query = urlencode({"hub.mode": "subscribe", "hub.topic": topic, "hub.challenge": challenge})
        if requests.get(f"{callback}?{query}", timeout=_TIMEOUT).text == challenge:
            self.subscribers.setdefault(topic, set()).add(callback)

    def distribute(self, topic: str, address: str) -> None:
        """Fetch a topic, and send all of it to those who subscribed."""
        for callback in self.subscribers.get(topic, ()):
            found = requests.get(topic, timeout=_TIMEOUT)
            headers = {
                "Content-Type": found.headers["Content-Type"],
                "Link": f'<{address}>; rel="hub", <{topic}>; rel="self"',
            }
            requests.post(callback, found.content, headers=headers, timeout=_TIMEOUT)


class Subscriber:
    """A subscriber: it finds the hub in the feed (section 4), subscribes there and gets what changed."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self.got: list[bytes] = []
        self.arrived = threading.Event()

    @contextlib.contextmanager
    def open(self) -> Iterator[str]:
        """Run its callback; give the address."""
        subscriber = self

        class Handler(_Quiet):
            def do_GET(self) -> None:
                asked = parse_qs(urlsplit(self.path).query)
                meant = asked["hub.topic"][0] in subscriber.wanted
                self.answer(200 if meant else 404, asked["hub.challenge"][0].encode() if meant else b"")

            def do_POST(self) -> None:
                subscriber.got.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(200)
                subscriber.arrived.set()

        with running(Handler) as address:
            yield address

    def subscribe(self, feed: str, callback: str) -> str:
        """Subscribe to a feed by what it says of itself; return the topic."""
        topic, hub = discovered(requests.get(feed, timeout=_TIMEOUT).content)
        self.wanted.add(topic)
        form = {"hub.mode": "subscribe", "hub.topic": topic, "hub.callback": callback}
        requests.post(hub, form, timeout=_TIMEOUT)
        return topic


def discovered(document: bytes) -> tuple[str, str]:
    """Return the topic and the hub that a feed in any format names."""
    if document.startswith(b"{"):
        feed = orjson.loads(document)
        return feed["feed_url"], feed["hubs"][0]["url"]
    root = etree.fromstring(document)
    links = {link.get("rel"): link.get("href") for link in root.iter(f"{_ATOM}link")}
    return str(links["self"]), str(links["hub"])
