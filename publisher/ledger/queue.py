"""What waits to be delivered: claimed for a while by whoever sends it, and settled by what became of it.

Any number of processes may work at one ledger. A claim is a lease: until it ends nobody else sends the same delivery, and
when its process dies, somebody else does. The claim's token fences off those who come late: their failures say nothing
any more, and their success still counts, because the partner has the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, case, exists, func, insert, or_, select, update

from publisher.ledger import schema
from publisher.ledger.deliveries import cancel_waiting
from publisher.ledger.endpoints import LONGEST_DELAY, put_state, read_states, room_for, use_pace
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

_deliveries, _events = schema.deliveries, schema.events
_WAITS = _deliveries.c.state == DeliveryState.WAITING


@dataclass(frozen=True, slots=True)
class Claims:
    """What one look at the queue gave.

    Attributes:
        found: What to send.
        set_aside: The deliveries that are not tried any more: their endpoints and events.
        quiet: The endpoints that have nothing more to be sent now.
    """

    found: tuple[Claim, ...]
    set_aside: tuple[tuple[str, str], ...]
    quiet: frozenset[str]


@dataclass(frozen=True, slots=True)
class Queue:
    """The ledger's deliveries, as those see them who make them.

    Attributes:
        transaction: Begins one.
        reading: Begins one that takes values without sense for damage.
    """

    transaction: Transaction
    reading: Transaction

    def claim(self, courier: str, shares: Iterable[Share], now: float, *, most: int, lease: float) -> Claims:
        """Take deliveries that are due, and record that they are about to be tried: what is not recorded is not sent.

        Of one review an endpoint is sent the next event only when the one before has arrived, or failed once.

        Args:
            courier: Who takes them.
            shares: The endpoints that may be sent something, those first that are to be served first.
            now: The time, in seconds since 1970.
            most: How many to take.
            lease: For how many seconds.
        """
        found: list[Claim] = []
        set_aside: list[tuple[str, str]] = []
        quiet: set[str] = set()
        with self.transaction() as connection:
            under_way, states = _under_way(connection, now), read_states(connection)
            for share in shares:
                if len(found) >= most:
                    break
                state = states.get((share.endpoint, share.url), EndpointState())
                room = min(most - len(found), room_for(share, state, under_way.get(share.endpoint, 0), now))
                if room < 1:
                    continue
                rows = _due(connection, share.endpoint, now, room)
                if len(rows) < room:
                    quiet.add(share.endpoint)
                poison = [row for row in rows if row.claims >= CLAIMS_LIMIT]
                _set_aside(connection, poison, now)
                set_aside += [(share.endpoint, row.event_id) for row in poison]
                taken = [_claim(row, share) for row in rows if row.claims < CLAIMS_LIMIT]
                if taken:
                    use_pace(connection, share, state, len(taken), now)
                found += taken
            _lease(connection, found, courier, now, now + lease)
        return Claims(tuple(found), tuple(set_aside), frozenset(quiet))

    def record(self, results: Sequence[Result], fold: Fold) -> dict[tuple[str, str], EndpointState]:
        """Record what became of claims, and what that makes of their endpoints.

        Success counts whoever tells it; anything else only of the last claim, for as long as the delivery waits.

        Returns:
            The state of each endpoint by name and address, after it.
        """
        states = {}
        with self.transaction() as connection:
            known = read_states(connection)
            current = _tokens(connection, [result.claim.delivery for result in results])
            _end_attempts(connection, results)
            _settle(connection, [result for result in results if _counts(result, current)])
            for (name, url), those in _by_endpoint(results).items():
                before = known.get((name, url), EndpointState())
                after = fold(before, those)
                states[name, url] = after
                if after == before:
                    continue
                put_state(connection, name, url, after)
                if after.disabled_at is not None and before.disabled_at is None:
                    cancel_waiting(connection, name, after.disabled_at)
        return states

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Undo claims that were not begun: nobody knows of them."""
        attempts = schema.attempts
        if not claims:
            return
        with self.transaction() as connection:
            connection.execute(
                update(_deliveries)
                .where(_deliveries.c.id == bindparam("_id"), _deliveries.c.token == bindparam("_token"))
                .values(
                    attempts=_deliveries.c.attempts - 1,
                    claims=_deliveries.c.claims - 1,
                    leased_until=None,
                    courier=None,
                ),
                _keys(claims),
            )
            connection.execute(
                attempts.delete().where(
                    attempts.c.delivery_id == bindparam("_id"), attempts.c.token == bindparam("_token")
                ),
                _keys(claims),
            )

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

    def next_moments(self) -> dict[str, float]:
        """Return when each endpoint's next delivery is due or its lease ends, in seconds since 1970, by its name."""
        due, leased = _deliveries.c.due_at, _deliveries.c.leased_until
        moment = case((leased > due, leased), else_=due)
        query = (
            select(_deliveries.c.endpoint, func.min(moment)).where(_WAITS).group_by(_deliveries.c.endpoint)
        )
        with self.reading() as connection:
            return {str(name): float(at) for name, at in connection.execute(query)}


