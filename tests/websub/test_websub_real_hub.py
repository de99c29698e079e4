"""A hub that somebody else wrote, Flask-WebSub, with a subscription: what readers get is what the feed says by now."""

from __future__ import annotations

import contextlib
import functools
import http.server
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from publisher.outputs import generate
from publisher.posts import read_posts
from tests.release.newsroom import ALLOW, NOW, TEXT, Newsroom, post
from tests.websub.local_hub import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.site import Site

PROGRAM = Path(__file__).with_name("flask_hub.py")
#: Flask-WebSub lives in an environment of its own, which `.ci/run` makes: it installs a package `tests`, as ours is called.
PYTHON = Path(__file__).with_name(".venv") / "bin/python"
LONGEST = 20.0
AT = ("--now", NOW.isoformat())


@contextlib.contextmanager
def running_apart(role: str, folder: Path) -> Iterator[str]:
    """Run the hub or the subscriber in a process of its own; give its address."""
    command = [str(PYTHON), str(PROGRAM), role, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().strip()
            assert address, f"{role} did not start"
            yield address
        finally:
            process.kill()


class _Host(http.server.SimpleHTTPRequestHandler):
    """A host that does what the site's own file of rules, `_headers`, says; a hub needs the links in it."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def end_headers(self) -> None:
        """Add the headers that the rules name for this address."""
        for name, value in rules(Path(self.directory)).get(self.path, {}).items():
            if name != "Content-Type":
                self.send_header(name, value)
        super().end_headers()


def rules(folder: Path) -> dict[str, dict[str, str]]:
    """Read the rules that were generated for hosts."""
    found: dict[str, dict[str, str]] = {}
    for line in (folder / "feeds/hosts/_headers").read_text().splitlines():
        if line.startswith("/"):
            headers = found.setdefault(line, {})
        elif line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            headers[name] = value
    return found


def until_there(path: Path) -> bytes:
    """Wait for a file, and read it."""
    end = time.monotonic() + LONGEST
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.02)
    return path.read_bytes()


@pytest.mark.needs(str(PYTHON))
def test_a_subscription_at_a_real_hub_brings_the_new_bytes_of_the_feed(
    make_site: Callable[..., Site], tmp_path: Path
) -> None:
    """Discover the hub by the feed, subscribe with a secret, publish: the bytes arrive, signed, as they lie on the web.

    A body that nobody signed is dropped by the subscriber: what it keeps was signed.
    """
    newsroom, elsewhere = Newsroom(make_site), tmp_path / "elsewhere"
    elsewhere.mkdir()
    with (
        running_apart("hub", elsewhere) as hub,
        running_apart("subscriber", elsewhere) as subscriber,
        running(functools.partial(_Host, directory=str(newsroom.site.root))) as host,
    ):
        newsroom.configure(f'{ALLOW}[syndication]\nurl = "{host}feeds/"\nhubs = ["{hub}hub"]\n')
        assert newsroom.run("publish", *AT)[0] == 0
        feed = f"{host}feeds/atom.xml"
        callback = requests.post(f"{subscriber}subscribe", params={"feed": feed}, timeout=LONGEST).text
        assert until_there(elsewhere / "subscribe") == f"{feed} {callback}".encode()

        newsroom.put(a=post(text=f"{TEXT}\nAnd more.\n"))
        generate(read_posts(newsroom.site).posts, newsroom.site, NOW)
        forged = requests.post(f"{subscriber}callbacks/{callback}", b"forged", timeout=LONGEST)
        status, out, err = newsroom.run("push", *AT)
        got = until_there(elsewhere / "body-1")

    assert forged.ok
    assert (status, err) == (0, "")
    assert f"pinged     {hub}hub: told of 6 feed files\n" in out
    assert got == (newsroom.site.feeds / "atom.xml").read_bytes()
    assert b"And more." in got
