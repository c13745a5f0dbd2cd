"""Batches whose events are all final: reported to their vendor once, and again after a rerun."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, exists, select, update

from bridge.ledger.batch_queries import rows_as, submission_rows
from bridge.ledger.database import Store
from bridge.ledger.files import file_row
from bridge.ledger.row_conversion import seconds
from bridge.ledger.rows import Fact, Reported, ReportedDocument, ToReport
from bridge.ledger.schema import documents, events, files, is_grouped, is_open, is_unreported

UNREPORTED = select(files).where(
    files.c.vendor == bindparam("v"),
    is_unreported,
    ~exists().where(events.c.file_id == files.c.id, is_open),
)
_TO_REPORT = UNREPORTED.order_by(files.c.id).limit(bindparam("most"))
_OF_EVENTS = select(events.c.file_id).where(events.c.id.in_(bindparam("ids", expanding=True))).distinct()
PAGE = 500
"""So many documents of a batch are read at once for its report."""
_DOCUMENTS = select(*(documents.c[name] for name in ReportedDocument.__struct_fields__))
_PAGE = (
    _DOCUMENTS.where(documents.c.file_id == bindparam("file"), documents.c.number > bindparam("after"))
    .order_by(documents.c.number)
    .limit(PAGE)
)
_FACTS = select(*(events.c[name] for name in Fact.__struct_fields__)).order_by(events.c.id)
_FACTS_OF_PAGE = _FACTS.where(events.c.document_id.in_(bindparam("ids", expanding=True)))
_FACTS_OF_SUBMISSION = _FACTS.where(
    events.c.submission_id == bindparam("submission"), is_grouped, events.c.file_id == bindparam("file")
)
_BEFORE_ALL = -(2**62)


class ReportStore(Store):
    """What the job settle writes for vendors."""

    def batches_to_report(self, vendor: str, limit: int = 100) -> list[ToReport]:
        """List translated files all of whose events are final (held counts) and that lack a report."""
        with self._db.read() as connection:
            rows = list(connection.execute(_TO_REPORT, {"v": vendor, "most": limit}).mappings())
        return [ToReport(file=file_row(row), report_number=row["reports"] + 1) for row in rows]

    def reported(self, file_id: int) -> Iterator[Reported]:
        """Read what a batch's report tells, page by page in file order, each by a read of its own.

        So it is small in memory and keeps the ledger's log from growing no longer than a page takes.
        """
        after = _BEFORE_ALL
        while True:
            with self._db.read() as connection:
                query = _PAGE.params(file=file_id, after=after)
                found = rows_as(connection, ReportedDocument, query)
                if not found:
                    return
                query = _FACTS_OF_PAGE.params(ids=[document.id for document in found])
                page = _reported(connection, found, query)
            yield page
            after = found[-1].number

    def reported_of(self, file_id: int, submission_id: int) -> Reported:
        """Read what a report tells of those events of a batch that are on their way in one submission."""
        with self._db.read() as connection:
            query = _FACTS_OF_SUBMISSION.params(file=file_id, submission=submission_id)
            ids = {fact.document_id for fact in rows_as(connection, Fact, query)}
            of_these = _DOCUMENTS.where(documents.c.id.in_(ids)).order_by(documents.c.number)
            return _reported(connection, rows_as(connection, ReportedDocument, of_these), query)


def _reported(connection: Connection, found: list[ReportedDocument], query: Select[Any]) -> Reported:
    facts: dict[int, list[Fact]] = defaultdict(list)
    sent: set[int] = set()
    for fact in rows_as(connection, Fact, query):
        facts[fact.document_id].append(fact)
        if fact.submission_id is not None:
            sent.add(fact.submission_id)
    submissions = {submission.id: submission for submission in submission_rows(connection, sent)}
    return Reported(documents=found, facts=facts, submissions=submissions)


def reopen(connection: Connection, event_ids: Sequence[int], now: datetime) -> None:
    """Mark the batches of events to be reported again."""
    file_ids = [row[0] for row in connection.execute(_OF_EVENTS, {"ids": event_ids})]
    if file_ids:
        connection.execute(
            update(files).where(files.c.id.in_(file_ids)).values(reported_at=None, updated_at=seconds(now))
        )
