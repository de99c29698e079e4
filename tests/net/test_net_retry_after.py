"""How long a host's Retry-After keeps us waiting."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.net import Answer
from publisher.net.retry_after import retry_after

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC).timestamp()
DAY = 24 * 3600.0


def asked(written: str) -> float | None:
    """Read a header as an answer carries it."""
    return retry_after(Answer(503, {"retry-after": written}, b"", complete=True, seconds=0.1), NOW)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120.0),
        (" 120 ", 120.0),
        ("1", 1.0),
        ("86400", DAY),
        ("86401", DAY),
        ("9999999999", DAY),
        ("999999999999999999999", DAY),
        ("9" * 5000, DAY),
        ("0" * 5000 + "7", 7.0),
        ("Sun, 22 Nov 2026 12:10:00 GMT", 600.0),
        ("Sunday, 22-Nov-26 12:10:00 GMT", 600.0),
        ("Sun Nov 22 12:10:00 2026", 600.0),
        ("Sun, 22 Nov 2026 12:10:00 -0000", 600.0),
        ("Sun, 22 Nov 2026 13:10:00 +0100", 600.0),
        ("Sun, 22 Nov 2036 12:10:00 GMT", DAY),
    ],
)
def test_a_wait_is_read(written: str, seconds: float) -> None:
    """Read seconds and every form of date that RFC 9110 knows; never wait for more than a day."""
    assert asked(written) == seconds


@pytest.mark.parametrize(
    "written",
    [
        "",
        "0",
        "-5",
        "1.5",
        "+5",
        "٣",
        "soon",
        "10, 20",
        "1e3",
        "Sun, 22 Nov 2026 11:59:59 GMT",
        "Sun, 22 Nov 1970 12:10:00 GMT",
        "Sun, 99 Nov 2026 12:10:00 GMT",
        "Sun, 22 Nov 99999 12:10:00 GMT",
        "Sun, 22 Nov 2026 12:10:00 +9999999",
        "2026-11-22T12:10:00Z",
    ],
)
def test_what_makes_no_sense_is_ignored(written: str) -> None:
    """Ask for nothing when the header is junk, past, negative or a fraction: the schedule rules."""
    assert asked(written) is None


@example(",")
@example("Mon, ")
@example("1 Jan 2026 00:00:00 +999999999999")
@example("01 Jan 0001 00:00:00 +2359")
@given(
    st.text()
    | st.from_regex(r"[0-9]{1,2} (Jan|Feb) [0-9]{1,6} [0-9:.]{1,10} [+-]?[0-9]{1,12}", fullmatch=True)
    | st.lists(
        st.sampled_from(["Sun", ",", " ", "22", "Nov", "2026", "12:10:00", ":", "GMT", "-", "+", "("])
    ).map("".join)
)
def test_no_header_breaks_the_reading(written: str) -> None:
    """Answer any text at all with nothing, or with a wait of at most a day."""
    seconds = asked(written)

    assert seconds is None or 0 < seconds <= DAY
