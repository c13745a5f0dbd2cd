"""Settle: submitted → verdicts, and one transaction-status file a batch when all of its are in."""

from __future__ import annotations

import structlog

from bridge.domain.events import LabelRequested
from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import NewOutbound, ToPoll, VerdictIn
from bridge.ledger.writer import FileWriter
from bridge.outfiles.names import stem_of
from bridge.outfiles.statuses import FORMATS, StatusReport
from bridge.pipeline.abreast import abreast
from bridge.pipeline.advise import advice_files
from bridge.pipeline.alerts import CREDENTIALS, OVERDUE, clear_alert, is_told, overdue, raise_alert
from bridge.pipeline.lane import Lane
from bridge.pipeline.reports import overdue_report, status_report
from bridge.spapi.errors import CredentialsRefused
from bridge.spapi.operations import OPERATIONS, orders_named

log = structlog.get_logger(__name__)

POLLS_A_PASS = 200
REPORTS_A_PASS = 200


def settle(lane: Lane) -> int:
    """Ask for the verdicts that are due and report the batches that are through; give how many."""
    return _ask(lane) + _report(lane)


def _ask(lane: Lane) -> int:
    due = lane.ledger.to_poll(lane.vendor, lane.clock(), POLLS_A_PASS)
    if not due:
        return 0
    states = abreast(lane, "settle", lambda submission: _ask_one(lane, submission), due)
    # One at a time: what is told to a vendor takes its control numbers in turn.
    for submission, state in zip(due, states, strict=True):
        if state == "overdue":
            _tell_overdue(lane, submission)
    return sum(state not in {"", "submitted", "overdue"} for state in states)


def _ask_one(lane: Lane, submission: ToPoll) -> str:
    """Ask for one verdict; give the state of the submission, the empty text where it was not asked."""
    if lane.stopping():
        return ""
    transaction = submission.amazon_transaction_id
    try:
        verdict = lane.amazon.transaction_status(transaction)
    except AmazonError as error:
        # The verdict is still to be had: the row is due again later, whatever went wrong now.
        moved = lane.ledger.record_poll_failed(lane.fence, submission.id, lane.clock(), transaction)
        if isinstance(error, CredentialsRefused):
            message = f"Amazon refuses account {lane.account} its verdicts: {error}"
            raise_alert(lane, CREDENTIALS, f"{lane.account}/verdicts", message)
        log.warning("verdict_not_read", vendor=lane.vendor, submission=submission.id, reason=str(error))
        return moved.state
    clear_alert(lane, CREDENTIALS, f"{lane.account}/verdicts")
    reached("settle.asked")
    moved = lane.ledger.record_verdict(
        lane.fence,
        submission.id,
        VerdictIn(
            status=verdict.status,
            amazon_transaction_id=transaction,
            errors=verdict.errors,
            named_orders=frozenset(orders_named(verdict.errors, submission.purchase_order_numbers)),
            request_id=verdict.request_id,
            wants=_wanted_after(lane, submission),
            after_failure=lane.policies.after_failure,
        ),
        lane.clock(),
    )
    reached("settle.committed")
    log.info("verdict", vendor=lane.vendor, submission=submission.id, state=moved.state)
    return moved.state


def _wanted_after(lane: Lane, submission: ToPoll) -> tuple[str, ...]:
    """Name the papers that a Success lets Amazon make, as far as the vendor wants them."""
    return lane.papers.kinds if OPERATIONS[submission.operation].event is LabelRequested else ()


def _tell_overdue(lane: Lane, submission: ToPoll) -> None:
    """Tell a person and the vendor, once, that a verdict is late; the batch is reported all the same.

    The alert comes last and stands for all of it: after a crash in between it is told anew.
    """
    if is_told(lane, OVERDUE, str(submission.id)):
        return
    for file in lane.ledger.files_of_submission(submission.id):
        report = overdue_report(lane.ledger, file, submission.id)
        with lane.ledger.answering(lane.fence, file.id, lane.clock()) as writer:
            _write_report(lane, writer, report, f".overdue-{submission.id}")
    overdue(lane, submission)


def _report(lane: Lane) -> int:
    due = lane.ledger.batches_to_report(lane.vendor, REPORTS_A_PASS)
    for batch in due:
        report = status_report(lane.ledger, batch.file)
        again = f".{batch.report_number}" if batch.report_number > 1 else ""
        with lane.ledger.answering(lane.fence, batch.file.id, lane.clock()) as writer:
            _write_report(lane, writer, report, again)
            writer.reported()
        reached("settle.report_written")
    reached("settle.report_committed")
    return len(due)


def _write_report(lane: Lane, writer: FileWriter, report: StatusReport, mark: str) -> None:
    """Write a report in each form that the vendor chose; none where there is nothing to report."""
    if next(iter(report.lines), None) is None:
        return
    stem = f"{stem_of(report.file)}.{report.batch}{mark}"
    for form in lane.policies.status_files:
        if form in FORMATS:
            name, data = f"{stem}.{form}", FORMATS[form](report)
            writer.outbound(NewOutbound(kind="status", folder="statuses", name=name, data=data))
    for advice in advice_files(lane, writer, report, lane.policies.status_files):
        writer.outbound(advice)
