"""Tracking numbers and ship methods of labels, and what they made of confirmations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def upgrade() -> None:
    """Add tables and columns; of labels that came before nothing is known."""
    op.create_table(
        "order_labels",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("purchase_order_number", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", "purchase_order_number", name=op.f("pk_order_labels")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "label_packages",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("purchase_order_number", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("package_identifier"),
        _text("tracking_number"),
        _text("ship_method"),
        _text("ship_method_name"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.Double(), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.Column("outbound_id", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("vendor", "purchase_order_number", "number", name=op.f("pk_label_packages")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_label_packages_tracking", "label_packages", ["tracking_number"])
    op.create_index("ix_label_packages_order", "label_packages", ["purchase_order_number"])
    void = sa.text("state = 'void'")
    op.create_index(
        "ix_label_packages_void",
        "label_packages",
        ["vendor", "changed_at"],
        sqlite_where=void,
        postgresql_where=void,
    )
    op.add_column("events", sa.Column("stated", sa.Text(), nullable=True))
    op.add_column("events", _text("notes"))
    op.add_column("events", _text("label_state"))
    op.add_column("events", sa.Column("label_version", sa.Integer(), server_default="0", nullable=False))
