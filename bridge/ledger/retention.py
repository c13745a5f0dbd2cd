"""Purging what is old and done: contents go, a tombstone stays.

A purge of a batch has two steps. The first blanks, in one transaction, all that may be personal, and
notes the time. The second removes the raw bytes and then forgets their name. A kill in between leaves a
batch whose bytes are still named: the next purge finds it so and ends it.

What stays: names, hashes, sizes, times and counts of files; documents with type, reference and verdict;
events with order and tracking number and state; submissions with Amazon's ids; codes of errors, without
their texts, which may quote a document.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, exists, func, or_, select, update

from bridge.ledger import sqlite
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.order_labels import forget_labels
from bridge.ledger.outbound_buffer import StructBuffer
from bridge.ledger.outbound_schema import has_data, is_pending, outbound_files, outbound_parts
from bridge.ledger.read_models import Purgeable, Purged
from bridge.ledger.row_conversion import chunks, errors_list, errors_text, moment, seconds
from bridge.ledger.schema import (
    alerts,
    arrivals,
    attempts,
    documents,
    events,
    files,
    follow_up_references,
    follow_ups,
    is_ended,
    is_kept,
    is_open,
    is_unmoved,
    is_unremoved,
    packages,
    submission_events,
    submissions,
)
from bridge.ledger.watches import forget_watched

# One statement changes no more than this: SQLite keeps in memory what a statement changes, until it ends.
_PAGE = 500
_FILES_AT_ONCE = 16
_PARTS_AT_ONCE = 16
_PARTS = delete(outbound_parts).where(
    outbound_parts.c.outbound_id.in_(bindparam("ids", expanding=True)),
    outbound_parts.c.number >= bindparam("begin"),
    outbound_parts.c.number < bindparam("end"),
)
_BEFORE_ALL = -(2**62)
_DOCUMENTS = (
    select(documents.c.id, documents.c.number)
    .where(documents.c.file_id == bindparam("file"), documents.c.number > bindparam("after"))
    .order_by(documents.c.number)
    .limit(_PAGE)
)
_BLANK_EVENTS = (
    update(events)
    .where(events.c.document_id.in_(bindparam("ids", expanding=True)))
    .values(body=None, stated=None, notes="", reason="")
)
PACKAGES_KEPT = timedelta(days=180)  # status updates of a package may still come
_STAYS = ("code", "segment", "position", "element", "component", "level", "fatal")

_done = (
    is_kept,
    files.c.reported_at.is_not(None) | one_of(files.c.state, "quarantined"),
    ~exists().where(events.c.file_id == files.c.id, is_open),
    ~exists().where(events.c.file_id == files.c.id, one_of(events.c.state, "held")),
    ~exists().where(arrivals.c.file_id == files.c.id, is_unmoved),
    ~exists().where(outbound_files.c.file_id == files.c.id, is_pending),
)


class RetentionStore(Store):
    """What `purge` and the daemon's daily one do."""

    def vendors(self) -> list[str]:
        """List the vendors that files came from, also those that the configuration has no more."""
        with self._db.read() as connection:
            return sorted(connection.execute(select(files.c.vendor).distinct()).scalars())

    def purgeable(self, vendor: str, before: datetime, limit: int = 1000) -> list[Purgeable]:
        """List batches received before then that a purge would blank, oldest first; nothing is changed.

        Done: reported or quarantined, moved out of the inbox, no event open or held, nothing pending
        for the outbox.
        """
        query = (
            select(files.c.id, files.c.vendor, files.c.name, files.c.size, files.c.received_at)
            .where(files.c.vendor == vendor, files.c.received_at < seconds(before), *_done)
            .order_by(files.c.received_at, files.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [
                Purgeable(
                    id=row.id,
                    vendor=row.vendor,
                    name=row.name,
                    size=row.size,
                    received_at=moment(row.received_at),
                    events=_count(connection, events, events.c.file_id == row.id),
                    outbound=_count(connection, outbound_files, outbound_files.c.file_id == row.id, has_data),
                )
                for row in connection.execute(query).all()
            ]

    def loose_outbound(self, vendor: str, before: datetime) -> int:
        """Count the delivered files of no batch (shipping documents) that a purge would blank."""
        with self._db.read() as connection:
            return _count(connection, outbound_files, *_loose(vendor, before))

    def purge(self, file_id: int, now: datetime) -> Purged | None:
        """Blank one batch; None where it is not done (any more). Its bytes are still in the spool."""
        at = seconds(now)
        with self._db.write() as connection:
            sqlite.overwrite_deleted(connection)
            marked = update(files).where(files.c.id == file_id, *_done).values(purged_at=at, reason="")
            if connection.execute(marked).rowcount != 1:
                return None
            blanked = _blank_events(connection, file_id)
            _strip(connection, events, events.c.file_id == file_id)
            _strip(connection, documents, documents.c.file_id == file_id)
            _strip_submissions(connection, file_id)
            return Purged(
                files=1,
                documents=_count(connection, documents, documents.c.file_id == file_id),
                events=blanked,
                outbound=_blank(connection, at, outbound_files.c.file_id == file_id, has_data),
            )

    def purge_loose(self, vendor: str, before: datetime, now: datetime) -> int:
        """Blank outbound files of no batch; forget what is long over.

        That is packages and labels of long ago, and alerts and follow-ups that ended before then.
        """
        long_ago = seconds(before - PACKAGES_KEPT)
        with self._db.write() as connection:
            sqlite.overwrite_deleted(connection)
            count = _blank(connection, seconds(now), *_loose(vendor, before))
            connection.execute(
                delete(packages).where(packages.c.vendor == vendor, packages.c.registered_at < long_ago)
            )
            forget_labels(connection, vendor, long_ago)
            forget_watched(connection, vendor, long_ago)
            connection.execute(
                delete(alerts).where(alerts.c.vendor == vendor, alerts.c.cleared_at < seconds(before))
            )
            old = (follow_ups.c.vendor == vendor, is_ended, follow_ups.c.ended_at < seconds(before))
            of_these = follow_up_references.c.follow_up_id.in_(select(follow_ups.c.id).where(*old))
            connection.execute(delete(follow_up_references).where(of_these))
            connection.execute(delete(follow_ups).where(*old))
            return count

    def bytes_to_remove(
        self, vendor: str, before: datetime, are_there: Callable[[str], bool] = lambda _name: True
    ) -> list[int]:
        """List purged batches whose bytes are to leave the spool, or have left it (`are_there`) already.

        Those of a file that came once more after its purge are kept as long as those of a new one. What a
        purge that was killed has removed is listed whatever its age: it is named still, and must not be.
        """
        due = or_(files.c.updated_at <= files.c.purged_at, files.c.updated_at < seconds(before))
        query = select(files.c.id, files.c.spool_name, due.label("due")).where(
            files.c.vendor == vendor,
            is_unremoved,
            ~exists().where(arrivals.c.file_id == files.c.id, is_unmoved),
        )
        with self._db.read() as connection:
            rows = connection.execute(query.order_by(files.c.id)).all()
        return [row.id for row in rows if row.due or not are_there(row.spool_name)]

    def forget_bytes(self, file_id: int, remove: Callable[[str], None]) -> None:
        """Remove a purged batch's bytes from the spool by `remove`, unless another batch needs the same.

        It is called while no other process can write; killed after it, the name stands and is removed again.
        """
        with self._db.write() as connection:
            name = connection.execute(
                select(files.c.spool_name).where(files.c.id == file_id, is_unremoved)
            ).scalar()
            if name is None:
                return
            needed = select(files.c.id).where(files.c.spool_name == name, is_kept).limit(1)
            if connection.execute(needed).first() is None:
                remove(name)
            connection.execute(update(files).where(files.c.id == file_id).values(spool_name=""))


def _loose(vendor: str, before: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        outbound_files.c.vendor == vendor,
        has_data,
        outbound_files.c.created_at < seconds(before),
        # Of no batch, or in answer to a file that came once more after its purge.
        outbound_files.c.file_id.is_(None)
        | exists().where(files.c.id == outbound_files.c.file_id, files.c.purged_at.is_not(None)),
        ~is_pending,
    )


def _count(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one()


def _blank_events(connection: Connection, file_id: int) -> int:
    count, after = 0, _BEFORE_ALL
    while rows := connection.execute(_DOCUMENTS, {"file": file_id, "after": after}).all():
        count += connection.execute(_BLANK_EVENTS, {"ids": [row.id for row in rows]}).rowcount
        after = rows[-1].number
    return count


def _blank(connection: Connection, at: float, *where: ColumnElement[bool]) -> int:
    these = select(outbound_files.c.id).where(*where)
    for ids in chunks(connection.execute(these).scalars().all(), _FILES_AT_ONCE):
        begin = 0
        while connection.execute(
            _PARTS, {"ids": ids, "begin": begin, "end": begin + _PARTS_AT_ONCE}
        ).rowcount:
            begin += _PARTS_AT_ONCE
    changed = update(outbound_files).where(*where).values(last_error="", purged_at=at)
    return connection.execute(changed).rowcount


def _strip(connection: Connection, table: Table, where: ColumnElement[bool]) -> None:
    """Leave of errors their codes and places."""
    changed = update(table).where(table.c.id == bindparam("row")).values(errors=bindparam("left"))
    wrong = select(table.c.id, table.c.errors).where(where, table.c.errors != "")
    with closing(StructBuffer(_Stripped)) as stripped:
        for row in connection.execute(wrong, execution_options={"yield_per": _PAGE}):
            stripped.add(_Stripped(row.id, _codes(row.errors)))
        for some in chunks(stripped, _PAGE):
            connection.execute(changed, [{"row": one.id, "left": one.errors} for one in some])


class _Stripped(msgspec.Struct, frozen=True, array_like=True):
    id: int
    errors: str


def _codes(text: str) -> str:
    errors: list[dict[str, Any]] = errors_list(text)
    return errors_text(
        [{key: error[key] for key in _STAYS if key in error} for error in errors if "code" in error]
    )


def _strip_submissions(connection: Connection, file_id: int) -> None:
    """Leave of a batch's submissions Amazon's ids and codes; a shared one goes with its last batch."""
    of_file = (
        select(submission_events.c.submission_id)
        .join(events, events.c.id == submission_events.c.event_id)
        .where(events.c.file_id == file_id)
        .distinct()
    )
    for ids in chunks(connection.execute(of_file).scalars().all(), 500):
        shared = (
            select(submission_events.c.submission_id)
            .join(events, events.c.id == submission_events.c.event_id)
            .join(files, files.c.id == events.c.file_id)
            .where(submission_events.c.submission_id.in_(ids), is_kept)
        )
        left = set(connection.execute(shared).scalars())
        alone = [one for one in ids if one not in left]
        _strip(connection, submissions, submissions.c.id.in_(alone))
        connection.execute(update(submissions).where(submissions.c.id.in_(alone)).values(reason=""))
        connection.execute(update(attempts).where(attempts.c.submission_id.in_(alone)).values(reason=""))
