"""Cancellations, replacements and duplicates, carried out in the transaction that writes their documents.

Who sends commits its intent first: what is not begun by then is dropped here and can never be begun,
what is begun stands, and the cancellation is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, delete, or_, select, update

from bridge.domain.functions import NOTHING, Decision, Known, carry_out, decide
from bridge.domain.states import EVENT_MOVES, move
from bridge.errors import CommandRefused
from bridge.ledger.changes import changed, released
from bridge.ledger.columns import one_of
from bridge.ledger.known_events import known_of
from bridge.ledger.reports import reopen
from bridge.ledger.row_conversion import chunks, errors_text, seconds
from bridge.ledger.schema import (
    events,
    is_overriding,
    is_waiting,
    packages,
    submission_events,
    submissions,
)
from bridge.programs.registry import installed

_DECIDING = frozenset({"cancel", "replace", "resend"})
_KEYLESS = frozenset({"po:", "pkg:"})
_overriding = events.alias("overriding")
_is_about = or_(
    _overriding.c.operation == events.c.operation,
    _overriding.c.operation.in_(bindparam("cancelling", expanding=True)),
)
_is_later = (
    (events.c.vendor == bindparam("v"))
    # By their ids alone: the index of the file's events would be gone through whole for each portion.
    & (events.c.file_id + 0 == bindparam("file"))
    & (events.c.id >= bindparam("first"))
)
ANY_OF_ORDER = (
    select(events.c.id)
    .where(
        events.c.purchase_order_number == bindparam("order"),
        events.c.vendor == bindparam("v"),
        events.c.operation == bindparam("of"),
        events.c.state != "replaced",
        events.c.function != "cancel",
    )
    .limit(1)
)
"""What an answer to an order, or a cancellation, could take back."""
_OVERRIDDEN = (
    select(events.c.id)
    .join(
        _overriding,
        (_overriding.c.vendor == events.c.vendor)
        & (_overriding.c.ordering_key == events.c.ordering_key)
        & _is_about
        & (_overriding.c.id != events.c.id),
    )
    .where(_is_later, one_of(_overriding.c.function, "cancel", "replace"))
    .distinct()
)
_ANY_OVERRIDING = select(events.c.id).where(events.c.vendor == bindparam("v"), is_overriding).limit(1)
_MOVE = (
    update(events)
    .where(events.c.id == bindparam("event"), events.c.state == bindparam("old"))
    .values(
        state=bindparam("new"),
        reason=bindparam("why"),
        later_event=bindparam("later"),
        updated_at=bindparam("now"),
    )
)
_NOTE = (
    update(events)
    .where(events.c.id == bindparam("event"))
    .values(
        state=bindparam("new"),
        reason=bindparam("why"),
        earlier_event=bindparam("earlier"),
        later_event=bindparam("later"),
        updated_at=bindparam("now"),
    )
)
_WITHDRAW = (
    update(submissions)
    .where(submissions.c.id == bindparam("submission"), submissions.c.state == "ready")
    .values(state=move("ready", "withdraw"), reason=bindparam("why"), next_attempt_at=None)
)
_REGROUP = (
    update(events)
    .where(events.c.submission_id == bindparam("submission"), events.c.state == "grouped")
    .values(state=move("grouped", "again", EVENT_MOVES), updated_at=bindparam("now"))
)
_LEFT = (
    select(packages.c.tracking_number)
    .where(packages.c.event_id.in_(bindparam("ids", expanding=True)), packages.c.confirmed_at.is_(None))
    .distinct()
)
_UNANNOUNCE = delete(packages).where(
    packages.c.event_id.in_(bindparam("ids", expanding=True)), packages.c.confirmed_at.is_(None)
)
_STILL_ANNOUNCED = select(packages.c.tracking_number).where(
    packages.c.vendor == bindparam("v"), packages.c.tracking_number == bindparam("tracking")
)
_TELL_WAITING = (
    update(events)
    .where(events.c.vendor == bindparam("v"), is_waiting, events.c.tracking_number == bindparam("tracking"))
    .values(reason=bindparam("why"))
)
_HELD_FOR = (
    select(_overriding.c.id)
    .select_from(submission_events)
    .join(events, events.c.id == submission_events.c.event_id)
    .join(
        _overriding,
        (_overriding.c.vendor == events.c.vendor)
        & (_overriding.c.ordering_key == events.c.ordering_key)
        & _is_about
        & (_overriding.c.id != events.c.id),
    )
    .where(
        submission_events.c.submission_id == bindparam("submission"),
        one_of(_overriding.c.function, "cancel", "replace"),  # the condition of the index
        _overriding.c.function == "cancel",
        _overriding.c.state.in_(("held", "ready")),
        _overriding.c.earlier_event.is_not(None),
    )
    .distinct()
)
_HELD_FOR_EVENT = select(events.c.id).where(
    events.c.vendor == bindparam("v"),
    events.c.ordering_key == bindparam("key"),
    is_overriding,
    events.c.function == "cancel",
    events.c.state.in_(("held", "ready")),
    events.c.earlier_event == bindparam("earlier"),
)


def carry_out_functions(
    connection: Connection, vendor: str, file_id: int, rows: Sequence[dict[str, object]], now: datetime
) -> None:
    """Carry out the functions of the events just written, in the order of their documents."""
    first = rows[0]["id"]
    asked = {"v": vendor, "file": file_id, "first": first, "cancelling": installed().cancelling}
    overridden: set[int] = set()
    once = installed().once
    if connection.execute(_ANY_OVERRIDING, asked).first() is not None:
        overridden = set(connection.execute(_OVERRIDDEN, asked).scalars())
    for row in rows:
        if row["ordering_key"] in _KEYLESS:
            continue
        if row["function"] in _DECIDING or row["id"] in overridden or row["operation"] in once:
            _carry_out_one(connection, vendor, row, now)


def release_cancellation(connection: Connection, row: RowMapping, now: datetime) -> None:
    """Carry out a held cancellation on an operator's word; raises `CommandRefused` where it cannot be."""
    tells_subject = row["operation"] not in installed().awaiting or row["subject"]
    named = row["ordering_key"] not in _KEYLESS and tells_subject
    if not named:
        raise CommandRefused(
            f"event {row['id']} is a cancellation that does not tell what it cancels; find that with "
            f"`edibridge trace`, then end this with `edibridge resolve {row['id']} --event --drop REASON`"
        )
    own, others = known_of(connection, row["vendor"], row)
    decision = carry_out(own, others)
    if decision.state == "held":
        raise CommandRefused(
            f"event {own.id} is a cancellation: {decision.reason}, then end it with "
            f"`edibridge resolve {own.id} --event --drop REASON`"
        )
    _apply(connection, row["vendor"], own, decision, others, now)
    reopen(connection, [own.id], now)


