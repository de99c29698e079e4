"""The ledger's tables: made where there are none, and brought up to date where an earlier version made them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.schema import CreateColumn

from publisher.errors import EnvironmentFault, Refused
from publisher.ledger import schema
from publisher.ledger.records import DisabledWhy
from publisher.ledger.sqlite import damaged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection, Table


def prepare(connection: Connection, path: Path) -> None:
    """Make the tables where there are none, and see that those there are ours, and of this version.

    Before an older ledger is changed, a copy of it is put beside it. The change is part of the caller's transaction.

    Raises:
        EnvironmentFault: The file is no ledger, or damaged, or the copy cannot be written.
        Refused: A newer version of this program wrote it.
    """
    tables = inspect(connection).get_table_names()
    if not tables:
        schema.metadata.create_all(connection)
        connection.execute(insert(schema.about).values(schema_version=schema.SCHEMA_VERSION))
        return
    if schema.about.name not in tables:
        raise EnvironmentFault(
            f"{path} is not a ledger: it holds other tables", "put the file where it belongs, or aside"
        )
    versions = connection.execute(select(schema.about.c.schema_version)).scalars().all()
    if len(versions) != 1:
        raise damaged(path)
    version = versions[0]
    if version == schema.SCHEMA_VERSION:
        return
    if version not in _STEPS:
        raise Refused(
            f"the ledger {path} has schema {version}; this version of publisher knows {schema.SCHEMA_VERSION}",
            "use the version of publisher that wrote it, or a newer one",
        )
    _keep_copy(path, version)
    while version < schema.SCHEMA_VERSION:
        _STEPS[version](connection)
        version += 1
    connection.execute(update(schema.about).values(schema_version=version))


def is_prepared(connection: Connection) -> bool:
    """Tell whether the tables are there, and of this version; it is only looked."""
    if not inspect(connection).has_table(schema.about.name):
        return False
    return connection.execute(select(schema.about.c.schema_version)).scalars().all() == [
        schema.SCHEMA_VERSION
    ]


def is_older(path: Path) -> bool:
    """Tell whether an earlier version wrote a ledger; what cannot be read, opening it will tell."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            versions = connection.execute("SELECT schema_version FROM about").fetchall()
    except sqlite3.Error:
        return False
    return len(versions) == 1 and versions[0][0] in _STEPS


def _add_runs_and_clock(connection: Connection) -> None:
    schema.runs.create(connection)
    schema.clock.create(connection)


def _add_hubs(connection: Connection) -> None:
    schema.hub_topics.create(connection)
    schema.hubs.create(connection)


def _add_queue(connection: Connection) -> None:
    """Deliveries get a schedule, leases and forms; endpoints more to be remembered by."""
    schema.event_forms.create(connection)
    connection.exec_driver_sql("ALTER TABLE endpoints RENAME COLUMN gone_at TO disabled_at")
    for table in (schema.deliveries, schema.attempts, schema.endpoints):
        _add_columns(connection, table)
    events, deliveries, endpoints = schema.events, schema.deliveries, schema.endpoints
    review = select(events.c.review_id).where(events.c.id == deliveries.c.event_id).scalar_subquery()
    connection.execute(update(deliveries).values(review_id=review))
    connection.execute(
        update(endpoints).where(endpoints.c.disabled_at.is_not(None)).values(disabled_why=DisabledWhy.GONE)
    )
    connection.exec_driver_sql("DROP INDEX ix_deliveries_waiting")
    for index in deliveries.indexes:
        index.create(connection)


def _add_dismissals(connection: Connection) -> None:
    """Deliveries that an editor cancelled are told from those that were cancelled with their endpoint, from now on."""
    _add_columns(connection, schema.deliveries)


def _add_columns(connection: Connection, table: Table) -> None:
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            said = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {said}")


#: What leads from a version to the next.
_STEPS: dict[int, Callable[[Connection], None]] = {
    1: _add_runs_and_clock,
    2: _add_hubs,
    3: _add_queue,
    4: _add_dismissals,
}


def _keep_copy(path: Path, version: int) -> None:
    copy = path.with_name(f"{path.name}.schema-{version}")
    try:
        # Through SQLite and not as a file: what was committed last may stand in the log beside it.
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error as error:
        raise EnvironmentFault(
            f"{copy} cannot be written: {error}",
            "the ledger is kept there before it is changed for this version of publisher; make room for it",
        ) from None
