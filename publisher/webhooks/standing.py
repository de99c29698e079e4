"""How deliveries and endpoints stand, in words for people: what is waited for, until when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.ledger import DeliveryState, DisabledWhy, left_alone_until
from publisher.values.durations import duration_in_words
from publisher.webhooks.reports import switched_off
from publisher.webhooks.signing import TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.ledger import EndpointState
    from publisher.ledger.delivery_rows import Delivery


@dataclass(frozen=True, slots=True)
class Standing:
    """How something stands.

    Attributes:
        why: For people; empty where there is nothing to say.
        until: When something happens by itself, in seconds since 1970; None when it does not, or may at once.
    """

    why: str
    until: float | None = None


def delivery_standing(delivery: Delivery, state: EndpointState | None, now: float) -> Standing:
    """Say how a delivery stands, and of one that waits, what for.

    Args:
        delivery: The delivery.
        state: What is known of its endpoint's present address; None when publisher.toml names it no longer.
        now: In seconds since 1970.
    """
    last = (delivery.last.outcome or _UNKNOWN) if delivery.last is not None else None
    tries = _tries(delivery.attempts)
    match delivery.state:
        case DeliveryState.WAITING:
            return _waiting(delivery, state, now, last)
        case DeliveryState.DELIVERED:
            status = delivery.last.status if delivery.last is not None else None
            return Standing(f"{status or 'taken'}, {tries}")
        case DeliveryState.FAILED:
            return Standing(f"given up, {tries}: {last or _UNKNOWN}")
        case DeliveryState.SET_ASIDE:
            return Standing(f"whoever sent it died of it, again and again; {tries}")
        case DeliveryState.SUPERSEDED:
            return Standing("its review was taken back first")
        case DeliveryState.CANCELLED:
            return Standing(f"{tries}: {last}" if last else tries)


_UNKNOWN = "nobody knows what became of the last"


def _tries(number: int) -> str:
    return {0: "never tried", 1: "one try"}.get(number, f"{number} tries")


def _waiting(delivery: Delivery, state: EndpointState | None, now: float, last: str | None) -> Standing:
    if delivery.under_way:
        return Standing("on its way right now")
    if state is None:
        return Standing("its endpoint is no longer in publisher.toml")
    if state.disabled_why is not None:
        return Standing(switched_off(state.disabled_why))
    pause = left_alone_until(state, now) or 0.0
    until = max(pause, delivery.due_at)
    if until <= now:
        due = "behind an earlier event of its review" if delivery.behind else "due now"
        return Standing(f"{due}; {_tries(delivery.attempts)}: {last}" if last else due)
    told = [f"{_tries(delivery.attempts)}: {last}"] if last else []
    alone = ["its endpoint is left alone until then"] if pause > delivery.due_at else []
    return Standing("; ".join([*told, *alone]) or _tries(delivery.attempts), until)


def endpoint_standing(
    state: EndpointState, now: float, last_failure: str | None = None
) -> tuple[str, Standing]:
    """Say in a word how an endpoint is, and more of it: off, paused, failing, well, or new.

    Args:
        state: What is known of its present address.
        now: In seconds since 1970.
        last_failure: What came of the last event that it did not take there; None where nobody remembers.
    """
    if state.disabled_why is not None:
        last = f"; the last try: {last_failure}" if gave_up(state) and last_failure else ""
        return "off", Standing(f"{switched_off(state.disabled_why)}{last}")
    trouble = (
        f"it has taken nothing for {duration_in_words(now - state.failing_since)}, "
        f"{_failures(state.refusals)}"
        if state.failing_since is not None
        else ""
    )
    why = "; the last: ".join(told for told in (trouble, last_failure) if told)
    pause = left_alone_until(state, now)
    if pause is not None:
        return "paused", Standing(why or "it is left alone until then", pause)
    if trouble:
        return "failing", Standing(why)
    if state.succeeded_at is not None:
        return "well", Standing(f"it took something {duration_in_words(now - state.succeeded_at)} ago")
    return "new", Standing("it has got nothing yet")


def gave_up(state: EndpointState) -> bool:
    """Tell whether an endpoint was switched off because of what it answered, again and again."""
    return state.disabled_why is DisabledWhy.FAILING


def troubled(addresses: Mapping[str, str], states: Mapping[str, EndpointState], now: float) -> dict[str, str]:
    """Return those of some endpoints, with their addresses, whose last answer says why they are as they are."""
    return {name: url for name, url in addresses.items() if _in_trouble(states[name], now)}


def _in_trouble(state: EndpointState, now: float) -> bool:
    if state.disabled_why is not None:
        return gave_up(state)
    return state.failing_since is not None or left_alone_until(state, now) is not None


def _failures(number: int) -> str:
    return "after one try that failed" if number == 1 else f"after {number} tries that failed"


def clock_words(skew: float | None) -> str | None:
    """Say that the clocks are too far apart for signatures; None when they are not, or that is not known."""
    if skew is None or abs(skew) <= TOLERANCE:
        return None
    side = "behind" if skew > 0 else "ahead of"
    return f"this machine's clock is {duration_in_words(abs(skew))} {side} the partner's; a signature is good for five minutes"
