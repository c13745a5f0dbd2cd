"""The bytes of outbound files stand in parts, in a table of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from bridge.ledger import sqlite

revision = "0004"
down_revision = "0003"

_PART = 256 * 1024
_ROWS = 100
"""So many files are moved by one statement: SQLite keeps in memory what a statement changes."""
_IDS = sa.text(
    "SELECT id, length(data) AS size FROM outbound_files WHERE id > :after ORDER BY id LIMIT :rows"
)
_SMALL = sa.text(
    "INSERT INTO outbound_parts (outbound_id, number, data) SELECT id, 0, data FROM outbound_files"
    " WHERE id BETWEEN :first AND :last AND length(data) BETWEEN 1 AND :part"
)
_CLEAR = sa.text("UPDATE outbound_files SET data = '' WHERE id BETWEEN :first AND :last")
_PIECE = sa.text("SELECT substr(data, :begin, :part) FROM outbound_files WHERE id = :id")
_ADD = sa.text("INSERT INTO outbound_parts (outbound_id, number, data) VALUES (:id, :number, :data)")


def upgrade() -> None:
    """Move the bytes over, a part at a time; what stood in the old place is overwritten."""
    op.create_table(
        "outbound_parts",
        sa.Column("outbound_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbound_id"], ["outbound_files.id"], name=op.f("fk_outbound_parts_outbound_id")
        ),
        sa.PrimaryKeyConstraint("outbound_id", "number", name=op.f("pk_outbound_parts")),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    sqlite.overwrite_deleted(connection)
    after = 0
    while rows := connection.execute(_IDS, {"after": after, "rows": _ROWS}).all():
        _move(connection, rows)
        after = rows[-1].id
    op.drop_column("outbound_files", "data")


def _move(connection: sa.Connection, rows: Sequence[Any]) -> None:
    for row in rows:
        if row.size > _PART:
            for number, data in enumerate(_pieces(connection, row.id, row.size)):
                connection.execute(_ADD, {"id": row.id, "number": number, "data": data})
            connection.execute(_CLEAR, {"first": row.id, "last": row.id})
    these = {"first": rows[0].id, "last": rows[-1].id}
    connection.execute(_SMALL, {**these, "part": _PART})
    connection.execute(_CLEAR, these)


def _pieces(connection: sa.Connection, outbound_id: int, size: int) -> Iterator[bytes]:
    driver = connection.connection.driver_connection
    if connection.dialect.name == "sqlite" and driver is not None:
        # `substr` would read the whole for each part.
        with driver.blobopen("outbound_files", "data", outbound_id, readonly=True) as blob:
            while data := blob.read(_PART):
                yield data
        return
    for begin in range(1, size + 1, _PART):
        asked = {"id": outbound_id, "begin": begin, "part": _PART}
        yield connection.execute(_PIECE, asked).scalar_one()
