"""A review that was taken back: a tombstone in Atom (RFC 6721) for 90 days, and nothing of it in any feed."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from tests.feeds.feeds_sites import identity, make_feeds, post, write_site
from tests.feeds.rules import NS

if TYPE_CHECKING:
    from tests.feeds.feeds_sites import Feeds

AT = "{http://purl.org/atompub/tombstones/1.0}"
ATOM = f"{{{NS['atom']}}}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TAKEN_BACK = datetime(2024, 6, 1, 12, tzinfo=UTC)
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("atom.rng")))


def retraction(
    number: int, when: str = "2024-06-01T12:00Z", reason: str = "Not ours.", more: str = ""
) -> str:
    """Write a review that is taken back."""
    return post(
        number,
        f"Secret title {number}",
        "Secret text.",
        f"status: retracted\nretracted: {when}\nreason: {json.dumps(reason)}\nsummary: Secret summary\n{more}",
    )


def feeds(folder: Path, now: datetime, *posts: str) -> Feeds:
    """Make the feeds of some posts."""
    site = write_site(folder, {f"{number}.md": text for number, text in enumerate(posts)})
    return make_feeds(site, folder / "feeds", now)


def tombstones(made: Feeds) -> list[tuple[Any, ...]]:
    """List the tombstones: identity, moment, reason."""
    found = made.atom.findall(f"{AT}deleted-entry")
    return [(e.get("ref"), e.get("when"), e.findtext(f"{AT}comment")) for e in found]


def test_a_retraction_leaves_a_tombstone_and_nothing_else(tmp_path: Path) -> None:
    """The tombstone has identity, time and reason; no feed has title, text, summary or address of the review."""
    made = feeds(
        tmp_path, TAKEN_BACK, retraction(1, reason='It\'s <b>not</b> ours & "never" was.'), post(2, "A")
    )

    assert tombstones(made) == [
        (f"urn:uuid:{identity(1)}", "2024-06-01T12:00:00+00:00", 'It\'s <b>not</b> ours & "never" was.')
    ]
    assert [entry.review.title for entry in made.entries] == ["A"]
    for name, data in made.files.items():
        assert b"Secret" not in data
        assert b"/reviews/0/" not in data
        assert (identity(1).encode() in data) == (name == "atom.xml")
    assert SCHEMA.validate(made.atom), SCHEMA.error_log


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (' when="', ' then="'),
        ('when="2024', 'when="MMXXIV'),
        ("at:comment>", "at:title>"),
        (' ref="[^"]*"', ""),
    ],
)
def test_the_schema_refuses_another_tombstone(tmp_path: Path, pattern: str, replacement: str) -> None:
    """What RFC 6721 asks of a tombstone is really checked."""
    made = feeds(tmp_path, TAKEN_BACK, retraction(1))
    broken = re.sub(pattern, replacement, made.files["atom.xml"].decode()).encode()
    assert broken != made.files["atom.xml"]
    assert not SCHEMA.validate(etree.fromstring(broken))


@pytest.mark.parametrize(
    ("after", "live", "told"),
    [
        (timedelta(seconds=-1), True, False),
        (timedelta(0), False, True),
        (timedelta(days=90, seconds=-1), False, True),
        (timedelta(days=90), False, False),
        (timedelta(days=4000), False, False),
    ],
)
def test_a_tombstone_is_kept_for_ninety_days(
    tmp_path: Path, after: timedelta, *, live: bool, told: bool
) -> None:
    """The review is live until it is taken back; the tombstone comes that very second and goes after 90 days."""
    made = feeds(tmp_path, TAKEN_BACK + after, retraction(1))
    assert bool(made.entries) == live
    assert bool(tombstones(made)) == told
    assert (b"http://purl.org/atompub/tombstones/1.0" in made.files["atom.xml"]) == told


def test_the_latest_retraction_comes_first(tmp_path: Path) -> None:
    """Tombstones are in the order of their dates, ties in that of their ids, before all entries."""
    made = feeds(
        tmp_path,
        TAKEN_BACK + timedelta(days=2),
        retraction(3),
        retraction(1),
        retraction(2, "2024-06-02T12:00+09:00"),
        post(4, "Live"),
    )
    assert [ref for ref, _, _ in tombstones(made)] == [f"urn:uuid:{identity(n)}" for n in (2, 1, 3)]
    assert [e.tag for e in made.atom][-4:] == [f"{AT}deleted-entry"] * 3 + [f"{ATOM}entry"]


def test_a_reason_in_another_language_says_so(tmp_path: Path) -> None:
    """A reason is in the language of its review, as everything else of it is."""
    made = feeds(
        tmp_path, TAKEN_BACK, retraction(1, more="language: hi"), retraction(2, reason="a\n  b"), post(3, "A")
    )
    found = {e.get("ref"): e for e in made.atom.findall(f"{AT}deleted-entry")}
    assert found[f"urn:uuid:{identity(1)}"].get(LANG) == "hi"
    assert found[f"urn:uuid:{identity(2)}"].get(LANG) is None


def test_a_feed_changes_its_date_when_a_review_is_taken_back(tmp_path: Path) -> None:
    """Atom's `updated` and RSS's `lastBuildDate` are the retraction's, and do not go back when the tombstone goes."""
    posts = (post(2, "A"), retraction(1))
    for after in (timedelta(0), timedelta(days=89), timedelta(days=90), timedelta(days=900)):
        made = feeds(tmp_path, TAKEN_BACK + after, *posts)
        assert made.atom.findtext(f"{ATOM}updated") == "2024-06-01T12:00:00+00:00"
        assert made.rss.findtext("channel/lastBuildDate") == "Sat, 01 Jun 2024 12:00:00 +0000"
    before = feeds(tmp_path, TAKEN_BACK - timedelta(seconds=1), *posts)
    assert before.atom.findtext(f"{ATOM}updated") == "2024-03-03T15:00:00+00:00"


def test_a_correction_stands_at_the_foot_of_the_entry_everywhere(tmp_path: Path) -> None:
    """In all three formats the correction is the last thing in the content, escaped once, with its day."""
    note = "It was <b>1979</b> & not 1978."
    made = feeds(
        tmp_path,
        TAKEN_BACK,
        post(1, "A", more=f"rating: 4\nupdated: 2024-05-01\ncorrection: {json.dumps(note)}\nfilm: {{title: A}}\nwatch: [{{service: Vudu, kind: rent}}]"),
    )  # fmt: skip
    foot = "\n<p><strong>Correction (2024-05-01):</strong> It was &lt;b&gt;1979&lt;/b&gt; &amp; not 1978.</p>"
    assert (made.atom.findtext(f"{ATOM}entry/{ATOM}content") or "").endswith(foot)
    assert (made.rss.findtext(f"channel/item/{{{NS['content']}}}encoded") or "").endswith(foot)
    assert made.json["items"][0]["content_html"].endswith(foot)
    assert made.json["items"][0]["_review"]["correction"] == note
    early = feeds(
        tmp_path,
        datetime(2024, 4, 1, tzinfo=UTC),
        post(1, "A", more=f"updated: 2024-05-01\ncorrection: {json.dumps(note)}"),
    )
    assert not any(b"Correction" in data or b"1979" in data for data in early.files.values())
