"""The life of posts: whatever is done to them, and whenever, the outside sees what is live and hears of it once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from publisher.errors import PostsInvalid, PublisherError, Refused
from tests.release.life_model import (
    MARK,
    PUBLISHED,
    RETRACTED,
    TOMBSTONES_LAST,
    Expected,
    Model,
    Post,
    Words,
    Written,
)
from tests.release.life_world import ENDPOINTS, MOODS, Event, World, atom_ids, attempts, rss_ids
from tests.release.newsroom import SECRET_TEXT

if TYPE_CHECKING:
    from hypothesis.stateful import TestCase

RUNS = {
    "max_examples": int(os.environ.get("PUBLISHER_FUZZ_EXAMPLES", "40")),
    "stateful_step_count": 30,
    "deadline": None,
}
PICK = st.integers(0, 99)
OPTIONAL = ("summary", "tag", "film", "alt")
HAS = st.sets(st.sampled_from(OPTIONAL))
KIND = st.sampled_from(["live", "live", "scheduled", "draft"])
#: All that may ever lie in the folder of feeds: there is no other page.
FILES = {
    *("atom.xml", "feed.json", "rss.xml", "manifest.json"),
    *("redirects/_redirects", "redirects/nginx.conf", "redirects/redirects.json"),
}
HOUR = timedelta(hours=1)
#: How far the clock goes: minutes, hours, days, past the end of a tombstone.
FORWARD = st.sampled_from([1, 15, 90, 600, 1500, 4 * 1440, 100 * 1440]).map(
    lambda minutes: timedelta(minutes=minutes)
)


class Life(RuleBasedStateMachine):
    """Editors, partners and the clock do as they like; a publish run must make the best of it."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Words()
        self.events: list[Event] = []
        self.model = Model(50)
        self.world: World | None = None

    @initialize(limit=st.sampled_from([2, 50]), kinds=st.lists(KIND, min_size=2, max_size=4), has=HAS)
    def open(self, limit: int, kinds: list[str], has: set[str]) -> None:
        """Begin with a few posts of which nobody has heard."""
        self.model = Model(limit)
        self.world = World(limit)
        for number, kind in enumerate(kinds):
            self.write_a_post(kind, number, has)

    def teardown(self) -> None:
        """Remove the site."""
        if self.world is not None:
            self.world.close()

    # What editors do.

    @rule(kind=KIND, days=st.integers(0, 3), has=HAS)
    def write_a_post(self, kind: str, days: int, has: set[str]) -> None:
        """Write a new post."""
        if len(self.model.posts) >= 8:
            return
        away = timedelta(days=days, minutes=5)
        written = Written(
            title=self.words.fresh(),
            slug=self.words.fresh(),
            body=self.words.fresh(),
            date=self.model.now + (away if kind == "scheduled" else -away),
            status="draft" if kind == "draft" else "ready",
            **{key: self.words.fresh() for key in has},  # type: ignore[arg-type]
        )
        self._add(written)

    @rule(pick=PICK, key=st.sampled_from(["title", "body", *OPTIONAL]), keep=st.booleans())
    def edit_a_text(self, pick: int, key: str, keep: bool) -> None:  # noqa: FBT001 - an example's value
        """Write something else, or take away what need not be there."""
        if post := self._pick(pick):
            self._edit(post, **{key: self.words.fresh() if keep or key not in OPTIONAL else None})

    @rule(pick=PICK, rating=st.sampled_from([None, "0", "3.5", "4"]))
    def rate(self, pick: int, rating: str | None) -> None:
        """Give another rating, or none."""
        if post := self._pick(pick):
            self._edit(post, rating=rating)

    @rule(pick=PICK)
    def make_a_draft(self, pick: int) -> None:
        """Turn a post into a draft."""
        if post := self._pick(pick):
            self._edit(post, status="draft", retracted=None, reason=None)

    @rule(pick=PICK)
    def make_ready(self, pick: int) -> None:
        """Take a draft, or a retraction, back."""
        if post := self._pick(pick):
            self._edit(post, status="ready", retracted=None, reason=None)

    @rule(pick=PICK, hours=st.sampled_from([-48, -1, 1, 30]))
    def move_the_date(self, pick: int, hours: int) -> None:
        """Put a review off, or date it back; what had come after its date goes."""
        if post := self._pick(pick):
            status = "ready" if post.written.status == "retracted" else post.written.status
            gone = dict.fromkeys(("updated", "correction", "retracted", "reason"))
            self._edit(post, date=self.model.now + hours * HOUR, status=status, **gone)

    @rule(pick=PICK, hours=st.sampled_from([0, 0, 2, 50]))
    def retract(self, pick: int, hours: int) -> None:
        """Take a review back, now or later."""
        if post := self._pick(pick):
            at = max(self.model.now + hours * HOUR, post.written.date)
            self._edit(post, status="retracted", retracted=at, reason=self.words.fresh())

    @rule(pick=PICK, hours=st.sampled_from([0, 0, 2, 50]))
    def correct(self, pick: int, hours: int) -> None:
        """Say what was wrong, now or later."""
        if post := self._pick(pick):
            at = max(self.model.now + hours * HOUR, post.written.date)
            self._edit(post, updated=at, correction=self.words.fresh(), body=self.words.fresh())

    @rule(pick=PICK, back=st.booleans())
    def rename(self, pick: int, back: bool) -> None:  # noqa: FBT001 - an example's value
        """Give a review another address, and record the old one; at times go back to one it had."""
        if post := self._pick(pick):
            slug, before = post.written.slug, post.written.previous
            new = before[0] if back and before else self.words.fresh()
            self._edit(
                post, slug=new, previous=tuple(dict.fromkeys([*(one for one in before if one != new), slug]))
            )

    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        """Delete a file."""
        if post := self._pick(pick):
            post.there, post.touched = False, True
            self._world.file(post.name).unlink()

    @rule(pick=PICK)
    def put_back(self, pick: int) -> None:
        """Put a deleted file back as it was."""
        gone = [post for post in self.model.posts if not post.there]
        if gone:
            post = gone[pick % len(gone)]
            post.there = True
            self._edit(post)

    @rule(pick=PICK)
    def copy(self, pick: int) -> None:
        """Begin a post with the copy of another one, under an id and an address of its own."""
        post = self._pick(pick)
        if post and len(self.model.posts) < 8:
            keys = ("title", "body", "slug", *(key for key in OPTIONAL if getattr(post.written, key)))
            fresh = {key: self.words.fresh() for key in keys}
            self._add(
                Written(
                    **{
                        **vars(post.written),
                        **fresh,
                        "status": "draft",
                        "retracted": None,
                        "reason": None,
                        "updated": None,
                        "correction": None,
                        "previous": (),
                    }
                )
            )

    # What must be refused, and is undone.

    @rule(
        pick=PICK, what=st.sampled_from(["rating: 99", "id: no-uuid", "date: 2023-02-30", "title: [", "\x00"])
    )
    def break_a_post(self, pick: int, what: str) -> None:
        """Publish while a post has an error."""
        if post := self._pick(pick):
            self._refused(post, post.text().replace("---\n", f"---\n{what}\n", 1))

    @rule(pick=PICK)
    def change_the_slug_by_hand(self, pick: int) -> None:
        """Publish a review under another address than it was announced under."""
        if post := self._pick_known(pick):
            self._refused(
                post, post.text().replace(f"slug: {post.written.slug}", f"slug: {self.words.fresh()}")
            )

    @rule(pick=PICK)
    def change_the_id_by_hand(self, pick: int) -> None:
        """Publish a review under another id than it was announced under."""
        if post := self._pick_known(pick):
            other = Post(900 + post.number, post.written).id
            self._refused(post, post.text().replace(post.id, other))

    # Time.

    @rule(by=FORWARD)
    def wait(self, by: timedelta) -> None:
        """Let time pass."""
        self.model.now += by

    @rule(by=FORWARD)
    def run_by_cron(self, by: timedelta) -> None:
        """Let time pass, and publish what has come due."""
        self.model.now += by
        self.publish(twice=False)

    @rule(minutes=st.sampled_from([1, 7, 90]))
    def set_the_clock_back(self, minutes: int) -> None:
        """Set the clock back a little."""
        self.model.now -= timedelta(minutes=minutes)

    # Runs.

    @rule(name=st.sampled_from(sorted(ENDPOINTS)), mood=st.sampled_from(MOODS))
    def change_a_mood(self, name: str, mood: str) -> None:
        """Have a partner fall ill, or get well."""
        self._world.partners.moods[name] = mood

    @rule(twice=st.booleans())
    def publish(self, twice: bool) -> None:  # noqa: FBT001 - an example's value
        """Publish, perhaps twice: the second run finds nothing new."""
        if self._run(lambda: self._world.publish(self.model.now)):
            self._look_at_feeds()
            if twice:
                before = self._world.everything()
                self._world.publish(self.model.now)
                after = self._world.everything()

                assert after[:3] == before[:3]

    @rule()
    def push(self) -> None:
        """Push only."""
        self._run(lambda: self._world.push(self.model.now))

    @rule()
    def generate(self) -> None:
        """Generate only: nobody is told anything."""
        self._world.generate(self.model.now)

        assert self._world.events() == self.events
        self._look_at_feeds()

    @rule()
    def preview(self) -> None:
        """Look what would happen; nothing does."""
        before = self._world.everything()
        try:
            report = self._world.preview(self.model.now)
        except Refused:
            assert self.model.now < self.model.latest
        else:
            told = [(str(change.type), change.review_id, change.sequence) for change in report.push.changes]
            assert told == [(event.type, event.id, event.sequence) for event in self.model.to_tell()]
        assert self._world.everything() == before

    @rule(meanwhile=st.sampled_from(["nothing", "nothing", "edit", "time", "publish"]), pick=PICK)
    def publish_a_plan(self, meanwhile: str, pick: int) -> None:
        """Publish what was planned, or nothing when something came between."""
        before = self._world.everything()
        try:
            plan = self._world.plan(self.model.now)
        except Refused:
            assert self.model.now < self.model.latest
            return
        assert self._world.everything() == before
        self._look_at_plan(orjson.dumps(plan.as_fields()))
        post = self._pick(pick)
        if meanwhile == "edit" and post:
            self._edit(post, body=self.words.fresh())
            self._nothing_happens(lambda: self._world.publish(self.model.now, plan), Refused)
        elif meanwhile == "publish" and self.model.to_tell():
            self.publish(twice=False)
            if self.model.told_at == self.model.now:
                self._nothing_happens(lambda: self._world.publish(self.model.now, plan), Refused)
        else:
            if meanwhile == "time":
                self.model.now += timedelta(minutes=1)
            planned = [(event["type"], event["sequence"]) for event in plan.as_fields()["events"]]
            expected = [(event.type, event.sequence) for event in self.model.to_tell()]
            if self._run(lambda: self._world.publish(self.model.now, plan), maybe=meanwhile == "time"):
                self._look_at_feeds()

                assert planned == expected

    @rule()
    def recover(self) -> None:
        """Have every partner well again, and the clock right: everything arrives that was not taken back."""
        world, model = self._world, self.model
        world.partners.moods = dict.fromkeys(ENDPOINTS, "well")
        model.now = max(model.now, model.latest) + timedelta(days=1)

        assert self._run(lambda: world.publish(model.now))
        self._look_at_feeds()
        self._look_at_deliveries()

    # What is looked at.

    @property
    def _world(self) -> World:
        assert self.world is not None
        return self.world

    def _run(self, run: Callable[[], object], *, maybe: bool = False) -> bool:
        """Make a run that tells partners; answer whether it was made. One that is refused must do nothing."""
        model, world = self.model, self._world
        before, sent = world.everything(), len(world.partners.sent)
        expected = model.to_tell()
        try:
            run()
        except Refused:
            assert maybe or model.now < model.latest, "refused, though the clock is right"
            assert world.everything() == before
            return False
        assert not model.clock_alone(), "a clock that went back made events"
        self._look_at_events(expected)
        model.pushed(expected)
        self._look_at_sent(sent)
        return True

    def _look_at_events(self, expected: list[Expected]) -> None:
        """See that exactly what was to be told was committed, and nothing in it that is not for others."""
        events = self._world.events()
        new = events[len(self.events) :]

        assert events[: len(self.events)] == self.events
        assert [event[1:4] for event in new] == [(want.id, want.sequence, want.type) for want in expected]
        for event, want in zip(new, expected, strict=True):
            body = json.loads(event.body)
            words = marks(event.body)
            assert want.must <= words <= want.may, (want, words)
            assert (body["type"], body["data"]["sequence"]) == (want.type, want.sequence)
            assert body["data"]["review"]["id"] == f"urn:uuid:{want.id}"
            assert body["data"].get("reason") == want.reason
            if want.type != RETRACTED:
                assert body["data"].get("changed", []) == list(want.changed)
        self.events = events
        assert len({event.key for event in events}) == len(events)
        for post in self.model.posts:
            numbers = [event.sequence for event in events if event.review == post.id]
            kinds = [event.type for event in events if event.review == post.id]
            assert numbers == list(range(1, len(numbers) + 1))
            for one, two in zip([RETRACTED, *kinds], kinds, strict=False):
                assert (one == RETRACTED) == (two == PUBLISHED), kinds

    def _look_at_sent(self, since: int) -> None:
        """See that nothing went out of a review that is taken back, but that it is; and who was asked for what."""
        bodies = {event.key: event for event in self.events}
        last = {event.review: event.sequence for event in self.events if event.type == RETRACTED}
        hidden = {
            word
            for post in self.model.posts
            if post.state(self.model.now) != "live"
            for word in secrets(post)
        }
        for sent in self._world.partners.sent[since:]:
            event = bodies[sent.key]
            assert sent.body == event.body
            assert event.type in ENDPOINTS[sent.endpoint][1]
            if event.type != RETRACTED:
                assert event.sequence > last.get(event.review, 0), "sent after it was taken back"
                assert not marks(sent.body) & hidden

    def _look_at_deliveries(self) -> None:
        """See that every partner got all it asked for, in order, but what was taken back or tried for too long."""
        taken = {(one.endpoint, one.key) for one in self._world.partners.sent if one.taken}
        tried = attempts(self._world.partners.sent)
        last = {event.review: event.sequence for event in self.events if event.type == RETRACTED}
        for name, (_, types) in ENDPOINTS.items():
            for event in self.events:
                if event.type not in types or (name, event.key) in taken or tried[name, event.key] >= 8:
                    continue
                assert event.sequence < last.get(event.review, 0), (name, event)

    def _look_at_feeds(self) -> None:
        """See that the feeds are those of a clean build, and hold what is live, all of it, and nothing else."""
        world, model = self._world, self.model
        files = world.feeds()

        assert files == world.clean_build(model.now)
        manifest = json.loads(files["manifest.json"])["files"]
        assert {name: about["sha256"] for name, about in manifest.items()} == {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name != "manifest.json"
        }
        shown = model.live()[: model.limit]
        ids = [f"urn:uuid:{post.id}" for post in shown]
        entries, tombstones = atom_ids(files["atom.xml"])
        assert entries == rss_ids(files["rss.xml"]) == ids
        assert [item["id"] for item in json.loads(files["feed.json"])["items"]] == ids
        stones = model.tombstones()
        assert tombstones == [f"urn:uuid:{post.id}" for post in stones]
        must = {word for post in shown for word in post.shown(model.now)}
        reasons = {post.written.reason for post in stones}
        for name in ("atom.xml", "rss.xml", "feed.json"):
            assert marks(files[name]) == must | (reasons if name == "atom.xml" else set()), name
        moved, gone = model.old_addresses()
        redirects = json.loads(files["redirects/redirects.json"])
        assert [(slug(move["from"]), slug(move["to"])) for move in redirects["moved"]] == moved
        assert [slug(path) for path in redirects["gone"]] == gone
        for name in ("redirects/_redirects", "redirects/nginx.conf"):
            assert marks(files[name]) == {*gone, *(word for move in moved for word in move)}, name
        assert set(files) <= FILES

    def _look_at_plan(self, plan: bytes) -> None:
        """See that a plan holds no word of what nobody may see."""
        model = self.model
        may = {word for post in model.live() for word in post.shown(model.now)}
        may |= {word for event in model.to_tell() for word in event.may}
        may |= {post.told.slug for post in model.posts if post.told}
        # What is in the feed and no longer live is named by its address.
        feed = self._world.feeds().get("feed.json", b'{"items": []}')
        may |= {slug(item["url"]) for item in json.loads(feed)["items"]}

        assert marks(plan) <= may, marks(plan) - may

    def _nothing_happens(self, run: Callable[[], object], why: type[PublisherError]) -> None:
        before = self._world.everything()
        with pytest.raises(why):
            run()

        assert self._world.everything() == before

    def _refused(self, post: Post, text: str) -> None:
        """Write something that must not be published, see that nothing is, and undo it."""
        assert text != post.text()
        self._world.put(post.name, text)
        now = self.model.now
        for run in (
            lambda: self._world.publish(now),
            lambda: self._world.push(now),
            lambda: self._world.preview(now),
        ):
            self._nothing_happens(run, PostsInvalid)
        self._world.put(post.name, post.text())

    def _pick(self, pick: int) -> Post | None:
        there = [post for post in self.model.posts if post.there]
        return there[pick % len(there)] if there else None

    def _pick_known(self, pick: int) -> Post | None:
        """Pick a review that is live, and that partners know as it is."""
        known = [
            post
            for post in self.model.posts
            if post.state(self.model.now) == "live"
            and post.told
            and post.told.live
            and post.told.slug == post.written.slug
        ]
        return known[pick % len(known)] if known else None

    def _add(self, written: Written) -> None:
        post = Post(len(self.model.posts) + 1, written)
        self.model.posts.append(post)
        self._world.put(post.name, post.text())

    def _edit(self, post: Post, **values: object) -> None:
        post.change(**values)
        self._world.put(post.name, post.text())


def marks(content: bytes) -> set[str]:
    """Find the words that give a text away."""
    return {word.decode() for word in MARK.findall(content)}


def slug(address: str) -> str:
    """Return the last part of a review's address."""
    return address.rstrip("/").rpartition("/")[2]


def secrets(post: Post) -> set[str]:
    """Return the words of a review that nobody may see while it is not live; its address was told."""
    written = post.written
    words = (
        written.title,
        written.body,
        written.summary,
        written.tag,
        written.film,
        written.alt,
        written.correction,
    )
    return {word for word in words if word}


def test_whatever_happens_the_outside_sees_what_is_live_and_hears_of_it_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Hold every run of a random life against a model that knows nothing of the program."""
    monkeypatch.setenv("PUBLISHER_SECRET_EVERY", SECRET_TEXT)
    monkeypatch.setenv("PUBLISHER_SECRET_SOME", SECRET_TEXT)
    run_state_machine_as_test(Life, settings=settings(**RUNS))
