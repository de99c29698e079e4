"""What the ledger remembers of deliveries, attempts and endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.ledger import (
    Announced,
    Announcement,
    Delivery,
    DeliveryState,
    EndpointState,
    Event,
    Ledger,
)
from publisher.model import EventType

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REVIEW = "00000000-0000-4000-8000-000000000001"
URL = "https://partner.example/hook"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    with Ledger.open(tmp_path) as opened:
        yield opened


def tell(ledger: Ledger, kind: EventType, sequence: int, *, live: bool = True, title: str = "A") -> None:
    """Announce an event of the one review to two endpoints, of which one wants publications only."""
    event = Event(f"msg_{sequence}", kind, REVIEW, sequence, b"{}")
    asked = {"all": frozenset(EventType), "news": frozenset({EventType.PUBLISHED})}
    ledger.announce([Announcement(Announced(REVIEW, sequence, live, {"title": title}), event)], asked, 100.0)


def waiting(ledger: Ledger) -> list[Delivery]:
    """Return what waits, which must be something."""
    found = ledger.waiting()
    assert found
    return found


def end(ledger: Ledger, attempt: int, delivery: Delivery, state: DeliveryState) -> None:
    """End an attempt."""
    ledger.end_attempt(attempt, delivery, state=state, status=500, outcome="it answered 500", at=102.0)


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

    assert [(delivery.endpoint, delivery.event_id) for delivery in waiting(ledger)] == [
        ("all", "msg_1"),
        ("news", "msg_1"),
        ("all", "msg_2"),
    ]


def test_a_baseline_is_remembered_without_an_event(ledger: Ledger) -> None:
    """Record a review as announced, and queue nothing."""
    ledger.announce(
        [Announcement(Announced(REVIEW, 0, live=True, snapshot={"title": "A"}), None)],
        {"all": frozenset(EventType)},
        100.0,
    )

    assert ledger.announced()[REVIEW].sequence == 0
    assert ledger.waiting() == []


def test_an_attempt_counts_from_its_beginning(ledger: Ledger) -> None:
    """Count a try before it is made, so that one which kills the program is counted too."""
    tell(ledger, EventType.UPDATED, 1)
    ledger.begin_attempt(waiting(ledger)[0], URL, 101.0)

    assert [delivery.attempts for delivery in waiting(ledger)] == [1]


def test_attempts_have_numbers_of_their_own(ledger: Ledger) -> None:
    """Tell two tries of one delivery apart."""
    tell(ledger, EventType.UPDATED, 1)
    [delivery] = waiting(ledger)

    assert ledger.begin_attempt(delivery, URL, 1.0) != ledger.begin_attempt(delivery, URL, 2.0)


@pytest.mark.parametrize(
    ("state", "left"), [(DeliveryState.WAITING, 1), (DeliveryState.DELIVERED, 0), (DeliveryState.FAILED, 0)]
)
def test_a_delivery_stands_where_its_last_attempt_left_it(
    ledger: Ledger, state: DeliveryState, left: int
) -> None:
    """Wait on, or be done, as the attempt ended."""
    tell(ledger, EventType.UPDATED, 1)
    [delivery] = waiting(ledger)
    end(ledger, ledger.begin_attempt(delivery, URL, 101.0), delivery, state)

    assert len(ledger.waiting()) == left
    assert ledger.counts() == {"all": {state: 1}}


@pytest.mark.parametrize("late", [DeliveryState.WAITING, DeliveryState.FAILED])
def test_what_was_delivered_stays_delivered(ledger: Ledger, late: DeliveryState) -> None:
    """Do not let a late, worse result undo a delivery."""
    tell(ledger, EventType.UPDATED, 1)
    [delivery] = waiting(ledger)
    first, second = ledger.begin_attempt(delivery, URL, 1.0), ledger.begin_attempt(delivery, URL, 2.0)
    end(ledger, first, delivery, DeliveryState.DELIVERED)
    end(ledger, second, delivery, late)
    ledger.give_up(delivery, 103.0)

    assert ledger.counts() == {"all": {DeliveryState.DELIVERED: 1}}


def test_deliveries_are_counted_by_endpoint_and_state(ledger: Ledger) -> None:
    """Count what waits, was delivered and was given up, for each endpoint."""
    for sequence in range(1, 4):
        tell(ledger, EventType.PUBLISHED, sequence)
    first, second, third, *_ = waiting(ledger)
    end(ledger, ledger.begin_attempt(first, URL, 1.0), first, DeliveryState.DELIVERED)
    ledger.give_up(second, 2.0)

    assert (first.endpoint, second.endpoint, third.endpoint) == ("all", "news", "all")
    assert ledger.counts() == {
        "all": {DeliveryState.DELIVERED: 1, DeliveryState.WAITING: 2},
        "news": {DeliveryState.FAILED: 1, DeliveryState.WAITING: 2},
    }


def test_what_an_address_asked_for_is_its_own(ledger: Ledger) -> None:
    """Remember a wish under the name and the address that made it, and the last one only."""
    ledger.set_endpoint("all", URL, EndpointState(not_before=5.0))
    ledger.set_endpoint("all", URL, EndpointState(gone_at=7.0))

    assert ledger.endpoint("all", URL) == EndpointState(gone_at=7.0)
    assert ledger.endpoint("all", URL + "2") == EndpointState()
    assert ledger.endpoint("news", URL) == EndpointState()


def test_each_address_is_remembered(ledger: Ledger) -> None:
    """Keep what an address said while another is named for a while."""
    ledger.set_endpoint("all", URL, EndpointState(gone_at=7.0))
    ledger.set_endpoint("all", URL + "2", EndpointState(not_before=8.0))

    assert ledger.endpoint("all", URL + "2") == EndpointState(not_before=8.0)
    assert ledger.endpoint("all", URL) == EndpointState(gone_at=7.0)


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
