"""The tables of what comes in and is sent to Amazon. Times are seconds since the epoch (UTC), JSON is text.

Indices serve the queries that the daemon repeats: they are partial on the open states, so that they
stay as small as the work in hand while the tables grow. SQLite uses a partial index only where the
query repeats its condition literally: hence the conditions stand here, once, as `is_...`.

`sqlite_autoincrement`: the number of a batch, document, event or submission is never used again, even when
all that was there is purged: packages and alerts still name it.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from bridge.ledger import outbound_schema, spending_schema  # noqa: F401 - their tables complete the metadata
from bridge.ledger.columns import integer, maybe_time, metadata, one_of, partial, text, time

HEAD = "0021"
"""The migration that this code goes with."""

accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    integer("epoch"),
    maybe_time("paused_until"),
    text("paused_reason"),
    # The latest time that Amazon confirmed: by less than that nothing is purged.
    maybe_time("confirmed_at"),
    # When it was authorized last by this bridge; the token stands elsewhere.
    maybe_time("authorized_at"),
    # A ledger that was restored from a backup: nothing is sent until an operator has looked.
    maybe_time("restored_at"),
    text("restored_reason"),
    integer("seen_arrival"),
    integer("seen_batch"),
)

files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    text("name"),
    integer("size"),
    text("spool_name"),
    Column("state", Text, nullable=False),  # collected, translated, quarantined
    text("reason"),
    time("received_at"),
    maybe_time("translated_at"),
    maybe_time("reported_at"),
    time("updated_at"),  # when anything of the batch changed last
    integer("reports"),
    integer("documents"),
    integer("accepted"),
    maybe_time("purged_at"),  # since then it is blank; `spool_name` is empty once its bytes are gone
    UniqueConstraint("vendor", "sha256"),
    Index("ix_files_name", "name"),
    sqlite_autoincrement=True,
)
is_collected = one_of(files.c.state, "collected")
is_unreported = one_of(files.c.state, "translated") & files.c.reported_at.is_(None)
is_kept = files.c.purged_at.is_(None)
is_unremoved = files.c.purged_at.is_not(None) & (files.c.spool_name != literal_column("''", Text))
partial("ix_files_collected", files.c.vendor, files.c.id, where=is_collected)
partial("ix_files_unreported", files.c.vendor, files.c.id, where=is_unreported)
partial("ix_files_kept", files.c.vendor, files.c.received_at, where=is_kept)
partial("ix_files_unremoved", files.c.vendor, files.c.id, where=is_unremoved)
Index("ix_files_spool", files.c.spool_name)
Index("ix_files_vendor", files.c.vendor, files.c.id)
Index("ix_files_touched", files.c.vendor, files.c.updated_at)

arrivals = Table(
    "arrivals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False, index=True),
    Column("vendor", Text, nullable=False),
    Column("remote_name", Text, nullable=False, index=True),
    Column("mtime", Double, nullable=False),
    time("arrived_at"),
    text("moved_to"),
    maybe_time("moved_at"),
)
is_unmoved = arrivals.c.moved_at.is_(None)
partial("ix_arrivals_unmoved", arrivals.c.vendor, arrivals.c.id, where=is_unmoved)
Index("ix_arrivals_heard", arrivals.c.vendor, arrivals.c.arrived_at)

interchanges = Table(
    "interchanges",
    metadata,
    Column("file_id", Integer, ForeignKey("files.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("vendor", Text, nullable=False),
    text("standard"),
    text("sender"),
    text("receiver"),
    text("control_number"),
    text("sha256"),
    Index("ix_interchanges_control", "vendor", "sender", "control_number"),
    sqlite_with_rowid=False,
)

documents = Table(
    "documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=False),
    Column("number", Integer, nullable=False),
    integer("offset"),
    integer("length"),
    text("standard"),
    text("type"),
    text("version"),
    text("reference"),
    text("interchange_control_number"),
    text("group_control_number"),
    text("sender"),
    text("receiver"),
    Column("accepted", Boolean, nullable=False),
    text("errors"),
    text("state"),
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
    integer("ordinal"),
    Column("operation", Text, nullable=False),
    text("purchase_order_number"),
    text("tracking_number"),
    text("ordering_key"),
    time("occurred_at"),
    Column("body", Text, nullable=True),
    Column("state", Text, nullable=False),
    text("reason"),
    text("errors"),
    text("summary"),
    Column("stated", Text, nullable=True),  # the body as the document says it, where a label changed it
    text("notes"),
    text("label_state"),  # filled, held, released: what the order's label made of a confirmation
    integer("label_version"),  # the version of the order's labels that it was compared with
    Column("batch_limit", Integer, nullable=True),
    Column("isolated_from", Integer, nullable=True),
    Column("submission_id", Integer, nullable=True),
    text(
        "function"
    ),  # what its document is for, where it is no original: cancel, replace, resend, none, hold
    text("subject"),  # the status that a cancellation or replacement is about
    Column("earlier_event", Integer, nullable=True),  # the one that it cancels, replaces or repeats
    Column("later_event", Integer, nullable=True),  # the one that cancels or replaces it
    time("updated_at"),
    maybe_time("not_before"),  # until then one that is ready waits for its own time
    maybe_time("precheck_since"),  # since then Amazon gave no answer about it, before it is sent
    maybe_time("prechecked_at"),  # when Amazon was asked about it, before it is sent
    Index("ix_events_file", "file_id", "state"),
    Index("ix_events_order", "purchase_order_number"),
    Index("ix_events_tracking", "tracking_number"),
    sqlite_autoincrement=True,
)
is_ready = one_of(events.c.state, "ready")
is_delayed = is_ready & events.c.not_before.is_not(None)
is_grouped = one_of(events.c.state, "grouped")
is_waiting = one_of(events.c.state, "waiting")
is_open = one_of(events.c.state, "waiting", "ready", "grouped")
is_overriding = one_of(events.c.function, "cancel", "replace")
is_troubled = one_of(events.c.state, "held", "failed", "refused")
partial(
    "ix_events_ready",
    events.c.vendor,
    events.c.operation,
    events.c.occurred_at,
    events.c.id,
    where=is_ready,
)
partial("ix_events_delayed", events.c.vendor, events.c.not_before, where=is_delayed)
# The rule that a package is never in two unfinished submissions, kept by the database itself.
partial("ux_events_grouped_key", events.c.vendor, events.c.ordering_key, where=is_grouped, unique=True)
partial("ix_events_grouped", events.c.submission_id, events.c.id, where=is_grouped)
partial("ix_events_waiting", events.c.vendor, events.c.tracking_number, where=is_waiting)
partial("ix_events_overriding", events.c.vendor, events.c.ordering_key, where=is_overriding)
partial("ix_events_troubled", events.c.vendor, events.c.state, where=is_troubled)

packages = Table(
    "packages",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("tracking_number", Text, primary_key=True),
    Column("event_id", Integer, primary_key=True, index=True),
    text("purchase_order_number"),
    text("ship_from_party"),
    maybe_time("confirmed_at"),
    time("registered_at"),
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
    integer("epoch"),
    integer("attempts"),
    integer("event_count"),
    time("created_at"),
    maybe_time("next_attempt_at"),
    maybe_time("submitted_at"),
    maybe_time("next_poll_at"),
    integer("polls"),
    Column("amazon_transaction_id", Text, nullable=False, server_default="", index=True),
    Column("request_id", Text, nullable=False, server_default="", index=True),
    maybe_time("verdict_at"),
    maybe_time("doubted_at"),
    text("policy"),
    text("errors"),
    text("reason"),
    Column("isolated_from", Integer, nullable=True),
    text("api_version"),  # in which it was sent; empty: the program's first
    text("by_word"),  # sent: its transaction id is an operator's word; taken: its success is; else empty
    sqlite_autoincrement=True,
)
is_sendable = one_of(submissions.c.state, "ready")
is_sending = one_of(submissions.c.state, "sending")
is_pollable = one_of(submissions.c.state, "submitted", "overdue")
is_in_doubt = one_of(submissions.c.state, "in_doubt")
partial(
    "ix_submissions_ready",
    submissions.c.vendor,
    submissions.c.next_attempt_at,
    submissions.c.id,
    where=is_sendable,
)
partial("ix_submissions_sending", submissions.c.account, where=is_sending)
partial("ix_submissions_pollable", submissions.c.vendor, submissions.c.next_poll_at, where=is_pollable)
partial("ix_submissions_in_doubt", submissions.c.vendor, submissions.c.next_attempt_at, where=is_in_doubt)

submission_events = Table(
    "submission_events",
    metadata,
    Column("submission_id", Integer, ForeignKey("submissions.id"), primary_key=True),
    Column("event_id", Integer, ForeignKey("events.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# What Amazon is asked about until it is over. Content that names a person does not belong here.
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("name", Text, nullable=False),  # of the program's follow-up
    Column("subject", Text, nullable=False, index=True),
    Column("event_id", Integer, ForeignKey("events.id"), nullable=False, index=True),
    text("api_version"),
    time("started_at"),
    maybe_time("next_look_at"),  # absent once it is over
    text("status"),
    text("kept"),  # the program's own note of what it has told, as JSON
    integer("looks"),
    integer("missed"),  # looks in a row that found nothing of it at Amazon
    integer("failures"),  # looks in a row that failed
    text("reason"),  # why the last one did
    text("alert"),  # what an operator should know of it
    text("history"),  # the looks that changed something, the last ones, as JSON
    maybe_time("ended_at"),
    text("end_state"),
    UniqueConstraint("account", "name", "subject"),
    sqlite_autoincrement=True,
)
# What else operators know a follow-up by: the tracking numbers of an order.
follow_up_references = Table(
    "follow_up_references",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("follow_up_id", Integer, ForeignKey("follow_ups.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
is_followed = follow_ups.c.ended_at.is_(None)
is_ended = follow_ups.c.ended_at.is_not(None)
is_alerting = follow_ups.c.alert != literal_column("''", Text)
partial("ix_follow_ups_due", follow_ups.c.vendor, follow_ups.c.next_look_at, where=is_followed)
partial("ix_follow_ups_ended", follow_ups.c.vendor, follow_ups.c.ended_at, where=is_ended)
partial("ix_follow_ups_alerting", follow_ups.c.vendor, where=is_alerting)

# What operators said of submissions and events. Nothing here is ever changed.
operator_actions = Table(
    "operator_actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),  # submission, event
    Column("target_id", Integer, nullable=False),
    Column("action", Text, nullable=False),  # sent, not_sent, taken, released, dropped
    text("amazon_transaction_id"),
    text("previous"),  # the state before, and the transaction id where it had one
    text("reason"),
    text("who"),
    time("said_at"),
    Index("ix_operator_actions_target", "kind", "target_id"),
    sqlite_autoincrement=True,
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", Integer, ForeignKey("submissions.id"), nullable=False, index=True),
    integer("number"),
    integer("epoch"),
    time("started_at"),
    maybe_time("ended_at"),
    text("kind"),
    Column("http_status", Integer, nullable=True),
    Column("request_id", Text, nullable=False, server_default="", index=True),
    text("reason"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    text("account"),
    Column("kind", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("key", Text, nullable=False),
    text("message"),
    time("raised_at"),
    maybe_time("cleared_at"),
)
is_uncleared = alerts.c.cleared_at.is_(None)
partial("ux_alerts_open", alerts.c.kind, alerts.c.vendor, alerts.c.key, where=is_uncleared, unique=True)
