"""What events say, how large they are, and that both other implementations verify every kind of them."""

from __future__ import annotations

import base64
import itertools
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from standardwebhooks import Webhook

from publisher.content import present
from publisher.model import EventType
from publisher.net import Client
from publisher.outputs import generate
from publisher.posts import read_posts
from publisher.site import FILE_NAME, load_site
from publisher.webhooks import BODY_LIMIT, ping_event, retraction_event, review_event, signed_headers
from tests.webhooks.event_samples import FIRST, FULL, NOW, bodies, faults, life, read, site_in
from tests.webhooks.scripted_partner import LOOPBACK, SECRET, SECRET_TEXT, Heard, Partner
from tests.webhooks.test_webhook_signing import BODY as VECTOR_BODY
from tests.webhooks.test_webhook_signing import ID, TIMESTAMP, VECTOR, ask_node

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.ledger import Event

PLAIN = FULL.replace('content = "full"\n', "")


def published(
    folder: Path, text: str = FIRST, *, more: str = FULL, now: datetime = NOW, **told: Any
) -> Event:
    """Make the event of one post."""
    site = site_in(folder, text, more)
    (post,) = read_posts(site).require_valid().posts
    return review_event(EventType.PUBLISHED, present(post, site, now), 1, site, now, **told)


def data(body: bytes | None) -> Any:
    """Read what a body says, which keeps its schema and the limit."""
    assert body is not None
    assert faults(body) == []
    assert len(body) <= BODY_LIMIT
    return read(body)["data"]


def with_text(text: str) -> str:
    """Write the post with another text."""
    return FIRST[: FIRST.index("The [shadow]")] + text + "\n"


@pytest.fixture
def heard(tmp_path: Path) -> list[tuple[str, Heard]]:
    """Give every body there is, as a partner's socket took it in."""
    named = bodies(life(tmp_path))
    client = Client(allow=LOOPBACK)
    with Partner() as partner:
        for name, body in named.items():
            headers = signed_headers(SECRET, f"msg_{name.replace(' ', '_')}", int(time.time()), body)
            client.post(partner.url, headers={"content-type": "application/json", **headers}, body=body)
    assert [one.body for one in partner.heard] == list(named.values())
    return list(zip(named, partner.heard, strict=True))


def test_the_python_library_verifies_every_kind_of_event(heard: list[tuple[str, Heard]]) -> None:
    """Of every type, with the whole text and without, over a socket."""
    for name, one in heard:
        assert Webhook(SECRET_TEXT).verify(one.body, one.headers) == read(one.body), name


@pytest.mark.needs("node")
def test_the_npm_package_verifies_every_kind_of_event(heard: list[tuple[str, Heard]]) -> None:
    """The same by the standard library for JavaScript, which refuses each with another one's signature."""
    questions = [
        {"secret": SECRET_TEXT, "headers": one.headers, "body": base64.b64encode(one.body).decode()}
        for _, one in heard
    ]
    swapped = [{**question, "body": other["body"]} for question, other in itertools.pairwise(questions)]
    answers = ask_node(*questions, *swapped)

    assert answers[: len(heard)] == [{"accepted": read(one.body)} for _, one in heard]
    assert all("refused" in reply for reply in answers[len(heard) :])


@pytest.mark.needs("node")
def test_the_npm_package_signs_the_published_vector_as_we_do() -> None:
    """The specification's own example, by the third implementation."""
    question = {"secret": SECRET_TEXT, "id": ID, "timestamp": TIMESTAMP}

    assert ask_node({**question, "body": base64.b64encode(VECTOR_BODY).decode()}) == [{"signature": VECTOR}]


def test_the_whole_text_is_that_of_the_feeds(tmp_path: Path) -> None:
    """Safe HTML with absolute addresses, and nothing else is another than in the event without it."""
    event = published(tmp_path, with_text("See [there](/x/).\n\n<script>alert(1)</script>\n\nThe end."))
    site = load_site(tmp_path)
    generate(read_posts(site).posts, site, NOW)
    (item,) = json.loads((site.feeds / "feed.json").read_bytes())["items"]
    full, summary = data(event.full), data(event.body)
    html = full["review"].pop("content_html")

    assert html == item["content_html"]
    assert '<a href="https://reviews.example/x/">there</a>' in html
    assert "script" not in html
    assert full == summary
    assert "content_html" not in summary["review"]


def test_nobody_who_asked_for_the_whole_text_means_none(tmp_path: Path) -> None:
    """It is made where an endpoint wants it, and a retraction and a ping never have it."""
    assert published(tmp_path, more=PLAIN).full is None
    assert published(tmp_path, more="").full is None
    assert {kind for kind, event in life(tmp_path).items() if event.full is None} == {
        EventType.RETRACTED,
        EventType.PING,
    }


def test_both_forms_are_one_event(tmp_path: Path) -> None:
    """Its id does not depend on who listens."""
    assert published(tmp_path).id == published(tmp_path, more=PLAIN).id


def test_offers_that_partners_may_not_get_are_not_in_the_text_either(tmp_path: Path) -> None:
    """The terms of a source keep what it knows to the site's own readers."""
    kept = FIRST.replace("region: US}", "region: US, source: streaming-availability, checked: 2026-11-01}")
    own = data(published(tmp_path).full)["review"]
    bound = data(published(tmp_path, kept).full)["review"]

    assert "Fandango at Home" in own["content_html"]
    assert "offers" not in bound
    assert "Fandango" not in bound["content_html"]
    assert "The <a" in bound["content_html"]


