"""A disk that is really full, under the ledger or the spool: a small file system that somebody fills."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.cli.exits import USAGE, tell
from tests.faults.site import LABEL, Site, notices, requests
from tests.faults.watch import CONFIRM
from tests.system.traffic import order


@dataclass(frozen=True)
class Disk:
    """A small disk at `place`."""

    place: Path

    def fill(self) -> None:
        """Take all the room that is left, as another program does that runs wild."""
        with (self.place / "filler").open("wb", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while filler.write(b"x" * size):
                        pass
                except OSError:  # no room for so many more: what is wanted
                    continue

    def make_room(self) -> None:
        (self.place / "filler").unlink()

    def resize(self, size: str) -> None:
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.place)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk; see test_full_disk_in_a_name_space")
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this root may not mount a small disk")
    yield Disk(place)
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def settings(disk: Disk, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Put the ledger on the small disk, or where a test wants it, the spool alone."""
    place = disk.place.name
    if "spool" in request.node.name:
        return {"spool_folder": f"{place}/spool"}
    return {"ledger_file": f"{place}/ledger.sqlite", "fetch_every": "10m"}


def strike(site: Site, disk: Disk) -> None:
    """Fill the disk when SQLite's log is empty: room that it had before would do for a while."""
    with closing(sqlite3.connect(site.folder / site.ledger_file, timeout=10.0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    disk.fill()


def assert_told(site: Site) -> None:
    """Each error is this installation's, with what to do; the command then ends with 2."""
    assert site.errors
    for error in site.errors:
        assert "make room" in str(error)
        assert tell(error) == USAGE


def drain_in_vain(site: Site) -> None:
    for _ in range(3):
        site.drain()
        site.check()
        site.clock.now += timedelta(seconds=3)


def assert_all_through(site: Site) -> None:
    site.until_quiet(hours=0.4)
    assert site.alerts() == {}
    assert set(site.states()) == {"succeeded"}
    assert not list((site.home / "inbox").iterdir())
    assert not site.amazon.duplicates(processed=False)


@pytest.mark.parametrize(
    "job",
    [
        "collect",
        pytest.param("translate", marks=pytest.mark.slow),
        pytest.param("put_away", marks=pytest.mark.slow),
        "submit",
        "settle",
        "fetch",
    ],
)
def test_full_disk_after(site: Site, disk: Disk, job: str) -> None:
    """Whatever the disk is full after, nothing more is told done; with room again all goes on from there."""
    site.amazon.add_label(order(9), site.clock.now - timedelta(seconds=9), "ABCD", selling_party="ACME")
    site.drop("acme", "856.edi", notices(1, 2))
    struck: list[str] = []

    def note(vendor: str, done: str, _count: int) -> None:
        if (vendor, done) == ("acme", job) and not struck:
            struck.append(done)
            strike(site, disk)

    site.progress = note
    for _ in range(4):
        site.drain()
        site.clock.now += timedelta(seconds=3)
    assert struck
    drain_in_vain(site)
    assert_told(site)
    disk.make_room()
    assert_all_through(site)
    assert [site.taken(number) for number in (1, 2)] == [1, 1]
    assert len(list((site.home / "outbox" / "labels").glob("*/[!.]*"))) == 1
    assert len(site.outbox("acknowledgements")) == 1


@pytest.mark.parametrize("operation", [CONFIRM, LABEL], ids=["confirmation", "label-request"])
def test_full_disk_at_an_answer(site: Site, disk: Disk, operation: str) -> None:
    """Amazon took it and its answer finds no room: in doubt, the log has the id; it never goes twice."""
    site.amazon.options.verdict_polls = 0
    site.drop(
        *{CONFIRM: ("acme", "856.edi", notices(1)), LABEL: ("acme", "labels.csv", requests(1))}[operation]
    )
    submit = site.partner.amazon.submit

    def submit_and_fill(*arguments: Any, **more: Any) -> Any:
        outcome = submit(*arguments, **more)
        strike(site, disk)
        return outcome

    site.partner.amazon.submit = submit_and_fill  # type: ignore[method-assign]
    with capture_logs() as logs:
        site.drain()
    site.partner.amazon.submit = submit  # type: ignore[method-assign]
    assert_told(site)
    (line,) = [line for line in logs if line["event"] == "answer_not_kept"]
    assert line["amazon_transaction_id"] == site.amazon.accepted[0].transaction_id
    assert site.submissions() == ["sending"]
    drain_in_vain(site)
    disk.make_room()
    site.until_quiet()
    if operation == CONFIRM:
        assert site.submissions() == ["in_doubt"]
        assert site.a_person_resolves() == 1
    assert_all_through(site)
    assert site.taken(1, operation) == 1


def test_full_disk_at_a_document(site: Site, disk: Disk) -> None:
    """A label that finds no room is fetched again; no cursor passes it, and it is delivered once."""
    site.amazon.add_label(order(9), site.clock.now - timedelta(seconds=9), "ABCD", selling_party="ACME")
    read_page = site.partner.amazon.read_page

    def read_and_fill(*arguments: Any) -> Any:
        page = read_page(*arguments)
        strike(site, disk)
        return page

    site.partner.amazon.read_page = read_and_fill  # type: ignore[method-assign,assignment]
    site.drain()
    site.partner.amazon.read_page = read_page  # type: ignore[method-assign]
    assert_told(site)
    assert not list((site.home / "outbox").glob("labels/*/*"))
    assert site.ledger.cursor("acme", "labels:ABCD") is None
    disk.make_room()
    site.until_quiet(hours=0.4)
    assert len(list((site.home / "outbox").glob("labels/*/*"))) == 1
    assert site.amazon.delivered("getShippingLabels")[order(9)] >= 2


def test_full_spool_disk(site: Site, disk: Disk) -> None:
    """A file for which there is no room waits in the inbox; smaller ones and what is under way go on."""
    site.drop_notices()
    site.drain()
    assert site.submissions() == ["submitted"]  # its verdict is still to come
    disk.resize("64k")
    large = notices(*range(300, 500))
    site.drop("acme", "large.edi", large)
    site.drop("acme", "small.edi", notices(3))
    site.drop("twin", "small.edi", notices(103))
    site.until_quiet()
    site.assert_untouched("twin", "other")
    assert "make room" in site.alerts()["spool"]
    assert site.states() == {"succeeded": 3}
    assert {path.name for path in (site.home / "inbox").iterdir()} == {"large.edi"}
    assert not [
        path
        for path in (disk.place / "spool").iterdir()
        if path.is_file() and not path.name.startswith("epoch-")
    ]  # nothing half is left
    assert any("make room" in problem for problem in site.run_once())
    disk.resize("4m")
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert not site.amazon.duplicates(processed=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root mounts without it")
def test_full_disk_in_a_name_space(tmp_path: Path) -> None:
    """Who is not root is so in a name space of its own: all of these there."""
    alone = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], check=False).returncode:
        pytest.skip("this user may make no name space to mount a small disk in")
    inside = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'in'}"]
    done = subprocess.run(
        [*alone, *inside, __file__], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
