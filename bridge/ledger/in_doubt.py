"""Submissions in doubt, and events that are held."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, RowMapping, bindparam, delete, func, or_, select, update

from bridge.domain.events import RESTORED
from bridge.domain.functions import DROPPED
from bridge.domain.outcomes import Outcome
from bridge.domain.states import EVENT_MOVES, IllegalMove, move
from bridge.errors import CommandRefused
from bridge.ledger import transitions
from bridge.ledger.database import Store
from bridge.ledger.functions import (
    carry_out_for_released,
    carry_out_held,
    release_cancellation,
    release_replacement,
)
from bridge.ledger.outbound_schema import held_documents
from bridge.ledger.packages import WAITED_TOO_LONG, released_status
from bridge.ledger.reports import reopen
from bridge.ledger.resolving import note_action
from bridge.ledger.response_handlers import settle_doubt, submitted
from bridge.ledger.row_conversion import errors_list, errors_text, moment, seconds
from bridge.ledger.rows import DueSubmission, Fence, Moved
from bridge.ledger.schema import attempts, events, is_in_doubt, submissions
from bridge.ledger.spending import settle_submission
from bridge.ledger.submissions import due_rows
from bridge.programs.registry import installed

_WAITS = "released by an operator; the confirmation of its shipment has not succeeded yet"
_IN_DOUBT = (
    select(submissions)
    .where(submissions.c.vendor == bindparam("v"), is_in_doubt)
    .order_by(submissions.c.id)
    .limit(bindparam("most"))
)
_TO_VERIFY = (
    select(submissions)
    .where(
        submissions.c.vendor == bindparam("v"), is_in_doubt, submissions.c.next_attempt_at <= bindparam("now")
    )
    .order_by(submissions.c.next_attempt_at)
    .limit(bindparam("most"))
)

_OF_SUBMISSION = attempts.c.submission_id == bindparam("submission")
_DOUBTS = (
    select(func.count())
    .select_from(attempts)
    .where(_OF_SUBMISSION, or_(attempts.c.ended_at.is_(None), attempts.c.kind == "in_doubt"))
)
_FIRST_ATTEMPT = select(func.min(attempts.c.started_at)).where(_OF_SUBMISSION)


class InDoubtStore(Store):
    """What is asked and said of things in doubt or on hold."""

    def in_doubt(self, vendor: str, limit: int = 100) -> list[DueSubmission]:
        """List submissions in doubt; `policy` is empty for those found so by a claim."""
        with self._db.read() as connection:
            rows = connection.execute(_IN_DOUBT, {"v": vendor, "most": limit}).mappings()
            return due_rows(connection, list(rows))

    def due_for_verification(self, vendor: str, now: datetime, limit: int = 10) -> list[DueSubmission]:
        """List submissions in doubt that are due: under the policy `verify`, or (a claim's) none yet."""
        with self._db.read() as connection:
            rows = connection.execute(
                _TO_VERIFY, {"v": vendor, "now": seconds(now), "most": limit}
            ).mappings()
            return due_rows(connection, list(rows))

    def doubts_of(self, submission_id: int) -> int:
        """Count the attempts of a submission of which it was not known whether Amazon took them."""
        with self._db.read() as connection:
            return connection.execute(_DOUBTS, {"submission": submission_id}).scalar_one()

    def first_attempt_at(self, submission_id: int) -> datetime | None:
        """Return when a submission was sent first; None where it never was."""
        with self._db.read() as connection:
            at: float | None = connection.execute(_FIRST_ATTEMPT, {"submission": submission_id}).scalar_one()
        return moment(at)

    def apply_policy(  # noqa: PLR0913 - all by name that is not always there
        self,
        fence: Fence,
        submission_id: int,
        policy: str,
        now: datetime,
        at: datetime | None = None,
        *,
        reason: str = "",
    ) -> str:
        """Put a submission in doubt under a policy, with a new reason if there is one; return its new state.

        `resubmit`: ready, to be sent at `at`. `verify`: verified at `at`. `hold`: waits for an operator. One
        that was settled by hand meanwhile stays as it is.
        """
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            if row["state"] != "in_doubt":
                return str(row["state"])
            if reason:
                mine = submissions.c.id == submission_id
                connection.execute(update(submissions).where(mine).values(reason=reason))
            return settle_doubt(connection, row, policy, now, at)

    def keep_in_doubt(self, fence: Fence, submission_id: int, reason: str, now: datetime) -> None:
        """Leave a submission in doubt to an operator, that was to be sent again and may not be, and why."""
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            if row["state"] == "ready":
                at = {"doubted_at": seconds(now), "next_attempt_at": None}
                transitions.put(connection, row, "not_repeated", policy="hold", reason=reason, **at)

    def record_verification(
        self,
        fence: Fence,
        submission_id: int,
        found: Collection[int],
        now: datetime,
        again_at: datetime | None,
    ) -> Moved:
        """Record which events of a submission in doubt were found at Amazon: those succeeded.

        The rest waits in doubt until `again_at`, or, with None, is ready to be sent again. One that
        was settled by hand meanwhile stays as it is.
        """
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            if row["state"] != "in_doubt":
                return Moved(state=row["state"])
            transitions.mark_updated(connection, submission_id, now)
            own = [event.id for event in transitions.members(connection, submission_id)]
            done = [event_id for event_id in own if event_id in set(found)]
            if len(done) == len(own):
                settle_submission(connection, submission_id, taken=True)
                state = transitions.put(
                    connection, row, "found", verdict_at=seconds(now), reason="", errors=""
                )
                return transitions.succeed(connection, submission_id, state, now)
            released = transitions.succeed_some(connection, submission_id, done, now)
            if again_at is None:
                state = transitions.put(connection, row, "resubmit", next_attempt_at=seconds(now))
                carry_out_held(connection, submission_id, now)
            else:
                looks = {"polls": row["polls"] + 1}
                connection.execute(update(submissions).where(submissions.c.id == row["id"]).values(looks))
                state = settle_doubt(connection, row, "verify", now, again_at)
            return Moved(state=state, succeeded=tuple(done), released=released)

    def record_taken(
        self, fence: Fence, submission_id: int, amazon_transaction_id: str, now: datetime
    ) -> str:
        """Record that a submission in doubt was found at Amazon, where its verdict is still to come.

        Returns its new state. One that was settled by hand meanwhile stays as it is.
        """
        with self._db.write(fence) as connection:
            row = transitions.load(connection, submission_id)
            if row["state"] != "in_doubt":
                return str(row["state"])
            transitions.mark_updated(connection, submission_id, now)
            settle_submission(connection, submission_id, taken=True)
            outcome = Outcome(
                kind="submitted", amazon_transaction_id=amazon_transaction_id, request_id=row["request_id"]
            )
            return submitted(connection, row, outcome, now, cause="found_taken").state

    def release_event(
        self, event_id: int, now: datetime, *, elsewhere: Collection[str] = (), who: str = ""
    ) -> None:
        """Release a held event (held → ready); raises `CommandRefused` where it is not held or has no body.

        A status update still waits for its confirmation, but for one that was held since it had waited
        too long, and for the vendors `elsewhere`, whose confirmations do not pass here. One that waits for
        its own time waits no longer; only one that is meant for a day and was held still waits for that, and
        so does what was held since the ledger was restored. A cancellation is never sent: it is carried out,
        or refused with the reason where Amazon has what it cancels.
        """
        programs = installed()
        with self._db.write() as connection:
            row = _event(connection, event_id)
            if _is_delayed(row):
                _put_event(connection, event_id, now, not_before=None, reason="")
                note_action(connection, "event", row, "released", now, who=who)
                return
            if row["state"] == "held" and row["function"] == "cancel":
                release_cancellation(connection, row, now)
                note_action(connection, "event", row, "released", now, who=who)
                return
            cause: str = "requeue"
            columns: dict[str, str | None] = {}
            if row["operation"] in programs.awaiting and row["body"] is not None:
                unconfirmed = row["vendor"] in elsewhere or row["reason"] == WAITED_TOO_LONG
                cause, columns = released_status(connection, row, unconfirmed=unconfirmed)
            state = _moved(row, cause)
            if row["body"] is None:
                raise CommandRefused(
                    f"event {event_id} has nothing to send: correct mapping or settings and `edibridge rerun "
                    f"{row['file_id']}`, or `edibridge resolve {event_id} --event --drop REASON`"
                )
            if row["label_state"] == "held":
                _check_released(row)
                columns["label_state"] = "released"
            if row["operation"] not in programs.for_a_day and row["reason"] != RESTORED:
                columns["not_before"] = None
            if row["function"] == "replace":
                release_replacement(connection, row, now)
            reason = _WAITS if state == "waiting" else ""
            _put_event(connection, event_id, now, state=state, reason=reason, **columns)
            note_action(connection, "event", row, "released", now, who=who)
            if row["reason"] == RESTORED:
                carry_out_for_released(connection, row, now)

    def refuse_event(self, event_id: int, reason: str, now: datetime, *, who: str = "") -> None:
        """Drop an event that is held or waits, with a reason. Raises `CommandRefused` for others."""
        with self._db.write() as connection:
            row = _event(connection, event_id)
            state = move(row["state"], "drop", EVENT_MOVES) if _is_delayed(row) else _moved(row, "refuse")
            told = errors_text([{"code": DROPPED, "message": reason}])
            _put_event(connection, event_id, now, state=state, reason=reason, errors=told)
            note_action(connection, "event", row, "dropped", now, who=who, reason=reason)

    def drop_document(self, number: int, reason: str, now: datetime, *, who: str) -> str:
        """End a document that waits until it can be written; return whose it was.

        Raises `CommandRefused` where there is none.
        """
        which = held_documents.c.id == number
        with self._db.write() as connection:
            row = connection.execute(select(held_documents).where(which)).mappings().first()
            if row is None:
                raise CommandRefused(
                    f"no document waits under {number}; `edibridge status` names those that do"
                )
            connection.execute(delete(held_documents).where(which))
            held = {"id": number, "state": f"held {row['document']} {row['name']}"}
            note_action(connection, "document", held, "dropped", now, who=who, reason=reason)
            return str(row["vendor"])


def _event(connection: Connection, event_id: int) -> RowMapping:
    row = connection.execute(select(events).where(events.c.id == event_id)).mappings().first()
    if row is None:
        raise CommandRefused(f"there is no event {event_id}; `edibridge show BATCH` lists those of a batch")
    return row


def _check_released(row: RowMapping) -> None:
    """Raise `CommandRefused` for a document that cannot go without what its order's label has."""
    for error in errors_list(row["errors"])[:1]:
        raise CommandRefused(
            f"event {row['id']} cannot go as the document says it ({error.get('message')}): drop it, and let "
            "the partner send it again, corrected"
        )


def _is_delayed(row: RowMapping) -> bool:
    return row["state"] == "ready" and row["not_before"] is not None


def _moved(row: RowMapping, cause: str) -> str:
    """Return the state that an operator's command leads to; raises `CommandRefused`, with nothing changed."""
    try:
        return move(row["state"], cause, EVENT_MOVES)
    except IllegalMove as error:
        raise CommandRefused(f"event {row['id']} is {row['state']}, not held; nothing was changed") from error


def _put_event(connection: Connection, event_id: int, now: datetime, **columns: str | None) -> None:
    changed = update(events).where(events.c.id == event_id)
    connection.execute(changed.values(updated_at=seconds(now), **columns))
    reopen(connection, [event_id], now)
