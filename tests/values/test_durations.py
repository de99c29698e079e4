"""Durations as people say them."""

from __future__ import annotations

import pytest

from publisher.values.durations import duration_in_words


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
