"""The transactions that commit what a file's writer gathered: the last one, and portions before it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, select, update

from bridge.domain.states import EVENT_MOVES
from bridge.errors import LedgerError
from bridge.ledger.database import Database, id_source
from bridge.ledger.duplicates import hold_duplicates
from bridge.ledger.files import note_moved
from bridge.ledger.functions import carry_out_functions
from bridge.ledger.label_checks import judge
from bridge.ledger.outbound import queue
from bridge.ledger.outbound_buffer import OutboundBuffer
from bridge.ledger.outbound_schema import control_numbers
from bridge.ledger.packages import release_of_file
from bridge.ledger.row_conversion import chunks, seconds
from bridge.ledger.rows import Fence, FileRow
from bridge.ledger.schema import documents, events, files, interchanges, packages
from bridge.programs.event_types import LabelPolicy
from bridge.programs.registry import installed

Row = dict[str, Any]
PORTION = 2000
"""So many documents, or events, are gathered before they are committed."""
_ROWS_AT_ONCE = 500

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

# Where anything of the batch moved while its report was written, that is not its report.
_REPORTED = (
    update(files)
    .where(files.c.id == bindparam("file"), files.c.updated_at == bindparam("touched"))
    .values(reported_at=bindparam("now"), reports=files.c.reports + 1)
)


class NewDocumentAt(NamedTuple):
    """A new document, by its place among those that are gathered; its id is known with the commit."""

    place: int


class RenewedDocument(NamedTuple):
    """A document of an earlier translation that a rerun writes anew."""

    id: int


DocumentRef = NewDocumentAt | RenewedDocument


class Mark(NamedTuple):
    """How much a writer had gathered at a moment."""

    lengths: tuple[int, ...]
    accepted: int
    waiting: bool


class Gathered:
    """What a writer was given, until it is committed."""

    def __init__(self, *, rerun: bool, resumed: bool) -> None:
        self.rerun = rerun
        self.resumed = resumed
        """Whether portions of this file stand already, of a translation that was cut off."""
        self.committed = False
        """Whether portions of this translation stand already."""
        self.state = ""
        self.reason = ""
        self.hold_duplicates = False
        self.label_policy: LabelPolicy | None = None
        self.reported = False
        self.moved: tuple[int, str] | None = None
        """The arrival that left the inbox with these answers, and where to."""
        self.last_interchange = 0
        self.outbound = OutboundBuffer()
        self.control_numbers: dict[tuple[str, str], tuple[int, int]] = {}
        """(scope, kind) → the last number before this file, and after it."""
        self.begin_portion()

    def begin_portion(self) -> None:
        """Begin to gather anew what goes by portions."""
        self.accepted = 0
        self.waiting = False
        self.documents: list[Row] = []
        self.renewed: list[Row] = []
        self.events: list[Row] = []
        self.packages: list[Row] = []
        self.interchanges: list[Row] = []
        self.replaced: list[int] = []

    def mark(self) -> Mark:
        """Return how far the rows are, for `back_to`."""
        rows = (self.documents, self.renewed, self.events, self.packages, self.replaced)
        return Mark(tuple(len(some) for some in rows), self.accepted, self.waiting)

    def back_to(self, mark: Mark) -> None:
        """Remove all rows that were gathered since the mark."""
        rows = (self.documents, self.renewed, self.events, self.packages, self.replaced)
        for some, length in zip(rows, mark.lengths, strict=True):
            del some[length:]  # type: ignore[attr-defined]
        self.accepted, self.waiting = mark.accepted, mark.waiting

    def close(self) -> None:
        """Close the temporary files."""
        self.outbound.close()

    @property
    def is_portion(self) -> bool:
        """Return whether enough is gathered to be committed."""
        return max(len(self.documents) + len(self.renewed), len(self.events)) >= PORTION


def commit_portion(
    database: Database, fence: Fence, file: FileRow, gathered: Gathered, now: datetime
) -> None:
    """Write what is gathered of the documents of a large file, and make room for more.

    The file stays as it is. Others write between two portions, and memory and the time for which they wait
    do not grow with the file. Where the translation is cut off, it goes on after the last portion.
    """
    with _writing(database, fence, gathered) as connection:
        unchanged = connection.execute(select(files.c.id).where(*_as_read(file)))
        if unchanged.first() is None:
            raise _meanwhile(file)
        _write_portion(connection, file, gathered, now)
        if gathered.rerun and gathered.events:
            # Told of even where the rerun is cut off and never said again.
            told_anew = {"reported_at": None, "updated_at": seconds(now)}
            connection.execute(update(files).where(files.c.id == file.id).values(told_anew))
    gathered.begin_portion()
    gathered.committed = True


def commit(database: Database, fence: Fence, file: FileRow, gathered: Gathered, now: datetime) -> None:
    """Write all that is left, or raise and write nothing."""
    if not gathered.state:
        raise LedgerError(f"batch {file.id} was not finished by its translation")
    with _writing(database, fence, gathered) as connection:
        _write_portion(connection, file, gathered, now)
        if gathered.rerun:
            beyond = interchanges.c.number > gathered.last_interchange
            connection.execute(delete(interchanges).where(interchanges.c.file_id == file.id, beyond))
        _answer(connection, file, gathered, now)
        _close_file(connection, file, gathered, now)


def _writing(database: Database, fence: Fence, gathered: Gathered) -> AbstractContextManager[Connection]:
    # A rerun is an operator's command: drains, each with a claim of its own, go on beside it. What it
    # changes is guarded row by row instead.
    return database.write(None if gathered.rerun else fence)


def _write_portion(connection: Connection, file: FileRow, gathered: Gathered, now: datetime) -> None:
    _replace(connection, gathered.replaced, now)
    _insert_rows(connection, gathered)
    _insert_interchanges(connection, file.id, gathered)
    if not gathered.events:
        return
    first = gathered.events[0]["id"]
    if gathered.label_policy is not None:
        judge(connection, _confirmations(gathered), gathered.label_policy, now)
    carry_out_functions(connection, file.vendor, file.id, gathered.events, now)
    if gathered.hold_duplicates:
        hold_duplicates(connection, file.id, first)
    if gathered.waiting:
        release_of_file(connection, file.id, first, now)


def _confirmations(gathered: Gathered) -> list[int]:
    """List the confirmations that may go, or that only lack what a label has."""
    labelled = installed().labelled
    return [
        row["id"]
        for row in gathered.events
        if row["operation"] in labelled and row["state"] in {"ready", "refused"} and row["body"] is not None
    ]


def commit_answers(
    database: Database, fence: Fence, file: FileRow, gathered: Gathered, now: datetime
) -> None:
    """Write the outbound files, the control numbers they took, and what they go along with.

    That is the report's having been made, or the arrival's having left the inbox. A report while whose making
    something of its batch moved is not written at all: the next one tells it, under the same number.
    """
    with database.write(fence) as connection:
        if gathered.reported:
            asked = {"file": file.id, "touched": seconds(file.updated_at), "now": seconds(now)}
            if connection.execute(_REPORTED, asked).rowcount == 0:
                return
        _answer(connection, file, gathered, now)
        if gathered.moved is not None:
            note_moved(connection, *gathered.moved, now)


def _answer(connection: Connection, file: FileRow, gathered: Gathered, now: datetime) -> None:
    for parcel in gathered.outbound:
        queue(connection, file.vendor, file.id, parcel, now)
    for (scope, kind), (first, last) in gathered.control_numbers.items():
        _take_numbers(connection, scope, kind, first, last)


def _insert_rows(connection: Connection, gathered: Gathered) -> None:
    next_document, next_event = id_source(connection, documents), id_source(connection, events)
    for row in gathered.documents:
        row["id"] = next_document()
    for row in gathered.events:
        row["document_id"] = _id_of(gathered, row["document_id"])
        row["id"] = next_event()
    for row in gathered.packages:
        row["event_id"] = gathered.events[row["event_id"]]["id"]
    _insert(connection, documents, gathered.documents)
    for rows in chunks(gathered.renewed, _ROWS_AT_ONCE):
        connection.execute(_RENEW, rows)
    _insert(connection, events, gathered.events)
    _insert(connection, packages, gathered.packages)


def _id_of(gathered: Gathered, document: DocumentRef) -> int:
    if isinstance(document, RenewedDocument):
        return document.id
    id_: int = gathered.documents[document.place]["id"]
    return id_


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    for some in chunks(rows, _ROWS_AT_ONCE):
        connection.execute(insert(table), some)


def _insert_interchanges(connection: Connection, file_id: int, gathered: Gathered) -> None:
    if gathered.rerun or gathered.resumed:
        mine = interchanges.c.file_id == file_id
        for some in chunks([row["number"] for row in gathered.interchanges], _ROWS_AT_ONCE):
            connection.execute(delete(interchanges).where(mine, interchanges.c.number.in_(some)))
    _insert(connection, interchanges, gathered.interchanges)


def _replace(connection: Connection, event_ids: list[int], now: datetime) -> None:
    for ids in chunks(event_ids, 500):
        for row in connection.execute(_STATE, {"ids": ids}):
            # Read when the rerun began: a drain beside it may have sent an event since.
            if (row.state, "replace") not in EVENT_MOVES:
                raise LedgerError(
                    f"event {row.id} is {row.state} since the rerun began; nothing more was changed: "
                    "say it again when the batch is at rest"
                )
        connection.execute(_REPLACE, [{"event": event_id, "now": seconds(now)} for event_id in ids])
        connection.execute(_UNANNOUNCE, {"ids": ids})


def _take_numbers(connection: Connection, scope: str, kind: str, first: int, last: int) -> None:
    """Move a counter on, provided that no other process did so since it was read."""
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
    count, accepted = len(gathered.documents), gathered.accepted
    if gathered.rerun or gathered.resumed or gathered.committed:
        of_file = select(func.count(), func.count().filter(documents.c.accepted)).where(
            documents.c.file_id == file.id
        )
        count, accepted = connection.execute(of_file).one()
    changed = connection.execute(
        update(files)
        .where(*_as_read(file))
        .values(
            state=gathered.state,
            reason=gathered.reason,
            translated_at=seconds(now),
            updated_at=seconds(now),
            reported_at=None,
            purged_at=None,
            documents=count,
            accepted=accepted,
        )
    )
    if changed.rowcount != 1:
        raise _meanwhile(file)


def _as_read(file: FileRow) -> list[ColumnElement[bool]]:
    """Return the conditions under which no other process has translated or purged a file meanwhile."""
    return [
        files.c.id == file.id,
        files.c.state == file.state,
        files.c.translated_at.is_not_distinct_from(
            None if file.translated_at is None else seconds(file.translated_at)
        ),
        files.c.purged_at.is_not_distinct_from(None if file.purged_at is None else seconds(file.purged_at)),
    ]


def _meanwhile(file: FileRow) -> LedgerError:
    return LedgerError(f"batch {file.id} was translated or purged by another process meanwhile")
