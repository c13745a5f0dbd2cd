"""Refusals: what a program makes of one, and what of an earlier attempt it shows to be at Amazon."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import structlog

from bridge.domain.events import Event
from bridge.domain.outcomes import Outcome
from bridge.errors import AmazonError
from bridge.ledger.rows import DueSubmission
from bridge.pipeline.partner import Partner
from bridge.programs.event_types import Call
from bridge.programs.refusals import AT_MOST, Refusal, Refusals
from bridge.programs.registry import installed
from bridge.spapi.pages import UnreadableItem

log = structlog.get_logger(__name__)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An outcome as its program judges it.

    `later`: nothing of its operation is taken for so long. `look`: an operator has to look at the doubt.
    `event` goes in place of the one that is asked about anew.
    """

    outcome: Outcome
    later: timedelta | None = None
    look: bool = False
    event: Event | None = None


def judged(partner: Partner, submission: DueSubmission, call: Call, outcome: Outcome) -> Judged:
    """Return an outcome as the program judges a refusal.

    After a doubt a refusal settles it only where it shows what the doubt is about; otherwise, and where that
    cannot be read, it stays in doubt.
    """
    refused = outcome.kind in {"refused", "unauthorized"}
    if call.refusals is None or not (refused or _is_doubted(submission, outcome)):
        return Judged(outcome=outcome)
    event = installed().decode(submission.operation, submission.bodies[0])
    refusal = call.refusals.judge(event, outcome.errors, outcome.http_status)
    if outcome.kind == "unauthorized" and not refusal.hold:
        return Judged(outcome=outcome)  # of our credentials, not of this event
    if submission.is_doubted:
        return _after_doubt(partner, submission, call.refusals, refusal, outcome)
    return _of_event(partner, submission, refusal, outcome)


def _of_event(partner: Partner, submission: DueSubmission, refusal: Refusal, outcome: Outcome) -> Judged:
    """Return what a refusal makes of an event of which there is no doubt."""
    changed = msgspec.structs.replace(outcome, reason=refusal.hold)
    if refusal.later is not None:
        return Judged(outcome=msgspec.structs.replace(changed, kind="not_taken"), later=refusal.later)
    if refusal.ask_anew and partner.ledger.refusals_of(submission.event_ids[0]) < AT_MOST:
        return Judged(outcome=msgspec.structs.replace(changed, kind="asked_anew"), event=refusal.event)
    if refusal.hold:
        return Judged(outcome=msgspec.structs.replace(changed, kind="held"))
    return Judged(outcome=outcome)


def _is_doubted(submission: DueSubmission, outcome: Outcome) -> bool:
    return submission.is_doubted and outcome.kind == "in_doubt" and bool(outcome.errors)


def _after_doubt(
    partner: Partner, submission: DueSubmission, how: Refusals, refusal: Refusal, outcome: Outcome
) -> Judged:
    doubt = msgspec.structs.replace(outcome, kind="in_doubt")
    if not refusal.exists:
        return Judged(outcome=doubt)
    operation = installed().operations[how.operation]
    try:
        found = partner.amazon.read_one(operation, **how.names(refusal.exists))
    except AmazonError as error:
        log.warning("doubt_not_settled", vendor=partner.vendor, submission=submission.id, why=str(error))
        return Judged(outcome=doubt)
    event = installed().decode(submission.operation, submission.bodies[0])
    since = partner.ledger.first_attempt_at(submission.id)
    if found is None or isinstance(found, UnreadableItem) or since is None:
        return Judged(outcome=doubt)
    if not how.is_own(event, found, since):
        reason = f"Amazon has {refusal.exists} of it already, which is not what was to be sent"
        return Judged(outcome=msgspec.structs.replace(doubt, reason=reason), look=True)
    settled = msgspec.structs.replace(outcome, kind="succeeded", answer=found, errors=(), reason="")
    return Judged(outcome=settled)
