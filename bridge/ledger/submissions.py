"""Sending: the intent before, the answer after, and whose account it is."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, update

from bridge.domain.events import Event
from bridge.domain.outcomes import Outcome
from bridge.domain.states import EVENT_MOVES, SUBMISSION_MOVES, move
from bridge.errors import LedgerError, StaleEpoch
from bridge.ledger import transitions
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.functions import carry_out_held
from bridge.ledger.label_checks import is_outdated, judge_submission
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.reports import reopen
from bridge.ledger.response_handlers import RESPONSE_HANDLERS, submitted, succeeded_at_once
from bridge.ledger.row_conversion import errors_text, moment, seconds
from bridge.ledger.rows import DueSubmission, Fence, Moved, Pause
from bridge.ledger.schema import (
    accounts,
    attempts,
    events,
    files,
    is_grouped,
    is_sendable,
    is_sending,
    submission_events,
    submissions,
)
from bridge.ledger.spending import Reservation, reserve, settle_attempt, settle_submission
from bridge.programs.event_types import LabelPolicy

_DUE = (
    select(submissions)
    .join(accounts, accounts.c.account == submissions.c.account)
    .where(
        submissions.c.vendor == bindparam("v"),
        is_sendable,
        submissions.c.next_attempt_at <= bindparam("now"),
        or_(accounts.c.paused_until.is_(None), accounts.c.paused_until <= bindparam("now")),
        accounts.c.restored_at.is_(None),
    )
    .order_by(submissions.c.next_attempt_at, submissions.c.id)
    .limit(bindparam("most"))
)
_DUE_OF = _DUE.where(submissions.c.operation == bindparam("of"))
_UNSENT = (
    select(func.count().over(), submissions.c.reason)
    .where(submissions.c.vendor == bindparam("v"), is_sendable, submissions.c.attempts >= bindparam("tries"))
    .order_by(submissions.c.id)
    .limit(1)
)
_BODIES = (
    select(events.c.submission_id, events.c.id, events.c.body, events.c.purchase_order_number)
    .where(events.c.submission_id.in_(bindparam("ids", expanding=True)), is_grouped)
    .order_by(events.c.submission_id, events.c.id)
)
_START = (
    update(submissions)
    .where(submissions.c.id == bindparam("submission"), is_sendable)
    .values(
        state="sending",
        attempts=submissions.c.attempts + 1,
        epoch=bindparam("by"),
        api_version=bindparam("version"),
        next_attempt_at=None,
    )
)
_IS_RESTORED = select(accounts.c.account).where(
    accounts.c.account == bindparam("whose"), accounts.c.restored_at.is_not(None)
)
_REFUSALS = (
    select(func.count())
    .select_from(submission_events.join(submissions, submissions.c.id == submission_events.c.submission_id))
    .where(submission_events.c.event_id == bindparam("event"), one_of(submissions.c.state, "refused"))
)
_cancelled, _cancelling = events.alias("cancelled"), events.alias("cancelling")
_REFERENCE = (
    select(submissions.c.amazon_transaction_id)
    .join(_cancelled, _cancelled.c.submission_id == submissions.c.id)
    .join(_cancelling, _cancelling.c.earlier_event == _cancelled.c.id)
    .where(_cancelling.c.id == bindparam("event"), one_of(submissions.c.state, "succeeded"))
)
_NUMBER = select(submissions.c.attempts).where(submissions.c.id == bindparam("submission"))
_ATTEMPT = select(attempts).where(attempts.c.id == bindparam("attempt"))
_END = (
    update(attempts)
    .where(attempts.c.id == bindparam("attempt"))
    .values(
        ended_at=bindparam("now"),
        kind=bindparam("how"),
        http_status=bindparam("status"),
        request_id=bindparam("request"),
        reason=bindparam("why"),
    )
)
_MARK_CLAIMED_UPDATED = (
    update(files)
    .where(
        files.c.id.in_(
            select(events.c.file_id)
            .join(submissions, submissions.c.id == events.c.submission_id)
            .where(submissions.c.account == bindparam("whose"), is_sending, is_grouped)
        )
    )
    .values(updated_at=bindparam("now"))
)
_CLAIMED = (
    update(submissions)
    .where(submissions.c.account == bindparam("whose"), is_sending)
    .values(
        state=SUBMISSION_MOVES["sending", "claimed"],
        reason="found sending after a restart",
        doubted_at=bindparam("now"),
        next_attempt_at=bindparam("now"),  # its policy is to be applied at once
        policy="",
        polls=0,
    )
)


def due_rows(connection: Connection, rows: list[RowMapping]) -> list[DueSubmission]:
    """Add their events' bodies to submissions."""
    held: dict[int, list[RowMapping]] = defaultdict(list)
    if rows:
        for event in connection.execute(_BODIES, {"ids": [row["id"] for row in rows]}).mappings():
            held[event["submission_id"]].append(event)
    return [
        DueSubmission(
            id=row["id"],
            vendor=row["vendor"],
            operation=row["operation"],
            bodies=tuple((event["body"] or "").encode() for event in held[row["id"]]),
            event_ids=tuple(event["id"] for event in held[row["id"]]),
            purchase_order_numbers=tuple(event["purchase_order_number"] for event in held[row["id"]]),
            attempts=row["attempts"],
            policy=row["policy"],
            reason=row["reason"],
            doubted_at=moment(row["doubted_at"]),
            looks=row["polls"] if row["state"] == "in_doubt" else 0,
        )
        for row in rows
    ]


