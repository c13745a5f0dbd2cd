"""The tables of what goes to partners: outbound files, documents to fetch, and the labels of orders."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from bridge.ledger.columns import integer, maybe_time, metadata, one_of, partial, text, time

outbound_files = Table(
    "outbound_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("vendor", Text, nullable=False),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True, index=True),
    text("kind"),
    Column("folder", Text, nullable=False),
    Column("name", Text, nullable=False, index=True),
    integer("size"),
    text("sha256"),
    Column("state", Text, nullable=False),  # pending, delivered, failed
    time("created_at"),
    maybe_time("delivered_at"),
    integer("attempts"),
    maybe_time("next_attempt_at"),
    text("last_error"),
    maybe_time("purged_at"),  # since then it has no parts
    UniqueConstraint("vendor", "folder", "name"),
)
is_pending = one_of(outbound_files.c.state, "pending")
is_undelivered = one_of(outbound_files.c.state, "failed")
has_data = outbound_files.c.purged_at.is_(None)
partial("ix_outbound_pending", outbound_files.c.vendor, outbound_files.c.next_attempt_at, where=is_pending)
partial("ix_outbound_failed", outbound_files.c.vendor, where=is_undelivered)
partial("ix_outbound_kept", outbound_files.c.vendor, outbound_files.c.created_at, where=has_data)

# The bytes of outbound files, cut: none of them need be in memory as a whole.
outbound_parts = Table(
    "outbound_parts",
    metadata,
    Column("outbound_id", Integer, ForeignKey("outbound_files.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 0
    Column("data", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

control_numbers = Table(
    "control_numbers",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    integer("last"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    text("value"),
)

# The lists that are told once a day, whole. Of their contents the keys alone are kept, compressed.
snapshots = Table(
    "snapshots",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # of the program's snapshot
    maybe_time("told_at"),
    integer("told_count"),
    Column("told_keys", LargeBinary, nullable=True),
    maybe_time("held_at"),  # read whole, and not told since it has lost too much; absent once one is told
    integer("held_count"),
    Column("held_keys", LargeBinary, nullable=True),
    maybe_time("requested_at"),  # an operator wants it at once
    integer("failures"),  # readings in a row that failed
    text("reason"),  # why the last one did
    maybe_time("next_at"),  # when it is read again after one that failed
    sqlite_with_rowid=False,
)

# What is to be asked for by its order's number: after a label verdict, or when a list held something bad.
document_requests = Table(
    "document_requests",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("purchase_order_number", Text, primary_key=True),
    time("requested_at"),
    maybe_time("next_attempt_at"),
    integer("attempts"),
    text("reason"),
    sqlite_with_rowid=False,
)
is_requested = document_requests.c.next_attempt_at.is_not(None)
partial(
    "ix_document_requests_due",
    document_requests.c.vendor,
    document_requests.c.next_attempt_at,
    where=is_requested,
)

# When the newest label of an order was made (at the latest so long ago), while it has not shipped.
labels = Table(
    "labels",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("purchase_order_number", Text, primary_key=True),
    time("made_at"),
    integer("outbound_id"),
    Index("ix_labels_made", "vendor", "made_at"),
    sqlite_with_rowid=False,
)

# The labels of orders that passed here, package by package: numbers only, for as long as packages are kept.
order_labels = Table(
    "order_labels",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("purchase_order_number", Text, primary_key=True),
    integer("version"),  # grows with each change of the order's labels
    sqlite_with_rowid=False,
)
label_packages = Table(
    "label_packages",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("purchase_order_number", Text, primary_key=True),
    Column("number", Integer, primary_key=True),  # counts the packages of the order's labels from 1
    text("package_identifier"),
    text("tracking_number"),
    text("ship_method"),
    text("ship_method_name"),
    Column("state", Text, nullable=False),  # valid, void, listed
    time("noted_at"),
    time("changed_at"),
    integer("outbound_id"),
    Index("ix_label_packages_tracking", "tracking_number"),
    Index("ix_label_packages_order", "purchase_order_number"),
    sqlite_with_rowid=False,
)
is_void = one_of(label_packages.c.state, "void")
partial("ix_label_packages_void", label_packages.c.vendor, label_packages.c.changed_at, where=is_void)

# What was kept of the elements of lists that are read again and again, as JSON: nothing of persons.
watched = Table(
    "watched",
    metadata,
    Column("vendor", Text, primary_key=True),
    Column("name", Text, primary_key=True),  # of the program's watch
    Column("number", Text, primary_key=True),
    text("kept"),
    maybe_time("due_at"),  # by when its partner has to do something about it, while nothing was done
    time("noted_at"),
    Index("ix_watched_noted", "vendor", "noted_at"),
    sqlite_with_rowid=False,
)
is_due_once = watched.c.due_at.is_not(None)
partial("ix_watched_due", watched.c.vendor, watched.c.name, watched.c.due_at, where=is_due_once)

# Documents that the partner's mapping could not write yet: the values, and why.
held_documents = Table(
    "held_documents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("vendor", Text, nullable=False, index=True),
    Column("file_id", Integer, ForeignKey("files.id"), nullable=True),
    text("document"),
    text("name"),
    text("body"),
    text("reason"),
    time("held_at"),
    sqlite_autoincrement=True,
)
