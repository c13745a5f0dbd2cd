"""Moving submissions and their events by the tables of `bridge.domain.states`, within a write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from bridge.domain.events import Event
from bridge.domain.planning import Sent, isolate
from bridge.domain.states import EVENT_MOVES, move
from bridge.errors import CommandRefused
from bridge.ledger.follow_ups import start_following
from bridge.ledger.packages import confirm, confirm_events
from bridge.ledger.row_conversion import errors_text, seconds, storable
from bridge.ledger.rows import Moved
from bridge.ledger.schema import events, files, is_grouped, submissions

_SUBMISSION = select(submissions).where(submissions.c.id == bindparam("submission"))
_MEMBERS = (
    select(events.c.id, events.c.purchase_order_number)
    .where(events.c.submission_id == bindparam("submission"), is_grouped)
    .order_by(events.c.id)
)
_MARK_UPDATED = (
    update(files)
    .where(
        files.c.id.in_(
            select(events.c.file_id).where(events.c.submission_id == bindparam("submission"), is_grouped)
        )
    )
    .values(updated_at=bindparam("now"))
)
_SUCCEED = (
    update(events)
    .where(events.c.submission_id == bindparam("submission"), is_grouped)
    .values(state="succeeded", reason="", errors="", updated_at=bindparam("now"))
)
_SUCCEED_ONE = (
    update(events)
    .where(events.c.id == bindparam("event"), is_grouped)
    .values(state="succeeded", reason="", errors="", updated_at=bindparam("now"))
)
_FAIL = (
    update(events)
    .where(events.c.id == bindparam("event"), is_grouped)
    .values(state="failed", reason=bindparam("why"), errors=bindparam("what"), updated_at=bindparam("now"))
)
_HOLD_REST = (
    update(events)
    .where(events.c.id == bindparam("event"), is_grouped)
    .values(
        state=EVENT_MOVES["grouped", "hold"],
        reason=bindparam("why"),  # Amazon's errors are about others of the submission
        errors="",
        batch_limit=1,  # once it is let go, its verdict is to be about it alone
        isolated_from=bindparam("source"),
        updated_at=bindparam("now"),
    )
)
_AGAIN = (
    update(events)
    .where(events.c.id == bindparam("event"), is_grouped)
    .values(
        state="ready",
        batch_limit=bindparam("most"),
        isolated_from=bindparam("source"),
        updated_at=bindparam("now"),
    )
)


def load(connection: Connection, submission_id: int) -> RowMapping:
    """Read a submission; raises `CommandRefused` where there is none."""
    row = connection.execute(_SUBMISSION, {"submission": submission_id}).mappings().first()
    if row is None:
        raise CommandRefused(
            f"there is no submission {submission_id}; `edibridge show BATCH` lists those of a batch"
        )
    return row


def mark_updated(connection: Connection, submission_id: int, now: datetime) -> None:
    """Set the update time of the batches of a submission's events; before the events leave it."""
    connection.execute(_MARK_UPDATED, {"submission": submission_id, "now": seconds(now)})


def members(connection: Connection, submission_id: int) -> list[Sent]:
    """List a submission's events that are still its own."""
    return [Sent(*row) for row in connection.execute(_MEMBERS, {"submission": submission_id})]


def put(connection: Connection, row: RowMapping, cause: str, **values: Any) -> str:  # noqa: ANN401 - columns
    """Move a submission by the table, setting columns with it; returns the state, raises `IllegalMove`."""
    state = move(row["state"], cause)
    connection.execute(update(submissions).where(submissions.c.id == row["id"]).values(state=state, **values))
    return state


def succeed(connection: Connection, submission_id: int, state: str, now: datetime) -> Moved:
    """Mark all of a submission's events succeeded; confirm their packages, release what waited for them.

    What Amazon is to be asked about from now on is noted with them.
    """
    done = tuple(event.id for event in members(connection, submission_id))
    released = confirm(connection, submission_id, now)
    connection.execute(_SUCCEED, {"submission": submission_id, "now": seconds(now)})
    start_following(connection, submission_id, done, now)
    return Moved(state=state, succeeded=done, released=released)


def succeed_some(connection: Connection, submission_id: int, event_ids: Sequence[int], now: datetime) -> int:
    """Mark some of a submission's events succeeded; return how many status updates that released."""
    if event_ids:
        connection.execute(_SUCCEED_ONE, [{"event": event_id, "now": seconds(now)} for event_id in event_ids])
        start_following(connection, submission_id, event_ids, now)
    return confirm_events(connection, submission_id, event_ids, now)


def fail(  # noqa: PLR0913 - a verdict, and what the vendor's setting makes of it
    connection: Connection,
    row: RowMapping,
    state: str,
    why: tuple[str, Sequence[Any], frozenset[str]],
    now: datetime,
    *,
    hold: bool = False,
) -> Moved:
    """Isolate a refused or failed submission's events; `why`: the reason, the errors, the named orders.

    With `hold` those that would go again are held.
    """
    reason, errors, named = why
    split = isolate(members(connection, row["id"]), named, hold=hold)
    if split.failed:
        text = errors_text(errors)
        connection.execute(
            _FAIL,
            [{"event": e, "why": reason, "what": text, "now": seconds(now)} for e in split.failed],
        )
    again(connection, split.again, 1, row["id"], now)
    if split.held:
        _hold_rest(connection, row, split.held, now)
    return Moved(state=state, failed=split.failed, again=split.again, held=split.held)


def _hold_rest(connection: Connection, row: RowMapping, held: Sequence[int], now: datetime) -> None:
    text = (
        f"it was one of {row['event_count']} events of submission {row['id']}, which failed as a whole "
        f"(Amazon's transaction {row['amazon_transaction_id']}): whether Amazon processed this one is not "
        'known, and after_failure is "hold"; look at Amazon before it is sent'
    )
    asked = {"why": text, "source": row["id"], "now": seconds(now)}
    connection.execute(_HOLD_REST, [{"event": event_id, **asked} for event_id in held])


def again(
    connection: Connection, event_ids: Sequence[int], limit: int | None, source: int, now: datetime
) -> None:
    """Return batched events to ready, to be batched anew with at most `limit` in a submission."""
    if event_ids:
        at = seconds(now)
        connection.execute(
            _AGAIN, [{"event": e, "most": limit, "source": source, "now": at} for e in event_ids]
        )


def hold(
    connection: Connection, event_ids: Sequence[int], reason: str, errors: Sequence[Any], now: datetime
) -> None:
    """Hold batched events for an operator, with Amazon's errors."""
    state, what = move("grouped", "hold", EVENT_MOVES), errors_text(errors)
    values = {"state": state, "reason": storable(reason), "errors": what, "updated_at": seconds(now)}
    connection.execute(update(events).where(events.c.id.in_(event_ids), is_grouped).values(values))


def ask_anew(
    connection: Connection, event_ids: Sequence[int], now: datetime, instead: Event | None = None
) -> None:
    """Return batched events to ready, to be asked about anew before they are sent.

    `instead` goes in place of the only one.
    """
    values: dict[str, Any] = {
        "state": move("grouped", "asked_anew", EVENT_MOVES),
        "prechecked_at": None,
        "updated_at": seconds(now),
    }
    if instead is not None:
        body = msgspec.json.encode(instead).decode()
        values |= {"body": body, "stated": func.coalesce(events.c.stated, events.c.body)}
    connection.execute(update(events).where(events.c.id.in_(event_ids), is_grouped).values(values))
