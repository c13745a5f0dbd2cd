"""Submit: ready events → POSTs. The intent is committed before a byte is sent, the answer after it."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog

from bridge.domain.events import Event
from bridge.domain.planning import FULL_BATCH, backoff, batch_size_for, short_backlog
from bridge.errors import LedgerError, StaleEpoch
from bridge.faultpoints import reached
from bridge.ledger.rows import Answer, DueSubmission, Policy
from bridge.pipeline.abreast import Stream, Streams
from bridge.pipeline.alerts import CREDENTIALS, clear_alert, in_doubt, raise_alert
from bridge.pipeline.fetch import look_for_labels
from bridge.pipeline.lane import Lane
from bridge.spapi.operations import OPERATIONS, Operation, Outcome, item_of, orders_named, request_body

log = structlog.get_logger(__name__)

SUBMISSIONS_AT_ONCE = 100
USUAL_RATE = 10.0
"""Amazon's, in requests/s, that the number of a lane's senders is meant for."""
PAUSE = timedelta(minutes=5)
"""How long an account rests after Amazon refused our credentials; a person is told meanwhile."""

_decode = msgspec.json.Decoder(Event).decode


def submit(
    lane: Lane, note: Callable[[int], None] = lambda _sent: None, over: Callable[[], bool] = bool
) -> int:
    """Group ready events and send what is due, until nothing is; give how many POSTs were made.

    Each operation goes by itself, as Amazon counts it, and looks for more before it runs dry. `note` is
    told of POSTs as they are made; nothing is begun once `over` says so.
    """
    if lane.ledger.restored(lane.account):  # what is open may be at Amazon already
        return 0
    streams = [
        Stream(operation.name, partial(_more, lane, operation, over), partial(_senders, lane, operation))
        for operation in OPERATIONS.values()
        if operation.event is not None
    ]
    return Streams(lane, lambda submission: _send(lane, submission, over), streams).run(note)


def _senders(lane: Lane, operation: Operation) -> int:
    """Give more where Amazon's rate is higher: what is under way is the rate times the time that it takes."""
    return math.ceil(lane.senders * max(1.0, lane.amazon.rate(operation) / USUAL_RATE))


def _more(lane: Lane, operation: Operation, over: Callable[[], bool]) -> list[DueSubmission]:
    if not _goes_on(lane, over):
        return []
    now = lane.clock()
    due = lane.ledger.due_submissions(lane.vendor, now, SUBMISSIONS_AT_ONCE, operation=operation.name)
    # No sooner than needed: a plan takes the ledger for a while, and what gathers fills its POSTs better.
    if len(due) < SUBMISSIONS_AT_ONCE and _plan(lane, operation, now):
        reached("submit.planned")
        due = lane.ledger.due_submissions(lane.vendor, now, SUBMISSIONS_AT_ONCE, operation=operation.name)
    return due


def _plan(lane: Lane, operation: Operation, now: datetime) -> int:
    size = _batch_size(lane, operation, now)
    if not size:
        return 0
    return lane.ledger.plan(
        lane.fence,
        lane.vendor,
        operation.name,
        size,
        now,
        labels=lane.policies.labels,
    )


def _batch_size(lane: Lane, operation: Operation, now: datetime) -> int:
    setting = lane.policies.batch_size
    if setting != "auto":
        return setting
    rate = lane.amazon.rate(operation)
    posts = short_backlog(rate)
    queued = lane.ledger.queued(lane.vendor, operation.name, posts)
    vendors, most = {lane.vendor, *lane.sharing}, posts * FULL_BATCH
    waiting = lane.ledger.waiting(vendors, operation.name, now, most)
    return batch_size_for(setting, rate, waiting, queued)


def settle_doubts(lane: Lane) -> None:
    """Put what a crash left in doubt under the policy of its operation."""
    for submission in lane.ledger.to_look(lane.vendor, lane.clock(), SUBMISSIONS_AT_ONCE):
        policy = _policy(lane, OPERATIONS[submission.operation])
        if policy == "look":
            look_for_labels(lane, submission)
            continue
        reached("submit.doubted")
        state = lane.ledger.apply_policy(lane.fence, submission.id, policy, lane.clock(), None)
        reached("submit.policy_committed")
        if state == "in_doubt":
            in_doubt(lane, submission)


