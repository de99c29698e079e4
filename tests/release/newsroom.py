"""A site with posts that change, partners that listen, and the runs that tell them."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from publisher.ledger import FILE_NAME
from publisher.posts import read_posts
from publisher.release import PushReport, push
from publisher.webhooks import Received, Receiver, Secret
from tests import warm_start
from tests.kept_files import is_kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from publisher.site import Site

COMMAND = "from publisher.cli import main; main()"
SECRET_TEXT = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SECRET = Secret.parse(SECRET_TEXT, "the tests")
NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
CLOCK = NOW.timestamp()
ALLOW = '[network]\nallow = ["127.0.0.1/32"]\n'

FRONT = {
    "title": "Karmalink",
    "slug": "karmalink",
    "date": "2022-07-15T09:00-05:00",
    "rating": "4",
}
FILM = "{title: Karmalink, year: 2021, directors: [Jake Wachtel]}"
TEXT = "A boy hunts for a treasure that one of his past lives buried.\n"


def identity(number: int) -> str:
    """Give a review's id."""
    return f"4c768283-9939-45ec-b325-{number:012}"


def post(number: int = 1, *, text: str = TEXT, without: tuple[str, ...] = (), **front: str) -> str:
    """Write a post; keywords replace lines of its front matter, `without` names those to leave out."""
    fields = {"id": identity(number), **FRONT, "film": FILM, **front}
    if number != 1:
        fields = {**fields, "slug": front.get("slug", f"film-{number}")}
    lines = [f"{key}: {value}" for key, value in fields.items() if key not in without]
    return "\n".join(["---", *lines, "---", "", text])


def partner(name: str, url: str, *, concurrency: int = 4) -> str:
    """Write an endpoint into publisher.toml; its rate is no limit, because the clocks of tests stand still."""
    return (
        f'[[webhooks.endpoints]]\nname = "{name}"\nurl = "{url}"\nrate = 1000\nconcurrency = {concurrency}\n'
    )


class Newsroom:
    """One site in a folder; `make` writes it."""

    def __init__(
        self, make: Callable[..., Site], *, more: str = "", posts: Mapping[str, str] | None = None
    ) -> None:
        self._make = make
        self.site = make({}, more=more)
        self.put(**(posts if posts is not None else {"a": post()}))

    def configure(self, more: str) -> None:
        """Write publisher.toml anew."""
        self.site = self._make({}, more=more)

    def put(self, **posts: str) -> None:
        """Write posts."""
        for name, content in posts.items():
            (self.site.posts / f"{name}.md").write_text(content, encoding="utf-8")

    def remove(self, name: str) -> None:
        """Delete a post."""
        (self.site.posts / f"{name}.md").unlink()

    def push(self, now: datetime = NOW, **options: Any) -> PushReport:
        """Push what is there."""
        posts = read_posts(self.site).require_valid().posts
        return push(posts, self.site, now, **{"clock": now.timestamp, **options})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Look into the ledger, past the program."""
        with contextlib.closing(sqlite3.connect(self.site.state / FILE_NAME)) as connection:
            return connection.execute(query).fetchall()

    def change(self, statement: str) -> None:
        """Change the ledger, past the program."""
        with contextlib.closing(sqlite3.connect(self.site.state / FILE_NAME)) as connection, connection:
            connection.execute(statement)

    def files(self) -> dict[str, bytes]:
        """Read every file of the site, but what it keeps to be faster."""
        return {
            name: path.read_bytes()
            for path in sorted(self.site.root.rglob("*"))
            if path.is_file() and not is_kept(name := path.relative_to(self.site.root).as_posix())
        }

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        prepare: Callable[[], None] | None = None,
    ) -> subprocess.Popen[str] | warm_start.Process:
        """Start the command line on the site; it begins warm, unless something is to be prepared."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PUBLISHER_")}
        around = {**kept, **(environment or {})}
        words = ("-c", COMMAND, *arguments, "--site", str(self.site.root))
        if prepare is None and not warm_start.at_the_start(around):
            return warm_start.Process(*words, environment=around)
        return subprocess.Popen(
            [sys.executable, *words],
            env=around,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=prepare,  # noqa: PLW1509 - sets limits only
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """Run the command line on the site, and return its status and what it said."""
        with self.start(*arguments, environment=environment) as process:
            out, err = process.communicate(timeout=60)
            return process.wait(), out, err


@contextlib.contextmanager
def receiving(clock: Callable[[], float] = time.time) -> Iterator[tuple[str, list[Received]]]:
    """Run a receiver; give its address and the list of what it shows."""
    shown: list[Received] = []
    with Receiver(SECRET, shown.append, clock=clock) as receiver:
        yield receiver.url, shown
