"""An operator's word on a submission: what it does, what it must not contradict, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BindParameter, Connection, RowMapping, bindparam, func, insert, or_, select, update

from bridge.domain.outcomes import Outcome
from bridge.domain.planning import next_poll
from bridge.domain.states import EVENTS_TAKEN_BACK, TAKEN_BACK, move
from bridge.errors import CommandRefused
from bridge.ledger import transitions
from bridge.ledger.batch_queries import submission_rows
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.follow_ups import stop_following
from bridge.ledger.functions import carry_out_held
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.packages import unconfirm
from bridge.ledger.reports import reopen
from bridge.ledger.response_handlers import succeeded_at_once
from bridge.ledger.row_conversion import seconds
from bridge.ledger.rows import SubmissionRow
from bridge.ledger.schema import attempts, events, is_grouped, operator_actions, submissions
from bridge.ledger.shipping_documents import request_documents
from bridge.ledger.spending import settle_submission
from bridge.programs.registry import installed

TAKEN = "Amazon has it by the operator's word; Amazon was not asked, and gave no verdict"
"""The reason of what succeeded without a transaction id."""
_ENDED = frozenset({"succeeded", "failed"})
_lower: BindParameter[str] = bindparam("id")
_HOLDER = (
    select(submissions.c.id)
    .where(func.lower(submissions.c.amazon_transaction_id) == _lower, submissions.c.id != bindparam("not_of"))
    .order_by(submissions.c.id)
    .limit(1)
)
_ASKED_AS = (
    select(submissions.c.id)
    .join(attempts, attempts.c.submission_id == submissions.c.id, isouter=True)
    .where(or_(func.lower(submissions.c.request_id) == _lower, func.lower(attempts.c.request_id) == _lower))
    .order_by(submissions.c.id)
    .limit(1)
)
_REOPEN = update(submissions).where(submissions.c.id == bindparam("submission"))
_BUSY = (
    select(events.c.id)
    .where(
        events.c.vendor == bindparam("v"),
        events.c.ordering_key.in_(bindparam("keys", expanding=True)),
        is_grouped,
    )
    .limit(1)
)


class ResolveStore(Store):
    """What operators say of submissions."""

    def submission(self, submission_id: int) -> SubmissionRow:
        """Return one submission; raises `CommandRefused` where there is none of that id."""
        with self._db.read() as connection:
            transitions.load(connection, submission_id)
            return submission_rows(connection, [submission_id])[0]

    def check_resolve(self, submission_id: int, sent_transaction_id: str | None, take_back: str = "") -> None:
        """Raise `CommandRefused` where `resolve` would; nothing is changed."""
        with self._db.read() as connection:
            _check(connection, transitions.load(connection, submission_id), sent_transaction_id, take_back)

    def resolve(  # noqa: PLR0913 - what was said, by whom, and what Amazon says of it
        self,
        submission_id: int,
        sent_transaction_id: str | None,
        now: datetime,
        *,
        taken: bool = False,
        take_back: str = "",
        who: str = "",
        told: str = "",
    ) -> None:
        """Take an operator's word on a submission in doubt or overdue, or on one that hangs on such a word.

        Sent, by this transaction id; or (None) not sent; or `taken`, by an unknown id: then it
        succeeds without a verdict of Amazon's. What has ended on an earlier word is only changed with
        `take_back`, the reason why that was wrong. `told` is what Amazon says of the id.

        Raises `CommandRefused` for an id that stands in the ledger already, and where nothing is to be said.
        """
        with self._db.write() as connection:
            row = transitions.load(connection, submission_id)
            _check(connection, row, sent_transaction_id, take_back)
            if row["state"] in _ENDED:
                _reopen_events(connection, row, now)
                state = move(row["state"], "taken_back", TAKEN_BACK)
                connection.execute(_REOPEN.values(state=state), {"submission": submission_id})
            transitions.mark_updated(connection, submission_id, now)
            before, row = row, transitions.load(connection, submission_id)
            action: Literal["taken", "not_sent", "sent"] = "taken"
            settle_submission(connection, submission_id, taken=taken or sent_transaction_id is not None)
            if taken:
                _taken(connection, row, now)
            elif sent_transaction_id is None:
                action = "not_sent"
                _not_sent(connection, row, now)
            else:
                action = "sent"
                _sent(connection, row, sent_transaction_id, now)
            reason = "; ".join(part for part in (take_back, told) if part)
            given = sent_transaction_id or ""
            note_action(connection, "submission", before, action, now, who=who, reason=reason, given=given)

    def resolve_found(
        self, submission_id: int, handling: OutcomeHandling, now: datetime, *, who: str = "", given: str = ""
    ) -> None:
        """Take for the answer to a call in doubt what an operator found at Amazon, and Amazon confirms."""
        with self._db.write() as connection:
            row = transitions.load(connection, submission_id)
            if row["state"] != "in_doubt":
                raise CommandRefused(f"submission {submission_id} is {row['state']}, not in doubt")
            transitions.mark_updated(connection, submission_id, now)
            settle_submission(connection, submission_id, taken=True)
            outcome = Outcome(kind="succeeded", request_id=row["request_id"])
            succeeded_at_once(connection, row, outcome, handling, now, cause="found")
            note_action(connection, "submission", row, "taken", now, who=who, given=given)


def note_action(  # noqa: PLR0913 - what, of what, by whom, when and why
    connection: Connection,
    kind: str,
    row: RowMapping | dict[str, Any],
    action: str,
    now: datetime,
    *,
    who: str,
    reason: str = "",
    given: str = "",
) -> None:
    """Write down an operator's word on a submission, event or document, `row` being what it was before."""
    had = row["amazon_transaction_id"] if kind == "submission" else ""
    values = {
        "kind": kind,
        "target_id": row["id"],
        "action": action,
        "amazon_transaction_id": given,
        "previous": f"{row['state']}, transaction {had}" if had else row["state"],
        "reason": reason,
        "who": who,
        "said_at": seconds(now),
    }
    connection.execute(insert(operator_actions).values(**values))


