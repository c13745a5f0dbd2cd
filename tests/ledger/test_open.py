from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Dialect, insert
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from bridge.errors import LedgerError
from bridge.ledger.columns import metadata
from bridge.ledger.database import Database
from bridge.ledger.migrate import configuration
from bridge.ledger.schema import HEAD, documents
from bridge.ledger.soundness import spent_number
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation


def test_a_ledger_is_made_with_its_folder_and_only_its_owner_reads_it(place: Path) -> None:
    ledger = Ledger.open(place)
    ledger.claim("main", T0)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.parent.iterdir()}
    assert modes["ledger.db"] == 0o600
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    ledger.close()


def test_what_was_committed_is_there_after_reopening(place: Path) -> None:
    ledger = Ledger.open(place)
    file_id = Desk(ledger).take(confirmation("A"))
    ledger.close()
    again = Ledger.open(f"sqlite:///{place}")
    assert [event.purchase_order_number for event in again.batch(file_id).events] == ["A"]
    again.close()


def test_writes_are_synced_and_references_are_checked(ledger: Ledger) -> None:
    with ledger._db.read() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30000}


def test_the_migrations_make_exactly_the_schema_of_the_code(ledger: Ledger) -> None:
    with ledger._db.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        made = {row[0]: row[1] for row in connection.exec_driver_sql("SELECT name, sql FROM sqlite_master")}
    fresh = sqlite3.connect(":memory:")
    for statement in _statements():
        fresh.execute(statement)
    wanted = dict(fresh.execute("SELECT name, sql FROM sqlite_master").fetchall())
    made.pop("alembic_version")
    made.pop("sqlite_autoindex_alembic_version_1")
    assert {name: _plain(sql) for name, sql in made.items()} == {
        name: _plain(sql) for name, sql in wanted.items()
    }


def _statements() -> list[str]:
    made: list[str] = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect())))
        made += [str(CreateIndex(index).compile(dialect=dialect())) for index in table.indexes]
    return made


def _plain(sql: str | None) -> list[str]:
    return sorted((sql or "").replace("(", " ( ").replace(")", " ) ").replace(",", " ").split())


def test_the_schema_can_be_written_for_postgresql_too() -> None:
    written: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements = [str(CreateTable(table).compile(dialect=written)) for table in metadata.sorted_tables]
    assert all(statement.strip().startswith("CREATE TABLE") for statement in statements)


def test_a_failing_statement_tells_no_values(ledger: Ledger) -> None:
    desk = Desk(ledger)
    file_id = desk.take(confirmation("A"))
    (event,) = ledger.batch(file_id).events

    def again() -> None:
        with ledger._db.write() as connection:
            connection.execute(
                insert(documents), {"id": event.document_id, "sender": "Jane Doe", "errors": ""}
            )

    with pytest.raises(LedgerError) as caught:
        again()
    assert "Jane" not in str(caught.value)
    assert "Jane" not in str(caught.value.__cause__)


def test_the_code_names_the_newest_migration() -> None:
    assert ScriptDirectory.from_config(configuration()).get_current_head() == HEAD


def test_a_ledger_of_the_schema_before_keeps_its_rows_under_the_new_names(place: Path) -> None:
    place.parent.mkdir()
    old = Database.open(place)
    with old.write() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        for statement in OLD_ROWS:
            connection.exec_driver_sql(statement)
    old.close()
    ledger = Ledger.open(place)
    (event,) = ledger.batch(1).events
    assert (event.ordering_key, event.state) == ("po:A", "grouped")
    assert ledger.file(1).updated_at == T0
    (due,) = ledger.due_for_verification("acme", T0)
    assert (due.policy, due.event_ids) == ("verify", (1,))
    assert ledger.package("acme", "1Z1") is not None
    (request,) = ledger.due_document_requests("acme", T0)
    assert (request.kind, request.purchase_order_number, request.attempts) == ("labels", "A", 3)
    assert request.requested_at == T0
    assert ledger.open_document_requests("acme", "labels") == {"A": "not there"}
    with ledger._db.read() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with pytest.raises(LedgerError), ledger._db.write() as connection:
        connection.exec_driver_sql(OLD_ROWS[2].replace("sequence_key", "ordering_key"))
    ledger.close()


OLD_ROWS = f"""
INSERT INTO files (vendor, sha256, state, received_at, touched_at)
    VALUES ('acme', 'aa', 'translated', 1.0, {T0.timestamp()});
INSERT INTO documents (file_id, number, accepted) VALUES (1, 1, 1);
INSERT INTO events (document_id, file_id, account, vendor, operation, state, sequence_key, occurred_at,
                    updated_at, submission_id)
    VALUES (1, 1, 'main', 'acme', 'submitShippingLabelRequest', 'grouped', 'po:A', 1.0, 1.0, 1);
INSERT INTO submissions (account, vendor, operation, state, policy, event_count, created_at, next_attempt_at)
    VALUES ('main', 'acme', 'submitShippingLabelRequest', 'in_doubt', 'look', 1, 1.0, 2.0);
INSERT INTO packages (vendor, tracking_number, event_id, purchase_order_number, announced_at)
    VALUES ('acme', '1Z1', 1, 'A', 1.0);
INSERT INTO wanted (vendor, kind, purchase_order_number, wanted_at, next_attempt_at, attempts, reason)
    VALUES ('acme', 'labels', 'A', {T0.timestamp()}, 2.0, 3, 'not there')
""".split(";")


