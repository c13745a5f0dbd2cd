"""A seller's stock is told once a day: whole or not at all, and what Amazon does not list is never zero."""

from __future__ import annotations

import csv
from dataclasses import replace

import msgspec
import pytest

from bridge.pipeline.drain import drain
from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from bridge.programs.registry import installed
from bridge.programs.snapshots import SnapshotFile
from simulator.faults import Fault
from simulator.inventory import SUMMARIES, summary
from tests.programs.multi_channel_fulfillment.conftest import Shop

SKUS = tuple(f"SKU-{number}" for number in range(7))


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Have the stock told every day at 3 in New York (8 in UTC), in pages of three SKUs."""
    profile = shop.partner.profile
    values = msgspec.structs.replace(values_of(profile), inventory=("csv",))
    profile = msgspec.structs.replace(profile, of_programs={**profile.of_programs, NAME: values})
    shop.partner = replace(shop.partner, profile=profile)
    shop.amazon.options.change({"inventory_page": 3})
    stock(shop)
    return shop


def stock(shop: Shop, *skus: str, skipped: tuple[str, ...] = ()) -> None:
    shop.amazon.inventory.stock([summary(sku, 40) for sku in skus or SKUS], skipped=skipped)


def told(shop: Shop) -> list[dict[str, dict[str, str]]]:
    """Return the rows of each file, by SKU, the oldest file first."""
    folder = shop.folder / "drop" / "outbox" / "inventory"
    files = [list(csv.DictReader(path.open())) for path in sorted(folder.glob("*.csv"))]
    return [{row["seller_sku"]: row for row in rows} for rows in files]


def alerts(shop: Shop) -> list[str]:
    return [one.message for one in shop.partner.ledger.alerts("acme") if one.kind == "snapshot"]


def test_the_stock_is_told_once_a_day_with_every_quantity(shop: Shop) -> None:
    shop.passes(3, hours=1)
    (first,) = told(shop)
    assert tuple(first) == SKUS
    row = {name: value for name, value in first["SKU-0"].items() if value not in {"", "0"}}
    assert row == {
        "status": "listed",
        "seller_sku": "SKU-0",
        "fn_sku": "X00SKU-0",
        "asin": "B00EXAMPLE",
        "condition": "NewItem",
        "product_name": "Product SKU-0",
        "fulfillable": "40",
        "reserved": "3",
        "reserved_for_orders": "2",
        "reserved_for_transfers": "1",
        "unfulfillable": "2",
        "customer_damaged": "2",
        "researching": "1",
        "researching_short_term": "1",
        "inbound_shipped": "7",
        "total": "53",
        "last_updated": "2026-11-22T03:04:05Z",
    }
    shop.passes(24, hours=1)
    assert len(told(shop)) == 2


def test_a_token_that_dies_in_the_third_page_has_nothing_told_of_that_reading(shop: Shop) -> None:
    shop.amazon.faults.inject(Fault(operation=SUMMARIES, nth=3, status=400))
    shop.passes()
    assert told(shop) == []
    assert alerts(shop) == []
    shop.passes(minutes=2)
    (first,) = told(shop)
    assert tuple(first) == SKUS


def test_what_breaks_again_and_again_is_told_to_an_operator_until_it_is_read(shop: Shop) -> None:
    shop.amazon.options.change({"inventory_token_lifetime": 0})
    shop.passes(3, minutes=20)
    assert told(shop) == []
    (message,) = alerts(shop)
    assert "never told" in message
    shop.amazon.options.change({"inventory_token_lifetime": 30})
    shop.passes(hours=1)
    assert len(told(shop)) == 1
    assert alerts(shop) == []


def test_a_sku_that_the_list_passes_over_is_asked_for_and_one_that_is_gone_is_not_zero(shop: Shop) -> None:
    shop.passes()
    stock(shop, *SKUS[:-1], skipped=(SKUS[0],))
    shop.passes(hours=24)
    _, second = told(shop)
    assert (second[SKUS[0]]["status"], second[SKUS[0]]["fulfillable"]) == ("listed", "40")
    gone = second[SKUS[-1]]
    assert gone.pop("status") == "missing"
    assert gone.pop("seller_sku") == SKUS[-1]
    assert set(gone.values()) == {""}
    shop.passes(hours=24)
    assert SKUS[-1] not in told(shop)[2]


def test_a_list_of_less_than_half_is_held_until_the_next_one_says_the_same(shop: Shop) -> None:
    shop.passes()
    stock(shop, *SKUS[:3])
    shop.passes(hours=24)
    assert len(told(shop)) == 1
    (message,) = alerts(shop)
    assert "3 where the last one had 7" in message
    stock(shop, *SKUS[:2])
    shop.passes(hours=24)
    assert len(told(shop)) == 1
    shop.partner.ledger.request_snapshot("acme", "inventory", shop.clock.now)
    shop.passes(minutes=1)
    _, second = told(shop)
    assert {sku for sku, row in second.items() if row["status"] == "listed"} == set(SKUS[:2])
    assert {sku for sku, row in second.items() if row["status"] == "missing"} == set(SKUS[2:])
    assert alerts(shop) == []


def test_a_reading_that_is_stopped_tells_nothing_and_counts_as_none(shop: Shop) -> None:
    stopped = replace(shop.partner, stopping=lambda: len(shop.calls(SUMMARIES)) > 1)
    drain([stopped], wait=lambda _seconds: None)
    assert len(shop.calls(SUMMARIES)) == 2
    assert told(shop) == []
    assert shop.partner.ledger.snapshots("acme") == []
    shop.passes()
    assert len(told(shop)) == 1


def test_an_element_that_cannot_be_read_breaks_the_reading(shop: Shop) -> None:
    good, bad = summary("SKU-0", 40), summary("SKU-1", 40)
    del bad["inventoryDetails"]["fulfillableQuantity"]
    shop.amazon.inventory.stock([good, bad])
    shop.passes(3, minutes=20)
    assert told(shop) == []
    (message,) = alerts(shop)
    assert "SKU-1 is unreadable" in message


def test_a_sku_that_amazon_refuses_to_look_for_keeps_none_of_the_others_from_being_found(shop: Shop) -> None:
    stock(shop, *SKUS, "BAD")
    shop.passes()
    stock(shop, *SKUS, skipped=(SKUS[0], SKUS[1]))
    shop.amazon.options.change({"inventory_refused": "BAD"})
    shop.passes(hours=24)
    second = told(shop)[1]
    assert {sku for sku, row in second.items() if row["status"] == "listed"} == set(SKUS)
    assert second["BAD"]["status"] == "missing"


def test_a_mistake_of_the_bridges_own_is_no_reason_to_read_all_again_at_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_view: object) -> list[SnapshotFile]:
        raise ZeroDivisionError

    (snapshot,) = installed().snapshots.values()
    broken = replace(snapshot, files=fails)
    monkeypatch.setitem(installed().snapshots, snapshot.name, broken)
    shop.passes(2, seconds=2)
    assert len(shop.calls(SUMMARIES)) == 3
    (state,) = shop.partner.ledger.snapshots("acme")
    assert (state.failures, "ZeroDivisionError" in state.reason) == (1, True)
    monkeypatch.setitem(installed().snapshots, snapshot.name, snapshot)
    shop.passes(minutes=2)
    assert len(told(shop)) == 1