def test_a_body_of_just_the_limit_is_sent_as_it_is(tmp_path: Path) -> None:
    """One byte more, and the text is left out, which the event says."""
    room = BODY_LIMIT - len(published(tmp_path, with_text("x")).full or b"")
    fits = published(tmp_path, with_text("x" * (room + 1)))
    over = published(tmp_path, with_text("x" * (room + 2)))

    assert len(fits.full or b"") == BODY_LIMIT
    assert "content_html" in data(fits.full)["review"]
    assert data(over.full) == {**data(over.body), "content_omitted": True}
    assert data(over.body) == data(fits.body)


#: The post with so many actors that not even a summary of it is an event.
CROWDED = FIRST.replace(
    "  directors:", f"  cast: [{', '.join('映' * 300 + str(number) for number in range(30))}]\n  directors:"
)


def test_what_is_too_large_without_its_text_is_thin(tmp_path: Path) -> None:
    """It names the review, says what changed, and where the rest is; one thin body serves everybody."""
    text = CROWDED.replace("tags:", "updated: 2026-11-01\ntags:")
    event = published(
        tmp_path,
        text,
        changed=("offers", "url"),
        offers_before=[{"service": "x", "kind": "rent"}],
        url_before="https://reviews.example/old/",
    )
    said = read(event.body)["data"]

    assert len(event.body) <= BODY_LIMIT
    assert event.full is None
    assert said == {
        "schema_version": 1,
        "sequence": 1,
        "changed": ["offers", "url"],
        "thin": True,
        "review": {
            "id": "urn:uuid:250febf1-839a-47d3-a3f7-f1e380ee3987",
            "url": "https://reviews.example/reviews/nosferatu/",
            "title": "Nosferatu: the guest who brings his own earth",
            "published": "2022-10-31T14:00:00+00:00",
            "updated": "2026-11-01T05:00:00+00:00",
        },
        "previous": {"url": "https://reviews.example/old/"},
        "feeds": said["feeds"],
    }
    assert {*said["feeds"]} == {"rss", "atom", "json"}


def test_the_largest_that_is_left_is_still_within_the_limit(tmp_path: Path) -> None:
    """A thin event with the longest of titles and addresses, and a retraction with the longest of reasons."""
    host, title = "https://reviews.example/", "Nosferatu: the guest who brings his own earth"
    long = f"{host}{'a' * (2000 - len(host))}/"
    site_in(tmp_path, CROWDED.replace(title, "🦋" * 500))
    settings = (
        (tmp_path / FILE_NAME).read_text("utf-8").replace(f'base_url = "{host}"', f'base_url = "{long}"')
    )
    (tmp_path / FILE_NAME).write_text(settings, "utf-8")
    site = load_site(tmp_path)
    (post,) = read_posts(site).require_valid().posts
    event = review_event(
        EventType.MOVED, present(post, site, NOW), 1, site, NOW, changed=["url"], url_before=long
    )
    gone = retraction_event(EventType.RETRACTED, post.review.id, long, 1, NOW, reason="🦋" * 2000, at=NOW)

    assert data(event.body)["thin"]
    assert data(event.body)["review"]["title"] == "🦋" * 500
    assert 12_000 < len(event.body) < BODY_LIMIT
    assert 10_000 < len(data(gone.body)["reason"].encode()) + len(long) < BODY_LIMIT


def test_times_are_those_of_rfc_3339(tmp_path: Path) -> None:
    """The offsets of early time zones have seconds, which the format has no place for: all is told in UTC."""
    now = datetime(1930, 1, 1, 12, tzinfo=ZoneInfo("Europe/Amsterdam"))
    event = published(tmp_path, FIRST.replace("2022-10-31T09:00-05:00", "1929-10-31"), now=now)
    gone = retraction_event(EventType.RETRACTED, "0", "https://x.example/", 1, now, reason="x", at=now)

    assert now.isoformat().count(":") == 4
    assert data(event.body)["review"]["published"] == "1929-10-31T06:00:00+00:00"
    assert read(event.body)["timestamp"] == read(gone.body)["data"]["retracted"]
    assert read(gone.body)["timestamp"] == now.astimezone(UTC).isoformat()


def test_any_text_arrives_as_it_was_written(tmp_path: Path) -> None:
    """In UTF-8, whatever the script; what JSON and JavaScript take for ends of lines, too."""
    title = 'カルマリンク 🦋 — naïve “quotes”, "others" \\ / <b>'
    event = published(
        tmp_path, FIRST.replace('"Nosferatu: the guest who brings his own earth"', f"'{title}'")
    )
    reason = "one\ntwo\u2028three\u2029four\x7f"
    gone = retraction_event(
        EventType.RETRACTED, event.review_id, "https://x.example/", 1, NOW, reason=reason, at=NOW
    )

    assert data(event.body)["review"]["title"] == title
    assert "カルマリンク 🦋 — naïve".encode() in event.body
    assert data(gone.body)["reason"] == reason


def test_what_is_no_text_is_not_sent() -> None:
    """Half of a surrogate pair has no UTF-8: it is an error here, and not at the partner's."""
    with pytest.raises(TypeError):
        retraction_event(EventType.RETRACTED, "0", "https://x.example/", 1, NOW, reason="\ud800", at=NOW)


def test_every_ping_is_another_event() -> None:
    """It says when it was sent, and nothing of a review; no two have one id."""
    one, two = ping_event(NOW), ping_event(NOW)

    assert read(one.body) == {
        "type": "ping",
        "timestamp": "2026-11-22T12:00:00+00:00",
        "data": {"schema_version": 1},
    }
    assert one.id != two.id
    assert one.id.startswith("msg_")
    assert len(one.id) == len("msg_") + 32
