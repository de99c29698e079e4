"""Who holds what a site does against what it should: every run, every event, every file, every request."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest

from publisher.errors import Refused
from publisher.release import PublishReport
from tests.outputs.output_names import FORMS, file_names
from tests.release.life_model import MARK, PUBLISHED, RETRACTED, Expected, Feed, Model, gets
from tests.release.life_world import ENDPOINTS, Event, World, atom_ids, attempts, entries, rss_ids
from tests.webhooks.event_samples import faults

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from publisher.errors import PublisherError
    from publisher.release import Plan, PushReport


#: So often an event is tried, and so long it is remembered after nothing of it waits any more.
TRIES, KEPT = 10, timedelta(days=90)


class Witness:
    """Looks at one site and its model."""

    def __init__(self, world: World, model: Model) -> None:
        self.world = world
        self.model = model
        self.events: list[Event] = []
        self.committed_at: dict[str, datetime] = {}
        self.forgotten: set[str] = set()

    def run(self, run: Callable[[], PublishReport | PushReport], *, held_to_a_plan: bool = False) -> bool:
        """Make a run that tells partners, and answer whether it was made; one that is refused must do nothing."""
        model, world = self.model, self.world
        before, sent, expected = world.everything(), len(world.partners.sent), model.to_tell()
        warnings = model.warnings()
        try:
            report = run()
        except Refused:
            assert held_to_a_plan or (model.behind and expected), "refused, though the clock is right"
            assert world.everything() == before
            return False
        assert not (model.behind and expected), "a clock that went back made events"
        pushed = report.push if isinstance(report, PublishReport) else report
        assert sorted(warning.code for warning in pushed.warnings) == warnings
        self.look_at_events(expected)
        model.pushed(expected)
        self.look_at_sent(sent)
        return True

    def nothing_happens(self, run: Callable[[], object], why: type[PublisherError]) -> None:
        """See that a run is refused, and leaves everything as it was."""
        before = self.world.everything()
        with pytest.raises(why):
            run()

        assert self.world.everything() == before

    def look_at_events(self, expected: list[Expected]) -> None:
        """See that exactly what was to be told was committed, and nothing in it that is not for others."""
        in_ledger = self.world.events()
        new = [event for event in in_ledger if event.key not in self.committed_at]
        kept = [event for event in self.events if event in in_ledger]

        assert in_ledger == [*kept, *new]
        self.forgotten |= {event.key for event in self.events} - {event.key for event in kept}
        assert all(self.model.now - self.committed_at[key] >= KEPT for key in self.forgotten)
        self.committed_at |= dict.fromkeys((event.key for event in new), self.model.now)
        events = [*self.events, *new]
        assert [event[1:4] for event in new] == [(want.id, want.sequence, want.type) for want in expected]
        for event, want in zip(new, expected, strict=True):
            body = json.loads(event.body)
            assert want.must <= marks(event.body) <= want.may, (want, marks(event.body))
            assert (body["type"], body["data"]["sequence"]) == (want.type, want.sequence)
            assert body["data"]["review"]["id"] == f"urn:uuid:{want.id}"
            assert body["data"].get("reason") == want.reason
            assert body["data"].get("changed", []) == list(want.changed)
            before = body["data"].get("previous", {}).get("url")
            assert (slug(before) if before else None) == want.slug_before
            assert faults(event.body) == []
        self.events = events
        assert len({event.key for event in events}) == len(events)
        assert {event.review for event in events} <= {post.id for post in self.model.posts}
        for post in self.model.posts:
            numbers = [event.sequence for event in events if event.review == post.id]
            kinds = [event.type for event in events if event.review == post.id]
            assert numbers == list(range(1, len(numbers) + 1))
            for one, two in zip([RETRACTED, *kinds], kinds, strict=False):
                assert (one == RETRACTED) == (two == PUBLISHED), kinds

    def look_at_sent(self, since: int) -> None:
        """See that of a review that is taken back nothing went out but that; and that nobody got what it did not ask for."""
        bodies = {event.key: event for event in self.events}
        last = self._last_retractions()
        hidden = {
            word
            for post in self.model.posts
            if post.state(self.model.now) != "live"
            for word in post.secrets()
        }
        for sent in self.world.partners.sent[since:]:
            event = bodies[sent.key]
            assert sent.body == event.body
            assert gets(ENDPOINTS[sent.endpoint][1], event.type)
            if event.type != RETRACTED:
                assert event.sequence > last.get(event.review, 0), "sent after it was taken back"
                assert not marks(sent.body) & hidden

    def look_at_deliveries(self) -> None:
        """See that every partner got all it asked for, but what was taken back before, was given up, or is too old."""
        taken = {(one.endpoint, one.key) for one in self.world.partners.sent if one.taken}
        tried = attempts(self.world.partners.sent)
        last = self._last_retractions()
        for name, (_, types) in ENDPOINTS.items():
            for event in self.events:
                if (name, event.key) in taken or tried[name, event.key] >= TRIES:
                    continue
                if gets(types, event.type) and event.key not in self.forgotten:
                    assert event.sequence < last.get(event.review, 0), (name, event)

    def look_at_feeds(self) -> None:
        """See that the feeds are those of a clean build, and hold what is live, all of it, and nothing else."""
        model, files, expected = self.model, self.world.feeds(), self.model.feeds()

        assert set(files) == set(file_names(*filter(None, expected)))
        kept = {name: feed.tag for name, feed in model.kept.items() if name.startswith(("tags/", "archive/"))}
        assert files == self.world.clean_build(model.now, kept)
        manifest = json.loads(files["manifest.json"])["files"]
        assert {name: about["sha256"] for name, about in manifest.items()} == {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name != "manifest.json"
        }
        for name, feed in expected.items():
            self._look_at_feed(name, feed, files)
        for form in FORMS:
            self._look_at_entries(form, expected, files)
        self._look_beside(expected, files)
        self._look_at_redirects(files)
        model.kept = expected

    def _look_at_feed(self, name: str, feed: Feed, files: dict[str, bytes]) -> None:
        """See that a feed holds its reviews in all formats, and no word of any other."""
        atom, json_feed, rss = (files[f"{name}/{form}".lstrip("/")] for form in FORMS)
        entries, tombstones = atom_ids(atom)
        items = json.loads(json_feed)["items"]

        assert entries == rss_ids(rss) == [item["id"] for item in items]
        assert entries == [f"urn:uuid:{post.id}" for post in feed.posts], name
        assert tombstones == [f"urn:uuid:{post.id}" for post in feed.stones], name
        title = marks((feed.tag or "").encode())
        reasons = {str(post.written.reason) for post in feed.stones}
        may = {word for post in feed.posts for word in post.shown(self.model.now)} | title
        must = may
        if not feed.full:
            may -= {post.written.body for post in feed.posts if post.written.summary}
            must = {word for post in feed.posts for word in (post.written.title, post.written.slug)}
        for document, more in ((atom, reasons), (json_feed, set()), (rss, set())):
            assert must | more <= marks(document) <= may | more, name

    def _look_at_entries(self, form: str, expected: dict[str, Feed], files: dict[str, bytes]) -> None:
        """See that a review is the same in every feed, and that the archive leads from the main feed to every one."""
        known: dict[tuple[bool, str], bytes] = {}
        older: dict[str, str | None] = {}
        for name, feed in expected.items():
            found, older[name] = entries(form, files[f"{name}/{form}".lstrip("/")])
            for key, text in found.items():
                assert known.setdefault((feed.full, key), text) == text, (name, key)
        walked, name = set(), ""
        while True:
            walked |= set(entries(form, files[f"{name}/{form}".lstrip("/")])[0])
            if (link := older.pop(name)) is None:
                break
            url = self.world.site.syndication.url
            assert link.startswith(url)
            name = link.removeprefix(url).removesuffix(f"/{form}")
        assert walked == {f"urn:uuid:{post.id}" for post in self.model.live()}
        # Every page was on the way, and nothing but pages has one before it.
        assert not [left for left in older if left.startswith("archive/")]
        assert set(older.values()) <= {None}

    def _look_beside(self, expected: dict[str, Feed], files: dict[str, bytes]) -> None:
        """See that lists and pages show what is live, and name no more than the feeds that are there."""
        live = self.model.live()
        shown = {word for post in live for word in post.shown(self.model.now)}
        names = marks(" ".join(expected).encode())

        for name in ("index.html", "opml.xml", "feed.css"):
            assert marks(files[name]) <= shown, name
        assert {post.written.title for post in live[:1]} <= marks(files["index.html"])
        for name in ("hosts/_headers", "hosts/nginx.conf", "manifest.json"):
            assert marks(files[name]) <= names, name

    def _look_at_redirects(self, files: dict[str, bytes]) -> None:
        moved, gone = self.model.old_addresses()
        redirects = json.loads(files["redirects/redirects.json"])

        assert [(slug(move["from"]), slug(move["to"])) for move in redirects["moved"]] == moved
        assert [slug(path) for path in redirects["gone"]] == gone
        for name in ("redirects/_redirects", "redirects/nginx.conf"):
            assert marks(files[name]) == {*gone, *(word for move in moved for word in move)}, name

    def look_at_plan(self, plan: Plan) -> None:
        """See that a plan says what is to be told, and holds no word of what nobody may see."""
        model, fields = self.model, plan.as_fields()
        expected = model.to_tell()
        events = [(event["type"], event["review"], event["sequence"]) for event in fields["events"]]
        assert events == [(want.type, f"urn:uuid:{want.id}", want.sequence) for want in expected]
        may = {word for post in model.live() for word in post.shown(model.now)}
        may |= {word for want in expected for word in want.may}
        may |= {post.told.slug for post in model.posts if post.told}
        # What is in the feed and no longer live is named by its address.
        for name, content in self.world.feeds().items():
            if name.endswith("feed.json"):
                may |= {slug(item["url"]) for item in json.loads(content)["items"]}
        # Files have the names of tags.
        may |= marks(" ".join(model.kept).encode())

        assert marks(orjson.dumps(fields)) <= may, marks(orjson.dumps(fields)) - may

    def _last_retractions(self) -> dict[str, int]:
        """Return the number of the last retraction of each review that had one."""
        return {event.review: event.sequence for event in self.events if event.type == RETRACTED}


def marks(content: bytes) -> set[str]:
    """Find the words that give a text away."""
    return {word.decode() for word in MARK.findall(content)}


def slug(address: str) -> str:
    """Return the last part of a review's address."""
    return address.rstrip("/").rpartition("/")[2]
