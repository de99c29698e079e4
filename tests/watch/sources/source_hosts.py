"""Sources on this machine that behave as a script says, and wires that ask them."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from publisher.catalogue import catalogue
from publisher.watch.sources.answers import Answers
from publisher.watch.sources.asking import BODY_LIMIT, Asking
from publisher.watch.sources.clock import Clock
from publisher.watch.sources.keys import Key
from publisher.watch.sources.pacing import Pace
from publisher.watch.sources.quota import Meter
from publisher.watch.sources.respite import Respite
from publisher.watch.sources.source import Access, Attribution, Found
from publisher.watch.sources.wire import Wire
from tests.net.net_servers import client, host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from publisher.model import Film
    from publisher.watch.sources.source import Source
    from tests.net.net_servers import Conversation, Host

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
KEY = "a-key-that-nobody-may-see-0123456789"


class Fake:
    """A source that asks nothing by itself."""

    key = "fake"
    name = "The Fake Source"
    attribution = Attribution("Offers by nobody.", "https://nobody.example/")

    def __init__(self, **changes: Any) -> None:
        settings: dict[str, Any] = {
            "url": "https://nobody.example/",
            "variable": "PUBLISHER_FAKE_KEY",
            "headers": lambda key, _url: {"X-API-Key": key},
            "pace": 1000,
            "longest": timedelta(days=180),
            "sign_up": "https://nobody.example/keys",
        }
        self.access = Access(**settings | changes)

    def ask(self, film: Film, regions: Sequence[str], wire: Wire) -> Found:
        """Know nothing."""
        del film, regions, wire
        return Found(checked=NOW, unknown=True)


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.now += seconds

    def clock(self, began: datetime = NOW) -> Clock:
        """Give the clock of a run that begins now."""
        return Clock(began, self.monotonic, self.sleep)


def answer(body: object, status: str = "200 OK", head: str = "") -> bytes:
    """Make an HTTP answer of an object, or of bytes as they are."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n{head}\r\n".encode()
        + content
    )


@contextlib.contextmanager
def source_host(
    *answers: bytes | Callable[[Conversation], None], certificate: str | None = None
) -> Iterator[Host]:
    """Run a host that gives one answer to each request, the last one again and again; it keeps what it heard."""
    heard: list[bytes] = []

    def script(conversation: Conversation) -> None:
        heard.append(conversation.hear())
        turn = answers[min(len(heard), len(answers)) - 1]
        if callable(turn):
            turn(conversation)
        else:
            conversation.say(turn)

    with host(script, certificate) as seen:
        seen.heard = heard
        yield seen


def make_wire(
    url: str,
    folder: Path,
    *,
    source: Source | None = None,
    time: Time | None = None,
    now: datetime = NOW,
    refresh: bool = False,
    limit: int | None = None,
    deadline: float = 5.0,
) -> Wire:
    """Make a wire to a host, on a clock that does not wait; the folder is the source's, and kept between wires."""
    asked = source or Fake()
    clock = (time or Time()).clock(now)
    folder.mkdir(exist_ok=True)
    asking = Asking(
        asked,
        {"Accept": "application/json", **asked.access.headers(KEY, url)},
        client(deadline=deadline, body_limit=BODY_LIMIT),
        pace=Pace(asked.access.pace, clock, folder / "pace"),
        meter=Meter(folder, asked, limit),
        respite=Respite(folder / "left-alone-until"),
        clock=clock,
    )
    return Wire(
        asking,
        Answers(folder, BODY_LIMIT),
        url=url,
        key=Key(KEY),
        catalogue=catalogue(),
        refresh=refresh,
    )


def everything_in(folder: Path) -> bytes:
    """Read all that lies in a folder, names included."""
    return b"\n".join(
        str(file).encode() + b"\n" + (file.read_bytes() if file.is_file() else b"")
        for file in sorted(folder.rglob("*"))
    )
