"""Further numbers by which an operator finds what is followed at Amazon."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the table; looks fill it from now on."""
    op.create_table(
        "follow_up_references",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name=op.f("fk_follow_up_references_follow_up_id")
        ),
        sa.PrimaryKeyConstraint("reference", "follow_up_id", name=op.f("pk_follow_up_references")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_follow_up_references_follow_up_id"), "follow_up_references", ["follow_up_id"])
