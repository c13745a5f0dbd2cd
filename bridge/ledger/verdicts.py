"""Verdicts: when to ask for them, and what they do."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, select

from bridge.domain.outcomes import Verdict
from bridge.domain.planning import is_overdue, next_poll
from bridge.errors import LedgerError
from bridge.ledger import transitions
from bridge.ledger.database import Store
from bridge.ledger.functions import carry_out_held
from bridge.ledger.new_rows import VerdictHandling
from bridge.ledger.response_handlers import succeed
from bridge.ledger.row_conversion import errors_text, row_as, seconds
from bridge.ledger.rows import Fence, Moved, ToPoll
from bridge.ledger.schema import events, is_grouped, is_pollable, submissions

_TO_POLL = (
    select(submissions)
    .where(
        submissions.c.vendor == bindparam("v"), is_pollable, submissions.c.next_poll_at <= bindparam("now")
    )
    .order_by(submissions.c.next_poll_at)
    .limit(bindparam("most"))
)
_ORDERS = select(events.c.submission_id, events.c.purchase_order_number).where(
    events.c.submission_id.in_(bindparam("ids", expanding=True)), is_grouped
)


_NO_HANDLING = VerdictHandling()


class VerdictStore(Store):
    """What the job settle asks and writes."""

    def to_poll(self, vendor: str, now: datetime, limit: int = 50) -> list[ToPoll]:
        """List submissions whose verdict is to be asked for now, the longest due first."""
        with self._db.read() as connection:
            asked = {"v": vendor, "now": seconds(now), "most": limit}
            rows = list(connection.execute(_TO_POLL, asked).mappings())
            orders: dict[int, list[str]] = defaultdict(list)
            if rows:
                for submission_id, order in connection.execute(_ORDERS, {"ids": [row["id"] for row in rows]}):
                    orders[submission_id].append(order)
            return [row_as(ToPoll, row, purchase_order_numbers=tuple(orders[row["id"]])) for row in rows]

    def record_verdict(
        self,
        fence: Fence,
        submission_id: int,
        verdict: Verdict,
        now: datetime,
        handling: VerdictHandling = _NO_HANDLING,
    ) -> Moved:
        """Commit a verdict. Success confirms packages and releases the status updates that waited for them.

        Failure: of many, the named orders fail and the rest go again alone, or are held where
        `after_failure` says so. Processing: asked again
        later; after 30 minutes the submission is `overdue` (and still asked). A submission that an operator
        settled while the verdict on its transaction was asked for stays as it is.
        """
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            if _was_settled_meanwhile(row, handling.amazon_transaction_id):
                return Moved(state=row["state"])
            if row["state"] not in {"submitted", "overdue"}:
                raise LedgerError(f"submission {submission_id} is {row['state']} and waits for no verdict")
            if verdict.status == "Processing":
                return _ask_again(connection, row, now)
            transitions.mark_updated(connection, submission_id, now)
            state = transitions.put(
                connection,
                row,
                "success" if verdict.status == "Success" else "failure",
                verdict_at=seconds(now),
                next_poll_at=None,
                polls=row["polls"] + 1,
                reason="",
                errors=errors_text(verdict.errors),
                request_id=verdict.request_id or row["request_id"],
            )
            if verdict.status == "Success":
                return succeed(connection, row, state, handling.wants, now)
            why = ("", verdict.errors, handling.named_orders)
            moved = transitions.fail(connection, row, state, why, now, hold=handling.after_failure == "hold")
            carry_out_held(connection, submission_id, now)
            return moved

    def record_poll_failed(
        self, fence: Fence, submission_id: int, now: datetime, amazon_transaction_id: str = ""
    ) -> Moved:
        """Note that the verdict could not be asked for: as `Processing`."""
        handling = VerdictHandling(amazon_transaction_id=amazon_transaction_id)
        return self.record_verdict(fence, submission_id, Verdict(status="Processing"), now, handling)


def _was_settled_meanwhile(row: RowMapping, transaction: str) -> bool:
    if not transaction:
        return False
    return row["state"] not in {"submitted", "overdue"} or row["amazon_transaction_id"] != transaction


def _ask_again(connection: Connection, row: RowMapping, now: datetime) -> Moved:
    age = seconds(now) - row["submitted_at"]
    polls = row["polls"] + 1
    late = row["state"] == "submitted" and is_overdue(age)
    state = transitions.put(
        connection,
        row,
        "late_verdict" if late else "processing",
        polls=polls,
        next_poll_at=seconds(now) + next_poll(polls, age),
    )
    return Moved(state=state)
