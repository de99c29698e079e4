"""A real browser that looks at generated sites: they are served on this machine as a host would serve them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.site import Site

NODE = Path(__file__).parents[1] / "node"
#: Chromium shows what is sent as application/rss+xml or application/atom+xml as source, whatever style sheet it names.
TYPES = {
    ".xml": "application/xml",
    ".json": "application/feed+json",
    ".css": "text/css",
    ".html": "text/html",
}
PHONE, DESKTOP = (360, 740), (1280, 900)


class Browser:
    """Chromium, started once; it answers one question after another."""

    def __init__(self) -> None:
        missing = [
            name for name in ("playwright-core", "axe-core") if not (NODE / "node_modules" / name).is_dir()
        ]
        if missing:
            told = f"needs the npm packages {' and '.join(missing)}: `npm ci` in tests/node"
            if os.environ.get("PUBLISHER_REQUIRE_TOOLS") == "1":
                pytest.fail(told, pytrace=False)
            pytest.skip(told)
        self._process = subprocess.Popen(
            ["node", "browser.mjs", str(shutil.which("chromium"))],
            cwd=NODE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def look(
        self,
        url: str,
        size: tuple[int, int] = DESKTOP,
        *,
        scheme: str = "light",
        javascript: bool = True,
        **question: Any,
    ) -> dict[str, Any]:
        """Open a page and answer a question about it; tests/node/browser.mjs says what can be asked.

        Where the environment variable PUBLISHER_PICTURES names a folder, a picture of what was seen is put there.
        """
        width, height = size
        question |= {"url": url, "width": width, "height": height, "scheme": scheme, "javascript": javascript}
        if pictures := os.environ.get("PUBLISHER_PICTURES"):
            how = "script" if javascript else "no-script"
            name = "-".join([*PurePosixPath(urlsplit(url).path).parts[1:], str(width), scheme, how])
            question["picture"] = str(Path(pictures, f"{name}.png").absolute())
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        seen: dict[str, Any] = json.loads(self._process.stdout.readline())
        assert "error" not in seen, seen["error"]
        assert seen["status"] == 200
        return seen

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)


@contextmanager
def served(site: Site) -> Iterator[str]:
    """Serve a site's feeds and pictures; give the address of the feeds' folder."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/favicon.ico":
                self.send_response(204)
                self.end_headers()
            else:
                super().do_GET()

        def translate_path(self, path: str) -> str:
            folder, _, name = unquote(urlsplit(path).path).lstrip("/").partition("/")
            assert site.images is not None
            below = {"feeds": site.feeds, "images": site.images.directory}[folder]
            return str(below / (name or "index.html"))

        def guess_type(self, path: Any) -> str:
            suffix = PurePosixPath(path).suffix
            return f"{TYPES[suffix]}; charset=utf-8" if suffix in TYPES else super().guess_type(path)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/feeds/"
        server.shutdown()
        thread.join()
