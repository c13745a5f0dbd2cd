"""What a clock that was wrong has left in the ledger, and the time that Amazon confirmed last."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Column, ColumnElement, Table, bindparam, func, select, update

from bridge.ledger.database import Store
from bridge.ledger.outbound_schema import document_requests, is_pending, is_requested, outbound_files
from bridge.ledger.row_conversion import moment, seconds
from bridge.ledger.rows import Fence
from bridge.ledger.schema import (
    accounts,
    arrivals,
    files,
    follow_ups,
    is_followed,
    is_in_doubt,
    is_pollable,
    is_sendable,
    submissions,
)

LONGEST_WAIT = timedelta(hours=2)
"""Nothing of the ledger's own waits longer for its next attempt or question."""
SOON = timedelta(seconds=10)
_V: BindParameter[str] = bindparam("v")
_LIMIT: BindParameter[float] = bindparam("limit")
LONGEST_LOOK = timedelta(days=1)
"""Longest time between two looks at what is followed."""
_DUE: tuple[tuple[Table, ColumnElement[bool], Column[float]], ...] = (
    (submissions, is_sendable, submissions.c.next_attempt_at),
    (submissions, is_in_doubt, submissions.c.next_attempt_at),
    (submissions, is_pollable, submissions.c.next_poll_at),
    (outbound_files, is_pending, outbound_files.c.next_attempt_at),
    (document_requests, is_requested, document_requests.c.next_attempt_at),
)
# A batch that seems to have moved in the future would be worked on until then, over and over.
_MOVED_AHEAD = (files.c.vendor == _V) & (files.c.updated_at > bindparam("soon"))
_LOOKED_AT_TOO_LATE = (
    (follow_ups.c.vendor == _V)
    & is_followed
    & (follow_ups.c.next_look_at > _LIMIT + LONGEST_LOOK.total_seconds())
)
_NEWEST = select(func.max(arrivals.c.arrived_at)).where(arrivals.c.vendor == _V)


class TimeStore(Store):
    """What the check of the clock asks of the ledger."""

    def newest(self, vendor: str) -> datetime | None:
        """Return when a file of the vendor's came last, as the clock of then said; None for none."""
        with self._db.read() as connection:
            found = connection.execute(_NEWEST, {"v": vendor}).scalar()
        return None if found is None else moment(found)

    def clamp_due(self, fence: Fence, vendor: str, now: datetime) -> int:
        """Make due now what would rest longer than anything may; return how much that was.

        It was written by a clock that was ahead. The pause of the fence's account likewise.
        """
        asked = {"v": vendor, "limit": seconds(now + LONGEST_WAIT), "soon": seconds(now + SOON)}
        paused = accounts.c.paused_until > _LIMIT
        late = [(table, (table.c.vendor == _V) & which & (due > _LIMIT), due) for table, which, due in _DUE]
        late.append((follow_ups, _LOOKED_AT_TOO_LATE, follow_ups.c.next_look_at))
        late.append((files, _MOVED_AHEAD, files.c.updated_at))
        late.append((accounts, (accounts.c.account == fence.account) & paused, accounts.c.paused_until))
        with self._db.read() as connection:  # mostly there is nothing: no write then
            found = [
                one
                for one in late
                if connection.execute(select(one[2]).where(one[1]).limit(1), asked).first()
            ]
        if not found:
            return 0
        with self._db.write(fence) as connection:
            return sum(
                connection.execute(update(table).where(which).values({due: seconds(now)}), asked).rowcount
                for table, which, due in found
            )

    def confirm_time(self, fence: Fence, at: datetime) -> None:
        """Note the latest time that Amazon confirmed to the fence's account."""
        with self._db.write(fence) as connection:
            mine = accounts.c.account == fence.account
            connection.execute(update(accounts).where(mine).values(confirmed_at=seconds(at)))

    def confirmed_at(self, account: str) -> datetime | None:
        """Return the latest time that Amazon confirmed to an account; None where it never did."""
        with self._db.read() as connection:
            found = connection.execute(
                select(accounts.c.confirmed_at).where(accounts.c.account == account)
            ).scalar()
        return None if found is None else moment(found)
