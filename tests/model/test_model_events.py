"""The types of events: which of them an endpoint gets that asked for some."""

from __future__ import annotations

import pytest

from publisher.model import REVIEW_EVENTS, EventType, types_sent


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ({"review.updated"}, {"review.updated", "review.moved"}),
        ({"review.moved"}, {"review.moved"}),
        ({"review.published", "review.retracted"}, {"review.published", "review.retracted"}),
        ({"review.offers_changed"}, {"review.offers_changed"}),
        (set(REVIEW_EVENTS), set(REVIEW_EVENTS)),
        (set(), set()),
    ],
)
def test_who_asked_for_updates_hears_of_moves(asked: set[str], sent: set[str]) -> None:
    """A list from before moves had a type of their own still brings every new address; nothing else comes unasked."""
    assert types_sent(map(EventType, asked)) == sent


def test_a_ping_is_none_of_the_types_that_tell_of_reviews() -> None:
    """It is sent on purpose, to one endpoint, and asked for by none."""
    assert set(EventType) - set(REVIEW_EVENTS) == {EventType.PING}


def test_types_have_words() -> None:
    """As summaries of runs say them."""
    assert [kind.words for kind in EventType] == [
        "published",
        "updated",
        "moved",
        "offers changed",
        "retracted",
        "ping",
    ]
