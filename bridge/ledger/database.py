"""Connections and transactions: fenced writes, one at a time in this process, and reads beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, func, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from bridge.errors import LedgerError, StaleEpoch
from bridge.ledger import sqlite
from bridge.ledger.rows import Fence
from bridge.ledger.schema import accounts

_EPOCH = select(accounts.c.epoch).where(accounts.c.account == bindparam("account")).with_for_update(read=True)


class _Lock:
    """A lock that a weak dictionary can hold."""

    def __init__(self) -> None:
        self.lock = threading.RLock()


_locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
_locks_guard = threading.Lock()


class Database:
    """Engines to read and to write, with the ledger's rules of writing."""

    def __init__(self, reading: Engine, writing: Engine, place: str) -> None:
        self.place = place
        self.reading = reading
        self.writing = writing
        with _locks_guard:
            # Threads queue here rather than spin in SQLite's busy handler; one lock a ledger file.
            self._lock = _locks.setdefault(place, _Lock())

    @classmethod
    def open(cls, location: str | Path) -> Self:
        """Connect to a path or URL, its schema not looked at yet. Raises `LedgerError`."""
        text = str(location)
        if text.startswith("sqlite:///"):
            text = text.removeprefix("sqlite:///")
        if "://" not in text:
            path = Path(text).expanduser().resolve()
            return cls(*sqlite.engines(path), str(path))
        try:
            engine = create_engine(text, hide_parameters=True)
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise LedgerError(
                f"[bridge] ledger: no such kind of database, or its driver is missing: {error}"
            ) from error
        return cls(engine, engine, engine.url.render_as_string(hide_password=True))

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.reading.dispose()
        self.writing.dispose()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Return a connection that sees one moment of the ledger."""
        with self.told(), self.reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self, fence: Fence | None = None) -> Iterator[Connection]:
        """Return a connection that may write; committed at the end, rolled back on an exception.

        Raises `StaleEpoch` at once when the fence no longer holds; it cannot fall while the block runs.
        """
        with self._lock.lock, self.told(), self.writing.begin() as connection:
            if fence is not None:
                self._hold(connection, fence)
            yield connection

    def check(self, fence: Fence) -> None:
        """Raise `StaleEpoch` when another process has claimed the account."""
        with self.read() as connection:
            self._hold(connection, fence)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Raise what the database refuses within the block as `LedgerError`."""
        try:
            yield
        except DBAPIError as error:
            cause = error.orig or error
            raise LedgerError(f"the ledger {self.place}: {sqlite.advice(cause)}") from error

    @staticmethod
    def _hold(connection: Connection, fence: Fence) -> None:
        epoch = connection.execute(_EPOCH, {"account": fence.account}).scalar()
        if epoch != fence.epoch:
            raise StaleEpoch(
                f"account {fence.account} was claimed by another owner (epoch {epoch}, ours {fence.epoch})"
            )


class Store:
    """Base of the parts of the ledger: all share one database."""

    def __init__(self, database: Database) -> None:
        self._db = database


def id_source(connection: Connection, table: Table) -> Callable[[], int]:
    """Return a function that hands out free ids of a table, within a write.

    Rows whose ids are known beforehand can be written many at a time. SQLite's writer is alone, so
    counting on from the last id is safe; PostgreSQL is asked for one of the sequence each.
    """
    if connection.dialect.name == "sqlite":
        return iter(range(sqlite.last_id(connection, table.name) + 1, 2**62)).__next__
    sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
    return lambda: int(connection.execute(select(sequence)).scalar_one())
