"""A run ends its work when its time is over, and tells what it did, what is left and what is in doubt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.outcomes import Outcome
from bridge.pipeline.partner import Partner
from bridge.runners.fleet import Fleet
from bridge.runners.once import run
from tests.pipeline.stubs import StubAmazon, drop, partner_with
from tests.system.traffic import ship_notice, x12


def fleet_with(folder: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> tuple[Fleet, Partner]:
    """Make a fleet of one partner with one sender and ten orders in its inbox."""
    made = partner_with(folder, monkeypatch, amazon)
    fleet = Fleet(ledger=made.ledger, partners=[])
    partner = replace(made, senders=1, stopping=fleet.stop.is_set)
    fleet.partners.append(partner)
    drop(folder, "a.edi", x12("856", "SH", "004010", 1, [ship_notice(number) for number in range(10)]))
    return fleet, partner


def test_nothing_is_begun_once_the_time_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    amazon = StubAmazon()
    fleet, partner = fleet_with(tmp_path, monkeypatch, amazon)

    def third_is_the_last(_items: list[dict[str, Any]]) -> Outcome:
        if len(amazon.items) == 2:
            fleet.stop.set()
        return Outcome(kind="submitted")

    amazon.answer = third_is_the_last
    report = run(fleet, clock=partner.clock, settle=True)
    assert len(amazon.items) == 3
    assert not report.finished
    assert report.left["acme"]["submissions"] == {"ready": 7, "submitted": 3}
    assert report.did["acme"]["submit"] == 3


@pytest.mark.parametrize("settle", [False, True])
def test_no_time_at_all_begins_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settle: bool) -> None:
    amazon = StubAmazon()
    fleet, partner = fleet_with(tmp_path, monkeypatch, amazon)
    report = run(fleet, clock=partner.clock, settle=settle, timeout=0)
    assert (report.finished, report.did, amazon.items) == (False, {"acme": {}}, [])
    assert [path.name for path in (tmp_path / "drop" / "inbox").iterdir()] == ["a.edi"]


def test_what_is_in_doubt_is_told_by_each_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    amazon = StubAmazon()
    fleet, partner = fleet_with(tmp_path, monkeypatch, amazon)
    amazon.answer = lambda _items: Outcome(kind="in_doubt", reason="cut")
    for _ in range(2):
        report = run(fleet, clock=partner.clock)
        assert report.finished
        assert len(report.doubts) == 10
        assert all("resolve" in doubt and "order PO" in doubt for doubt in report.doubts)
    assert report.problems == ()
