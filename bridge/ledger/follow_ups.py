"""What Amazon is asked about until it is over: started with an event's success, moved on by each look.

A look's news, its state and the time of the next one are one transaction. So a kill between Amazon's answer
and the commit repeats the look, and tells nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, insert, or_, select, update

from bridge.ledger.database import Store
from bridge.ledger.news import hold_documents, queue_news
from bridge.ledger.outbound import set_cursor
from bridge.ledger.read_models import FollowUpCounts, FollowUpRow
from bridge.ledger.row_conversion import chunks, errors_list, errors_text, row_as, seconds, storable
from bridge.ledger.rows import DueFollowUp, Fence, Followed
from bridge.ledger.schema import (
    events,
    follow_up_references,
    follow_ups,
    is_alerting,
    is_followed,
    submissions,
)
from bridge.programs.follow_ups import LONGEST_SUBJECT, Look, NewsDocument, NewsFile, Start
from bridge.programs.registry import installed

FAILED_OFTEN = 5
"""Looks that failed in a row, about 40 minutes, after which an operator hears of it."""
_TAKEN_BACK = "taken_back"
"""The end of what is asked about since an operator's word that was wrong."""
_HISTORY = 50
"""Looks that stay in the history of one follow-up: the last ones."""

_SENT = select(submissions).where(submissions.c.id == bindparam("submission"))
_BODIES = select(events.c.id, events.c.body).where(
    events.c.id.in_(bindparam("ids", expanding=True)), events.c.body.is_not(None)
)
_KNOWN = select(follow_ups.c.id, follow_ups.c.ended_at).where(
    follow_ups.c.account == bindparam("whose"),
    follow_ups.c.name == bindparam("of"),
    follow_ups.c.subject == bindparam("about"),
)
_TURNS = (
    select(
        follow_ups,
        func.row_number()
        .over(partition_by=follow_ups.c.name, order_by=follow_ups.c.next_look_at)
        .label("turn"),
    )
    .where(follow_ups.c.vendor == bindparam("v"), is_followed, follow_ups.c.next_look_at <= bindparam("now"))
    .subquery()
)
# One of each name in turn: the few orders need not wait for their many packages.
_DUE = select(_TURNS).order_by(_TURNS.c.turn, _TURNS.c.next_look_at).limit(bindparam("most"))
_OPEN = select(follow_ups).where(
    follow_ups.c.id == bindparam("which"), is_followed, follow_ups.c.looks == bindparam("looks_before")
)
_REFERENCES = select(follow_up_references.c.reference).where(
    follow_up_references.c.follow_up_id == bindparam("which")
)
_PUT = update(follow_ups).where(follow_ups.c.id == bindparam("which"))
_REST = (
    update(follow_ups)
    .where(
        follow_ups.c.vendor == bindparam("v"),
        is_followed,
        follow_ups.c.next_look_at < bindparam("rest_until"),
    )
    .values(next_look_at=bindparam("rest_until"))
)
_FOLLOWED = select(follow_ups).where(
    follow_ups.c.vendor == bindparam("v"), is_followed, follow_ups.c.name == bindparam("of")
)
_SOON = (
    update(follow_ups)
    .where(
        follow_ups.c.id.in_(bindparam("ids", expanding=True)),
        is_followed,
        follow_ups.c.next_look_at > bindparam("now"),
    )
    .values(next_look_at=bindparam("now"))
)
_ALERTS = select(follow_ups.c.name, follow_ups.c.subject, follow_ups.c.alert).where(
    follow_ups.c.vendor == bindparam("v"), is_alerting
)
_COUNT = select(func.count(), func.count().filter(follow_ups.c.failures >= FAILED_OFTEN)).where(
    follow_ups.c.vendor == bindparam("v"), is_followed
)
_FIRST_REASON = (
    select(follow_ups.c.reason)
    .where(follow_ups.c.vendor == bindparam("v"), is_followed, follow_ups.c.failures >= FAILED_OFTEN)
    .order_by(follow_ups.c.next_look_at)
    .limit(1)
)
_BATCH = select(events.c.file_id).where(events.c.id == bindparam("event"))


