"""What operators read of batches: lists of them, one with everything that came from it, counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, exists, func, select

from bridge.errors import LedgerError
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.follow_ups import follow_ups_of
from bridge.ledger.outbound_schema import is_pending, is_undelivered, outbound_files
from bridge.ledger.read_models import (
    ArrivalRow,
    AttemptRow,
    BatchDetail,
    BatchView,
    DocumentRow,
    FollowUpRow,
    OperatorAction,
    OutboundRow,
    WholeBatch,
)
from bridge.ledger.row_conversion import chunks, row_as, rows_maker, seconds
from bridge.ledger.rows import EventRow, SubmissionRow
from bridge.ledger.schema import (
    arrivals,
    attempts,
    documents,
    events,
    files,
    is_collected,
    is_grouped,
    is_in_doubt,
    is_pollable,
    is_ready,
    is_sendable,
    is_sending,
    is_troubled,
    is_waiting,
    operator_actions,
    submission_events,
    submissions,
)

T = TypeVar("T")
SCAN = 200  # batches looked at a time where a state is asked for
PAGE = 500
"""So many rows of a whole batch are read at once, by a read of its own: a reader may take its time."""
_BEFORE_ALL = -(2**62)

EVENT_ROWS = select(events, documents.c.number.label("document_number")).join(
    documents, documents.c.id == events.c.document_id
)
OUTBOUND_ROWS = select(outbound_files)


class BatchQueryStore(Store):
    """Read-only; nothing here is asked by the daemon."""

    def batches(
        self, vendor: str | None = None, state: str | None = None, limit: int = 50, before: int | None = None
    ) -> list[BatchView]:
        """List batches, newest first; `before` is the id to go on from. States: see `BatchView`."""
        found: list[BatchView] = []
        with self._db.read() as connection:
            while len(found) < limit:
                views = _page(connection, vendor, before, limit if state is None else SCAN)
                found += [view for view in views if state in {None, view.state}]
                if not views:
                    break
                before = views[-1].id
        return found[:limit]

    def batches_of(self, ids: Collection[int]) -> list[BatchView]:
        """Return the views of batches by their ids, oldest first; ids of no batch are passed over."""
        views: list[BatchView] = []
        with self._db.read() as connection:
            for some in chunks(sorted(ids), 500):
                views += batch_views(
                    connection, select(files).where(files.c.id.in_(some)).order_by(files.c.id)
                )
        return views

    def batch(self, file_id: int, limit: int | None = None) -> BatchDetail:
        """Return a batch with everything that came from it; raises `LedgerError` where there is none.

        With a `limit`, at most so many documents, events and outbound files, those with something wrong
        before the others, and the submissions of these events; `BatchView` counts them all.
        """
        with self._db.read() as connection:
            views = batch_views(connection, select(files).where(files.c.id == file_id))
            if not views:
                raise LedgerError(f"there is no batch {file_id}")
            of_batch = select(documents).where(documents.c.file_id == file_id).order_by(documents.c.number)
            read = _first(connection, DocumentRow, of_batch, ~documents.c.accepted, limit)
            of_batch = EVENT_ROWS.where(events.c.file_id == file_id).order_by(events.c.id)
            made = _first(connection, EventRow, of_batch, is_troubled, limit)
            of_batch = OUTBOUND_ROWS.where(outbound_files.c.file_id == file_id).order_by(outbound_files.c.id)
            to_vendor = _first(connection, OutboundRow, of_batch, is_undelivered, limit)
            of_all = ids_of_submissions(connection, file_id) if limit is None else set()
            sent = submission_rows(connection, of_all | _ids_of_submissions_of(connection, made, limit))
            return BatchDetail(
                batch=views[0],
                arrivals=rows_as(
                    connection, ArrivalRow, select(arrivals).where(arrivals.c.file_id == file_id).limit(limit)
                ),
                documents=sorted(read, key=lambda row: row.number),
                events=sorted(made, key=lambda row: (row.document_number, row.id)),
                submissions=sent,
                attempts=attempt_rows(connection, [row.id for row in sent]),
                outbound=sorted(to_vendor, key=lambda row: row.id),
                operator_actions=[
                    *action_rows(connection, "submission", [row.id for row in sent]),
                    *action_rows(connection, "event", [row.id for row in made]),
                ],
                follow_ups=follow_ups_of(connection, "", [row.id for row in made]),
            )

    def troubled_since(self, vendor: str, since: datetime, limit: int = 50) -> list[BatchView]:
        """List batches received since then with something rejected, refused or failed, newest first."""
        at = seconds(since)
        wrong = exists().where(events.c.file_id == files.c.id, one_of(events.c.state, "failed", "refused"))
        query = (
            select(files)
            # What was received was touched then or later: the index of that is there already.
            .where(files.c.vendor == vendor, files.c.updated_at >= at, files.c.received_at >= at)
            .where((files.c.accepted < files.c.documents) | wrong)
            .order_by(files.c.id.desc())
            .limit(limit)
        )
        with self._db.read() as connection:
            return batch_views(connection, query)

    def counts(self) -> dict[str, dict[str, dict[str, int]]]:
        """Count what is open or troubled, by vendor: {"files"|"events"|"submissions"|"outbound": {state: n}}.

        Counted are files collected; events waiting, ready, grouped, held, failed, refused; submissions
        ready, sending, submitted, overdue, in_doubt; outbound files pending, failed.
        """
        counted: dict[str, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
        with self._db.read() as connection:
            for what, table, condition in _OPEN:
                query = (
                    select(table.c.vendor, table.c.state, func.count())
                    .where(condition)
                    .group_by(table.c.vendor, table.c.state)
                )
                for vendor, state, count in connection.execute(query):
                    counted[vendor][what][state] = count
        return {vendor: dict(kinds) for vendor, kinds in counted.items()}

    def whole_batch(self, file_id: int) -> WholeBatch:
        """Return a batch with all that came from it, in the order of `batch`; raises `LedgerError`."""
        with self._db.read() as connection:
            views = batch_views(connection, select(files).where(files.c.id == file_id))
            if not views:
                raise LedgerError(f"there is no batch {file_id}")
            sent = sorted(ids_of_submissions(connection, file_id))
        of_file = select(arrivals).where(arrivals.c.file_id == file_id)
        to_vendor = OUTBOUND_ROWS.where(outbound_files.c.file_id == file_id)
        return WholeBatch(
            batch=views[0],
            arrivals=self._pages(ArrivalRow, of_file, arrivals.c.id),
            documents=self._documents(file_id),
            events=self._events(file_id),
            submissions=self._of(submission_rows, sent),
            attempts=self._of(attempt_rows, sent),
            outbound=self._pages(OutboundRow, to_vendor, outbound_files.c.id),
            operator_actions=self._actions(file_id, sent),
            follow_ups=self._follow_ups(file_id),
        )

    def _follow_ups(self, file_id: int) -> Iterator[FollowUpRow]:
        for some in chunks((event.id for event in self._events(file_id)), PAGE):
            with self._db.read() as connection:
                found = follow_ups_of(connection, "", some)
            yield from found

    def _actions(self, file_id: int, sent: list[int]) -> Iterator[OperatorAction]:
        yield from self._of(lambda connection, some: action_rows(connection, "submission", some), sent)
        for some in chunks((event.id for event in self._events(file_id)), PAGE):
            with self._db.read() as connection:
                found = action_rows(connection, "event", some)
            yield from found

    def _documents(self, file_id: int) -> Iterator[DocumentRow]:
        of_file = select(documents).where(documents.c.file_id == file_id)
        return self._pages(DocumentRow, of_file, documents.c.number)

    def _events(self, file_id: int) -> Iterator[EventRow]:
        for some in chunks(self._documents(file_id), PAGE):
            query = EVENT_ROWS.where(events.c.document_id.in_([document.id for document in some]))
            with self._db.read() as connection:
                found = rows_as(connection, EventRow, query)
            yield from sorted(found, key=lambda row: (row.document_number, row.id))

    def _pages(self, kind: type[T], query: Select[Any], key: Column[int]) -> Iterator[T]:
        after = _BEFORE_ALL
        while True:
            with self._db.read() as connection:
                page = rows_as(connection, kind, query.where(key > after).order_by(key).limit(PAGE))
            if not page:
                return
            yield from page
            after = getattr(page[-1], key.name)

    def _of(self, rows: Callable[[Connection, Sequence[int]], list[T]], ids: list[int]) -> Iterator[T]:
        for some in chunks(ids, PAGE):
            with self._db.read() as connection:
                page = rows(connection, some)
            yield from page


# One condition a partial index: each count reads no more than what is open.
_OPEN: tuple[tuple[str, Table, ColumnElement[bool]], ...] = (
    ("files", files, is_collected),
    ("events", events, is_waiting),
    ("events", events, is_ready),
    ("events", events, is_grouped),
    ("events", events, is_troubled),
    ("submissions", submissions, is_sendable),
    ("submissions", submissions, is_sending),
    ("submissions", submissions, is_pollable),
    ("submissions", submissions, is_in_doubt),
    ("outbound", outbound_files, is_pending),
    ("outbound", outbound_files, is_undelivered),
)


def _page(connection: Connection, vendor: str | None, before: int | None, size: int) -> list[BatchView]:
    query = select(files).order_by(files.c.id.desc()).limit(size)
    if vendor is not None:
        query = query.where(files.c.vendor == vendor)
    if before is not None:
        query = query.where(files.c.id < before)
    return batch_views(connection, query)


def batch_views(connection: Connection, query: Select[Any]) -> list[BatchView]:
    """Make views of the files that a query selects."""
    rows = list(connection.execute(query).mappings())
    ids = [row["id"] for row in rows]
    seen = _tally(connection, arrivals.c.file_id, None, ids)
    of_events = _tally(connection, events.c.file_id, events.c.state, ids)
    of_outbound = _tally(connection, outbound_files.c.file_id, outbound_files.c.state, ids)
    of_submissions = _unfinished_submissions(connection, ids)
    return [
        row_as(
            BatchView,
            row,
            state=batch_state(row, of_events[row["id"]], of_submissions[row["id"]]),
            arrivals=seen[row["id"]].get("", 0),
            rejected=row["documents"] - row["accepted"],
            events=dict(of_events[row["id"]]),
            submissions=dict(of_submissions[row["id"]]),
            outbound=dict(of_outbound[row["id"]]),
        )
        for row in rows
    ]


def batch_state(row: Any, of_events: dict[str, int], of_submissions: dict[str, int]) -> str:  # noqa: ANN401
    """Return the word for a batch as a whole; see `BatchView`."""
    if row["purged_at"] is not None:
        return "purged"
    if row["state"] != "translated":
        return str(row["state"])
    trouble = sum(of_events.get(state, 0) for state in ("held", "failed", "refused"))
    if trouble or of_submissions.get("in_doubt") or row["accepted"] < row["documents"]:
        return "attention"
    if of_events.get("ready") or of_events.get("grouped"):
        return "working"
    if of_events.get("waiting"):
        return "waiting"
    return "succeeded" if of_events.get("succeeded") else "done"


def _tally(
    connection: Connection, key: Column[Any], state: Column[str] | None, ids: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Count rows by key and state (or under the empty text)."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    columns = [key] if state is None else [key, state]
    for some in chunks(ids, 500):
        query = select(*columns, func.count()).where(key.in_(some)).group_by(*columns)
        for row in connection.execute(query):
            counted[row[0]][row[1] if state is not None else ""] = row[-1]
    return counted


def _first(
    connection: Connection, kind: type[T], query: Select[Any], wrong: ColumnElement[bool], limit: int | None
) -> list[T]:
    """Make structs of at most `limit` rows, those with something wrong before the others."""
    if limit is None:
        return rows_as(connection, kind, query)
    found = rows_as(connection, kind, query.where(wrong).limit(limit))
    return found + rows_as(connection, kind, query.where(~wrong).limit(limit - len(found)))


def _ids_of_submissions_of(connection: Connection, made: list[EventRow], limit: int | None) -> set[int]:
    """Find the submissions of some events; of all of a batch's, `ids_of_submissions` is quicker."""
    if limit is None:
        return set()
    found: set[int] = set()
    for some in chunks([event.id for event in made], 500):
        query = select(submission_events.c.submission_id).where(submission_events.c.event_id.in_(some))
        found |= set(connection.execute(query.distinct()).scalars())
    return found


