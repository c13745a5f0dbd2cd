"""Until when an event waits for its own time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column and its index; label requests that are ready go on waiting for their day."""
    op.add_column("events", sa.Column("not_before", sa.Double(), nullable=True))
    op.execute(
        "UPDATE events SET not_before = occurred_at "
        "WHERE state = 'ready' AND operation = 'submitShippingLabelRequest'"
    )
    op.create_index(
        "ix_events_delayed",
        "events",
        ["vendor", "not_before"],
        sqlite_where=sa.text("state = 'ready' AND not_before IS NOT NULL"),
        postgresql_where=sa.text("state = 'ready' AND not_before IS NOT NULL"),
    )
