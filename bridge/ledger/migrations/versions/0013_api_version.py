"""Submissions keep the version of Amazon's API in which they were sent; older ones the program's first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the column."""
    op.add_column("submissions", sa.Column("api_version", sa.Text(), server_default="", nullable=False))
