"""Making submissions of ready events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, insert, or_, select, union_all, update

from bridge.domain.planning import Ready, group
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store, id_source
from bridge.ledger.label_checks import judge
from bridge.ledger.reports import reopen
from bridge.ledger.row_conversion import seconds
from bridge.ledger.rows import Fence
from bridge.ledger.schema import events, is_ready, is_sendable, is_sending, submission_events, submissions
from bridge.programs.event_types import LabelPolicy
from bridge.programs.registry import installed

AT_ONCE = 2000

_busy = events.alias("busy")
its_time_has_come = or_(events.c.not_before.is_(None), events.c.not_before <= bindparam("now"))
is_alone = ~exists().where(
    _busy.c.vendor == events.c.vendor,
    _busy.c.ordering_key == events.c.ordering_key,
    one_of(_busy.c.state, "grouped"),
)
_READY = (
    select(events.c.id, events.c.ordering_key, events.c.batch_limit, events.c.isolated_from)
    .where(
        events.c.vendor == bindparam("v"),
        events.c.operation == bindparam("of"),
        is_ready,
        its_time_has_come,
        is_alone,
    )
    .order_by(events.c.occurred_at, events.c.id)
    .limit(AT_ONCE)
)
_READY_CHECKED = _READY.where(events.c.prechecked_at >= bindparam("stale"))
_WAITING = select(func.count()).select_from(
    select(events.c.id)
    .where(
        events.c.vendor.in_(bindparam("vendors", expanding=True)),
        events.c.operation == bindparam("of"),
        is_ready,
        its_time_has_come,
    )
    .limit(bindparam("most"))
    .subquery()
)
_OF_OPERATION = (submissions.c.vendor == bindparam("v"), submissions.c.operation == bindparam("of"))
_QUEUED = select(func.count()).select_from(
    union_all(
        select(submissions.c.id).where(*_OF_OPERATION, is_sendable),
        select(submissions.c.id).where(*_OF_OPERATION, is_sending),
    )
    .limit(bindparam("most"))
    .subquery()
)
_GROUP = (
    update(events)
    .where(events.c.id == bindparam("event"), is_ready)
    .values(state="grouped", reason="", submission_id=bindparam("submission"), updated_at=bindparam("now"))
)


class BatchingStore(Store):
    """What the job submit asks before it sends."""

    def waiting(self, vendors: Collection[str], operation: str, now: datetime, most: int) -> int:
        """Count the ready events of vendors that are to be submitted, to `most` of them."""
        asked = {"vendors": list(vendors), "of": operation, "now": seconds(now), "most": most}
        with self._db.read() as connection:
            return connection.execute(_WAITING, asked).scalar_one()

    def queued(self, vendor: str, operation: str, most: int) -> int:
        """Count the submissions that are being sent or are to be, now or later, to `most` of them."""
        with self._db.read() as connection:
            return connection.execute(_QUEUED, {"v": vendor, "of": operation, "most": most}).scalar_one()

    def plan(  # noqa: PLR0913 - what the drain knows of one operation
        self,
        fence: Fence,
        vendor: str,
        operation: str,
        batch_size: int,
        now: datetime,
        *,
        labels: LabelPolicy | None = None,
        submit_as: str = "",
        prechecked_since: float | None = None,
    ) -> int:
        """Make submissions of up to 2,000 ready events, oldest first; return how many were made.

        At most one unfinished event of a sequence key at a time; an event's batch limit is obeyed, and so
        is its `not_before`. With `labels` confirmations are compared with labels that came since they were
        kept. `submit_as` is the operation that tells Amazon of them, where it is not the events' own;
        `prechecked_since` (seconds since the epoch): only those of which Amazon was asked then or later.
        Call again until 0.
        """
        with self._db.write(fence) as connection:
            statement = _READY if prechecked_since is None else _READY_CHECKED
            asked = {"v": vendor, "of": operation, "now": seconds(now), "stale": prechecked_since}
            rows = connection.execute(statement, asked)
            ready = [Ready(*row) for row in rows]
            held = frozenset[int]()
            if labels is not None and operation in installed().labelled:
                held = judge(connection, [event.id for event in ready], labels, now)
            if held:
                reopen(connection, sorted(held), now)
            groups = group((event for event in ready if event.id not in held), batch_size)
            if groups:
                self._write(connection, fence, (vendor, submit_as or operation), groups, now)
            return len(groups)

    def _write(
        self,
        connection: Connection,
        fence: Fence,
        target: tuple[str, str],
        groups: list[list[Ready]],
        now: datetime,
    ) -> None:
        next_id = id_source(connection, submissions)
        at = seconds(now)
        numbered = [(next_id(), members) for members in groups]
        connection.execute(
            insert(submissions),
            [
                {
                    "id": submission_id,
                    "account": fence.account,
                    "vendor": target[0],
                    "operation": target[1],
                    "state": "ready",
                    "epoch": fence.epoch,
                    "event_count": len(members),
                    "created_at": at,
                    "next_attempt_at": at,
                    "isolated_from": members[0].isolated_from if len(members) == 1 else None,
                }
                for submission_id, members in numbered
            ],
        )
        pairs = [(submission_id, event.id) for submission_id, members in numbered for event in members]
        connection.execute(
            insert(submission_events), [{"submission_id": s, "event_id": event_id} for s, event_id in pairs]
        )
        connection.execute(_GROUP, [{"submission": s, "event": event_id, "now": at} for s, event_id in pairs])
