"""What the ledger remembers of announcements, deliveries, endpoints and hubs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.ledger import (
    Announced,
    Announcement,
    DeliveryState,
    DisabledWhy,
    EndpointState,
    Event,
    Form,
    Ledger,
    Recipient,
    Result,
    Share,
)
from publisher.ledger.queue import Terms
from publisher.ledger.selections import Selection
from publisher.model import EventType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from publisher.ledger import Claim

REVIEW = "00000000-0000-4000-8000-000000000001"
URL = "https://partner.example/hook"
ALL = Recipient("all", URL, frozenset(EventType))
NEWS = Recipient("news", URL, frozenset({EventType.PUBLISHED}))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    with Ledger.open(tmp_path) as opened:
        yield opened


def tell(ledger: Ledger, kind: EventType, sequence: int, *, live: bool = True, title: str = "A") -> None:
    """Announce an event of the one review to two endpoints, of which one wants publications only."""
    event = Event(f"msg_{sequence}", kind, REVIEW, sequence, b"{}")
    ledger.announce(
        [Announcement(Announced(REVIEW, sequence, live, {"title": title}), event)], [ALL, NEWS], 100.0
    )


def claimed(ledger: Ledger, *endpoints: str) -> list[Claim]:
    """Claim what may be sent."""
    shares = [Share(name, URL, 10, 1000.0) for name in endpoints or ("all", "news")]
    return list(ledger.queue.claim("tests", shares, 200.0, Terms(most=10, lease=60.0)).found)


def test_the_last_announcement_is_remembered(ledger: Ledger) -> None:
    """Replace what was announced of a review by what is announced now."""
    tell(ledger, EventType.PUBLISHED, 1)
    tell(ledger, EventType.UPDATED, 2, title="B")
    tell(ledger, EventType.RETRACTED, 3, live=False, title="B")

    assert ledger.announced() == {REVIEW: Announced(REVIEW, 3, live=False, snapshot={"title": "B"})}


def test_each_endpoint_gets_the_types_it_asked_for(ledger: Ledger) -> None:
    """Queue an event for those endpoints only that asked for its type."""
    tell(ledger, EventType.PUBLISHED, 1)
    tell(ledger, EventType.UPDATED, 2)

    assert ledger.deliveries.counts() == {
        "all": {DeliveryState.WAITING: 2},
        "news": {DeliveryState.WAITING: 1},
    }


def test_an_endpoint_gets_the_form_it_asked_for(ledger: Ledger) -> None:
    """The whole text goes to whom it was promised, the summary to the others; an event without one goes as it is."""
    full = Recipient("full", URL, frozenset(EventType), Form.FULL)
    whole = Event("msg_1", EventType.PUBLISHED, REVIEW, 1, b"short", b"long")
    ledger.announce([Announcement(Announced(REVIEW, 1, live=True, snapshot={}), whole)], [ALL, full], 100.0)
    found = {claim.endpoint: claim.body for claim in claimed(ledger, "all", "full")}
    assert found == {"all": b"short", "full": b"long"}

    other = "00000000-0000-4000-8000-000000000002"
    plain = Event("msg_2", EventType.PUBLISHED, other, 1, b"plain")
    ledger.announce([Announcement(Announced(other, 1, live=True, snapshot={}), plain)], [full], 100.0)
    assert [claim.body for claim in claimed(ledger, "full")] == [b"plain"]


def test_a_baseline_is_remembered_without_an_event(ledger: Ledger) -> None:
    """Record a review as announced, and queue nothing."""
    ledger.announce(
        [Announcement(Announced(REVIEW, 0, live=True, snapshot={"title": "A"}), None)], [ALL], 100.0
    )

    assert ledger.announced()[REVIEW].sequence == 0
    assert ledger.deliveries.counts() == {}


def test_a_retraction_keeps_home_what_still_waits_of_its_review(ledger: Ledger) -> None:
    """What was taken back is not sent any more, whoever was to get it; the retraction itself is."""
    tell(ledger, EventType.PUBLISHED, 1)
    tell(ledger, EventType.UPDATED, 2)
    tell(ledger, EventType.RETRACTED, 3, live=False)

    assert ledger.deliveries.counts() == {
        "all": {DeliveryState.SUPERSEDED: 2, DeliveryState.WAITING: 1},
        "news": {DeliveryState.SUPERSEDED: 1},
    }
    assert [claim.event_id for claim in claimed(ledger)] == ["msg_3"]


def test_a_failure_that_comes_late_leaves_a_delivery_to_who_has_it(ledger: Ledger) -> None:
    """Whoever claimed it later keeps the lease, and no try is counted; the attempt has its end all the same."""
    tell(ledger, EventType.UPDATED, 1)
    share = Share("all", URL, 10, 1000.0)
    [first] = ledger.queue.claim("slow", [share], 200.0, Terms(most=1, lease=60.0)).found
    [second] = ledger.queue.claim("next", [share], 300.0, Terms(most=1, lease=60.0)).found
    late = Result(first, DeliveryState.WAITING, 1, 305.0, 300.0, 422, None, "late")
    ledger.queue.record([late], lambda state, _: state)
    with ledger.queue.reading() as connection:
        row = connection.exec_driver_sql("SELECT state, step, claims, token, courier FROM deliveries").one()
        ends = connection.exec_driver_sql("SELECT token, outcome FROM attempts ORDER BY id").all()

    assert tuple(row) == ("waiting", 0, 2, second.token, "next")
    assert [tuple(end) for end in ends] == [(first.token, "late"), (second.token, None)]


def test_what_is_announced_to_an_endpoint_that_is_off_is_cancelled(ledger: Ledger) -> None:
    """It is not lost: it can be sent when the endpoint is on again. Another address of its is another matter."""
    ledger.endpoints.change(
        "all", URL, lambda _: EndpointState(disabled_at=1.0, disabled_why=DisabledWhy.FAILING)
    )
    ledger.endpoints.change(
        "news", URL + "2", lambda _: EndpointState(disabled_at=1.0, disabled_why=DisabledWhy.GONE)
    )
    tell(ledger, EventType.PUBLISHED, 1)

    assert ledger.deliveries.counts() == {
        "all": {DeliveryState.CANCELLED: 1},
        "news": {DeliveryState.WAITING: 1},
    }


def test_switching_an_endpoint_off_cancels_what_waits_for_it(ledger: Ledger) -> None:
    """Once, and of this endpoint only; what is known of it before is told."""
    tell(ledger, EventType.PUBLISHED, 1)
    tell(ledger, EventType.UPDATED, 2)
    off = EndpointState(disabled_at=7.0, disabled_why=DisabledWhy.BY_HAND)

    assert ledger.endpoints.change("all", URL, lambda _: off) == (EndpointState(), 2)
    assert ledger.endpoints.change("all", URL, lambda _: off) == (off, 0)
    assert ledger.deliveries.counts() == {
        "all": {DeliveryState.CANCELLED: 2},
        "news": {DeliveryState.WAITING: 1},
    }


def test_what_waits_is_counted_by_endpoint_and_its_age_is_known(ledger: Ledger) -> None:
    """Without the reviews that are about to be taken back; the age is that of the event that waits longest."""
    tell(ledger, EventType.PUBLISHED, 1)

    assert ledger.deliveries.waiting() == {"all": 1, "news": 1}
    assert ledger.deliveries.waiting(without=[REVIEW]) == {}
    assert ledger.deliveries.oldest() == {"all": 100.0, "news": 100.0}


def test_what_was_committed_before_a_moment_can_be_given_up_on(ledger: Ledger) -> None:
    """What is younger waits on, and other endpoints' deliveries do."""
    tell(ledger, EventType.PUBLISHED, 1)

    assert ledger.deliveries.abandon("all", 99.0, 300.0) == 0
    assert ledger.deliveries.abandon("all", 100.0, 300.0) == 1
    assert ledger.deliveries.waiting() == {"news": 1}