def start_following(
    connection: Connection, submission_id: int, event_ids: Sequence[int], now: datetime
) -> None:
    """Start, within the write of their success, what is to be asked about after some events."""
    if not installed().follow_ups:
        return
    sent = connection.execute(_SENT, {"submission": submission_id}).mappings().one()
    wanted = installed().followed_after(sent["operation"])
    if not wanted:
        return
    for ids in chunks(event_ids, 500):
        for event_id, body in connection.execute(_BODIES, {"ids": ids}).all():
            event = installed().decode(sent["operation"], body)
            for start in filter(None, (one.start(event) for one in wanted)):
                _start(connection, sent, event_id, start, now)


def follow_answered(
    connection: Connection, submission_id: int, event_id: int, starts: Sequence[Start], now: datetime
) -> None:
    """Start, within the write of an event's success, what the answer to its call is to be asked about."""
    sent = connection.execute(_SENT, {"submission": submission_id}).mappings().one()
    for start in starts:
        _start(connection, sent, event_id, start, now)


def stop_following(connection: Connection, event_ids: Sequence[int], now: datetime) -> None:
    """End what was started after events whose success is taken back."""
    of_these = (follow_ups.c.event_id.in_(event_ids), is_followed)
    ended = {"ended_at": seconds(now), "end_state": _TAKEN_BACK, "next_look_at": None, "alert": ""}
    connection.execute(update(follow_ups).where(*of_these).values(ended))


def _start(connection: Connection, source: RowMapping, event_id: int, start: Start, now: datetime) -> None:
    """Start one; `source` tells whose, in which API version. One that goes on stays as it is.

    One that is over is taken up again with what it kept: what was told once stays told.
    """
    first = seconds(now + installed().follow_ups[start.name].first)
    asked = {"whose": source["account"], "of": start.name, "about": start.subject}
    known = connection.execute(_KNOWN, asked).first()
    begun: dict[str, Any] = {
        "event_id": event_id,
        "api_version": source["api_version"],
        "started_at": seconds(now),
        "next_look_at": first,
    }
    if known is None:
        connection.execute(
            insert(follow_ups).values(
                account=source["account"],
                vendor=source["vendor"],
                name=start.name,
                subject=start.subject,
                kept=start.kept.decode(),
                **begun,
            )
        )
    elif known.ended_at is not None:
        renewed = begun | {"ended_at": None, "end_state": "", "alert": "", "failures": 0, "missed": 0}
        connection.execute(_PUT.values(renewed), {"which": known.id})


