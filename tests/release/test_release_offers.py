"""`review.offers_changed`: what is a change of where to watch, what is none, and what partners get of it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from publisher.ledger import FILE_NAME
from publisher.posts import read_posts
from publisher.release import OverCeiling, make_plan, site_status
from publisher.release.guards import OFFERS_CEILING
from tests.release.newsroom import ALLOW, NOW, SECRET_TEXT, Newsroom, identity, partner, post

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.release import PushReport
    from publisher.site import Site

    MakeSite = Callable[..., Site]

DAY = timedelta(days=1)
TODAY, TOMORROW = NOW.date(), (NOW + DAY).date()
VUDU = "{service: Vudu, kind: rent}"
APPLE = "{service: Apple TV, kind: buy, region: GB, price: 3.99 USD}"
KANOPY = f"{{service: Kanopy, kind: free, until: {TODAY}}}"
PAGE = "https://athome.fandango.com/content/browse/details/The-Matrix/9254"


def watch(*offers: str) -> str:
    """Write a post that says where to watch its film."""
    return post(watch=f"[{', '.join(offers)}]")


def told(report: PushReport) -> list[tuple[str, int, tuple[str, ...]]]:
    """Say what a push announced: kind, sequence, and the fields that changed."""
    return [(str(change.type), change.sequence, change.changed) for change in report.changes]


def last(newsroom: Newsroom) -> dict[str, Any]:
    """Return the data of the last event of the ledger."""
    rows = newsroom.rows("SELECT body FROM events ORDER BY rowid")
    data: dict[str, Any] = orjson.loads(rows[-1][0])["data"]
    return data


def announced(make_site: MakeSite, *offers: str, more: str = "") -> Newsroom:
    """Make a site whose one review was announced."""
    newsroom = Newsroom(make_site, posts={"a": watch(*offers)}, more=more)
    newsroom.push()
    return newsroom


CHANGED = [("review.offers_changed", 2, ("offers",))]


def with_(more: str, offer: str = VUDU) -> str:
    """Say more of an offer."""
    return f"{offer[:-1]}, {more}}}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((VUDU,), (VUDU, APPLE)),
        ((), (VUDU,)),
        ((VUDU, APPLE), (VUDU,)),
        ((VUDU,), ()),
        ((VUDU,), ("{service: Kanopy, kind: free}",)),
        ((VUDU,), (VUDU.replace("rent", "buy"),)),
        ((VUDU,), (with_("region: GB"),)),
        ((VUDU,), (with_(f"url: '{PAGE}'"),)),
        ((VUDU,), (with_("price: 3.99 USD"),)),
        ((with_("price: 3.99 USD"),), (with_("price: 3.99 EUR"),)),
        ((VUDU,), (with_("quality: 4k"),)),
        ((VUDU,), (with_("via: Somebody"),)),
        ((VUDU,), (with_("exclusive: true"),)),
        ((VUDU,), (with_(f"from: {TOMORROW}"),)),
        ((VUDU,), (with_(f"until: {TOMORROW}"),)),
    ],
)
def test_other_offers_are_told_once(
    make_site: MakeSite, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """Whatever of them is another: one event of its own kind, with those that partners know."""
    newsroom = announced(make_site, *before)
    newsroom.put(a=watch(*after))

    assert told(newsroom.push()) == CHANGED
    data = last(newsroom)
    assert data["changed"] == ["offers"]
    assert len(data["previous"]["offers"]) == len(before)
    assert len(data["review"].get("offers", ())) == len(after)
    assert told(newsroom.push()) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((VUDU,), (VUDU,)),
        ((VUDU,), (VUDU, VUDU)),
        ((VUDU, APPLE), (APPLE, VUDU)),
        ((VUDU,), ("{service: Fandango at Home, kind: rent}",)),
        ((VUDU,), (with_("region: US"),)),
        ((VUDU,), (with_("checked: 2026-11-21, source: tmdb"),)),
        ((with_("price: 4.00 USD"),), (with_("price: '4.00 USD'"),)),
        ((with_("price: 3.99 USD"),), (with_("price: 3.990 USD"),)),
        ((with_("price: 10 USD"),), (with_("price: 10.0 USD"),)),
        (
            (with_(f"url: '{PAGE}'"),),
            (with_("url: 'https://www.vudu.com/content/movies/details/The-Matrix/9254'"),),
        ),
    ],
    ids=[
        "all",
        "repeats",
        "order",
        "name",
        "default region",
        "source",
        "quotes",
        "number",
        "tens",
        "form of link",
    ],
)
def test_the_same_offers_are_no_news(
    make_site: MakeSite, before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    """How they are written, by which name, in which order, and who said so when, are nobody's business."""
    newsroom = announced(make_site, *before)
    newsroom.put(a=watch(*after))

    assert told(newsroom.push()) == []


