"""What the transaction-status file of a batch tells, read from the ledger as it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bridge.edi.advice_values import Verdict
from bridge.ledger.rows import Fact, FileRow, Reported, ReportedDocument, SubmissionRow
from bridge.ledger.store import Ledger
from bridge.outfiles.statuses import Message, StatusLine, StatusReport
from bridge.outside_text import clipped, clipped_message

_STATUS_OF_EVENT: dict[str, Verdict] = {
    "succeeded": "Success",
    "failed": "Failure",
    "refused": "Refused",
    "held": "Held",
    "cancelled": "Cancelled",
    "superseded": "Superseded",
    "not_sent": "NotSent",
}
_CODES = {"held": "HELD", "cancelled": "CANCELLED", "superseded": "SUPERSEDED", "not_sent": "NOT_SENT"}
"""The bridge's own codes of what has one reason and no errors."""


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines that are read anew each time they are gone through."""

    read: Callable[[], Iterator[StatusLine]]

    def __iter__(self) -> Iterator[StatusLine]:
        return self.read()


def status_report(ledger: Ledger, file: FileRow) -> StatusReport:
    """Return what became of each document and event of a batch, in file order."""
    return _report(file, lambda: (line for page in ledger.reported(file.id) for line in _told(page)))


def overdue_report(ledger: Ledger, file: FileRow, submission_id: int) -> StatusReport:
    """Return those events of a batch on whose submission Amazon's verdict is late."""
    late = ledger.reported_of(file.id, submission_id)
    return _report(file, lambda: _told_late(late))


def _report(file: FileRow, read: Callable[[], Iterator[StatusLine]]) -> StatusReport:
    return StatusReport(
        batch=file.id,
        file=file.name,
        sha256=file.sha256,
        received_at=file.received_at.isoformat(timespec="seconds"),
        lines=_Lines(read),
    )


def _told(page: Reported) -> Iterator[StatusLine]:
    for document in page.documents:
        if not document.accepted:
            yield _rejected(document)
        for fact in page.facts.get(document.id, ()):
            if fact.state in _STATUS_OF_EVENT:
                submission = page.submissions.get(fact.submission_id or 0)
                yield _line(document, fact, _status(fact, submission), submission)


def _status(fact: Fact, submission: SubmissionRow | None) -> Verdict:
    """Return the word for an event; a success by the operator's word alone is not Amazon's."""
    if fact.state == "succeeded" and submission is not None and submission.by_word == "taken":
        return "Taken"
    return _STATUS_OF_EVENT[fact.state]


def _told_late(page: Reported) -> Iterator[StatusLine]:
    for document in page.documents:
        for fact in page.facts[document.id]:
            yield _line(document, fact, "Overdue", page.submissions.get(fact.submission_id or 0))


def _rejected(document: ReportedDocument) -> StatusLine:
    return StatusLine(
        document_number=max(document.number, 0),
        document_type=document.type,
        document_reference=clipped(document.reference),
        status="Rejected",
        errors=tuple(_message(error) for error in document.errors if error.get("fatal", True)),
    )


def _line(
    document: ReportedDocument, event: Fact, status: Verdict, submission: SubmissionRow | None
) -> StatusLine:
    return StatusLine(
        document_number=max(document.number, 0),
        document_type=document.type,
        document_reference=clipped(document.reference),
        operation=event.operation,
        purchase_order_number=clipped(event.purchase_order_number),
        tracking_number=clipped(event.tracking_number),
        status=status,
        errors=_errors(event, submission),
        amazon_transaction_id=submission.amazon_transaction_id if submission else "",
        request_id=submission.request_id if submission else "",
        at=event.updated_at.isoformat(timespec="seconds"),
        notes=tuple(Message(str(note.get("code", "")), str(note.get("message", ""))) for note in event.notes),
    )


def _errors(event: Fact, submission: SubmissionRow | None) -> tuple[Message, ...]:
    if event.state in _CODES:
        return (Message(_CODES[event.state], clipped_message(event.reason)),)
    if event.state == "grouped":
        return (Message("OVERDUE", "Amazon has given no verdict in 30 minutes; it is asked on"),)
    if event.state == "succeeded" and submission is not None and submission.by_word == "taken":
        return (Message("TAKEN", event.reason),)
    told: list[Any] = list(event.errors)
    if not told and event.state == "failed" and submission is not None:
        told = list(submission.errors)
    return tuple(map(_message, told))


def _message(error: dict[str, Any]) -> Message:
    """Return an error of ours or of Amazon's, whose words may be as long as it likes."""
    return Message(clipped(str(error.get("code", ""))), clipped_message(str(error.get("message", ""))))
