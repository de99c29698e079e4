"""What waits to be delivered: claimed for a while by whoever sends it, and settled by what became of it.

Any number of processes may work at one ledger. A claim is a lease: until it ends nobody else sends the same delivery, and
when its process dies, somebody else does. The claim's token fences off those who come late: their failures say nothing
any more, and their success still counts, because the partner has the event.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from publisher.diagnostics.masking import masked_address
from publisher.ledger import schema, statements
from publisher.ledger.deliveries import cancel_waiting
from publisher.ledger.endpoints import (
    LONGEST_DELAY,
    pace_for,
    paced_until,
    places_for,
    put_states,
    read_present,
    read_states,
    use_paces,
)
from publisher.ledger.records import Claim, DeliveryState, EndpointState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from sqlalchemy import Connection, Row

    from publisher.ledger.records import Result, Share

    Transaction: TypeAlias = Callable[[], AbstractContextManager[Connection]]
    #: What results make of an endpoint's state.
    Fold: TypeAlias = Callable[[EndpointState, Sequence[Result]], EndpointState]

#: A delivery that was claimed so often in a row without a result is set aside.
CLAIMS_LIMIT = 5

_deliveries, _events, _endpoints = schema.deliveries, schema.events, schema.endpoints
_WAITS = _deliveries.c.state == DeliveryState.WAITING


@dataclass(frozen=True, slots=True)
class Claims:
    """What one look at the queue gave.

    Attributes:
        found: What to send.
        set_aside: The deliveries that are not tried any more: their endpoints and events.
        quiet: The endpoints that have nothing more to be sent now.
        paced: The endpoints that something is due for, and whose rate is used up for a moment.
    """

    found: tuple[Claim, ...]
    set_aside: tuple[tuple[str, str], ...]
    quiet: frozenset[str]
    paced: frozenset[str]


#: How often what is claimed was claimed before without a result: any number of times, never, or at least once.
ANY, UNSUSPECTED, SUSPECTS = (0, 2**31 - 1), (0, 0), (1, 2**31 - 1)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a claim asks for.

    Attributes:
        most: How many deliveries.
        lease: For how many seconds they are the courier's.
        claims: How often they may have been claimed before without a result: the fewest and the most times.
        reserve: How many of the places are for endpoints that have nothing on its way.
    """

    most: int = 1
    lease: float = 120.0
    claims: tuple[int, int] = ANY
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class Queue:
    """The ledger's deliveries, as those see them who make them.

    Attributes:
        transaction: Begins one.
        reading: Begins one that changes nothing.
    """

    transaction: Transaction
    reading: Transaction

    def claim(self, courier: str, shares: Iterable[Share], now: float, terms: Terms | None = None) -> Claims:
        """Take deliveries that are due, and record that they are about to be tried: what is not recorded is not sent.

        Of one review an endpoint is sent the next event only when the one before has arrived, or failed once.

        Args:
            courier: Who takes them.
            shares: The endpoints that may be sent something, those first that are to be served first.
            now: The time, in seconds since 1970.
            terms: How many, for how long, and which.
        """
        terms = terms or Terms()
        asked = list(shares)
        catch = _Catch(terms, now)
        with self.transaction() as connection:
            under_way = _under_way(connection, now)
            # Of a thousand endpoints, those behind the first that fill all places are not looked at.
            for start in range(0, len(asked), 2 * terms.most):
                some = asked[start : start + 2 * terms.most]
                states = read_present(connection, {share.endpoint: share.url for share in some})
                for share in some:
                    catch.take(connection, share, states[share.endpoint], under_way.get(share.endpoint, 0))
                if len(catch.found) >= terms.most:
                    break
            use_paces(connection, catch.used)
            _lease(connection, catch.found, courier, now, now + terms.lease)
        return Claims(
            tuple(catch.found), tuple(catch.set_aside), frozenset(catch.quiet), frozenset(catch.paced)
        )

    def record(
        self, results: Sequence[Result], fold: Fold, addresses: Mapping[str, str] | None = None
    ) -> dict[tuple[str, str], EndpointState]:
        """Record what became of claims, and what that makes of their endpoints.

        Success counts whoever tells it; anything else only of the last claim, for as long as the delivery waits.

        Args:
            results: What became of them.
            fold: What results make of an endpoint's state.
            addresses: The present address of each endpoint that has another by now than when it was asked: what waits
                is not cancelled because an address was switched off that it does not go to.

        Returns:
            The state of each endpoint by name and address, after it.
        """
        with self.transaction() as connection:
            _settle(connection, results)
            told = _by_endpoint(_timely(connection, results))
            before = read_states(connection, told)
            after = {address: fold(before[address], those) for address, those in told.items()}
            changed = {address: state for address, state in after.items() if state != before[address]}
            put_states(connection, changed)
            for (name, url), state in changed.items():
                present = (addresses or {}).get(name, url) == url
                if present and state.disabled_at is not None and before[name, url].disabled_at is None:
                    cancel_waiting(connection, name, state.disabled_at)
        return after

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Undo claims that were not begun: nobody knows of them."""
        if not claims:
            return
        with self.transaction() as connection:
            connection.execute(statements.GIVE_BACK, _keys(claims))
            connection.execute(statements.FORGET_ATTEMPT, _keys(claims))

    def suspected(self, now: float) -> bool:
        """Tell whether something is due that was claimed before without a result."""
        with self.reading() as connection:
            return bool(connection.execute(statements.SUSPECTED, {"_now": now}).scalar_one())

    def couriers(self) -> frozenset[str]:
        """Return who holds leases."""
        query = select(_deliveries.c.courier).where(_deliveries.c.leased_until.is_not(None)).distinct()
        with self.reading() as connection:
            return frozenset(str(one) for one in connection.execute(query).scalars() if one is not None)

    def release(self, couriers: Iterable[str]) -> None:
        """End the leases of couriers that have died."""
        with self.transaction() as connection:
            connection.execute(
                update(_deliveries)
                .where(_deliveries.c.leased_until.is_not(None), _deliveries.c.courier.in_(list(couriers)))
                .values(leased_until=None, courier=None)
            )

    def mend_times(self, now: float) -> None:
        """Forget what a clock that stood wrong has put off for longer than anything is put off."""
        late = now + LONGEST_DELAY
        with self.transaction() as connection:
            connection.execute(
                update(_deliveries).where(_WAITS, _deliveries.c.due_at > late).values(due_at=now)
            )
            connection.execute(
                update(_deliveries).where(_deliveries.c.leased_until > late).values(leased_until=None)
            )
            connection.execute(
                update(_endpoints).where(_endpoints.c.not_before > late).values(not_before=None)
            )

    def in_hand(self, now: float) -> dict[str, int]:
        """Count, by endpoint, what waits and is due where somebody has something on the way: they send the rest, too."""
        with self.reading() as connection:
            rows = connection.execute(statements.IN_HAND, {"_now": now})
            return {str(name): int(number) for name, number in rows}

    def next_moments(self) -> dict[str, float]:
        """Return when each endpoint's next delivery is due or its lease ends, in seconds since 1970, by its name."""
        with self.reading() as connection:
            return {str(name): float(at) for name, at in connection.execute(statements.NEXT_MOMENTS)}


