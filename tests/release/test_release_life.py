"""The life of posts: whatever is done to them, and whenever, the outside sees what is live and hears of it once."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

import publisher
from publisher.errors import EnvironmentFault, PostsInvalid, Refused
from publisher.model import OfferStatus, Status, visibility
from tests.release.life_model import Model, Post, Words, Written
from tests.release.life_witness import Witness
from tests.release.life_world import ENDPOINTS, MOODS, World
from tests.release.newsroom import SECRET_TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.channels import Channel
    from publisher.model import Review
    from publisher.site import Site

#: Whether somebody asked for more than a quick look, as `make fuzz` does.
SEARCHING = int(os.environ.get("PUBLISHER_FUZZ_EXAMPLES", "100")) > 100
# A life takes as long as some hundred posts do elsewhere.
LIVES = max(20, int(os.environ.get("PUBLISHER_FUZZ_EXAMPLES", "0")) // 20)
RUNS = settings(max_examples=LIVES, stateful_step_count=40, deadline=None)
PICK = st.integers(0, 99)

OPTIONAL = ("summary", "tag", "topic", "film", "alt", "rating", "channel")
TOPICS = ("Ghosts", "ghosts")
HAS = st.sets(st.sampled_from(OPTIONAL))
KIND = st.sampled_from(["live", "live", "scheduled", "draft"])
HOUR = timedelta(hours=1)
#: How far the clock goes: minutes, hours, days, past the end of a tombstone.
FORWARD = st.sampled_from([1, 15, 90, 600, 1500, 4 * 1440, 100 * 1440]).map(
    lambda minutes: timedelta(minutes=minutes)
)
#: How many hours from now a retraction or a correction holds.
SOON = st.sampled_from([0, 0, 2, 50])
BROKEN = ("rating: 99", "id: no-uuid", "date: 2023-02-30", "title: [", "\x00")
MOST_POSTS = 8


class Life(RuleBasedStateMachine):
    """Editors, partners and the clock do as they like; a publish run must make the best of it."""

    world: World
    model: Model
    witness: Witness

    def __init__(self) -> None:
        super().__init__()
        self.words = Words()

    @initialize(
        limit=st.sampled_from([2, 50]),
        needed=st.sampled_from([1, 1, 2, 0]),
        kinds=st.lists(KIND, min_size=2, max_size=4),
        has=HAS,
    )
    def open(self, limit: int, needed: int, kinds: list[str], has: set[str]) -> None:
        """Begin with a few posts of which nobody has heard."""
        self.world, self.model = World(limit, needed), Model(limit, needed)
        self.witness = Witness(self.world, self.model)
        for number, kind in enumerate(kinds):
            self.write_a_post(kind, number, has)

    def teardown(self) -> None:
        """Remove the site."""
        self.world.close()

    # What editors do.

    @rule(kind=KIND, days=st.integers(0, 3), has=HAS)
    def write_a_post(self, kind: str, days: int, has: set[str]) -> None:
        """Write a new post."""
        away = timedelta(days=days, minutes=5)
        optional: dict[str, Any] = {key: self._value(key, days) for key in sorted(has)}
        self._add(
            Written(
                title=self.words.fresh(),
                slug=self.words.fresh(),
                body=self.words.fresh(),
                date=self.model.now + (away if kind == "scheduled" else -away),
                status="draft" if kind == "draft" else "ready",
                **optional,
            )
        )

    @rule(
        pick=PICK, key=st.sampled_from(["title", "body", *OPTIONAL]), keep=st.booleans(), told=st.booleans()
    )
    def write_something_else(self, pick: int, key: str, keep: bool, told: bool) -> None:  # noqa: FBT001 - part of an example
        """Change a text or a rating, or take away what need not be there; perhaps tell the world at once."""
        if post := self._pick(pick):
            new = self._value(key, pick) if keep or key not in OPTIONAL else None
            self._edit(post, **{key: new})
            self._tell(told)

    @rule(pick=PICK)
    def make_a_draft(self, pick: int) -> None:
        """Turn a post into a draft."""
        if post := self._pick(pick):
            self._edit(post, status="draft", retracted=None, reason=None)

    @rule(pick=PICK)
    def make_ready(self, pick: int) -> None:
        """Have a draft go out, or bring a retracted review back."""
        if post := self._pick(pick):
            self._edit(post, status="ready", retracted=None, reason=None)

    @rule(pick=PICK, hours=st.sampled_from([-48, -1, 1, 30]))
    def move_the_date(self, pick: int, hours: int) -> None:
        """Put a review off, or date it back; what would lie before its date goes."""
        if post := self._pick(pick):
            status = "draft" if post.written.status == "draft" else "ready"
            gone = dict.fromkeys(("updated", "correction", "retracted", "reason"))
            self._edit(post, date=self.model.now + hours * HOUR, status=status, **gone)

    @rule(pick=PICK, hours=SOON, told=st.booleans())
    def retract(self, pick: int, hours: int, told: bool) -> None:  # noqa: FBT001 - part of an example
        """Take a review back, now or later, and perhaps tell the world at once."""
        if post := self._pick(pick):
            at = max(self.model.now + hours * HOUR, post.written.date)
            self._edit(post, status="retracted", retracted=at, reason=self.words.fresh())
            self._tell(told)

    @rule(pick=PICK, hours=SOON)
    def correct(self, pick: int, hours: int) -> None:
        """Say what was wrong, now or later."""
        if post := self._pick(pick):
            at = max(self.model.now + hours * HOUR, post.written.date)
            self._edit(post, updated=at, correction=self.words.fresh(), body=self.words.fresh())

    @rule(pick=PICK, hours=st.sampled_from([-2, 2, 50, None]), told=st.booleans())
    def end_an_offer(self, pick: int, hours: int | None, told: bool) -> None:  # noqa: FBT001 - part of an example
        """Have a way to see the film end, or go on; perhaps tell the world at once."""
        if post := self._pick(pick):
            until = self.model.now + hours * HOUR if hours is not None else None
            fresh = {key: getattr(post.written, key) or self.words.fresh() for key in ("channel", "film")}
            self._edit(post, until=until, **fresh)
            self._tell(told)

    @rule(pick=PICK, back=st.booleans())
    def rename(self, pick: int, back: bool) -> None:  # noqa: FBT001 - part of an example
        """Give a review another address, and record the old one; at times go back to one it had."""
        if post := self._pick(pick):
            before = post.written.previous
            new = before[0] if back and before else self.words.fresh()
            kept = (one for one in before if one != new)
            self._edit(post, slug=new, previous=(*kept, post.written.slug))

    @rule(pick=PICK)
    def delete(self, pick: int) -> None:
        """Delete a file."""
        if post := self._pick(pick):
            post.there = False
            self.world.file(post.name).unlink()

    @rule(pick=PICK)
    def put_back(self, pick: int) -> None:
        """Put a deleted file back as it was."""
        if post := _one(pick, [post for post in self.model.posts if not post.there]):
            post.there = True
            self._edit(post)

    @rule(pick=PICK)
    def copy(self, pick: int) -> None:
        """Begin a post with the copy of another one, under an id and an address of its own."""
        if post := self._pick(pick):
            texts = ("title", "body", "summary", "tag", "film", "alt", "channel")
            fresh: dict[str, Any] = {key: self.words.fresh() for key in texts if getattr(post.written, key)}
            self._add(Written(slug=self.words.fresh(), date=post.written.date, status="draft", **fresh))

    @rule(
        command=st.sampled_from(["retract", "restore", "correct", "rename"]),
        pick=PICK,
        hours=SOON,
        then=st.sampled_from(["undo", "tell", "nothing"]),
    )
    def at_the_desk(self, command: str, pick: int, hours: int, then: str) -> None:
        """Have the program edit a file, or refuse to; taken back at once, every byte is as it was."""
        post = self._pick(pick)
        if post is None:
            return
        site, now, file = self.world.site, self.model.now, self.world.file(post.name)
        before, word, slug = file.read_bytes(), self.words.fresh(), post.written.slug
        commands: dict[str, tuple[Callable[[], object], dict[str, object] | None]] = {
            "retract": (
                lambda: publisher.retract(site, slug, word, now, at=now + hours * HOUR if hours else None),
                post.if_retracted(word, now, hours * HOUR, ledger=site.ledger.exists()),
            ),
            "restore": (lambda: publisher.restore(site, slug, now), post.if_restored()),
            "correct": (lambda: publisher.correct(site, slug, word, now), post.if_corrected(word, now)),
            "rename": (lambda: publisher.rename(site, slug, word, now), post.if_renamed(word, now)),
        }
        run, values = commands[command]
        if values is None:
            self.witness.nothing_happens(run, Refused)
            return
        run()
        assert file.read_bytes() != before
        if then == "undo":
            publisher.undo(site)
            assert file.read_bytes() == before
        else:
            post.change(**values)
            self._tell(then == "tell")

    @rule(pick=PICK, how=st.sampled_from(["id", "slug", *BROKEN]))
    def do_what_must_not_be(self, pick: int, how: str) -> None:
        """Break a post, or give a review that partners know another id or slug by hand; publish, and undo it."""
        post = self._pick(pick) if how in BROKEN else _one(pick, self.model.known())
        if post is None:
            return
        text = post.text()
        broken = {
            "id": text.replace(post.id, Post(900 + post.number, post.written).id),
            "slug": text.replace(f"slug: {post.written.slug}", f"slug: {self.words.fresh()}"),
        }.get(how, text.replace("---\n", f"---\n{how}\n", 1))
        self.world.put(post.name, broken)
        for run in (self.world.publish, self.world.preview):
            self.witness.nothing_happens(lambda run=run: run(self.model.now), PostsInvalid)  # type: ignore[misc]
        self.world.put(post.name, text)

    # What becomes of partners and of time.

    @rule(name=st.sampled_from(sorted(ENDPOINTS)), mood=st.sampled_from(MOODS))
    def change_a_mood(self, name: str, mood: str) -> None:
        """Have a partner fall ill, or get well."""
        self.world.partners.moods[name] = mood

    @rule(by=FORWARD)
    def wait(self, by: timedelta) -> None:
        """Let time pass."""
        self.model.now += by

    @rule(minutes=st.sampled_from([1, 7, 90]), told=st.booleans())
    def set_the_clock_back(self, minutes: int, told: bool) -> None:  # noqa: FBT001 - part of an example
        """Set the clock back a little, and perhaps publish."""
        self.model.now -= timedelta(minutes=minutes)
        self._tell(told)

    # Runs.

    @rule(how=st.sampled_from(["once", "once", "twice", "push"]))
    def publish(self, how: str = "once") -> None:
        """Publish; at times twice, and the second run finds nothing new; at times push only."""
        world, now = self.world, self.model.now
        if how == "push":
            self.witness.run(lambda: world.push(now))
        elif self.witness.run(lambda: world.publish(now)):
            self.witness.look_at_feeds()
            before = world.everything()
            if how == "twice":
                world.publish(now)

                assert world.everything()[:3] == before[:3]

    @rule(by=FORWARD)
    def publish_later(self, by: timedelta) -> None:
        """Let time pass, and publish what has come due, as cron does."""
        self.model.now += by
        self.publish()

    @rule(only=st.booleans())
    def generate(self, only: bool) -> None:  # noqa: FBT001 - part of an example
        """Generate only, or only look what would happen: nobody is told anything."""
        before = self.world.everything()
        if only:
            self.world.generate(self.model.now)

            assert self.world.everything()[1:] == before[1:]
            self.witness.look_at_feeds()
            return
        try:
            changes = self.world.preview(self.model.now).push.changes
        except Refused:
            assert self.model.behind
        else:
            told = [(str(change.type), change.review_id, change.sequence) for change in changes]
            assert told == [(want.type, want.id, want.sequence) for want in self.model.to_tell()]
        assert self.world.everything() == before

    @rule(meanwhile=st.sampled_from(["nothing", "nothing", "edit", "time", "publish"]), pick=PICK)
    def publish_a_plan(self, meanwhile: str, pick: int) -> None:
        """Publish what was planned, or nothing when something came between."""
        world, model = self.world, self.model
        before = world.everything()
        try:
            plan = world.plan(model.now)
        except Refused:
            assert model.behind
            return
        assert world.everything() == before
        self.witness.look_at_plan(plan)
        told = bool(model.to_tell())
        if meanwhile == "edit":
            self.write_something_else(pick, "body", keep=True, told=False)
        elif meanwhile == "time":
            model.now += timedelta(minutes=1)
        elif meanwhile == "publish":
            self.publish()
        moved_on = (meanwhile == "edit" and self._pick(pick)) or (
            meanwhile == "publish" and told and model.told_at == model.now
        )
        if moved_on:
            self.witness.nothing_happens(lambda: world.publish(model.now, plan), Refused)
        elif self.witness.run(lambda: world.publish(model.now, plan), held_to_a_plan=meanwhile != "nothing"):
            self.witness.look_at_feeds()

    @rule()
    def recover(self) -> None:
        """Have every partner well again, and the clock right: everything arrives that was not taken back.

        After two days whatever failed is due again.
        """
        self.world.partners.moods = dict.fromkeys(ENDPOINTS, "well")
        self.model.now = max(self.model.now, self.model.latest or self.model.now) + timedelta(days=2)
        self.world.bring_back(self.model.now)

        assert self.witness.run(lambda: self.world.publish(self.model.now))
        self.witness.look_at_feeds()
        self.witness.look_at_deliveries()

    def _value(self, key: str, pick: int) -> str:
        """Think of something to write under a key."""
        if key == "rating":
            return f"{pick % 6}"
        return TOPICS[pick % len(TOPICS)] if key == "topic" else self.words.fresh()

    def _tell(self, told: bool) -> None:  # noqa: FBT001 - passes it on
        if told:
            self.publish()

    def _pick(self, pick: int) -> Post | None:
        return _one(pick, [post for post in self.model.posts if post.there])

    def _add(self, written: Written) -> None:
        if len(self.model.posts) < MOST_POSTS:
            post = Post(len(self.model.posts) + 1, written)
            self.model.posts.append(post)
            self.world.put(post.name, post.text())

    def _edit(self, post: Post, **values: object) -> None:
        post.change(**values)
        self.world.put(post.name, post.text())


def _one(pick: int, posts: list[Post]) -> Post | None:
    return posts[pick % len(posts)] if posts else None


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give partners their secrets, and wait for no disk: nobody pulls the plug here."""
    for name in ENDPOINTS:
        monkeypatch.setenv(f"PUBLISHER_SECRET_{name.upper()}", SECRET_TEXT)
    monkeypatch.setattr("os.fsync", lambda _: None)


