"""Alerts: what a person should know, raised once and cleared when it is over."""

from __future__ import annotations

import structlog

from bridge.errors import DropFolderError
from bridge.ledger.rows import DueSubmission
from bridge.pipeline.lane import Lane

log = structlog.get_logger(__name__)

FOLDER = "drop_folder"
FILE = "file"
FETCH = "fetch"
PAPER = "paper"
CREDENTIALS = "credentials"
IN_DOUBT = "in_doubt"
OVERDUE = "overdue"
TRANSLATION = "translation"


def folder_failed(lane: Lane, error: DropFolderError) -> None:
    """Tell that a vendor's folder cannot be used, and whose fault it is."""
    message = f"{error} (fault: {error.fault})"
    if raise_alert(lane, FOLDER, "", message):
        log.error("drop_folder_failed", vendor=lane.vendor, fault=str(error.fault), reason=str(error))
    lane.folder_failing = True


def folder_works(lane: Lane) -> None:
    """Take the alert about the vendor's folder back."""
    if lane.folder_failing is not False:
        clear_alert(lane, FOLDER, "")
        lane.folder_failing = False


def in_doubt(lane: Lane, submission: DueSubmission) -> None:
    """Tell that nobody knows whether Amazon took a submission, and how to settle it."""
    orders = ", ".join(dict.fromkeys(submission.purchase_order_numbers[:5]))
    message = (
        f"nobody knows whether Amazon took submission {submission.id} ({submission.operation}: {orders}); "
        f"look there, then: edibridge resolve {submission.id} --sent TRANSACTION_ID | --not-sent"
    )
    if raise_alert(lane, IN_DOUBT, str(submission.id), message):
        log.error("in_doubt", vendor=lane.vendor, submission=submission.id, operation=submission.operation)


def take_back_what_is_over(lane: Lane) -> None:
    """Clear alerts about submissions that are no longer in doubt: a person or a late answer settled them."""
    told = [alert for alert in lane.ledger.alerts(lane.vendor) if alert.kind == IN_DOUBT]
    if not told:
        return
    doubted = {str(submission.id) for submission in lane.ledger.in_doubt(lane.vendor)}
    for alert in told:
        if alert.key not in doubted:
            clear_alert(lane, IN_DOUBT, alert.key)


def raise_alert(lane: Lane, kind: str, key: str, message: str) -> bool:
    """Raise an alert about the lane's vendor; tell whether it is new."""
    return lane.ledger.raise_alert(kind, lane.vendor, key, message, lane.clock(), account=lane.account)


def clear_alert(lane: Lane, kind: str, key: str) -> None:
    """Take an alert back, if there is one."""
    lane.ledger.clear_alert(kind, lane.vendor, key, lane.clock())
