"""Removing what is old and done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, delete, exists, select

from bridge.ledger.codec import chunks, seconds
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.rows import Purged
from bridge.ledger.schema import (
    alerts,
    arrivals,
    attempts,
    documents,
    events,
    files,
    interchanges,
    is_open,
    is_pending,
    is_unmoved,
    outbound_files,
    packages,
    submission_events,
    submissions,
)

PACKAGES_KEPT = timedelta(days=180)  # status updates of a package may still come
AT_ONCE = 20  # files a transaction: the daemon writes in between


class PurgeStore(Store):
    """What `purge` does."""

    def purge(self, vendor: str | None, before: datetime) -> Purged:
        """Remove batches received before then that are done, and old outbound files of no batch.

        Done: reported or quarantined, moved out of the inbox, no event open, no outbound file pending.
        Packages are kept for 180 days more. The caller removes the spool files that are named.
        """
        removed = {"files": 0, "documents": 0, "events": 0, "outbound": 0}
        spool_names: list[str] = []
        with self._db.read() as connection:
            done = [(row.id, row.spool_name) for row in connection.execute(_done(vendor, before))]
        for some in chunks(done, AT_ONCE):
            with self._db.write() as connection:
                for table, count in _remove(connection, [file_id for file_id, _ in some]).items():
                    removed[table] += count
            spool_names += [name for _, name in some]
        with self._db.write() as connection:
            removed["outbound"] += _remove_loose(connection, vendor, before)
        return Purged(**removed, spool_names=spool_names)


def _done(vendor: str | None, before: datetime) -> Select[tuple[int, str]]:
    query = select(files.c.id, files.c.spool_name).where(
        files.c.received_at < seconds(before),
        files.c.reported_at.is_not(None) | one_of(files.c.state, "quarantined"),
        ~exists().where(events.c.file_id == files.c.id, is_open),
        ~exists().where(arrivals.c.file_id == files.c.id, is_unmoved),
        ~exists().where(outbound_files.c.file_id == files.c.id, is_pending),
    )
    if vendor is not None:
        query = query.where(files.c.vendor == vendor)
    return query.order_by(files.c.id)


def _remove(connection: Connection, file_ids: list[int]) -> dict[str, int]:
    of_files = select(events.c.id).where(events.c.file_id.in_(file_ids))
    touched = list(
        connection.execute(
            select(submission_events.c.submission_id)
            .where(submission_events.c.event_id.in_(of_files))
            .distinct()
        ).scalars()
    )
    connection.execute(delete(submission_events).where(submission_events.c.event_id.in_(of_files)))
    for some in chunks(touched, 500):
        # A submission may hold events of several files: it goes with the last of them.
        left = set(
            connection.execute(
                select(submission_events.c.submission_id)
                .where(submission_events.c.submission_id.in_(some))
                .distinct()
            ).scalars()
        )
        gone = [one for one in some if one not in left]
        connection.execute(delete(attempts).where(attempts.c.submission_id.in_(gone)))
        connection.execute(delete(submissions).where(submissions.c.id.in_(gone)))
    counted = {
        "events": connection.execute(delete(events).where(events.c.file_id.in_(file_ids))).rowcount,
        "documents": connection.execute(delete(documents).where(documents.c.file_id.in_(file_ids))).rowcount,
        "outbound": connection.execute(
            delete(outbound_files).where(outbound_files.c.file_id.in_(file_ids))
        ).rowcount,
    }
    for table in (interchanges, arrivals):
        connection.execute(delete(table).where(table.c.file_id.in_(file_ids)))
    counted["files"] = connection.execute(delete(files).where(files.c.id.in_(file_ids))).rowcount
    return counted


def _remove_loose(connection: Connection, vendor: str | None, before: datetime) -> int:
    old = [
        outbound_files.c.file_id.is_(None),
        outbound_files.c.created_at < seconds(before),
        ~is_pending,
    ]
    if vendor is not None:
        old.append(outbound_files.c.vendor == vendor)
    count = connection.execute(delete(outbound_files).where(*old)).rowcount
    connection.execute(delete(packages).where(packages.c.announced_at < seconds(before - PACKAGES_KEPT)))
    connection.execute(delete(alerts).where(alerts.c.cleared_at < seconds(before)))
    return count
