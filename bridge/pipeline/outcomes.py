"""Outcomes: what came back from a call → what becomes of its submission and events, committed and told."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import structlog

from bridge.domain.outcomes import InDoubtPolicy, Outcome
from bridge.domain.planning import backoff
from bridge.errors import LedgerError, StaleEpoch
from bridge.faultpoints import reached
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.rows import DueSubmission
from bridge.pipeline.alerts import (
    CREDENTIALS,
    STOPPED,
    clear_alert,
    in_doubt,
    raise_alert,
    stopped,
    stopped_key,
)
from bridge.pipeline.partner import Partner
from bridge.pipeline.refusals import judged
from bridge.pipeline.settle import explained
from bridge.pipeline.shipping_documents import keep_shipping_documents, why_unusable
from bridge.programs.event_types import Answered, Call
from bridge.programs.feeds import Feed
from bridge.programs.operations import Operation
from bridge.programs.registry import installed
from bridge.programs.spending import Amount
from bridge.spapi.replies import orders_named

log = structlog.get_logger(__name__)

REFUSED = "Amazon answered that it takes nothing of it"
PAUSE = timedelta(minutes=5)
"""Time for which an account pauses after Amazon refused our credentials; an alert is raised."""


def record(partner: Partner, submission: DueSubmission, attempt: int, outcome: Outcome) -> None:
    """Judge the outcome of a call, commit what follows from it, and tell operators."""
    now = partner.clock()
    call = installed().call(submission.operation)
    outcome = _refused_at_last(submission, _doubted_refusal(submission, call, outcome))
    outcome = explained(partner, submission, call, outcome)
    refusal = judged(partner, submission, call, outcome)
    outcome, stopped_for = refusal.outcome, refusal.later
    outcome = _with_answer(partner, submission, call, outcome)
    answered = _answered(partner, submission, call, outcome)
    if answered.errors:
        outcome = msgspec.structs.replace(outcome, kind="refused", errors=answered.errors, reason=REFUSED)
    told = installed().of_operation(submission.operation)
    wanted = [kind for kind in told.makes_available if kind in partner.fetch_plan.kinds]
    feed = None if outcome.answer is None else installed().feeds.get(call.answer_feed)
    handling = OutcomeHandling(
        retry_at=now + stopped_for if stopped_for else _retry_at(submission, call, outcome, now),
        named_orders=frozenset(orders_named(outcome.errors, submission.purchase_order_numbers)),
        policy="hold" if refusal.look else policy_of(partner, installed().operations[submission.operation]),
        wants=tuple(wanted),
        notes=answered.notes,
        files=answered.files,
        charged=_charged(call, outcome),
        event=refusal.event,
        reference=answered.reference,
        tracking_number=answered.tracking_number,
        starts=answered.starts,
    )
    kept = False
    try:
        if feed is not None:
            # Before the success: a crash in between leaves a doubt, and the same bytes are not queued again.
            keep_shipping_documents(partner, feed, [outcome.answer], whole=True)
            kept = True
            reached("submit.answer_kept")
            rest = tuple(kind for kind in wanted if kind != feed.name)
            handling = msgspec.structs.replace(handling, wants=rest)
        moved = partner.ledger.record_outcome(partner.fence, attempt, outcome, now, handling)
    except StaleEpoch:
        # A newer owner has put this submission in doubt; our answer may still settle that.
        if feed is not None and not kept:
            outcome, handling = _late(outcome, handling, feed)
        partner.ledger.record_late(attempt, outcome, now, handling)
        raise
    except LedgerError:
        # In doubt from the next drain on; this line is then the only place that knows what Amazon said.
        log.error(  # noqa: TRY400 - the ledger's own words follow with the error itself
            "answer_not_kept",
            vendor=partner.vendor,
            submission=submission.id,
            outcome=outcome.kind,
            amazon_transaction_id=outcome.amazon_transaction_id,
            request_id=outcome.request_id,
        )
        raise
    reached("submit.answer_committed")
    if stopped_for:
        stopped(partner, submission, outcome.reason)
    held = moved.state == "in_doubt" and handling.policy == "hold"
    _tell(partner, submission, outcome)
    if held:
        in_doubt(partner, submission, outcome.reason if refusal.look else "")
    log.info(
        "submission",
        vendor=partner.vendor,
        submission=submission.id,
        outcome=outcome.kind,
        state=moved.state,
        request_id=outcome.request_id,
    )


def _late(outcome: Outcome, handling: OutcomeHandling, feed: Feed) -> tuple[Outcome, OutcomeHandling]:
    """Return what a late answer settles whose documents were not kept: they are asked for by their order.

    Where they cannot be, it settles nothing.
    """
    if feed.single:
        wants = tuple(dict.fromkeys((*handling.wants, feed.name)))
        return outcome, msgspec.structs.replace(handling, wants=wants)
    return msgspec.structs.replace(outcome, kind="in_doubt", reason="its answer could not be kept"), handling


def _with_answer(partner: Partner, submission: DueSubmission, call: Call, outcome: Outcome) -> Outcome:
    """Return an outcome with the item of its feed as answer; one that cannot be used leaves a doubt.

    The call may have done what it was for, but the partner has nothing of it.
    """
    if outcome.answer is None or not call.answer_feed:
        return outcome
    event = installed().decode(submission.operation, submission.bodies[0])
    item, feed = call.answer(event, outcome.answer), installed().feeds[call.answer_feed]
    if why := why_unusable(partner, feed, item, submission.purchase_order_numbers[0]):
        reason = f"HTTP {outcome.http_status}: the answer cannot be used: {why}"
        return msgspec.structs.replace(outcome, kind="in_doubt", answer=None, reason=reason)
    return msgspec.structs.replace(outcome, answer=item)


def _answered(partner: Partner, submission: DueSubmission, call: Call, outcome: Outcome) -> Answered:
    """Return what a result says of its event."""
    if call.answered is None or outcome.kind != "succeeded" or outcome.answer is None:
        return Answered()
    event = installed().decode(submission.operation, submission.bodies[0])
    return call.answered(event, outcome.answer, partner.profile)


def _charged(call: Call, outcome: Outcome) -> Amount | None:
    """Return what a call has cost, as far as its answer says it."""
    if call.spending is None or outcome.answer is None:
        return None
    return call.spending.charged(outcome.answer)


def _tell(partner: Partner, submission: DueSubmission, outcome: Outcome) -> None:
    """Raise or take back the alerts that an answer gives reason for."""
    if outcome.kind == "unauthorized":
        message = f"Amazon refuses the credentials of account {partner.account}: {outcome.reason}"
        raise_alert(partner, CREDENTIALS, partner.account, message)
    elif outcome.kind in {"submitted", "succeeded"}:
        clear_alert(partner, CREDENTIALS, partner.account)
        clear_alert(partner, STOPPED, stopped_key(partner, submission))


def _doubted_refusal(submission: DueSubmission, call: Call, outcome: Outcome) -> Outcome:
    """Take a refusal for a doubt where it may be of what an earlier attempt left at Amazon.

    It counts after an operator's word that Amazon has none of it.
    """
    verification = call.verification
    by_word = submission.doubted_at is not None and not submission.is_doubted
    again = not by_word and (submission.is_doubted or submission.attempts > 0)
    if outcome.kind != "refused" or not again or verification is None or not verification.doubts_refusals:
        return outcome
    return msgspec.structs.replace(outcome, kind="in_doubt")


def _refused_at_last(submission: DueSubmission, outcome: Outcome) -> Outcome:
    """Take a doubtful status for the refusal that it says where Amazon said the same to the call before.

    Asked since, Amazon had nothing: to send it on and on would help nobody, and nobody would hear of it.
    """
    if outcome.kind != "in_doubt" or not 400 <= (outcome.http_status or 0) < 500:
        return outcome
    if submission.policy not in {"verify", "resubmit"} or submission.reason != outcome.reason:
        return outcome
    return msgspec.structs.replace(outcome, kind="refused")


def policy_of(partner: Partner, operation: Operation) -> InDoubtPolicy:
    """Return what is done for a partner where it is not known whether Amazon took a call."""
    return partner.policies.in_doubt.get(operation.name, operation.in_doubt)


def _retry_at(submission: DueSubmission, call: Call, outcome: Outcome, now: datetime) -> datetime:
    if outcome.kind == "unauthorized":
        return now + PAUSE
    if outcome.kind == "in_doubt" and call.verification is not None and call.verification.looks:
        return now + call.verification.looks[0]
    own = backoff(submission.attempts + 1)
    # A Retry-After of nothing is some proxy's; taken at its word, a drain would send without end.
    wait = own if outcome.retry_after is None else outcome.retry_after or own
    return now + timedelta(seconds=wait)