def release_replacement(connection: Connection, row: RowMapping, now: datetime) -> None:
    """Supersede what a replacement that an operator releases replaces and that was not sent yet."""
    own, others = known_of(connection, row["vendor"], row)
    decision = decide(own._replace(state="ready"), others)
    if own.changes:
        decision = released(connection, own, others, decision)
    _apply(connection, row["vendor"], own, decision._replace(state=""), others, now)


def carry_out_held(connection: Connection, submission_id: int, now: datetime) -> None:
    """Carry out the cancellations that wait for events of a submission, which Amazon did not take."""
    asked = {"submission": submission_id, "cancelling": installed().cancelling}
    _carry_out_all(connection, connection.execute(_HELD_FOR, asked).scalars(), now)


def carry_out_for_released(connection: Connection, row: RowMapping, now: datetime) -> None:
    """Carry out the cancellations that wait for an event, which Amazon does not have after all."""
    asked = {"v": row["vendor"], "key": row["ordering_key"], "earlier": row["id"]}
    _carry_out_all(connection, connection.execute(_HELD_FOR_EVENT, asked).scalars(), now)


def _carry_out_all(connection: Connection, event_ids: Iterable[int], now: datetime) -> None:
    for event_id in list(event_ids):
        row = connection.execute(select(events).where(events.c.id == event_id)).mappings().one()
        own, others = known_of(connection, row["vendor"], row)
        decision = carry_out(own, others)
        if decision.state not in {"held", own.state}:
            _apply(connection, row["vendor"], own, decision, others, now)
            reopen(connection, [own.id], now)


