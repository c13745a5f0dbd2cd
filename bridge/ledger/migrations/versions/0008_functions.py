"""What a document is for: original, duplicate, replacement or cancellation of an earlier one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the columns; every event of before counts as an original."""
    op.add_column("events", sa.Column("function", sa.Text(), server_default="", nullable=False))
    op.add_column("events", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    op.add_column("events", sa.Column("earlier_event", sa.Integer(), nullable=True))
    op.add_column("events", sa.Column("later_event", sa.Integer(), nullable=True))
    overriding = sa.text("function IN ('cancel', 'replace')")
    op.create_index(
        "ix_events_overriding",
        "events",
        ["vendor", "sequence_key"],
        sqlite_where=overriding,
        postgresql_where=overriding,
    )
