"""Bodies of calls are those of Amazon's model, with numbers as they were told."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any

import msgspec
import pytest
from jsonschema import Draft4Validator

from bridge.programs.merchant_fulfillment import bodies
from bridge.programs.merchant_fulfillment.events import (
    ChosenOffer,
    DangerousGoods,
    Dimensions,
    LiquidVolume,
    Money,
    ShipFrom,
    ShipmentItem,
    ShipmentRequested,
    Weight,
)
from bridge.programs.merchant_fulfillment.operations import CREATE, OFFERS
from bridge.programs.merchant_fulfillment.package_types import PREDEFINED
from bridge.programs.merchant_fulfillment.profile import STAND_IN
from bridge.programs.merchant_fulfillment.rules import HAZMAT_TYPES, PACKING_INSTRUCTIONS, VOLUMES
from bridge.programs.operations import Operation
from tests.contracts.spapi_models import model, models_are_here
from tests.operations import OPERATIONS

MODEL = "merchantFulfillmentV0.json"
BARE = ShipmentRequested(
    amazon_order_id="903-5563053-5647845",
    package="",
    items=(ShipmentItem(order_item_id="52986411826454", quantity=1),),
    package_dimensions=Dimensions("10.25", "10.25", "10.25", "inches"),
    weight=Weight("10.25", "oz"),
    warehouse="WAREHOUSE",
    ship_from=STAND_IN.warehouses["WAREHOUSE"],
    delivery_experience="NoTracking",
)
FULL = ShipmentRequested(
    amazon_order_id="903-5563053-5647845",
    package="1",
    items=(
        ShipmentItem(
            order_item_id="52986411826454",
            quantity=2,
            transparency_codes=("AZ1",),
            is_hazmat=True,
            liquid_volume=LiquidVolume("0.1", "L"),
            dangerous_goods=DangerousGoods(
                united_nations_regulatory_id="UN1263",
                transportation_regulatory_class="3",
                packing_group="II",
                packing_instruction="PI965_SECTION_II",
            ),
        ),
    ),
    predefined_package_dimensions="USPS_FlatRateEnvelope",
    weight=Weight("1234.57", "g"),
    warehouse="WAREHOUSE",
    ship_from=ShipFrom(
        name="Shop",
        address_line1="1 Road",
        address_line2="Unit 2",
        address_line3="Dock 3",
        district_or_county="Sangamon",
        city="Springfield",
        state_or_province_code="IL",
        postal_code="62701",
        country_code="US",
        email="a@shop.example",
        phone="555",
    ),
    delivery_experience="DeliveryConfirmationWithSignature",
    carrier_will_pick_up=True,
    declared_value=Money("USD", "0.10"),
    label_format="ZPL203",
    label_text="FRAGILE",
    packing_slip=True,
    hazmat_type="LQHazmat",
    deliver_by="2026-11-28T23:59:59-05:00",
)


@cache
def definitions() -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(model(MODEL)["definitions"])
    for part in found.values():
        if "properties" in part:
            part["additionalProperties"] = False
    return found


def mistakes(operation: Operation, body: bytes) -> list[str]:
    method = model(MODEL)["paths"][operation.template("v0")][operation.method.lower()]
    schema = {"definitions": definitions(), "$ref": method["parameters"][0]["schema"]["$ref"]}
    return [
        f"{list(one.path)}: {one.message}" for one in Draft4Validator(schema).iter_errors(json.loads(body))
    ]


@models_are_here
@pytest.mark.parametrize("event", [BARE, FULL], ids=["bare", "full"])
def test_every_body_is_valid_by_amazons_model(event: ShipmentRequested) -> None:
    asked = OPERATIONS[OFFERS].body_of([bodies.offers(event, "v0")])
    assert mistakes(OPERATIONS[OFFERS], asked) == []
    offer = ChosenOffer(
        shipping_service_id="UPS_GROUND", shipping_service_offer_id="offer", price=Money("USD", "5.10")
    )
    chosen = msgspec.structs.replace(event, offer=offer, ship_date="2026-11-28T20:00:00Z")
    bought = OPERATIONS[CREATE].body_of([bodies.shipment(chosen, "v0")])
    assert mistakes(OPERATIONS[CREATE], bought) == []


@models_are_here
def test_each_operation_of_the_table_is_in_the_model() -> None:
    own = [one for one in OPERATIONS.values() if one.template("").startswith("/mfn/v0/")]
    told = {
        one["operationId"]
        for paths in model(MODEL)["paths"].values()
        for one in paths.values()
        if "operationId" in one
    }
    assert {one.name for one in own} == told
    for one in own:
        assert model(MODEL)["paths"][one.template("v0")][one.method.lower()]["operationId"] == one.name


@models_are_here
def test_the_words_that_are_checked_are_amazons() -> None:
    known = model(MODEL)["definitions"]
    goods = known["DangerousGoodsDetails"]["properties"]
    assert set(PREDEFINED) == set(known["PredefinedPackageDimensions"]["enum"])
    assert set(PACKING_INSTRUCTIONS) == set(goods["PackingInstruction"]["enum"])
    assert set(VOLUMES) == set(known["LiquidVolume"]["properties"]["Unit"]["enum"])
    assert set(HAZMAT_TYPES) == set(known["HazmatType"]["enum"])


def test_numbers_are_sent_with_their_own_digits_and_no_date_hides_offers() -> None:
    body = OPERATIONS[OFFERS].body_of([bodies.offers(FULL, "v0")])
    for written in (b'"Value":1234.57', b'"Amount":0.10', b'"Value":0.1}'):
        assert written in body
    assert b"MustArriveByDate" not in body
    assert b'"LabelCustomization":{"CustomTextForLabel":"FRAGILE"}' in body
