"""Whatever a partner answers, it has a meaning, and words that are harmless to a terminal."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.net import Answer, FaultKind, FetchFault
from publisher.webhooks.signing import TOLERANCE
from publisher.webhooks.verdict import _EXCERPT, Meaning, judge_answer, judge_fault

NOW = 1_700_000_000.0
LIMIT = 2048

# Header values come as text of one line, out of any bytes.
values = st.text(st.characters(exclude_characters="\r\n", max_codepoint=0x10FFFF), max_size=400)
dates = st.sampled_from(
    [
        "Tue, 14 Nov 2023 22:13:20 GMT",
        "Tue, 14 Nov 2023 23:13:20 GMT",
        "Tue, 14 Nov 2023 22:13:20 -0000",
        "Tuesday, 14-Nov-23 22:13:20 GMT",
        "Thu, 01 Jan 0001 00:00:00 +2359",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "Tue, 14 Nov 99999999999999999999 22:13:20 GMT",
        "Tue, 14 Nov 2023 22:13:20 +99999999999999999999",
        "1",
        ",",
    ]
)
headers = st.dictionaries(
    st.sampled_from(["location", "retry-after", "date", "age", "server"]), values | dates
)
answers = st.builds(
    Answer,
    status=st.integers(100, 999),
    headers=headers,
    body=st.binary(max_size=LIMIT),
    complete=st.booleans(),
    seconds=st.floats(0, 100),
)


@given(answers)
@example(Answer(301, {"location": "\x1b[2J\u202egone"}, b"", complete=True, seconds=0.0))
@example(Answer(401, {"date": "Fri, 31 Dec 9999 23:59:59 -2359"}, b"", complete=True, seconds=0.0))
@example(Answer(429, {"retry-after": "9" * 5000}, b"\xff\xfe", complete=False, seconds=0.0))
def test_any_answer_has_a_meaning_and_printable_words(answer: Answer) -> None:
    """No status, header or body brings out an exception, or a word that a terminal would obey."""
    verdict = judge_answer(answer, NOW, LIMIT)

    assert verdict.outcome.isprintable()
    assert verdict.outcome
    assert len(verdict.outcome) < 500
    assert len(verdict.excerpt) <= _EXCERPT
    # No half of a surrogate pair, which no ledger can keep.
    assert verdict.excerpt.encode().decode() == verdict.excerpt
    assert (verdict.status, verdict.kind) == (answer.status, None)
    assert (verdict.meaning is Meaning.DELIVERED) == (200 <= answer.status < 300)
    assert (verdict.meaning is Meaning.GONE) == (answer.status == 410)
    assert verdict.patience is None or 0 < verdict.patience <= 24 * 3600
    assert verdict.patience is None or answer.status in {429, 503}


@given(answers)
def test_only_a_refusal_is_blamed_on_the_clock(answer: Answer) -> None:
    """A site in trouble is in trouble whatever its clock says, and what was delivered was delivered."""
    verdict = judge_answer(answer, NOW, LIMIT)

    if verdict.meaning is Meaning.BLOCKED:
        assert 300 <= answer.status < 500 or answer.status < 200
        assert verdict.skew is not None
        assert abs(verdict.skew) > TOLERANCE
        assert "clock" in verdict.outcome


@given(st.sampled_from(FaultKind), st.text(), st.booleans())
def test_any_fault_has_a_meaning_and_printable_words(kind: FaultKind, message: str, sent: bool) -> None:  # noqa: FBT001 - drawn
    """Say whether the event may have arrived; blame the endpoint for all but addresses that may not be called."""
    verdict = judge_fault(FetchFault(kind, message, sent=sent))

    assert verdict.outcome.isprintable()
    assert verdict.outcome.endswith("(it may have arrived)") or not sent
    blocked = kind in {FaultKind.URL, FaultKind.REFUSED_ADDRESS}
    assert verdict.meaning is (Meaning.BLOCKED if blocked else Meaning.TROUBLE)
    assert (verdict.status, verdict.kind) == (None, kind)


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        *[(status, Meaning.DELIVERED) for status in (200, 201, 202, 204, 299)],
        *[(status, Meaning.TROUBLE) for status in (408, 425, 429, 500, 501, 502, 503, 504, 599, 999)],
        *[(status, Meaning.REFUSED) for status in (101, 300, 301, 308, 400, 401, 403, 404, 405, 413, 415, 422, 499)],
        (410, Meaning.GONE),
    ],
)  # fmt: skip
def test_what_each_status_means(status: int, meaning: Meaning) -> None:
    """The table that the schedule rests on, row by row."""
    assert judge_answer(Answer(status, {}, b"", complete=True, seconds=0.0), NOW, LIMIT).meaning is meaning
