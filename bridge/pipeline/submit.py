"""Submit: ready events → POSTs. The intent is committed before a byte is sent, the answer after it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
import structlog

from bridge.domain.events import Event
from bridge.domain.planning import FULL_BATCH, batch_size_for, short_backlog
from bridge.faultpoints import reached
from bridge.ledger.prechecks import stale_before
from bridge.ledger.rows import DueSubmission
from bridge.ledger.spending import OverCap, Reservation
from bridge.pipeline.alerts import in_doubt
from bridge.pipeline.concurrency import Stream, Streams
from bridge.pipeline.event_checks import TOO_LATE, void
from bridge.pipeline.outcomes import policy_of, record
from bridge.pipeline.partner import Partner
from bridge.pipeline.verify import verify
from bridge.programs.event_types import Call, EventType
from bridge.programs.operations import Operation
from bridge.programs.registry import installed

log = structlog.get_logger(__name__)

SUBMISSIONS_AT_ONCE = 100
USUAL_RATE = 10.0
"""Amazon's, in requests/s, that the number of a partner's senders is meant for."""


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
        policy = policy_of(partner, installed().operations[submission.operation])
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
    events = _completed(partner, submission)
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
    attempt = _begun(partner, submission, version, events)
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
    record(partner, submission, attempt, outcome)
    return 1


def _completed(partner: Partner, submission: DueSubmission) -> list[Event]:
    """Return a submission's events, with what a cancellation needs of the event that it cancels."""
    read = [installed().decode(submission.operation, body) for body in submission.bodies]
    refer = installed().referring(submission.operation)
    if refer is None:
        return read
    found = []
    for number, event in zip(submission.event_ids, read, strict=True):
        completed = refer(event, partner.ledger.reference_of_cancelled(number))
        if completed != event:
            partner.ledger.complete_event(partner.fence, number, completed, partner.clock())
        found.append(completed)
    return found


def _withdrawn(partner: Partner, submission: DueSubmission, events: Sequence[Event]) -> bool:
    """Return whether a submission is not to go any more, and is withdrawn with what becomes of its events."""
    told, now = installed().of_operation(submission.operation), partner.clock()
    if late := next(filter(None, (void(one, now, partner.profile) for one in events)), ""):
        partner.ledger.refuse_void(partner.fence, submission.id, TOO_LATE, late, now)
        return True
    if why := next(filter(None, (told.not_sendable(one, partner.profile) for one in events)), ""):
        _hold(partner, submission, why)
        return True
    return _asked_anew(partner, submission, told)


def _asked_anew(partner: Partner, submission: DueSubmission, kind: EventType) -> bool:
    """Return whether what Amazon said of a submission counts no more; then it is asked about anew.

    One that is sent again after a doubt goes as it was: another one would be a second one. An operator's word
    that Amazon has none of it ends that.
    """
    precheck = kind.precheck
    if precheck is None or precheck.good_for is None or submission.is_doubted:
        return False
    return partner.ledger.ask_anew(partner.fence, submission.id, precheck.good_for, partner.clock())


def _begun(partner: Partner, submission: DueSubmission, version: str, events: Sequence[Event]) -> int:
    """Commit the intent, with what the call may cost; return the attempt, 0 where it is not to be made."""
    try:
        reservation = _reservation(partner, installed().call(submission.operation), events[0])
        return partner.ledger.start_sending(
            partner.fence, submission.id, partner.clock(), api_version=version, reservation=reservation
        )
    except OverCap as over:
        why = str(over)
    log.warning("over_cap", vendor=partner.vendor, submission=submission.id, reason=why)
    _hold(partner, submission, why)
    return 0


def _hold(partner: Partner, submission: DueSubmission, why: str) -> None:
    """Hold what is not to go; what was to settle its own doubt by going again stays in doubt."""
    verification = installed().call(submission.operation).verification
    repeated = verification is not None and verification.repeated is not None
    if repeated and submission.is_doubted:
        partner.ledger.keep_in_doubt(partner.fence, submission.id, why, partner.clock())
        in_doubt(partner, submission, why)
        return
    partner.ledger.hold_unsendable(partner.fence, submission.id, why, partner.clock())


def _reservation(partner: Partner, call: Call, event: Event) -> Reservation | None:
    """Return what is to be reserved for a call; None for one that costs nothing. Raises `OverCap`."""
    if call.spending is None:
        return None
    cap = call.spending.cap(partner.profile)
    if cap is None:
        raise OverCap("nothing may be spent: the partner's settings allow it no money")
    day = partner.clock().astimezone(ZoneInfo(partner.profile.timezone)).date()
    carrier, service = call.spending.bought(event)
    return Reservation(
        vendor=partner.vendor,
        day=day,
        amount=call.spending.price(event),
        cap=cap,
        carrier=carrier,
        service=service,
    )


def _goes_on(partner: Partner, over: Callable[[], bool]) -> bool:
    return not (partner.stopping() or over())


def _may_send(partner: Partner, over: Callable[[], bool]) -> bool:
    return _goes_on(partner, over) and not partner.ledger.pause(partner.account, partner.clock())
