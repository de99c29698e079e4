"""The tables of the ledger; times are seconds since 1970 in UTC, whatever clock or zone wrote them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 3

metadata = MetaData()

about = Table("about", metadata, Column("schema_version", Integer, nullable=False))

announced = Table(
    "announced",
    metadata,
    Column("review_id", String(36), primary_key=True),
    # Counts the events of this review; 0 when it was recorded without one.
    Column("sequence", Integer, nullable=False),
    Column("live", Integer, nullable=False),
    # What partners were last told, as JSON: the fields whose change makes an event.
    Column("snapshot", Text, nullable=False),
    Column("at", Float, nullable=False),
)

events = Table(
    "events",
    metadata,
    # The webhook-id: the same on every attempt, for every endpoint.
    Column("id", String(64), primary_key=True),
    Column("review_id", String(36), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", String(64), nullable=False),
    # The very bytes that are signed and sent.
    Column("body", LargeBinary, nullable=False),
    Column("at", Float, nullable=False),
    UniqueConstraint("review_id", "sequence"),
)

deliveries = Table(
    "deliveries",
    metadata,
    # Counts upwards: deliveries are tried in the order their events were committed.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(64), ForeignKey("events.id"), nullable=False),
    Column("endpoint", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("settled_at", Float),
    UniqueConstraint("event_id", "endpoint"),
    Index("ix_deliveries_waiting", "state", "endpoint", "id"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", Integer, ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("started_at", Float, nullable=False),
    # Without an end the process died in between: the outcome is unknown.
    Column("ended_at", Float),
    Column("status", Integer),
    Column("outcome", Text),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("name", String(40), primary_key=True),
    # What follows was said by this address, and is remembered when publisher.toml names another for a while.
    Column("url", Text, primary_key=True),
    Column("not_before", Float),
    Column("gone_at", Float),
)

# When a command last ended well.
runs = Table(
    "runs",
    metadata,
    Column("command", String(40), primary_key=True),
    Column("at", Float, nullable=False),
)

# One row: the moment of the last run, real or given by --now, that decided what was live.
clock = Table("clock", metadata, Column("now", Float, nullable=False))

# Which bytes of a topic a WebSub hub was told of last.
hub_topics = Table(
    "hub_topics",
    metadata,
    Column("hub", Text, primary_key=True),
    # The public address of a feed's file.
    Column("topic", Text, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("at", Float, nullable=False),
)

# What a hub asked for.
hubs = Table("hubs", metadata, Column("url", Text, primary_key=True), Column("not_before", Float))
