"""Batches whose events are all final: reported to their vendor once, and again after a rerun."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, select, update

from bridge.ledger.codec import chunks, seconds
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.files import file_row
from bridge.ledger.rows import Fence, ToReport
from bridge.ledger.schema import events, files, is_open, is_unreported

UNREPORTED = select(files).where(
    files.c.vendor == bindparam("v"),
    is_unreported,
    ~exists().where(events.c.file_id == files.c.id, is_open),
)
_TO_REPORT = UNREPORTED.order_by(files.c.id).limit(bindparam("most"))
_OF_EVENTS = select(events.c.file_id).where(events.c.id.in_(bindparam("ids", expanding=True))).distinct()
_REQUEUE = (
    update(events)
    .where(
        events.c.id.in_(bindparam("ids", expanding=True)),
        one_of(events.c.state, "failed", "held"),
        events.c.body.is_not(None),
    )
    .values(
        state="ready", reason="", errors="", batch_limit=None, isolated_from=None, updated_at=bindparam("now")
    )
)


class ReportStore(Store):
    """What the job settle writes for vendors, and what a rerun puts back."""

    def batches_to_report(self, vendor: str, limit: int = 100) -> list[ToReport]:
        """List translated files all of whose events are final (held counts) and that lack a report."""
        with self._db.read() as connection:
            rows = list(connection.execute(_TO_REPORT, {"v": vendor, "most": limit}).mappings())
        return [ToReport(file=file_row(row), report_number=row["reports"] + 1) for row in rows]

    def requeue_events(self, fence: Fence, event_ids: Collection[int], now: datetime) -> int:
        """Let failed and held events (those with a body) be sent again; give how many.

        Their batches are reported again when they are final again.
        """
        with self._db.write(fence) as connection:
            count = 0
            for ids in chunks(event_ids, 500):
                count += connection.execute(_REQUEUE, {"ids": ids, "now": seconds(now)}).rowcount
                reopen(connection, ids, now)
            return count


def reopen(connection: Connection, event_ids: Sequence[int], now: datetime) -> None:
    """Let the batches of events be reported again."""
    file_ids = [row[0] for row in connection.execute(_OF_EVENTS, {"ids": event_ids})]
    if file_ids:
        connection.execute(
            update(files).where(files.c.id.in_(file_ids)).values(reported_at=None, touched_at=seconds(now))
        )
