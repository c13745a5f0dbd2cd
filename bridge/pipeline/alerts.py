"""Alerts: what a person should know, raised once and cleared when it is over."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bridge.errors import AmazonError, DropFolderError
from bridge.ledger.rows import DueSubmission, FileRow, ToPoll
from bridge.outside_text import clipped_message
from bridge.pipeline.lane import Lane

log = structlog.get_logger(__name__)

FOLDER = "drop_folder"
FILE = "file"
INBOX = "inbox"
FETCH = "fetch"
PAPER = "paper"
CREDENTIALS = "credentials"
IN_DOUBT = "in_doubt"
OVERDUE = "overdue"
SENDING = "sending"
SPOOL = "spool"
HELD = "held"
WAITING = "waiting"
TRANSLATION = "translation"
LATE_CONFIRMATION = "late_confirmation"
SILENT = "silent"
LABEL_EXPIRY = "label_expiry"
LABEL_REPLACED = "label_replaced"
JOB = "job"
CLOCK = "clock"
RESTORED = "restored"
OUTBOX = "outbox"

MOST_NAMED = 10
"""So many orders are named in an alert."""
TRIES_IN_VAIN = 5
"""After so many, half a minute, a person is told that Amazon takes nothing."""


def folder_failed(lane: Lane, error: DropFolderError) -> None:
    """Tell that a vendor's folder cannot be used, and whose fault it is."""
    message = f"{error} (fault: {error.fault})"
    if raise_alert(lane, FOLDER, "", message):
        log.error("drop_folder_failed", vendor=lane.vendor, fault=str(error.fault), reason=str(error))


def folder_works(lane: Lane) -> None:
    """Take the alert about the vendor's folder back."""
    clear_alert(lane, FOLDER, "")


def spool_failed(lane: Lane, reason: str) -> None:
    """Tell that the raw bytes of files cannot be kept."""
    if raise_alert(lane, SPOOL, "", reason):
        log.error("not_spooled", vendor=lane.vendor, reason=reason)


def job_failed(lane: Lane, job: str, error: Exception) -> None:
    """Tell that edibridge itself failed, without the error's text: it may hold what is personal."""
    name = type(error).__name__
    raise_alert(lane, JOB, job, f"edibridge itself fails in {job} ({name}); see the log; it is tried again")


def translation_failed(lane: Lane, file: FileRow) -> None:
    """Report a file that the bridge itself fails on as a whole."""
    message = f"edibridge itself fails on batch {file.id} ({file.name}); its bytes are kept, see the log"
    raise_alert(lane, TRANSLATION, str(file.id), message)


def in_doubt(lane: Lane, submission: DueSubmission) -> None:
    """Tell that nobody knows whether Amazon took a submission, and how to settle it."""
    _tell_doubt(lane, submission, "look there")


def not_looked_for(lane: Lane, submission: DueSubmission, error: AmazonError) -> None:
    """Tell that a label request in doubt cannot be settled by looking for its labels, and why."""
    _tell_doubt(lane, submission, f"its labels cannot be looked for: {error}; it is tried on, or look there")


def _tell_doubt(lane: Lane, submission: DueSubmission, what: str) -> None:
    message = (
        f"nobody knows whether Amazon took submission {submission.id} ({submission.operation}: "
        f"{_named(submission.purchase_order_numbers)}); {what}, then: edibridge resolve {submission.id} "
        "--sent TRANSACTION_ID | --taken (it has them, by an unknown id) | --not-sent (sends them again)"
    )
    if raise_alert(lane, IN_DOUBT, str(submission.id), message):
        log.error("in_doubt", vendor=lane.vendor, submission=submission.id, operation=submission.operation)


def _named(orders: Sequence[str]) -> str:
    """Name orders, or the first of many and how many more there are."""
    known = list(dict.fromkeys(orders))
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"order{'s' * (len(known) != 1)} {', '.join(known[:MOST_NAMED])}{more}"


def review(lane: Lane) -> None:
    """Raise and clear the alerts that follow from what stands in the ledger, whoever brought it there."""
    _review_doubts(lane)
    _review_held(lane)
    _review_translations(lane)
    _review_sending(lane)
    _review_outbox(lane)


def _review_doubts(lane: Lane) -> None:
    """Clear alerts about submissions that a person, a late answer or a verdict settled."""
    told = [(kind, key) for kind, key in tuple(_open(lane)) if kind in {IN_DOUBT, OVERDUE}]
    if not told:
        return
    still = {str(number) for number in lane.ledger.in_doubt_or_overdue(lane.vendor)}
    for kind, key in told:
        if key not in still:
            clear_alert(lane, kind, key)


