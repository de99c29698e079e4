"""Feed readers that people use, and a server for them that answers as a good host would."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import feedparser_sgmllib

# reader 3.26 looks for the module that feedparser installed along with itself until 6.0.13, under its old name.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)

from reader import make_reader  # noqa: E402 - it looks when it is imported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reader import Reader

TYPES = {
    "atom.xml": "application/atom+xml",
    "rss.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
}


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder of feeds on a free port, with ETags."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path).lstrip("/")
            kind = TYPES.get(path.rpartition("/")[2])
            if kind is None or not (folder / path).is_file():
                self.send_error(404)
                return
            body = (folder / path).read_bytes()
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            known = self.headers.get("If-None-Match") == etag
            self.send_response(304 if known else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", "0" if known else str(len(body)))
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def reading(urls: Iterable[str]) -> Iterator[Reader]:
    """Open a `reader` that has subscribed to some addresses."""
    with closing(make_reader(":memory:")) as reader:
        for url in urls:
            reader.add_feed(url)
        yield reader


def poll(reader: Reader) -> dict[str, tuple[int, int]]:
    """Let `reader` look at all its feeds; return how many entries it found new and how many modified, by address.

    Raises:
        reader.ParseError: It could not read one.
    """
    found = {}
    # One by one: `update_feeds` waits an hour before it looks at a feed again.
    for feed in [*reader.get_feeds()]:
        updated = reader.update_feed(feed)
        found[feed.url] = (updated.new, updated.modified) if updated is not None else (0, 0)
    return found


def newsboat(folder: Path, urls: Iterable[str]) -> list[dict[str, Any]]:
    """Let newsboat fetch some feeds unattended, and read what its cache keeps of them."""
    (folder / "home").mkdir(exist_ok=True)
    (folder / "urls").write_text("".join(f"{url}\n" for url in urls), encoding="utf-8")
    (folder / "config").write_text("", encoding="utf-8")
    files = ["-u", str(folder / "urls"), "-c", str(folder / "cache.db"), "-C", str(folder / "config")]
    environment = {"HOME": str(folder / "home"), "PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        ["newsboat", *files, "-x", "reload"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with closing(sqlite3.connect(folder / "cache.db")) as cache:
        cache.row_factory = sqlite3.Row
        return [dict(row) for row in cache.execute("select * from rss_item where deleted = 0")]
