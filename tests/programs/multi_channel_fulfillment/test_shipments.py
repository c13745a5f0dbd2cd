"""Shipments of accepted orders come back as files: each once, and all pieces add up to what was ordered."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders
from tests.programs.multi_channel_fulfillment.contract_cases import shipment

ORDER = orders("1001,1,SKU-A,3", "1001,2,SKU-B,1")


@pytest.fixture
def accepted(shop: Shop) -> Shop:
    """Have an order accepted, and its first look over."""
    shop.drop("orders.csv", ORDER)
    shop.passes(2, seconds=2)
    shop.passes(minutes=6)
    assert files(shop) == {}
    return shop


def files(shop: Shop) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each CSV file of shipments, by its name."""
    folder = shop.folder / "drop" / "outbox" / "shipments"
    return {path.name: list(csv.DictReader(path.open())) for path in sorted(folder.glob("*.csv"))}


def sums(shop: Shop) -> dict[str, tuple[int, int]]:
    """Return the pieces of each line that shipped, and those that never will."""
    shipped, unshipped = Counter[str](), Counter[str]()
    for rows in files(shop).values():
        for row in rows:
            shipped[row["line"]] += int(row["shipped"] or 0)
            unshipped[row["line"]] += int(row["unshipped"] or 0)
    return {line: (shipped[line], unshipped[line]) for line in sorted(shipped) if line}


def ships(shop: Shop, *shipments: dict[str, Any], status: str = "Processing") -> None:
    shop.amazon.orders.ship("1001", shipments, status)


def test_two_shipments_of_three_packages_are_two_files_and_the_sums_are_right(accepted: Shop) -> None:
    first = shipment("S1", ("1", "SKU-A", 2, 1))
    second = shipment("S2", ("1", "SKU-A", 1, 1), ("2", "SKU-B", 1, 2))
    ships(accepted, first)
    accepted.passes(hours=1)
    assert list(files(accepted)) == ["1001.S1.csv"]
    ships(accepted, first, second, status="Complete")
    accepted.passes(3, hours=1)

    told = files(accepted)
    assert list(told) == ["1001.S1.csv", "1001.S2.csv"]
    assert sums(accepted) == {"1": (3, 0), "2": (1, 0)}
    (row,) = told["1001.S1.csv"]
    assert row == {
        "event": "shipped",
        "order_id": "1001",
        "customer_order": "1001",
        "shipment_id": "S1",
        "shipped_at": "2026-11-23T10:00:00-05:00",
        "estimated_arrival": "2026-11-24T23:00:00-05:00",
        "fulfillment_center": "PHX7",
        "package_number": "1",
        "carrier": "UPS",
        "tracking_number": "1ZS11",
        "line": "1",
        "sku": "SKU-A",
        "ordered": "3",
        "shipped": "2",
        "unshipped": "0",
        "status": "partial",
        "serial_numbers": "",
        "lot_codes": "",
    }
    assert [(one["tracking_number"], one["status"]) for one in told["1001.S2.csv"]] == [
        ("1ZS21", "complete"),
        ("1ZS22", "complete"),
    ]
    (followed,) = accepted.partner.ledger.trace("1001").follow_ups
    assert followed.end_state == "Complete"


def test_an_order_is_found_by_the_tracking_numbers_of_its_packages(accepted: Shop) -> None:
    ships(accepted, shipment("S1", ("1", "SKU-A", 2, 1), ("2", "SKU-B", 1, 2)))
    accepted.passes(2, hours=1)
    ledger = accepted.partner.ledger
    for number in ("1ZS11", "1ZS12"):
        found = ledger.trace(number)
        assert [one.subject for one in found.follow_ups] == ["1001"]
        assert [one.purchase_order_number for one in found.events] == ["1001"]
    assert ledger.trace("1ZS13").follow_ups == []
    accepted.amazon.orders.move("1001", "CompletePartialled")
    accepted.passes(3, hours=12)
    later = accepted.clock.now + timedelta(days=1)
    ledger.purge_loose("acme", later, later)
    assert ledger.trace("1ZS11").follow_ups == []


def test_a_shipment_that_amazon_planned_anew_is_told_once(accepted: Shop) -> None:
    whole = (("1", "SKU-A", 3, 1), ("2", "SKU-B", 1, 1))
    ships(accepted, shipment("S1", *whole, status="PENDING"))
    accepted.passes(hours=1)
    again = shipment("S1", *whole, status="CANCELLED_BY_FULFILLER")
    ships(accepted, again)
    accepted.passes(hours=1)
    ships(accepted, again, shipment("S2", *whole), status="Complete")
    accepted.passes(2, hours=1)
    assert list(files(accepted)) == ["1001.S2.csv"]
    assert sums(accepted) == {"1": (3, 0), "2": (1, 0)}