def _send(lane: Lane, submission: DueSubmission, over: Callable[[], bool]) -> int:
    operation = OPERATIONS[submission.operation]
    body = request_body(operation, [item_of(_decode(body)) for body in submission.bodies])
    if not _may_send(lane, over):
        return 0
    # The turn before the intent: a crash then leaves in doubt what was under way, not what waited for it.
    turn = lane.amazon.turn(operation, lambda: not _goes_on(lane, over))
    if not _may_send(lane, over):
        return 0
    reached("submit.begun")
    attempt = lane.ledger.start_sending(lane.fence, submission.id, lane.clock())
    if not attempt:
        # A label or a cancellation came since: what is due is read anew.
        lane.ledger.renew_confirmations(lane.fence, submission.id, lane.policies.labels, lane.clock())
        reached("submit.label_compared")
        return 0
    reached("submit.intent_committed")
    outcome = lane.amazon.submit(operation, body, turn=turn)
    reached("submit.posted")
    _record(lane, submission, attempt, outcome)
    return 1


def _goes_on(lane: Lane, over: Callable[[], bool]) -> bool:
    return not (lane.stopping() or over())


def _may_send(lane: Lane, over: Callable[[], bool]) -> bool:
    return _goes_on(lane, over) and not lane.ledger.pause(lane.account, lane.clock())


def _record(lane: Lane, submission: DueSubmission, attempt: int, outcome: Outcome) -> None:
    now = lane.clock()
    answer = Answer(
        kind=outcome.kind,
        http_status=outcome.http_status,
        request_id=outcome.request_id,
        amazon_transaction_id=outcome.amazon_transaction_id,
        errors=outcome.errors,
        reason=outcome.reason,
        retry_at=_retry_at(submission, outcome, now),
        named_orders=frozenset(orders_named(outcome.errors, submission.purchase_order_numbers)),
        policy=_policy(lane, OPERATIONS[submission.operation]),
    )
    try:
        moved = lane.ledger.record_outcome(lane.fence, attempt, answer, now)
    except StaleEpoch:
        # A newer owner has put this submission in doubt; our answer may still settle that.
        lane.ledger.record_late(attempt, answer, now)
        raise
    except LedgerError:
        # In doubt from the next drain on; this line is then the only place that knows what Amazon said.
        log.error(  # noqa: TRY400 - the ledger's own words follow with the error itself
            "answer_not_kept",
            vendor=lane.vendor,
            submission=submission.id,
            outcome=outcome.kind,
            amazon_transaction_id=outcome.amazon_transaction_id,
            request_id=outcome.request_id,
        )
        raise
    reached("submit.answer_committed")
    held = moved.state == "in_doubt" and answer.policy == "hold"
    _tell(lane, submission, outcome, held=held)
    log.info(
        "submission",
        vendor=lane.vendor,
        submission=submission.id,
        outcome=outcome.kind,
        state=moved.state,
        request_id=outcome.request_id,
    )


def _tell(lane: Lane, submission: DueSubmission, outcome: Outcome, *, held: bool) -> None:
    """Raise or take back the alerts that an answer gives reason for."""
    if outcome.kind == "unauthorized":
        message = f"Amazon refuses the credentials of account {lane.account}: {outcome.reason}"
        raise_alert(lane, CREDENTIALS, lane.account, message)
    elif outcome.kind == "submitted":
        clear_alert(lane, CREDENTIALS, lane.account)
    if held:
        in_doubt(lane, submission)


def _policy(lane: Lane, operation: Operation) -> Policy:
    return lane.policies.in_doubt.get(operation.name, operation.in_doubt)


def _retry_at(submission: DueSubmission, outcome: Outcome, now: datetime) -> datetime:
    if outcome.kind == "unauthorized":
        return now + PAUSE
    own = backoff(submission.attempts + 1)
    # A Retry-After of nothing is some proxy's; taken at its word, a drain would send without end.
    wait = own if outcome.retry_after is None else outcome.retry_after or own
    return now + timedelta(seconds=wait)
