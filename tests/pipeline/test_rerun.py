"""Reruns: what an operator reads again is neither lost nor sent twice, whatever came in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bridge.pipeline.lane import Lane
from bridge.pipeline.rerun import rerun
from bridge.spapi.operations import Outcome
from tests.pipeline.stubs import StubAmazon, drained, drop, lane_with
from tests.system.traffic import carrier_status, order, ship_notice, x12


def notice(control_number: int, *orders: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number) for number in orders])


def refusing(_items: list[dict[str, Any]]) -> Outcome:
    return Outcome(kind="refused", http_status=400, reason="HTTP 400")


def states(lane: Lane, batch: int) -> list[str]:
    return [event.state for event in lane.ledger.batch_events(batch)]


@pytest.mark.parametrize("other_order", [1, 2], ids=["the same again", "other content"])
def test_a_rerun_minds_only_what_came_before_its_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_order: int
) -> None:
    amazon = StubAmazon()
    amazon.answer = refusing
    lane = lane_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "first.edi", notice(1, 1))
    drained(lane)
    drop(tmp_path, "later.edi", notice(1, other_order) + notice(2, 3))
    drained(lane)
    assert states(lane, 1) == ["failed"]

    amazon.answer = None
    rerun(lane, 1, dry_run=False, force=False)
    drained(lane)
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]
    assert states(lane, 1) == ["replaced", "succeeded"]
