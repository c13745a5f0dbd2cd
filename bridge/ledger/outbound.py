"""Files for vendors' outboxes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from bridge.errors import LedgerError
from bridge.ledger.database import Store
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.outbound_buffer import BufferedFile, buffered
from bridge.ledger.outbound_schema import (
    control_numbers,
    cursors,
    is_pending,
    outbound_files,
    outbound_parts,
)
from bridge.ledger.row_conversion import row_as, seconds
from bridge.ledger.rows import Added, Fence, Outbound

_TAKEN = select(outbound_files.c.id, outbound_files.c.sha256).where(
    outbound_files.c.vendor == bindparam("v"),
    outbound_files.c.folder == bindparam("folder"),
    outbound_files.c.name == bindparam("name"),
)
_DUE = (
    select(outbound_files)
    .where(
        outbound_files.c.vendor == bindparam("v"),
        is_pending,
        outbound_files.c.next_attempt_at <= bindparam("now"),
    )
    .order_by(outbound_files.c.next_attempt_at, outbound_files.c.id)
    .limit(bindparam("most"))
)
_PART = select(outbound_parts.c.data).where(
    outbound_parts.c.outbound_id == bindparam("of"), outbound_parts.c.number == bindparam("which")
)

_NUMBER = update(control_numbers).where(
    control_numbers.c.scope == bindparam("of"), control_numbers.c.kind == bindparam("what")
)
_LAST_NUMBER = select(control_numbers.c.last).where(
    control_numbers.c.scope == bindparam("of"), control_numbers.c.kind == bindparam("what")
)


def queue(
    connection: Connection, vendor: str, file_id: int | None, facts: NewOutbound | BufferedFile, now: datetime
) -> Added:
    """Queue one file within a write; another content under a taken name gets the next free name."""
    facts = facts if isinstance(facts, BufferedFile) else buffered(facts)
    stem, suffix = PurePosixPath(facts.name).stem, PurePosixPath(facts.name).suffix
    name, turn = facts.name, 1
    while (
        row := connection.execute(_TAKEN, {"v": vendor, "folder": facts.folder, "name": name}).first()
    ) is not None:
        if row.sha256 == facts.sha256:
            return Added(row.id, name, new=False)
        turn += 1
        name = f"{stem}-{turn}{suffix}"
    values: dict[str, Any] = {
        "vendor": vendor,
        "file_id": file_id,
        "kind": facts.kind,
        "folder": facts.folder,
        "name": name,
        "size": facts.size,
        "sha256": facts.sha256,
        "state": "pending",
        "created_at": seconds(now),
        "next_attempt_at": seconds(now),
    }
    made = connection.execute(insert(outbound_files), values).inserted_primary_key
    identifier = int(made[0]) if made else 0
    for number, data in enumerate(facts.parts()):
        part = {"outbound_id": identifier, "number": number, "data": data}
        connection.execute(insert(outbound_parts), part)
    return Added(identifier, name, new=True)


def set_cursor(connection: Connection, vendor: str, name: str, value: str) -> None:
    """Note, within a write, how far a list of Amazon's was read."""
    at = (cursors.c.vendor == vendor, cursors.c.name == name)
    if connection.execute(update(cursors).where(*at).values(value=value)).rowcount == 0:
        connection.execute(insert(cursors).values(vendor=vendor, name=name, value=value))


def next_number(connection: Connection, vendor: str, scope: str, kind: str) -> int:
    """Take a control number within a write. Scopes are a partner's own: none waits for another's."""
    asked = {"of": f"{vendor}:{scope}", "what": kind}
    if connection.execute(_NUMBER.values(last=control_numbers.c.last + 1), asked).rowcount == 0:
        connection.execute(insert(control_numbers).values(scope=asked["of"], kind=kind, last=1))
    return int(connection.execute(_LAST_NUMBER, asked).scalar_one())


class OutboundStore(Store):
    """What the job deliver asks of the ledger."""

    def has_queued(self, vendor: str, folder: str, name: str) -> bool:
        """Return whether a file of this name was ever queued for a folder of a vendor's outbox."""
        with self._db.read() as connection:
            asked = {"v": vendor, "folder": folder, "name": name}
            return connection.execute(_TAKEN, asked).first() is not None

    def outbound_due(self, vendor: str, now: datetime, limit: int = 50) -> list[Outbound]:
        """List outbound files to deliver now, oldest first."""
        with self._db.read() as connection:
            found = connection.execute(_DUE, {"v": vendor, "now": seconds(now), "most": limit})
            return [row_as(Outbound, row) for row in found.mappings()]

    def outbound_bytes(self, outbound: Outbound) -> Iterator[bytes]:
        """Return a file's bytes in parts, each by a read of its own.

        A read that lasts as long as a slow upload would keep the log of a busy ledger growing. Raises
        `LedgerError` where they are not there any more.
        """
        number, left = 0, outbound.size
        while left:
            with self._db.read() as connection:
                data = connection.execute(_PART, {"of": outbound.id, "which": number}).scalar()
            if data is None:
                raise LedgerError(f"the ledger lacks {left} bytes of {outbound.folder}/{outbound.name}")
            yield data
            left -= len(data)
            number += 1

    def take_number(self, fence: Fence, vendor: str, scope: str, kind: str) -> int:
        """Take a control number of a partner's before what it stands in is queued.

        For what takes long to write: a crash until then leaves a gap, and no number twice.
        """
        with self._db.write(fence) as connection:
            return next_number(connection, vendor, scope, kind)

    def outbound_delivered(self, fence: Fence, outbound_id: int, now: datetime) -> None:
        """Note that a file lies in the outbox under its name."""
        with self._db.write(fence) as connection:
            connection.execute(
                update(outbound_files)
                .where(outbound_files.c.id == outbound_id)
                .values(
                    state="delivered",
                    delivered_at=seconds(now),
                    attempts=outbound_files.c.attempts + 1,
                    next_attempt_at=None,
                    last_error="",
                )
            )

    def outbound_failed(self, fence: Fence, outbound_id: int, error: str, retry_at: datetime | None) -> None:
        """Note why a file was not delivered; it is due again at `retry_at`, or (None) given up."""
        with self._db.write(fence) as connection:
            connection.execute(
                update(outbound_files)
                .where(outbound_files.c.id == outbound_id, is_pending)
                .values(
                    state="failed" if retry_at is None else "pending",
                    attempts=outbound_files.c.attempts + 1,
                    next_attempt_at=None if retry_at is None else seconds(retry_at),
                    last_error=error,
                )
            )
