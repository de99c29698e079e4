"""What became of deliveries: how many are where, what became of each, and what people do about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, not_, or_, select, update

from publisher.diagnostics.masking import masked_address
from publisher.ledger import schema
from publisher.ledger.backlog import Backlog, queue_backlog
from publisher.ledger.delivery_rows import Attempt, Batch, Delivery, attempt_of, batch_of, delivery_of
from publisher.ledger.pings import begin_ping, end_ping
from publisher.ledger.records import DeliveryState
from publisher.ledger.selections import IS_PING, behind, missed, taken_back, under_way
from publisher.ledger.values import moment, text_or_none
from publisher.model import EventType

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from sqlalchemy import Column, ColumnElement, Connection, Select

    from publisher.ledger.records import Claim, Event, Recipient, Result
    from publisher.ledger.selections import Selection

    Transaction = Callable[[], AbstractContextManager[Connection]]

# As many rows are read, or changed, in one transaction: others wait meanwhile, and memory does not grow with the backlog.
_PAGE = 500

_deliveries, _events, _attempts = schema.deliveries, schema.events, schema.attempts
_announced, _forms = schema.announced, schema.event_forms
_WAITS = _deliveries.c.state == DeliveryState.WAITING
_WITH_EVENTS = _deliveries.join(_events, _events.c.id == _deliveries.c.event_id)
_THIS_FORM = and_(_forms.c.event_id == _events.c.id, _forms.c.form == _deliveries.c.form)


@dataclass(frozen=True, slots=True)
class DeliveryRecords:
    """The ledger's deliveries, as those see them who look after them.

    Attributes:
        transaction: Begins one.
        reading: Begins one that changes nothing.
    """

    transaction: Transaction
    reading: Transaction

    def counts(self) -> dict[str, dict[DeliveryState, int]]:
        """Count deliveries by endpoint and state; pings, which are tries, are not among them."""
        table = schema.deliveries
        query = (
            select(table.c.endpoint, table.c.state, func.count())
            .where(not_(IS_PING))
            .group_by(table.c.endpoint, table.c.state)
        )
        found: dict[str, dict[DeliveryState, int]] = {}
        with self.reading() as connection:
            for endpoint, state, count in connection.execute(query):
                found.setdefault(endpoint, {})[DeliveryState(state)] = count
        return found

    def waiting(self, *, without: Iterable[str] = ()) -> dict[str, int]:
        """Count what waits by endpoint, `without` the events of some reviews."""
        query = (
            select(_deliveries.c.endpoint, func.count())
            .where(_WAITS, _deliveries.c.review_id.not_in(list(without)))
            .group_by(_deliveries.c.endpoint)
        )
        with self.reading() as connection:
            return {str(name): int(number) for name, number in connection.execute(query)}

    def oldest(self) -> dict[str, float]:
        """Return when the event was committed that waits longest, in seconds since 1970, by endpoint."""
        query = (
            select(_deliveries.c.endpoint, func.min(_events.c.at))
            .join(_events, _events.c.id == _deliveries.c.event_id)
            .where(_WAITS)
            .group_by(_deliveries.c.endpoint)
        )
        with self.reading() as connection:
            return {str(name): moment(at) for name, at in connection.execute(query)}

    def missed(self) -> dict[str, int]:
        """Count, by endpoint, what was cancelled because that was off or away, and what nobody has sent or let go since."""
        query = (
            select(_deliveries.c.endpoint, func.count())
            .select_from(_WITH_EVENTS)
            .where(missed())
            .group_by(_deliveries.c.endpoint)
        )
        with self.reading() as connection:
            return {str(name): int(number) for name, number in connection.execute(query)}

    def last_failures(self, addresses: Mapping[str, str]) -> dict[str, str]:
        """Return what came last of events that some endpoints did not take at their addresses, for people, by name."""
        failed = or_(_attempts.c.status.is_(None), not_(_attempts.c.status.between(200, 299)))
        query = (
            select(_attempts.c.outcome)
            .join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
            .where(_attempts.c.outcome.is_not(None), failed, not_(IS_PING))
            .order_by(_attempts.c.id.desc())
            .limit(1)
        )
        found = {}
        with self.reading() as connection:
            for name, url in addresses.items():
                here = query.where(_deliveries.c.endpoint == name, _attempts.c.url == masked_address(url))
                outcome = text_or_none(connection.execute(here).scalar_one_or_none())
                if outcome is not None:
                    found[name] = outcome
        return found

    def tally(self, selection: Selection, now: float, dead: Collection[str] = ()) -> list[Batch]:
        """Count what is selected, by where it stands at a moment in seconds since 1970; some couriers are known as dead."""
        kinds: tuple[ColumnElement[Any], ...] = (
            _deliveries.c.endpoint,
            _deliveries.c.state,
            under_way(now, dead).label("under_way"),
            taken_back().label("taken_back"),
            IS_PING.label("ping"),
        )
        each = (
            select(*kinds, _events.c.at).select_from(_WITH_EVENTS).where(*selection.conditions()).subquery()
        )
        columns: list[ColumnElement[Any]] = [
            each.c[name] for name in ("endpoint", "state", "under_way", "taken_back", "ping")
        ]
        query = (
            select(*columns, func.count().label("number"), func.min(each.c.at).label("oldest"))
            .group_by(*columns)
            .order_by(*columns)
        )
        with self.reading() as connection:
            return [batch_of(row) for row in connection.execute(query)]

    def newest(
        self, selection: Selection, most: int, now: float, dead: Collection[str] = ()
    ) -> Iterator[Delivery]:
        """Yield what is selected, the newest first, as it stands at a moment; otherwise as `tally`."""
        before: int | None = None
        while most > 0:
            page = self._page(selection, before, min(most, _PAGE), under_way(now, dead))
            yield from page
            if len(page) < min(most, _PAGE):
                return
            most, before = most - len(page), page[-1].number

    def _page(
        self, selection: Selection, before: int | None, size: int, held: ColumnElement[bool]
    ) -> list[Delivery]:
        query = (
            select(
                _deliveries,
                _events.c.type,
                _events.c.sequence,
                _events.c.at,
                func.length(func.coalesce(_forms.c.body, _events.c.body)).label("size"),
                _announced.c.snapshot,
                held.label("under_way"),
                behind().label("behind"),
                taken_back().label("taken_back"),
            )
            .select_from(
                _WITH_EVENTS.outerjoin(_forms, _THIS_FORM).outerjoin(
                    _announced, _announced.c.review_id == _deliveries.c.review_id
                )
            )
            .where(*selection.conditions())
            .order_by(_deliveries.c.id.desc())
            .limit(size)
        )
        if before is not None:
            query = query.where(_deliveries.c.id < before)
        with self.reading() as connection:
            rows = connection.execute(query).all()
            last = _last_attempts(connection, [row.id for row in rows])
            return [delivery_of(row, last.get(row.id)) for row in rows]

    def attempts(self, number: int, most: int) -> list[Attempt]:
        """Return the last tries of a delivery, so many of them, the first first."""
        query = (
            select(_attempts)
            .where(_attempts.c.delivery_id == number)
            .order_by(_attempts.c.id.desc())
            .limit(most)
        )
        with self.reading() as connection:
            return [attempt_of(row) for row in reversed(connection.execute(query).all())]

    def latest_attempts(self, endpoint: str, most: int) -> list[tuple[str, Attempt]]:
        """Return the last tries at an endpoint, so many of them, the last first, each with its event."""
        query = (
            select(_attempts, _deliveries.c.event_id)
            .join(_deliveries, _deliveries.c.id == _attempts.c.delivery_id)
            .where(_deliveries.c.endpoint == endpoint)
            .order_by(_attempts.c.id.desc())
            .limit(most)
        )
        with self.reading() as connection:
            return [(str(row.event_id), attempt_of(row)) for row in connection.execute(query)]

    def unknown(self, selection: Selection) -> list[str]:
        """Return what is named one by one, and is not there."""
        numbers = select(_deliveries.c.id).where(_deliveries.c.id.in_(selection.numbers))
        events = select(_events.c.id).where(_events.c.id.in_(selection.events))
        with self.reading() as connection:
            there = {*connection.execute(numbers).scalars(), *connection.execute(events).scalars()}
        named = [*sorted(selection.numbers), *sorted(selection.events)]
        return [str(one) for one in named if one not in there]

    def summaries(self, selection: Selection, endpoints: Collection[str]) -> int:
        """Count what of a selection tells some endpoints of a review that can be read, and carries no whole text."""
        query = (
            select(func.count())
            .select_from(_WITH_EVENTS.outerjoin(_forms, _THIS_FORM))
            .where(
                *selection.conditions(),
                _deliveries.c.endpoint.in_(list(endpoints)),
                _deliveries.c.state != DeliveryState.SUPERSEDED,
                _forms.c.body.is_(None),
                _events.c.type != str(EventType.RETRACTED),
                not_(taken_back()),
                not_(IS_PING),
            )
        )
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def body(self, number: int) -> bytes | None:
        """Return the bytes that a delivery carries; None where there is none of that number."""
        query = (
            select(func.coalesce(_forms.c.body, _events.c.body))
            .select_from(_WITH_EVENTS.outerjoin(_forms, _THIS_FORM))
            .where(_deliveries.c.id == number)
        )
        with self.reading() as connection:
            found = connection.execute(query).scalar_one_or_none()
            return None if found is None else bytes(found)

    def resend(
        self, selection: Selection, endpoints: Collection[str], now: float, dead: Collection[str] = ()
    ) -> int:
        """Have what is selected sent again, to some endpoints: the same bytes under the same ids, at once, from the first try on.

        What is on its way, and what a retraction has overtaken, stays as it is; pings do, too.

        Returns:
            How many deliveries wait again.
        """
        return self._change(
            [
                *selection.conditions(),
                _deliveries.c.endpoint.in_(list(endpoints)),
                _deliveries.c.state != DeliveryState.SUPERSEDED,
                not_(taken_back()),
                not_(under_way(now, dead)),
                not_(IS_PING),
            ],
            {
                "state": DeliveryState.WAITING,
                "step": 0,
                "claims": 0,
                "due_at": now,
                "settled_at": None,
                "resent_at": now,
                "dismissed_at": None,
            },
        )

    def cancel(self, selection: Selection, now: float) -> int:
        """Cancel what is selected and waits, and return how much that was; what is on its way may arrive all the same.

        Where a selection says that it means what was cancelled, that is let go: nobody is reminded of it any more.
        """
        return self._change(
            [*selection.conditions(), or_(_WAITS, missed()) if selection.lets_go else _WAITS],
            {"state": DeliveryState.CANCELLED, "settled_at": now, "dismissed_at": now},
        )

    def _change(self, conditions: Sequence[ColumnElement[bool]], values: Mapping[str, Any]) -> int:
        """Change what meets some conditions, page by page."""
        last, done = 0, 0
        # All numbers come in their order, and then it is looked which are meant: a search would sort what is left each time.
        all_numbers = select(_deliveries.c.id).order_by(_deliveries.c.id).limit(_PAGE)
        meant = select(_deliveries.c.id).select_from(_WITH_EVENTS).where(*conditions)
        while True:
            with self.transaction() as connection:
                page = connection.execute(all_numbers.where(_deliveries.c.id > last)).scalars().all()
                if not page:
                    return done
                last = page[-1]
                numbers = connection.execute(meant.where(_deliveries.c.id.in_(page))).scalars().all()
                if numbers:
                    connection.execute(
                        update(_deliveries).where(_deliveries.c.id.in_(numbers)).values(**values)
                    )
                    done += len(numbers)

    def give_backlog(self, to: Recipient, most: int, now: float) -> Backlog:
        """Queue, for an endpoint, the newest event of each of the newest live reviews, so many of them, the oldest first.

        They are the bytes that others got, under the same ids; what it was sent before is left as it is.
        """
        with self.transaction() as connection:
            return queue_backlog(connection, to, most, now)

    def begin_ping(self, event: Event, endpoint: str, url: str, now: float) -> Claim:
        """Record that an event that tells of no review is about to be tried, once; until it ends, it counts as failed."""
        with self.transaction() as connection:
            return begin_ping(connection, event, endpoint, url, now)

    def end_ping(self, result: Result) -> None:
        """Record what became of it."""
        with self.transaction() as connection:
            end_ping(connection, result)

    def abandon(self, endpoint: str, before: float, now: float) -> int:
        """Cancel what waits for an endpoint and was committed before a moment, and return how much that was."""
        with self.transaction() as connection:
            old = select(_events.c.id).where(_events.c.at <= before)
            return cancel_waiting(connection, endpoint, now, _deliveries.c.event_id.in_(old))

    def prune(self, before: float) -> None:
        """Forget what was settled before a moment, in seconds since 1970: attempts, then deliveries, then events.

        The last delivery stays however old it is: SQLite counts on from the highest number that is there, and a number
        that somebody wrote down must never name another delivery (https://sqlite.org/autoinc.html).
        """
        last = select(func.max(_deliveries.c.id)).scalar_subquery()
        settled = (
            _deliveries.c.state != DeliveryState.WAITING,
            _deliveries.c.settled_at < before,
            _deliveries.c.id < last,
        )
        old = select(_deliveries.c.id).where(*settled).limit(_PAGE)
        while self._forget(old, _attempts.c.delivery_id, _deliveries.c.id):
            pass
        left = exists().where(_deliveries.c.event_id == _events.c.id)
        forgotten = select(_events.c.id).where(_events.c.at < before, ~left).limit(_PAGE)
        while self._forget(forgotten, _forms.c.event_id, _events.c.id):
            pass

    def _forget(self, which: Select[Any], theirs: Column[Any], own: Column[Any]) -> bool:
        """Forget some rows, first those that belong to them, and tell whether there were any."""
        with self.transaction() as connection:
            keys = connection.execute(which).scalars().all()
            for column in (theirs, own):
                if keys:
                    connection.execute(column.table.delete().where(column.in_(keys)))
        return bool(keys)


def _last_attempts(connection: Connection, numbers: Sequence[int]) -> dict[int, Attempt]:
    """Return the last attempt of each of some deliveries."""
    last = (
        select(func.max(_attempts.c.id))
        .where(_attempts.c.delivery_id.in_(numbers))
        .group_by(_attempts.c.delivery_id)
    )
    query = select(_attempts).where(_attempts.c.id.in_(last))
    return {row.delivery_id: attempt_of(row) for row in connection.execute(query)}


def cancel_waiting(connection: Connection, endpoint: str, now: float, *which: ColumnElement[bool]) -> int:
    """Cancel what waits for an endpoint; what is on its way is ended by its result, if that is a success."""
    done = connection.execute(
        update(_deliveries)
        .where(_WAITS, _deliveries.c.endpoint == endpoint, *which)
        .values(state=DeliveryState.CANCELLED, settled_at=now)
    )
    return int(done.rowcount)
