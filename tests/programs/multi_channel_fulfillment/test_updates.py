"""An order is changed: here while it was not sent, at Amazon while it is on hold there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.programs.multi_channel_fulfillment.conftest import Shop

CREATE, UPDATE = "createFulfillmentOrder", "updateFulfillmentOrder"
ORDER = b"""\
order_id,order_date,action,name,address_line1,city,state_or_region,postal_code,country_code,sku,quantity
1001,2026-11-22,Hold,Ann Example,1 Example Road,Springfield,IL,62701,US,SKU-A,3
"""
MOVED = b"""\
order_id,function,name,address_line1,address_line2,city,state_or_region,postal_code,country_code
1001,replace,Ann Example,2 Other Street,Flat 4,Austin,TX,78701,US
"""
RELEASED = b"order_id,function,action\n1001,replace,Ship\n"


@pytest.fixture
def on_hold(shop: Shop) -> Shop:
    """Have an order accepted that is on hold."""
    shop.drop("orders.csv", ORDER)
    shop.passes(2, seconds=2)
    return shop


def order(shop: Shop) -> dict[str, Any]:
    """Return the order's header as Amazon has it."""
    found: dict[str, Any] = shop.amazon.orders.read("default", "1001")["payload"]["fulfillmentOrder"]
    return found


def test_an_order_on_hold_gets_a_new_address_and_then_ships(on_hold: Shop) -> None:
    on_hold.drop("moved.csv", MOVED)
    on_hold.passes(2, seconds=2)
    assert order(on_hold)["destinationAddress"] == {
        "name": "Ann Example",
        "addressLine1": "2 Other Street",
        "addressLine2": "Flat 4",
        "city": "Austin",
        "stateOrRegion": "TX",
        "postalCode": "78701",
        "countryCode": "US",
    }
    assert order(on_hold)["fulfillmentAction"] == "Hold"
    on_hold.drop("ship.csv", RELEASED)
    on_hold.passes(2, seconds=2)
    assert order(on_hold)["fulfillmentAction"] == "Ship"
    assert order(on_hold)["destinationAddress"]["city"] == "Austin"
    assert (on_hold.calls(UPDATE), on_hold.told()) == ([200, 200], {"1001": "Success"})

    on_hold.drop("again.csv", MOVED + b"\n")
    on_hold.passes(2, seconds=2)
    assert on_hold.errors()["1001"]["NOT_ON_HOLD"].startswith("order 1001 is not on hold at Amazon")
    assert on_hold.calls(UPDATE) == [200, 200]


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not-taken"])
def test_a_doubt_about_a_change_is_settled_by_comparing_and_a_repeat(on_hold: Shop, taken: bool) -> None:
    (on_hold.amazon.faults.cut_after if taken else on_hold.amazon.faults.cut_before)(operation=UPDATE)
    on_hold.drop("moved.csv", MOVED)
    on_hold.passes(6, minutes=1)
    assert on_hold.calls(UPDATE) == ([0] if taken else [0, 200])
    assert order(on_hold)["destinationAddress"]["city"] == "Austin"
    assert on_hold.told() == {"1001": "Success"}


def test_what_amazon_cannot_change_holds_the_whole(on_hold: Shop) -> None:
    on_hold.drop("more.csv", MOVED.replace(b"country_code", b"country_code,sku,quantity") + b",SKU-A,5\n")
    on_hold.drop("speed.csv", b"order_id,function,action,speed\n1001,replace,Ship,Priority\n")
    on_hold.passes(2, seconds=2)
    assert on_hold.calls(UPDATE) == []
    state, reason = on_hold.events()["1001"][-1]
    assert (state, "this changes speed, too" in reason) == ("held", True)


def test_a_change_that_is_released_changes_what_amazon_changes_and_nothing_else(on_hold: Shop) -> None:
    on_hold.drop("speed.csv", b"order_id,function,action,speed\n1001,replace,Ship,Priority\n")
    on_hold.passes(seconds=2)
    on_hold.partner.ledger.release_event(2, on_hold.clock())
    on_hold.passes(2, seconds=2)
    assert (order(on_hold)["fulfillmentAction"], order(on_hold)["shippingSpeedCategory"]) == (
        "Ship",
        "Standard",
    )

    on_hold.drop("late.csv", b"order_id,function,speed\n1001,replace,Priority\n")
    on_hold.passes(seconds=2)
    assert on_hold.events()["1001"][-1][0] == "refused"


def test_half_an_address_and_an_unknown_order_are_refused(on_hold: Shop) -> None:
    on_hold.drop("half.csv", b"order_id,function,address_line1\n1001,replace,2 Other Street\n")
    on_hold.drop("unknown.csv", b"order_id,function,action\n1002,replace,Ship\n1001,replace,Hold\n")
    on_hold.passes(2, seconds=2)
    assert on_hold.calls(UPDATE) == []
    assert [state for state, _ in on_hold.events()["1001"]] == ["succeeded", "refused", "refused"]
    assert "no fulfillment order of order 1002 is known" in on_hold.errors()["1002"]["UNKNOWN"]
    assert "NOTHING_CHANGED" in on_hold.errors()["1001"]


def test_an_order_that_was_not_sent_yet_is_sent_as_changed(shop: Shop) -> None:
    shop.drop("a.csv", ORDER)
    shop.drop("b.csv", MOVED)
    shop.drop("c.csv", RELEASED)
    shop.passes(2, seconds=2)
    assert [state for state, _ in shop.events()["1001"]] == ["superseded", "superseded", "succeeded"]
    assert (order(shop)["destinationAddress"]["city"], order(shop)["fulfillmentAction"]) == ("Austin", "Ship")
    assert (shop.calls(CREATE), shop.calls(UPDATE)) == ([200], [])
