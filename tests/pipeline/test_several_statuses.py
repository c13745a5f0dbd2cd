"""Status documents of several orders and of dates that cannot be, through the ledger to Amazon."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, order, ship_notice, tracking, x12


def states(partner: Partner, batch: int) -> list[tuple[str, str]]:
    return [
        (one.purchase_order_number, one.state)
        for one in partner.ledger.batch(batch).events
        if one.state != "replaced"
    ]


def updated(amazon: StubAmazon) -> list[tuple[str, str]]:
    """List order and package of every status update that Amazon was sent."""
    return [
        (item["purchaseOrderNumber"], item["statusUpdateDetails"]["trackingNumber"])
        for item in amazon.items
        if "statusUpdateDetails" in item
    ]


def test_each_of_two_orders_is_updated_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    drained(partner)
    first, second, *rest = carrier_status(1)
    both = [first, second, f"L11*{order(2)}*PO", *rest]
    drop(tmp_path, "status.edi", x12("214", "QM", "004010", 2, [both]))
    drained(partner)

    assert states(partner, 2) == [(order(1), "succeeded"), (order(2), "succeeded")]
    assert sorted(updated(amazon)) == [(order(1), tracking(1)), (order(2), tracking(1))]

    rerun(partner, 2, dry_run=False, force=False)
    drained(partner)
    assert len(updated(amazon)) == 2


@pytest.mark.parametrize("day", ["99991231", "00010101", "00000000", "20260230"])
def test_a_date_that_cannot_be_is_refused_and_its_sibling_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1), ship_notice(2)]))
    drained(partner)
    bad = [segment.replace("20261102*1405*ET", f"{day}*2359*13") for segment in carrier_status(1)]
    drop(tmp_path, "status.edi", x12("214", "QM", "004010", 2, [bad, carrier_status(2)]))
    drained(partner)

    assert updated(amazon) == [(order(2), tracking(2))]
    *refused, good = partner.ledger.batch(2).events
    assert good.state == "succeeded"
    # A day that no calendar has is an error of syntax already, and rejects its document.
    assert [(one.state, f"'{day}' is not" in one.reason) for one in refused] == [("refused", True)] or (
        partner.ledger.batch(2).batch.rejected == 1
    )
    assert [one.kind for one in partner.ledger.batch(2).outbound if one.kind == "997"] == ["997"]


def test_what_is_held_names_the_values_and_may_be_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    drained(partner)
    first, *rest = carrier_status(1)
    doubtful = [first.replace(tracking(1), "PRO77"), f"L11*{tracking(1)}*97", *rest]
    drop(tmp_path, "status.edi", x12("214", "QM", "004010", 2, [doubtful]))
    drained(partner)

    (held,) = partner.ledger.batch(2).events
    assert held.state == "held"
    assert f"{tracking(1)} in L1101" in held.reason
    assert "PRO77 in B1001" in held.reason
    assert updated(amazon) == []
    partner.ledger.release_event(held.id, partner.clock())
    drained(partner)
    assert updated(amazon) == [(order(1), tracking(1))]