_NO_HANDLING = OutcomeHandling()


class SubmissionStore(Store):
    """What the job submit writes, and the claim that lets it."""

    def claim(self, account: str, now: datetime) -> Fence:
        """Become the owner of an account; every earlier fence of it is stale from here on.

        Submissions found in `sending` go in doubt: what became of them is not known.
        """
        with self._db.write() as connection:
            mine = accounts.c.account == account
            if (
                connection.execute(update(accounts).where(mine).values(epoch=accounts.c.epoch + 1)).rowcount
                == 0
            ):
                connection.execute(insert(accounts).values(account=account, epoch=1))
            epoch: int = connection.execute(select(accounts.c.epoch).where(mine)).scalar_one()
            connection.execute(_MARK_CLAIMED_UPDATED, {"whose": account, "now": seconds(now)})
            connection.execute(_CLAIMED, {"whose": account, "now": seconds(now)})
            return Fence(account, epoch)

    def fence(self, account: str, now: datetime) -> Fence:
        """Return the present owner's fence, to write beside it; an account without an owner is claimed."""
        with self._db.read() as connection:
            epoch = connection.execute(select(accounts.c.epoch).where(accounts.c.account == account)).scalar()
        return self.claim(account, now) if epoch is None else Fence(account, epoch)

    def check(self, fence: Fence) -> None:
        """Raise `StaleEpoch` when another process has claimed the account."""
        self._db.check(fence)

    def pause(self, account: str, now: datetime) -> Pause | None:
        """Return until when and why the account does not send; None while it does."""
        with self._db.read() as connection:
            row = connection.execute(select(accounts).where(accounts.c.account == account)).first()
        if row is None or row.paused_until is None or row.paused_until <= seconds(now):
            return None
        return Pause(moment(row.paused_until), row.paused_reason)

    def due_submissions(
        self, vendor: str, now: datetime, limit: int = 10, *, operation: str = ""
    ) -> list[DueSubmission]:
        """List ready submissions whose time has come, oldest first; none while their account pauses.

        None either while the account's ledger counts as restored.
        With `operation` only those of one operation.
        """
        asked = {"v": vendor, "now": seconds(now), "most": limit, "of": operation}
        with self._db.read() as connection:
            rows = connection.execute(_DUE_OF if operation else _DUE, asked).mappings()
            return due_rows(connection, list(rows))

    def unsent(self, vendor: str, tries: int) -> tuple[int, str]:
        """Count the ready submissions tried so often in vain at least, and tell the first one's reason."""
        with self._db.read() as connection:
            row = connection.execute(_UNSENT, {"v": vendor, "tries": tries}).first()
        return (row[0], row.reason) if row is not None else (0, "")

    def reference_of_cancelled(self, event_id: int) -> str:
        """Return what Amazon knows the event by that an event cancels; empty where that is not known."""
        with self._db.read() as connection:
            return connection.execute(_REFERENCE, {"event": event_id}).scalar() or ""

    def complete_event(self, fence: Fence, event_id: int, event: Event, now: datetime) -> None:
        """Keep a batched event with what was found out about it, in place of what it said before."""
        body = msgspec.json.encode(event).decode()
        values = {
            "body": body,
            "stated": func.coalesce(events.c.stated, events.c.body),
            "updated_at": seconds(now),
        }
        with self._db.write(fence) as connection:
            connection.execute(update(events).where(events.c.id == event_id, is_grouped).values(values))

    def refusals_of(self, event_id: int) -> int:
        """Count the submissions of an event that Amazon refused."""
        with self._db.read() as connection:
            return connection.execute(_REFUSALS, {"event": event_id}).scalar_one()

    def start_sending(
        self,
        fence: Fence,
        submission_id: int,
        now: datetime,
        *,
        api_version: str = "",
        reservation: Reservation | None = None,
    ) -> int:
        """Commit the intent to send (ready → sending), in an API version, and return the attempt's id.

        Return 0, with nothing changed, where a label came that its confirmations were not compared with:
        see `renew_confirmations`; where it was withdrawn, since one of its events is cancelled; and while the
        account's ledger counts as restored.

        What the call may cost is reserved with it; raises `OverCap`, with nothing changed, where that is more
        than may be spent.
        """
        with self._db.write(fence) as connection:
            if connection.execute(_IS_RESTORED, {"whose": fence.account}).first() is not None:
                return 0  # another vendor's archive may have told it since this was due
            if is_outdated(connection, submission_id):
                return 0
            asked = {"submission": submission_id, "by": fence.epoch, "version": api_version}
            if connection.execute(_START, asked).rowcount != 1:
                row = transitions.load(connection, submission_id)
                if row["state"] == "withdrawn":
                    return 0
                raise LedgerError(f"submission {submission_id} is {row['state']}, not ready to be sent")
            number = connection.execute(_NUMBER, asked).scalar_one()
            made = connection.execute(
                insert(attempts).values(
                    submission_id=submission_id, number=number, epoch=fence.epoch, started_at=seconds(now)
                )
            ).inserted_primary_key
            attempt = int(made[0]) if made else 0
            if reservation is not None:
                reserve(connection, fence.account, submission_id, attempt, reservation, now)
            return attempt

    def refuse_void(self, fence: Fence, submission_id: int, code: str, reason: str, now: datetime) -> None:
        """Refuse the events of a ready submission, which is withdrawn: their last day is over."""
        errors = errors_text([{"code": code, "message": reason}])
        self._withdraw(fence, submission_id, "void", reason, now, errors=errors)

    def hold_unsendable(self, fence: Fence, submission_id: int, reason: str, now: datetime) -> None:
        """Hold the events of a ready submission, which is withdrawn: they are not sent as they are."""
        self._withdraw(fence, submission_id, "hold", reason, now)

    def _withdraw(
        self, fence: Fence, submission_id: int, how: str, reason: str, now: datetime, **values: object
    ) -> None:
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            if row["state"] != "ready":
                return  # cancelled meanwhile
            transitions.put(connection, row, "withdraw", reason=reason, next_attempt_at=None)
            moved = {
                "state": move("grouped", how, EVENT_MOVES),
                "reason": reason,
                "updated_at": seconds(now),
                **values,
            }
            of = (events.c.submission_id == submission_id, is_grouped)
            ids = list(connection.execute(select(events.c.id).where(*of)).scalars())
            connection.execute(update(events).where(*of).values(moved))
            reopen(connection, ids, now)

    def renew_confirmations(
        self, fence: Fence, submission_id: int, policy: LabelPolicy, now: datetime
    ) -> None:
        """Compare the confirmations of a ready submission with the newest labels of their orders.

        Those that are held leave it; one without any left is withdrawn.
        """
        with self._db.write(fence) as connection:
            if transitions.load(connection, submission_id)["state"] == "ready":
                judge_submission(connection, submission_id, policy, now)

    def record_outcome(
        self,
        fence: Fence,
        attempt_id: int,
        outcome: Outcome,
        now: datetime,
        handling: OutcomeHandling = _NO_HANDLING,
    ) -> Moved:
        """Commit what became of an attempt and move its submission and events by the tables.

        refused: of many, the named orders fail and the rest go again alone; too_large: the events go
        again in halves; unauthorized: the account pauses until `retry_at`.
        """
        with self._db.write(fence) as connection:
            attempt, row = _attempt(connection, attempt_id)
            if attempt["epoch"] != fence.epoch or attempt["number"] != row["attempts"]:
                raise StaleEpoch(f"attempt {attempt_id} is not the last one of submission {row['id']}")
            _end(connection, attempt_id, outcome, now)
            settle_attempt(connection, attempt_id, outcome.kind, handling.charged)
            if outcome.kind == "succeeded":  # no earlier attempt is in doubt any more
                settle_submission(connection, row["id"], taken=False)
            transitions.mark_updated(connection, row["id"], now)
            moved = RESPONSE_HANDLERS[outcome.kind](connection, row, outcome, handling, now)
            if moved.state not in {"submitted", "succeeded", "in_doubt"}:
                carry_out_held(connection, row["id"], now)
            return moved

    def record_late(
        self, attempt_id: int, outcome: Outcome, now: datetime, handling: OutcomeHandling = _NO_HANDLING
    ) -> bool:
        """Commit a stale owner's `submitted` or `succeeded` if the submission still waits for it.

        Return whether it did. Other outcomes, and those of an attempt that is not the last, are only noted
        with the attempt.
        """
        with self._db.write() as connection:
            attempt, row = _attempt(connection, attempt_id)
            _end(connection, attempt_id, outcome, now)
            last = attempt["number"] == row["attempts"] and attempt["epoch"] == row["epoch"]
            if not last or (row["state"], "late") not in SUBMISSION_MOVES:
                return False
            settle_attempt(connection, attempt_id, outcome.kind, handling.charged)
            if outcome.kind == "succeeded":  # no earlier attempt is in doubt any more
                settle_submission(connection, row["id"], taken=False)
            if outcome.kind == "submitted":
                submitted(connection, row, outcome, now, cause="late")
            elif outcome.kind == "succeeded":
                succeeded_at_once(connection, row, outcome, handling, now, cause="late_result")
            return outcome.kind in {"submitted", "succeeded"}


def _attempt(connection: Connection, attempt_id: int) -> tuple[RowMapping, RowMapping]:
    attempt = connection.execute(_ATTEMPT, {"attempt": attempt_id}).mappings().first()
    if attempt is None:
        raise LedgerError(f"there is no attempt {attempt_id}")
    return attempt, transitions.load(connection, attempt["submission_id"])


def _end(connection: Connection, attempt_id: int, outcome: Outcome, now: datetime) -> None:
    asked = {
        "attempt": attempt_id,
        "now": seconds(now),
        "how": outcome.kind,
        "status": outcome.http_status,
        "request": outcome.request_id,
        "why": outcome.reason,
    }
    connection.execute(_END, asked)
