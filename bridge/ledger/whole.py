"""A batch with everything that came from it, read while it is told: it may have a million documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column, Connection, Select, select

from bridge.errors import LedgerError
from bridge.ledger.codec import chunks
from bridge.ledger.database import Store
from bridge.ledger.looks import ArrivalRow, DocumentRow, OperatorAction, OutboundRow, WholeBatch
from bridge.ledger.rows import EventRow
from bridge.ledger.schema import arrivals, documents, events, files, outbound_files
from bridge.ledger.views import (
    EVENT_ROWS,
    OUTBOUND_ROWS,
    action_rows,
    attempt_rows,
    batch_views,
    ids_of_submissions,
    rows_as,
    submission_rows,
)

T = TypeVar("T")
PAGE = 500
"""So many rows are read at once, by a look of its own: a reader may take its time."""
_BEFORE_ALL = -(2**62)


class WholeStore(Store):
    """Read-only; nothing here is asked by the daemon."""

    def whole_batch(self, file_id: int) -> WholeBatch:
        """Give a batch with all that came from it, in the order of `batch`; raises `LedgerError` for none."""
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
        )

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
