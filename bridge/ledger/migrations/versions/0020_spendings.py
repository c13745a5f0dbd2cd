"""What calls may cost, and have cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the table; nothing was spent before."""
    op.create_table(
        "spendings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("amount", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reserved_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spendings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_spendings_day", "spendings", ["account", "currency", "day"])
    op.create_index("ix_spendings_partner", "spendings", ["vendor", "day"])
    op.create_index(op.f("ix_spendings_submission_id"), "spendings", ["submission_id"])
    op.create_index(op.f("ix_spendings_attempt_id"), "spendings", ["attempt_id"])
