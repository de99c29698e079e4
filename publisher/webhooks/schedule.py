"""When a delivery is tried again, and what tries make of an endpoint: the rules, and nothing that acts.

The schedule is the one that the Standard Webhooks specification 1.0.0 gives as an example: ten tries over some three days,
the first at once. Chance only ever adds to a delay, so that those who failed together do not come back together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from publisher.ledger import Claim, DeliveryState, DisabledWhy, EndpointState, Result, left_alone_until
from publisher.webhooks.verdict import Meaning, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

#: The seconds between a try that failed and the next.
DELAYS = (5.0, 300.0, 1800.0, 7200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
#: After so many tries a delivery is given up.
TRIES = len(DELAYS) + 1
#: The seconds an endpoint in trouble is left alone after each try in a row that found it so; the last for all that follow.
#: Never longer than what failed has to wait anyway, and never so long that one that is back waits for half a day.
PAUSES = (5.0, 30.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)
#: An event that nobody could be asked about, because of this site or this machine, is tried again after so many seconds.
BLOCKED_PAUSE = 300.0
#: For so many seconds that is not held against an event; then its tries count.
BLOCKED_FOR = 4 * 24 * 3600.0
_JITTER = 0.1
_DAY = 24 * 3600.0
# No delivery waits so long for its next try: nothing was tried in between.
_LONGEST_SILENCE = 2 * _DAY


@dataclass(frozen=True, slots=True)
class Policy:
    """How much a site puts up with.

    Attributes:
        disable_after: After how many days of failures, and no success, an endpoint is switched off; None for never.
        chance: Answers a number from 0 to 1.
    """

    disable_after: int | None
    chance: Callable[[], float]

    def settle(self, claim: Claim, verdict: Verdict, at: float, address: str | None = None) -> Result:
        """Say where a delivery stands after a try that ended at `at`, in seconds since 1970.

        `address` is the endpoint's present one, where publisher.toml may have come to name another during the try.
        """
        state, step, due = DeliveryState.DELIVERED, claim.step, None
        if verdict.meaning is Meaning.GONE:
            state = DeliveryState.CANCELLED
            if address not in {None, claim.url}:
                state, due = DeliveryState.WAITING, at
        elif verdict.meaning is Meaning.BLOCKED and at - claim.committed_at < BLOCKED_FOR:
            # Not one of its tries: it would be used up by what an editor has to mend here.
            state, due = DeliveryState.WAITING, at + self._later(BLOCKED_PAUSE)
        elif verdict.meaning is not Meaning.DELIVERED:
            step += 1
            over = step >= TRIES
            state = DeliveryState.FAILED if over else DeliveryState.WAITING
            due = None if over else at + max(self._later(DELAYS[step - 1]), verdict.patience or 0.0)
        return Result(
            claim=claim,
            state=state,
            step=step,
            due_at=due,
            ended_at=at,
            status=verdict.status,
            kind=verdict.kind,
            outcome=verdict.outcome,
            excerpt=verdict.excerpt,
        )

    def after(self, state: EndpointState, verdict: Verdict, at: float) -> EndpointState:
        """Return what is known of an endpoint after a try that ended at `at`, in seconds since 1970."""
        if verdict.skew is not None:
            state = replace(state, skew=verdict.skew)
        state = replace(state, not_before=left_alone_until(state, at))
        if verdict.meaning is Meaning.DELIVERED:
            # One that was on its way when the endpoint asked for patience does not take that back.
            return replace(
                state,
                failures=0,
                refusals=0,
                failing_since=None,
                failed_at=None,
                succeeded_at=at,
            )
        if verdict.meaning is Meaning.GONE:
            return _switched_off(state, at, DisabledWhy.GONE)
        if verdict.meaning is Meaning.TROUBLE and state.failures and state.not_before is not None:
            # One that was on its way when the trouble began met the same, and not more of it.
            return replace(state, not_before=_latest(state.not_before, at + (verdict.patience or 0.0)))
        state = _failed(state, at)
        if verdict.meaning is Meaning.BLOCKED:
            state = replace(state, not_before=_latest(state.not_before, at + self._later(BLOCKED_PAUSE)))
        if verdict.meaning is Meaning.TROUBLE:
            pause = PAUSES[min(state.failures, len(PAUSES) - 1)]
            wait = max(self._later(pause), verdict.patience or 0.0)
            state = replace(
                state, failures=state.failures + 1, not_before=_latest(state.not_before, at + wait)
            )
        if self._has_enough(state, at):
            return _switched_off(state, at, DisabledWhy.FAILING)
        return state

    def _has_enough(self, state: EndpointState, at: float) -> bool:
        """Tell whether it failed for days: time alone says nothing of an endpoint that there was little for."""
        since = state.failing_since
        if self.disable_after is None or since is None or state.refusals < TRIES:
            return False
        return at - since >= self.disable_after * _DAY

    def _later(self, delay: float) -> float:
        return delay * (1 + _JITTER * self.chance())


def _failed(state: EndpointState, at: float) -> EndpointState:
    """Count a failure; after days in which nothing was tried, or a leap of the clock, counting begins anew."""
    apart = state.failed_at is None or not 0 <= at - state.failed_at <= _LONGEST_SILENCE
    if apart or state.failing_since is None:
        return replace(state, failing_since=at, refusals=1, failed_at=at)
    return replace(state, refusals=state.refusals + 1, failed_at=at)


def _latest(one: float | None, two: float) -> float:
    return two if one is None else max(one, two)


def _switched_off(state: EndpointState, at: float, why: DisabledWhy) -> EndpointState:
    if state.disabled_at is not None:
        return state
    return replace(state, disabled_at=at, disabled_why=why)
