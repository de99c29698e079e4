"""The ledger: what was announced, what became of each event, what hubs were told. Transactions, and nothing else.

One SQLite file, in WAL mode with full synchronisation: what a transaction committed survives the death of the
process and of the machine. A transaction that writes takes the write lock when it begins, so that two writers wait for
each other instead of failing half way; one that reads waits for nobody.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import orjson
from sqlalchemy import URL, bindparam, create_engine, event, func, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from publisher.errors import EnvironmentFault
from publisher.ledger import schema
from publisher.ledger.deliveries import DeliveryRecords
from publisher.ledger.endpoints import EndpointRecords, switched_off
from publisher.ledger.hubs import HubRecords
from publisher.ledger.migrations import is_older, is_prepared, prepare
from publisher.ledger.queue import Queue
from publisher.ledger.records import Announced, Announcement, DeliveryState, Form
from publisher.ledger.sqlite import (
    HINTS,
    ONLY_READS,
    begin,
    configure,
    copied,
    damaged,
    keep_to_owner,
    make_private,
    printable,
)
from publisher.ledger.values import moment, moment_or_none
from publisher.model import EventType
from publisher.site import LEDGER_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from tempfile import TemporaryDirectory

    from sqlalchemy import Connection, Engine, Row, Table

    from publisher.ledger.records import Event, Recipient


FILE_NAME = LEDGER_NAME


class Ledger:
    """An open ledger; close it, or use it as a context."""

    def __init__(self, engine: Engine, where: str, copy: TemporaryDirectory[str] | None = None) -> None:
        self._engine = engine
        self._reader = engine.execution_options(**{ONLY_READS: True})
        self._where = where
        self._copy = copy
        self._opened: tuple[int, int] | None = None

    @classmethod
    def open(cls, folder: Path, *, copy: TemporaryDirectory[str] | None = None) -> Self:
        """Open the ledger in a site's folder of state; it is made where there is none.

        `copy` is a temporary folder it lies in, which goes when the ledger is closed.

        Raises:
            EnvironmentFault: The file cannot be opened or is damaged.
            Refused: A newer version of this program wrote it.
        """
        path = folder / FILE_NAME
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFault(f"{folder} cannot be made: {error.strerror}") from None
        if not path.exists():
            _require_no_log(path)
        ledger = cls(_engine(str(path)), str(path), copy)
        try:
            make_private(path)
            with ledger._reading() as connection:
                prepared = is_prepared(connection)
            if not prepared:
                with ledger._transaction() as connection:
                    prepare(connection, path)
            keep_to_owner(path)
            ledger._opened = _identity(path)
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def peek(cls, folder: Path) -> Self | None:
        """Open the ledger only if there is one; for those who just want to look.

        Where nothing may be written, a copy is looked at: SQLite cannot read a ledger without writing beside it. Nor
        is one that an earlier version wrote changed by looking at it.
        """
        path = folder / FILE_NAME
        if not path.exists():
            _require_no_log(path)
            return None
        if not path.stat().st_size:
            return None
        if os.access(folder, os.W_OK) and os.access(path, os.W_OK) and not is_older(path):
            return cls.open(folder)
        copy = copied(path)
        return cls.open(Path(copy.name), copy=copy)

    @property
    def folder(self) -> Path:
        """Return the folder it lies in, the site's folder of state."""
        return Path(self._where).parent

    def require_in_place(self) -> None:
        """Check that its file is still the one that was opened: what is written into another is lost.

        Raises:
            EnvironmentFault: It was moved away, or another was put in its place.
        """
        if _identity(Path(self._where)) != self._opened:
            raise EnvironmentFault(
                f"{self._where} was moved or exchanged by others while it was in use",
                "begin this anew once the ledger lies where it belongs; end workers before you exchange it",
            )

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()
        if self._copy is not None:
            self._copy.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def announced(self) -> dict[str, Announced]:
        """Return what partners were last told, by review id."""
        with self._reading() as connection:
            return {row.review_id: _announced(row) for row in connection.execute(select(schema.announced))}

    def announce(
        self,
        announcements: Sequence[Announcement],
        recipients: Sequence[Recipient],
        at: float,
        *,
        now: float | None = None,
        set_back: bool = False,
    ) -> None:
        """Commit events, their deliveries and what they announce, all or nothing.

        A retraction supersedes what still waits of its review.

        Args:
            announcements: What is announced, in the order in which it is to be sent.
            recipients: Whom; one that is switched off gets what can be resent when it is switched on.
            at: The time, in seconds since 1970.
            now: The moment that decided what is live, likewise; remembered for `latest_moment`.
            set_back: Whether that moment counts even where an earlier run was at a later one.
        """
        with self._transaction() as connection:
            if now is not None:
                self._set_clock(connection, now, set_back=set_back)
            off = switched_off(connection, {one.endpoint: one.url for one in recipients})
            told = [one.event for one in announcements if one.event is not None]
            for event in told:
                if event.type is EventType.RETRACTED:
                    self._supersede(connection, event.review_id, at)
            _put(connection, schema.events, [_event(event, at) for event in told])
            _put(connection, schema.event_forms, [_full(event) for event in told if event.full is not None])
            _put(
                connection,
                schema.deliveries,
                [
                    _delivery(event, one, at, off=one.endpoint in off)
                    for event in told
                    for one in recipients
                    if event.type in one.types
                ],
            )
            self._remember(connection, [one.announced for one in announcements], at)

    @property
    def queue(self) -> Queue:
        """What waits to be delivered, for those who deliver it."""
        return Queue(self._transaction, self._reading)

    @property
    def deliveries(self) -> DeliveryRecords:
        """What became of deliveries."""
        return DeliveryRecords(self._transaction, self._reading)

    @property
    def endpoints(self) -> EndpointRecords:
        """What is known of endpoints' addresses."""
        return EndpointRecords(self._transaction, self._reading)

    @property
    def hubs(self) -> HubRecords:
        """What is remembered of WebSub hubs."""
        return HubRecords(self._transaction, self._reading)

    def latest_moment(self) -> float | None:
        """Return the moment up to which partners know what is live, in seconds since 1970; None before any run."""
        with self._reading() as connection:
            now = connection.execute(select(func.max(schema.clock.c.now))).scalar_one()
            return moment_or_none(now)

    def last_run(self, *commands: str) -> float | None:
        """Return when one of some commands last ended well, in seconds since 1970; None when none ever did."""
        table = schema.runs
        with self._reading() as connection:
            at = connection.execute(
                select(func.max(table.c.at)).where(table.c.command.in_(commands))
            ).scalar_one()
            return moment_or_none(at)

    def record_run(self, command: str, at: float) -> None:
        """Record that a command ended well at `at`, in seconds since 1970."""
        table = schema.runs
        with self._transaction() as connection:
            done = connection.execute(update(table).where(table.c.command == command).values(at=at))
            if not done.rowcount:
                connection.execute(insert(table).values(command=command, at=at))

    def problems(self) -> list[str]:
        """Look through the whole file for damage, and say what SQLite finds; nothing when it is sound."""
        with self._reading() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
            strays = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        told = [printable(text) for text in found if text != "ok"]
        return [
            *told,
            *(f"table {printable(str(row[0]))}: row {row[1]} belongs to nothing" for row in strays[:20]),
        ]

    @staticmethod
    def _set_clock(connection: Connection, now: float, *, set_back: bool) -> None:
        table = schema.clock
        latest = connection.execute(select(func.max(table.c.now))).scalar_one()
        if latest is None:
            connection.execute(insert(table).values(now=now))
        elif set_back or now > moment(latest):
            connection.execute(update(table).values(now=now))

    @staticmethod
    def _remember(connection: Connection, announced: Sequence[Announced], at: float) -> None:
        table = schema.announced
        if announced:
            connection.execute(
                table.delete().where(table.c.review_id == bindparam("_id")),
                [{"_id": one.review_id} for one in announced],
            )
        _put(connection, table, [_remembered(one, at) for one in announced])

    @staticmethod
    def _supersede(connection: Connection, review_id: str, at: float) -> None:
        """Keep home what still waits of a review that is taken back: its text is not to be sent any more."""
        deliveries = schema.deliveries
        connection.execute(
            update(deliveries)
            .where(deliveries.c.state == DeliveryState.WAITING, deliveries.c.review_id == review_id)
            .values(state=DeliveryState.SUPERSEDED, settled_at=at)
        )

    def _transaction(self) -> AbstractContextManager[Connection]:
        """Begin to change something."""
        return self._connected(self._engine)

    def _reading(self) -> AbstractContextManager[Connection]:
        """Begin to read only: no writer is waited for."""
        return self._connected(self._reader)

    @contextmanager
    def _connected(self, engine: Engine) -> Iterator[Connection]:
        """Begin a transaction; values that make no sense for what they are, are damage."""
        try:
            with engine.begin() as connection:
                yield connection
        except DBAPIError as error:
            code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF

            problem = printable(str(error.orig))
            raise EnvironmentFault(
                f"the ledger {self._where} cannot be used: {problem}", HINTS.get(code)
            ) from None
        # Out of a damaged file the driver may read text that is none (a ValueError), even in its own messages.
        except (SQLAlchemyError, ValueError, TypeError, OverflowError):
            raise damaged(self._where) from None


