"""What earlier files hold under a control number, by which a resend or a conflict is told.

A document of an earlier interchange stands where it was accepted and not all that it told was refused or
failed: what does not stand may be said again, corrected.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, exists, or_, select

from bridge.ledger.duplicates import SPENT
from bridge.ledger.row_conversion import index_key, moment
from bridge.ledger.rows import EarlierInterchange, FileRow
from bridge.ledger.schema import documents, events, files, interchanges

_LAST_FILE = 2**62
_MOST_SHORTER = 5
"""So many earlier files of one name are looked at."""
_is_spent = events.c.state.in_(SPENT)
_stands = documents.c.accepted & or_(
    ~exists().where(events.c.document_id == documents.c.id),
    exists().where(events.c.document_id == documents.c.id, ~_is_spent),
)
_STANDING = select(documents.c.number).where(
    documents.c.file_id == bindparam("file"),
    documents.c.interchange_control_number == bindparam("control"),
    _stands,
)
_SPANS = select(documents.c.offset, documents.c.length).where(
    documents.c.file_id == bindparam("file"), _stands
)
_SHORTER = (
    select(files.c.id, files.c.size, files.c.sha256)
    .where(
        files.c.name == bindparam("name"),
        files.c.vendor == bindparam("v"),
        files.c.id != bindparam("own"),
        files.c.id < bindparam("before"),
        files.c.size < bindparam("size"),
        files.c.state == "translated",
    )
    .order_by(files.c.id.desc())
    .limit(_MOST_SHORTER)
)
_EARLIER = (
    select(interchanges, files.c.name, files.c.received_at, files.c.purged_at, files.c.spool_name)
    .join(files, files.c.id == interchanges.c.file_id)
    .where(
        interchanges.c.vendor == bindparam("v"),
        interchanges.c.file_id != bindparam("own"),
        interchanges.c.file_id < bindparam("before"),
        interchanges.c.sender == bindparam("from"),
        interchanges.c.control_number == bindparam("control"),
    )
    .order_by(interchanges.c.file_id)
)


def interchanges_of(
    connection: Connection, file: FileRow, sender: str, control_number: str, *, rerun: bool
) -> list[EarlierInterchange]:
    """List the interchanges of other files with a sender's control number, oldest first; see the writer."""
    asked: dict[str, Any] = {"v": file.vendor, "own": file.id, "before": file.id if rerun else _LAST_FILE}
    asked |= {"from": index_key(sender), "control": index_key(control_number)}
    return [
        EarlierInterchange(
            file_id=row.file_id,
            name=row.name,
            sha256=row.sha256,
            received_at=moment(row.received_at),
            purged=row.purged_at is not None,
            number=row.number,
            spool_name=row.spool_name,
        )
        for row in connection.execute(_EARLIER, asked)
    ]


def standing(connection: Connection, file_id: int, control_number: str, limit: int | None) -> list[int]:
    """List the numbers of a file's documents that stand under a control number, at most `limit`."""
    asked = {"file": file_id, "control": index_key(control_number)}
    return list(connection.execute(_STANDING.limit(limit), asked).scalars())


def shorter_files(connection: Connection, file: FileRow, *, rerun: bool) -> list[tuple[int, int, str]]:
    """List the newest files of a file's name that are shorter: number, size and SHA-256 of each."""
    asked = {"name": file.name, "v": file.vendor, "own": file.id, "size": file.size}
    asked["before"] = file.id if rerun else _LAST_FILE
    return [(row.id, row.size, row.sha256) for row in connection.execute(_SHORTER, asked)]


def standing_spans(connection: Connection, file_id: int) -> frozenset[tuple[int, int]]:
    """List offset and length of a file's documents that stand."""
    return frozenset((row.offset, row.length) for row in connection.execute(_SPANS, {"file": file_id}))
