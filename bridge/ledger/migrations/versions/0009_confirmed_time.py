"""The latest time that Amazon confirmed to an account, so that a clock that jumped purges nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; nothing was confirmed before."""
    op.add_column("accounts", sa.Column("confirmed_at", sa.Double(), nullable=True))
