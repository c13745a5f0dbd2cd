"""What the transaction-status file of a batch tells, read from the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bridge.ledger.rows import BatchDetail, DocumentRow, EventRow, FileRow, SubmissionRow
from bridge.ledger.store import Ledger
from bridge.outfiles.statuses import Message, Status, StatusLine, StatusReport

_STATUS_OF_EVENT: dict[str, Status] = {
    "succeeded": "Success",
    "failed": "Failure",
    "refused": "Refused",
    "held": "Held",
}


def status_report(ledger: Ledger, file: FileRow) -> StatusReport:
    """Tell of each document and event of a batch what became of it, in file order."""
    batch = ledger.batch(file.id)
    submissions = {submission.id: submission for submission in batch.submissions}
    lines: list[StatusLine] = []
    for document, events in _by_document(batch):
        if not document.accepted:
            lines.append(_rejected(document))
        lines += [
            _line(document, event, _STATUS_OF_EVENT[event.state], submissions.get(event.submission_id or 0))
            for event in events
            if event.state in _STATUS_OF_EVENT
        ]
    return _report(file, lines)


def overdue_report(ledger: Ledger, file: FileRow, submission_id: int) -> StatusReport:
    """Tell of those events of a batch on whose submission Amazon's verdict is late."""
    batch = ledger.batch(file.id)
    submission = next((one for one in batch.submissions if one.id == submission_id), None)
    lines = [
        _line(document, event, "Overdue", submission)
        for document, events in _by_document(batch)
        for event in events
        if event.submission_id == submission_id and event.state == "grouped"
    ]
    return _report(file, lines)


def _by_document(batch: BatchDetail) -> Iterator[tuple[DocumentRow, list[EventRow]]]:
    events: dict[int, list[EventRow]] = {}
    for event in batch.events:
        events.setdefault(event.document_id, []).append(event)
    for document in batch.documents:
        yield document, events.get(document.id, [])


def _report(file: FileRow, lines: list[StatusLine]) -> StatusReport:
    return StatusReport(
        batch=file.id,
        file=file.name,
        sha256=file.sha256,
        received_at=file.received_at.isoformat(timespec="seconds"),
        lines=tuple(lines),
    )


def _rejected(document: DocumentRow) -> StatusLine:
    return StatusLine(
        document_number=max(document.number, 0),
        document_type=document.type,
        document_reference=document.reference,
        status="Rejected",
        errors=tuple(
            Message(str(error.get("code", "")), str(error.get("message", "")))
            for error in document.errors
            if error.get("fatal", True)
        ),
    )


def _line(
    document: DocumentRow, event: EventRow, status: Status, submission: SubmissionRow | None
) -> StatusLine:
    return StatusLine(
        document_number=max(document.number, 0),
        document_type=document.type,
        document_reference=document.reference,
        operation=event.operation,
        purchase_order_number=event.purchase_order_number,
        tracking_number=event.tracking_number,
        status=status,
        errors=_errors(event, submission),
        amazon_transaction_id=submission.amazon_transaction_id if submission else "",
        request_id=submission.request_id if submission else "",
        at=event.updated_at.isoformat(timespec="seconds"),
    )


def _errors(event: EventRow, submission: SubmissionRow | None) -> tuple[Message, ...]:
    if event.state == "held":
        return (Message("HELD", event.reason),)
    if event.state == "grouped":
        return (Message("OVERDUE", "Amazon has given no verdict in 30 minutes; it is asked on"),)
    told: list[Any] = list(event.errors)
    if not told and event.state == "failed" and submission is not None:
        told = list(submission.errors)
    return tuple(Message(str(error.get("code", "")), str(error.get("message", ""))) for error in told)
