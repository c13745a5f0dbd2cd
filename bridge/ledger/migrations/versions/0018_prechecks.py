"""When Amazon was asked about an event before it is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the columns; nothing was asked before."""
    op.add_column("events", sa.Column("precheck_since", sa.Double(), nullable=True))
    op.add_column("events", sa.Column("prechecked_at", sa.Double(), nullable=True))
