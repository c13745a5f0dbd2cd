"""A ledger that was restored from a backup sends nothing until an operator has looked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the columns; none was restored."""
    op.add_column("accounts", sa.Column("restored_at", sa.Double(), nullable=True))
    op.add_column("accounts", sa.Column("restored_reason", sa.Text(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("seen_arrival", sa.Integer(), server_default="0", nullable=False))
    op.add_column("accounts", sa.Column("seen_batch", sa.Integer(), server_default="0", nullable=False))
