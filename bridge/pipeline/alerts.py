"""Alerts: what an operator should know, raised once and cleared when it is over."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bridge.errors import AmazonError, DropFolderError
from bridge.ledger.rows import DueSubmission, FileRow, ToPoll
from bridge.outside_text import clipped_message
from bridge.pipeline.partner import Partner
from bridge.programs.registry import installed

log = structlog.get_logger(__name__)

FOLDER = "drop_folder"
FILE = "file"
INBOX = "inbox"
FETCH = "fetch"
SHIPPING_DOCUMENT = "paper"
CREDENTIALS = "credentials"
AUTHORIZATION = "authorization"
CLIENT_SECRET = "client_secret"  # noqa: S105 - a kind
IN_DOUBT = "in_doubt"
OVERDUE = "overdue"
SENDING = "sending"
SPOOL = "spool"
HELD = "held"
WAITING = "waiting"
TRANSLATION = "translation"
LATE_CONFIRMATION = "late_confirmation"
SILENT = "silent"
FOLLOW_UP = "follow_up"
SNAPSHOT = "snapshot"
LABEL_EXPIRY = "label_expiry"
LABEL_REPLACED = "label_replaced"
JOB = "job"
CLOCK = "clock"
RESTORED = "restored"
OUTBOX = "outbox"
HELD_DOCUMENT = "held_document"
STOPPED = "stopped"
DUE = "due"

MOST_NAMED = 10
"""Orders named in one alert, at most."""
TRIES_IN_VAIN = 5
"""Failed tries, half a minute's worth, after which an alert says that Amazon takes nothing."""


def folder_failed(partner: Partner, error: DropFolderError) -> None:
    """Report that a vendor's folder cannot be used, and whose fault it is."""
    message = f"{error} (fault: {error.fault})"
    if raise_alert(partner, FOLDER, "", message):
        log.error("drop_folder_failed", vendor=partner.vendor, fault=str(error.fault), reason=str(error))


def folder_works(partner: Partner) -> None:
    """Clear the alert about the partner's folder."""
    clear_alert(partner, FOLDER, "")


def spool_failed(partner: Partner, reason: str) -> None:
    """Report that the raw bytes of files cannot be kept."""
    if raise_alert(partner, SPOOL, "", reason):
        log.error("not_spooled", vendor=partner.vendor, reason=reason)


def job_failed(partner: Partner, job: str, error: Exception) -> None:
    """Report that edibridge itself failed, without the error's text: it may hold what is personal."""
    name = type(error).__name__
    raise_alert(
        partner, JOB, job, f"edibridge itself fails in {job} ({name}); see the log; retried automatically"
    )


def translation_failed(partner: Partner, file: FileRow) -> None:
    """Report a file that the bridge itself fails on as a whole."""
    message = f"edibridge itself fails on batch {file.id} ({file.name}); its bytes are kept, see the log"
    raise_alert(partner, TRANSLATION, str(file.id), message)


def in_doubt(partner: Partner, submission: DueSubmission, found: str = "") -> None:
    """Report that nobody knows whether Amazon took a submission, and how to resolve it.

    `found` is what Amazon says that contradicts it.
    """
    _report_doubt(partner, submission, found or "look it up there")


def stopped_key(partner: Partner, submission: DueSubmission) -> str:
    """Return the key of the alert that Amazon takes nothing of an operation from an account for now."""
    return f"{partner.account}/{submission.operation}"


def stopped(partner: Partner, submission: DueSubmission, why: str) -> None:
    """Report that Amazon takes nothing of an operation for now, and why; it goes again by itself."""
    message = f"Amazon takes no {submission.operation} of account {partner.account} now: {why}"
    if raise_alert(partner, STOPPED, stopped_key(partner, submission), message):
        log.error("stopped", vendor=partner.vendor, operation=submission.operation, reason=why)


def not_verified(partner: Partner, submission: DueSubmission, error: AmazonError) -> None:
    """Report that a submission in doubt cannot be verified, and why."""
    what = f"it cannot be looked up: {error}; retried automatically, or look it up there"
    _report_doubt(partner, submission, what)


def looks_refused(partner: Partner) -> str:
    """Return the key of the alert that Amazon refuses an account to look at what is in doubt."""
    return f"{partner.account}/in_doubt"


def _report_doubt(partner: Partner, submission: DueSubmission, what: str) -> None:
    operation = installed().operations[submission.operation]
    message = (
        f"nobody knows whether Amazon took submission {submission.id} ({submission.operation}: "
        f"{_about(submission)}); {what}, then: edibridge resolve {submission.id} {_WORDS[operation.reply]}"
    )
    if raise_alert(partner, IN_DOUBT, str(submission.id), message):
        log.error("in_doubt", vendor=partner.vendor, submission=submission.id, operation=submission.operation)


