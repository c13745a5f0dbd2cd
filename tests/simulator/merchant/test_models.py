"""Merchant Fulfillment and Orders at the stand-in against Amazon's published models, where they are."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from simulator.amazon import StandInAmazon
from simulator.merchant.bodies import MERCHANT_SHAPES
from simulator.merchant.operations import MERCHANT
from simulator.merchant.predefined import PREDEFINED
from simulator.merchant.seller_orders import OrderItem
from tests.simulator.merchant.buyer import (
    ADDRESS,
    INPUTS,
    OFFERS,
    ORDER,
    ORDERS,
    PART,
    Buyer,
    details,
    order,
)
from tests.simulator.merchant.test_offers import GROUND, WANTED
from tests.simulator.test_models import MODELS, fits, model

MFN, ORDERS_MODEL = "merchantFulfillmentV0", "orders_2026-01-01"

pytestmark = pytest.mark.skipif(not MODELS.is_dir(), reason="Amazon's API models are not at hand")


def operation(name: str) -> dict[str, Any]:
    """Return an operation of the models by its name."""
    found: list[dict[str, Any]] = [
        one
        for file in (MFN, ORDERS_MODEL)
        for methods in model(file)["paths"].values()
        for one in methods.values()
        if isinstance(one, dict) and one.get("operationId") == name
    ]
    return found[0]


def check(name: str, reply: httpx.Response, status: int) -> None:
    """Check a reply against the model; elements that the model does not know are told by the SDK's test."""
    assert reply.status_code == status, reply.text
    told = json.loads(reply.text)
    for label in [told.get("payload", {}).get("Label")]:
        if label and not label["FileContents"]["FileType"]:  # seen, though the model does not have it
            label["FileContents"]["FileType"] = "image/png"
    fits(ORDERS_MODEL if "rders" in reply.url.path else MFN, operation(name), status, told)


def test_our_operations_are_the_models() -> None:
    for name, ours in MERCHANT.items():
        file = ORDERS_MODEL if ours.path.startswith("/orders") else MFN
        place = "{orderId}" if file == ORDERS_MODEL else "{shipmentId}"
        assert model(file)["paths"][ours.path.replace("{order}", place)][ours.method.lower()] == operation(
            name
        )


def test_our_description_of_bodies_has_the_models_fields_and_all_that_are_required() -> None:
    definitions = model(MFN)["definitions"]
    for shape, described in MERCHANT_SHAPES.items():
        fields = described.model_fields
        assert fields.keys() == definitions[shape]["properties"].keys(), shape
        required = {name for name, field in fields.items() if field.is_required()}
        assert required == set(definitions[shape].get("required", ())), shape
    assert set(PREDEFINED) == set(definitions["PredefinedPackageDimensions"]["enum"])


def test_every_reply_fits_and_so_do_the_errors(amazon: StandInAmazon, buyer: Buyer) -> None:
    amazon.merchant.options.change(
        {
            "services": [*amazon.merchant.options.services, GROUND | {"inputs": WANTED}],
            "unavailable_carriers": ["FedEx"],
            "terms_not_accepted": ["DHL"],
            "rejected_services": {"UPS_PTP_2ND_DAY_AIR": "CARRIER_CANNOT_SHIP_TO_POBOX"},
        }
    )
    asked = {"ShippingServiceId": "GROUND", "ShipFromAddress": ADDRESS, "OrderId": ORDER}
    wanted = details(PART, LabelFormat="ZPL203", LabelCustomization={"StandardIdForLabel": "AmazonOrderId"})
    check(
        "getEligibleShipmentServices", buyer.http.post(OFFERS, json={"ShipmentRequestDetails": wanted}), 200
    )
    check("getEligibleShipmentServices", buyer.http.post(OFFERS, json={}), 400)
    check("getAdditionalSellerInputs", buyer.http.post(INPUTS, json=asked), 200)
    check("getAdditionalSellerInputs", buyer.http.post(INPUTS, json=asked | {"ShippingServiceId": "x"}), 404)
    bought = buyer.buy(wanted)
    check("createShipment", bought, 200)
    check("createShipment", buyer.buy(wanted, ShippingServiceOfferId="x"), 400)
    shipment = bought.json()["payload"]["ShipmentId"]
    for method, name in (("GET", "getShipment"), ("DELETE", "cancelShipment")):
        check(name, buyer.shipment(shipment, method), 200)
        check(name, buyer.shipment("x", method), 400)
    every = {"includedData": "FULFILLMENT,PACKAGES,CANCELLATION"}
    since = every | {"lastUpdatedAfter": "2026-01-01T00:00:00Z", "maxResultsPerPage": "1"}
    buyer.bought(wanted)
    amazon.merchant.orders.add(order("902-1234567-0000001"))
    check("getOrder", buyer.http.get(f"{ORDERS}/{ORDER}", params=every), 200)
    check("getOrder", buyer.http.get(f"{ORDERS}/x"), 404)
    check("searchOrders", buyer.http.get(ORDERS, params=since), 200)
    check("searchOrders", buyer.http.get(ORDERS, params={}), 400)


@pytest.mark.parametrize("name", ["getEligibleShipmentServices", "createShipment"])
def test_the_sandboxes_examples_are_taken_and_refused_as_there(
    amazon: StandInAmazon, buyer: Buyer, name: str
) -> None:
    examples = {
        status: operation(name)["responses"][status]["x-amzn-api-sandbox"]["static"][0]["request"][
            "parameters"
        ]
        for status in ("200", "400")
    }
    good, bad = (examples[status]["body"]["value"] for status in ("200", "400"))
    items = (OrderItem(order_item_id="52986411826454", sku="SKU-A", quantity=1),)
    amazon.merchant.orders.add(order("903-5563053-5647845", items=items))
    good = {name: value for name, value in good.items() if name != "ShippingServiceOfferId"}
    headers = buyer.unlocked if name == "createShipment" else None
    replies = [buyer.http.post(MERCHANT[name].path, json=body, headers=headers) for body in (good, bad)]
    assert [reply.status_code for reply in replies] == [200, 400]
    assert replies[1].json()["errors"][0]["code"] == "InvalidInput"
