"""A damaged ledger is noticed, and nothing is done on its word."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.cli.exits import USAGE, tell
from bridge.errors import LedgerError
from bridge.ledger.store import Ledger
from tests.faults.site import Site, notices
from tests.faults.test_ledger import open_and_drain

Damage = Callable[[Path], None]


def damage_head(path: Path) -> None:
    path.write_bytes(b"\xff" * 4096 + path.read_bytes()[4096:])


def damage_rest(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * (path.stat().st_size - 4096))


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:6000])


def last_page_missing(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])


def page_of(path: Path, name: str) -> int:
    """Return where the root page of a table or index begins."""
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    return (int(row[0]) - 1) * 4096


def spoiled(change: Callable[[bytes], bytes], name: str) -> Damage:
    """Change the page of a table or index."""

    def spoil(path: Path) -> None:
        begin = page_of(path, name)
        data = path.read_bytes()
        path.write_bytes(data[:begin] + change(data[begin : begin + 4096]) + data[begin + 4096 :])

    spoil.__name__ = f"{change.__name__.strip('_')}-{name}"
    return spoil


def flipped(page: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in page)


def zeroed(page: bytes) -> bytes:
    return bytes(len(page))


def bits_flipped(page: bytes) -> bytes:
    return page[:3] + bytes([page[3] ^ 0x10]) + page[4:]


def swapped(path: Path) -> None:
    """Swap the pages of a table and of an index, as a disk that mixes up sectors does."""
    one, other = page_of(path, "events"), page_of(path, "submissions")
    data = bytearray(path.read_bytes())
    data[one : one + 4096], data[other : other + 4096] = data[other : other + 4096], data[one : one + 4096]
    path.write_bytes(data)


def said(*statements: str) -> Damage:
    """Damage a ledger with SQL that SQLite's own rules do not keep from it."""

    def say(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("PRAGMA writable_schema = ON")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    return say


def index_behind(path: Path) -> None:
    """Make an index hold less than its table, as where half of a write came to the disk."""
    with closing(sqlite3.connect(path)) as connection:
        name, text = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE name = 'ix_events_order'"
        ).fetchone()
        columns = text[text.index("(") :]
        connection.execute("PRAGMA writable_schema = ON")
        partial = f"CREATE INDEX {name} ON events {columns.partition(' WHERE ')[0]} WHERE id < 0"
        connection.execute(f'DROP INDEX "{name}"')
        connection.execute(partial)
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = ?", (text, name))
        connection.commit()


DAMAGES: dict[str, Damage] = {
    "damage_head": damage_head,
    "damage_rest": damage_rest,
    "cut_off": cut_off,
    "last_page_missing": last_page_missing,
    "flipped_table": spoiled(flipped, "events"),
    "flipped_index": spoiled(flipped, "ix_events_order"),
    "zeroed_table": spoiled(zeroed, "submissions"),
    "zeroed_index": spoiled(zeroed, "ix_events_order"),
    "bits_flipped": spoiled(bits_flipped, "events"),
    "swapped": swapped,
    "index_behind": index_behind,
    "table_missing": said("DROP TABLE attempts"),
    "column_missing": said("ALTER TABLE files RENAME COLUMN spool_name TO other"),
    "index_missing": said("DROP INDEX ix_events_order"),
    "revision_missing": said("DROP TABLE alembic_version"),
    "rows_missing": said("DELETE FROM files"),
    "numbers_given_again": said("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'submissions'"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_ledger_corrupt(site: Site, damage: str) -> None:
    """A damaged ledger is refused, as it is: nothing is sent on its word, and a backup goes on."""
    path = site.folder / "ledger.sqlite"
    site.drop_notices()
    site.until_quiet()
    site.stop()
    backup = path.read_bytes()
    DAMAGES[damage](path)
    damaged = path.read_bytes()
    assert damaged != backup
    site.drop("acme", "more.edi", notices(3))
    before = len(site.amazon.accepted)
    with pytest.raises(LedgerError, match="restore") as told:
        open_and_drain(site)
    assert tell(told.value) == USAGE
    assert len(site.amazon.accepted) == before
    with suppress(LedgerError):
        site.stop()
    assert path.read_bytes() == damaged
    path.write_bytes(backup)
    site.start()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert not site.amazon.duplicates(processed=False)


def test_ledger_damaged_while_it_is_open(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is damaged under a process that runs for weeks is noticed by the first drain of a day."""
    site.drop_notices()
    site.until_quiet()
    said("DELETE FROM files")(site.folder / "ledger.sqlite")
    site.drop("acme", "more.edi", notices(3))
    before = len(site.amazon.accepted)
    monkeypatch.setattr("bridge.ledger.soundness.EVERY", 0.0)
    site.drain()
    assert {str(error).partition(" is damaged ")[2][:1] for error in site.errors} == {"("}
    assert len(site.amazon.accepted) == before


def test_ledger_checked_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that takes longer than it may is left, and the ledger is used as far as it was checked."""
    site.drop_notices()
    site.stop()
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT 'ok' FROM n WHERE x < 0"
    monkeypatch.setattr("bridge.ledger.soundness._STEPS", (endless,))
    with capture_logs() as logs:
        Ledger.open(site.folder / "ledger.sqlite", check_seconds=0.2).close()
    assert [line["event"] for line in logs] == ["ledger_checked_in_part"]
    monkeypatch.undo()
    for name, secret in site.environment.items():
        monkeypatch.setenv(name, secret)
    site.start()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
