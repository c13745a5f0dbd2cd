"""What each kind of outcome does to a submission and its events, within a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from bridge.domain.outcomes import Outcome, OutcomeKind
from bridge.domain.planning import BACKOFF_MOST, backoff, halve, in_doubt_move, next_poll
from bridge.ledger import transitions
from bridge.ledger.follow_ups import follow_answered
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.news import queue_news
from bridge.ledger.row_conversion import errors_list, errors_text, seconds, storable
from bridge.ledger.rows import Moved
from bridge.ledger.schema import accounts, events, is_grouped, submissions
from bridge.ledger.shipping_documents import request_documents

_OF_SUBMISSION = select(events.c.id, events.c.file_id, events.c.notes).where(
    events.c.submission_id == bindparam("submission"), is_grouped
)
VERIFY_AFTER = 60.0  # seconds until a submission in doubt is verified, where the caller names no time


def submitted(
    connection: Connection, row: RowMapping, outcome: Outcome, now: datetime, cause: str = "submitted"
) -> Moved:
    """Note that Amazon took it, and ask for the verdict soon."""
    at = seconds(now)
    state = transitions.put(
        connection,
        row,
        cause,
        submitted_at=at,
        next_attempt_at=None,
        next_poll_at=at + next_poll(0, 0.0),
        polls=0,
        amazon_transaction_id=outcome.amazon_transaction_id,
        request_id=outcome.request_id,
        reason="",
        errors="",
    )
    return Moved(state=state)


def _submitted(
    connection: Connection, row: RowMapping, outcome: Outcome, _handling: OutcomeHandling, now: datetime
) -> Moved:
    return submitted(connection, row, outcome, now)


def succeeded_at_once(  # noqa: PLR0913 - a handler, and by name what caused it
    connection: Connection,
    row: RowMapping,
    outcome: Outcome,
    handling: OutcomeHandling,
    now: datetime,
    *,
    cause: str = "succeeded",
) -> Moved:
    """Note that Amazon's answer was the verdict itself."""
    at = seconds(now)
    state = transitions.put(
        connection,
        row,
        cause,
        submitted_at=at,
        verdict_at=at,
        next_attempt_at=None,
        amazon_transaction_id=handling.reference,
        request_id=outcome.request_id,
        reason="",
        errors="",
    )
    _tell(connection, row, handling, now)
    return succeed(connection, row, state, handling.wants, now)


def _tell(connection: Connection, row: RowMapping, handling: OutcomeHandling, now: datetime) -> None:
    """Keep what a result says besides with its events, and queue its files with their batch."""
    if not (handling.notes or handling.files or handling.starts or handling.tracking_number):
        return
    number = {"tracking_number": storable(handling.tracking_number)} if handling.tracking_number else {}
    for event_id, batch, notes in connection.execute(_OF_SUBMISSION, {"submission": row["id"]}).all():
        told = errors_text([*errors_list(notes), *handling.notes])
        kept = {"notes": storable(told), **number}
        connection.execute(update(events).where(events.c.id == event_id).values(kept))
        for file in handling.files:
            queue_news(connection, row["vendor"], batch, file, now)
        follow_answered(connection, row["id"], event_id, handling.starts, now)


def succeed(
    connection: Connection, row: RowMapping, state: str, wants: Iterable[str], now: datetime
) -> Moved:
    """Mark a submission's events succeeded, and ask for the documents that this lets Amazon make."""
    orders = [event.purchase_order_number for event in transitions.members(connection, row["id"])]
    for kind in wants:
        request_documents(connection, row["vendor"], kind, orders, seconds(now))
    return transitions.succeed(connection, row["id"], state, now)


def _not_taken(
    connection: Connection, row: RowMapping, outcome: Outcome, handling: OutcomeHandling, now: datetime
) -> Moved:
    at = seconds(handling.retry_at) if handling.retry_at else seconds(now) + backoff(row["attempts"])
    return Moved(state=_ready(connection, row, "not_taken", outcome, at))


def _unauthorized(
    connection: Connection, row: RowMapping, outcome: Outcome, handling: OutcomeHandling, now: datetime
) -> Moved:
    until = handling.retry_at or now + timedelta(seconds=BACKOFF_MOST)
    connection.execute(
        update(accounts)
        .where(accounts.c.account == row["account"])
        .values(paused_until=seconds(until), paused_reason=outcome.reason)
    )
    # Due at once when the pause ends, or is ended by an operator.
    return Moved(state=_ready(connection, row, "unauthorized", outcome, seconds(now)))