def test_whatever_happens_the_outside_sees_what_is_live_and_hears_of_it_once() -> None:
    """Hold every run of a random life against a model that knows nothing of the program."""
    run_state_machine_as_test(Life, settings=RUNS)


def _drafts_are_shown(patch: pytest.MonkeyPatch) -> None:
    for room in ("publisher.channels.live", "publisher.release.changes"):
        patch.setattr(import_module(room), "visibility", lambda review, now: visibility(_ready(review), now))


def _ready(review: Review) -> Review:
    return replace(review, status=Status.READY) if review.status is Status.DRAFT else review


def _retractions_say_the_title(patch: pytest.MonkeyPatch) -> None:
    push_run = import_module("publisher.release.push_run")
    tell = push_run._event
    patch.setattr(push_run, "_event", lambda change, *rest: tell(replace(change, reason=change.title), *rest))


def _numbers_stand_still(patch: pytest.MonkeyPatch) -> None:
    push_run = import_module("publisher.release.push_run")
    find = push_run.find_changes
    patch.setattr(push_run, "find_changes", lambda *all_: [replace(one, sequence=1) for one in find(*all_)])


def _corrections_come_early(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(import_module("publisher.channels.live"), "as_of", lambda review, _: review)


def _old_reviews_fall_off(patch: pytest.MonkeyPatch) -> None:
    find = import_module("publisher.channels.find")
    main = find._main

    def shorter(live: list[Any], retracted: list[Any], site: Site, pages: list[Any]) -> Channel:
        channel: Channel = main(live, retracted, site, pages)
        return replace(channel, posts=channel.posts[: site.syndication.limit])

    patch.setattr(find, "_main", shorter)


def _empty_feeds_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(import_module("publisher.channels.find"), "_remembered", lambda _: {})


def _one_feed_has_another_text(patch: pytest.MonkeyPatch) -> None:
    find = import_module("publisher.channels.find")
    pages = find.find_pages
    patch.setattr(find, "find_pages", lambda *rest: [replace(page, full=False) for page in pages(*rest)])


def _offers_that_are_over_are_shown(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(import_module("publisher.content.entry"), "_SHOWN", frozenset(OfferStatus))


def _time_changes_offers(patch: pytest.MonkeyPatch) -> None:
    offers = import_module("publisher.release.offers")
    patch.setattr(offers, "_is_over", lambda offer, now: now.hour > 12 and "until" in offer)


def _what_failed_is_given_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(import_module("publisher.webhooks.schedule"), "TRIES", 1)


def _what_is_taken_back_goes_out(patch: pytest.MonkeyPatch) -> None:
    ledger = import_module("publisher.ledger.ledger")
    patch.setattr(ledger.Ledger, "_supersede", lambda *_: None)


def _a_partner_that_is_ill_for_a_while(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has=set())
    life.change_a_mood("every", "500")
    life.publish()
    life.recover()


def _a_retraction_while_a_partner_is_ill(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has=set())
    life.change_a_mood("every", "down")
    life.publish()
    life.retract(pick=0, hours=0, told=True)
    life.recover()


def _an_offer_that_is_over(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has=set())
    life.end_an_offer(pick=0, hours=-2, told=True)


def _an_offer_nobody_was_told_of_that_is_over(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has={"film"})
    life.publish()
    life.end_an_offer(pick=0, hours=-2, told=True)


def _a_draft(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["draft", "live"], has=set())
    life.publish()


def _a_retraction(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has=set())
    life.publish()
    life.retract(pick=0, hours=0, told=True)


def _an_update(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has=set())
    life.publish()
    life.write_something_else(pick=0, key="title", keep=True, told=True)


def _a_correction_to_come(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has=set())
    life.correct(pick=0, hours=2)
    life.publish()


def _more_reviews_than_the_limit(life: Life) -> None:
    life.open(limit=2, needed=1, kinds=["live", "live", "live"], has=set())
    life.publish()


def _a_tag_that_goes(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live", "live"], has={"tag"})
    life.publish()
    life.write_something_else(pick=0, key="tag", keep=False, told=True)


def _a_month_that_is_over(life: Life) -> None:
    life.open(limit=50, needed=1, kinds=["live"], has={"summary"})
    life.publish_later(by=timedelta(days=100))


MISTAKES = [
    (_offers_that_are_over_are_shown, _an_offer_that_is_over),
    (_time_changes_offers, _an_offer_nobody_was_told_of_that_is_over),
    (_drafts_are_shown, _a_draft),
    (_retractions_say_the_title, _a_retraction),
    (_numbers_stand_still, _an_update),
    (_corrections_come_early, _a_correction_to_come),
    (_old_reviews_fall_off, _more_reviews_than_the_limit),
    (_empty_feeds_are_forgotten, _a_tag_that_goes),
    (_one_feed_has_another_text, _a_month_that_is_over),
    (_what_failed_is_given_up, _a_partner_that_is_ill_for_a_while),
    (_what_is_taken_back_goes_out, _a_retraction_while_a_partner_is_ill),
]
# The ledger itself refuses a number that was given before.
FOUND = (AssertionError, EnvironmentFault)


def _live(steps: Callable[[Life], None]) -> None:
    """Live a life of these steps, to its end or until something is found."""
    life = Life()
    try:
        steps(life)
    finally:
        life.teardown()


@pytest.mark.parametrize(("mistake", "steps"), MISTAKES)
def test_a_mistake_in_the_program_is_found(
    monkeypatch: pytest.MonkeyPatch,
    mistake: Callable[[pytest.MonkeyPatch], None],
    steps: Callable[[Life], None],
) -> None:
    """A test that cannot fail proves nothing: each of these would let something out, or tell it twice.

    The life that shows it is known, and nothing is found in it but the mistake.
    """
    _live(steps)
    mistake(monkeypatch)

    with pytest.raises(FOUND):
        _live(steps)


if SEARCHING:

    @pytest.mark.parametrize("mistake", [mistake for mistake, _ in MISTAKES])
    def test_a_mistake_in_the_program_is_found_by_chance(
        monkeypatch: pytest.MonkeyPatch, mistake: Callable[[pytest.MonkeyPatch], None]
    ) -> None:
        """Random lives come upon each of them, too."""
        mistake(monkeypatch)
        quick = settings(
            RUNS, max_examples=400, phases=[Phase.generate], database=None, report_multiple_bugs=False
        )

        with pytest.raises(FOUND):
            run_state_machine_as_test(Life, settings=quick)