def test_time_alone_tells_nothing(make_site: MakeSite) -> None:
    """When an offer begins and ends was told with it; to remove what is over is no news, to put its end off is."""
    newsroom = announced(make_site, KANOPY, with_(f"from: {TOMORROW}"))
    later = NOW + 3 * DAY

    assert told(newsroom.push(later)) == []
    newsroom.put(a=watch(with_(f"from: {TOMORROW}")))
    assert told(newsroom.push(later)) == []
    newsroom.put(a=watch(with_(f"from: {TOMORROW}"), KANOPY.replace(str(TODAY), "2027-01-01")))
    assert told(newsroom.push(later)) == CHANGED
    assert [one["service"] for one in last(newsroom)["previous"]["offers"]] == ["fandango-at-home"]


def test_with_other_changes_it_is_an_update(make_site: MakeSite) -> None:
    """One event for all of it: the update names the offers, too, and has those that partners know."""
    newsroom = announced(make_site, VUDU)
    newsroom.put(a=post(watch=f"[{APPLE}]", rating="3"))

    assert told(newsroom.push()) == [("review.updated", 2, ("offers", "rating"))]
    assert [one["service"] for one in last(newsroom)["previous"]["offers"]] == ["fandango-at-home"]
    newsroom.put(a=post(watch=f"[{APPLE}]", rating="2"))
    assert told(newsroom.push()) == [("review.updated", 3, ("rating",))]
    assert "previous" not in last(newsroom)


def test_what_fluctuates_between_two_runs_is_one_event_or_none(make_site: MakeSite) -> None:
    """However often it changed meanwhile, a run tells where it ended."""
    newsroom = announced(make_site, VUDU)
    for offers in ((APPLE,), (), (VUDU, APPLE)):
        newsroom.put(a=watch(*offers))
    assert told(newsroom.push()) == CHANGED
    newsroom.put(a=watch(APPLE))
    newsroom.put(a=watch(VUDU, APPLE))
    assert told(newsroom.push()) == []


def test_the_event_has_the_offers_as_they_were_and_as_they_are(make_site: MakeSite) -> None:
    """Those before as far as they are compared, those now with everything; and nothing that is over."""
    newsroom = announced(make_site, with_("price: 3.99 USD, checked: 2026-11-21"), KANOPY)
    newsroom.put(a=watch("{service: Blu-ray, kind: disc}"))
    newsroom.push(NOW + 2 * DAY)

    data = last(newsroom)
    (before,) = data["previous"]["offers"]
    assert before.pop("href").startswith("https://athome.fandango.com/")
    assert before == {
        "service": "fandango-at-home",
        "kind": "rent",
        "region": "US",
        "price": "3.99",
        "currency": "USD",
    }
    assert [one["name"] for one in data["review"]["offers"]] == ["physical disc"]
    assert data["review"]["offers"][0]["status"] == "current"


