"""Orders at the stand-in: moved by its clock and by control calls, with the switches of a second create."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.amazon import StandInAmazon
from simulator.order_course import Course
from tests.programs.multi_channel_fulfillment.contract_cases import ADDRESS, shipment
from tests.simulator.caller import Caller

TRACKING = "/fba/outbound/2020-07-01/tracking"
PATH = "/fba/outbound/2020-07-01/fulfillmentOrders"
CONTROL = "/_stand-in/orders"
BODY = {
    "sellerFulfillmentOrderId": "1001",
    "displayableOrderId": "1001",
    "displayableOrderDate": "2026-11-22T00:00:00Z",
    "displayableOrderComment": "Thank you.",
    "shippingSpeedCategory": "Standard",
    "destinationAddress": ADDRESS,
    "items": [{"sellerSku": "SKU-A", "sellerFulfillmentOrderItemId": "1", "quantity": 2}],
}


class Orders(Caller):
    def call(self, method: str, path: str, **more: Any) -> Any:
        return self.http.request(method, path, **more)

    def order(self, number: str = "1001") -> dict[str, Any]:
        """Return the payload of getFulfillmentOrder."""
        payload: dict[str, Any] = self.call("GET", f"{PATH}/{number}").json()["payload"]
        return payload

    def create(self, number: str, *quantities: int, **more: Any) -> int:
        """Create an order of lines with these quantities; return the status of the reply."""
        items = [
            {"sellerSku": f"SKU-{line}", "sellerFulfillmentOrderItemId": str(line), "quantity": count}
            for line, count in enumerate(quantities, start=1)
        ]
        body = BODY | {"sellerFulfillmentOrderId": number, "items": items} | more
        status: int = self.call("POST", PATH, json=body).status_code
        return status

    def status(self, number: str = "1001") -> str:
        reply = self.call("GET", f"{PATH}/{number}").json()
        told: str = reply["payload"]["fulfillmentOrder"]["fulfillmentOrderStatus"]
        return told


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        yield standing_in


@pytest.fixture
def orders(amazon: StandInAmazon) -> Orders:
    made = Orders(amazon)
    made.log_in()
    assert made.call("POST", PATH, json=BODY).status_code == 200
    return made


def test_an_order_is_new_until_its_time_and_then_received(amazon: StandInAmazon, orders: Orders) -> None:
    amazon.options.order_received_after = 60
    assert orders.status() == "New"
    amazon.options.clock_offset = 61
    assert orders.status() == "Received"


@pytest.mark.parametrize("repeated", [200, 400])
def test_a_second_create_answers_as_it_is_switched(
    amazon: StandInAmazon, orders: Orders, repeated: int
) -> None:
    amazon.options.change({"repeated_order": repeated})
    assert orders.call("POST", PATH, json=BODY).status_code == repeated
    assert amazon.orders.numbers() == ["1001"]
    assert amazon.duplicates() == (repeated == 200)


def test_control_calls_move_an_order_and_ship_it(orders: Orders) -> None:
    whole = [shipment("S1", ("1", "SKU-A", 2, 1))]
    moved = orders.http.post(CONTROL, json={"order": "1001", "status": "Complete", "shipments": whole})
    assert (moved.status_code, moved.json()) == (200, {"1001": "Complete"})
    payload = orders.call("GET", f"{PATH}/1001").json()["payload"]
    assert payload["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Complete"
    assert payload["fulfillmentShipments"] == whole
    assert orders.http.post(CONTROL, json={"order": "9", "status": "Complete"}).status_code == 404


def test_an_order_is_cancelled_before_it_is_processed_only(amazon: StandInAmazon, orders: Orders) -> None:
    amazon.orders.move("1001", "Processing")
    assert orders.call("PUT", f"{PATH}/1001/cancel").status_code == 400
    amazon.orders.move("1001", "Planning")
    assert orders.call("PUT", f"{PATH}/1001/cancel").status_code == 200
    assert orders.status() == "Cancelled"


def test_the_list_has_pages_and_what_changed_since(orders: Orders) -> None:
    for number in range(60):
        orders.call("POST", PATH, json=BODY | {"sellerFulfillmentOrderId": f"N{number}"})
    first = orders.call("GET", PATH, params={"queryStartDate": "2026-01-01T00:00:00Z"}).json()["payload"]
    rest = orders.call("GET", PATH, params={"nextToken": first["nextToken"]}).json()["payload"]
    listed = [
        one["sellerFulfillmentOrderId"] for one in (*first["fulfillmentOrders"], *rest["fulfillmentOrders"])
    ]
    assert (len(listed), len(set(listed)), "nextToken" in rest) == (61, 61, False)
    later = orders.call("GET", PATH, params={"queryStartDate": "2999-01-01T00:00:00Z"}).json()["payload"]
    assert later["fulfillmentOrders"] == []


def test_an_id_with_other_characters_is_taken_and_cannot_be_read_back(orders: Orders) -> None:
    assert orders.call("POST", PATH, json=BODY | {"sellerFulfillmentOrderId": "10+1"}).status_code == 200
    assert orders.call("GET", f"{PATH}/10%2B1").status_code == 404


def passes(amazon: StandInAmazon, seconds: float) -> None:
    amazon.options.clock_offset += seconds


def shipped(order: dict[str, Any]) -> list[tuple[str, int, list[str]]]:
    """Return each shipment: its status, its pieces, and the tracking numbers that are there."""
    return [
        (
            one["fulfillmentShipmentStatus"],
            sum(item["quantity"] for item in one["fulfillmentShipmentItem"]),
            [box["trackingNumber"] for box in one["fulfillmentShipmentPackage"] if "trackingNumber" in box],
        )
        for one in order["fulfillmentShipments"]
    ]


def unfulfillable(order: dict[str, Any]) -> list[int]:
    return [item["unfulfillableQuantity"] for item in order["fulfillmentOrderItems"]]


def test_the_clock_ships_an_order_in_two_shipments_with_late_numbers(
    amazon: StandInAmazon, orders: Orders
) -> None:
    amazon.options.change({"order_step": 60.0})
    amazon.orders.courses["2"] = Course(shipments=2, packages=2, late_tracking=True)
    orders.create("2", 3, 1)
    seen = []
    for _ in range(7):
        seen.append((orders.status("2"), [one[:2] for one in shipped(orders.order("2"))]))
        passes(amazon, 60)
    assert seen == [
        ("Received", []),
        ("Planning", []),
        ("Processing", [("PENDING", 2), ("PENDING", 2)]),
        ("Processing", [("SHIPPED", 2), ("PENDING", 2)]),
        *[("Complete", [("SHIPPED", 2), ("SHIPPED", 2)])] * 3,
    ]
    assert [len(numbers) for *_, numbers in shipped(orders.order("2"))] == [2, 2]
    amazon.options.clock_offset -= 180
    assert [len(numbers) for *_, numbers in shipped(orders.order("2"))] == [0, 0]


def test_a_shipment_that_is_planned_anew_has_another_id(amazon: StandInAmazon, orders: Orders) -> None:
    amazon.options.change({"order_step": 60.0})
    amazon.orders.courses["2"] = Course(replanned=True)
    orders.create("2", 2)
    passes(amazon, 300)
    order = orders.order("2")
    assert [one[:2] for one in shipped(order)] == [("CANCELLED_BY_FULFILLER", 2), ("SHIPPED", 2)]
    assert len({one["amazonShipmentId"] for one in order["fulfillmentShipments"]}) == 2
    assert order["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Complete"


def test_an_invalid_order_and_one_that_is_on_hold_ship_nothing(amazon: StandInAmazon, orders: Orders) -> None:
    amazon.options.change({"order_step": 60.0, "order_received_after": 60.0})
    amazon.orders.courses["2"] = Course(invalid=True)
    orders.create("2", 1)
    orders.create("3", 1, fulfillmentAction="Hold")
    assert (orders.status("2"), orders.status("3")) == ("New", "New")
    passes(amazon, 3600)
    assert (orders.status("2"), orders.status("3")) == ("Invalid", "Received")
    passes(amazon, 14 * 86400)
    assert orders.status("3") == "Cancelled"
    assert orders.order("3")["fulfillmentOrderItems"][0]["cancelledQuantity"] == 1


def test_what_is_not_in_stock_goes_by_the_orders_policy(amazon: StandInAmazon, orders: Orders) -> None:
    amazon.options.change({"order_step": 60.0})
    assert orders.http.post("/_stand-in/stock", json={"SKU-1": 3}).json() == {"SKU-1": 3}
    assert orders.create("kill", 4) == 400
    assert orders.create("available", 5, 1, fulfillmentPolicy="FillAllAvailable") == 200
    assert orders.create("none", 1, fulfillmentPolicy="FillAllAvailable") == 400
    assert orders.create("all", 2, 1, fulfillmentPolicy="FillAll") == 200
    assert orders.create("never", 9, fulfillmentPolicy="FillAll") == 200
    twice = [{"sellerSku": "SKU-9", "sellerFulfillmentOrderItemId": line, "quantity": 2} for line in "12"]
    assert orders.create("enough", items=twice) == 200
    passes(amazon, 600)
    assert [orders.status(one) for one in ("available", "all", "never")] == [
        "CompletePartialled",
        "Processing",
        "Planning",
    ]
    assert unfulfillable(orders.order("available")) == [2, 0]
    orders.http.post("/_stand-in/stock", json={"SKU-1": 2})
    passes(amazon, 60)
    assert (orders.status("all"), amazon.orders.stock) == ("Complete", {"SKU-1": 0})
    assert [pieces for _, pieces, _ in shipped(orders.order("all"))] == [1, 2]
    passes(amazon, 86400)
    assert (orders.status("never"), unfulfillable(orders.order("never"))) == ("Unfulfillable", [9])


def test_the_sandbox_moves_an_order_forward_with_the_shipments_that_belong_to_it(orders: Orders) -> None:
    def steer(status: str, number: str = "1001") -> int:
        reply = orders.call("PUT", f"{PATH}/{number}/status", json={"fulfillmentOrderStatus": status})
        code: int = reply.status_code
        return code

    assert (steer("Processing"), shipped(orders.order())) == (200, [("PENDING", 2, [])])
    assert [steer("Planning"), steer("Cancelled"), steer("Lost"), steer("Planning", "9")] == [
        400,
        400,
        400,
        404,
    ]
    assert steer("Complete") == 200
    ((status, pieces, numbers),) = shipped(orders.order())
    assert (orders.status(), status, pieces, len(numbers)) == ("Complete", "SHIPPED", 2, 1)
    assert steer("Unfulfillable") == 400
    orders.create("2", 2, 3)
    assert (steer("CompletePartialled", "2"), unfulfillable(orders.order("2"))) == (200, [0, 3])
    assert [one[:2] for one in shipped(orders.order("2"))] == [("SHIPPED", 2)]
    assert orders.call("PUT", f"{PATH}/2/status", json={}).status_code == 400


def test_a_package_is_scanned_step_by_step_after_it_has_left(amazon: StandInAmazon, orders: Orders) -> None:
    amazon.options.change({"order_step": 60.0})
    passes(amazon, 181)
    package = orders.order()["fulfillmentShipments"][0]["fulfillmentShipmentPackage"][0]["packageNumber"]

    def tracked() -> tuple[int, str, list[str]]:
        reply = orders.call("GET", TRACKING, params={"packageNumber": package})
        told = reply.json().get("payload", {})
        events = [one["eventCode"] for one in told.get("trackingEvents", [])]
        return reply.status_code, told.get("currentStatus", ""), events

    assert tracked() == (404, "", [])
    passes(amazon, 60)
    assert tracked() == (200, "IN_TRANSIT", ["EVENT_202"])
    passes(amazon, 120)
    assert tracked() == (200, "DELIVERED", ["EVENT_301", "EVENT_301", "EVENT_302", "EVENT_202"])
    details = {"currentStatus": "RETURNED", "trackingEvents": []}
    control = orders.http.post("/_stand-in/packages", json={"package": package, "details": details})
    assert (control.status_code, tracked()) == (200, (200, "RETURNED", []))
    assert orders.call("GET", TRACKING, params={"packageNumber": "x"}).status_code == 400


def test_a_mixed_lot_of_orders_comes_to_every_kind_of_end_and_ships_what_was_found(
    amazon: StandInAmazon, orders: Orders
) -> None:
    amazon.options.change({"order_step": 60.0, "order_courses": "mixed"})
    policies = ("FillOrKill", "FillAll", "FillAllAvailable")
    for number in range(120):
        orders.create(f"M{number}", 2, 1, fulfillmentPolicy=policies[number % 3])
    passes(amazon, 3600)
    ends = set()
    for number in range(120):
        order = orders.order(f"M{number}")
        end = order["fulfillmentOrder"]["fulfillmentOrderStatus"]
        ends.add(end)
        left = sum(pieces for status, pieces, _ in shipped(order) if status == "SHIPPED")
        assert left + sum(unfulfillable(order)) == (0 if end == "Invalid" else 3), order
    assert ends == {"Complete", "CompletePartialled", "Unfulfillable", "Invalid"}
