"""Checks that a ledger is whole before anything is done on its word, within some seconds."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, inspect

from bridge.errors import LedgerError
from bridge.ledger import sqlite
from bridge.ledger.columns import metadata
from bridge.ledger.database import Database

SECONDS = 3.0
"""So long a check at a start may last; a ledger of gigabytes is checked in part: pages before indices."""
EVERY, DAILY_SECONDS = 86_400.0, 30.0
_LONGEST_FINDING = 200
_RESTORE = (
    "nothing was done. Stop all of edibridge and restore ledger and spool from one backup (docs/runbook.md, "
    '"Restore a backup"); without one save what can be read: `sqlite3 LEDGER .recover`'
)
_STEPS = (
    # From the cheapest to the dearest: pages and rows, then indices against rows, then rows against rows.
    "PRAGMA quick_check(1)",
    "PRAGMA integrity_check(1)",
    "PRAGMA foreign_key_check",
)


class Soundness:
    """When a ledger was checked last, and the check itself."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._checked_at = float("-inf")
        self._lock = threading.Lock()

    def check(self, seconds: float = SECONDS) -> bool:
        """Check tables, pages and indices; False where the time was over before the end.

        Raises `LedgerError`, with the way to restore, where something is damaged or missing.
        """
        with self._lock:
            self._check_tables()
            whole = self._check_pages(seconds)
            self._checked_at = time.monotonic()
            return whole

    def check_daily(self) -> None:
        """Check again where the last check is a day ago, as in a process that runs for weeks."""
        if time.monotonic() - self._checked_at >= EVERY:
            self.check(DAILY_SECONDS)

    def _check_tables(self) -> None:
        with self._db.read() as connection:
            missing = next(_missing(connection), "")
        if missing:
            raise self._damaged(f"{missing} is missing")

    def _check_pages(self, seconds: float) -> bool:
        if self._db.reading.dialect.name != "sqlite":
            return True
        with self._db.read() as connection:
            raw: Any = connection.connection.driver_connection
            try:
                with _interrupted_after(raw, seconds):
                    found = next(
                        (row for step in _STEPS for row in raw.execute(step) if row[0] != "ok"), None
                    )
                    found = found or spent_number(raw)
            except sqlite3.DatabaseError as error:
                if "interrupted" in str(error):
                    return False
                if "malformed" not in str(error) and "not a database" not in str(error):
                    raise LedgerError(f"the ledger {self._db.place}: {sqlite.advice(error)}") from error
                raise self._damaged(str(error)) from error
        if found is not None:
            raise self._damaged(" ".join(str(value) for value in found)[:_LONGEST_FINDING])
        return True

    def _damaged(self, finding: str) -> LedgerError:
        return LedgerError(f"the ledger {self._db.place} is damaged ({finding}); {_RESTORE}")


def _missing(connection: Connection) -> Iterator[str]:
    """Name the tables, columns and indices that the schema has and the ledger has not."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for table in metadata.sorted_tables:
        if table.name not in there:
            yield f"table {table.name}"
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        yield from (f"column {table.name}.{one.name}" for one in table.columns if one.name not in columns)
        indices = {index["name"] for index in inspector.get_indexes(table.name)}
        yield from (f"index {index.name}" for index in table.indexes if index.name not in indices)


def spent_number(raw: sqlite3.Connection) -> tuple[str] | None:
    """Find a table whose next id was given to a row already: it would stand for two things.

    The ids are read before the numbers that are given: another process may add rows between the two.
    """
    tables = [one for one in metadata.sorted_tables if one.dialect_options["sqlite"]["autoincrement"]]
    # The names are of our own schema.
    ends = {one.name: raw.execute(f'SELECT max(id) FROM "{one.name}"').fetchone()[0] for one in tables}
    spent = dict(raw.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
    for name, last in ends.items():
        if last is not None and last > spent.get(name, 0):
            return (f"the ids of {name} end at {last}, its sequence at {spent.get(name)}",)
    return None


@contextmanager
def _interrupted_after(raw: sqlite3.Connection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, raw.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
