"""The table of docs/editors.md that says what happens when a review changes: every row is done as it says."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson
import pytest
from lxml import etree

import publisher
from publisher.errors import PostsInvalid
from publisher.posts import read_posts
from publisher.release import publish
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, identity, partner, post, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.site import Site
    from publisher.webhooks import Received

TITLE = "What happens when a review changes"
EDITORS = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
SECTION = EDITORS.partition(f"### {TITLE}\n")[2].partition("\n### ")[0]
ROWS = {
    cells[0]: (cells[1], cells[2])
    for line in SECTION.splitlines()
    if line.startswith("| ")
    and (cells := [cell.strip() for cell in line.strip("|").split(" | ")])[0] != "what you do"
}

DAY = timedelta(days=1)
TOMORROW = (NOW + DAY).isoformat()
TODAY = NOW.isoformat()
DRAFT = {"status": "draft"}
LATER = {"date": TOMORROW}
RETRACTED = {"status": "retracted", "retracted": TODAY, "reason": "The quotes were invented."}
#: Something that is done on a stage; what it returns is nobody's business.
Step: TypeAlias = "Callable[[Stage], object]"
_ATOM = "{http://www.w3.org/2005/Atom}"
_TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"


@dataclass(frozen=True)
class Seen:
    """What readers find of the review: its entry in each feed, Atom's tombstone, and what leads where."""

    entries: tuple[Any, ...]
    tombstone: str | None
    moved: dict[str, str]
    gone: tuple[str, ...]

    @property
    def there(self) -> bool:
        """Whether it is in the feeds: in all of them, or in none."""
        assert len({entry is None for entry in self.entries}) == 1, self.entries
        return self.entries[0] is not None


class Stage:
    """A site with one review, a partner who hears of it, and a clock."""

    def __init__(self, newsroom: Newsroom, heard: list[Received], clock: list[datetime]) -> None:
        self.newsroom = newsroom
        self.site = newsroom.site
        self.heard = heard
        self._clock = clock

    @property
    def now(self) -> datetime:
        """Return the moment it is."""
        return self._clock[0]

    def write(self, **front: Any) -> None:
        """Write the post."""
        self.newsroom.put(a=post(**front))

    def delete(self) -> None:
        """Delete the post."""
        self.newsroom.remove("a")

    def wait(self, days: float) -> None:
        """Let time pass."""
        self._clock[0] += days * DAY

    def publish(self) -> list[str]:
        """Publish; return the codes of what the editor is warned of, before anything else was done."""
        report = publish(read_posts(self.site), self.site, self.now, clock=self.now.timestamp)
        assert report.push.complete
        return [warning.code for warning in report.push.warnings]

    def look(self) -> Seen:
        """Read the feeds as readers do."""
        feeds = self.site.feeds
        urn = f"urn:uuid:{identity(1)}"
        atom, rss = etree.parse(feeds / "atom.xml").getroot(), etree.parse(feeds / "rss.xml").getroot()
        items = json.loads((feeds / "feed.json").read_bytes())["items"]
        redirects = json.loads((feeds / "redirects" / "redirects.json").read_bytes())
        stone = atom.find(f'{_TOMBSTONES}deleted-entry[@ref="{urn}"]')
        return Seen(
            entries=(
                next(
                    (
                        etree.tostring(one)
                        for one in atom.iter(f"{_ATOM}entry")
                        if one.findtext(f"{_ATOM}id") == urn
                    ),
                    None,
                ),
                next((etree.tostring(one) for one in rss.iter("item") if one.findtext("guid") == urn), None),
                next((item for item in items if item["id"] == urn), None),
            ),
            tombstone=None if stone is None else str(stone.findtext(f"{_TOMBSTONES}comment")),
            moved={move["from"]: move["to"] for move in redirects["moved"]},
            gone=tuple(redirects["gone"]),
        )


# What a review is before something is done to it; all but the first two were published since.


def nothing(stage: Stage) -> None:
    """There is no file."""
    stage.newsroom.remove("a")


def draft(stage: Stage) -> None:
    """There is a draft."""
    stage.write(**DRAFT)


def scheduled(stage: Stage) -> None:
    """There is a review whose date is yet to come."""
    stage.write(**LATER)


def live(stage: Stage) -> None:
    """There is a review that everybody knows."""
    stage.write()


def after(first: Step, *steps: Step) -> Step:
    """Do one thing after another, and publish after each but the last."""

    def begin(stage: Stage) -> None:
        first(stage)
        for step in steps:
            stage.publish()
            step(stage)

    return begin


def written(**front: str) -> Step:
    """Have the file say something."""
    return lambda stage: stage.write(**front)