def ids_of_submissions(connection: Connection, file_id: int) -> set[int]:
    """Find all submissions that hold or held an event of a batch."""
    query = (
        select(submission_events.c.submission_id)
        .join(events, submission_events.c.event_id == events.c.id)
        .where(events.c.file_id == file_id)
        .distinct()
    )
    return set(connection.execute(query).scalars())


def _unfinished_submissions(connection: Connection, file_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Count by file and state the submissions that hold events now: few, however large the batches."""
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for some in chunks(file_ids, 500):
        query = (
            select(events.c.file_id, submissions.c.state, func.count(submissions.c.id.distinct()))
            .join(submissions, submissions.c.id == events.c.submission_id)
            .where(events.c.file_id.in_(some), is_grouped)
            .group_by(events.c.file_id, submissions.c.state)
        )
        for file_id, state, count in connection.execute(query):
            counted[file_id][state] = count
    return counted


def rows_as(connection: Connection, kind: type[T], query: Select[Any]) -> list[T]:
    """Make structs of a query's rows."""
    found = connection.execute(query)
    return list(map(rows_maker(kind, list(found.keys())), found))


def submission_rows(connection: Connection, ids: Collection[int]) -> list[SubmissionRow]:
    """List submissions by their ids."""
    rows: list[SubmissionRow] = []
    for some in chunks(sorted(ids), 500):
        query = select(submissions).where(submissions.c.id.in_(some)).order_by(submissions.c.id)
        rows += rows_as(connection, SubmissionRow, query)
    return rows


def attempt_rows(connection: Connection, submission_ids: Sequence[int]) -> list[AttemptRow]:
    """List the attempts of submissions."""
    rows: list[AttemptRow] = []
    for some in chunks(submission_ids, 500):
        query = select(attempts).where(attempts.c.submission_id.in_(some)).order_by(attempts.c.id)
        rows += rows_as(connection, AttemptRow, query)
    return rows


def action_rows(connection: Connection, kind: str, ids: Sequence[int]) -> list[OperatorAction]:
    """List what operators said of submissions or events."""
    rows: list[OperatorAction] = []
    columns = [operator_actions.c[name] for name in OperatorAction.__struct_fields__]
    for some in chunks(ids, 500):
        of_these = (operator_actions.c.kind == kind, operator_actions.c.target_id.in_(some))
        query = select(*columns).where(*of_these).order_by(operator_actions.c.id)
        rows += rows_as(connection, OperatorAction, query)
    return rows
