"""The real thing beside the model: a site in a folder, its ledger, and partners who are ill at times."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from lxml import etree
from standardwebhooks import Webhook

import publisher
from publisher.errors import Refused
from publisher.ledger import FILE_NAME, DeliveryState, Ledger
from publisher.net import Answer, FaultKind, FetchFault
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.release import LedgerMissing, OverCeiling, make_plan, preview_publish, publish, push
from publisher.site import load_site
from publisher.webhooks import Round
from tests.conftest import CONFIGURATION
from tests.release.life_model import GOOD
from tests.release.newsroom import SECRET_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from publisher.posts import Collection
    from publisher.release import Plan, PublishReport, PushReport

Run = TypeVar("Run")

#: The first asked for everything there was before moves had a type of their own.
ENDPOINTS = {
    "every": (
        "https://every.example/hook",
        {"review.published", "review.updated", "review.offers_changed", "review.retracted"},
    ),
    "some": ("https://some.example/hook", {"review.published", "review.retracted"}),
}
#: How a partner answers: well, with a status, with a wish to wait, not at all, or so that nobody hears it.
MOODS = ("well", "500", "429", "400", "410", "down", "mute")
#: A feed of the site's own.
RATED = f'[[feeds]]\nname = "rated"\nminimum_rating = {GOOD}\ncontent = "summary"\n'
#: A disk in memory, where the machine has one: thousands of small files are written.
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a folder of its own is made there
# Chance would make no two lives of the same steps alike.
_ROUND = Round(chance=lambda: 0.5)
_ATOM = "{http://www.w3.org/2005/Atom}"
_TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


class Event(NamedTuple):
    """A row of the ledger's events."""

    key: str
    review: str
    sequence: int
    type: str
    body: bytes


class Sent(NamedTuple):
    """A request that was made; `taken` says whether the partner kept it."""

    endpoint: str
    key: str
    body: bytes
    taken: bool


class Partners:
    """A client whose hosts are in memory."""

    def __init__(self) -> None:
        self.moods = dict.fromkeys(ENDPOINTS, "well")
        self.sent: list[Sent] = []
        self._names = {url: name for name, (url, _) in ENDPOINTS.items()}
        self._judge = Webhook(SECRET_TEXT)

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
        """Take a request, or be in no mood to."""
        name, key = self._names[url], headers["webhook-id"]
        mood = self.moods[name]
        if len(self.sent) % 10 == 0:
            at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
            assert headers["webhook-signature"] == self._judge.sign(key, at, body.decode())
        self.sent.append(Sent(name, key, body, mood in {"well", "mute"}))
        if mood in {"down", "mute"}:
            raise FetchFault(FaultKind.TIMEOUT, "nobody was heard to answer", sent=mood == "mute")
        status = 204 if mood == "well" else int(mood)
        return Answer(
            status, {"retry-after": "600"} if status == 429 else {}, b"", complete=True, seconds=0.01
        )