def deleted(stage: Stage) -> None:
    """Delete the file."""
    stage.delete()


def waiting(days: float) -> Step:
    """Let days pass."""
    return lambda stage: stage.wait(days)


def with_watch(*offers: str) -> Step:
    """Have the file say where to watch the film."""
    return written(watch=f"[{', '.join(offers)}]")


VUDU, APPLE = "{service: Vudu, kind: rent}", "{service: Apple TV, kind: rent, price: 3.99 USD}"
SOON, OVER_SOON = (
    f"{{service: Kanopy, kind: free, {key}: {(NOW + DAY).date()}}}" for key in ("from", "until")
)

retracted = after(live, written(**RETRACTED))
unpublished = after(live, written(**DRAFT))
put_off = after(live, written(**LATER))
gone = after(live, deleted)

SCENES: dict[str, tuple[Step, Step]] = {
    "write a draft": (nothing, draft),
    "write a review whose date is yet to come": (nothing, scheduled),
    "write a review whose date has come": (nothing, live),
    "make a draft ready": (draft, live),
    "make a draft ready, and its date is yet to come": (draft, scheduled),
    "turn a scheduled review into a draft": (scheduled, draft),
    "give a scheduled review another date to come": (scheduled, written(date=(NOW + 2 * DAY).isoformat())),
    "delete a draft": (draft, deleted),
    "delete a scheduled review": (scheduled, deleted),
    "let the date of a scheduled review come": (scheduled, waiting(2)),
    "mend a typo in a live review, or change its tags": (live, written(text="A boy hunted.", tags="[hunts]")),
    "change where to watch a live review's film": (with_watch(VUDU), with_watch(VUDU, APPLE)),
    "change the title and where to watch of a live review": (live, written(title="K", watch=f"[{VUDU}]")),
    "write the same where to watch in another order, or when it was checked": (
        with_watch(VUDU, APPLE),
        with_watch(APPLE, f"{VUDU[:-1]}, checked: 2026-11-21}}"),
    ),
    "let the day come on which an offer begins": (with_watch(SOON), waiting(2)),
    "let an offer end": (with_watch(VUDU, OVER_SOON), waiting(2)),
    "remove an offer that has ended": (after(with_watch(VUDU, OVER_SOON), waiting(2)), with_watch(VUDU)),
    "change the title, summary, rating, film or image of a live review": (
        live,
        written(
            title="K",
            summary="S.",
            rating="2",
            film="{title: K, year: 2020}",
            image="{src: 'https://img.example/a.jpg', alt: A}",
        ),
    ),
    "set `updated` in a live review": (live, written(updated=TODAY)),
    "set `updated` to a day to come, with a `correction`": (
        live,
        written(updated=TOMORROW, correction="The year was wrong."),
    ),
    "let that day come": (
        after(live, written(updated=TOMORROW, correction="The year was wrong.")),
        waiting(2),
    ),
    "`publisher correct` a live review": (
        live,
        lambda stage: publisher.correct(stage.site, "karmalink", "The year was wrong.", stage.now),
    ),
    "`publisher rename` a live review": (
        live,
        lambda stage: publisher.rename(stage.site, "karmalink", "karma-link", stage.now),
    ),
    "change the slug of a live review by hand": (live, written(slug="karma-link")),
    "change the id of a live review by hand": (live, written(id=identity(7))),
    "`publisher retract` a live review": (
        live,
        lambda stage: publisher.retract(stage.site, "karmalink", "The quotes were invented.", stage.now),
    ),
    "turn a live review into a draft": (live, written(**DRAFT)),
    "move the date of a live review to a day to come": (live, written(**LATER)),
    "delete the file of a live review": (live, deleted),
    "`publisher retract` a live review, `--at` a time to come": (
        live,
        lambda stage: publisher.retract(
            stage.site, "karmalink", "The quotes were invented.", stage.now, at=stage.now + DAY
        ),
    ),
    "let that time come": (after(live, written(**{**RETRACTED, "retracted": TOMORROW})), waiting(2)),
    "let 90 days pass after a retraction": (retracted, waiting(90)),
    "give a retracted review another reason": (retracted, written(**{**RETRACTED, "reason": "Wrong film."})),
    "`publisher restore` a retracted review": (
        retracted,
        lambda stage: publisher.restore(stage.site, "karmalink", stage.now),
    ),
    "put a retraction off to a time to come": (retracted, written(**{**RETRACTED, "retracted": TOMORROW})),
    "`publisher rename` a retracted review": (
        retracted,
        lambda stage: publisher.rename(stage.site, "karmalink", "karma-link", stage.now),
    ),
    "turn a retracted review into a draft": (retracted, written(**DRAFT)),
    "delete the file of a retracted review": (retracted, deleted),
    "make a review ready again that was turned into a draft": (unpublished, live),
    "give a review its old date again that was put off": (put_off, live),
    "let the new date of such a review come": (put_off, waiting(2)),
    "retract a review that was turned into a draft": (unpublished, written(**RETRACTED)),
    "delete the file of a review that was turned into a draft": (unpublished, deleted),
    "put a deleted file back": (gone, live),
    "put a deleted file back as a draft": (gone, draft),
    "set a draft that was never live to `status: retracted`": (draft, written(**RETRACTED)),
}


