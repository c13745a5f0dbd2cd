"""Submit: ready events → POSTs. The intent is committed before a byte is sent, the answer after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog

from bridge.domain.events import Event
from bridge.domain.outcomes import InDoubtPolicy, Outcome
from bridge.domain.planning import FULL_BATCH, backoff, batch_size_for, short_backlog
from bridge.errors import LedgerError, StaleEpoch
from bridge.faultpoints import reached
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.prechecks import stale_before
from bridge.ledger.rows import DueSubmission
from bridge.pipeline.alerts import CREDENTIALS, clear_alert, in_doubt, raise_alert
from bridge.pipeline.concurrency import Stream, Streams
from bridge.pipeline.event_checks import TOO_LATE, void
from bridge.pipeline.partner import Partner
from bridge.pipeline.settle import explained
from bridge.pipeline.shipping_documents import keep_shipping_documents, why_unusable
from bridge.pipeline.verify import verify
from bridge.programs.event_types import Answered, Call, EventType
from bridge.programs.feeds import Feed
from bridge.programs.operations import Operation
from bridge.programs.registry import installed
from bridge.spapi.replies import orders_named

log = structlog.get_logger(__name__)

SUBMISSIONS_AT_ONCE = 100
USUAL_RATE = 10.0
"""Amazon's, in requests/s, that the number of a partner's senders is meant for."""
REFUSED = "Amazon answered that it takes nothing of it"
PAUSE = timedelta(minutes=5)
"""Time for which an account pauses after Amazon refused our credentials; an alert is raised."""


def submit(
    partner: Partner, note: Callable[[int], None] = lambda _sent: None, over: Callable[[], bool] = bool
) -> int:
    """Group ready events and send what is due, until nothing is; return how many POSTs were made.

    Each operation goes by itself, as Amazon counts it, and looks for more before it runs dry. `note` is
    told of POSTs as they are made; nothing is begun once `over` says so.
    """
    if partner.ledger.restored(partner.account):  # what is open may be at Amazon already
        return 0
    streams = [
        Stream(
            operation.name, partial(_more, partner, operation, over), partial(_senders, partner, operation)
        )
        for operation in sending_operations()
    ]
    return Streams(partner, lambda submission: _send(partner, submission, over), streams).run(note)


def sending_operations() -> list[Operation]:
    """List the operations that tell Amazon of events, those that no partner chose too.

    What was planned under one of them before another was chosen still goes.
    """
    programs = installed()
    return [programs.operations[call.operation] for one in programs.event_types for call in one.calls()]


def _senders(partner: Partner, operation: Operation) -> int:
    """Return how many may be under way: Amazon's rate, times the time that each takes."""
    return math.ceil(partner.senders * max(1.0, partner.amazon.rate(operation) / USUAL_RATE))


def _more(partner: Partner, operation: Operation, over: Callable[[], bool]) -> list[DueSubmission]:
    if not _goes_on(partner, over):
        return []
    now = partner.clock()
    due = partner.ledger.due_submissions(partner.vendor, now, SUBMISSIONS_AT_ONCE, operation=operation.name)
    # No sooner than needed: a plan takes the ledger for a while, and what gathers fills its POSTs better.
    if len(due) < SUBMISSIONS_AT_ONCE and _plan(partner, operation, now):
        reached("submit.planned")
        due = partner.ledger.due_submissions(
            partner.vendor, now, SUBMISSIONS_AT_ONCE, operation=operation.name
        )
    return due


def _plan(partner: Partner, operation: Operation, now: datetime) -> int:
    kind = installed().of_operation(operation.name)
    if installed().chosen(kind, partner.policies.calls) is not operation:
        return 0
    size = _batch_size(partner, operation, now)
    if not size:
        return 0
    return partner.ledger.plan(
        partner.fence,
        partner.vendor,
        kind.operation,
        size,
        now,
        labels=partner.policies.labels,
        submit_as=operation.name,
        prechecked_since=_prechecked_since(partner, kind, now),
    )


def _prechecked_since(partner: Partner, kind: EventType, now: datetime) -> float | None:
    """Return since when Amazon must have been asked about events of a type; None: it need not have been."""
    if kind.precheck is None or not kind.precheck.wanted(partner.profile):
        return None
    return stale_before(now, kind.precheck.good_for)


def _batch_size(partner: Partner, operation: Operation, now: datetime) -> int:
    if not operation.body_key:
        return 1
    setting = partner.policies.batch_size
    if setting != "auto":
        return setting
    rate = partner.amazon.rate(operation)
    posts = short_backlog(rate)
    queued = partner.ledger.queued(partner.vendor, operation.name, posts)
    vendors, most = {partner.vendor, *partner.sharing}, posts * FULL_BATCH
    waiting = partner.ledger.waiting(vendors, installed().of_operation(operation.name).operation, now, most)
    return batch_size_for(setting, rate, waiting, queued)


def resolve_in_doubt(partner: Partner) -> int:
    """Put what a crash left in doubt under the policy of its operation; return how much is no more."""
    settled = 0
    for submission in partner.ledger.due_for_verification(
        partner.vendor, partner.clock(), SUBMISSIONS_AT_ONCE
    ):
        policy = _policy(partner, installed().operations[submission.operation])
        if policy == "verify":
            verify(partner, submission)
            continue
        reached("submit.doubted")
        state = partner.ledger.apply_policy(partner.fence, submission.id, policy, partner.clock(), None)
        reached("submit.policy_committed")
        if state == "in_doubt":
            in_doubt(partner, submission)
        else:
            settled += 1
    return settled


