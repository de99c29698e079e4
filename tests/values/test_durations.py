"""Durations as people say and write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from publisher.values.durations import duration_in_words, parse_duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "1 s"),
        (0.2, "1 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5399, "90 min"),
        (5400, "1 h 30 min"),
        (7200, "2 h"),
        (172_799, "48 h"),
        (172_800, "2 days"),
        (331_200, "3 days 20 h"),
        (1_209_599, "14 days"),
        (1_209_600, "14 days"),
        (63_115_199, "730 days"),
        (63_115_200, "2 years"),
    ],
)
def test_durations_have_as_much_precision_as_anybody_wants(seconds: float, words: str) -> None:
    """Two units at the most, and none where the smaller is nothing."""
    assert duration_in_words(seconds) == words


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0", timedelta()),
        ("0s", timedelta()),
        ("45s", timedelta(seconds=45)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        (" 24 H ", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("2w", timedelta(days=14)),
        ("999999w", timedelta(weeks=999_999)),
    ],
)
def test_a_number_and_its_unit_are_a_duration(written: str, meant: timedelta) -> None:
    """Read seconds, minutes, hours, days and weeks; nothing needs no unit."""
    assert parse_duration(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "h", "24", "1.5h", "-1h", "+1h", "1h30m", "1 month", "1y", "P1D", "٢h", "1000000w", "1h\n2", "inf"],
)
def test_what_is_no_duration_is_refused(written: str) -> None:
    """Guess nothing: neither a unit nor a fraction."""
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(written)