@contextmanager
def on_stage(make_site: Callable[..., Site]) -> Iterator[Stage]:
    """Set the stage: a site, and a partner on a real socket who verifies what comes."""
    clock = [NOW]
    with receiving(lambda: datetime.timestamp(clock[0])) as (url, heard):
        yield Stage(Newsroom(make_site, more=ALLOW + partner("local", url)), heard, clock)


def in_the_feeds(before: Seen, now: Seen, *, known: bool) -> str:
    """Say what readers find that was not so before; `known` is a review that had been there."""
    said = []
    if before.there != now.there:
        comes = "same entry again" if known else "new entry"
        said.append(comes if now.there else "entry goes")
    elif before.entries != now.entries:
        assert all(one != two for one, two in zip(before.entries, now.entries, strict=True))
        said.append("entry changes")
    if before.tombstone is None and now.tombstone is not None:
        said.append("tombstone")
    elif before.tombstone is not None and now.tombstone is None:
        said.append("tombstone goes")
    elif before.tombstone != now.tombstone:
        said.append("tombstone with the new reason")
    if set(now.gone) - set(before.gone) and before.gone:
        said.append("both addresses gone")
    elif now.gone and not before.gone:
        said.append("address gone")
    elif before.gone and not now.gone:
        said.append("address no longer gone")
    if now.moved:
        assert now.moved == {"/reviews/karmalink/": "/reviews/karma-link/"}
        said.append("old address leads to the new one")
    return ", ".join(said) or "nothing"


def to_partners(events: list[dict[str, Any]], warnings: list[str]) -> str:
    """Say what partners got, and whether the editor was warned."""
    if not events:
        assert warnings == []
        return "nothing"
    (event,) = events
    kind, data = event["type"], event["data"]
    said = f"`{kind}`"
    if kind == "review.published" and data["sequence"] > 1:
        said += " again"
    if kind in {"review.updated", "review.moved"}:
        said += f" ({', '.join(f'`{key}`' for key in data['changed'])})"
    if kind == "review.retracted":
        assert set(data) == {"schema_version", "sequence", "review", "reason", "retracted"}
        assert set(data["review"]) == {"id", "url"}
        mine = data["reason"] == "The quotes were invented."
        said += " (your reason)" if mine else f" (`{data['reason']}`)"
    return said + (f", after a warning (`{warnings[0]}`)" if warnings else "")


def test_the_table_and_the_tests_have_the_same_rows() -> None:
    """A row without a test proves nothing; a test without a row is known to nobody."""
    assert list(ROWS) == list(SCENES)


@pytest.mark.parametrize("row", SCENES)
def test_a_row_holds(make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    """Do what the row says; readers and partners find what it says, once, under the same id and the next number."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    monkeypatch.setattr("os.fsync", lambda _: None)
    begin, act = SCENES[row]
    with on_stage(make_site) as stage:
        begin(stage)
        stage.publish()
        before, heard = stage.look(), len(stage.heard)
        act(stage)
        try:
            warnings = stage.publish()
            stopped = None
        except PostsInvalid as fault:
            warnings, stopped = [], fault.diagnostics[0].code
        now, events = stage.look(), [one.event for one in stage.heard[heard:] if one.event]
        feeds, partners = in_the_feeds(before, now, known=heard > 0), to_partners(events, warnings)
        if stopped:
            assert stage.look() == before
            partners = f"nothing: the run stops (`{stopped}`)"
        else:
            assert stage.publish() == []
            assert stage.look() == now
        rows = stage.newsroom.rows("SELECT review_id, sequence, body FROM events ORDER BY rowid")

    assert (feeds, partners) == ROWS.get(row), f"| {row} | {feeds} | {partners} |"
    assert [row[:2] for row in rows] == [(identity(1), number + 1) for number in range(len(rows))]
    assert [orjson.loads(row[2]) for row in rows] == [one.event for one in stage.heard]