class World:
    """A site in a folder of its own; `close` removes it."""

    def __init__(self, limit: int, needed: int = 1) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="publisher-life-", dir=MEMORY))
        endpoints = "".join(
            # The clock of a run stands still, and an endpoint's pace is no limit here.
            f'[[webhooks.endpoints]]\nname = "{name}"\nurl = "{url}"\nevents = {sorted(events)}\nrate = 1000\n'
            for name, (url, events) in ENDPOINTS.items()
        )
        feeds = f"[syndication]\nlimit = {limit}\ntag_feeds = {needed}\n{RATED}"
        (self.root / "publisher.toml").write_text(f"{CONFIGURATION}\n{feeds}{endpoints}")
        (self.root / "posts").mkdir()
        self.site = load_site(self.root)
        self.partners = Partners()

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.root)

    def put(self, name: str, text: str) -> None:
        """Write a post's file."""
        self.file(name).write_text(text, encoding="utf-8")

    def file(self, name: str) -> Path:
        """Name a post's file."""
        return self.site.posts / f"{name}.md"

    def read(self) -> Collection:
        """Read the posts."""
        return read_posts(self.site)

    def publish(self, now: datetime, plan: Plan | None = None) -> PublishReport:
        """Publish; with a plan, exactly that."""
        agreed = plan.as_fields() if plan else None
        return _asked(
            lambda confirmed: publish(
                self.read(),
                self.site,
                now,
                confirmed=confirmed,
                plan=agreed,
                round=_ROUND,
                clock=now.timestamp,
                client=self.partners,  # type: ignore[arg-type] # what it needs of a client
            )
        )

    def push(self, now: datetime) -> PushReport:
        """Push only."""
        posts = self.read().require_valid().posts
        client: Any = self.partners
        return _asked(
            lambda confirmed: push(
                posts, self.site, now, confirmed=confirmed, round=_ROUND, clock=now.timestamp, client=client
            )
        )

    def bring_back(self, now: datetime) -> None:
        """Switch on the endpoints that were switched off, and have sent again what they missed, as an editor does."""
        ledger = Ledger.peek(self.site.state)
        if ledger is None:
            return
        with ledger:
            off = [name for (name, _), state in ledger.endpoints.states().items() if state.disabled_why]
        for name in off:
            publisher.enable_endpoint(self.site, name, now)
            missed = publisher.select_deliveries(endpoints=[name], states=[DeliveryState.CANCELLED])
            # Of what was taken back since, nothing may be sent.
            with contextlib.suppress(Refused):
                publisher.resend_deliveries(self.site, missed, now, confirmed=True)

    def generate(self, now: datetime) -> None:
        """Write the feeds only."""
        generate(self.read().require_valid().posts, self.site, now)

    def preview(self, now: datetime) -> PublishReport:
        """Look what a run would do."""
        return preview_publish(self.read(), self.site, now, confirmed=True)

    def plan(self, now: datetime) -> Plan:
        """Make a plan of a run."""
        return make_plan(self.read(), self.site, now, confirmed=True)

    def feeds(self, folder: Path | None = None) -> dict[str, bytes]:
        """Read every file of the feeds, by its path below their folder."""
        folder = folder or self.site.feeds
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    def clean_build(self, now: datetime, kept: Mapping[str, str | None]) -> dict[str, bytes]:
        """Generate into a folder where nothing is but what is known of feeds that were there, and read what came of it.

        That is the names of those that stay, and of all when they last changed: one that is empty by now keeps its date.
        """
        last = json.loads((self.site.feeds / "manifest.json").read_bytes())["feeds"]
        feeds = [{"name": feed["name"], "kind": "main", "updated": feed["updated"]} for feed in last]
        feeds = [feed for feed in feeds if not str(feed["name"]).startswith(("tags/", "archive/"))]
        dates = {feed["name"]: feed["updated"] for feed in last}
        feeds += [
            {
                "name": name,
                "updated": dates.get(name),
                **({"kind": "tag", "tag": tag} if tag else {"kind": "archive"}),
            }
            for name, tag in kept.items()
        ]
        with tempfile.TemporaryDirectory(dir=self.root) as folder:
            manifest = {"format_version": 2, "files": {}, "feeds": feeds}
            Path(folder, "manifest.json").write_text(json.dumps(manifest))
            generate(self.read().require_valid().posts, self.site, now, out=Path(folder))
            return self.feeds(Path(folder))

    def events(self) -> list[Event]:
        """Read the ledger's events, in order, past the program."""
        return [Event(*row) for row in self._rows("SELECT id, review_id, sequence, type, body FROM events")]

    def deliveries(self) -> list[tuple[Any, ...]]:
        """Read the ledger's deliveries: event, endpoint, state, attempts."""
        return self._rows("SELECT event_id, endpoint, state, attempts FROM deliveries")

    def everything(self) -> tuple[object, ...]:
        """Return all that a run may change, and when each file of the feeds was last written."""
        files = sorted(
            path for path in self.root.rglob("*") if path.is_file() and self.site.state not in path.parents
        )
        times = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}
        announced = self._rows("SELECT review_id, sequence, live, snapshot FROM announced")
        return times, announced, self.events(), self.deliveries(), len(self.partners.sent)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        path = self.site.state / FILE_NAME
        if not path.exists():
            return []
        with contextlib.closing(sqlite3.connect(path)) as connection:
            return connection.execute(f"{query} ORDER BY rowid").fetchall()


def atom_ids(document: bytes) -> tuple[list[str], list[str]]:
    """Return the ids of a feed's entries, in order, and of its tombstones."""
    root = etree.fromstring(document)
    entries = [str(entry.findtext(f"{_ATOM}id")) for entry in root.iter(f"{_ATOM}entry")]
    return entries, [str(stone.get("ref")) for stone in root.iter(_TOMBSTONE)]


def rss_ids(document: bytes) -> list[str]:
    """Return the ids of a feed's items, in order."""
    return [str(item.findtext("guid")) for item in etree.fromstring(document).iter("item")]


def entries(name: str, document: bytes) -> tuple[dict[str, bytes], str | None]:
    """Return what a feed says of each review, by its id, and where the archive goes on; in any format."""
    if name.endswith(".json"):
        feed = json.loads(document)
        found = {item["id"]: json.dumps(item).encode() for item in feed["items"]}
        return found, feed.get("next_url")
    root = etree.fromstring(document)
    items = [(str(one.findtext(f"{_ATOM}id")), one) for one in root.iter(f"{_ATOM}entry")]
    items += [(str(one.findtext("guid")), one) for one in root.iter("item")]
    links = [link.get("href") for link in root.iter(f"{_ATOM}link") if link.get("rel") == "prev-archive"]
    assert len(links) <= 1
    texts = {key: etree.tostring(one, method="c14n", exclusive=True, with_tail=False) for key, one in items}
    return texts, links[0] if links else None


def attempts(sent: list[Sent]) -> Counter[tuple[str, str]]:
    """Count how often each event was sent to each endpoint."""
    return Counter((one.endpoint, one.key) for one in sent)


def _asked(run: Callable[[bool], Run]) -> Run:
    """Say yes to whoever asks whether so much is meant; to a clock that was set back nobody does."""
    try:
        return run(False)
    except (OverCeiling, LedgerMissing):
        return run(True)
