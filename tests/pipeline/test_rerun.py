"""Reruns: what an operator reads again is neither lost nor sent twice, whatever came in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.outcomes import Outcome
from bridge.pipeline.collect import collect
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, order, ship_notice, x12


def notice(control_number: int, *orders: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number) for number in orders])


def refusing(_items: list[dict[str, Any]]) -> Outcome:
    return Outcome(kind="refused", http_status=400, reason="HTTP 400")


def states(partner: Partner, batch: int) -> list[str]:
    return [event.state for event in partner.ledger.batch(batch).events]


@pytest.mark.parametrize("other_order", [1, 2], ids=["the same again", "other content"])
def test_a_rerun_minds_only_what_came_before_its_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_order: int
) -> None:
    amazon = StubAmazon()
    amazon.answer = refusing
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    drop(tmp_path, "later.edi", notice(1, other_order) + notice(2, 3))
    drained(partner)
    assert states(partner, 1) == ["failed"]

    amazon.answer = None
    rerun(partner, 1, dry_run=False, force=False)
    drained(partner)
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]
    assert states(partner, 1) == ["replaced", "succeeded"]


def test_a_file_that_a_rerun_is_the_first_to_read_is_acknowledged_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    drop(tmp_path, "a.edi", notice(1, 1))
    assert collect(partner) == 1
    rerun(partner, 1, dry_run=False, force=False)
    rerun(partner, 1, dry_run=False, force=False)
    drained(partner)
    assert [sent.name for sent in partner.ledger.batch(1).outbound if sent.kind == "997"] == ["997.a.1.1.edi"]


def test_a_rerun_goes_through_beside_a_drain_that_begins_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    amazon.answer = refusing
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(partner)
    asked = partner.clock

    def claimed_meanwhile() -> datetime:
        partner.ledger.claim(partner.account, asked())
        return asked()

    rerun(replace(partner, clock=claimed_meanwhile), 1, dry_run=False, force=False)
    assert states(partner, 1) == ["replaced", "ready"]


def test_of_two_equal_updates_of_a_document_a_rerun_repeats_the_one_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "notice.edi", notice(1, 1))
    drained(partner)
    body = carrier_status(1)
    second = [s.replace("AT7*D1*NS", "AT7*X4*NS") for s in body if s.startswith(("AT7", "MS1"))]
    at = next(i for i, s in enumerate(body) if s.startswith("MS1")) + 1
    amazon.answer = lambda items: (
        refusing(items)
        if items[0]["statusUpdateDetails"]["statusCode"] == "O1"
        else Outcome(kind="submitted")
    )
    drop(tmp_path, "status.edi", x12("214", "QM", "004010", 2, [[*body[:at], *second, *body[at:]]]))
    drained(partner)
    assert sorted(states(partner, 2)) == ["failed", "succeeded"]

    amazon.answer = None
    rerun(partner, 2, dry_run=False, force=False)
    drained(partner)
    codes = [item["statusUpdateDetails"]["statusCode"] for item in amazon.items[1:]]
    assert codes == ["D1", "O1"]