def test_an_affiliates_link_is_told_with_its_disclosure_and_its_source_with_its_credit(
    make_site: MakeSite,
) -> None:
    """Partners show offers, too: what has to be said goes with them, in every event that has them."""
    own = '[watch.affiliates.fandango-at-home]\ntag = "desk"\n'
    newsroom = announced(make_site, with_(f"url: '{PAGE}', source: tmdb"), more=own)

    review = last(newsroom)["review"]
    assert review["offers"][0]["href"] == f"{PAGE}?tag=desk"
    assert review["offers"][0]["sponsored"] == "true"
    assert "sponsored" in review["offers_disclosure"]
    assert ["TMDB" in credit["text"] for credit in review["offers_attributions"]] == [True]


@pytest.mark.parametrize(("use", "heard"), [("non-commercial", False), (None, False), ("contract", True)])
def test_what_a_source_knows_for_readers_only_is_not_passed_on(
    make_site: MakeSite, use: str | None, *, heard: bool
) -> None:
    """Its terms forbid that businesses get it from the site, unless the site has a contract; the editor's word goes on."""
    terms = f'[watch.sources.streaming-availability]\nuse = "{use}"\n' if use else ""
    newsroom = announced(make_site, APPLE, more=terms)
    newsroom.put(a=watch(APPLE, with_("source: Streaming-Availability")))

    assert told(newsroom.push()) == (CHANGED if heard else [])
    newsroom.put(a=post(watch=f"[{APPLE}, {with_('source: streaming-availability')}]", title="B"))
    newsroom.push()
    review = last(newsroom)["review"]
    assert len(review["offers"]) == (2 if heard else 1)
    assert ("offers_attributions" in review) == heard


def _forget_offers(newsroom: Newsroom) -> None:
    """Make the ledger one of a version that told nothing of offers."""
    with contextlib.closing(sqlite3.connect(newsroom.site.state / FILE_NAME)) as connection, connection:
        for key, text in connection.execute("SELECT review_id, snapshot FROM announced").fetchall():
            kept = {name: value for name, value in json.loads(text).items() if name != "offers"}
            connection.execute(
                "UPDATE announced SET snapshot = ? WHERE review_id = ?", (json.dumps(kept), key)
            )


def test_what_was_announced_before_there_was_such_an_event_is_remembered_silently(
    make_site: MakeSite,
) -> None:
    """The first run of this version tells nobody anything, and from then on changes are told."""
    newsroom = announced(make_site, VUDU)
    _forget_offers(newsroom)

    assert told(newsroom.push()) == []
    assert len(newsroom.rows("SELECT id FROM events")) == 1
    ((snapshot, sequence),) = newsroom.rows("SELECT snapshot, sequence FROM announced")
    assert [one["service"] for one in json.loads(snapshot)["offers"]] == ["fandango-at-home"]
    assert sequence == 1
    newsroom.put(a=watch(APPLE))
    assert told(newsroom.push()) == CHANGED


def test_another_change_meanwhile_is_told_without_the_offers(make_site: MakeSite) -> None:
    """Where nobody knows what the offers were, nobody claims that they changed."""
    newsroom = announced(make_site, VUDU)
    _forget_offers(newsroom)
    newsroom.put(a=post(watch=f"[{APPLE}]", title="B"))

    assert told(newsroom.push()) == [("review.updated", 2, ("title",))]
    newsroom.put(a=post(title="B"))
    assert told(newsroom.push()) == [("review.offers_changed", 3, ("offers",))]


@pytest.mark.parametrize(
    "offers", ["[5]", '["x"]', '[{"until": 7}]', '[{"until": "soon"}]', "{}", '"x"', "[[]]"]
)
def test_a_snapshot_that_makes_no_sense_breaks_nothing(make_site: MakeSite, offers: str) -> None:
    """SQLite keeps any value: what is none of ours is another offer, or none."""
    newsroom = announced(make_site, VUDU)
    with contextlib.closing(sqlite3.connect(newsroom.site.state / FILE_NAME)) as connection, connection:
        ((text,),) = connection.execute("SELECT snapshot FROM announced").fetchall()
        odd = json.dumps({**json.loads(text), "offers": json.loads(offers)})
        connection.execute("UPDATE announced SET snapshot = ?", (odd,))

    newsroom.push()
    assert told(newsroom.push()) == []


