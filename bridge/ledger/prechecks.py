"""Events about which Amazon is asked before they are sent, and what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, or_, select, update

from bridge.domain.states import EVENT_MOVES, move
from bridge.ledger import transitions
from bridge.ledger.batching import is_alone, its_time_has_come
from bridge.ledger.database import Store
from bridge.ledger.news import queue_news
from bridge.ledger.reports import reopen
from bridge.ledger.row_conversion import errors_list, errors_text, row_as, seconds, storable
from bridge.ledger.rows import Fence, ToPrecheck
from bridge.ledger.schema import events, is_grouped, is_ready
from bridge.programs.prechecks import Checked

_encode = msgspec.json.Encoder().encode
_is_unasked = or_(events.c.prechecked_at.is_(None), events.c.prechecked_at < bindparam("stale"))
_IS_OPEN = (
    events.c.vendor == bindparam("v"),
    events.c.operation == bindparam("of"),
    is_ready,
    _is_unasked,
)
_DUE = (
    select(events.c.id, events.c.body, events.c.purchase_order_number, events.c.precheck_since)
    .where(*_IS_OPEN, its_time_has_come, is_alone)
    .order_by(events.c.occurred_at, events.c.id)
    .limit(bindparam("most"))
)
_READY = select(events).where(events.c.id == bindparam("event"), is_ready, _is_unasked)
_BEGIN = update(events).where(*_IS_OPEN, its_time_has_come, events.c.precheck_since.is_(None))
_POSTPONE = update(events).where(
    *_IS_OPEN, or_(events.c.not_before.is_(None), events.c.not_before < bindparam("later"))
)


def stale_before(now: datetime, good_for: timedelta | None) -> float:
    """Return the time (seconds since the epoch) before which what Amazon said counts no more; 0 for good."""
    return 0.0 if good_for is None else seconds(now - good_for)


def _state_after(checked: Checked) -> str:
    if checked.done:
        return move("ready", "told", EVENT_MOVES)
    if checked.hold and checked.later is None:
        return move("ready", "precheck", EVENT_MOVES)
    return "ready"


class PrecheckStore(Store):
    """What the job precheck asks and writes."""

    def to_precheck(
        self, vendor: str, operation: str, now: datetime, limit: int, good_for: timedelta | None = None
    ) -> list[ToPrecheck]:
        """List the ready events whose time has come and of which Amazon has said nothing that counts yet."""
        asked = {"v": vendor, "of": operation, "now": seconds(now), "most": limit}
        asked["stale"] = stale_before(now, good_for)
        with self._db.read() as connection:
            return [row_as(ToPrecheck, row) for row in connection.execute(_DUE, asked).mappings()]

    def record_precheck(
        self,
        fence: Fence,
        event_id: int,
        checked: Checked,
        now: datetime,
        good_for: timedelta | None = None,
    ) -> str:
        """Commit what was found before an event is sent, and its files; return the event's state.

        One that was cancelled, dropped or replaced meanwhile stays as it is, and nothing is told of it.
        """
        with self._db.write(fence) as connection:
            asked = {"event": event_id, "stale": stale_before(now, good_for)}
            row = connection.execute(_READY, asked).mappings().first()
            if row is None:
                return ""
            state = _state_after(checked)
            notes = [*errors_list(row["notes"]), *checked.notes]
            counts = checked.goes_on or good_for is None
            values: dict[str, Any] = {
                "state": state,
                "reason": storable(checked.hold or checked.done),
                "notes": storable(errors_text(notes)),
                "prechecked_at": seconds(now) if counts and checked.later is None else None,
                "precheck_since": None,
                "not_before": seconds(now + checked.later) if checked.later else None,
                "updated_at": seconds(now),
            }
            if checked.event is not None:
                values |= {"body": _encode(checked.event).decode(), "stated": row["stated"] or row["body"]}
            connection.execute(update(events).where(events.c.id == event_id).values(values))
            for file in checked.files:
                queue_news(connection, row["vendor"], row["file_id"], file, now)
            if state != "ready":
                reopen(connection, [event_id], now)
            return state

    def ask_anew(self, fence: Fence, submission_id: int, good_for: timedelta, now: datetime) -> bool:
        """Withdraw a submission of which what Amazon said before counts no more; return whether it was so.

        Its events are ready again, and are asked about anew.
        """
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            old = events.c.prechecked_at < stale_before(now, good_for)
            query = select(events.c.id).where(events.c.submission_id == submission_id, is_grouped, old)
            if row["state"] != "ready" or connection.execute(query).first() is None:
                return False
            reason = "what Amazon said of it counts no more; it is asked anew"
            ids = [event.id for event in transitions.members(connection, submission_id)]
            transitions.put(connection, row, "withdraw", reason=reason, next_attempt_at=None)
            transitions.ask_anew(connection, ids, now)
            return True

    def postpone_prechecks(  # noqa: PLR0913, PLR0917 - whose, why, and how long
        self,
        fence: Fence,
        vendor: str,
        operation: str,
        reason: str,
        now: datetime,
        until: datetime,
        good_for: timedelta | None = None,
    ) -> None:
        """Let all events wait that Amazon was not asked about yet: it gives no answer now.

        Those whose time has come count as tried from the first time on.
        """
        asked = {"v": vendor, "of": operation, "now": seconds(now), "later": seconds(until)}
        asked["stale"] = stale_before(now, good_for)
        with self._db.write(fence) as connection:
            connection.execute(_BEGIN.values(precheck_since=seconds(now)), asked)
            due = events.c.precheck_since.is_not(None)
            later = {"not_before": seconds(until), "reason": storable(reason), "updated_at": seconds(now)}
            connection.execute(_POSTPONE.where(due).values(later), asked)
