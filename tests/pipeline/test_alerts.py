"""What the partner remembers of its alerts is what stands in the ledger, whoever tells and takes back."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bridge.errors import LedgerError
from bridge.ledger.store import Ledger
from bridge.pipeline.alerts import FETCH, clear_alert, is_told, raise_alert
from tests.pipeline.partners import partner_in


def test_what_the_ledger_could_not_keep_is_not_taken_for_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)

    def fail(*_arguments: object, **_named: object) -> NoReturn:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as failing:
        failing.setattr(Ledger, "raise_alert", fail)
        with pytest.raises(LedgerError):
            raise_alert(partner, FETCH, "", "no")
    assert not is_told(partner, FETCH, "")


def test_an_alert_taken_back_while_it_is_raised_is_one_or_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    begun, go_on = threading.Event(), threading.Event()
    write = Ledger.raise_alert

    def slowly(ledger: Ledger, *arguments: Any, **named: Any) -> bool:
        begun.set()
        assert go_on.wait(20)
        return write(ledger, *arguments, **named)

    monkeypatch.setattr(Ledger, "raise_alert", slowly)
    raising = threading.Thread(target=raise_alert, args=(partner, FETCH, "", "no"))
    raising.start()
    assert begun.wait(20)
    clearing = threading.Thread(target=clear_alert, args=(partner, FETCH, ""))
    clearing.start()
    clearing.join(0.2)  # it ends at once, or waits for the other
    go_on.set()
    raising.join()
    clearing.join()
    assert is_told(partner, FETCH, "") == bool(partner.ledger.alerts("acme"))
    clear_alert(partner, FETCH, "")
    assert partner.ledger.alerts("acme") == []
