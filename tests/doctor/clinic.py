"""Check-ups of a site in a folder, and a web server of the site that says what a test wants it to say."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from publisher.doctor import Finding, Machine, Space, examine_site
from publisher.outputs import generate
from publisher.posts import read_posts
from tests.conftest import CONFIGURATION
from tests.net.net_servers import Conversation, client, host
from tests.release.newsroom import CLOCK, NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from publisher.site import Site

#: No name of this kind is reserved: for the client of these tests every name leads to this machine.
NAME = "reviews.film"
TYPES = {
    "rss.xml": "application/rss+xml",
    "atom.xml": "application/atom+xml; charset=utf-8",
    "feed.json": "application/feed+json",
}
PLENTY = Space(device=1, free=10**12, files=10**6)


def machine(**changes: Any) -> Machine:
    """Give a machine with plenty of room on which it is NOW, and whose environment holds nothing but PATH."""
    return Machine(
        **{
            "clock": lambda: CLOCK,
            "space": lambda _: PLENTY,
            "environment": {"PATH": os.environ["PATH"]},
            **changes,
        }
    )


def look(
    site: Site | Path, *, now: datetime = NOW, offline: bool = True, client: Any = None, **changes: Any
) -> dict[str, list[Finding]]:
    """Look at a site; give the findings by the name of their check."""
    root = site if isinstance(site, Path) else site.root
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in examine_site(root, now, offline=offline, machine=machine(**changes), client=client):
        found[finding.name].append(finding)
    return found


def one(found: dict[str, list[Finding]], name: str) -> Finding:
    """Give the only finding of a check."""
    (finding,) = found[name]
    return finding


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    """Give the states and messages of findings."""
    return [(str(finding.state), finding.message) for finding in findings]


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Write an answer; headers with underscores for hyphens, those left empty are not sent."""
    fields = {
        "date": formatdate(CLOCK, usegmt=True),
        "content_length": str(len(body)),
        "etag": '"1"',
        **headers,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


@dataclass
class Web:
    """The web server of a site.

    Attributes:
        answers: What it says, by path; a function takes the conversation over. Elsewhere is nothing.
        asked: The paths it was asked for.
    """

    port: int = 0
    answers: dict[str, bytes | Callable[[Conversation], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://{NAME}:{self.port}/"

    def configuration(self) -> str:
        """Write publisher.toml of the site that lies here."""
        return CONFIGURATION.replace("https://reviews.example/", self.base_url)

    def deploy(self, site: Site, now: datetime = NOW) -> None:
        """Generate the feeds, and put them on the web with a page above them."""
        generate(read_posts(site).require_valid().posts, site, now)
        self.answers["/"] = answer(b"<!doctype html>", content_type="text/html")
        for name, kind in TYPES.items():
            self.answers[f"/feeds/{name}"] = answer((site.feeds / name).read_bytes(), content_type=kind)

    def look(self, site: Site, **settings: Any) -> dict[str, list[Finding]]:
        """Look at the site with a client for which every name leads to this machine."""
        limits = {name: settings.pop(name) for name in ("deadline", "body_limit") if name in settings}
        return look(site, offline=False, client=client(**limits), **settings)


@contextlib.contextmanager
def web(certificate: str | None = None) -> Iterator[Web]:
    """Run a web server that has nothing yet."""
    shown = Web()

    def script(conversation: Conversation) -> None:
        path = conversation.hear().split(b" ")[1].decode()
        shown.asked.append(path)
        said = shown.answers.get(path, answer(status="404 Not Found"))
        if callable(said):
            said(conversation)
        else:
            conversation.say(said)

    with host(script, certificate) as listening:
        shown.port = listening.port
        yield shown