def test_what_never_ships_is_told_at_the_end(accepted: Shop) -> None:
    ships(accepted, shipment("S1", ("1", "SKU-A", 1, 1)))
    accepted.passes(hours=1)
    accepted.amazon.orders.move("1001", "CompletePartialled", unfulfillable={"1": 2, "2": 1})
    accepted.passes(2, hours=1)
    assert sums(accepted) == {"1": (1, 2), "2": (0, 1)}
    assert [(row["line"], row["status"]) for row in files(accepted)["1001.ended.csv"]] == [
        ("1", "unfulfillable"),
        ("2", "unfulfillable"),
    ]


@pytest.mark.parametrize(
    ("status", "why"),
    [("Cancelled", "cancelled"), ("Unfulfillable", "not_shipped"), ("Invalid", "not_shipped")],
)
def test_an_order_that_ends_without_any_shipment_is_told_with_nothing(
    accepted: Shop, status: str, why: str
) -> None:
    if status == "Cancelled":
        accepted.amazon.orders.cancel("default", "1001")
    else:
        accepted.amazon.orders.move("1001", status)
    accepted.passes(2, minutes=15)
    assert sums(accepted) == {"1": (0, 3), "2": (0, 1)}
    assert {row["status"] for row in files(accepted)["1001.ended.csv"]} == {why}


def test_a_tracking_number_is_waited_for_six_hours_and_told_later(accepted: Shop) -> None:
    whole = (("1", "SKU-A", 3, 1), ("2", "SKU-B", 1, 1))
    ships(accepted, shipment("S1", *whole, numbers=False))
    accepted.passes(5, hours=1)
    assert files(accepted) == {}
    accepted.passes(2, hours=1)
    assert [row["tracking_number"] for row in files(accepted)["1001.S1.csv"]] == ["", ""]
    ships(accepted, shipment("S1", *whole))
    accepted.passes(2, hours=1)
    (row,) = files(accepted)["1001.S1.tracking-1.csv"]
    assert (row["event"], row["package_number"], row["tracking_number"]) == ("tracking", "1", "1ZS11")
    assert sums(accepted) == {"1": (3, 0), "2": (1, 0)}


def test_an_order_waits_for_its_numbers_though_it_is_complete(accepted: Shop) -> None:
    whole = (("1", "SKU-A", 3, 1), ("2", "SKU-B", 1, 1))
    ships(accepted, shipment("S1", *whole, numbers=False), status="Complete")
    accepted.passes(2, hours=1)
    ships(accepted, shipment("S1", *whole), status="Complete")
    accepted.passes(2, hours=1)
    assert list(files(accepted)) == ["1001.S1.csv"]
    assert {row["tracking_number"] for row in files(accepted)["1001.S1.csv"]} == {"1ZS11"}


def test_an_order_of_another_channel_in_the_list_is_ignored(accepted: Shop) -> None:
    taken = dict(accepted.amazon.accepted[0].item)
    accepted.amazon.orders.create("default", taken | {"sellerFulfillmentOrderId": "OTHER"})
    accepted.amazon.orders.move("OTHER", "Complete")
    accepted.passes(3, hours=1)
    asked = {one.order for one in accepted.amazon.requests if one.operation == "getFulfillmentOrder"}
    assert (asked, files(accepted)) == ({"1001"}, {})


def test_the_files_hold_no_address_and_come_in_each_form_that_is_wanted(accepted: Shop) -> None:
    profile = accepted.partner.profile
    values = msgspec.structs.replace(values_of(profile), shipment_files=("csv", "json"))
    wanted = msgspec.structs.replace(profile, of_programs={NAME: values})
    accepted.partner = replace(accepted.partner, profile=wanted)
    ships(accepted, shipment("S1", ("1", "SKU-A", 1, 1)))
    accepted.passes(hours=1)
    folder = accepted.folder / "drop" / "outbox" / "shipments"
    assert sorted(path.name for path in folder.iterdir()) == ["1001.S1.csv", "1001.S1.json"]
    (line,) = json.loads((folder / "1001.S1.json").read_text())["lines"]
    assert (line["line"], line["shipped"], line["tracking_number"]) == ("1", 1, "1ZS11")
    told = b"".join(path.read_bytes() for path in folder.iterdir())
    (followed,) = accepted.partner.ledger.followed("acme", "fulfillment-orders")
    for text in (b"Ann", b"Springfield", b"62701"):
        assert text not in told
        assert text not in followed.kept