class FollowUpStore(Store):
    """What the job follow asks and writes."""

    def due_follow_ups(self, vendor: str, now: datetime, limit: int = 100) -> list[DueFollowUp]:
        """List what Amazon is to be asked about now, one of each name in turn, the longest due first."""
        with self._db.read() as connection:
            asked = {"v": vendor, "now": seconds(now), "most": limit}
            return [row_as(DueFollowUp, row) for row in connection.execute(_DUE, asked).mappings()]

    def record_look(  # noqa: PLR0913 - what a look is, and what became of its news
        self,
        fence: Fence,
        asked: DueFollowUp,
        look: Look,
        now: datetime,
        *,
        missed: int,
        files: Sequence[NewsFile] = (),
        held: Sequence[tuple[NewsDocument, str]] = (),
    ) -> bool:
        """Commit what a look found: its files, what it keeps, and when to look again or how it ended.

        `files` are its news as written, `held` the documents of it that could not be, with the reasons.

        Return False, with nothing changed, where it was ended or looked at since it was due.
        """
        with self._db.write(fence) as connection:
            row = _open(connection, asked)
            if row is None:
                return False
            batch: int = connection.execute(_BATCH, {"event": row["event_id"]}).scalar_one()
            told = [queue_news(connection, row["vendor"], batch, one, now) for one in files]
            notes = [look.note, *hold_documents(connection, row["vendor"], batch, held, now)]
            note = "; ".join(filter(None, notes))
            _refer(connection, row["id"], look.references)
            for start in look.starts:
                _start(connection, row, row["event_id"], start, now)
            history = row["history"]
            if told or note or look.over or look.status != row["status"]:
                entry = {"at": now.isoformat(), "status": look.status, "note": note, "files": told}
                history = errors_text([*errors_list(history), entry][-_HISTORY:])
            values: dict[str, Any] = {
                "kept": look.kept.decode(),
                "status": storable(look.status),
                "alert": storable(look.alert),
                "looks": row["looks"] + 1,
                "missed": missed,
                "failures": 0,
                "reason": "",
                "history": history,
                "next_look_at": seconds(now + look.again),
            }
            if look.over:
                values |= {"next_look_at": None, "ended_at": seconds(now), "end_state": storable(look.over)}
            connection.execute(_PUT.values(values), {"which": row["id"]})
            return True

    def record_look_failed(
        self,
        fence: Fence,
        asked: DueFollowUp,
        reason: str,
        again_at: datetime,
        *,
        all_rest_until: datetime | None = None,
    ) -> None:
        """Note why Amazon could not be asked; it is asked again at `again_at`.

        With `all_rest_until` nothing of the vendor's is asked before then: the others would fail likewise.
        """
        with self._db.write(fence) as connection:
            row = _open(connection, asked)
            if row is None:
                return
            if all_rest_until is not None:
                rest = {"v": row["vendor"], "rest_until": seconds(all_rest_until)}
                connection.execute(_REST, rest)
            values = {
                "looks": row["looks"] + 1,
                "failures": row["failures"] + 1,
                "reason": storable(reason),
                "next_look_at": seconds(again_at),
            }
            connection.execute(_PUT.values(values), {"which": row["id"]})

    def followed(self, vendor: str, name: str) -> list[Followed]:
        """List what is followed under a name."""
        with self._db.read() as connection:
            rows = connection.execute(_FOLLOWED, {"v": vendor, "of": name}).mappings()
            return [row_as(Followed, row) for row in rows]

    def record_sweep(
        self, fence: Fence, vendor: str, cursor: tuple[str, str] | None, changed: Sequence[int], now: datetime
    ) -> None:
        """Make due now what a list shows to have changed, and move the list's cursor (its name and value).

        Without a cursor the list was not read to its end, and its cursor stays.
        """
        with self._db.write(fence) as connection:
            for ids in chunks(changed, 500):
                connection.execute(_SOON, {"ids": ids, "now": seconds(now)})
            if cursor is not None:
                set_cursor(connection, vendor, *cursor)

    def follow_up_alerts(self, vendor: str) -> dict[tuple[str, str], str]:
        """Return what operators are to know of follow-ups, ended ones too: (name, subject) → text."""
        with self._db.read() as connection:
            rows = connection.execute(_ALERTS, {"v": vendor})
            return {(row.name, row.subject): row.alert for row in rows}

    def follow_up_counts(self, vendor: str) -> FollowUpCounts:
        """Count what goes on, and of that what could not be looked at some times in a row."""
        with self._db.read() as connection:
            count, failing = connection.execute(_COUNT, {"v": vendor}).one()
            reason = connection.execute(_FIRST_REASON, {"v": vendor}).scalar() if failing else ""
        return FollowUpCounts(open=count, failing=failing, reason=reason or "")


def follow_ups_of(connection: Connection, subject: str, event_ids: Sequence[int]) -> list[FollowUpRow]:
    """List the follow-ups of a subject, and those that some events have started."""
    found: dict[int, FollowUpRow] = {}
    for ids in chunks(event_ids, 500) if event_ids else [[]]:
        theirs = or_(follow_ups.c.subject == subject, follow_ups.c.event_id.in_(ids))
        for row in connection.execute(select(follow_ups).where(theirs)).mappings():
            found[row["id"]] = row_as(FollowUpRow, row)
    return [found[one] for one in sorted(found)]


def _refer(connection: Connection, which: int, references: Sequence[str]) -> None:
    """Keep further numbers of a follow-up; those of a length that no number has are left out."""
    wanted = {storable(one) for one in references if 0 < len(one) <= LONGEST_SUBJECT}
    if wanted:
        known = connection.execute(_REFERENCES, {"which": which}).scalars()
        for one in sorted(wanted.difference(known)):
            row = {"reference": one, "follow_up_id": which}
            connection.execute(insert(follow_up_references), row)


def _open(connection: Connection, asked: DueFollowUp) -> RowMapping | None:
    which = {"which": asked.id, "looks_before": asked.looks}
    return connection.execute(_OPEN, which).mappings().first()
