"""What docs/partners.md says of events: its examples are what the program makes, and its table is what happens."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook

from publisher import event_schema
from publisher.ledger import Announced
from publisher.model import EventType
from publisher.net import Client
from publisher.posts import read_posts
from publisher.release.changes import find_changes
from publisher.site import FILE_NAME, load_site
from publisher.webhooks import Received, Receiver, signed_headers
from tests.docs.test_documented_verifiers import code
from tests.release import newsroom
from tests.release.newsroom import ALLOW, Newsroom, partner, post, receiving
from tests.webhooks.event_samples import DAY, FIRST, NOW, faults, life, read, site_in
from tests.webhooks.scripted_partner import LOOPBACK, SECRET, SECRET_TEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeSite

PARTNERS = (Path(__file__).parents[2] / "docs" / "partners.md").read_text(encoding="utf-8")
EXAMPLES = {
    json.loads(block)["type"]: block.encode()
    for block in re.findall(r"```json\n(.*?)```", PARTNERS, re.DOTALL)
}


def test_every_type_has_an_example_that_is_what_the_program_makes(tmp_path: Path) -> None:
    """Not a word of an example is made up: a push makes each of a post that tests/webhooks/event_samples.py has."""
    made = {str(kind): read(event.body) for kind, event in life(tmp_path).items()}

    assert {kind: read(body) for kind, body in EXAMPLES.items()} == made


def test_the_example_of_the_whole_text_is_what_the_program_makes(tmp_path: Path) -> None:
    """The HTML of the first example."""
    full = life(tmp_path)[EventType.PUBLISHED].full
    assert full is not None

    assert code("html") == read(full)["data"]["review"]["content_html"] + "\n"


@pytest.mark.parametrize("kind", list(EventType))
def test_an_example_keeps_its_schema(kind: EventType) -> None:
    """Every field of it is listed there, and none is missing."""
    assert faults(EXAMPLES[kind]) == []


def test_the_examples_arrive_at_a_receiver_signed() -> None:
    """Sent over a socket, they are verified by the receiver, by the code of the page and by the library for Python."""
    shown: list[Received] = []
    client, now = Client(allow=LOOPBACK), int(time.time())
    namespace: dict[str, Any] = {}
    exec(code("python"), namespace)  # noqa: S102 - running the documentation is the test
    with Receiver(SECRET, shown.append) as receiver:
        for kind, body in EXAMPLES.items():
            headers = signed_headers(SECRET, f"msg_{kind}", now, body)
            assert client.post(receiver.url, headers=headers, body=body).status == 204
            assert namespace["verify"](SECRET_TEXT, headers, body) == read(body)
            assert Webhook(SECRET_TEXT).verify(body, headers) == read(body)

    assert [message.event for message in shown] == [read(body) for body in EXAMPLES.values()]


def test_every_field_of_the_schemas_is_on_the_page() -> None:
    """A field that only a schema knows would be known to nobody; those of offers stand in extensions.md."""
    extensions = (Path(__file__).parents[2] / "docs" / "extensions.md").read_text(encoding="utf-8")
    words = set(re.findall(r"[a-z_]+", PARTNERS + extensions[extensions.index("Where to watch") :]))

    assert {name for name in _fields(event_schema()) if name not in words} == set()


def _fields(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        yield from schema.get("properties", ())
        for value in schema.values():
            yield from _fields(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _fields(value)


ROWS = dict(
    re.findall(
        r"^\| (.+?) \| (.+?) \|$",
        PARTNERS.split("### What makes an event")[1].split("### Ex")[0],
        re.MULTILINE,
    )[1:]
)
OTHER = {
    "title": ('title: "Nosferatu: the guest who brings his own earth"', "title: The Guest"),
    "summary": ("summary: A clerk", "summary: Some clerk"),
    "rating": ("rating: 5", "rating: 4.5"),
    "film": ("year: 1921", "year: 1922"),
    "image": ("its fingers spread", "its fingers closed"),
    "offers": ("service: Vudu", "service: Shudder"),
    "slug": ("slug: nosferatu", "slug: nosferatu-1922\nprevious: [/reviews/nosferatu/]"),
    "updated": ("summary:", "updated: 2022-11-01\nsummary:"),
    "corrected": ("summary:", "updated: 2022-11-01\ncorrection: The year.\nsummary:"),
    "typo": ("goes up the stairs", "went up the stairs"),
    "tags": ("[vampires, silent-film]", "[vampires]"),
    "language": ("slug:", "language: en-GB\nslug:"),
    "draft": ("slug:", "status: draft\nslug:"),
    "retracted": ("slug:", "status: retracted\nretracted: 2022-11-01\nreason: x\nslug:"),
    "put off": ("2022-10-31", "2027-10-31"),
}
POLISHED = ("correction: The year.", "correction: The year was wrong.")


def but(*changes: str, of: str = FIRST) -> str:
    """Write the post with some things otherwise."""
    for change in changes:
        assert OTHER[change][0] in of
        of = of.replace(*OTHER[change], 1)
    return of


#: What is done, row by row: for each way to do it, the post before and after; None is no post.
SCENES: dict[str, list[tuple[str | None, str | None]]] = {
    "the date of a review comes, or it is made ready after its date": [
        (but("put off"), FIRST),
        (but("draft"), FIRST),
        (None, FIRST),
    ],
    "another title, summary, rating, film or image": [
        (FIRST, but(key)) for key in ("title", "summary", "rating", "film", "image")
    ],
    "the editor sets `updated`, perhaps with a correction": [
        (FIRST, but("updated")),
        (FIRST, but("corrected")),
    ],
    "another address: the review is renamed": [(FIRST, but("slug"))],
    "another address for all reviews: the site moves to another host, or gives its addresses another form": [],
    "another address, and another title": [(FIRST, but("slug", "title"))],
    "other offers: where to watch the film": [(FIRST, but("offers"))],
    "other offers, and another title": [(FIRST, but("offers", "title"))],
    "the review is retracted, deleted, made a draft, or put off": [
        *((FIRST, but(key)) for key in ("retracted", "draft", "put off")),
        (FIRST, None),
    ],
    "it comes back after that": [],
    "a typo is mended in the text, or the whole text is another": [
        (FIRST, but("typo")),
        (FIRST, FIRST[: FIRST.index("The [shadow]")] + "All is otherwise.\n"),
    ],
    "other tags, another language or author": [(FIRST, but("tags")), (FIRST, but("language"))],
    "the words of a correction are polished, and `updated` stays": [
        (but("corrected"), but("corrected").replace(*POLISHED))
    ],
    "a change is taken back before it was told": [(FIRST, FIRST)],
    "drafts, and reviews that are yet to come, are written and changed": [
        (None, but("draft")),
        (but("draft"), but("draft", "title")),
        (but("put off"), but("put off", "title")),
    ],
}


def told(folder: Path, *posts: str | None) -> list[list[tuple[str, tuple[str, ...]]]]:
    """Say what is told of what a post says, run by run: types, and what changed."""
    known: dict[str, Announced] = {}
    said = []
    for text in posts:
        site = site_in(folder, text or "")
        if text is None:
            (site.posts / "nosferatu.md").unlink()
        changes = find_changes(read_posts(site).require_valid().posts, known, site, NOW)
        said.append([(str(change.type), change.changed) for change in changes])
        known |= {
            one.review_id: Announced(
                one.review_id, one.sequence, one.type is not EventType.RETRACTED, one.snapshot
            )
            for one in changes
        }
    return said


def test_the_table_and_the_scenes_have_the_same_rows() -> None:
    """A row without a scene proves nothing; a scene without a row is known to nobody."""
    assert list(ROWS) == list(SCENES)


@pytest.mark.parametrize("row", SCENES)
def test_a_row_of_the_table_holds(tmp_path: Path, row: str) -> None:
    """Do what the row says, in each way it names; it is told as the row says, and only once."""
    expected = re.match(r"nothing|`(review\.[a-z_]+)`", ROWS[row])
    assert expected is not None
    for before, after in SCENES[row]:
        _, then, again = told(tmp_path, before, after, after)

        assert [kind for kind, _ in then] == ([expected[1]] if expected[1] else [])
        assert again == []
        if "both in `data.changed`" in ROWS[row]:
            assert len(then[0][1]) == 2


def test_a_review_that_comes_back_is_published(tmp_path: Path) -> None:
    """The row of the table that has three steps."""
    assert ROWS["it comes back after that"] == "`review.published`"
    kinds = [[kind for kind, _ in run] for run in told(tmp_path, FIRST, but("draft"), but("tags"))]

    assert kinds == [["review.published"], ["review.retracted"], ["review.published"]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('base_url = "https://reviews.example/"', 'base_url = "https://films.example/blog/"'),
        ('time_zone = "America', 'permalink = "/{year}/{slug}/"\ntime_zone = "America'),
    ],
)
def test_a_site_that_moves_moves_every_review(tmp_path: Path, old: str, new: str) -> None:
    """The row of the table that is about publisher.toml; each review says where it was."""
    site = site_in(tmp_path, FIRST)
    (post,) = find_changes(read_posts(site).posts, {}, site, NOW)
    known = {post.review_id: Announced(post.review_id, 1, live=True, snapshot=post.snapshot)}
    file = tmp_path / FILE_NAME
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    site = load_site(tmp_path)
    (change,) = find_changes(read_posts(site).posts, known, site, NOW + DAY)

    assert (change.type, change.changed) == (EventType.MOVED, ("url",))
    assert change.url_before == "https://reviews.example/reviews/nosferatu/"
    assert change.url != change.url_before


def test_the_sequence_number_tells_which_event_is_newer_when_the_clock_was_set_back(
    make_site: MakeSite,
) -> None:
    """A partner who goes by the page has what the site shows; one who went by `timestamp` would pass over it for years."""
    with receiving() as (url, shown):
        room = Newsroom(make_site, more=ALLOW + partner("local", url))
        for title, at in (("First", "2026-11-22"), ("Second", "2030-01-01"), ("Third", "2026-11-23")):
            room.put(a=post(title=title))
            done = room.run(
                "push", "--yes", "--now", f"{at}T12:00:00Z", PUBLISHER_SECRET_LOCAL=newsroom.SECRET_TEXT
            )
            assert done[0] == 0, done
    events = [message.event for message in shown if message.event is not None]
    by_number = max(events, key=lambda event: event["data"]["sequence"])
    by_clock = max(events, key=lambda event: event["timestamp"])

    assert [event["data"]["sequence"] for event in events] == [1, 2, 3]
    assert by_number["data"]["review"]["title"] == "Third"
    assert by_clock["data"]["review"]["title"] == "Second"
    assert "Don't go by `timestamp`" in PARTNERS
    assert not re.search(r"compare `timestamp`", PARTNERS)
