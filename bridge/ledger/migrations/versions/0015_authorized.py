"""When an account was authorized last: an authorization ends 365 days later."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the column; of earlier authorizations it is not known."""
    op.add_column("accounts", sa.Column("authorized_at", sa.Double(), nullable=True))
