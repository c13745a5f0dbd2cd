"""Outbound files of any size go through the ledger in parts."""

from __future__ import annotations

import hashlib
import random
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from bridge.errors import LedgerError
from bridge.ledger.database import Database
from bridge.ledger.migrate import configuration
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.outbound_buffer import IN_MEMORY, PART, OutboundBuffer
from bridge.ledger.rows import Outbound
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation

SIZES = [0, 1, PART - 1, PART, PART + 1, 2 * PART, 3 * PART + 5]
NOISE = random.Random(5).randbytes(SIZES[-1])  # noqa: S311 - any bytes will do


def status(name: str, size: int, piece: int = 1000) -> NewOutbound:
    return NewOutbound(kind="status", folder="statuses", name=name, data=pieces(size, piece))


def pieces(size: int, piece: int) -> Iterator[bytes]:
    for begin in range(0, size, piece):
        yield NOISE[begin : min(begin + piece, size)]


def due(ledger: Ledger) -> dict[str, Outbound]:
    return {one.name: one for one in ledger.outbound_due("acme", T0)}


def test_what_was_given_in_pieces_comes_out_in_parts_with_its_size_and_hash(desk: Desk) -> None:
    file_id = desk.keep().file_id
    desk.report(file_id, *(status(str(size), size) for size in SIZES))
    for size in SIZES:
        outbound = due(desk.ledger)[str(size)]
        parts = list(desk.ledger.outbound_bytes(outbound))
        assert b"".join(parts) == NOISE[:size]
        assert [len(part) for part in parts[:-1]] == [PART] * (len(parts) - 1)
        assert (outbound.size, outbound.sha256) == (size, hashlib.sha256(NOISE[:size]).hexdigest())


def test_the_same_bytes_in_other_pieces_are_the_same_file(desk: Desk) -> None:
    file_id = desk.keep().file_id
    desk.report(file_id, status("a", SIZES[-1], piece=77), status("a", SIZES[-1], piece=PART + 3))
    whole = NewOutbound(kind="status", folder="statuses", name="a", data=NOISE)
    (again,) = desk.ledger.add_outbound(desk.fence, "acme", [whole], T0)
    assert not again.new
    assert list(due(desk.ledger)) == ["a"]


def test_a_block_that_fails_leaves_no_part_behind(desk: Desk) -> None:
    def failing() -> Iterator[bytes]:
        yield NOISE
        raise ZeroDivisionError

    file_id = desk.keep().file_id
    broken = NewOutbound(kind="status", folder="statuses", name="b", data=failing())
    with pytest.raises(ZeroDivisionError):
        desk.report(file_id, status("a", SIZES[-1]), broken)
    assert _count(desk.ledger) == 0


def test_what_was_purged_has_no_parts_and_says_so(desk: Desk) -> None:
    (added,) = desk.ledger.add_outbound(desk.fence, "acme", [status("a", SIZES[-1])], T0)
    outbound = due(desk.ledger)["a"]
    desk.ledger.outbound_delivered(desk.fence, added.id, T0)
    assert _count(desk.ledger) == 4
    assert desk.ledger.purge_loose("acme", T0.replace(year=2027), T0) == 1
    assert _count(desk.ledger) == 0
    with pytest.raises(LedgerError, match=r"lacks 786437 bytes of statuses/a"):
        list(desk.ledger.outbound_bytes(outbound))


def test_a_slow_delivery_does_not_keep_the_log_from_being_emptied(desk: Desk) -> None:
    desk.ledger.add_outbound(desk.fence, "acme", [status("a", SIZES[-1])], T0)
    parts = desk.ledger.outbound_bytes(due(desk.ledger)["a"])
    next(parts)
    desk.keep()
    assert log_can_be_emptied(desk.ledger)
    assert b"".join(parts) == NOISE[PART : SIZES[-1]]


def test_a_report_that_takes_long_does_not_keep_the_log_from_being_emptied(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"), confirmation("B"))
    with desk.ledger.answering(desk.fence, file_id, T0) as writer:
        assert writer.next_control_number("acme", "interchange") == 1
        pages = desk.ledger.reported(file_id)
        next(pages)
        desk.keep()
        assert log_can_be_emptied(desk.ledger)
        writer.outbound(status("a", 10))
    assert list(due(desk.ledger)) == ["a"]


def log_can_be_emptied(ledger: Ledger) -> bool:
    with ledger._db.reading.connect() as connection:
        connection.rollback()
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


@pytest.mark.parametrize("count", [1, 2000])
def test_what_waits_for_a_commit_is_not_held_in_memory(count: int) -> None:
    """The same bytes, as one large file or as many small ones."""
    parcels = OutboundBuffer()
    size = 16 * IN_MEMORY // count
    tracemalloc.start()
    for number in range(count):
        made = (NOISE[:100] for _ in range(size // 100))
        parcels.add(NewOutbound(kind="status", folder="statuses", name=str(number), data=made))
    found = [(one.name, one.size, sum(map(len, one.parts()))) for one in parcels]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    parcels.close()
    assert found == [(str(number), size // 100 * 100, size // 100 * 100) for number in range(count)]
    assert peak < 4 * IN_MEMORY


def test_a_ledger_of_before_has_its_files_moved_into_parts(place: Path) -> None:
    database = Database.open(place)
    with database.write() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for number, size in enumerate(SIZES, 1):
            row = {"id": number, "data": NOISE[:size], "size": size, "purged": None if size else 1.0}
            row |= {"name": str(size), "sha": hashlib.sha256(NOISE[:size]).hexdigest()}
            connection.execute(
                text(
                    "INSERT INTO outbound_files (id, vendor, kind, folder, name, data, size, sha256, state,"
                    " created_at, next_attempt_at, purged_at) VALUES (:id, 'acme', 'status', 'statuses',"
                    " :name, :data, :size, :sha, 'pending', 0, 0, :purged)"
                ),
                row,
            )
    database.close()
    ledger = Ledger.open(place)
    found = due(ledger)
    for size in SIZES:
        assert b"".join(ledger.outbound_bytes(found[str(size)])) == NOISE[:size]
    assert _count(ledger) == 1 + 1 + 1 + 2 + 2 + 4
    assert _is_written(place)
    for outbound in found.values():
        ledger.outbound_delivered(ledger.claim("main", T0), outbound.id, T0)
    ledger.purge_loose("acme", T0, T0)
    ledger.close()
    assert not _is_written(place)  # neither in its new place nor in its old one


def _is_written(place: Path) -> bool:
    return any(NOISE[begin : begin + 40] in place.read_bytes() for begin in range(0, len(NOISE), 1000))


def _count(ledger: Ledger) -> int:
    with ledger._db.read() as connection:
        return int(connection.execute(text("SELECT count(*) FROM outbound_parts")).scalar_one())
