"""One ledger, one lock, by whatever path it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import LedgerError
from bridge.runners.lock import AlreadyDraining, draining


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    folder = tmp_path / "var"
    folder.mkdir()
    path = folder / "ledger.sqlite"
    path.write_bytes(b"")
    return path


def test_two_paths_to_one_ledger_are_one_lock(ledger: Path, tmp_path: Path) -> None:
    (tmp_path / "link.sqlite").symlink_to(ledger)
    (tmp_path / "folder").symlink_to(ledger.parent)
    (tmp_path / "link-to-link").symlink_to(tmp_path / "link.sqlite")
    others = [tmp_path / "link.sqlite", tmp_path / "folder" / ledger.name, tmp_path / "link-to-link"]
    for other in [*others, ledger.parent / ".." / "var" / ledger.name]:
        with draining(ledger), pytest.raises(AlreadyDraining), draining(other):
            pass
        with draining(other), pytest.raises(AlreadyDraining), draining(ledger):
            pass
    with draining(ledger):
        pass


def test_two_ledgers_are_two_locks(ledger: Path) -> None:
    with draining(ledger), draining(ledger.with_name("other.sqlite")):
        pass


def test_a_lock_that_is_a_link_is_not_written_through(ledger: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("precious")
    ledger.with_name(f"{ledger.name}.lock").symlink_to(precious)
    with pytest.raises(LedgerError, match="symbolic link"), draining(ledger):
        pass
    assert precious.read_text() == "precious"
