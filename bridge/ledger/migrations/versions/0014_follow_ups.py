"""What Amazon is asked about until it is over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table; nothing was followed before."""
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("api_version", sa.Text(), server_default="", nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("next_look_at", sa.Double(), nullable=True),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("kept", sa.Text(), server_default="", nullable=False),
        sa.Column("looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("missed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("alert", sa.Text(), server_default="", nullable=False),
        sa.Column("history", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("end_state", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_follow_ups_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("account", "name", "subject", name=op.f("uq_follow_ups_account")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_follow_ups_subject"), "follow_ups", ["subject"])
    op.create_index(op.f("ix_follow_ups_event_id"), "follow_ups", ["event_id"])
    for name, columns, where in (
        ("ix_follow_ups_due", ["vendor", "next_look_at"], "ended_at IS NULL"),
        ("ix_follow_ups_ended", ["vendor", "ended_at"], "ended_at IS NOT NULL"),
        ("ix_follow_ups_alerting", ["vendor"], "alert != ''"),
    ):
        op.create_index(
            name, "follow_ups", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
