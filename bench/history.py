"""A ledger with a past: `python -m bench.history LEDGER ROWS` writes batches that went through.

The rows are written by the database itself, as the jobs would have left them thirty days ago and less:
two documents of three are status updates, one a confirmation that announced a package.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

from bridge.ledger.store import Ledger

_A_FILE = 1000
_A_POST = 50
_ROWS_A_DOCUMENT = 3 + 1 / 3 + 2 / _A_POST
"""Document, event, the event's place in its submission, a package for one in three; submission, attempt."""
_KINDS = "CASE WHEN n % 3 = 0 THEN 'submitShipmentConfirmations' ELSE 'submitShipmentStatusUpdates' END"
_FIRST = 100_000_000
"""The number of the first package, beyond those that are sent now."""
# As `bench.making` counts them, so that old and new stand among each other in the indices.
_ORDER = f"('4' || printf('%09d', ({_FIRST} + n / 3) * 654435761 % 1000000000))"
_TRACKING = f"('1Z999AA1' || printf('%010d', ({_FIRST} + n / 3) * 2654435761 % 10000000000))"
_AT = "(SELECT begun FROM past) + n * (SELECT step FROM past)"

_STATEMENTS = (
    """INSERT INTO files (id, vendor, sha256, name, size, spool_name, state, reason, received_at,
           translated_at, reported_at, updated_at, reports, documents, accepted)
       SELECT n / {file} + 1, 'acme', printf('%064x', n / {file}), 'history-' || (n / {file}) || '.edi',
           300000, printf('%064x', n / {file}), 'translated', '', {at}, {at}, {at}, {at}, 1, {file}, {file}
       FROM history WHERE n % {file} = 0""",
    """INSERT INTO arrivals (file_id, vendor, remote_name, mtime, arrived_at, moved_to, moved_at)
       SELECT id, vendor, name, received_at, received_at, name, received_at FROM files""",
    """INSERT INTO interchanges (file_id, number, vendor, standard, sender, receiver, control_number, sha256)
       SELECT id, 1, vendor, 'x12', 'HISTORY:ZZ', 'ACME:ZZ', printf('%09d', id), sha256 FROM files""",
    """INSERT INTO documents (id, file_id, number, offset, length, standard, type, version, reference,
           interchange_control_number, group_control_number, sender, receiver, accepted, errors, state)
       SELECT n + 1, n / {file} + 1, n % {file} + 1, n % {file} * 300, 300, 'x12', '214', '004010',
           printf('%09d', n), printf('%09d', n / {file} + 1), '1', 'HISTORY', 'ACME', 1, '', 'translated'
       FROM history""",
    """INSERT INTO submissions (id, account, vendor, operation, state, epoch, attempts, event_count,
           created_at, submitted_at, polls, amazon_transaction_id, request_id, verdict_at, policy, errors,
           reason)
       SELECT n / {post} + 1, 'rehearsal', 'acme', {kind}, 'succeeded', 1, 1, {post}, {at}, {at}, 1,
           'history-' || (n / {post}), 'request-' || (n / {post}), {at}, '', '', ''
       FROM history WHERE n % {post} = 0""",
    """INSERT INTO attempts (submission_id, number, epoch, started_at, ended_at, kind, http_status,
           request_id)
       SELECT id, 1, 1, created_at, created_at, 'submitted', 202, request_id FROM submissions""",
    """INSERT INTO events (id, document_id, file_id, account, vendor, ordinal, operation,
           purchase_order_number, tracking_number, ordering_key, occurred_at, body, state, reason, errors,
           summary, submission_id, updated_at)
       SELECT n + 1, n + 1, n / {file} + 1, 'rehearsal', 'acme', 0, {kind}, {order}, {tracking},
           'pkg:' || {tracking}, {at}, printf('{{"purchaseOrderNumber":"%s","pad":"%0500d"}}', {order}, n),
           'succeeded', '', '', {order} || ' as it went', n / {post} + 1, {at}
       FROM history""",
    """INSERT INTO submission_events (submission_id, event_id) SELECT n / {post} + 1, n + 1 FROM history""",
    """INSERT INTO packages (vendor, tracking_number, event_id, purchase_order_number, ship_from_party,
           confirmed_at, registered_at)
       SELECT 'acme', {tracking}, n + 1, {order}, 'ACM1', {at}, {at} FROM history WHERE n % 3 = 0""",
)


def write_history(path: Path, rows: int) -> None:
    """Fill a new ledger with about so many rows."""
    Ledger.open(path).close()
    documents = int(rows / _ROWS_A_DOCUMENT) // _A_FILE * _A_FILE
    days = 29 * 86400.0
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -1048576")
        connection.execute("CREATE TEMP TABLE past AS SELECT ? AS begun, ? AS step", _past(documents, days))
        connection.execute(
            "CREATE TEMP VIEW history AS WITH RECURSIVE counted(n) AS (SELECT 0 UNION ALL"
            f" SELECT n + 1 FROM counted WHERE n < {documents - 1}) SELECT n FROM counted"
        )
        for statement in _STATEMENTS:
            connection.execute(
                statement.format(
                    file=_A_FILE, post=_A_POST, kind=_KINDS, order=_ORDER, tracking=_TRACKING, at=_AT
                )
            )
            connection.commit()


def _past(documents: int, seconds: float) -> tuple[float, float]:
    return time.time() - seconds - 3600, seconds / documents


if __name__ == "__main__":
    write_history(Path(sys.argv[1]), int(sys.argv[2]))