def test_a_retracted_review_has_no_offers_to_change(make_site: MakeSite) -> None:
    """Not while it is gone; when it is back, its offers come with it."""
    newsroom = announced(make_site, VUDU)
    gone: dict[str, Any] = {"status": "retracted", "retracted": "2026-11-22", "reason": "x"}
    newsroom.put(a=post(watch=f"[{VUDU}]", **gone))
    newsroom.push()
    newsroom.put(a=post(watch=f"[{APPLE}]", **gone))

    assert told(newsroom.push()) == []
    newsroom.put(a=watch(APPLE))
    assert told(newsroom.push()) == [("review.published", 3, ())]


def many(number: int, *offers: str) -> dict[str, str]:
    """Write many posts that say where to watch their films."""
    return {f"p{one}": post(one + 2, watch=f"[{', '.join(offers)}]") for one in range(number)}


def test_sources_may_change_more_offers_than_an_editor_announces_reviews(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hundred unasked, because sources fluctuate; more only when it is meant."""
    monkeypatch.setenv("PUBLISHER_SECRET_LOCAL", SECRET_TEXT)
    monkeypatch.setattr("os.fsync", lambda _: None)
    monkeypatch.setattr("publisher.release.push_run.deliver", lambda *_: [])
    newsroom = Newsroom(
        make_site, posts=many(OFFERS_CEILING + 1), more=ALLOW + partner("local", "http://127.0.0.1:9/")
    )
    newsroom.push(baseline=True)
    newsroom.put(**many(OFFERS_CEILING + 1, VUDU))

    with pytest.raises(OverCeiling, match="the offers of 201 reviews changed; more than 200 are not told at"):
        newsroom.push()
    newsroom.put(p0=many(1)["p0"])
    assert len(newsroom.push().changes) == OFFERS_CEILING
    newsroom.put(**many(OFFERS_CEILING + 1, APPLE))
    assert len(newsroom.push(confirmed=True).changes) == OFFERS_CEILING + 1


def test_who_did_not_ask_for_it_gets_none(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that named its events gets those; one that named none gets all."""
    for name in ("ALL", "OLD"):
        monkeypatch.setenv(f"PUBLISHER_SECRET_{name}", SECRET_TEXT)
    monkeypatch.setattr("publisher.release.push_run.deliver", lambda *_: [])
    old = partner("old", "http://127.0.0.1:9/") + 'events = ["review.published", "review.updated"]\n'
    newsroom = announced(make_site, VUDU, more=ALLOW + partner("all", "http://127.0.0.1:9/") + old)
    newsroom.put(a=watch(APPLE))
    plan = make_plan(read_posts(newsroom.site), newsroom.site, NOW)
    newsroom.push()

    assert [(event.type, event.endpoints) for event in plan.events] == [("review.offers_changed", ("all",))]
    assert [(review.kind, review.fields) for review in plan.reviews] == [("changed", ("watch",))]
    query = "SELECT type, endpoint FROM deliveries JOIN events ON events.id = event_id ORDER BY deliveries.id"
    assert newsroom.rows(query)[2:] == [("review.offers_changed", "all")]


def test_status_says_what_would_be_told_and_that_nothing_is_overdue(make_site: MakeSite) -> None:
    """Other offers are untold news, and no appointment that somebody missed."""
    newsroom = announced(make_site, VUDU)
    newsroom.put(a=watch(APPLE))

    status = site_status(read_posts(newsroom.site), newsroom.site, NOW)
    assert status.announced is not None
    assert [str(change.type) for change in status.announced.changes] == ["review.offers_changed"]
    assert status.overdue == ()
    assert status.announced.changes[0].review_id == identity(1)