def _under_way(connection: Connection, now: float) -> dict[str, int]:
    query = (
        select(_deliveries.c.endpoint, func.count())
        .where(_deliveries.c.leased_until > now)
        .group_by(_deliveries.c.endpoint)
    )
    return {str(name): int(number) for name, number in connection.execute(query)}


def _due(connection: Connection, endpoint: str, now: float, most: int) -> Sequence[Row[Any]]:
    earlier, forms = _deliveries.alias(), schema.event_forms
    untold = exists().where(
        earlier.c.endpoint == _deliveries.c.endpoint,
        earlier.c.review_id == _deliveries.c.review_id,
        earlier.c.id < _deliveries.c.id,
        or_(
            and_(earlier.c.state == DeliveryState.WAITING, earlier.c.step == 0), earlier.c.leased_until > now
        ),
    )
    this_form = and_(forms.c.event_id == _events.c.id, forms.c.form == _deliveries.c.form)
    return connection.execute(
        select(
            _deliveries,
            _events.c.type,
            _events.c.at,
            func.coalesce(forms.c.body, _events.c.body).label("body"),
        )
        .join(_events, _events.c.id == _deliveries.c.event_id)
        .outerjoin(forms, this_form)
        .where(
            _WAITS,
            _deliveries.c.endpoint == endpoint,
            _deliveries.c.due_at <= now,
            or_(_deliveries.c.leased_until.is_(None), _deliveries.c.leased_until <= now),
            ~untold,
        )
        .order_by(_deliveries.c.due_at, _deliveries.c.id)
        .limit(most)
        # Where many machines share a database, those do not wait for each other. SQLite has one writer at a time.
        .with_for_update(of=_deliveries, skip_locked=True)
    ).all()


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
        update(_deliveries)
        .where(_deliveries.c.id == bindparam("_id"))
        .values(
            token=bindparam("_token"),
            claims=_deliveries.c.claims + 1,
            attempts=_deliveries.c.attempts + 1,
            leased_until=until,
            courier=courier,
        ),
        _keys(claims),
    )
    connection.execute(
        insert(schema.attempts),
        [
            {"delivery_id": claim.delivery, "token": claim.token, "url": claim.url, "started_at": now}
            for claim in claims
        ],
    )


def _set_aside(connection: Connection, rows: Iterable[Row[Any]], now: float) -> None:
    for row in rows:
        connection.execute(
            update(_deliveries)
            .where(_deliveries.c.id == row.id)
            .values(state=DeliveryState.SET_ASIDE, settled_at=now, leased_until=None, courier=None)
        )


def _tokens(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[int, str]]:
    query = select(_deliveries.c.id, _deliveries.c.token, _deliveries.c.state).where(
        _deliveries.c.id.in_(ids)
    )
    return {row.id: (row.token, row.state) for row in connection.execute(query)}


def _counts(result: Result, current: Mapping[int, tuple[int, str]]) -> bool:
    token, state = current.get(result.claim.delivery, (0, ""))
    if result.state is DeliveryState.DELIVERED:
        return state != DeliveryState.DELIVERED
    return token == result.claim.token and state == DeliveryState.WAITING


def _end_attempts(connection: Connection, results: Sequence[Result]) -> None:
    attempts = schema.attempts
    connection.execute(
        update(attempts)
        .where(attempts.c.delivery_id == bindparam("_id"), attempts.c.token == bindparam("_token"))
        .values(
            ended_at=bindparam("_at"),
            status=bindparam("_status"),
            kind=bindparam("_kind"),
            outcome=bindparam("_outcome"),
            excerpt=bindparam("_excerpt"),
        ),
        [
            {
                "_id": result.claim.delivery,
                "_token": result.claim.token,
                "_at": result.ended_at,
                "_status": result.status,
                "_kind": result.kind,
                "_outcome": result.outcome,
                "_excerpt": result.excerpt or None,
            }
            for result in results
        ],
    )
    # Whatever it was, the lease is over; a later claim's is not.
    connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == bindparam("_id"), _deliveries.c.token == bindparam("_token"))
        .values(leased_until=None, courier=None, claims=0),
        _keys(result.claim for result in results),
    )


def _settle(connection: Connection, results: Sequence[Result]) -> None:
    if not results:
        return
    connection.execute(
        update(_deliveries)
        .where(_deliveries.c.id == bindparam("_id"))
        .values(
            state=bindparam("_state"),
            step=bindparam("_step"),
            due_at=bindparam("_due"),
            settled_at=bindparam("_settled"),
        ),
        [
            {
                "_id": result.claim.delivery,
                "_state": result.state,
                "_step": result.step,
                "_due": result.ended_at if result.due_at is None else result.due_at,
                "_settled": None if result.state is DeliveryState.WAITING else result.ended_at,
            }
            for result in results
        ],
    )


def _by_endpoint(results: Sequence[Result]) -> dict[tuple[str, str], list[Result]]:
    found: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        found.setdefault((result.claim.endpoint, result.claim.url), []).append(result)
    return found
