"""Following a number to everything that it leads to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Select, or_, select

from bridge.ledger.batch_queries import (
    EVENT_ROWS,
    OUTBOUND_ROWS,
    action_rows,
    attempt_rows,
    batch_views,
    rows_as,
    submission_rows,
)
from bridge.ledger.database import Store
from bridge.ledger.follow_ups import follow_ups_of
from bridge.ledger.order_labels import labels_of
from bridge.ledger.outbound_schema import outbound_files
from bridge.ledger.read_models import DocumentRow, OrderLabel, OutboundRow, Trace
from bridge.ledger.row_conversion import chunks
from bridge.ledger.rows import EventRow
from bridge.ledger.schema import (
    arrivals,
    attempts,
    documents,
    events,
    files,
    follow_up_references,
    follow_ups,
    submission_events,
    submissions,
)


class TraceQueryStore(Store):
    """What `trace` asks."""

    def trace(self, text: str, limit: int = 200) -> Trace:
        """Find by order, tracking, control, transaction or request number, or a file's name (exactly).

        What is followed at Amazon is found by its subject there, and by its further numbers.
        """
        with self._db.read() as connection:
            return _trace(connection, text.strip(), limit)


def _trace(connection: Connection, text: str, limit: int) -> Trace:
    file_ids = _column(connection, select(files.c.id).where(files.c.name == text), limit) | _column(
        connection, select(arrivals.c.file_id).where(arrivals.c.remote_name == text), limit
    )
    document_ids = _column(
        connection, select(documents.c.id).where(documents.c.interchange_control_number == text), limit
    )
    sent = _column(
        connection,
        select(submissions.c.id).where(
            or_(submissions.c.amazon_transaction_id == text, submissions.c.request_id == text)
        ),
        limit,
    ) | _column(connection, select(attempts.c.submission_id).where(attempts.c.request_id == text), limit)
    event_ids = _column(
        connection,
        select(events.c.id).where(
            or_(events.c.purchase_order_number == text, events.c.tracking_number == text)
        ),
        limit,
    )
    known = _column(connection, select(follow_ups.c.id).where(follow_ups.c.subject == text), limit) | _column(
        connection,
        select(follow_up_references.c.follow_up_id).where(follow_up_references.c.reference == text),
        limit,
    )
    event_ids |= _related(connection, follow_ups.c.event_id, follow_ups.c.id, known, limit)
    event_ids |= _related(
        connection, submission_events.c.event_id, submission_events.c.submission_id, sent, limit
    )
    event_ids |= _related(connection, events.c.id, events.c.document_id, document_ids, limit)
    sent |= _related(
        connection, submission_events.c.submission_id, submission_events.c.event_id, event_ids, limit
    )
    document_ids |= _related(connection, events.c.document_id, events.c.id, event_ids, limit)
    file_ids |= _related(connection, documents.c.file_id, documents.c.id, document_ids, limit)
    return Trace(
        text=text,
        files=batch_views(
            connection, select(files).where(files.c.id.in_(sorted(file_ids)[:limit])).order_by(files.c.id)
        ),
        documents=rows_as(
            connection,
            DocumentRow,
            select(documents)
            .where(documents.c.id.in_(sorted(document_ids)[:limit]))
            .order_by(documents.c.id),
        ),
        events=rows_as(
            connection,
            EventRow,
            EVENT_ROWS.where(events.c.id.in_(sorted(event_ids)[:limit])).order_by(events.c.id),
        ),
        submissions=submission_rows(connection, set(sorted(sent)[:limit])),
        attempts=attempt_rows(connection, sorted(sent)[:limit]),
        outbound=rows_as(
            connection, OutboundRow, OUTBOUND_ROWS.where(outbound_files.c.name == text).limit(limit)
        ),
        labels=_labels(connection, text, limit),
        follow_ups=follow_ups_of(connection, text, sorted(event_ids)[:limit]),
        operator_actions=[
            *action_rows(connection, "submission", sorted(sent)[:limit]),
            *action_rows(connection, "event", sorted(event_ids)[:limit]),
        ],
    )


def _labels(connection: Connection, text: str, limit: int) -> list[OrderLabel]:
    """List the labels of an order, or of the orders of a tracking number."""
    of_number = select(events.c.purchase_order_number).where(events.c.tracking_number == text).distinct()
    orders = connection.execute(of_number.limit(limit)).scalars()
    return labels_of(connection, [text, *orders], [text])


def _column(connection: Connection, query: Select[Any], limit: int) -> set[int]:
    return set(connection.execute(query.limit(limit)).scalars())


def _related(
    connection: Connection, wanted: Column[Any], by: Column[Any], ids: set[int], limit: int
) -> set[int]:
    found: set[int] = set()
    for some in chunks(sorted(ids)[:limit], 500):
        found |= _column(connection, select(wanted).where(by.in_(some)).distinct(), limit)
    return found
