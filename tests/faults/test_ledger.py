"""Faults of the ledger and the spool: without them nothing is sent, and nothing under way is forgotten."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import event
from structlog.testing import capture_logs

from bridge.cli.exits import USAGE, tell
from bridge.errors import Fault, LedgerError
from bridge.ledger import sqlite
from bridge.ledger.database import Database
from bridge.ledger.migrate import configuration
from bridge.ledger.store import Ledger
from tests.faults.site import Site, notices

ContextOf = Callable[[Site], AbstractContextManager[None]]

MOST = 4096
"""Bytes of a file that the full disk still takes."""

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a lock no longer than a test may."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT", 0.05)


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Have another process write to the ledger for as long as the fault lasts."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(site.folder / "ledger.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        yield
        holder.communicate()


def pragma(on: str, off: str) -> ContextOf:
    """Set something on every connection of the ledger."""

    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        setting = [on]

        def set_it(connection: Any, *_: object) -> None:
            connection.execute(setting[0])

        for engine in (site.ledger._db.reading, site.ledger._db.writing):
            event.listen(engine, "checkout", set_it)
        yield
        setting[0] = off

    return fault


full = pragma("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000")  # SQLite takes the present size

read_only = pragma("PRAGMA query_only = ON", "PRAGMA query_only = OFF")

FAULTS: dict[str, tuple[ContextOf, str]] = {
    "locked": (locked, "another process"),
    "full": (full, "make room"),
    "read-only": (read_only, "set the owner and mode"),
}


@pytest.mark.parametrize("fault", ["locked", "read-only"])
def test_ledger_before_a_drain(site: Site, fault: str) -> None:
    """Without a ledger that can be written nothing is begun; the files wait where they are."""
    strike, words = FAULTS[fault]
    site.drop_notices()
    with strike(site):
        site.drain()
        site.drain()
        assert not site.amazon.accepted
        assert not site.quiet_amazon.accepted
        assert {path.name for path in (site.home / "inbox").iterdir()} == {"856.edi"}
        assert not list((site.home / "outbox").iterdir())
        assert_told(site, words)
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")


@pytest.mark.parametrize("fault", ["locked", "read-only"])
def test_ledger_in_the_middle_of_a_post(site: Site, fault: str) -> None:
    """Amazon has the documents, the ledger cannot take its answer: in doubt, and the log has the id."""
    strike, words = FAULTS[fault]
    site.drop("acme", "856.edi", notices(1, 2))
    submit = site.partner.amazon.submit

    def submit_and_fail(*arguments: Any, **turn: Any) -> Any:
        outcome = submit(*arguments, **turn)
        striking.__enter__()
        return outcome

    striking = strike(site)
    site.partner.amazon.submit = submit_and_fail  # type: ignore[method-assign]
    with capture_logs() as logs:
        site.drain()
    site.partner.amazon.submit = submit  # type: ignore[method-assign]
    striking.__exit__(None, None, None)
    assert_told(site, words)
    site.drop("other", "856.edi", notices(201))
    (line,) = [line for line in logs if line["event"] == "answer_not_kept"]
    assert line["amazon_transaction_id"] == site.amazon.accepted[0].transaction_id

    site.until_quiet()
    assert site.submissions() == ["in_doubt"]
    assert "edibridge resolve" in site.alerts()["in_doubt"]
    site.assert_untouched("other")
    assert site.a_person_resolves() == 1
    site.until_quiet()
    site.assert_through()
    assert not site.amazon.duplicates(processed=False)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("job", ["collect", "translate", "put_away", "submit", "settle", "deliver"])
def test_ledger_after_each_job(site: Site, fault: str, job: str) -> None:
    """Whatever the ledger fails after, the next drain goes on from what is committed; nothing goes twice."""
    strike, words = FAULTS[fault]
    striking = strike(site)
    struck: list[str] = []

    def fail(_vendor: str, done: str, _count: int) -> None:
        if done == job and not struck:
            struck.append(done)
            striking.__enter__()

    site.progress = fail
    site.drop("acme", "856.edi", notices(1, 2))
    for _ in range(6):
        site.drain()
        site.clock.now += timedelta(seconds=3)
    assert struck
    striking.__exit__(None, None, None)
    if site.errors or fault != "full":  # a full disk may have had room enough for the little that was left
        assert_told(site, words)
    site.until_quiet()
    site.assert_through()
    assert not site.amazon.duplicates(processed=False)


def test_ledger_full_disk(site: Site) -> None:
    """The real command on a disk that takes no more: nothing sent, exit code 2, and what to do about it."""
    site.drop("acme", "856.edi", notices(1, 2))
    (site.folder / "config.toml").write_text(site.config)
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({MOST}, {MOST}))"
    program = f"{limited}; from bridge.cli.app import run; run()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--config", str(site.folder / "config.toml"), "run"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == USAGE, done.stderr
    assert "the ledger" in done.stderr
    assert "disk" in done.stderr
    assert "this machine" in done.stderr
    assert not site.amazon.accepted
    site.until_quiet()
    site.assert_through()


def test_spool_full(site: Site) -> None:
    """Raw bytes that cannot be kept leave the file in the inbox; an operator is told whose disk it is."""
    site.drop_notices()
    spool = site.partner.spool.folder
    shutil.rmtree(spool)
    spool.write_bytes(b"")  # nothing can be made below a file, for whatever user
    site.drain()
    assert "spool" in site.alerts()["spool"]
    assert all(error.fault is Fault.OPERATOR for error in site.errors)
    assert not site.amazon.accepted
    spool.unlink()
    spool.mkdir()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")


def test_ledger_older(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A ledger of the first schema is brought up to date at the start, and keeps what it knows."""
    database = Database.open(tmp_path / "ledger.sqlite")
    with database.write() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO accounts (account, epoch) VALUES ('main', 41)")
    database.close()
    site: Site = request.getfixturevalue("site")
    assert site.ledger.claim("main", site.clock()).epoch == 42
    site.drop_notices()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")


def test_ledger_newer(site: Site) -> None:
    """A ledger of a newer edibridge is left untouched; the message says to upgrade."""
    site.drop_notices()
    site.stop()
    path = site.folder / "ledger.sqlite"
    with sqlite3.connect(path) as connection:
        (ours,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(LedgerError, match="upgrade edibridge") as told:
        Ledger.open(path)
    assert tell(told.value) == USAGE
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (ours,))
    connection.close()
    site.start()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user for a while")
def test_ledger_of_another_user(site: Site) -> None:
    """A ledger that our user may not write is told at the start, with what to set."""
    site.drop_notices()
    site.stop()
    for folder in (site.folder, *site.folder.parents):
        if folder.name.startswith("pytest-"):
            folder.chmod(0o755)
    site.folder.chmod(0o755)
    os.seteuid(65534)
    try:
        with pytest.raises(LedgerError, match="owner and mode") as told:
            Ledger.open(site.folder / "ledger.sqlite")
    finally:
        os.seteuid(0)
    assert tell(told.value) == USAGE
    site.start()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")


def open_and_drain(site: Site) -> None:
    """Do as the command does: open, and begin to drain."""
    site.start()
    site.drain()
    raise site.errors[0]


def assert_told(site: Site, words: str) -> None:
    """Each error says what to do; the command then ends with the code for an installation's trouble."""
    assert site.errors
    for error in site.errors:
        assert words in str(error)
        assert tell(error) == USAGE
