"""Tables and columns get the names of what they hold; the rows stay."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Rename columns, a table with its index, and a policy's value.

    Indices of columns keep their names: SQLite prefers one that is made later to partial ones.
    """
    op.execute("ALTER TABLE events RENAME COLUMN sequence_key TO ordering_key")
    op.execute("ALTER TABLE packages RENAME COLUMN announced_at TO registered_at")
    op.execute("ALTER TABLE files RENAME COLUMN touched_at TO updated_at")
    op.execute("UPDATE submissions SET policy = 'verify' WHERE policy = 'look'")
    _rename_document_requests()


def _rename_document_requests() -> None:
    """Copy the table, which is small: SQLite keeps the old name in a primary key's otherwise."""
    op.create_table(
        "document_requests",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purchase_order_number", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.Double(), nullable=False),
        sa.Column("next_attempt_at", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("vendor", "kind", "purchase_order_number", name=op.f("pk_document_requests")),
        sqlite_with_rowid=False,
    )
    columns = "vendor, kind, purchase_order_number, {}, next_attempt_at, attempts, reason"
    op.execute(
        f"INSERT INTO document_requests ({columns.format('requested_at')}) "
        f"SELECT {columns.format('wanted_at')} FROM wanted"
    )
    op.drop_table("wanted")
    op.create_index(
        "ix_document_requests_due",
        "document_requests",
        ["vendor", "next_attempt_at"],
        sqlite_where=sa.text("next_attempt_at IS NOT NULL"),
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
