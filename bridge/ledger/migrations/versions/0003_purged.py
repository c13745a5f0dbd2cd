"""What is purged stands as a tombstone: when its contents went; and indices for clocks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEPT = "purged_at IS NULL"
_UNREMOVED = "purged_at IS NOT NULL AND spool_name != ''"


def upgrade() -> None:
    """Add the times of purges, and the indices."""
    op.add_column("files", sa.Column("purged_at", sa.Double(), nullable=True))
    op.add_column("outbound_files", sa.Column("purged_at", sa.Double(), nullable=True))
    _partial("ix_files_kept", "files", ["vendor", "received_at"], _KEPT)
    _partial("ix_files_unremoved", "files", ["vendor", "id"], _UNREMOVED)
    op.create_index("ix_files_spool", "files", ["spool_name"])
    _partial("ix_outbound_kept", "outbound_files", ["vendor", "created_at"], _KEPT)
    op.create_index("ix_arrivals_heard", "arrivals", ["vendor", "arrived_at"])
    _prefer()


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _prefer() -> None:
    """Make the indices of open work anew: of two that seem equal SQLite takes the younger one."""
    for name, table, condition in (
        ("ix_files_collected", "files", "state = 'collected'"),
        ("ix_files_unreported", "files", "state = 'translated' AND reported_at IS NULL"),
        ("ix_arrivals_unmoved", "arrivals", "moved_at IS NULL"),
    ):
        op.drop_index(name, table)
        _partial(name, table, ["vendor", "id"], condition)