_WORDS = {
    "transaction": "--sent TRANSACTION_ID | --taken (it has them, by an unknown id) | --not-sent (sends them "
    "again)",
    "receipt": "--sent ORDER_ID (it has it by this id) | --not-sent (sends it again)",
    "result": "--taken (it has them) | --not-sent (sends them again)",
}
"""What an operator can say, by how Amazon replies."""


def _about(submission: DueSubmission) -> str:
    """Name the orders of a submission; what is of no order by its key."""
    if any(submission.purchase_order_numbers):
        return _named(submission.purchase_order_numbers)
    kind = installed().of_operation(submission.operation)
    events = (installed().decode(submission.operation, body) for body in submission.bodies)
    return ", ".join(kind.ordering_key(event).replace(":", " ", 1) for event in events)


def _named(orders: Sequence[str]) -> str:
    """Name orders, or the first of many and how many more there are."""
    known = list(dict.fromkeys(orders))
    more = f" and {len(known) - MOST_NAMED} more" if len(known) > MOST_NAMED else ""
    return f"order{'s' * (len(known) != 1)} {', '.join(known[:MOST_NAMED])}{more}"


def review(partner: Partner) -> None:
    """Raise and clear the alerts that follow from what stands in the ledger, whoever brought it there."""
    _review_doubts(partner)
    _review_credentials(partner)
    _review_held(partner)
    _review_translations(partner)
    _review_sending(partner)
    _review_outbox(partner)
    _review_follow_ups(partner)
    _review_held_documents(partner)


def _review_doubts(partner: Partner) -> None:
    """Clear alerts about submissions that an operator, a late answer or a verdict settled."""
    refused = looks_refused(partner)
    if is_told(partner, CREDENTIALS, refused) and not partner.ledger.verifying(partner.vendor):
        clear_alert(partner, CREDENTIALS, refused)
    told = [(kind, key) for kind, key in tuple(_open(partner)) if kind in {IN_DOUBT, OVERDUE}]
    if not told:
        return
    still = {str(number) for number in partner.ledger.in_doubt_or_overdue(partner.vendor)}
    for kind, key in told:
        if key not in still:
            clear_alert(partner, kind, key)


def _review_credentials(partner: Partner) -> None:
    """Forget the alerts that `edibridge authorize` has cleared beside us: they would hide `sending`."""
    told = [(CREDENTIALS, key) for key in open_keys(partner, CREDENTIALS)]
    if not told:
        return
    known = partner.state.alerts
    with known.lock:  # what is raised meanwhile is in the ledger before it is known here
        still = {(alert.kind, alert.key) for alert in partner.ledger.alerts(partner.vendor, limit=10_000)}
        if known.keys is not None:
            known.keys.difference_update(one for one in told if one not in still)


def _review_held(partner: Partner) -> None:
    held = partner.ledger.held(partner.vendor)
    if not held:
        clear_alert(partner, HELD, "")
    elif raise_alert(
        partner, HELD, "", "Manual action needed: events are held; see edibridge batches --state attention"
    ):
        log.warning("held", vendor=partner.vendor, events=held)


def _review_translations(partner: Partner) -> None:
    """Report what the bridge itself failed on, whoever read it; over when it has been read at last."""
    failed = {str(batch): count for batch, count in partner.ledger.failed_here(partner.vendor).items()}
    for batch, count in failed.items():
        message = (
            f"edibridge itself failed on {count} document{'s' * (count != 1)} of batch {batch}, which "
            f"{'are' if count != 1 else 'is'} held, and nothing else is; keep the log line document_failed, "
            f"and after the upgrade run: edibridge rerun {batch}"
        )
        raise_alert(partner, TRANSLATION, batch, message)
    for batch in open_keys(partner, TRANSLATION):
        if batch not in failed and partner.ledger.file(int(batch)).state != "collected":
            clear_alert(partner, TRANSLATION, batch)


def _review_outbox(partner: Partner) -> None:
    """Report files that the outbox does not take, though the folder works; each is retried."""
    count, reason = partner.ledger.undeliverable(partner.vendor)
    if not count:
        clear_alert(partner, OUTBOX, "")
        return
    message = f"the outbox does not take {count} file{'s' * (count != 1)}: {reason}; retried automatically"
    if raise_alert(partner, OUTBOX, "", message):
        log.error("undeliverable", vendor=partner.vendor, files=count, reason=reason)


