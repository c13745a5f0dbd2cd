"""Verify: submissions in doubt → what Amazon says has become of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bridge.domain.events import Event
from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import DueSubmission
from bridge.pipeline.alerts import (
    CREDENTIALS,
    clear_alert,
    in_doubt,
    looks_refused,
    not_verified,
    raise_alert,
)
from bridge.pipeline.fetch import WAITS, fetch_order
from bridge.pipeline.partner import Partner
from bridge.programs.event_types import Contradiction, Found, Verification
from bridge.programs.registry import installed
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import UnreadableItem

log = structlog.get_logger(__name__)


def verify(partner: Partner, submission: DueSubmission) -> None:
    """Ask Amazon what became of a submission in doubt: what it has succeeded, the rest is sent again.

    What is judged by a verdict of its own is submitted, and its verdict asked for. Amazon gets the program's
    patience before absence counts. Where it has something else than what was to be sent, an operator decides.
    """
    now = partner.clock()
    call = installed().call(submission.operation)
    verification = call.verification
    if verification is None:
        raise ValueError(f"{submission.operation} declares no way to verify it")
    first = verification.looks[0] if verification.looks else timedelta(0)
    if submission.looks == 0 and _doubted_for(submission, now) < first:
        partner.ledger.apply_policy(
            partner.fence, submission.id, "verify", now, now + first - _doubted_for(submission, now)
        )
        return
    if verification.repeated is not None:
        _repeat(partner, submission, verification, verification.repeated)
        return
    try:
        findings = [
            _find(partner, submission, verification, place) for place in range(len(submission.bodies))
        ]
    except AmazonError as error:
        log.warning("not_verified", vendor=partner.vendor, submission=submission.id, reason=str(error))
        partner.ledger.apply_policy(partner.fence, submission.id, "verify", now, now + WAITS[0])
        if isinstance(error, CredentialsRefused):
            message = f"Amazon refuses account {partner.account} a look at what is in doubt: {error}"
            raise_alert(partner, CREDENTIALS, looks_refused(partner), message)
        if _doubted_for(submission, now) >= verification.told_after:
            not_verified(partner, submission, error)
        return
    clear_alert(partner, CREDENTIALS, looks_refused(partner))
    reached("fetch.looked")
    now = partner.clock()  # as Amazon's answer has just confirmed it
    contradiction = next((one for one in findings if isinstance(one, Contradiction)), None)
    if contradiction is not None:
        partner.ledger.apply_policy(partner.fence, submission.id, "hold", now, reason=contradiction.reason)
        in_doubt(partner, submission, contradiction.reason)
        return
    taken = [number for number, found in zip(submission.event_ids, findings, strict=True) if found == "taken"]
    if call.verdict is not None and taken:
        event = installed().decode(submission.operation, submission.bodies[0])
        partner.ledger.record_taken(partner.fence, submission.id, call.verdict.reference(event), now)
        return
    wait = _wait(verification, submission, now)
    partner.ledger.record_verification(
        partner.fence, submission.id, taken, now, None if wait is None else now + wait
    )


def _repeat(
    partner: Partner, submission: DueSubmission, verification: Verification, why_not: Callable[[Event], str]
) -> None:
    """Send a submission in doubt again, where the same call settles it; else an operator has to look."""
    why = why_not(installed().decode(submission.operation, submission.bodies[0]))
    if not why and partner.ledger.doubts_of(submission.id) > len(verification.looks):
        why = f"it was sent {len(verification.looks)} times again, and nothing came of it"
    now = partner.clock()
    if why:
        partner.ledger.apply_policy(partner.fence, submission.id, "hold", now, reason=why)
        in_doubt(partner, submission, why)
        return
    partner.ledger.apply_policy(partner.fence, submission.id, "resubmit", now, now)


def _wait(verification: Verification, submission: DueSubmission, now: datetime) -> timedelta | None:
    """Return how long to wait before Amazon is asked once more; None where its absence counts."""
    looks, asked = verification.looks, submission.looks + 1
    if not looks:
        return None if _doubted_for(submission, now) >= verification.patience else WAITS[1]
    return None if asked >= len(looks) else looks[asked] - looks[asked - 1]


def _find(partner: Partner, submission: DueSubmission, verification: Verification, place: int) -> Found:
    """Ask what Amazon has of one event of a submission."""
    if verification.feed:
        order = submission.purchase_order_numbers[place]
        fetched = fetch_order(partner, installed().feeds[verification.feed], order)
        return "taken" if fetched in {"kept", "bad"} else "absent"
    operation = installed().operations[verification.operation]
    event = installed().decode(submission.operation, submission.bodies[place])
    item = partner.amazon.read_one(operation, **verification.names(event))
    if isinstance(item, UnreadableItem):
        raise AmazonUnavailable(f"{operation.name} is unreadable: {item.reason}")
    return "absent" if item is None else verification.judge(event, item)


def _doubted_for(submission: DueSubmission, now: datetime) -> timedelta:
    return now - submission.doubted_at if submission.doubted_at is not None else timedelta(0)