def _ready(connection: Connection, row: RowMapping, cause: str, outcome: Outcome, at: float) -> str:
    return transitions.put(
        connection,
        row,
        cause,
        next_attempt_at=at,
        reason=outcome.reason,
        request_id=outcome.request_id,
        errors=errors_text(outcome.errors),
    )


def _too_large(
    connection: Connection, row: RowMapping, outcome: Outcome, handling: OutcomeHandling, now: datetime
) -> Moved:
    ids = tuple(event.id for event in transitions.members(connection, row["id"]))
    limit = halve(len(ids))
    if limit is None:
        return _refused(connection, row, outcome, handling, now)
    state = transitions.put(
        connection, row, "too_large", reason=outcome.reason, request_id=outcome.request_id
    )
    transitions.again(connection, ids, limit, row["id"], now)
    return Moved(state=state, again=ids)


def _refused(
    connection: Connection, row: RowMapping, outcome: Outcome, handling: OutcomeHandling, now: datetime
) -> Moved:
    state = transitions.put(
        connection,
        row,
        "refused",
        verdict_at=seconds(now),
        request_id=outcome.request_id,
        reason=outcome.reason,
        errors=errors_text(outcome.errors),
    )
    return transitions.fail(
        connection, row, state, (outcome.reason, outcome.errors, handling.named_orders), now
    )


def _held(
    connection: Connection, row: RowMapping, outcome: Outcome, _handling: OutcomeHandling, now: datetime
) -> Moved:
    state, ids = _refused_whole(connection, row, outcome, now)
    transitions.hold(connection, ids, outcome.reason, outcome.errors, now)
    return Moved(state=state, held=ids)


def _asked_anew(
    connection: Connection, row: RowMapping, outcome: Outcome, handling: OutcomeHandling, now: datetime
) -> Moved:
    state, ids = _refused_whole(connection, row, outcome, now)
    transitions.ask_anew(connection, ids, now, handling.event)
    return Moved(state=state, again=ids)


def _refused_whole(
    connection: Connection, row: RowMapping, outcome: Outcome, now: datetime
) -> tuple[str, tuple[int, ...]]:
    """Note that Amazon refused a submission; return its state and its events."""
    ids = tuple(event.id for event in transitions.members(connection, row["id"]))
    state = transitions.put(
        connection,
        row,
        "refused",
        verdict_at=seconds(now),
        request_id=outcome.request_id,
        reason=outcome.reason,
        errors=errors_text(outcome.errors),
    )
    return state, ids


def _in_doubt(
    connection: Connection, row: RowMapping, outcome: Outcome, handling: OutcomeHandling, now: datetime
) -> Moved:
    transitions.put(
        connection,
        row,
        "in_doubt",
        doubted_at=seconds(now),
        polls=0,
        reason=outcome.reason,
        request_id=outcome.request_id,
        errors=errors_text(outcome.errors),
    )
    row = transitions.load(connection, row["id"])
    return Moved(state=settle_doubt(connection, row, handling.policy, now, handling.retry_at))


def settle_doubt(
    connection: Connection, row: RowMapping, policy: str, now: datetime, at: datetime | None
) -> str:
    """Put a submission in doubt under a policy; return its state."""
    cause = in_doubt_move(policy)
    if cause is not None:
        when = seconds(at) if at else seconds(now) + backoff(row["attempts"])
        return transitions.put(connection, row, cause, policy=policy, next_attempt_at=when)
    verify_at = None
    if policy == "verify":
        verify_at = seconds(at) if at else seconds(now) + VERIFY_AFTER
    connection.execute(
        update(submissions)
        .where(submissions.c.id == row["id"])
        .values(policy=policy, next_attempt_at=verify_at)
    )
    return "in_doubt"


Handler = Callable[[Connection, RowMapping, Outcome, OutcomeHandling, datetime], Moved]
RESPONSE_HANDLERS: dict[OutcomeKind, Handler] = {
    "submitted": _submitted,
    "succeeded": succeeded_at_once,
    "not_taken": _not_taken,
    "unauthorized": _unauthorized,
    "too_large": _too_large,
    "refused": _refused,
    "held": _held,
    "asked_anew": _asked_anew,
    "in_doubt": _in_doubt,
}