def _review_held(lane: Lane) -> None:
    held = lane.ledger.held(lane.vendor)
    if not held:
        clear_alert(lane, HELD, "")
    elif raise_alert(lane, HELD, "", "events wait for a person; edibridge batches --state attention"):
        log.warning("held", vendor=lane.vendor, events=held)


def _review_translations(lane: Lane) -> None:
    """Report what the bridge itself failed on, whoever read it; over when it has been read at last."""
    failed = {str(batch): count for batch, count in lane.ledger.failed_here(lane.vendor).items()}
    for batch, count in failed.items():
        message = (
            f"edibridge itself failed on {count} document{'s' * (count != 1)} of batch {batch}, which "
            f"{'are' if count != 1 else 'is'} held, and nothing else is; keep the log line document_failed, "
            f"and after the upgrade run: edibridge rerun {batch}"
        )
        raise_alert(lane, TRANSLATION, batch, message)
    for batch in open_keys(lane, TRANSLATION):
        if batch not in failed and lane.ledger.file(int(batch)).state != "collected":
            clear_alert(lane, TRANSLATION, batch)


def _review_outbox(lane: Lane) -> None:
    """Tell of files that the outbox does not take, though the folder works: each is tried for ever."""
    count, reason = lane.ledger.undeliverable(lane.vendor)
    if not count:
        clear_alert(lane, OUTBOX, "")
        return
    message = f"the outbox does not take {count} file{'s' * (count != 1)}: {reason}; it is tried again"
    if raise_alert(lane, OUTBOX, "", message):
        log.error("undeliverable", vendor=lane.vendor, files=count, reason=reason)


def _review_sending(lane: Lane) -> None:
    """Tell of submissions that Amazon does not take: a line, a name, a certificate, or Amazon itself."""
    count, reason = lane.ledger.unsent(lane.vendor, TRIES_IN_VAIN)
    if not count or is_told(lane, CREDENTIALS, lane.account):  # those have an alert of their own
        clear_alert(lane, SENDING, "")
        return
    message = (
        f"Amazon takes nothing: {count} submission{'s' * (count != 1)} wait ({reason}); tried on by itself"
    )
    if raise_alert(lane, SENDING, "", message):
        log.error("not_sent", vendor=lane.vendor, submissions=count, reason=reason)


def overdue(lane: Lane, submission: ToPoll) -> None:
    """Tell that Amazon took a submission and gives no verdict."""
    message = (
        f"no verdict in 30 minutes on submission {submission.id} "
        f"({_named(submission.purchase_order_numbers)}), Amazon's transaction "
        f"{submission.amazon_transaction_id}; it is asked on. Open a case with Amazon. Only where its "
        f"support says that nothing came: edibridge resolve {submission.id} --not-sent (sends it again); "
        f"that it came: edibridge resolve {submission.id} --taken, or --sent with another transaction id"
    )
    if raise_alert(lane, OVERDUE, str(submission.id), message):
        log.warning("overdue", vendor=lane.vendor, submission=submission.id)


def raise_alert(lane: Lane, kind: str, key: str, message: str) -> bool:
    """Raise an alert about the lane's vendor; tell whether it is new."""
    message = clipped_message(message)
    told = _open(lane)
    with lane.telling:
        # The ledger first: what it could not keep has been told to nobody.
        new = lane.ledger.raise_alert(kind, lane.vendor, key, message, lane.clock(), account=lane.account)
        told.add((kind, key))
    return new


def clear_alert(lane: Lane, kind: str, key: str) -> None:
    """Take an alert back, if there is one."""
    told = _open(lane)
    if (kind, key) in told:
        with lane.telling:
            lane.ledger.clear_alert(kind, lane.vendor, key, lane.clock())
            told.discard((kind, key))


def is_told(lane: Lane, kind: str, key: str) -> bool:
    """Tell whether an alert is open."""
    return (kind, key) in _open(lane)


def open_keys(lane: Lane, kind: str) -> list[str]:
    """List the keys of the open alerts of a kind."""
    return [key for told, key in tuple(_open(lane)) if told == kind]  # others may be adding to it


def _open(lane: Lane) -> set[tuple[str, str]]:
    """Give the alerts that are open, read once: the drain is the only one to raise and clear them."""
    with lane.telling:
        if lane.open_alerts is None:
            lane.open_alerts = {
                (alert.kind, alert.key) for alert in lane.ledger.alerts(lane.vendor, limit=10_000)
            }
        return lane.open_alerts
