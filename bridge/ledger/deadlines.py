"""Deadlines: what is due and when, what has waited too long, and what is late at Amazon."""

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
    update,
)

from bridge.domain.events import FAILED_HERE
from bridge.domain.states import EVENT_MOVES, move
from bridge.ledger.batching import is_alone
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.outbound_schema import document_requests, is_pending, is_requested, outbound_files
from bridge.ledger.packages import WAITED_TOO_LONG
from bridge.ledger.read_models import HeldSummary, LateBatch
from bridge.ledger.reports import UNREPORTED
from bridge.ledger.row_conversion import moment, seconds
from bridge.ledger.rows import Fence
from bridge.ledger.schema import (
    accounts,
    arrivals,
    events,
    files,
    follow_ups,
    is_collected,
    is_delayed,
    is_followed,
    is_grouped,
    is_in_doubt,
    is_pollable,
    is_ready,
    is_sendable,
    is_sending,
    is_troubled,
    is_unmoved,
    is_waiting,
    packages,
    submissions,
)

TRIES = 3
"""After so many a delivery that fails is no longer waited for; it goes on being tried."""

_V: BindParameter[str] = bindparam("v")
_NEXT_SEND = select(func.min(submissions.c.next_attempt_at)).where(submissions.c.vendor == _V, is_sendable)
_NEXT_VERIFICATION = select(func.min(submissions.c.next_attempt_at)).where(
    submissions.c.vendor == _V, is_in_doubt
)
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
_NEXT_DOCUMENT = select(func.min(document_requests.c.next_attempt_at)).where(
    document_requests.c.vendor == _V, is_requested
)
_NEXT_LOOK = select(func.min(follow_ups.c.next_look_at)).where(follow_ups.c.vendor == _V, is_followed)
_DOUBTFUL = union_all(
    select(submissions.c.id).where(submissions.c.vendor == _V, is_in_doubt),
    select(submissions.c.id).where(submissions.c.vendor == _V, is_pollable, submissions.c.state == "overdue"),
)
_VERIFYING = (
    select(func.count())
    .select_from(submissions)
    .where(submissions.c.vendor == _V, is_in_doubt, submissions.c.policy == "verify")
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


# In the index's order: the first one that is alone ends the search, however many wait.
_NEXT_EVENT = (
    select(events.c.not_before)
    .where(events.c.vendor == _V, is_delayed, is_alone)
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
        # One that stands behind another of its package waits with that one: for a verdict, or an operator.
        _any(
            events.c.vendor == _V,
            is_ready,
            or_(events.c.not_before.is_(None), events.c.not_before <= bindparam("now")),
            is_alone,
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
        # What failed several times needs an operator, or much time.
        _any(outbound_files.c.vendor == _V, is_pending, outbound_files.c.attempts < TRIES),
    )
)
_MOVED = (
    select(files.c.id)
    .where(files.c.vendor == _V, files.c.updated_at >= bindparam("since"))
    .order_by(files.c.id)
)
_is_held = is_troubled & one_of(events.c.state, "held")  # both: the index is of all that is troubled

_OF_LATE = select(events.c.file_id, func.count(), func.min(events.c.occurred_at)).group_by(events.c.file_id)
# A held cancellation is none that Amazon waits for.
_is_wanted = (events.c.operation == bindparam("operation")) & (events.c.function != "cancel")
_shipped_before = _is_wanted & (events.c.occurred_at <= bindparam("before"))
_UNSUBMITTED = (
    _OF_LATE.where(events.c.vendor == _V, is_ready, _shipped_before),
    _OF_LATE.where(events.c.vendor == _V, _is_held, _shipped_before),
    *(
        _OF_LATE.select_from(submissions)
        .join(events, (events.c.submission_id == submissions.c.id) & is_grouped)
        .where(submissions.c.vendor == _V, unsubmitted, _shipped_before)
        for unsubmitted in (is_sendable, is_in_doubt)
    ),
)
_confirmation = events.alias("confirmation")
# Whose confirmation waits for its own time waits as long after that.
_is_announced = (
    exists()
    .where(packages.c.vendor == events.c.vendor, packages.c.tracking_number == events.c.tracking_number)
    .where(_confirmation.c.id == packages.c.event_id, _confirmation.c.not_before >= bindparam("before"))
    .where(_confirmation.c.state.in_(("ready", "grouped", "succeeded")))
)
_TOO_LONG = (events.c.vendor == _V, is_waiting, events.c.updated_at < bindparam("before"), ~_is_announced)
_WAITED = select(func.count()).where(events.c.vendor == _V, _is_held, events.c.reason == WAITED_TOO_LONG)
_FAILED_HERE = (
    select(events.c.file_id, func.count())
    .where(events.c.vendor == _V, _is_held, events.c.reason.startswith(FAILED_HERE, autoescape=True))
    .group_by(events.c.file_id)
)
_HELD_COUNTS = select(func.count(), func.count(events.c.body)).where(events.c.vendor == _V, _is_held)
_HELD_FIRST = (
    select(events.c.id, events.c.file_id)
    .where(events.c.vendor == _V, _is_held)
    .order_by(events.c.body.is_(None), events.c.id)
    .limit(1)
)
_HELD = select(func.count()).where(events.c.vendor == _V, _is_held)
_HEARD = select(
    exists().where(arrivals.c.vendor == _V, arrivals.c.arrived_at <= bindparam("since")),
    exists().where(arrivals.c.vendor == _V, arrivals.c.arrived_at > bindparam("since")),
)
_OLDEST = {
    "held": select(func.min(events.c.updated_at)).where(events.c.vendor == _V, _is_held),
    "in_doubt": select(func.min(submissions.c.doubted_at)).where(submissions.c.vendor == _V, is_in_doubt),
}


class DeadlineStore(Store):
    """Questions of a drain before it rests and at its end, and of `status`."""

    def next_due(
        self, vendor: str, now: datetime, *, deliveries: bool = True, looks: bool = True
    ) -> datetime | None:
        """Return when the vendor's next attempt, verification, poll or delivery is due, pauses considered.

        Without `deliveries`, as while the vendor's folder rests, those do not count; without `looks` not the
        next look at what is followed, which may go on for weeks.

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
                _NEXT_VERIFICATION,
                _NEXT_POLL,
                _NEXT_DOCUMENT,
                _NEXT_EVENT,
                *([_NEXT_DELIVERY] if deliveries else []),
                *([_NEXT_LOOK] if looks else []),
            )
            times += [_time(connection, one, vendor) for one in others]
        known = [time for time in times if time is not None]
        return moment(min(known)) if known else None

    def unfinished(self, vendor: str, now: datetime) -> bool:
        """Return whether work without an operator goes on: files, events, submissions, deliveries, reports.

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
        """List the submissions that may need manual action."""
        with self._db.read() as connection:
            return list(connection.execute(_DOUBTFUL, {"v": vendor}).scalars())

    def verifying(self, vendor: str) -> int:
        """Count the submissions in doubt about which Amazon is asked: those need no operator."""
        with self._db.read() as connection:
            return connection.execute(_VERIFYING, {"v": vendor}).scalar_one()

    def moved_since(self, vendor: str, since: datetime) -> list[int]:
        """List the batches that were taken in or of which anything moved since then."""
        with self._db.read() as connection:
            return list(connection.execute(_MOVED, {"v": vendor, "since": seconds(since)}).scalars())

    def waits_since(self, vendor: str, before: datetime) -> bool:
        """Return whether any status update has waited since before then."""
        with self._db.read() as connection:
            one = select(events.c.id).where(*_TOO_LONG).limit(1)
            return connection.execute(one, {"v": vendor, "before": seconds(before)}).first() is not None

    def hold_waiting(self, fence: Fence, vendor: str, before: datetime, now: datetime) -> int:
        """Hold the status updates that have waited since before then; return how many."""
        asked = {"v": vendor, "before": seconds(before)}
        state = move("waiting", "too_long", EVENT_MOVES)
        of_files = select(events.c.file_id).where(*_TOO_LONG)
        with self._db.write(fence) as connection:
            touched = update(files).where(files.c.id.in_(of_files)).values(updated_at=bindparam("now"))
            connection.execute(touched, {**asked, "now": seconds(now)})
            held = (
                update(events)
                .where(*_TOO_LONG)
                .values(state=state, reason=WAITED_TOO_LONG, updated_at=bindparam("now"))
            )
            return connection.execute(held, {**asked, "now": seconds(now)}).rowcount

    def waited_too_long(self, vendor: str) -> int:
        """Count the status updates that are held since they waited too long."""
        with self._db.read() as connection:
            return connection.execute(_WAITED, {"v": vendor}).scalar_one()

    def failed_here(self, vendor: str) -> dict[int, int]:
        """Count by batch the documents that are held since the bridge itself failed on them."""
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(_FAILED_HERE, {"v": vendor})}

    def held_summary(self, vendor: str) -> HeldSummary | None:
        """Return what of the held events an operator can let go, with the first of them; None for none."""
        with self._db.read() as connection:
            count, sendable = connection.execute(_HELD_COUNTS, {"v": vendor}).one()
            if not count:
                return None
            first = connection.execute(_HELD_FIRST, {"v": vendor}).one()
        return HeldSummary(count=count, sendable=sendable, event=first.id, batch=first.file_id)

    def held(self, vendor: str) -> int:
        """Count the events that are held."""
        with self._db.read() as connection:
            return connection.execute(_HELD, {"v": vendor}).scalar_one()

    def late_events(self, vendor: str, operation: str, shipped_before: datetime) -> list[LateBatch]:
        """List batches with events of an operation, of what was shipped before then, that Amazon has not.

        Those are ready, held, or in a submission that is ready or in doubt.
        """
        found: dict[int, tuple[int, float]] = {}
        with self._db.read() as connection:
            for query in _UNSUBMITTED:
                for batch, count, first in connection.execute(
                    query, {"v": vendor, "before": seconds(shipped_before), "operation": operation}
                ):
                    others, earliest = found.get(batch, (0, first))
                    found[batch] = (others + count, min(earliest, first))
        return [
            LateBatch(batch=batch, events=count, shipped_at=moment(first))
            for batch, (count, first) in sorted(found.items())
        ]

    def silent(self, vendor: str, since: datetime) -> bool:
        """Return whether a vendor that sent files until then has sent none after."""
        with self._db.read() as connection:
            before, after = connection.execute(_HEARD, {"v": vendor, "since": seconds(since)}).one()
            return bool(before and not after)

    def ages(self, vendor: str) -> dict[str, datetime]:
        """Return since when the oldest held event (`held`) and submission in doubt (`in_doubt`) is so."""
        with self._db.read() as connection:
            found = {
                name: connection.execute(query, {"v": vendor}).scalar() for name, query in _OLDEST.items()
            }
        return {name: moment(since) for name, since in found.items() if since is not None}


def _time(connection: Connection, statement: object, vendor: str) -> float | None:
    found: float | None = connection.execute(statement, {"v": vendor}).scalar()  # type: ignore[call-overload]
    return found
