"""Orders to ship are told as they come and change, once each, and nothing of their buyers."""

from __future__ import annotations

import csv
import io
import json

from bridge.programs.merchant_fulfillment.operations import SEARCH_ORDERS
from simulator.faults import Fault
from simulator.merchant.seller_orders import OrderItem, SellerOrder
from tests.programs.merchant_fulfillment.conftest import ORDER, USUAL, Desk, row

OTHER = "902-1111111-2222222"


def told(desk: Desk) -> list[list[dict[str, str]]]:
    """Return the rows of each CSV file of orders, the oldest first."""
    files = {name: data for name, data in desk.outbox("orders").items() if name.endswith(".csv")}
    return [list(csv.DictReader(io.StringIO(files[name].decode()))) for name in sorted(files)]


def test_an_order_is_told_once_and_again_when_it_has_changed(desk: Desk) -> None:
    desk.sets(orders="poll")
    desk.order(ORDER, MUG=2, BOWL=1)
    desk.passes(3, minutes=6)
    (first,) = told(desk)
    assert [(row["order_id"], row["sku"], row["quantity"]) for row in first] == [
        (ORDER, "MUG", "2"),
        (ORDER, "BOWL", "1"),
    ]
    assert {row["status"] for row in first} == {"UNSHIPPED"}
    assert all(row["latest_ship"] for row in first)
    same = json.loads(next(data for name, data in desk.outbox("orders").items() if name.endswith(".json")))
    assert same["orders"] == first

    cancelled = SellerOrder(
        order_id=ORDER, items=(OrderItem(order_item_id="1", sku="MUG", quantity=2),), status="CANCELLED"
    )
    desk.amazon.merchant.orders.add(cancelled)
    desk.passes(3, minutes=6)
    assert [rows[0]["status"] for rows in told(desk)] == ["UNSHIPPED", "CANCELLED"]


def test_what_is_nobodys_to_ship_yet_is_told_when_it_is(desk: Desk) -> None:
    desk.sets(orders="poll")
    pending = SellerOrder(
        order_id=ORDER,
        items=(OrderItem(order_item_id="1", sku="MUG", quantity=1),),
        status="PENDING",
        programs=("PRIME",),
    )
    over = SellerOrder(
        order_id=OTHER, items=(OrderItem(order_item_id="1", sku="MUG", quantity=1),), status="SHIPPED"
    )
    for order in (pending, over):
        desk.amazon.merchant.orders.add(order)
    desk.passes(2, minutes=6)
    assert told(desk) == []
    pending.status, pending.updated = None, None
    desk.amazon.merchant.orders.add(pending)
    desk.passes(2, minutes=6)
    ((row,),) = told(desk)
    assert (row["order_id"], row["prime"]) == (ORDER, "yes")


def test_a_long_list_goes_on_where_it_was_interrupted(desk: Desk) -> None:
    desk.sets(orders="poll")
    desk.amazon.merchant.options.change({"orders_page": 2})
    numbers = [f"903-0000000-{at:07}" for at in range(5)]
    for number in numbers:
        desk.order(number)
    desk.amazon.faults.inject(Fault(operation=SEARCH_ORDERS, action="reply", status=503, nth=2))
    desk.passes(4, minutes=6)
    assert desk.calls(SEARCH_ORDERS)[:4] == [200, 503, 200, 200]
    assert sorted(row["order_id"] for rows in told(desk) for row in rows) == numbers


def test_nobody_is_asked_where_orders_are_not_wanted(desk: Desk) -> None:
    desk.sets(orders="none")
    desk.order()
    desk.passes(2, minutes=6)
    assert desk.calls(SEARCH_ORDERS) == []
    assert desk.outbox("orders") == {}


def test_an_order_without_a_label_is_warned_of_three_times_and_no_more_once_it_has_one(desk: Desk) -> None:
    desk.sets(orders="poll", purchase="buy", **USUAL)
    desk.order()
    desk.passes(2, minutes=6)
    assert late(desk) == {}
    for hours, key in ((25, "24"), (20, "4"), (4, "0")):
        desk.passes(hours=hours)
        assert list(late(desk)) == [f"market-orders:{key}"]
        assert "1 of the orders to ship have no label (the first by" in next(iter(late(desk).values()))
    desk.takes(row())
    desk.passes(2, minutes=6)
    assert (len(desk.bought()), late(desk)) == (1, {})


def late(desk: Desk) -> dict[str, str]:
    return {one.key: one.message for one in desk.partner.ledger.alerts("acme") if one.kind == "due"}
