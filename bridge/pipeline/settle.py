"""Settle: submitted → verdicts, and one transaction-status file a batch when all of its are in."""

from __future__ import annotations

import msgspec
import structlog

from bridge.domain.outcomes import Outcome, Verdict
from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.new_rows import NewOutbound, VerdictHandling
from bridge.ledger.rows import DueSubmission, ToPoll
from bridge.ledger.writer import FileWriter
from bridge.outfiles.names import stem_of
from bridge.outfiles.statuses import FORMATS, StatusReport
from bridge.pipeline.advise import advice_files
from bridge.pipeline.alerts import CREDENTIALS, OVERDUE, clear_alert, is_told, overdue, raise_alert
from bridge.pipeline.concurrency import map_concurrently
from bridge.pipeline.partner import Partner
from bridge.pipeline.reports import overdue_report, status_report
from bridge.programs.event_types import Call
from bridge.programs.registry import installed
from bridge.spapi.client import AmazonClient
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import UnreadableItem
from bridge.spapi.replies import orders_named

log = structlog.get_logger(__name__)

POLLS_A_PASS = 200
REPORTS_A_PASS = 200


def settle(partner: Partner) -> int:
    """Ask for the verdicts that are due and report the batches that are through; return how many."""
    return _ask(partner) + _report(partner)


def _ask(partner: Partner) -> int:
    due = partner.ledger.to_poll(partner.vendor, partner.clock(), POLLS_A_PASS)
    if not due:
        return 0
    states = map_concurrently(partner, "settle", lambda submission: _ask_one(partner, submission), due)
    # One at a time: what is reported to a vendor takes its control numbers in turn.
    for submission, state in zip(due, states, strict=True):
        if state == "overdue":
            _tell_overdue(partner, submission)
    return sum(state not in {"", "submitted", "overdue"} for state in states)


def _ask_one(partner: Partner, submission: ToPoll) -> str:
    """Ask for one verdict; return the submission's state, the empty text where it was not asked."""
    if partner.stopping():
        return ""
    transaction = submission.amazon_transaction_id
    try:
        verdict = read_verdict(partner.amazon, submission.operation, transaction, submission.api_version)
    except AmazonError as error:
        # The verdict is still to be had: the row is due again later, whatever went wrong now.
        moved = partner.ledger.record_poll_failed(partner.fence, submission.id, partner.clock(), transaction)
        if isinstance(error, CredentialsRefused):
            message = f"Amazon refuses account {partner.account} its verdicts: {error}"
            raise_alert(partner, CREDENTIALS, f"{partner.account}/verdicts", message)
        log.warning("verdict_not_read", vendor=partner.vendor, submission=submission.id, reason=str(error))
        return moved.state
    clear_alert(partner, CREDENTIALS, f"{partner.account}/verdicts")
    reached("settle.asked")
    moved = partner.ledger.record_verdict(
        partner.fence,
        submission.id,
        verdict,
        partner.clock(),
        VerdictHandling(
            amazon_transaction_id=transaction,
            named_orders=frozenset(orders_named(verdict.errors, submission.purchase_order_numbers)),
            wants=_wanted_after(partner, submission),
            after_failure=partner.policies.after_failure,
        ),
    )
    reached("settle.committed")
    log.info("verdict", vendor=partner.vendor, submission=submission.id, state=moved.state)
    return moved.state


def read_verdict(
    amazon: AmazonClient, operation: str, amazon_transaction_id: str, api_version: str
) -> Verdict:
    """Ask Amazon how a transaction of an operation stands.

    Raises `AmazonError`, `AmazonRefused` of it where Amazon knows no such transaction.
    """
    version = installed().version_of(operation, api_version)
    how = installed().call(operation).verdict
    if how is None:
        verdicts = installed().verdicts_of(operation)
        return amazon.transaction_status(verdicts, amazon_transaction_id, version=version)
    read = installed().operations[how.operation]
    item = amazon.read_one(read, version=version, **{how.path_name: amazon_transaction_id})
    if isinstance(item, UnreadableItem):
        raise AmazonUnavailable(f"{read.name} is unreadable: {item.reason}")
    if item is None:
        raise AmazonRefused(f"{read.name} knows no {amazon_transaction_id}", http_status=404)
    return how.judge(item)


def explained(partner: Partner, submission: DueSubmission, call: Call, outcome: Outcome) -> Outcome:
    """Return a refusal with what Amazon's own reads say of it, where they say more.

    Where they say that it is done, it was taken: its verdict is read.
    """
    how = call.verdict
    if outcome.kind != "refused" or how is None or not how.explains_refusals:
        return outcome
    event = installed().decode(submission.operation, submission.bodies[0])
    reference = how.reference(event)
    try:
        verdict = read_verdict(partner.amazon, submission.operation, reference, "")
    except AmazonError as error:
        log.warning("refusal_not_explained", vendor=partner.vendor, submission=submission.id, why=str(error))
        return outcome
    if verdict.status == "Success":
        return msgspec.structs.replace(outcome, kind="submitted", amazon_transaction_id=reference, errors=())
    return msgspec.structs.replace(outcome, errors=(*verdict.errors, *outcome.errors))


def _wanted_after(partner: Partner, submission: ToPoll) -> tuple[str, ...]:
    """Name the shipping documents that a Success lets Amazon make, as far as the vendor wants them."""
    told = installed().told_by(submission.operation)
    return tuple(
        kind for kind in partner.fetch_plan.kinds if told is not None and kind in told.makes_available
    )


def _tell_overdue(partner: Partner, submission: ToPoll) -> None:
    """Report to operator and partner, once, that a verdict is late; the batch is reported all the same.

    The alert comes last and stands for all of it: after a crash in between it is told anew.
    """
    if is_told(partner, OVERDUE, str(submission.id)):
        return
    for file in partner.ledger.files_of_submission(submission.id):
        report = overdue_report(partner.ledger, file, submission.id)
        with partner.ledger.answering(partner.fence, file.id, partner.clock()) as writer:
            _write_report(partner, writer, report, f".overdue-{submission.id}")
    overdue(partner, submission)


def _report(partner: Partner) -> int:
    due = partner.ledger.batches_to_report(partner.vendor, REPORTS_A_PASS)
    for batch in due:
        report = status_report(partner.ledger, batch.file)
        again = f".{batch.report_number}" if batch.report_number > 1 else ""
        with partner.ledger.answering(partner.fence, batch.file.id, partner.clock()) as writer:
            _write_report(partner, writer, report, again)
            writer.reported()
        reached("settle.report_written")
    reached("settle.report_committed")
    return len(due)


def _write_report(partner: Partner, writer: FileWriter, report: StatusReport, mark: str) -> None:
    """Write a report in each form that the vendor chose; none where there is nothing to report."""
    if next(iter(report.lines), None) is None:
        return
    stem = f"{stem_of(report.file)}.{report.batch}{mark}"
    for form in partner.policies.status_files:
        if form in FORMATS:
            name, data = f"{stem}.{form}", FORMATS[form](report)
            writer.outbound(NewOutbound(kind="status", folder="statuses", name=name, data=data))
    for advice in advice_files(partner, writer, report, partner.policies.status_files):
        writer.outbound(advice)
