"""The one transaction that commits what a file's writer gathered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bridge.domain.states import EVENT_MOVES, move
from bridge.errors import LedgerError
from bridge.ledger.codec import chunks, seconds
from bridge.ledger.database import Database, id_source
from bridge.ledger.files import note_moved
from bridge.ledger.outbound import queue
from bridge.ledger.packages import release_of_file
from bridge.ledger.parcels import Parcels
from bridge.ledger.rows import Fence, FileRow
from bridge.ledger.sameness import hold_same_content
from bridge.ledger.schema import control_numbers, documents, events, files, interchanges, packages
from bridge.ledger.shelf import Row, Shelf

# The columns to set are those of the rows given.
_RENEW = update(documents).where(documents.c.id == bindparam("document"))
_STATE = select(events.c.id, events.c.state).where(events.c.id.in_(bindparam("ids", expanding=True)))
_REPLACE = (
    update(events)
    .where(events.c.id == bindparam("event"))
    .values(state="replaced", updated_at=bindparam("now"))
)
_UNANNOUNCE = delete(packages).where(
    packages.c.event_id.in_(bindparam("ids", expanding=True)), packages.c.confirmed_at.is_(None)
)
_TAKE_NUMBER = (
    update(control_numbers)
    .where(
        control_numbers.c.scope == bindparam("of"),
        control_numbers.c.kind == bindparam("what"),
        control_numbers.c.last == bindparam("first"),
    )
    .values(last=bindparam("upto"))
)

_REPORTED = (
    update(files)
    .where(files.c.id == bindparam("file"))
    .values(reported_at=bindparam("now"), reports=files.c.reports + 1)
)


class Gathered:
    """What a writer was given, until it is committed."""

    def __init__(self, *, rerun: bool) -> None:
        self.rerun = rerun
        self.state = ""
        self.reason = ""
        self.accepted = 0
        self.waiting = False
        self.hold_same_content = False
        self.reported = False
        self.moved: tuple[int, str] | None = None
        """The arrival that left the inbox with these answers, and where to."""
        self.documents = Shelf()
        self.renewed = Shelf()
        self.events = Shelf()
        self.packages = Shelf()
        self.interchanges: list[Row] = []
        self.outbound = Parcels()
        self.replaced: list[int] = []
        self.control_numbers: dict[tuple[str, str], tuple[int, int]] = {}
        """(scope, kind) → the last number before this file, and after it."""

    def close(self) -> None:
        """Let go of temporary files."""
        for shelf in (self.documents, self.renewed, self.events, self.packages, self.outbound):
            shelf.close()


def commit(database: Database, fence: Fence, file: FileRow, gathered: Gathered, now: datetime) -> None:
    """Write all of it, or raise and write nothing."""
    if not gathered.state:
        raise LedgerError(f"batch {file.id} was not finished by its translation")
    # A rerun is a person's word: drains, each with a claim of its own, go on beside it. What it changes is
    # guarded row by row instead.
    with database.write(None if gathered.rerun else fence) as connection:
        _replace(connection, gathered.replaced, now)
        _insert_rows(connection, gathered)
        _insert_interchanges(connection, file.id, gathered)
        if gathered.hold_same_content:
            hold_same_content(connection, file.id)
        _answer(connection, file, gathered, now)
        if gathered.waiting:
            release_of_file(connection, file.id, now)
        _close_file(connection, file, gathered, now)


def commit_answers(
    database: Database, fence: Fence, file: FileRow, gathered: Gathered, now: datetime
) -> None:
    """Write the outbound files, the control numbers they took, and what they go along with.

    That is the report's having been made, or the arrival's having left the inbox.
    """
    with database.write(fence) as connection:
        _answer(connection, file, gathered, now)
        if gathered.reported:
            connection.execute(_REPORTED, {"file": file.id, "now": seconds(now)})
        if gathered.moved is not None:
            note_moved(connection, *gathered.moved, now)


def _answer(connection: Connection, file: FileRow, gathered: Gathered, now: datetime) -> None:
    for parcel in gathered.outbound:
        queue(connection, file.vendor, file.id, parcel, now)
    for (scope, kind), (first, last) in gathered.control_numbers.items():
        _take_numbers(connection, scope, kind, first, last)


def _insert_rows(connection: Connection, gathered: Gathered) -> None:
    document_ids = _insert_numbered(connection, gathered.documents, documents)
    for rows in gathered.renewed.chunks():
        connection.execute(_RENEW, rows)
    next_event = id_source(connection, events)
    event_ids: list[int] = []
    for rows in gathered.events.chunks():
        for row in rows:
            handle = row["document_id"]
            row["document_id"] = -handle if handle < 0 else document_ids[handle - 1]
            row["id"] = next_event()
            event_ids.append(row["id"])
        connection.execute(insert(events), rows)
    for rows in gathered.packages.chunks():
        for row in rows:
            row["event_id"] = event_ids[row["event_id"]]
        connection.execute(insert(packages), rows)


def _insert_numbered(connection: Connection, shelf: Shelf, table: Any) -> list[int]:  # noqa: ANN401 - a Table
    next_id = id_source(connection, table)
    ids: list[int] = []
    for rows in shelf.chunks():
        for row in rows:
            row["id"] = next_id()
            ids.append(row["id"])
        connection.execute(insert(table), rows)
    return ids


def _insert_interchanges(connection: Connection, file_id: int, gathered: Gathered) -> None:
    if gathered.rerun:
        connection.execute(delete(interchanges).where(interchanges.c.file_id == file_id))
    for rows in chunks(gathered.interchanges, 500):
        connection.execute(insert(interchanges), rows)


def _replace(connection: Connection, event_ids: list[int], now: datetime) -> None:
    for ids in chunks(event_ids, 500):
        for row in connection.execute(_STATE, {"ids": ids}):
            move(row.state, "replace", EVENT_MOVES)
        connection.execute(_REPLACE, [{"event": event_id, "now": seconds(now)} for event_id in ids])
        connection.execute(_UNANNOUNCE, {"ids": ids})


def _take_numbers(connection: Connection, scope: str, kind: str, first: int, last: int) -> None:
    """Move a counter on, provided that nobody did so since it was read."""
    if (
        first == 0
        and connection.execute(
            select(func.count())
            .select_from(control_numbers)
            .where(control_numbers.c.scope == scope, control_numbers.c.kind == kind)
        ).scalar_one()
        == 0
    ):
        connection.execute(insert(control_numbers).values(scope=scope, kind=kind, last=last))
        return
    taken = connection.execute(_TAKE_NUMBER, {"of": scope, "what": kind, "first": first, "upto": last})
    if taken.rowcount != 1:
        raise LedgerError(
            f"another file took control numbers of {scope} ({kind}) meanwhile; translate it again"
        )


def _close_file(connection: Connection, file: FileRow, gathered: Gathered, now: datetime) -> None:
    count, accepted = gathered.documents.count, gathered.accepted
    if gathered.rerun:
        of_file = select(func.count(), func.count().filter(documents.c.accepted)).where(
            documents.c.file_id == file.id
        )
        count, accepted = connection.execute(of_file).one()
    changed = connection.execute(
        update(files)
        .where(
            files.c.id == file.id,
            files.c.state == file.state,
            files.c.translated_at.is_not_distinct_from(
                None if file.translated_at is None else seconds(file.translated_at)
            ),
            files.c.purged_at.is_not_distinct_from(
                None if file.purged_at is None else seconds(file.purged_at)
            ),
        )
        .values(
            state=gathered.state,
            reason=gathered.reason,
            translated_at=seconds(now),
            touched_at=seconds(now),
            reported_at=None,
            purged_at=None,
            documents=count,
            accepted=accepted,
        )
    )
    if changed.rowcount != 1:
        raise LedgerError(f"batch {file.id} was translated or purged by somebody else meanwhile")
