"""What must hold of a site at any moment: a model of posts and of what was told, written without the program.

It knows nothing of how the program decides: not `visibility`, not how changes are found. Every text of a post is a
word of its own, `mark000017`, new in every version, so that a single word that got out betrays from where.
"""

from __future__ import annotations

import itertools
import re
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

START = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
MARK = re.compile(rb"mark\d{6}")
TOMBSTONES_LAST = timedelta(days=90)
#: Where the site is: its months end there.
ZONE = ZoneInfo("America/Chicago")
#: What is good enough for the feed `rated`.
GOOD = 3

PUBLISHED, UPDATED, RETRACTED = "review.published", "review.updated", "review.retracted"
OFFERS_CHANGED, MOVED = "review.offers_changed", "review.moved"


def gets(asked: Collection[str], kind: str) -> bool:
    """Tell whether a partner gets events of a kind, who asked for some: who wants updates hears of moves."""
    return kind in asked or (kind == MOVED and UPDATED in asked)


class Words:
    """Gives every text a word that no other has."""

    def __init__(self) -> None:
        self._count = itertools.count(1)

    def fresh(self) -> str:
        """Return a word that was never used."""
        return f"mark{next(self._count):06}"


@dataclass(frozen=True)
class Written:
    """What a post's file says; `None` is a key that is not there.

    Attributes:
        channel: Whose way to see the film it names, `until` when that ends.
    """

    title: str
    slug: str
    body: str
    date: datetime
    status: str = "ready"
    summary: str | None = None
    tag: str | None = None
    topic: str | None = None
    film: str | None = None
    alt: str | None = None
    rating: str | None = None
    channel: str | None = None
    until: datetime | None = None
    updated: datetime | None = None
    correction: str | None = None
    retracted: datetime | None = None
    reason: str | None = None
    previous: tuple[str, ...] = ()

    @property
    def tags(self) -> list[str]:
        """Return a word that no other post has, and a topic that others have, too; either may be missing."""
        return [tag for tag in (self.tag, self.topic) if tag]

    @property
    def good(self) -> bool:
        """Tell whether it is rated well enough for a feed of its own."""
        return self.rating is not None and float(self.rating) >= GOOD

    @property
    def offer(self) -> tuple[str, datetime | None] | None:
        """Return whose way to see the film it names, and when that ends; without a film there is nothing to see."""
        return (self.channel, self.until) if self.channel and self.film else None


def standing(offer: object, now: datetime) -> object:
    """Return an offer that is not over, and None for one that is."""
    return offer if isinstance(offer, tuple) and (offer[1] is None or offer[1] > now) else None


@dataclass(frozen=True)
class Told:
    """What partners know of a review: whether it can be read, its last number, and what it looked like."""

    live: bool
    sequence: int
    slug: str
    facts: dict[str, object]


@dataclass(frozen=True)
class Expected:
    """An event that a run must commit, the words it must carry, and those it may; of a move, the slug as it was."""

    type: str
    id: str
    sequence: int
    changed: tuple[str, ...] = ()
    reason: str | None = None
    slug_before: str | None = None
    must: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