def carry_out_let_go(connection: Connection, event_id: int, now: datetime) -> None:
    """Carry out the function of an event that was held and may go by now, as if it had just come."""
    row = connection.execute(select(events).where(events.c.id == event_id)).mappings().one()
    if row["state"] == "ready" and row["ordering_key"] not in _KEYLESS:
        _carry_out_one(connection, row["vendor"], row, now)


def _carry_out_one(
    connection: Connection, vendor: str, row: RowMapping | dict[str, object], now: datetime
) -> None:
    own, others = known_of(connection, vendor, row)
    decision = decide(own, others)
    if own.changes and decision.earlier is not None:
        decision = changed(connection, own, others, decision)
    if decision is not NOTHING:
        _apply(connection, vendor, own, decision, others, now)


def _apply(  # noqa: PLR0913, PLR0917 -- a decision, on whom, and when
    connection: Connection,
    vendor: str,
    own: Known,
    decision: Decision,
    others: Iterable[Known],
    now: datetime,
) -> None:
    dropped = [one for one in others if one.id in set(decision.drop)]
    _drop(connection, own, decision, dropped, now)
    note = {
        "event": own.id,
        "new": decision.state or own.state,
        "why": decision.reason,
        "earlier": decision.earlier,
        "later": decision.later,
        "now": seconds(now),
    }
    if decision.state:
        connection.execute(_NOTE, note)
        if decision.code:
            told = errors_text([{"code": decision.code, "message": decision.reason}])
            connection.execute(update(events).where(events.c.id == own.id).values(errors=told))
    elif decision.earlier is not None:
        connection.execute(update(events).where(events.c.id == own.id).values(earlier_event=decision.earlier))
    gone = [one.id for one in dropped] if decision.cause != "doubt" else []
    if decision.state in {"cancelled", "superseded", "not_sent"}:
        gone.append(own.id)
    _unannounce(connection, vendor, gone, own)


def _drop(
    connection: Connection, own: Known, decision: Decision, dropped: Sequence[Known], now: datetime
) -> None:
    if not dropped:
        return
    ids = [one.id for one in dropped]
    grouped: dict[int, list[Known]] = defaultdict(list)
    for one in dropped:
        if one.state == "grouped" and one.submission is not None:
            grouped[one.submission].append(one)
    for submission, members in grouped.items():
        why = f"{own.name} overrides {', '.join(one.name for one in members)} in it; the others go in another"
        if connection.execute(_WITHDRAW, {"submission": submission, "why": why}).rowcount != 1:
            raise CommandRefused(f"submission {submission} was begun meanwhile; nothing was changed")
    for one in dropped:
        changed = connection.execute(
            _MOVE,
            {
                "event": one.id,
                "old": one.state,
                "new": move(one.state, decision.cause, EVENT_MOVES),
                "why": decision.drop_reason,
                "later": own.id,
                "now": seconds(now),
            },
        )
        if changed.rowcount != 1:
            raise CommandRefused(f"event {one.id} moved on meanwhile; nothing was changed")
    for submission in grouped:
        connection.execute(_REGROUP, {"submission": submission, "now": seconds(now)})
    for some in chunks(ids, 500):
        reopen(connection, some, now)


def _unannounce(connection: Connection, vendor: str, ids: Sequence[int], own: Known) -> None:
    """Forget the packages of confirmations that are not sent; their updates wait for another one."""
    for some in chunks(ids, 500):
        left = list(connection.execute(_LEFT, {"ids": some}).scalars())
        connection.execute(_UNANNOUNCE, {"ids": some})
        for tracking in left:
            asked = {"v": vendor, "tracking": tracking}
            if connection.execute(_STILL_ANNOUNCED, asked).first() is None:
                why = f"the confirmation of its package is not sent ({own.name}); no other one has come yet"
                connection.execute(_TELL_WAITING, {**asked, "why": why})
