"""The stand-in's answers are read whole: offers, inputs, a shipment with its label, texts of refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.merchant_fulfillment.choosing import choose
from bridge.programs.merchant_fulfillment.filters import Wanted
from bridge.programs.merchant_fulfillment.label_files import LabelFile
from bridge.programs.merchant_fulfillment.offers import read_offers
from bridge.programs.merchant_fulfillment.refusals import refusal_of, shipment_id_of
from bridge.programs.merchant_fulfillment.seller_inputs import Sources, read_definitions, seller_inputs
from bridge.programs.merchant_fulfillment.shipments import ShippedItem, read_shipment
from simulator.amazon import StandInAmazon
from simulator.merchant.refusals import CODES
from simulator.merchant.services import SERVICES, InputField
from tests.simulator.merchant.buyer import ADDRESS, INPUTS, ORDER, Buyer, details, order

CODE = InputField(name="HS_CODE", text="Harmonized code", pattern=r"\d{4}\.\d{2}")
GROUND = msgspec.structs.replace(SERVICES[0], inputs=(CODE,))


@pytest.fixture
def buyer() -> Iterator[Buyer]:
    options = {"orders": (order(),), "services": (GROUND, *SERVICES[1:]), "terms_not_accepted": ("FedEx",)}
    with StandInAmazon(rate=None, merchant=options) as amazon:
        yield Buyer(amazon)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def test_a_label_is_bought_by_the_offer_that_is_chosen(buyer: Buyer) -> None:
    package = details(LabelFormat="ZPL203")
    offers = read_offers(raw(buyer.quote(package)))

    found = choose(offers, Wanted(label_formats=("ZPL203",)), datetime.now(UTC), None)

    assert (offers.unreadable, offers.terms_not_accepted) == ((), ("FedEx",))
    assert found.chosen is not None
    assert (found.chosen.shipping_service_id, found.asks_inputs) == (GROUND.service_id, True)
    asked = {"ShippingServiceId": GROUND.service_id, "ShipFromAddress": ADDRESS, "OrderId": ORDER}
    definitions = read_definitions(raw(buyer.http.post(INPUTS, json=asked).json()["payload"]))
    assert len(seller_inputs(definitions, (), Sources(document={"HS_CODE": "1"})).problems) == 1
    inputs = seller_inputs(definitions, (), Sources(document={"HS_CODE": "6109.10"}))
    assert inputs.problems == ()
    bought = buyer.create(
        {
            "ShipmentRequestDetails": package,
            "ShippingServiceId": found.chosen.shipping_service_id,
            "ShippingServiceOfferId": found.chosen.shipping_service_offer_id,
            "ShipmentLevelSellerInputsList": list(inputs.of_shipment),
        }
    )
    shipment = read_shipment(raw(bought.json()["payload"]))
    assert shipment.unread == ()
    assert (shipment.price, shipment.status) == (found.chosen.price, "Purchased")
    assert set(shipment.items or ()) == {ShippedItem("1", 2), ShippedItem("2", 1)}
    label = shipment.label.file()
    assert isinstance(label, LabelFile)
    assert label.extension == "zpl"
    again = buyer.buy(package, "UPS_PTP_GND").json()["errors"]
    assert shipment_id_of([msgspec.convert(one, AmazonApiError) for one in again]) == shipment.shipment_id


@pytest.mark.parametrize(("code", "told"), CODES.items())
def test_a_refusal_by_its_text_alone_means_what_its_code_does(code: str, told: tuple[int, str]) -> None:
    status, text = told

    by_text = refusal_of([AmazonApiError("InvalidInput", text)], 400)

    assert by_text is refusal_of([AmazonApiError(code, "")], status)