def _check(connection: Connection, row: RowMapping, transaction: str | None, take_back: str) -> None:
    number, state, had = row["id"], row["state"], row["amazon_transaction_id"]
    if state == "submitted" and not row["by_word"]:
        raise CommandRefused(
            f"submission {number} is submitted: Amazon took it as {had}, and is asked for the verdict"
        )
    if state in _ENDED and row["by_word"] and not take_back:
        raise CommandRefused(
            f"submission {number} is {state}, by an operator's word; where that was wrong, say the right one "
            "with --take-back REASON"
        )
    if state not in {"in_doubt", "overdue", "submitted"} and not (state in _ENDED and row["by_word"]):
        raise CommandRefused(f"submission {number} is {state}, not in doubt or overdue")
    if transaction is not None:
        if installed().operations[row["operation"]].reply == "result":
            raise CommandRefused(
                f"{row['operation']} has no transactions: where Amazon has what submission {number} was to "
                "tell it, say --taken, otherwise --not-sent"
            )
        _check_id(connection, row, transaction)


def _check_id(connection: Connection, row: RowMapping, transaction: str) -> None:
    """Refuse an id that cannot be this submission's: the ledger knows what it belongs to."""
    number, asked = row["id"], {"id": transaction.lower(), "not_of": row["id"]}
    if row["amazon_transaction_id"].lower() == asked["id"] and row["state"] != "in_doubt":
        raise CommandRefused(
            f"{transaction} is the transaction of submission {number} already; nothing was changed"
        )
    holder = connection.execute(_HOLDER, asked).scalar()
    if holder is not None:
        raise CommandRefused(
            f"{transaction} is the transaction of submission {holder} ({_orders(connection, holder)}), not "
            f"of submission {number}; nothing was changed. `edibridge trace {transaction}` shows it"
        )
    holder = connection.execute(_ASKED_AS, asked).scalar()
    if holder is not None:
        raise CommandRefused(
            f"{transaction} is a request id (x-amzn-RequestId) of submission {holder}, not a transaction id; "
            "nothing was changed"
        )


def _orders(connection: Connection, submission_id: int) -> str:
    query = select(events.c.purchase_order_number).where(events.c.submission_id == submission_id)
    found = list(dict.fromkeys(connection.execute(query.limit(4)).scalars()))
    more = " and more" if len(found) > 3 else ""
    return f"order {', '.join(found[:3])}{more}" if found else "its events went on in others"


def _reopen_events(connection: Connection, row: RowMapping, now: datetime) -> None:
    """Take back what an earlier word made of a submission's events: they are under way again."""
    state = row["state"]
    query = select(events.c.id, events.c.ordering_key).where(
        events.c.submission_id == row["id"], events.c.state == state
    )
    own = connection.execute(query).all()
    if not own:
        raise CommandRefused(
            f"the events of submission {row['id']} have gone on since; see `edibridge rerun`"
        )
    asked = {"v": row["vendor"], "keys": [one.ordering_key for one in own]}
    busy = connection.execute(_BUSY, asked).scalar()
    if busy is not None:
        raise CommandRefused(
            f"event {busy} of the same order or package is under way; try again when it is through"
        )
    ids = [one.id for one in own]
    connection.execute(
        update(events)
        .where(events.c.id.in_(ids))
        .values(
            state=move(state, "taken_back", EVENTS_TAKEN_BACK), reason="", errors="", updated_at=seconds(now)
        )
    )
    unconfirm(connection, row["vendor"], ids, now)
    stop_following(connection, ids, now)
    reopen(connection, ids, now)


def _sent(connection: Connection, row: RowMapping, transaction: str, now: datetime) -> None:
    at = seconds(now)
    transitions.put(
        connection,
        row,
        "resolved_sent",
        by_word="sent",
        amazon_transaction_id=transaction,
        submitted_at=at,
        next_attempt_at=None,
        next_poll_at=at + next_poll(0, 0.0),
        polls=0,
        verdict_at=None,
    )


def _not_sent(connection: Connection, row: RowMapping, now: datetime) -> None:
    own = {"amazon_transaction_id": ""} if row["by_word"] else {}  # a wrong id misleads no trace any more
    transitions.put(
        connection,
        row,
        "resolved_not_sent",
        by_word="",
        policy="",
        next_attempt_at=seconds(now),
        next_poll_at=None,
        verdict_at=None,
        **own,
    )
    carry_out_held(connection, row["id"], now)


def _taken(connection: Connection, row: RowMapping, now: datetime) -> None:
    at = seconds(now)
    own = {"amazon_transaction_id": ""} if row["by_word"] else {}
    state = transitions.put(
        connection,
        row,
        "taken",
        by_word="taken",
        verdict_at=at,
        next_attempt_at=None,
        next_poll_at=None,
        reason=TAKEN,
        errors="",
        **own,
    )
    done = transitions.succeed(connection, row["id"], state, now).succeeded
    _explain(connection, done)
    told = installed().told_by(row["operation"])
    if told is not None and told.makes_available:
        query = select(events.c.purchase_order_number).where(events.c.id.in_(done))
        orders = list(connection.execute(query).scalars())
        request_documents(connection, row["vendor"], told.makes_available[0], orders, at)


def _explain(connection: Connection, event_ids: Sequence[int]) -> None:
    connection.execute(
        update(events)
        .where(events.c.id.in_(event_ids), one_of(events.c.state, "succeeded"))
        .values(reason=TAKEN)
    )