@dataclass(slots=True)
class _Catch:
    """What a claim has found so far; as `Claims`, and until when the rates of endpoints are used up by it."""

    terms: Terms
    now: float
    found: list[Claim] = field(default_factory=list)
    set_aside: list[tuple[str, str]] = field(default_factory=list)
    quiet: set[str] = field(default_factory=set)
    paced: set[str] = field(default_factory=set)
    used: dict[tuple[str, str], float] = field(default_factory=dict)

    def take(self, connection: Connection, share: Share, state: EndpointState, under_way: int) -> None:
        """Take what is due to an endpoint, as far as there are places for it."""
        left = self.terms.most - len(self.found)
        # The first of an endpoint may have any place that is left; more of it leave some to the others.
        spare = max(0, left - self.terms.reserve) + (0 if under_way else 1)
        room = min(left, spare, places_for(share, state, under_way, self.now))
        if room < 1:
            return
        rows, poison = _sound(connection, share.endpoint, self.now, room, self.terms.claims)
        self.set_aside += [(share.endpoint, row.event_id) for row in poison]
        if len(rows) < room:
            self.quiet.add(share.endpoint)
        pace = pace_for(share, state, self.now)
        if len(rows) > pace:
            self.paced.add(share.endpoint)
            rows = rows[:pace]
        if rows:
            self.used[share.endpoint, share.url] = paced_until(share, state, len(rows), self.now)
        self.found += [_claim(row, share) for row in rows]