def _require_no_log(path: Path) -> None:
    if path.with_name(f"{path.name}-wal").exists():
        raise EnvironmentFault(
            f"{path} is gone, and its log is still there",
            "bring the ledger back from a copy; a new one would know nothing of what was announced",
        )


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what tells one file from another at the same place; None where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


@lru_cache(maxsize=8)
def _engine(path: str) -> Engine:
    """Make what opens connections to a file; it remembers statements, and a run opens the ledger several times."""
    engine = create_engine(URL.create("sqlite", database=path))
    event.listen(engine, "connect", configure)
    event.listen(engine, "begin", begin)
    return engine


def _put(connection: Connection, table: Table, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _event(told: Event, at: float) -> dict[str, object]:
    return {
        "id": told.id,
        "review_id": told.review_id,
        "sequence": told.sequence,
        "type": str(told.type),
        "body": told.body,
        "at": at,
    }


def _full(told: Event) -> dict[str, object]:
    return {"event_id": told.id, "form": Form.FULL, "body": told.full}


def _remembered(announced: Announced, at: float) -> dict[str, object]:
    return {
        "review_id": announced.review_id,
        "sequence": announced.sequence,
        "live": int(announced.live),
        "snapshot": orjson.dumps(announced.snapshot).decode(),
        "at": at,
    }


def _delivery(told: Event, recipient: Recipient, at: float, *, off: bool) -> dict[str, object]:
    return {
        "event_id": told.id,
        "endpoint": recipient.endpoint,
        "review_id": told.review_id,
        "form": recipient.form,
        "state": DeliveryState.CANCELLED if off else DeliveryState.WAITING,
        "attempts": 0,
        "due_at": at,
        "settled_at": at if off else None,
    }


def _announced(row: Row[Any]) -> Announced:
    snapshot = orjson.loads(row.snapshot)
    # SQLite keeps any value in any column: what is none of ours is damage.
    sound = isinstance(row.review_id, str) and isinstance(row.sequence, int) and 0 <= row.sequence < 2**53
    if not sound or not isinstance(snapshot, dict) or not isinstance(snapshot.get("url", ""), str):
        raise ValueError("not what was written")
    urlsplit(snapshot.get("url", ""))
    return Announced(row.review_id, row.sequence, bool(row.live), snapshot)
