"""Orders at the stand-in: moved by its clock and by control calls, with the switches of a second create."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.amazon import StandInAmazon
from tests.programs.multi_channel_fulfillment.contract_cases import ADDRESS, shipment
from tests.simulator.caller import Caller

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
    assert (moved.status_code, moved.json()) == (200, ["1001"])
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
