"""The lists that are told once a day, whole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table; nothing was told before."""
    op.create_table(
        "snapshots",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.Column("told_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("told_keys", sa.LargeBinary(), nullable=True),
        sa.Column("held_at", sa.Double(), nullable=True),
        sa.Column("held_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("held_keys", sa.LargeBinary(), nullable=True),
        sa.Column("requested_at", sa.Double(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("next_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("vendor", "name", name=op.f("pk_snapshots")),
        sqlite_with_rowid=False,
    )
