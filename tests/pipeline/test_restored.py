"""Looking whether the ledger was restored: what is no sign of it, and what must not stop the rest."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from bridge.dropfolder.local import LocalDropFolder
from bridge.dropfolder.port import Place
from bridge.errors import DropFolderUnavailable, SpoolError
from bridge.ledger.reports import reopen
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.pipeline.spool import Spool
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import ship_notice, x12


@pytest.fixture
def amazon() -> StubAmazon:
    return StubAmazon()


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    return partner


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("archive", "a.20261122T120000.999999999999999.edi"),
        ("outbox/statuses", "report.20261122.json"),
        ("outbox/acknowledgements", "997.a.99999999.1.edi"),
    ],
)
def test_a_partners_own_name_is_no_sign_of_it(
    partner: Partner, amazon: StubAmazon, tmp_path: Path, place: str, name: str
) -> None:
    folder = tmp_path / "drop" / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"")
    drained(partner)
    assert len(amazon.items) == 1
    assert partner.ledger.restored(partner.account) is None


def test_a_report_that_the_ledger_made_is_no_sign_of_it_however_often_its_batch_was_reported(
    partner: Partner, amazon: StubAmazon
) -> None:
    drained(partner)
    for _ in range(8):  # more often than there are batches
        with partner.ledger._db.write() as connection:
            reopen(connection, [partner.ledger.batch(1).events[0].id], partner.clock())
        drained(partner, rounds=1)
    partner.state.folder.numbers_compared = False
    drained(partner)
    assert partner.ledger.restored(partner.account) is None
    assert len(amazon.items) == 1


def test_a_number_of_the_bridges_own_that_was_not_given_is_one(
    partner: Partner, amazon: StubAmazon, tmp_path: Path
) -> None:
    folder = tmp_path / "drop" / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.20261122T120000.17.edi").write_bytes(b"")
    drained(partner)
    assert amazon.items == []
    assert {alert.kind for alert in partner.ledger.alerts(partner.vendor)} >= {"restored"}


def test_a_spool_that_takes_no_note_stops_nothing(
    partner: Partner, amazon: StubAmazon, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_spool: Spool, account: str, epoch: int) -> NoReturn:
        raise SpoolError(f"no room for {account}, {epoch}")

    monkeypatch.setattr(Spool, "note_epoch", fail)
    drained(partner)
    assert len(amazon.items) == 1


def test_a_folder_that_cannot_be_compared_rests_and_is_not_tried_twice_a_drain(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def fail(_folder: LocalDropFolder, place: Place = "archive") -> NoReturn:
        tried.append(place)
        raise DropFolderUnavailable("the server is away")

    monkeypatch.setattr(LocalDropFolder, "names", fail)
    monkeypatch.setattr(LocalDropFolder, "list_files", fail)
    (report,) = drain([partner], wait=lambda _seconds: None)
    assert report.folder_error == "the server is away"
    assert len(tried) == 1
    assert not partner.state.folder.numbers_compared
