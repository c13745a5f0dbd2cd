"""A ledger that was restored from a backup: what is open in it may be at Amazon already.

Nobody knows what was sent after the backup was made. So everything open is held until an operator says;
numbers go on far beyond those that were given since.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, func, insert, select, update

from bridge.domain.events import RESTORED
from bridge.domain.states import EVENT_MOVES, move
from bridge.ledger import transitions
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.functions import carry_out_held
from bridge.ledger.outbound_schema import control_numbers
from bridge.ledger.row_conversion import moment, seconds
from bridge.ledger.rows import Fence, Numbers, Restored
from bridge.ledger.schema import (
    accounts,
    arrivals,
    documents,
    events,
    files,
    is_in_doubt,
    is_ready,
    is_sendable,
    is_troubled,
    is_waiting,
    submissions,
)
from bridge.ledger.sqlite import last_id, raise_last_id

NUMBERS_APART = 10_000
"""So many numbers are left out: which of them were given after the backup is not known."""
_V: BindParameter[str] = bindparam("v")
_HELD = (
    select(events.c.id)
    .where(
        events.c.vendor == _V,
        is_troubled,
        one_of(events.c.state, "held"),
        events.c.reason == RESTORED,
        events.c.body.is_not(None),
    )
    .order_by(events.c.id)
)
_DOUBTED = (
    select(submissions.c.id)
    .where(submissions.c.vendor == _V, is_in_doubt, submissions.c.reason == RESTORED)
    .order_by(submissions.c.id)
)


class RestoreStore(Store):
    """What is asked and said of a ledger that was restored."""

    def restored(self, account: str) -> Restored | None:
        """Return since when an account sends nothing for this, and how it was noticed; None mostly."""
        with self._db.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.account == account)).first()
        if row is None or row.restored_at is None:
            return None
        return Restored(moment(row.restored_at), row.restored_reason)

    def numbers(self, account: str) -> Numbers:
        """Return the greatest numbers of arrivals and batches that were given, or found to be given."""
        with self._db.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.account == account)).first()
            seen = Numbers(row.seen_arrival, row.seen_batch) if row is not None else Numbers(0, 0)
            arrival = connection.execute(select(func.max(arrivals.c.id))).scalar() or 0
            return Numbers(max(seen.arrival, arrival), max(seen.batch, _last(connection)))

    def mark_restored(  # noqa: PLR0913 - which account, and how it was noticed
        self,
        account: str,
        reason: str,
        now: datetime,
        *,
        fence: Fence | None = None,
        epoch: int = 0,
        numbers: Numbers | None = None,
    ) -> Fence:
        """Stop an account's sending until `release_restored`, and leave room in all numbers.

        Without a `fence` the account is claimed anew, with an epoch greater than `epoch`. `numbers` are
        those found beyond the ledger's. Returns the fence that holds from now on.
        """
        mine = accounts.c.account == account
        with self._db.write(fence) as connection:
            if connection.execute(select(accounts.c.epoch).where(mine)).scalar() is None:
                connection.execute(insert(accounts).values(account=account, epoch=0))
            row = connection.execute(select(accounts).where(mine)).one()
            after = fence.epoch if fence is not None else max(row.epoch, epoch) + 1
            found = numbers or Numbers(0, 0)
            values = {
                "epoch": after,
                "restored_at": seconds(now),
                "restored_reason": reason,
                "seen_arrival": max(row.seen_arrival, found.arrival),
                "seen_batch": max(row.seen_batch, found.batch),
            }
            connection.execute(update(accounts).where(mine).values(values))
            _leave_room(connection, max(row.seen_batch, found.batch))
        return Fence(account, after)

    def hold_open(self, fence: Fence, vendor: str, now: datetime) -> int:
        """Hold what a vendor has ready or waiting, doubt what is to be sent; return how much that was."""
        at = seconds(now)
        with self._db.write(fence) as connection:
            mine = (accounts.c.account == fence.account, accounts.c.restored_at.is_not(None))
            if connection.execute(select(accounts.c.account).where(*mine)).first() is None:
                return 0  # released meanwhile
            doubted = connection.execute(
                update(submissions)
                .where(submissions.c.vendor == vendor, is_sendable)
                .values(
                    state=move("ready", "restored"),
                    reason=RESTORED,
                    policy="hold",
                    doubted_at=at,
                    next_attempt_at=None,
                )
            ).rowcount
            count = doubted
            for which, state in ((is_ready, "ready"), (is_waiting, "waiting")):
                ours = (events.c.vendor == vendor, which)
                touched = select(events.c.file_id).where(*ours)
                connection.execute(update(files).where(files.c.id.in_(touched)).values(updated_at=at))
                count += connection.execute(
                    update(events)
                    .where(*ours)
                    .values(state=move(state, "restored", EVENT_MOVES), reason=RESTORED, updated_at=at)
                ).rowcount
        return count

    def held_restored(self, vendor: str) -> tuple[list[int], list[int]]:
        """List the events and the submissions that are held, or in doubt, for this alone."""
        with self._db.read() as connection:
            held = list(connection.execute(_HELD, {"v": vendor}).scalars())
            return held, list(connection.execute(_DOUBTED, {"v": vendor}).scalars())

    def send_restored(self, submission_id: int, now: datetime) -> None:
        """Take an operator's word that a submission in doubt for this was not sent."""
        with self._db.write() as connection:
            row = transitions.load(connection, submission_id)
            transitions.mark_updated(connection, submission_id, now)
            transitions.put(
                connection, row, "resolved_not_sent", next_attempt_at=seconds(now), policy="", reason=""
            )
            carry_out_held(connection, submission_id, now)

    def release_restored(self, account: str) -> None:
        """Resume the account's sending; what is held stays so until it is released."""
        with self._db.write() as connection:
            mine = accounts.c.account == account
            connection.execute(update(accounts).where(mine).values(restored_at=None, restored_reason=""))


def _last(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        return last_id(connection, files.name)
    return int(connection.execute(select(func.max(files.c.id))).scalar() or 0)


def _leave_room(connection: Connection, beyond: int) -> None:
    """Go on with numbers that cannot have been used."""
    connection.execute(update(control_numbers).values(last=control_numbers.c.last + NUMBERS_APART))
    for table in (files, documents, events, submissions):
        raise_last_id(connection, table, NUMBERS_APART, at_least=beyond if table is files else 0)
