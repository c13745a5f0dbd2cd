"""The tables. Times are seconds since the epoch (UTC), JSON is text.

Indices serve the queries that the daemon repeats: they are partial on the open states, so that they
stay as small as the work in hand while the tables grow. SQLite uses a partial index only where the
query repeats its condition literally: hence the conditions stand here, once, as `is_...`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

HEAD = "0001"
"""The migration that this code goes with."""

# `sqlite_autoincrement`: the number of a batch, document, event or submission is never given to another,
# even when all that was there is purged: packages and alerts still name it.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _int(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _time(name: str) -> Column[float]:
    return Column(name, Double, nullable=False)


def _maybe_time(name: str) -> Column[float]:
    return Column(name, Double, nullable=True)


def one_of(column: Column[str], *states: str) -> ColumnElement[bool]:
    """Compare a column with states written into the statement, so that partial indices serve it."""
    if len(states) == 1:
        return column == literal_column(f"'{states[0]}'", Text)
    return column.in_([literal_column(f"'{state}'", Text) for state in states])


def _partial(name: str, *columns: Column[object], where: ColumnElement[bool], unique: bool = False) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where, unique=unique)


accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    _int("epoch"),
    _maybe_time("paused_until"),
    _text("paused_reason"),
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    _text("name"),
    _int("size"),
    _text("spool_name"),
    Column("state", Text, nullable=False),  # collected, translated, quarantined
    _text("reason"),
    _time("received_at"),
    _maybe_time("translated_at"),
    _maybe_time("reported_at"),
    _time("touched_at"),  # when anything of the batch moved last
    _int("reports"),
    _int("documents"),
    _int("accepted"),
    UniqueConstraint("vendor", "sha256"),
    Index("ix_files_name", "name"),
    sqlite_autoincrement=True,
)
is_collected = one_of(files.c.state, "collected")
is_unreported = one_of(files.c.state, "translated") & files.c.reported_at.is_(None)
_partial("ix_files_collected", files.c.vendor, files.c.id, where=is_collected)
_partial("ix_files_unreported", files.c.vendor, files.c.id, where=is_unreported)
Index("ix_files_vendor", files.c.vendor, files.c.id)
Index("ix_files_touched", files.c.vendor, files.c.touched_at)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False, index=True),
    Column("vendor", Text, nullable=False),
    Column("remote_name", Text, nullable=False, index=True),
    Column("mtime", Double, nullable=False),
    _time("arrived_at"),
    _text("moved_to"),
    _maybe_time("moved_at"),
)
is_unmoved = arrivals.c.moved_at.is_(None)
_partial("ix_arrivals_unmoved", arrivals.c.vendor, arrivals.c.id, where=is_unmoved)

interchanges = Table(
    "interchanges",
    metadata,
    Column("file_id", Integer, ForeignKey("files.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("vendor", Text, nullable=False),
    _text("standard"),
    _text("sender"),
    _text("receiver"),
    _text("control_number"),
    _text("sha256"),
    Index("ix_interchanges_control", "vendor", "sender", "control_number"),
    Index("ix_interchanges_sha256", "vendor", "sha256"),
    sqlite_with_rowid=False,
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False),
    Column("number", Integer, nullable=False),
    _int("offset"),
    _int("length"),
    _text("standard"),
    _text("type"),
    _text("version"),
    _text("reference"),
    _text("interchange_control_number"),
    _text("group_control_number"),
    _text("sender"),
    _text("receiver"),
    Column("accepted", Boolean, nullable=False),
    _text("errors"),
    _text("state"),
    UniqueConstraint("file_id", "number"),
    Index("ix_documents_interchange", "interchange_control_number"),
    sqlite_autoincrement=True,
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", Integer, ForeignKey("documents.id"), nullable=False, index=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    _int("ordinal"),
    Column("operation", Text, nullable=False),
    _text("purchase_order_number"),
    _text("tracking_number"),
    _text("sequence_key"),
    _time("occurred_at"),
    Column("body", Text, nullable=True),
    Column("state", Text, nullable=False),
    _text("reason"),
    _text("errors"),
    _text("summary"),
    Column("batch_limit", Integer, nullable=True),
    Column("isolated_from", Integer, nullable=True),
    Column("submission_id", Integer, nullable=True),
    _time("updated_at"),
    Index("ix_events_file", "file_id", "state"),
    Index("ix_events_order", "purchase_order_number"),
    Index("ix_events_tracking", "tracking_number"),
    sqlite_autoincrement=True,
)
is_ready = one_of(events.c.state, "ready")
is_grouped = one_of(events.c.state, "grouped")
is_waiting = one_of(events.c.state, "waiting")
is_open = one_of(events.c.state, "waiting", "ready", "grouped")
is_troubled = one_of(events.c.state, "held", "failed", "refused")
_partial(
    "ix_events_ready",
    events.c.vendor,
    events.c.operation,
    events.c.occurred_at,
    events.c.id,
    where=is_ready,
)
# The rule that a package is never in two unfinished submissions, kept by the database itself.
_partial("ux_events_grouped_key", events.c.vendor, events.c.sequence_key, where=is_grouped, unique=True)
_partial("ix_events_grouped", events.c.submission_id, events.c.id, where=is_grouped)
_partial("ix_events_waiting", events.c.vendor, events.c.tracking_number, where=is_waiting)
_partial("ix_events_troubled", events.c.vendor, events.c.state, where=is_troubled)

packages = Table(
    "packages",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("tracking_number", Text, primary_key=True),
    Column("event_id", Integer, primary_key=True, index=True),
    _text("purchase_order_number"),
    _text("ship_from_party"),
    _maybe_time("confirmed_at"),
    _time("announced_at"),
    sqlite_with_rowid=False,
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("state", Text, nullable=False),
    _int("epoch"),
    _int("attempts"),
    _int("event_count"),
    _time("created_at"),
    _maybe_time("next_attempt_at"),
    _maybe_time("submitted_at"),
    _maybe_time("next_poll_at"),
    _int("polls"),
    Column("amazon_transaction_id", Text, nullable=False, server_default="", index=True),
    Column("request_id", Text, nullable=False, server_default="", index=True),
    _maybe_time("verdict_at"),
    _maybe_time("doubted_at"),
    _text("policy"),
    _text("errors"),
    _text("reason"),
    Column("isolated_from", Integer, nullable=True),
    sqlite_autoincrement=True,
)
is_sendable = one_of(submissions.c.state, "ready")
is_sending = one_of(submissions.c.state, "sending")
is_pollable = one_of(submissions.c.state, "submitted", "overdue")
is_in_doubt = one_of(submissions.c.state, "in_doubt")
_partial(
    "ix_submissions_ready",
    submissions.c.vendor,
    submissions.c.next_attempt_at,
    submissions.c.id,
    where=is_sendable,
)
_partial("ix_submissions_sending", submissions.c.account, where=is_sending)
_partial("ix_submissions_pollable", submissions.c.vendor, submissions.c.next_poll_at, where=is_pollable)
_partial("ix_submissions_in_doubt", submissions.c.vendor, submissions.c.next_attempt_at, where=is_in_doubt)

submission_events = Table(
    "submission_events",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("event_id", Integer, ForeignKey("events.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False, index=True),
    _int("number"),
    _int("epoch"),
    _time("started_at"),
    _maybe_time("ended_at"),
    _text("kind"),
    Column("http_status", Integer, nullable=True),
    Column("request_id", Text, nullable=False, server_default="", index=True),
    _text("reason"),
)

outbound_files = Table(
    "outbound_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True, index=True),
    _text("kind"),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False, index=True),
    Column("data", LargeBinary, nullable=False),
    _int("size"),
    _text("sha256"),
    Column("state", Text, nullable=False),  # pending, delivered, failed
    _time("created_at"),
    _maybe_time("delivered_at"),
    _int("attempts"),
    _maybe_time("next_attempt_at"),
    _text("last_error"),
    UniqueConstraint("vendor", "folder", "name"),
)
is_pending = one_of(outbound_files.c.state, "pending")
is_undelivered = one_of(outbound_files.c.state, "failed")
_partial("ix_outbound_pending", outbound_files.c.vendor, outbound_files.c.next_attempt_at, where=is_pending)
_partial("ix_outbound_failed", outbound_files.c.vendor, where=is_undelivered)

control_numbers = Table(
    "control_numbers",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    _int("last"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _text("value"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("account"),
    Column("kind", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("key", Text, nullable=False),
    _text("message"),
    _time("raised_at"),
    _maybe_time("cleared_at"),
)
is_uncleared = alerts.c.cleared_at.is_(None)
_partial("ux_alerts_open", alerts.c.kind, alerts.c.vendor, alerts.c.key, where=is_uncleared, unique=True)