@dataclass
class Post:
    """A review in its file, and what became of it.

    Attributes:
        name: The file's name, without its suffix.
        there: Whether the file exists.
    """

    number: int
    written: Written
    there: bool = True
    told: Told | None = None

    @property
    def id(self) -> str:
        """Return the review's id; it never changes."""
        return str(uuid.UUID(int=(0x4C768283 << 96) + (4 << 76) + (2 << 62) + self.number))

    @property
    def name(self) -> str:
        """Return the file's name, without its suffix."""
        return f"post-{self.number}"

    def change(self, **values: object) -> None:
        """Have the file say something else."""
        self.written = replace(self.written, **values)  # type: ignore[arg-type]

    def state(self, now: datetime) -> str:
        """Say where the review stands: gone, draft, scheduled, live or retracted."""
        written = self.written
        if not self.there:
            return "gone"
        if written.status == "draft":
            return "draft"
        if written.status == "retracted" and written.retracted is not None and written.retracted <= now:
            return "retracted"
        return "live" if written.date <= now else "scheduled"

    def corrected(self, now: datetime) -> bool:
        """Tell whether readers know of the correction, if there is one."""
        return self.written.updated is not None and self.written.updated <= now

    def facts(self, now: datetime) -> dict[str, object]:
        """Return what an update is about, under the names that events have for it."""
        written, corrected = self.written, self.corrected(now)
        return {
            "title": written.title,
            "url": written.slug,
            "summary": written.summary,
            "rating": written.rating,
            "film": written.film,
            "image": written.alt,
            "offers": written.offer,
            "updated": written.updated if corrected else None,
            "correction": written.correction if corrected else None,
        }

    def shown(self, now: datetime) -> frozenset[str]:
        """Return the words that every feed shows of a live review."""
        written = self.written
        words = (
            written.title,
            written.slug,
            written.body,
            written.summary,
            written.tag,
            written.film,
            written.alt,
        )
        correction = written.correction if self.corrected(now) else None
        channel = written.channel if standing(written.offer, now) else None
        return frozenset(word for word in (*words, correction, channel) if word)

    def secrets(self) -> frozenset[str]:
        """Return the words that nobody may see while the review is not live; its address was told, perhaps."""
        written = self.written
        words = (written.title, written.body, written.summary, written.tag, written.film, written.alt)
        return frozenset(word for word in (*words, written.channel, written.correction) if word)

    def change_to_tell(self, now: datetime) -> Expected | None:
        """Say what partners are to be told of the review at `now`; None when they know everything."""
        told, sequence = self.told, (self.told.sequence if self.told else 0) + 1
        if self.state(now) == "live":
            shown = self.shown(now)
            must = shown - {self.written.body} if self.written.summary else shown
            if told is None or not told.live:
                return Expected(PUBLISHED, self.id, sequence, must=must, may=shown)
            facts = self.facts(now)
            changed = {key for key, value in facts.items() if value != told.facts[key]} - {"offers"}
            # A correction goes with an update; by itself it is none.
            kind = MOVED if "url" in changed else UPDATED if changed - {"correction"} else OFFERS_CHANGED
            before = standing(told.facts["offers"], now)
            other = before != standing(facts["offers"], now)
            if kind == OFFERS_CHANGED and not other:
                return None
            changed = {*(changed if kind != OFFERS_CHANGED else ()), *(["offers"] if other else [])}
            # Where offers or the address changed, those that partners know are told, too.
            slug = told.slug if kind == MOVED else None
            old = {before[0]} if other and isinstance(before, tuple) else set()
            old |= {slug} if slug else set()
            return Expected(
                kind, self.id, sequence, tuple(sorted(changed)), None, slug, must | old, shown | old
            )
        if told is None or not told.live:
            return None
        reason = {"gone": "deleted", "retracted": self.written.reason}.get(self.state(now), "unpublished")
        words = frozenset(word for word in (told.slug, reason) if word and word.startswith("mark"))
        return Expected(RETRACTED, self.id, sequence, reason=reason, must=words, may=words)

    def tell(self, event: Expected, now: datetime) -> None:
        """Remember that partners were told."""
        if event.type == RETRACTED:
            assert self.told is not None
            self.told = replace(self.told, live=False, sequence=event.sequence)
        else:
            self.told = Told(True, event.sequence, self.written.slug, self.facts(now))

    def if_retracted(
        self, reason: str, now: datetime, later: timedelta, *, ledger: bool
    ) -> dict[str, object] | None:
        """Say what `publisher retract` makes of the file; None when it must refuse."""
        if ledger and not self.told:
            return None
        if self.state(now) == "live" or (self.told and self.told.live and self.state(now) == "draft"):
            if self.written.date > now or (later and self.state(now) == "draft"):
                return None
            return {"status": "retracted", "retracted": now + later, "reason": reason}
        return None

    def if_restored(self) -> dict[str, object] | None:
        """Say what `publisher restore` makes of the file; None when it must refuse."""
        gone = self.written.status == "retracted"
        return {"status": "ready", "retracted": None, "reason": None} if gone else None

    def if_corrected(self, note: str, now: datetime) -> dict[str, object] | None:
        """Say what `publisher correct` makes of the file; None when it must refuse."""
        if self.state(now) != "live":
            return None
        updated = self.written.updated
        # A correction just made may lie a second ahead, so that it comes after the one before it.
        last = updated if updated and updated <= now + timedelta(minutes=1) else self.written.date
        return {"updated": max(now, last + timedelta(seconds=1)), "correction": note}

    def if_renamed(self, slug: str, now: datetime) -> dict[str, object]:
        """Say what `publisher rename` makes of the file: the address somebody may know is recorded."""
        old = self.told.slug if self.told else self.written.slug
        known = self.told or self.state(now) in {"live", "retracted"}
        kept = tuple(one for one in self.written.previous if one != slug)
        return {"slug": slug, "previous": (*kept, old) if known and old not in (*kept, slug) else kept}

    def text(self) -> str:
        """Write the file."""
        written = self.written
        lines: list[tuple[str, object]] = [
            ("id", self.id),
            ("title", written.title),
            ("slug", written.slug),
            ("date", moment(written.date)),
            ("status", None if written.status == "ready" else written.status),
            ("updated", moment(written.updated)),
            ("correction", written.correction),
            ("retracted", moment(written.retracted)),
            ("reason", written.reason),
            (
                "previous",
                f"[{', '.join(f'/reviews/{slug}/' for slug in written.previous)}]"
                if written.previous
                else None,
            ),
            ("summary", written.summary),
            ("author", "desk"),
            ("tags", f"[{', '.join(written.tags)}]" if written.tags else None),
            ("film", f"{{title: {written.film}, year: 2021}}" if written.film else None),
            ("rating", written.rating),
            ("watch", self._watch()),
            ("image", f"{{src: 'https://img.example/a.jpg', alt: {written.alt}}}" if written.alt else None),
        ]
        front = [f"{key}: {value}" for key, value in lines if value is not None]
        return "\n".join(["---", *front, "---", "", f"They say {written.body}, and mean it.", ""])

    def _watch(self) -> str | None:
        if self.written.offer is None:
            return None
        until = f", until: {moment(self.written.until)}" if self.written.until else ""
        return f"[{{service: Blu-ray, kind: disc, via: {self.written.channel}{until}}}]"


