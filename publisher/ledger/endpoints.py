"""What the ledger knows of endpoints' addresses: whether they are in trouble, switched off, or have had enough for now."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from publisher.ledger import schema, statements
from publisher.ledger.deliveries import cancel_waiting
from publisher.ledger.records import DisabledWhy, EndpointState
from publisher.ledger.values import moment_or_none

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Row, Update

    from publisher.ledger.records import Share

    Transaction = Callable[[], AbstractContextManager[Connection]]

#: Nothing is due, or leased, for longer than this many seconds: more is what a clock that stood wrong has left.
LONGEST_DELAY = 30 * 3600.0
# Places in an endpoint's rate are kept for so many seconds, or until there is one: no more go out at once than that, and in
# no second more than the rate, because a little less than it is used.
_KEPT = 0.2

# So many endpoints are asked for in one statement.
_AT_ONCE = 500

_endpoints = schema.endpoints


@dataclass(frozen=True, slots=True)
class EndpointRecords:
    """The ledger's table of endpoints; what is known of them is known of an address, but for what was done by hand.

    Attributes:
        transaction: Begins one.
        reading: Begins one that changes nothing.
    """

    transaction: Transaction
    reading: Transaction

    def states(self) -> dict[tuple[str, str], EndpointState]:
        """Return what is known of every address that endpoints ever had, by name and address."""
        with self.reading() as connection:
            return {(row.name, row.url): _state(row) for row in connection.execute(select(_endpoints))}

    def present(self, addresses: Mapping[str, str]) -> dict[str, EndpointState]:
        """Return how some endpoints are at the addresses that they have now, by name."""
        with self.reading() as connection:
            return read_present(connection, addresses)

    def change(
        self, name: str, url: str, fold: Callable[[EndpointState], EndpointState]
    ) -> tuple[EndpointState, int]:
        """Change what is known of an endpoint's address; what waits for one that is switched off is cancelled.

        Where it was switched off by hand and is not any more, that is forgotten of all addresses that it ever had.

        Returns:
            What was known before, and how much was cancelled.
        """
        with self.transaction() as connection:
            before = read_present(connection, {name: url})[name]
            after = fold(before)
            if before.disabled_why is DisabledWhy.BY_HAND and after.disabled_why is not DisabledWhy.BY_HAND:
                connection.execute(statements.FORGET_BY_HAND, {"_of_name": name})
            put_states(connection, {(name, url): after})
            if after.disabled_at is None or before.disabled_at is not None:
                return before, 0
            return before, cancel_waiting(connection, name, after.disabled_at)


def put_states(connection: Connection, states: Mapping[tuple[str, str], EndpointState]) -> None:
    """Write what is known of endpoints' addresses, by name and address."""
    rows = [
        {**_key(name, url), **{f"_{column}": value for column, value in asdict(state).items()}}
        for (name, url), state in states.items()
    ]
    _put(connection, statements.PUT_STATE, rows)


def _put(connection: Connection, statement: Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Change rows, one for each address; of an address that is new a row is made first."""
    if rows and connection.execute(statement, rows).rowcount != len(rows):
        connection.execute(statements.NEW_ADDRESS, rows)
        connection.execute(statement, rows)


def _key(name: str, url: str) -> dict[str, str]:
    return {"_of_name": name, "_of_url": url}


def switched_off(connection: Connection, addresses: Mapping[str, str]) -> frozenset[str]:
    """Return which endpoints are switched off, of some and their addresses."""
    states = read_present(connection, addresses)
    return frozenset(name for name, state in states.items() if state.disabled_at is not None)


def read_present(connection: Connection, addresses: Mapping[str, str]) -> dict[str, EndpointState]:
    """Return how some endpoints are at the addresses that they have now, by name."""
    return {name: state for (name, _), state in read_states(connection, addresses.items()).items()}


def read_states(
    connection: Connection, addresses: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], EndpointState]:
    """Return how endpoints are at some of their addresses, by name and address.

    What was switched off by hand is off by its name, whichever address it had then; all else is known of an address.
    """
    wanted = list(addresses)
    known: defaultdict[str, dict[str, EndpointState]] = defaultdict(dict)
    for start in range(0, len(wanted), _AT_ONCE):
        names = [name for name, _ in wanted[start : start + _AT_ONCE]]
        for row in connection.execute(statements.ENDPOINTS, {"_of_names": names}):
            known[row.name][row.url] = _state(row)
    return {(name, url): _at(url, known[name]) for name, url in wanted}


def _at(url: str, known: Mapping[str, EndpointState]) -> EndpointState:
    here = known.get(url, EndpointState())
    by_hand = [one.disabled_at for one in known.values() if one.disabled_why is DisabledWhy.BY_HAND]
    if not by_hand:
        return here
    return replace(here, disabled_at=by_hand[0], disabled_why=DisabledWhy.BY_HAND)


def _state(row: Row[Any]) -> EndpointState:
    skew = None if row.skew is None else float(row.skew)
    if skew is not None and not math.isfinite(skew):
        raise ValueError("not what was written")
    return EndpointState(
        not_before=moment_or_none(row.not_before),
        failures=int(row.failures),
        refusals=int(row.refusals),
        failing_since=moment_or_none(row.failing_since),
        failed_at=moment_or_none(row.failed_at),
        succeeded_at=moment_or_none(row.succeeded_at),
        disabled_at=moment_or_none(row.disabled_at),
        disabled_why=None if row.disabled_why is None else DisabledWhy(row.disabled_why),
        paced_until=moment_or_none(row.paced_until),
        skew=skew,
    )


def left_alone_until(state: EndpointState, now: float) -> float | None:
    """Return until when an endpoint is left alone, in seconds since 1970; None where it is not.

    Nothing is left alone for longer than `LONGEST_DELAY`: more is what a wrong clock has left.
    """
    rests = state.not_before is not None and 0 < state.not_before - now <= LONGEST_DELAY
    return state.not_before if rests else None


def places_for(share: Share, state: EndpointState, under_way: int, now: float) -> int:
    """Say how many more deliveries an endpoint may have on their way at once."""
    if state.disabled_at is not None or left_alone_until(state, now) is not None:
        return 0
    return (1 if state.failures else share.concurrency) - under_way


def pace_for(share: Share, state: EndpointState, now: float) -> int:
    """Say how many more deliveries an endpoint's rate allows at this moment."""
    # What has just been waited for is there, whatever the last digit of a time is.
    return max(0, int((now - _slot(share, state, now)) * _pace(share) + 1e-6))


def paced_until(share: Share, state: EndpointState, number: int, now: float) -> float:
    """Return until when an endpoint's rate is used up by so many more deliveries, in seconds since 1970."""
    return _slot(share, state, now) + number / _pace(share)


def use_paces(connection: Connection, used: Mapping[tuple[str, str], float]) -> None:
    """Write until when the rates of endpoints are used up, by name and address."""
    rows = [{**_key(name, url), "_paced_until": until} for (name, url), until in used.items()]
    _put(connection, statements.USE_PACE, rows)


def _pace(share: Share) -> float:
    return share.rate / (1 + _KEPT)


def _slot(share: Share, state: EndpointState, now: float) -> float:
    """Return up to when an endpoint's rate is used up; one that was set by a wrong clock is forgotten."""
    kept = max(_KEPT, 1 / _pace(share))
    used = state.paced_until if state.paced_until is not None and state.paced_until <= now + kept else 0.0
    return max(used, now - kept)
