"""Documents that could not be written to a partner wait with their values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the table; no documents were written from values before."""
    op.create_table(
        "held_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("held_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["files.id"], name=op.f("fk_held_documents_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_documents")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_held_documents_vendor"), "held_documents", ["vendor"])
