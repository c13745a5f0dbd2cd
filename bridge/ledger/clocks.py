"""Clocks: what has waited too long, is late at Amazon, or has not been heard of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, exists, func, select, update

from bridge.domain.facts import FAILED_HERE
from bridge.domain.states import EVENT_MOVES, move
from bridge.ledger.codec import moment, seconds
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.looks import HeldLook, LateBatch
from bridge.ledger.packages import WAITED_TOO_LONG
from bridge.ledger.rows import Fence
from bridge.ledger.schema import (
    arrivals,
    events,
    files,
    is_grouped,
    is_in_doubt,
    is_ready,
    is_sendable,
    is_troubled,
    is_waiting,
    packages,
    submissions,
)

_CONFIRM = "submitShipmentConfirmations"
_V: BindParameter[str] = bindparam("v")
_is_held = is_troubled & one_of(events.c.state, "held")  # both: the index is of all that is troubled

_OF_LATE = select(events.c.file_id, func.count(), func.min(events.c.occurred_at)).group_by(events.c.file_id)
# A held cancellation is none that Amazon waits for.
_is_wanted = (events.c.operation == _CONFIRM) & (events.c.function != "cancel")
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


class ClockStore(Store):
    """What is asked of a drain's end, and of `status`."""

    def waits_since(self, vendor: str, before: datetime) -> bool:
        """Tell whether any status update has waited since before then."""
        with self._db.read() as connection:
            one = select(events.c.id).where(*_TOO_LONG).limit(1)
            return connection.execute(one, {"v": vendor, "before": seconds(before)}).first() is not None

    def hold_waiting(self, fence: Fence, vendor: str, before: datetime, now: datetime) -> int:
        """Hold the status updates that have waited since before then; give how many."""
        asked = {"v": vendor, "before": seconds(before)}
        state = move("waiting", "too_long", EVENT_MOVES)
        of_files = select(events.c.file_id).where(*_TOO_LONG)
        with self._db.write(fence) as connection:
            touched = update(files).where(files.c.id.in_(of_files)).values(touched_at=bindparam("now"))
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

    def held_look(self, vendor: str) -> HeldLook | None:
        """Tell what of the held events an operator can let go, with the first of them; None for none."""
        with self._db.read() as connection:
            count, sendable = connection.execute(_HELD_COUNTS, {"v": vendor}).one()
            if not count:
                return None
            first = connection.execute(_HELD_FIRST, {"v": vendor}).one()
        return HeldLook(count=count, sendable=sendable, event=first.id, batch=first.file_id)

    def held(self, vendor: str) -> int:
        """Count the events that wait for a person."""
        with self._db.read() as connection:
            return connection.execute(_HELD, {"v": vendor}).scalar_one()

    def late_confirmations(self, vendor: str, shipped_before: datetime) -> list[LateBatch]:
        """List batches with confirmations of what was shipped before then that Amazon does not have.

        Those are ready, held, or in a submission that is ready or in doubt.
        """
        found: dict[int, tuple[int, float]] = {}
        with self._db.read() as connection:
            for query in _UNSUBMITTED:
                for batch, count, first in connection.execute(
                    query, {"v": vendor, "before": seconds(shipped_before)}
                ):
                    others, earliest = found.get(batch, (0, first))
                    found[batch] = (others + count, min(earliest, first))
        return [
            LateBatch(batch=batch, confirmations=count, shipped_at=moment(first))
            for batch, (count, first) in sorted(found.items())
        ]

    def silent(self, vendor: str, since: datetime) -> bool:
        """Tell whether a vendor that sent files until then has sent none after."""
        with self._db.read() as connection:
            before, after = connection.execute(_HEARD, {"v": vendor, "since": seconds(since)}).one()
            return bool(before and not after)

    def ages(self, vendor: str) -> dict[str, datetime]:
        """Tell since when the oldest held event (`held`) and submission in doubt (`in_doubt`) is so."""
        with self._db.read() as connection:
            found = {
                name: connection.execute(query, {"v": vendor}).scalar() for name, query in _OLDEST.items()
            }
        return {name: moment(since) for name, since in found.items() if since is not None}
