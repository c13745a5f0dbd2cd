"""What only SQLite needs: its settings, its way to begin a write, its file, its words of trouble."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.pool import QueuePool

from bridge.errors import LedgerError

BUSY_TIMEOUT = 30.0  # seconds; another process (an operator's command) may be writing
_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",  # NORMAL may lose an intent to send in a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 8192",  # pages: those that change often are copied less often
)
_READ_CACHE = 4096  # KiB, for each of the connections that read; another's write empties it
_WRITE_CACHE = 32768  # KiB: the hot indices stay in the one writer's memory while tables grow


def engines(path: Path) -> tuple[Engine, Engine]:
    """Make engines to read and to write a ledger file, made with mode 0600 if missing. Raises `LedgerError`.

    The writer's connection is one for all threads, who queue for it: its cache is never stale.
    """
    _make(path)
    reading = _engine(
        path, _READ_CACHE, "BEGIN", pool_size=0
    )  # no limit: a thread holds one or two at a time
    # A write takes the lock at its beginning: one that read first could not get it later on.
    writing = _engine(path, _WRITE_CACHE, "BEGIN IMMEDIATE", pool_size=1)
    return reading, writing


def _engine(path: Path, cache: int, begin: str, *, pool_size: int) -> Engine:
    made = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        hide_parameters=True,  # addresses and names: never in a log
        pool_size=pool_size,
        pool_use_lifo=True,  # what is not needed stays unused, and small
        connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False},
    )

    def settle(connection: sqlite3.Connection, _record: object) -> None:
        # The driver must not begin transactions by itself: `begin` says which kind it is to be.
        connection.isolation_level = None
        for setting in (*_SETTINGS, f"PRAGMA cache_size = -{cache}"):
            connection.execute(setting)

    event.listen(made, "connect", settle)
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql(begin))
    return made


def _make(path: Path) -> None:
    """Make the file and its folder where they are missing: readable by their owner only.

    An existing file is never opened here: closing it again would drop the locks that this process
    holds on it through SQLite (POSIX locks go with any descriptor of the file). A new one appears
    complete: turning a file to WAL fails at once, without waiting, where another process does so too.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            _make_file(path)
        if not path.is_file() or not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, "no file that may be read and written")
    except OSError as error:
        raise LedgerError(
            f"cannot write the ledger {path}: {error.strerror}; set its owner and mode, or [bridge] ledger"
        ) from error


def _make_file(path: Path) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    os.close(descriptor)
    made = Path(name)
    try:
        with closing(sqlite3.connect(made)) as connection:
            connection.execute(_SETTINGS[0])
        os.link(made, path)
    except FileExistsError:
        pass  # another process was faster
    except OSError:  # no hard links on this file system: two that begin at once could meet here
        made.rename(path)
    finally:
        made.unlink(missing_ok=True)


_ADVICE = (
    ("file is not a database", "it is no ledger or is damaged: restore it from a backup or move it away"),
    (
        "malformed",
        "it is damaged: restore it from a backup, or save what can be read with `sqlite3 .recover`",
    ),
    ("readonly", "it cannot be written: set the owner and mode of the file and of its folder"),
    ("unable to open", "it cannot be opened: set the owner and mode of the file and of its folder"),
    ("disk is full", "the disk is full: make room"),
    ("locked", f"another process has been writing to it for {BUSY_TIMEOUT:.0f} s: find and end it"),
    ("disk I/O error", "the disk does not answer: look at the system's log"),
)


def advice(error: BaseException) -> str:
    """Return what is wrong with a ledger file, and what to do."""
    text = str(error)
    return next((what for words, what in _ADVICE if words in text), text)


def overwrite_deleted(connection: Connection) -> None:
    """Overwrite in the file what this connection deletes from now on, instead of only freeing its pages."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def last_id(connection: Connection, table: str) -> int:
    """Return the greatest id that a table with AUTOINCREMENT ever had."""
    found = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).scalar()
    return int(found or 0)


def raise_last_id(connection: Connection, table: Table, by: int, *, at_least: int = 0) -> None:
    """Raise the next id of a table by `by`, and beyond `at_least`; on PostgreSQL, too."""
    if connection.dialect.name == "sqlite":
        last = max(last_id(connection, table.name), at_least) + by
        raised = connection.exec_driver_sql(
            "UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (last, table.name)
        )
        if raised.rowcount == 0:
            connection.exec_driver_sql(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, last)
            )
        return
    newest = connection.execute(select(func.max(table.c.id))).scalar() or 0
    sequence = func.pg_get_serial_sequence(table.name, "id")
    connection.execute(select(func.setval(sequence, max(newest, at_least) + by)))


def explain(connection: Any, statement: str, parameters: Any) -> list[str]:  # noqa: ANN401 - a DBAPI's
    """Return the query plan of a statement, one line a step."""
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