def _send(partner: Partner, submission: DueSubmission, over: Callable[[], bool]) -> int:
    operation = installed().operations[submission.operation]
    call = installed().call(operation.name)
    events = [installed().decode(operation.name, body) for body in submission.bodies]
    if _withdrawn(partner, submission, events):
        return 0
    version = operation.version_of(partner.amazon.version)
    body = operation.body_of([call.body(event, version) for event in events])
    path = operation.path_of(version, **call.path_names(events[0]))
    if not _may_send(partner, over):
        return 0
    # The permit before the intent: a crash then leaves in doubt what was under way, not what waited for it.
    permit = partner.amazon.acquire_permit(operation, lambda: not _goes_on(partner, over))
    if not _may_send(partner, over):
        return 0
    reached("submit.begun")
    attempt = partner.ledger.start_sending(partner.fence, submission.id, partner.clock(), api_version=version)
    if not attempt:
        # A label or a cancellation came since: what is due is read anew.
        partner.ledger.renew_confirmations(
            partner.fence, submission.id, partner.policies.labels, partner.clock()
        )
        reached("submit.label_compared")
        return 0
    reached("submit.intent_committed")
    outcome = partner.amazon.submit(operation, body, path=path, permit=permit)
    if outcome.kind == "submitted" and call.verdict is not None:
        known_by = call.verdict.reference(events[0])
        outcome = msgspec.structs.replace(outcome, amazon_transaction_id=known_by)
    reached("submit.posted")
    _record(partner, submission, attempt, outcome)
    return 1


def _withdrawn(partner: Partner, submission: DueSubmission, events: Sequence[Event]) -> bool:
    """Return whether a submission is not to go any more, and is withdrawn with what becomes of its events."""
    told, now = installed().of_operation(submission.operation), partner.clock()
    if late := next(filter(None, (void(one, now, partner.profile) for one in events)), ""):
        partner.ledger.refuse_void(partner.fence, submission.id, TOO_LATE, late, now)
        return True
    if why := next(filter(None, (told.not_sendable(one, partner.profile) for one in events)), ""):
        partner.ledger.hold_unsendable(partner.fence, submission.id, why, now)
        return True
    return _asked_anew(partner, submission, told)


def _asked_anew(partner: Partner, submission: DueSubmission, kind: EventType) -> bool:
    """Return whether what Amazon said of a submission counts no more; then it is asked about anew.

    One that is sent again after a doubt goes as it was: another one would be a second one.
    """
    precheck = kind.precheck
    if precheck is None or precheck.good_for is None or submission.doubted_at is not None:
        return False
    return partner.ledger.ask_anew(partner.fence, submission.id, precheck.good_for, partner.clock())


def _goes_on(partner: Partner, over: Callable[[], bool]) -> bool:
    return not (partner.stopping() or over())


def _may_send(partner: Partner, over: Callable[[], bool]) -> bool:
    return _goes_on(partner, over) and not partner.ledger.pause(partner.account, partner.clock())


def _record(partner: Partner, submission: DueSubmission, attempt: int, outcome: Outcome) -> None:
    now = partner.clock()
    call = installed().call(submission.operation)
    outcome = _refused_at_last(submission, _doubted_refusal(submission, call, outcome))
    outcome = explained(partner, submission, call, outcome)
    outcome = _with_answer(partner, submission, call, outcome)
    answered = _answered(partner, submission, call, outcome)
    if answered.errors:
        outcome = msgspec.structs.replace(outcome, kind="refused", errors=answered.errors, reason=REFUSED)
    told = installed().of_operation(submission.operation)
    wanted = [kind for kind in told.makes_available if kind in partner.fetch_plan.kinds]
    feed = None if outcome.answer is None else installed().feeds.get(call.answer_feed)
    handling = OutcomeHandling(
        retry_at=_retry_at(submission, call, outcome, now),
        named_orders=frozenset(orders_named(outcome.errors, submission.purchase_order_numbers)),
        policy=_policy(partner, installed().operations[submission.operation]),
        wants=tuple(wanted),
        notes=answered.notes,
        files=answered.files,
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
    held = moved.state == "in_doubt" and handling.policy == "hold"
    _tell(partner, submission, outcome, held=held)
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


def _tell(partner: Partner, submission: DueSubmission, outcome: Outcome, *, held: bool) -> None:
    """Raise or take back the alerts that an answer gives reason for."""
    if outcome.kind == "unauthorized":
        message = f"Amazon refuses the credentials of account {partner.account}: {outcome.reason}"
        raise_alert(partner, CREDENTIALS, partner.account, message)
    elif outcome.kind in {"submitted", "succeeded"}:
        clear_alert(partner, CREDENTIALS, partner.account)
    if held:
        in_doubt(partner, submission)


def _doubted_refusal(submission: DueSubmission, call: Call, outcome: Outcome) -> Outcome:
    """Take a refusal for a doubt where it may be of what an earlier attempt left at Amazon.

    It counts after an operator's word that Amazon has none of it: that leaves the reason of the doubt, and no
    policy.
    """
    verification = call.verification
    doubted = submission.doubted_at is not None
    by_word = doubted and not submission.policy and bool(submission.reason)
    again = not by_word and (doubted or submission.attempts > 0)
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


def _policy(partner: Partner, operation: Operation) -> InDoubtPolicy:
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