def _review_sending(partner: Partner) -> None:
    """Report submissions that Amazon does not take: a line, a name, a certificate, or Amazon itself."""
    count, reason = partner.ledger.unsent(partner.vendor, TRIES_IN_VAIN)
    if not count or is_told(partner, CREDENTIALS, partner.account):  # those have an alert of their own
        clear_alert(partner, SENDING, "")
        return
    message = (
        f"Amazon takes nothing: {count} submission{'s' * (count != 1)} wait ({reason}); retried automatically"
    )
    if raise_alert(partner, SENDING, "", message):
        log.error("not_sent", vendor=partner.vendor, submissions=count, reason=reason)


def _review_follow_ups(partner: Partner) -> None:
    """Report what programs say of follow-ups, and those that cannot be looked at."""
    texts = {
        f"{name}:{subject}": text
        for (name, subject), text in partner.ledger.follow_up_alerts(partner.vendor).items()
    }
    counts = partner.ledger.follow_up_counts(partner.vendor)
    if counts.failing:
        texts[""] = (
            f"{counts.failing} of {counts.open} things that Amazon is asked about cannot be looked at "
            f"({counts.reason}); retried automatically"
        )
    for key, text in texts.items():
        if raise_alert(partner, FOLLOW_UP, key, text):
            log.error("not_followed_up", vendor=partner.vendor, key=key, reason=text)
    for key in open_keys(partner, FOLLOW_UP):
        if key not in texts:
            clear_alert(partner, FOLLOW_UP, key)


def _review_held_documents(partner: Partner) -> None:
    """Report documents that the partner's mapping cannot write; over when they went."""
    texts = {
        f"{held.id}": f"{held.document} {held.name} is not sent: {held.reason}. Its values are kept: correct "
        f"the mapping or the settings and restart, and it goes by itself, or edibridge resolve {held.id} "
        "--document --drop REASON"
        for held in partner.ledger.held_documents(partner.vendor)
    }
    for key, text in texts.items():
        if raise_alert(partner, HELD_DOCUMENT, key, text):
            log.error("document_held", vendor=partner.vendor, reason=text)
    for key in open_keys(partner, HELD_DOCUMENT):
        if key not in texts:
            clear_alert(partner, HELD_DOCUMENT, key)


def overdue(partner: Partner, submission: ToPoll) -> None:
    """Report that Amazon took a submission and gives no verdict."""
    message = (
        f"no verdict in 30 minutes on submission {submission.id} "
        f"({_named(submission.purchase_order_numbers)}), Amazon's transaction "
        f"{submission.amazon_transaction_id}; polling goes on. Open a case with Amazon. Only where its "
        f"support says that nothing came: edibridge resolve {submission.id} --not-sent (sends it again); "
        f"that it came: edibridge resolve {submission.id} --taken, or --sent with another transaction id"
    )
    if raise_alert(partner, OVERDUE, str(submission.id), message):
        log.warning("overdue", vendor=partner.vendor, submission=submission.id)


def raise_alert(partner: Partner, kind: str, key: str, message: str) -> bool:
    """Raise an alert about the partner's vendor; return whether it is new."""
    message = clipped_message(message)
    told = _open(partner)
    with partner.state.alerts.lock:
        # The ledger first: what it could not keep has been reported to nobody.
        new = partner.ledger.raise_alert(
            kind, partner.vendor, key, message, partner.clock(), account=partner.account
        )
        told.add((kind, key))
    return new


def clear_alert(partner: Partner, kind: str, key: str) -> None:
    """Clear an alert, if it is open."""
    told = _open(partner)
    if (kind, key) in told:
        with partner.state.alerts.lock:
            partner.ledger.clear_alert(kind, partner.vendor, key, partner.clock())
            told.discard((kind, key))


def is_told(partner: Partner, kind: str, key: str) -> bool:
    """Return whether an alert is open."""
    return (kind, key) in _open(partner)


def open_keys(partner: Partner, kind: str) -> list[str]:
    """List the keys of the open alerts of a kind."""
    return [key for told, key in tuple(_open(partner)) if told == kind]  # others may be adding to it


def _open(partner: Partner) -> set[tuple[str, str]]:
    """Return the alerts that are open, read once: the drain is the only one to raise and clear them."""
    known = partner.state.alerts
    with known.lock:
        if known.keys is None:
            alerts = partner.ledger.alerts(partner.vendor, limit=10_000)
            known.keys = {(alert.kind, alert.key) for alert in alerts}
        return known.keys
