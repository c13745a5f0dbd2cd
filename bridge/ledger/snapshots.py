"""The lists that are told once a day: when one was told last, what it had, what keeps the next one."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, bindparam, insert, select, update

from bridge.ledger.database import Store
from bridge.ledger.outbound import queue
from bridge.ledger.outbound_buffer import BufferedFile
from bridge.ledger.outbound_schema import snapshots
from bridge.ledger.row_conversion import moment, seconds, storable
from bridge.ledger.rows import Fence, SnapshotState

_AT = (snapshots.c.vendor == bindparam("v"), snapshots.c.name == bindparam("of"))
_FACTS = [one for one in snapshots.c if one.name not in {"told_keys", "held_keys"}]
_ONE = select(*_FACTS).where(*_AT)
_ALL = select(*_FACTS).where(snapshots.c.vendor == bindparam("v")).order_by(snapshots.c.name)
_KEYS = select(snapshots.c.told_keys, snapshots.c.held_keys).where(*_AT)
_PUT = update(snapshots).where(*_AT)
_DONE: dict[str, Any] = {"requested_at": None, "next_at": None, "failures": 0, "reason": ""}


class SnapshotStore(Store):
    """What the job snapshot asks and writes."""

    def snapshot(self, vendor: str, name: str) -> SnapshotState:
        """Return how a list of a partner's stands; one that was never read has no times."""
        with self._db.read() as connection:
            row = connection.execute(_ONE, {"v": vendor, "of": name}).mappings().first()
        return SnapshotState(name=name) if row is None else _state(row)

    def snapshots(self, vendor: str) -> list[SnapshotState]:
        """List how all lists of a partner's stand that were ever read or asked for."""
        with self._db.read() as connection:
            return [_state(row) for row in connection.execute(_ALL, {"v": vendor}).mappings()]

    def snapshot_keys(self, vendor: str, name: str) -> tuple[frozenset[str], frozenset[str] | None]:
        """Return the keys of the list that was told last, and of one that is held; None where none is."""
        with self._db.read() as connection:
            row = connection.execute(_KEYS, {"v": vendor, "of": name}).first()
        if row is None:
            return frozenset(), None
        return _unpacked(row.told_keys) or frozenset(), _unpacked(row.held_keys)

    def request_snapshot(self, vendor: str, name: str, now: datetime) -> None:
        """Have a list read now, whatever its time."""
        with self._db.write() as connection:
            _put(connection, vendor, name, {"requested_at": seconds(now), "next_at": None})

    def record_snapshot(  # noqa: PLR0913, PLR0917 - all that a list is
        self,
        fence: Fence,
        vendor: str,
        name: str,
        keys: Iterable[str],
        files: Iterable[BufferedFile],
        now: datetime,
    ) -> list[str]:
        """Commit a list that was read whole, with the files that tell it; return their names."""
        packed, count = _packed(keys)
        with self._db.write(fence) as connection:
            added = [queue(connection, vendor, None, one, now) for one in files]
            told = {"told_at": seconds(now), "told_keys": packed, "told_count": count}
            not_held = {"held_at": None, "held_keys": None, "held_count": 0}
            _put(connection, vendor, name, told | not_held | _DONE)
        return [one.name for one in added]

    def record_snapshot_held(
        self, fence: Fence, vendor: str, name: str, keys: Iterable[str], now: datetime
    ) -> None:
        """Note a list that was read whole and is not told."""
        packed, count = _packed(keys)
        held = {"held_at": seconds(now), "held_keys": packed, "held_count": count}
        with self._db.write(fence) as connection:
            _put(connection, vendor, name, held | _DONE)

    def record_snapshot_failed(
        self, fence: Fence, vendor: str, name: str, reason: str, again_at: datetime
    ) -> None:
        """Note why a list could not be read whole; it is read again at `again_at`."""
        with self._db.write(fence) as connection:
            failed = {"reason": storable(reason), "next_at": seconds(again_at)}
            _put(connection, vendor, name, failed)
            connection.execute(_PUT.values(failures=snapshots.c.failures + 1), {"v": vendor, "of": name})


def _state(row: RowMapping) -> SnapshotState:
    return SnapshotState(
        name=row["name"],
        told_at=moment(row["told_at"]),
        told_count=row["told_count"],
        held_at=moment(row["held_at"]),
        held_count=row["held_count"],
        requested_at=moment(row["requested_at"]),
        failures=row["failures"],
        reason=row["reason"],
        next_at=moment(row["next_at"]),
    )


def _put(connection: Connection, vendor: str, name: str, values: dict[str, Any]) -> None:
    if connection.execute(_PUT.values(values), {"v": vendor, "of": name}).rowcount == 0:
        connection.execute(insert(snapshots).values(vendor=vendor, name=name, **values))


def _packed(keys: Iterable[str]) -> tuple[bytes, int]:
    """Return keys as they are kept, and how many there are: a hundred thousand take half a megabyte."""
    listed = sorted(keys)
    return zlib.compress(msgspec.json.encode(listed)), len(listed)


def _unpacked(packed: bytes | None) -> frozenset[str] | None:
    if packed is None:
        return None
    return frozenset(msgspec.json.decode(zlib.decompress(packed), type=list[str]))
