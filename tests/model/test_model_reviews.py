"""What the world may see of a review and when, in which order, and how a rating reads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.model import (
    Price,
    RatingScale,
    Review,
    Status,
    Visibility,
    as_of,
    plain,
    visibility,
)

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(seconds=1), NOON + timedelta(seconds=1)
STARS = RatingScale(
    minimum=Decimal(0), maximum=Decimal(5), step=Decimal("0.5"), unit="star", units="stars", symbol="★"
)
MOMENTS = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2050, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-6)), timezone(timedelta(hours=14))]),
)


def _review(
    date: datetime = NOON,
    *,
    status: Status = Status.READY,
    retracted: datetime | None = None,
    updated: datetime | None = None,
    id: str = "4c768283-9939-45ec-b325-53b5be6f9ce5",
) -> Review:
    return Review(
        id=id,
        slug="karmalink",
        title="Karmalink",
        date=date,
        updated=updated,
        status=status,
        retracted=retracted,
        language="en",
    )


@pytest.mark.parametrize(
    ("status", "date", "retracted", "expected"),
    [
        (Status.DRAFT, BEFORE, None, Visibility.DRAFT),
        (Status.DRAFT, AFTER, None, Visibility.DRAFT),
        (Status.READY, BEFORE, None, Visibility.LIVE),
        (Status.READY, NOON, None, Visibility.LIVE),
        (Status.READY, AFTER, None, Visibility.SCHEDULED),
        (Status.RETRACTED, BEFORE, NOON, Visibility.RETRACTED),
        (Status.RETRACTED, BEFORE, AFTER, Visibility.LIVE),
        (Status.RETRACTED, AFTER, AFTER, Visibility.SCHEDULED),
        (Status.RETRACTED, BEFORE, None, Visibility.RETRACTED),
    ],
)
def test_visibility_follows_the_table(
    status: Status, date: datetime, retracted: datetime | None, expected: Visibility
) -> None:
    """Draft beats all; a date in the future is scheduled; a retraction holds from its own moment on."""
    assert visibility(_review(date, status=status, retracted=retracted), NOON) is expected


@given(MOMENTS, MOMENTS, st.none() | MOMENTS, st.sampled_from(Status))
def test_no_draft_and_nothing_from_the_future_is_ever_live(
    date: datetime, now: datetime, retracted: datetime | None, status: Status
) -> None:
    """Whatever the zones, live means ready, begun and not taken back."""
    seen = visibility(_review(date, status=status, retracted=retracted), now)

    if seen is Visibility.LIVE:
        assert status is not Status.DRAFT
        assert date <= now
        assert status is Status.READY or (retracted is not None and retracted > now)
    if status is Status.DRAFT:
        assert seen is Visibility.DRAFT


def test_an_update_still_to_come_is_not_told() -> None:
    """Until its moment has come, neither `updated` nor the correction that goes with it is part of the review."""
    day = datetime(2026, 3, 5, tzinfo=UTC)
    review = replace(_review(day), updated=day + timedelta(days=2), correction="It was Wisborg.")

    before, then = as_of(review, day + timedelta(days=1)), as_of(review, day + timedelta(days=2))

    assert (before.updated, before.correction, before.changed) == (None, None, day)
    assert then == review


@pytest.mark.parametrize(
    ("number", "expected"),
    [("4", "4"), ("4.0", "4"), ("4.50", "4.5"), ("100", "100"), ("1E+2", "100"), ("0", "0"), ("0.00", "0")],
)
def test_numbers_are_written_without_noise(number: str, expected: str) -> None:
    """No exponent, no trailing zeros, no lost hundreds."""
    assert plain(Decimal(number)) == expected


def test_a_rating_is_described_in_the_units_of_its_scale() -> None:
    """The noun agrees with the scale's end, which stands before it."""
    one = RatingScale(
        minimum=Decimal(0), maximum=Decimal(1), step=Decimal(1), unit="thumb", units="thumbs", symbol="👍"
    )

    assert STARS.describe(Decimal(4)) == "4 of 5 stars"
    assert STARS.describe(Decimal("1.0")) == "1 of 5 stars"
    assert STARS.describe(Decimal("0.5")) == "0.5 of 5 stars"
    assert one.describe(Decimal(1)) == "1 of 1 thumb"


def test_readers_were_last_told_of_the_later_of_two_dates() -> None:
    """`changed` is the update where there is one that is later."""
    assert _review().changed == NOON
    assert _review(updated=AFTER).changed == AFTER
    assert _review(updated=BEFORE).changed == NOON


def test_the_identity_of_a_review_is_its_uuid_as_a_urn() -> None:
    """Feeds and events carry `urn:uuid:` and nothing that can change."""
    assert _review().urn == "urn:uuid:4c768283-9939-45ec-b325-53b5be6f9ce5"


def test_a_price_reads_as_amount_and_currency() -> None:
    """The amount keeps the decimals the editor gave it."""
    assert str(Price(Decimal("3.90"), "EUR")) == "3.90 EUR"