def _under_way(connection: Connection, now: float) -> dict[str, int]:
    return Counter(str(name) for name in connection.execute(statements.UNDER_WAY, {"_now": now}).scalars())


def _due(connection: Connection, endpoint: str, now: float, most: int, claims: tuple[int, int]) -> list[Any]:
    fewest, often = claims
    return list(
        connection.execute(
            statements.DUE_SUSPECTS if fewest else statements.DUE,
            {
                "_endpoint": endpoint,
                "_now": now,
                "_most": most,
                "_fewest_claims": fewest,
                "_most_claims": often,
            },
        )
    )


def _sound(
    connection: Connection, endpoint: str, now: float, most: int, claims: tuple[int, int]
) -> tuple[list[Any], list[Any]]:
    """Return what is due, and what was set aside: that stands in nobody's way any more."""
    poison: list[Any] = []
    while True:
        rows = _due(connection, endpoint, now, most, claims)
        found = [row for row in rows if row.claims >= CLAIMS_LIMIT]
        if not found:
            return rows, poison
        _set_aside(connection, found, now)
        poison += found


def _set_aside(connection: Connection, rows: Sequence[Row[Any]], now: float) -> None:
    if rows:
        connection.execute(statements.SET_ASIDE, [{"_id": row.id, "_now": now} for row in rows])


def _claim(row: Row[Any], share: Share) -> Claim:
    return Claim(
        delivery=int(row.id),
        token=int(row.token) + 1,
        endpoint=share.endpoint,
        url=share.url,
        event_id=str(row.event_id),
        review_id=str(row.review_id),
        type=str(row.type),
        body=bytes(row.body),
        attempt=int(row.attempts) + 1,
        step=int(row.step),
        committed_at=float(row.at),
    )


def _keys(claims: Iterable[Claim]) -> list[dict[str, Any]]:
    return [{"_id": claim.delivery, "_token": claim.token} for claim in claims]


def _lease(connection: Connection, claims: Sequence[Claim], courier: str, now: float, until: float) -> None:
    if not claims:
        return
    connection.execute(
        statements.LEASE, [{**key, "_until": until, "_courier": courier} for key in _keys(claims)]
    )
    connection.execute(
        statements.BEGIN_ATTEMPT,
        [
            {
                "delivery_id": claim.delivery,
                "token": claim.token,
                "url": masked_address(claim.url),
                "started_at": now,
            }
            for claim in claims
        ],
    )


def _settle(connection: Connection, results: Sequence[Result]) -> None:
    connection.execute(
        statements.SETTLE,
        [
            {
                "_id": result.claim.delivery,
                "_token": result.claim.token,
                "_state": result.state,
                "_step": result.step,
                "_due_at": result.ended_at if result.due_at is None else result.due_at,
                "_settled_at": None if result.state is DeliveryState.WAITING else result.ended_at,
            }
            for result in results
        ],
    )
    arrived = [result for result in results if result.state is DeliveryState.DELIVERED]
    if arrived:
        connection.execute(
            statements.ARRIVED,
            [{"_id": result.claim.delivery, "_settled_at": result.ended_at} for result in arrived],
        )
    connection.execute(
        statements.END_ATTEMPT,
        [
            {
                "_id": result.claim.delivery,
                "_token": result.claim.token,
                "_ended_at": result.ended_at,
                "_status": result.status,
                "_kind": result.kind,
                "_outcome": result.outcome,
                "_excerpt": result.excerpt or None,
            }
            for result in results
        ],
    )


def _timely(connection: Connection, results: Sequence[Result]) -> list[Result]:
    """Leave out failures that come late: what they say of an endpoint is over, as it is for the delivery."""
    failed = [result.claim.delivery for result in results if result.state is not DeliveryState.DELIVERED]
    if not failed:
        return list(results)
    query = select(_deliveries.c.id, _deliveries.c.token).where(_deliveries.c.id.in_(failed))
    tokens = {row.id: row.token for row in connection.execute(query)}
    return [
        result
        for result in results
        if result.state is DeliveryState.DELIVERED or tokens.get(result.claim.delivery) == result.claim.token
    ]


def _by_endpoint(results: Sequence[Result]) -> dict[tuple[str, str], list[Result]]:
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        found.setdefault((result.claim.endpoint, result.claim.url), []).append(result)
    return found
