"""Sizes and times in the words of messages."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from publisher.doctor.wording import count, moment, quoted, size


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1,023 bytes"),
        (1024, "1.0 KiB"),
        (5 * 1024**2, "5.0 MiB"),
        (3 * 1024**4, "3,072.0 GiB"),
    ],
)
def test_sizes_are_said_in_the_unit_that_fits(amount: int, words: str) -> None:
    """With one digit behind the point."""
    assert size(amount) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0, "1970-01-01 01:00 CET"),
        (float("nan"), "a time that no calendar has"),
        (float("inf"), "a time that no calendar has"),
        (1e18, "a time that no calendar has"),
        (-1e18, "a time that no calendar has"),
    ],
)
def test_a_moment_that_no_calendar_has_breaks_nothing(seconds: float, words: str) -> None:
    """A damaged ledger may hold any."""
    assert moment(seconds, ZoneInfo("Europe/Paris")) == words


def test_another_s_words_are_one_short_harmless_line() -> None:
    """Whatever a server sends as the place that it leads on to."""
    assert quoted("a\x1b[31m\n") == "a\ufffd[31m\ufffd"
    assert len(quoted("x" * 100_000)) == 201


def test_things_are_counted_in_words() -> None:
    """One is one."""
    assert [count(number, "post") for number in (0, 1, 2000)] == ["0 posts", "1 post", "2,000 posts"]
