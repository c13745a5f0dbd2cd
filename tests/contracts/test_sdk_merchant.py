"""Amazon's official SDK reads every reply of the stand-in on labels and on the orders they are bought for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spapi import ApiException, GetOrderApi, MerchantFulfillmentApi, SearchOrdersApi

from simulator.amazon import StandInAmazon
from simulator.merchant.operations import MERCHANT, MERCHANT_RESTRICTED
from tests.contracts.sdk import Sdk
from tests.simulator.merchant.buyer import ADDRESS, ORDER, Buyer, details, order
from tests.simulator.merchant.test_offers import GROUND, WANTED

SINCE = "2020-01-01T00:00:00Z"
DATA = ["FULFILLMENT", "PACKAGES", "CANCELLATION"]
QUOTED = {"ShipmentRequestDetails": details()}
CALLS: dict[str, Callable[[Any, str], Any]] = {
    "getEligibleShipmentServices": lambda client, _: MerchantFulfillmentApi(
        client
    ).get_eligible_shipment_services(QUOTED),
    "getAdditionalSellerInputs": lambda client, _: MerchantFulfillmentApi(
        client
    ).get_additional_seller_inputs(
        {"ShippingServiceId": "GROUND", "ShipFromAddress": ADDRESS, "OrderId": ORDER}
    ),
    "createShipment": lambda client, _: MerchantFulfillmentApi(client).create_shipment(
        QUOTED | {"ShippingServiceId": "UPS_PTP_GND"}
    ),
    "getShipment": lambda client, shipment: MerchantFulfillmentApi(client).get_shipment(shipment),
    "cancelShipment": lambda client, shipment: MerchantFulfillmentApi(client).cancel_shipment(shipment),
    "searchOrders": lambda client, _: SearchOrdersApi(client).search_orders(
        last_updated_after=SINCE, fulfilled_by=["MERCHANT"], included_data=DATA
    ),
    "getOrder": lambda client, _: GetOrderApi(client).get_order(ORDER, included_data=DATA),
}


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    options = {"orders": (order(),), "terms_not_accepted": ("DHL",), "unavailable_carriers": ("FedEx",)}
    with StandInAmazon(rate=None, merchant=options) as standing_in:
        merchant = standing_in.merchant.options
        merchant.change({"services": [*merchant.services, GROUND | {"inputs": WANTED}]})
        yield standing_in


def told(value: Any) -> Any:
    """Return an element without what is empty: the SDK leaves that out."""
    if isinstance(value, dict):
        kept = {name: told(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, [], {}, "")}
    return [told(one) for one in value] if isinstance(value, list) else value


def names(value: Any, place: str = "") -> set[str]:
    """Return the paths of all elements."""
    if isinstance(value, dict):
        return {path for name, one in value.items() for path in names(one, f"{place}.{name}")} | {place}
    if isinstance(value, list):
        return {path for one in value for path in names(one, f"{place}[]")} | {place}
    return {place}


@pytest.mark.parametrize("operation", list(MERCHANT))
def test_the_sdk_understands_every_reply(amazon: StandInAmazon, operation: str) -> None:
    buyer, sdk = Buyer(amazon), Sdk(amazon)
    shipment = ""
    if operation != "createShipment":
        shipment = buyer.bought(details({"1": 1}))["ShipmentId"]
    if operation in MERCHANT_RESTRICTED:
        sdk.carry(buyer.unlocked["x-amz-access-token"])
    found = CALLS[operation](sdk.client, shipment)
    seen = amazon.requests[-1]
    assert (seen.operation, seen.status) == (operation, 200)
    reply = told(json.loads(sdk.client.last_response.data))
    assert names(told(sdk.written(found))) == names(reply)


def test_the_sdk_reads_a_refusal_and_a_cancelled_label(amazon: StandInAmazon) -> None:
    buyer, sdk = Buyer(amazon), Sdk(amazon)
    sdk.carry(buyer.unlocked["x-amz-access-token"])
    bought = CALLS["createShipment"](sdk.client, "").payload
    with pytest.raises(ApiException) as refused:
        CALLS["createShipment"](sdk.client, "")
    assert refused.value.status == 400
    assert bought.shipment_id in str(refused.value.body)
    cancelled = CALLS["cancelShipment"](sdk.client, bought.shipment_id).payload
    assert (cancelled.status, cancelled.label.file_contents.contents) == ("RefundPending", "")
