"""Events about which Amazon is asked before they are sent: once each, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select, update

from bridge.domain.states import EVENT_MOVES, move
from bridge.ledger.batching import is_alone, its_time_has_come
from bridge.ledger.database import Store
from bridge.ledger.news import queue_news
from bridge.ledger.reports import reopen
from bridge.ledger.row_conversion import errors_list, errors_text, row_as, seconds, storable
from bridge.ledger.rows import Fence, ToPrecheck
from bridge.ledger.schema import events, is_ready
from bridge.programs.prechecks import Checked

_encode = msgspec.json.Encoder().encode
_IS_OPEN = (
    events.c.vendor == bindparam("v"),
    events.c.operation == bindparam("of"),
    is_ready,
    events.c.prechecked_at.is_(None),
)
_DUE = (
    select(events.c.id, events.c.body, events.c.purchase_order_number, events.c.precheck_since)
    .where(*_IS_OPEN, its_time_has_come, is_alone)
    .order_by(events.c.occurred_at, events.c.id)
    .limit(bindparam("most"))
)
_READY = select(events).where(events.c.id == bindparam("event"), is_ready, events.c.prechecked_at.is_(None))
_BEGIN = update(events).where(*_IS_OPEN, its_time_has_come, events.c.precheck_since.is_(None))
_POSTPONE = update(events).where(
    *_IS_OPEN, or_(events.c.not_before.is_(None), events.c.not_before < bindparam("later"))
)


class PrecheckStore(Store):
    """What the job precheck asks and writes."""

    def to_precheck(self, vendor: str, operation: str, now: datetime, limit: int) -> list[ToPrecheck]:
        """List the ready events whose time has come and about which Amazon was not asked yet."""
        asked = {"v": vendor, "of": operation, "now": seconds(now), "most": limit}
        with self._db.read() as connection:
            return [row_as(ToPrecheck, row) for row in connection.execute(_DUE, asked).mappings()]

    def record_precheck(self, fence: Fence, event_id: int, checked: Checked, now: datetime) -> str:
        """Commit what was found before an event is sent, and its files; return the event's state.

        One that was cancelled, dropped or replaced meanwhile stays as it is, and nothing is told of it.
        """
        with self._db.write(fence) as connection:
            row = connection.execute(_READY, {"event": event_id}).mappings().first()
            if row is None:
                return ""
            state = move("ready", "precheck", EVENT_MOVES) if checked.hold else "ready"
            notes = [*errors_list(row["notes"]), *checked.notes]
            values: dict[str, Any] = {
                "state": state,
                "reason": storable(checked.hold),
                "notes": storable(errors_text(notes)),
                "prechecked_at": seconds(now),
                "not_before": None,
                "updated_at": seconds(now),
            }
            if checked.event is not None:
                values |= {"body": _encode(checked.event).decode(), "stated": row["stated"] or row["body"]}
            connection.execute(update(events).where(events.c.id == event_id).values(values))
            for file in checked.files:
                queue_news(connection, row["vendor"], row["file_id"], file, now)
            if checked.hold:
                reopen(connection, [event_id], now)
            return state

    def postpone_prechecks(  # noqa: PLR0913, PLR0917 - whose, why, and how long
        self, fence: Fence, vendor: str, operation: str, reason: str, now: datetime, until: datetime
    ) -> None:
        """Let all events wait that Amazon was not asked about yet: it gives no answer now.

        Those whose time has come count as tried from the first time on.
        """
        asked = {"v": vendor, "of": operation, "now": seconds(now), "later": seconds(until)}
        with self._db.write(fence) as connection:
            connection.execute(_BEGIN.values(precheck_since=seconds(now)), asked)
            due = events.c.precheck_since.is_not(None)
            later = {"not_before": seconds(until), "reason": storable(reason), "updated_at": seconds(now)}
            connection.execute(_POSTPONE.where(due).values(later), asked)
