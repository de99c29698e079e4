"""Feed readers that people use, polling the server: what has not changed is sent once, and a change is sent once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import feedparser
import feedparser_sgmllib
import pytest
from reader import make_reader

from publisher.serve import PreviewServer
from tests.serve.conftest import POSTS
from tests.serve.visiting import generated, serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.site import Site
    from tests.serve.visiting import Visitor

POLLS = 10
HOUR_AGO = time.time() - 3600
XML = ("rss.xml", "atom.xml")

# reader looks for it under the name it had in the standard library.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)


class Feedparser:
    """A program that uses feedparser, and keeps what that gave it as its documentation says."""

    forgets = 0

    def __init__(self, _: Path) -> None:
        self._etag: str | None = None
        self._modified: str | None = None
        self._titles: set[str] = set()

    def poll(self, url: str) -> set[str]:
        """Ask once."""
        found = feedparser.parse(url, etag=self._etag, modified=self._modified)
        if found.status == 304:
            return self._titles
        assert found.status == 200
        self._etag, self._modified = found.etag, found.modified
        self._titles = {entry.title for entry in found.entries}
        return self._titles


class Reader:
    """The library `reader`."""

    forgets = 0

    def __init__(self, folder: Path) -> None:
        self._reader = make_reader(str(folder / "reader.sqlite"))

    def poll(self, url: str) -> set[str]:
        """Ask once."""
        self._reader.add_feed(url, exist_ok=True)
        # It would wait for an hour, and rightly: the feed says that nothing will change until then.
        self._reader.set_tag(url, ".reader.update", {"interval": 1})
        self._reader.update_feed(url)
        assert self._reader.get_feed(url).last_exception is None
        return {entry.title or "" for entry in self._reader.get_entries(feed=url)}


class Newsboat:
    """The program newsboat, started anew for each poll as from cron."""

    #: It keeps no tag of the very first answer, because its cache has no row for the feed yet (2.21).
    forgets = 1

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "newsboat"
        self._folder.mkdir()

    def poll(self, url: str) -> set[str]:
        """Ask once."""
        (self._folder / "urls").write_text(f"{url}\n", encoding="utf-8")
        (self._folder / "config").write_text("", encoding="utf-8")
        files = ["-u", "urls", "-c", "cache.db", "-C", "config"]
        environment = {"HOME": str(self._folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            ["newsboat", *files, "-x", "reload"],
            cwd=self._folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with closing(sqlite3.connect(self._folder / "cache.db")) as cache:
            return {title for (title,) in cache.execute("select title from rss_item where deleted = 0")}


CLIENTS = [
    pytest.param(Feedparser, id="feedparser"),
    pytest.param(Reader, id="reader"),
    pytest.param(Newsboat, id="newsboat", marks=pytest.mark.needs("newsboat")),
]
# Of the three, only reader reads JSON Feed.
POLLED = [
    *(
        pytest.param(*client.values, name, id=f"{client.id}-{name}", marks=client.marks)
        for client in CLIENTS
        for name in XML
    ),
    pytest.param(Reader, "feed.json", id="reader-feed.json"),
]


def statuses(visitor: Visitor, name: str) -> list[int]:
    """Answer what each request for a feed was answered with."""
    return [exchange.status for exchange in visitor.seen if exchange.target == f"/feeds/{name}"]


@pytest.mark.parametrize(("client", "name"), POLLED)
def test_ten_polls_cost_one_feed(
    site: Site,
    visitor: Visitor,
    make_site: Callable[..., Site],
    tmp_path: Path,
    client: type[Feedparser | Reader | Newsboat],
    name: str,
) -> None:
    """Of ten polls the first is answered with the feed and nine with 304; a changed post is sent once."""
    polling = client(tmp_path)
    url = f"{visitor.url}feeds/{name}"

    # newsboat (2.21) throws away a feed whose Last-Modified is, to the second, what it has.
    os.utime(site.feeds / name, (HOUR_AGO, HOUR_AGO))

    for _ in range(client.forgets):
        polling.poll(url)
    before = [polling.poll(url) for _ in range(POLLS)]

    counted = Counter(statuses(visitor, name)[client.forgets :])
    assert counted == {200: 1, 304: POLLS - 1} or (client.forgets and counted == {304: POLLS})
    assert before == [{"Alive", "Another"}] * POLLS

    make_site({"live.md": POSTS["live.md"].replace("title: Alive", "title: Still alive")})
    generated(site)
    after = [polling.poll(url) for _ in range(POLLS)]

    assert Counter(statuses(visitor, name)[client.forgets + POLLS :]) == {200: 1, 304: POLLS - 1}
    assert after == [{"Still alive", "Another"}] * POLLS


def test_the_date_alone_saves_every_poll(site: Site, visitor: Visitor) -> None:
    """A program that keeps `modified` and no tag gets ten 304s; the disk's date of the file has parts of a second."""
    os.utime(site.feeds / "rss.xml", ns=(0, int(HOUR_AGO) * 10**9 + 123_456_789))
    url = f"{visitor.url}feeds/rss.xml"
    modified = feedparser.parse(url).modified

    assert [feedparser.parse(url, modified=modified).status for _ in range(POLLS)] == [304] * POLLS


@pytest.mark.parametrize("client", CLIENTS)
def test_generating_the_same_again_costs_nobody_anything(
    site: Site, tmp_path: Path, client: type[Feedparser | Reader | Newsboat]
) -> None:
    """The same bytes have the same tag, also after the server was started anew."""
    polling = client(tmp_path)
    with serving(site) as first:
        port = urlsplit(first.url).port or 0
        url = f"{first.url}feeds/atom.xml"
        for _ in range(client.forgets + 1):
            polling.poll(url)
        generated(site)
        polling.poll(url)
        seen = statuses(first, "atom.xml")
    later: list[int] = []
    with PreviewServer(site, port=port, show=lambda exchange: later.append(exchange.status)):
        polling.poll(url)

    assert (seen[-1], later) == (304, [304])
