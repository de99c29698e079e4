"""Whatever tries come to: when they are repeated, and what they make of an endpoint."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from publisher.ledger import Claim, DeliveryState, DisabledWhy, EndpointState
from publisher.ledger.endpoints import LONGEST_DELAY
from publisher.webhooks.schedule import BLOCKED_FOR, BLOCKED_PAUSE, DELAYS, PAUSES, TRIES, Policy
from publisher.webhooks.verdict import Meaning, Verdict

DAY = 24 * 3600.0
JITTER = 1.1
URL = "https://partner.example/hook"

chances = st.floats(0, 1)
moments = st.floats(0, 4e9)
patience = st.none() | st.floats(0.001, DAY)
verdicts = st.builds(
    Verdict,
    meaning=st.sampled_from(Meaning),
    status=st.none() | st.integers(100, 599),
    kind=st.none(),
    outcome=st.text(),
    excerpt=st.text(),
    patience=patience,
    skew=st.none() | st.floats(-1e9, 1e9),
)
states = st.builds(
    EndpointState,
    not_before=st.none() | moments,
    failures=st.integers(0, 100),
    refusals=st.integers(0, 100),
    failing_since=st.none() | moments,
    failed_at=st.none() | moments,
    succeeded_at=st.none() | moments,
)
#: What happens to an endpoint: a verdict, and how many seconds after the one before.
histories = st.lists(st.tuples(verdicts, st.floats(0, 3 * DAY)), max_size=40)


def claim(step: int, at: float) -> Claim:
    """Make a claim of a delivery of which so many tries have failed, and whose event was committed at a moment."""
    return Claim(1, 1, "partner", URL, "msg_1", "review", "review.published", b"{}", step + 1, step, at)


@given(verdicts, st.integers(0, TRIES - 1), moments, chances)
def test_a_due_time_is_never_too_early_and_never_too_late(
    verdict: Verdict, step: int, at: float, chance: float
) -> None:
    """Not before the schedule, not before what the partner asked for, not in the past; a tenth later at most."""
    result = Policy(None, lambda: chance).settle(claim(step, at), verdict, at)
    waits = result.state is DeliveryState.WAITING

    assert (result.due_at is not None) == waits
    if waits:
        assert result.due_at is not None
        asked = verdict.patience or 0.0
        blocked = verdict.meaning is Meaning.BLOCKED
        least = BLOCKED_PAUSE if blocked else max(DELAYS[step], asked)
        most = BLOCKED_PAUSE * JITTER if blocked else max(DELAYS[step] * JITTER, asked)
        # Numbers of seconds since 1970 are exact to a millionth.
        assert at < result.due_at
        assert at + least - 1e-5 <= result.due_at <= at + most + 1e-5
        assert result.due_at - at <= DAY * JITTER + 1e-5


@given(verdicts, st.integers(0, TRIES - 1), moments, chances)
def test_a_try_is_counted_where_a_partner_failed_it(
    verdict: Verdict, step: int, at: float, chance: float
) -> None:
    """Refusals and trouble use up the schedule, nothing else does; the tenth ends it."""
    result = Policy(None, lambda: chance).settle(claim(step, at), verdict, at)
    counted = verdict.meaning in {Meaning.REFUSED, Meaning.TROUBLE}

    assert result.step == step + counted
    assert (result.state is DeliveryState.FAILED) == (counted and step + 1 == TRIES)
    assert (result.state is DeliveryState.DELIVERED) == (verdict.meaning is Meaning.DELIVERED)
    assert (result.state is DeliveryState.CANCELLED) == (verdict.meaning is Meaning.GONE)
    assert (result.ended_at, result.status, result.outcome) == (at, verdict.status, verdict.outcome)


@given(verdicts, st.integers(0, TRIES - 1), moments)
def test_what_keeps_an_event_from_being_sent_for_days_uses_up_its_tries(
    verdict: Verdict, step: int, at: float
) -> None:
    """Nothing waits for ever because an address may not be called, or because of a partner whose clock is wrong."""
    blocked = replace(verdict, meaning=Meaning.BLOCKED)
    result = Policy(None, lambda: 0.0).settle(claim(step, at - BLOCKED_FOR), blocked, at)

    assert result.step == step + 1


@given(verdicts, st.integers(0, TRIES - 1), moments)
def test_an_address_that_is_not_asked_any_more_takes_nothing_with_it(
    verdict: Verdict, step: int, at: float
) -> None:
    """410 of an address that publisher.toml has left leaves the event for the new one, at once."""
    result = Policy(None, lambda: 0.0).settle(claim(step, at), verdict, at, "https://new.example/")

    assert result.state is not DeliveryState.CANCELLED
    if verdict.meaning is Meaning.GONE:
        assert (result.state, result.step, result.due_at) == (DeliveryState.WAITING, step, at)


@given(states, verdicts, moments, chances, st.none() | st.integers(1, 3650))
def test_a_success_clears_everything_but_what_was_asked_for(
    state: EndpointState, verdict: Verdict, at: float, chance: float, days: int | None
) -> None:
    """Failures are over; a wish for patience that still runs is kept, for no longer than anything is."""
    after = Policy(days, lambda: chance).after(state, replace(verdict, meaning=Meaning.DELIVERED), at)

    assert (after.failures, after.refusals, after.failing_since, after.succeeded_at) == (0, 0, None, at)
    assert (after.disabled_at, after.disabled_why) == (None, None)
    runs = state.not_before is not None and at < state.not_before <= at + LONGEST_DELAY
    assert after.not_before == (state.not_before if runs else None)


@given(states, verdicts, moments, chances, st.none() | st.integers(1, 3650))
def test_failures_only_ever_grow(
    state: EndpointState, verdict: Verdict, at: float, chance: float, days: int | None
) -> None:
    """Until something arrives, or nothing was tried for days, no count goes back, and no rest is shortened."""
    if verdict.meaning is Meaning.DELIVERED:
        verdict = replace(verdict, meaning=Meaning.TROUBLE)
    after = Policy(days, lambda: chance).after(state, verdict, at)

    assert state.failures <= after.failures <= state.failures + 1
    assert after.succeeded_at == state.succeeded_at
    since = None if state.failing_since is None or state.failed_at is None else at - state.failed_at
    if since is not None and 0 <= since <= 2 * DAY:
        assert state.refusals <= after.refusals <= state.refusals + 1
        assert state.failing_since in {None, after.failing_since}
    # More than anything is put off is what a wrong clock has left.
    if at < (state.not_before or 0.0) <= at + LONGEST_DELAY:
        assert (after.not_before or 0.0) >= (state.not_before or 0.0)


@given(states, verdicts, moments, chances)
def test_an_endpoint_in_trouble_rests_no_longer_than_it_asked_for_or_an_hour(
    state: EndpointState, verdict: Verdict, at: float, chance: float
) -> None:
    """And never less than it asked for, or than the first rest, unless it rests already."""
    state = replace(state, not_before=None)
    after = Policy(None, lambda: chance).after(state, replace(verdict, meaning=Meaning.TROUBLE), at)

    asked = verdict.patience or 0.0
    assert after.not_before is not None
    assert max(PAUSES[0], asked) - 1e-5 <= after.not_before - at <= max(PAUSES[-1] * JITTER, asked) + 1e-5


@given(st.lists(st.tuples(patience, chances), min_size=1, max_size=20), moments)
def test_tries_that_were_on_their_way_together_are_one_trouble(
    tries: list[tuple[float | None, float]], at: float
) -> None:
    """However many fail in the same moment: one failure, the longest of the wishes, and otherwise the first rest."""
    dice = iter([chance for _, chance in tries])
    policy, state = Policy(None, lambda: next(dice)), EndpointState()
    for asked, _ in tries:
        state = policy.after(state, Verdict(Meaning.TROUBLE, 503, None, "", patience=asked), at)

    longest = max((asked or 0.0 for asked, _ in tries), default=0.0)
    assert state.failures == state.refusals == 1
    assert state.not_before is not None
    assert state.not_before - at <= max(PAUSES[0] * JITTER, longest) + 1e-5
    assert state.not_before - at >= longest - 1e-5


@given(histories, st.integers(1, 30))
def test_an_endpoint_is_switched_off_by_410_or_by_days_of_nothing_but_failures(
    history: list[tuple[Verdict, float]], days: int
) -> None:
    """Ten failures at least, over that many days, and not one success among them; or the partner says so itself."""
    policy, state, at = Policy(days, lambda: 0.0), EndpointState(), 1_700_000_000.0
    since: float | None = None
    failures, gone = 0, False
    for verdict, seconds in history:
        at += seconds
        before, state = state, policy.after(state, verdict, at)
        gone = gone or verdict.meaning is Meaning.GONE
        if verdict.meaning is Meaning.DELIVERED:
            since, failures = None, 0
        elif verdict.meaning in {Meaning.REFUSED, Meaning.TROUBLE}:
            since, failures = since or at, failures + 1
        if state.disabled_at is not None and before.disabled_at is None:
            assert state.disabled_at == at
            if state.disabled_why is DisabledWhy.FAILING:
                assert not gone
                assert since is not None
                assert at - since >= days * DAY
                assert failures >= TRIES
            else:
                assert verdict.meaning is Meaning.GONE
            return
    assert state.disabled_why is None


@given(histories)
def test_a_site_that_never_switches_off_switches_off_only_what_is_gone(
    history: list[tuple[Verdict, float]],
) -> None:
    """With disable_after at 0 no number of failures, over however long, is enough."""
    policy, state, at = Policy(None, lambda: 1.0), EndpointState(), 0.0
    for verdict, seconds in history:
        at += seconds
        state = policy.after(state, verdict, at)

    gone = any(verdict.meaning is Meaning.GONE for verdict, _ in history)
    assert state.disabled_why is (DisabledWhy.GONE if gone else None)