def test_what_an_address_asked_for_is_its_own(ledger: Ledger) -> None:
    """Remember a wish under the name and the address that made it, and the last one only."""
    ledger.endpoints.change("all", URL, lambda _: EndpointState(not_before=5.0))
    ledger.endpoints.change("all", URL, lambda _: EndpointState(failures=3, skew=1.5))
    ledger.endpoints.change("all", URL + "2", lambda _: EndpointState(not_before=8.0))

    assert ledger.endpoints.states() == {
        ("all", URL): EndpointState(failures=3, skew=1.5),
        ("all", URL + "2"): EndpointState(not_before=8.0),
    }


def test_what_a_hub_was_told_is_kept_by_hub_and_topic(ledger: Ledger) -> None:
    """The last digest counts; another hub, and another topic, are their own."""
    hub, other = "https://hub.example/", "https://hub.example/other"
    assert ledger.hubs.told(hub) == {}

    ledger.hubs.tell(hub, {"https://a.example/rss.xml": "01", "https://a.example/atom.xml": "02"}, 1.0)
    ledger.hubs.tell(hub, {"https://a.example/rss.xml": "03"}, 2.0)
    ledger.hubs.tell(other, {"https://a.example/rss.xml": "04"}, 2.0)

    assert ledger.hubs.told(hub) == {"https://a.example/rss.xml": "03", "https://a.example/atom.xml": "02"}
    assert ledger.hubs.told(other) == {"https://a.example/rss.xml": "04"}