def _month(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%Y-%m}"


def moment(at: datetime | None) -> str | None:
    """Write a moment as front matter has it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None


@dataclass(frozen=True)
class Feed:
    """A feed as it must be: its reviews and those it says were taken back, in order, and the tag that it is named after."""

    posts: list[Post]
    stones: list[Post] = field(default_factory=list)
    full: bool = True
    tag: str | None = None


@dataclass
class Model:
    """All posts, the clock, and when partners were last told anything.

    Attributes:
        limit: How many reviews a feed holds, unless nobody would find the others.
        needed: How many a tag needs for a feed; 0 gives none.
        kept: The feeds that were written last; those of tags and months stay.
    """

    limit: int
    needed: int = 1
    kept: dict[str, Feed] = field(default_factory=dict)
    now: datetime = START
    latest: datetime | None = None
    told_at: datetime = START
    posts: list[Post] = field(default_factory=list)

    def live(self) -> list[Post]:
        """Return the live reviews, the newest first, ties by id."""
        live = [post for post in self.posts if post.state(self.now) == "live"]
        return sorted(live, key=lambda post: (-post.written.date.timestamp(), post.id))

    def retracted(self) -> list[Post]:
        """Return the retracted reviews, the newest first, ties by id."""
        gone = [post for post in self.posts if post.state(self.now) == "retracted"]
        return sorted(gone, key=lambda post: (-post.written.date.timestamp(), post.id))

    def tombstones(self) -> list[Post]:
        """Return the reviews that Atom says were taken back, the latest retraction first, ties by id."""
        dated = [(post.written.retracted, post) for post in self.retracted()]
        fresh = [(at, post) for at, post in dated if at and self.now - at < TOMBSTONES_LAST]
        return [post for _, post in sorted(fresh, key=lambda pair: (-pair[0].timestamp(), pair[1].id))]

    def feeds(self) -> dict[str, Feed]:
        """Return every feed the site must have, by its folder: the main feed has none."""
        live, stones, pages = self.live(), self.tombstones(), self._pages()
        paged = {post.id for page in pages.values() for post in page}
        # Whoever walks from the main feed to the pages must miss nothing.
        size = max(self.limit, sum(post.id not in paged for post in live))
        good = [post for post in live if post.written.good]
        return {
            "": Feed(live[:size], stones),
            "authors/desk": Feed(live[: self.limit], stones),
            "rated": Feed(good[: self.limit], [post for post in stones if post.written.good], full=False),
            **self._tags(live, stones),
            **{f"archive/{month}": Feed(page) for month, page in pages.items()},
        }

    def _pages(self) -> dict[str, list[Post]]:
        """Return the months that are over, with their reviews; one that lost the last has its page all the same."""
        present = _month(self.now)
        names = (name.removeprefix("archive/") for name in self.kept if name.startswith("archive/"))
        pages: dict[str, list[Post]] = {name: [] for name in names if name < present}
        for post in self.live():
            if (month := _month(post.written.date)) < present:
                pages.setdefault(month, []).append(post)
        return pages

    def _tags(self, live: list[Post], stones: list[Post]) -> dict[str, Feed]:
        if not self.needed:
            return {}
        tagged: defaultdict[str, list[tuple[str, Post]]] = defaultdict(list)
        for post in live:
            for tag in post.written.tags:
                tagged[f"tags/{tag.lower()}"].append((tag, post))
        names = {name for name, found in tagged.items() if len(found) >= self.needed}
        feeds = {}
        for name in sorted(names | {name for name in self.kept if name.startswith("tags/")}):
            spellings = Counter(tag for tag, _ in tagged[name])
            most = max(spellings.values(), default=0)
            commonest = min((one for one, number in spellings.items() if number == most), default=None)
            feeds[name] = Feed(
                [post for _, post in tagged[name]][: self.limit],
                [post for post in stones if name in [f"tags/{tag.lower()}" for tag in post.written.tags]],
                tag=commonest or self.kept[name].tag,
            )
        return feeds

    def old_addresses(self) -> tuple[list[tuple[str, str]], list[str]]:
        """Return which slugs lead where by now, and which lead nowhere any more; each only once."""
        live = self.live()
        taken = {post.written.slug for post in live}

        def free(slugs: Iterable[str]) -> Iterator[str]:
            for slug in slugs:
                if slug not in taken:
                    taken.add(slug)
                    yield slug

        moved = [(old, post.written.slug) for post in live for old in free(post.written.previous)]
        gone = [old for post in self.retracted() for old in free((post.written.slug, *post.written.previous))]
        return moved, gone

    def to_tell(self) -> list[Expected]:
        """Say what a push must commit, in order: oldest review first, retractions last, by id."""
        found = [(post, event) for post in self.posts if (event := post.change_to_tell(self.now))]
        alive = [pair for pair in found if pair[1].type != RETRACTED]
        alive.sort(key=lambda pair: (pair[0].written.date, pair[0].id))
        gone = sorted((event for _, event in found if event.type == RETRACTED), key=lambda event: event.id)
        return [*(event for _, event in alive), *gone]

    @property
    def behind(self) -> bool:
        """Tell whether the clock stands earlier than it did in an earlier run; such a run tells nothing."""
        return self.latest is not None and self.now < self.latest

    def known(self) -> list[Post]:
        """Return the live reviews that partners know under the address they have."""
        return [
            post
            for post in self.live()
            if post.told and post.told.live and post.told.slug == post.written.slug
        ]

    def warnings(self) -> list[str]:
        """Return the codes of what an editor is to be warned of: what is taken back without having been retracted."""
        codes = {"draft": "review-unpublished", "scheduled": "review-unpublished", "gone": "review-deleted"}
        known = (post for post in self.posts if post.told and post.told.live)
        return sorted(codes[state] for post in known if (state := post.state(self.now)) in codes)

    def pushed(self, events: list[Expected]) -> None:
        """Remember a push that went well."""
        by_id = {post.id: post for post in self.posts}
        for event in events:
            by_id[event.id].tell(event, self.now)
        self.told_at = self.now
        self.latest = max(self.latest or self.now, self.now)
