"""The table of what calls that spend money may cost, and have cost."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from bridge.ledger.columns import metadata, time

spendings = Table(
    "spendings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("vendor", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("day", Text, nullable=False),  # of the partner's, ISO-8601
    Column("submission_id", Integer, nullable=False, index=True),
    Column("attempt_id", Integer, nullable=False, index=True),
    Column("carrier", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("amount", Text, nullable=False),  # a decimal
    Column("state", Text, nullable=False),  # reserved, spent, freed
    time("reserved_at"),
    Index("ix_spendings_day", "account", "currency", "day"),
    Index("ix_spendings_partner", "vendor", "day"),
    sqlite_autoincrement=True,
)
