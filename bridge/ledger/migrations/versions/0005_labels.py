"""How old the labels of orders are, kept until the orders have shipped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table; of labels that came before nothing is known."""
    op.create_table(
        "labels",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("purchase_order_number", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("outbound_id", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", "purchase_order_number", name=op.f("pk_labels")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_labels_made", "labels", ["vendor", "made_at"])