def test_a_newer_schema_is_refused_untouched(place: Path) -> None:
    Ledger.open(place).close()
    connection = sqlite3.connect(place)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError, match="newer edibridge"):
        Ledger.open(place)


def test_a_file_that_is_no_database_is_told_with_its_path(place: Path) -> None:
    place.parent.mkdir()
    place.write_bytes(b"no database" * 100)
    with pytest.raises(LedgerError, match=r"ledger\.db.*restore"):
        Ledger.open(place)
    assert place.read_bytes() == b"no database" * 100


def test_a_damaged_ledger_is_told_with_what_to_do(place: Path) -> None:
    Ledger.open(place).close()
    whole = place.read_bytes()
    place.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(LedgerError, match=r"damaged.*restore"):
        Ledger.open(place).counts()


def test_a_ledger_of_a_backup_that_was_cut_is_told(place: Path) -> None:
    Ledger.open(place).close()
    place.write_bytes(place.read_bytes()[:6000])
    with pytest.raises(LedgerError, match="damaged"):
        Ledger.open(place).counts()


def test_another_programs_database_is_left_alone(place: Path) -> None:
    place.parent.mkdir()
    connection = sqlite3.connect(place)
    connection.execute("CREATE TABLE songs (title)")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError, match="another program"):
        Ledger.open(place)


def test_a_folder_in_the_ledgers_place_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot write the ledger"):
        Ledger.open(tmp_path)


def test_a_ledger_that_cannot_be_written_is_told_before_anything_is_lost(place: Path) -> None:
    Ledger.open(place).close()
    database = Database.open(place)
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(LedgerError, match="cannot be written"):
        Ledger(database).claim("main", T0)
    database.close()


def test_an_unknown_kind_of_database_is_told() -> None:
    with pytest.raises(LedgerError, match="no such kind of database"):
        Ledger.open("cobol://somewhere/ledger")


def test_many_may_open_a_new_ledger_at_once(place: Path) -> None:
    together = threading.Barrier(6)

    def open_one(_: int) -> Ledger:
        together.wait()
        return Ledger.open(place)

    with ThreadPoolExecutor(6) as pool:
        ledgers = list(pool.map(open_one, range(6)))
    epochs = {ledger.claim("main", T0).epoch for ledger in ledgers}
    assert epochs == {1, 2, 3, 4, 5, 6}
    for ledger in ledgers:
        ledger.close()
    assert [path.name for path in place.parent.iterdir() if path.name.startswith(".")] == []


OPENER = """
import sys
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0
sys.stdin.readline()
print(Ledger.open(sys.argv[1]).claim("main", T0).epoch, flush=True)
"""


def test_many_processes_may_open_a_new_ledger_at_once(place: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPENER, str(place)],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert sorted(process.communicate()[0].strip() for process in processes) == ["1", "2", "3", "4"]


OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(connection.execute("SELECT count(*) FROM accounts").fetchone()[0])
connection.close()
"""


def test_opening_a_ledger_again_keeps_the_locks_of_the_one_that_is_open(place: Path) -> None:
    """Without them another process, believing itself alone, takes the log away under the open one."""
    ledger = Ledger.open(place)
    ledger.claim("main", T0)
    Database.open(place).close()
    log = place.with_name("ledger.db-wal")
    before = log.stat().st_ino
    other = subprocess.run([sys.executable, "-c", OTHER, str(place)], capture_output=True, check=True)
    assert other.stdout.strip() == b"1"
    assert log.stat().st_ino == before
    ledger.close()


class _Busy(sqlite3.Connection):
    """A connection to tables to which rows are added before each read, as by another process."""

    def execute(self, statement: str, /, *values: Any) -> sqlite3.Cursor:
        if statement.startswith("SELECT"):
            for table in NUMBERED:
                super().execute(f'INSERT INTO "{table}" DEFAULT VALUES')
        return super().execute(statement, *values)


NUMBERED = [
    table.name for table in metadata.sorted_tables if table.dialect_options["sqlite"]["autoincrement"]
]


def test_rows_that_another_process_adds_meanwhile_are_no_damage() -> None:
    with closing(sqlite3.connect(":memory:", factory=_Busy)) as raw:
        for table in NUMBERED:
            raw.execute(f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY AUTOINCREMENT)')
        assert len(NUMBERED) > 3
        assert spent_number(raw) is None
