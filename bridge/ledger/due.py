"""What is due, and whether work goes on: asked by the daemon between drains."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
)

from bridge.ledger.codec import moment, seconds
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.reports import UNREPORTED
from bridge.ledger.schema import (
    accounts,
    arrivals,
    events,
    files,
    is_collected,
    is_delayed,
    is_in_doubt,
    is_pending,
    is_pollable,
    is_ready,
    is_sendable,
    is_sending,
    is_unmoved,
    is_wanted,
    outbound_files,
    submissions,
    wanted,
)

TRIES = 3
"""After so many a delivery that fails is no longer waited for; it goes on being tried."""

_V: BindParameter[str] = bindparam("v")
_NEXT_SEND = select(func.min(submissions.c.next_attempt_at)).where(submissions.c.vendor == _V, is_sendable)
_NEXT_LOOK = select(func.min(submissions.c.next_attempt_at)).where(submissions.c.vendor == _V, is_in_doubt)
_NEXT_POLL = select(func.min(submissions.c.next_poll_at)).where(submissions.c.vendor == _V, is_pollable)
_NEXT_DELIVERY = select(func.min(outbound_files.c.next_attempt_at)).where(
    outbound_files.c.vendor == _V, is_pending
)
_UNDELIVERABLE = (
    select(func.count().over(), outbound_files.c.folder, outbound_files.c.name, outbound_files.c.last_error)
    .where(outbound_files.c.vendor == _V, is_pending, outbound_files.c.attempts >= bindparam("tries"))
    .order_by(outbound_files.c.id)
    .limit(1)
)
_NEXT_PAPER = select(func.min(wanted.c.next_attempt_at)).where(wanted.c.vendor == _V, is_wanted)
_DOUBTFUL = union_all(
    select(submissions.c.id).where(submissions.c.vendor == _V, is_in_doubt),
    select(submissions.c.id).where(submissions.c.vendor == _V, is_pollable, submissions.c.state == "overdue"),
)
_PAUSED_UNTIL = (
    select(accounts.c.paused_until)
    .select_from(submissions)
    .join(accounts, accounts.c.account == submissions.c.account)
    .where(submissions.c.vendor == _V, is_sendable)
    .order_by(submissions.c.next_attempt_at)
    .limit(1)
)


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*conditions)


_busy = events.alias("busy")
_is_alone = ~exists().where(
    _busy.c.vendor == events.c.vendor,
    _busy.c.sequence_key == events.c.sequence_key,
    one_of(_busy.c.state, "grouped"),
)
# In the index's order: the first one that is alone ends the look, however many wait.
_NEXT_EVENT = (
    select(events.c.not_before)
    .where(events.c.vendor == _V, is_delayed, _is_alone)
    .order_by(events.c.not_before)
    .limit(1)
)
_DELAYED = select(func.count(), func.min(events.c.not_before)).where(
    events.c.vendor == _V, is_delayed, events.c.not_before > bindparam("now")
)
_AT_ONCE = select(
    or_(
        _any(files.c.vendor == _V, is_collected),
        _any(arrivals.c.vendor == _V, is_unmoved),
        # One that stands behind another of its package waits with that one: for a verdict, or a person.
        _any(
            events.c.vendor == _V,
            is_ready,
            or_(events.c.not_before.is_(None), events.c.not_before <= bindparam("now")),
            _is_alone,
        ),
        UNREPORTED.exists(),
    )
)
_UNFINISHED = select(
    or_(
        _any(submissions.c.vendor == _V, is_sendable),
        _any(submissions.c.vendor == _V, is_sending),
        _any(submissions.c.vendor == _V, is_pollable),
        _any(submissions.c.vendor == _V, is_in_doubt, submissions.c.next_attempt_at.is_not(None)),
        # What was tried in vain some times needs a person, or much time.
        _any(outbound_files.c.vendor == _V, is_pending, outbound_files.c.attempts < TRIES),
    )
)
_MOVED = (
    select(files.c.id)
    .where(files.c.vendor == _V, files.c.touched_at >= bindparam("since"))
    .order_by(files.c.id)
)


class DueStore(Store):
    """What a drain asks before it rests."""

    def next_due(self, vendor: str, now: datetime, *, deliveries: bool = True) -> datetime | None:
        """Tell when the vendor's next attempt, look, poll or delivery is due (an account's pause counts).

        Without `deliveries`, as while the vendor's folder rests, those do not count.

        May be past. None where nothing waits for a time; work that needs no time (files to translate,
        events to group, reports) is told by `unfinished`.
        """
        with self._db.read() as connection:
            send = _time(connection, _NEXT_SEND, vendor)
            pause = _time(connection, _PAUSED_UNTIL, vendor) if send is not None else None
            if send is not None and pause is not None and pause > seconds(now):
                send = max(send, pause)
            times = [send]
            others = (
                _NEXT_LOOK,
                _NEXT_POLL,
                _NEXT_PAPER,
                _NEXT_EVENT,
                *([_NEXT_DELIVERY] if deliveries else []),
            )
            times += [_time(connection, one, vendor) for one in others]
        known = [time for time in times if time is not None]
        return moment(min(known)) if known else None

    def unfinished(self, vendor: str, now: datetime) -> bool:
        """Tell whether work goes on that needs no person: files, events, submissions, deliveries, reports.

        Waiting and held events, those that wait for their own time, and submissions that are held in doubt
        do not count.
        """
        with self._db.read() as connection:
            at_once = connection.execute(_AT_ONCE, {"v": vendor, "now": seconds(now)}).scalar()
            return bool(at_once or connection.execute(_UNFINISHED, {"v": vendor}).scalar())

    def delayed(self, vendor: str, now: datetime) -> tuple[int, datetime | None]:
        """Count the events that wait for their own time, and tell when the first of them goes."""
        with self._db.read() as connection:
            count, first = connection.execute(_DELAYED, {"v": vendor, "now": seconds(now)}).one()
        return count, moment(first)

    def undeliverable(self, vendor: str) -> tuple[int, str]:
        """Count the files that were tried some times in vain, and tell the first one's reason."""
        with self._db.read() as connection:
            row = connection.execute(_UNDELIVERABLE, {"v": vendor, "tries": TRIES}).first()
        return (row[0], f"{row.folder}/{row.name}: {row.last_error}") if row is not None else (0, "")

    def in_doubt_or_overdue(self, vendor: str) -> list[int]:
        """List the submissions that a person may have to act on."""
        with self._db.read() as connection:
            return list(connection.execute(_DOUBTFUL, {"v": vendor}).scalars())

    def moved_since(self, vendor: str, since: datetime) -> list[int]:
        """List the batches that were taken in or of which anything moved since then."""
        with self._db.read() as connection:
            return list(connection.execute(_MOVED, {"v": vendor, "since": seconds(since)}).scalars())


def _time(connection: Connection, statement: object, vendor: str) -> float | None:
    found: float | None = connection.execute(statement, {"v": vendor}).scalar()  # type: ignore[call-overload]
    return found
