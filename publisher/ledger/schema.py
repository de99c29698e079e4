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

SCHEMA_VERSION = 5

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

# What an event says in another form than the usual one: with the whole text, for endpoints that asked for it.
event_forms = Table(
    "event_forms",
    metadata,
    Column("event_id", String(64), ForeignKey("events.id"), primary_key=True),
    Column("form", String(16), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    # Counts upwards, in the order in which events were committed.
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("event_id", String(64), ForeignKey("events.id"), nullable=False),
    Column("endpoint", String(40), nullable=False),
    # Of the event; events of one review go in their order.
    Column("review_id", String(36), nullable=False, server_default=""),
    Column("form", String(16), nullable=False, server_default="summary"),
    Column("state", String(16), nullable=False),
    # How often it was claimed to be sent, in all.
    Column("attempts", Integer, nullable=False),
    # How many tries of its schedule have failed; begins again when it is resent.
    Column("step", Integer, nullable=False, server_default="0"),
    Column("due_at", Float, nullable=False, server_default="0"),
    # How often in a row it was claimed without a result.
    Column("claims", Integer, nullable=False, server_default="0"),
    # Fences off whoever held it before: only the last claim may say where it stands.
    Column("token", Integer, nullable=False, server_default="0"),
    # Until when it is whose; no longer than that after the process has died.
    Column("leased_until", Float),
    Column("courier", String(32)),
    Column("settled_at", Float),
    Column("resent_at", Float),
    # When an editor cancelled it, or let go what was cancelled: nobody is reminded of it any more.
    Column("dismissed_at", Float),
    UniqueConstraint("event_id", "endpoint"),
    Index("ix_deliveries_due", "state", "endpoint", "due_at", "id"),
    Index("ix_deliveries_review", "endpoint", "review_id", "id"),
    Index("ix_deliveries_leased", "leased_until"),
    Index("ix_deliveries_claims", "claims"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("delivery_id", Integer, ForeignKey("deliveries.id"), nullable=False, index=True),
    # Of the claim it was made under; with the delivery it names an attempt.
    Column("token", Integer, nullable=False, server_default="0"),
    Column("url", Text, nullable=False),
    Column("started_at", Float, nullable=False),
    # Without an end the process died in between: the outcome is unknown.
    Column("ended_at", Float),
    Column("status", Integer),
    # What kept an answer from coming, as `net.FaultKind` has it.
    Column("kind", String(20)),
    Column("outcome", Text),
    # How the answer's body begins.
    Column("excerpt", Text),
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("name", String(40), primary_key=True),
    # What follows is known of this address, and is remembered when publisher.toml names another for a while.
    Column("url", Text, primary_key=True),
    Column("not_before", Float),
    # How many tries in a row found it in trouble.
    Column("failures", Integer, nullable=False, server_default="0"),
    # How many tries failed, for whatever reason, since it took something; and when the first and the last of them did.
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("failing_since", Float),
    Column("failed_at", Float),
    Column("succeeded_at", Float),
    Column("disabled_at", Float),
    Column("disabled_why", String(16)),
    # Up to when its rate is used up.
    Column("paced_until", Float),
    # By how many seconds its clock was ahead of this machine's, last time it told.
    Column("skew", Float),
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
