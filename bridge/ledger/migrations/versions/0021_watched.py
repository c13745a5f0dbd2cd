"""What was kept of the elements of lists that are read again and again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the table; nothing was read so before."""
    op.create_table(
        "watched",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("noted_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("vendor", "name", "number", name=op.f("pk_watched")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_watched_noted", "watched", ["vendor", "noted_at"])
    where = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_watched_due", "watched", ["vendor", "name", "due_at"], sqlite_where=where, postgresql_where=where
    )
