"""What an operator is told to do: with the real numbers, and never what cannot be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cli import exits
from bridge.cli.advice import ALERTS, advice_on
from bridge.errors import CommandRefused, LedgerError
from bridge.ledger.store import Ledger
from tests.cli.support import in_process, installation
from tests.ledger.desk import Desk, confirmation


@pytest.mark.parametrize(
    ("kind", "placeholder"),
    [
        ("late_confirmation", "BATCH"),
        ("translation", "BATCH"),
        ("in_doubt", "resolve ID"),
        ("label_replaced", "ORDER"),
    ],
)
def test_advice_on_an_alert_names_its_number(kind: str, placeholder: str) -> None:
    assert placeholder in ALERTS[kind]
    told = advice_on(kind, "4711")
    assert "4711" in told
    assert placeholder not in told
    assert ("TXID" in told) == ("TXID" in ALERTS[kind]), "another number, which the operator has to find"


def test_advice_on_an_alert_that_has_no_number_stays_as_it_is() -> None:
    assert advice_on("file", "orders.edi") == ALERTS["file"]


def test_a_refused_command_changes_nothing_and_blames_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert exits.tell(CommandRefused("submission 3 is succeeded, not in doubt or overdue")) == exits.USAGE
    refused = capsys.readouterr().err
    assert "nothing was changed" in refused
    assert "Fix this" not in refused
    assert exits.tell(LedgerError("the ledger is damaged")) == exits.USAGE
    assert "Fix this on this machine; retrying will not help." in capsys.readouterr().err


def test_what_an_operator_dropped_is_not_asked_for_again(tmp_path: Path) -> None:
    installation(tmp_path)
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    batch = Desk(ledger).take(confirmation("P1", state="held", body=b"{}", reason="no mapping"))
    [event] = ledger.batch(batch).events
    ledger.close()
    again = "its sender has to send again"
    assert in_process("resolve", str(event.id), "--event", "--drop", "not wanted", folder=tmp_path).code == 0
    assert again not in in_process("show", str(batch), folder=tmp_path).out


def test_what_the_api_version_lacks_is_for_the_operator_to_correct(tmp_path: Path) -> None:
    installation(tmp_path)
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    version, unit = ({"code": code, "message": "m"} for code in ("API_VERSION", "UNIT"))
    desk = Desk(ledger)
    one = desk.take(confirmation("P1", state="refused", errors=(version,), reason="m"))
    both = desk.take(confirmation("P2", state="refused", errors=(version, unit), reason="m; m"))
    ledger.close()
    for batch, also_the_vendor in ((one, False), (both, True)):
        told = in_process("show", str(batch), folder=tmp_path).out
        assert f"`edibridge rerun {batch}`" in " ".join(told.split())
        assert ("its sender has to send again" in told) == also_the_vendor


def test_nothing_is_released_where_nothing_was_restored(tmp_path: Path) -> None:
    installation(tmp_path)
    Ledger.open(tmp_path / "ledger.sqlite").close()
    told = in_process("restore", "--release", folder=tmp_path)
    assert told.code == 0
    assert "was not held for a restored ledger" in told.out
    assert "sends again" not in told.out