def test_a_hub_that_asks_for_patience_is_remembered(ledger: Ledger) -> None:
    """Its last wish counts; a hub that was never heard of has none."""
    assert ledger.hubs.not_before("https://hub.example/") is None

    ledger.hubs.set_not_before("https://hub.example/", 5.0)
    ledger.hubs.set_not_before("https://hub.example/", 7.0)

    assert ledger.hubs.not_before("https://hub.example/") == 7.0
    assert ledger.hubs.not_before("https://other.example/") is None


def test_the_last_number_is_never_given_again(ledger: Ledger) -> None:
    """Who wrote a number down names nothing else by it, though all that was settled is forgotten."""
    tell(ledger, EventType.PUBLISHED, 1)
    ledger.deliveries.cancel(Selection(states=frozenset({DeliveryState.WAITING})), 150.0)
    ledger.deliveries.prune(1e9)
    tell(ledger, EventType.UPDATED, 2)

    numbers = [one.number for one in ledger.deliveries.newest(Selection(), 10, 200.0)]
    assert numbers == [3, 2]
    ledger.deliveries.cancel(Selection(states=frozenset({DeliveryState.WAITING})), 250.0)
    ledger.deliveries.prune(1e9)
    assert [one.number for one in ledger.deliveries.newest(Selection(), 10, 200.0)] == [3]
    assert ledger.problems() == []


def test_what_is_let_go_is_neither_what_waits_nor_what_was_delivered(ledger: Ledger) -> None:
    """Who cancels what was cancelled touches nothing else; sent again, it may be missed again."""
    tell(ledger, EventType.PUBLISHED, 1)
    off = EndpointState(disabled_at=120.0, disabled_why=DisabledWhy.GONE)
    ledger.endpoints.change("all", URL, lambda _: off)
    assert ledger.deliveries.missed() == {"all": 1}
    cancelled = Selection(states=frozenset({DeliveryState.CANCELLED}))
    assert ledger.deliveries.cancel(cancelled, 130.0) == 1
    assert ledger.deliveries.cancel(cancelled, 131.0) == 0
    assert (ledger.deliveries.missed(), ledger.deliveries.waiting()) == ({}, {"news": 1})

    assert ledger.deliveries.resend(cancelled, ["all"], 140.0) == 1
    ledger.deliveries.abandon("all", 1e9, 150.0)
    assert ledger.deliveries.missed() == {"all": 1}


def test_what_was_taken_back_since_is_not_missed(ledger: Ledger) -> None:
    """Its text is not to be sent any more; that it was taken back is."""
    tell(ledger, EventType.PUBLISHED, 1)
    ledger.endpoints.change(
        "all", URL, lambda _: EndpointState(disabled_at=120.0, disabled_why=DisabledWhy.GONE)
    )
    tell(ledger, EventType.RETRACTED, 2)

    assert ledger.deliveries.missed() == {"all": 1}
