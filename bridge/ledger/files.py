"""Files of the inbox: kept once by their bytes, each turning up an arrival."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from bridge.errors import LedgerError
from bridge.ledger.database import Store
from bridge.ledger.new_rows import Collected
from bridge.ledger.row_conversion import row_as, seconds
from bridge.ledger.rows import Arrival, Fence, FileRow, Kept
from bridge.ledger.schema import arrivals, events, files, is_collected, is_grouped, is_unmoved

_KNOWN = select(files.c.id).where(files.c.vendor == bindparam("v"), files.c.sha256 == bindparam("sha"))
_MARK_UPDATED = update(files).where(files.c.id == bindparam("file")).values(updated_at=bindparam("now"))
# A purged file that comes once more is kept again for a while, so that it can be answered.
_BYTES = (
    update(files)
    .where(files.c.id == bindparam("file"), files.c.spool_name == "")
    .values(spool_name=bindparam("bytes"))
)
_SAME_ARRIVAL = select(arrivals.c.id).where(
    arrivals.c.vendor == bindparam("v"),
    is_unmoved,
    arrivals.c.file_id == bindparam("file"),
    arrivals.c.remote_name == bindparam("name"),
    arrivals.c.mtime == bindparam("mtime"),
)
_other = arrivals.alias("other")
_TO_MOVE = (
    select(
        arrivals,
        files.c.sha256,
        files.c.size,
        files.c.state.label("file_state"),
        files.c.reason.label("file_reason"),
        select(func.min(_other.c.id))
        .where(_other.c.file_id == files.c.id)
        .scalar_subquery()
        .label("first_id"),
    )
    .join(files, files.c.id == arrivals.c.file_id)
    .where(arrivals.c.vendor == bindparam("v"), is_unmoved)
    .order_by(arrivals.c.id)
)
_TO_TRANSLATE = (
    select(files)
    .where(files.c.vendor == bindparam("v"), is_collected)
    .order_by(files.c.id)
    .limit(bindparam("most"))
)
_OF_SUBMISSION = (
    select(files)
    .where(
        files.c.id.in_(select(events.c.file_id).where(events.c.submission_id == bindparam("of"), is_grouped))
    )
    .order_by(files.c.id)
)
_FILE = select(files).where(files.c.id == bindparam("file"))


def file_row(row: Any) -> FileRow:  # noqa: ANN401 - a row mapping
    """Make a `FileRow` of a row of the table."""
    return row_as(FileRow, row, report_number=row["reports"])


def load_file(connection: Connection, file_id: int) -> FileRow:
    """Read one file; raises `LedgerError` where there is none."""
    row = connection.execute(_FILE, {"file": file_id}).mappings().first()
    if row is None:
        raise LedgerError(f"there is no batch {file_id}")
    return file_row(row)


def note_moved(connection: Connection, arrival_id: int, moved_to: str, now: datetime) -> None:
    """Note, within a write, that a file left the inbox."""
    connection.execute(
        update(arrivals).where(arrivals.c.id == arrival_id).values(moved_to=moved_to, moved_at=seconds(now))
    )


class FileStore(Store):
    """What the jobs collect and translate ask of the ledger."""

    def keep_file(self, fence: Fence, collected: Collected, now: datetime) -> Kept:
        """Keep a file of the inbox. Known bytes add an arrival only; a known listing entry adds nothing."""
        with self._db.write(fence) as connection:
            at = {"v": collected.vendor, "sha": collected.sha256}
            file_id = connection.execute(_KNOWN, at).scalar()
            new = file_id is None
            if file_id is None:
                file_id = _insert_file(connection, collected, now)
            else:
                seen = {
                    "v": collected.vendor,
                    "file": file_id,
                    "name": collected.name,
                    "mtime": collected.mtime,
                }
                arrival_id = connection.execute(_SAME_ARRIVAL, seen).scalar()
                connection.execute(_MARK_UPDATED, {"file": file_id, "now": seconds(now)})
                connection.execute(_BYTES, {"file": file_id, "bytes": collected.spool_name})
                if arrival_id is not None:  # kept before a crash, and not moved since
                    return Kept(file_id, arrival_id, new=False)
            arrival = connection.execute(
                insert(arrivals).values(
                    file_id=file_id,
                    vendor=collected.vendor,
                    remote_name=collected.name,
                    mtime=collected.mtime,
                    arrived_at=seconds(now),
                )
            )
            return Kept(file_id, _key(arrival), new)

    def arrivals_to_move(self, vendor: str) -> list[Arrival]:
        """List the files that are kept but still lie in the inbox, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(_TO_MOVE, {"v": vendor}).mappings()
            return [row_as(Arrival, row, first=row["first_id"] == row["id"]) for row in rows]

    def arrival_moved(self, fence: Fence, arrival_id: int, moved_to: str, now: datetime) -> None:
        """Note that a file left the inbox, to this name; with an empty name: it had gone already."""
        with self._db.write(fence) as connection:
            note_moved(connection, arrival_id, moved_to, now)

    def files_to_translate(self, vendor: str, limit: int = 100) -> list[FileRow]:
        """List collected files, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(_TO_TRANSLATE, {"v": vendor, "most": limit}).mappings()
            return [file_row(row) for row in rows]

    def file(self, file_id: int) -> FileRow:
        """Return one file; raises `LedgerError` where there is none of that id."""
        with self._db.read() as connection:
            return load_file(connection, file_id)

    def files_of_submission(self, submission_id: int) -> list[FileRow]:
        """List the files whose events stand in a submission that is under way."""
        with self._db.read() as connection:
            rows = connection.execute(_OF_SUBMISSION, {"of": submission_id}).mappings()
            return [file_row(row) for row in rows]


def _insert_file(connection: Connection, collected: Collected, now: datetime) -> int:
    result = connection.execute(
        insert(files).values(
            vendor=collected.vendor,
            sha256=collected.sha256,
            name=collected.name,
            size=collected.size,
            spool_name=collected.spool_name,
            state="collected",
            received_at=seconds(now),
            updated_at=seconds(now),
        )
    )
    return _key(result)


def _key(result: Any) -> int:  # noqa: ANN401 - a CursorResult
    return int(result.inserted_primary_key[0])
