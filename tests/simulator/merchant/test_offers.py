"""Offers of the stand-in: the services for a package, their prices, and what they want to know."""

from __future__ import annotations

from typing import Any

from simulator.amazon import StandInAmazon
from tests.simulator.merchant.buyer import ADDRESS, ALL, INPUTS, ORDER, Buyer, code, details

GROUND = {"service_id": "GROUND", "name": "Ground", "carrier": "UPS", "base": "5", "per_pound": "1"}
WANTED = (
    {"name": "Reference", "text": "Your reference?", "pattern": "[A-Z]{3}"},
    {"name": "Signer", "text": "Who signs?", "required": False, "values": ["A", "B"], "stored": "A"},
    {"name": "Pieces", "text": "How many?", "level": "ITEM_LEVEL", "data_type": "Integer"},
)


def prices(offers: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: offer["RateWithAdjustments"]["Amount"] for name, offer in offers.items()}


def test_offers_go_by_weight_and_prices_move_by_seed_and_by_order(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    light, heavy = prices(buyer.offers(details(ounces=8))), prices(buyer.offers(details(ounces=480)))
    assert (light["UPS_PTP_GND"], heavy["UPS_PTP_GND"]) == (7.8, 25.2)
    assert light.keys() - heavy.keys() == {"USPS_PTP_GND_ADV"}
    amazon.merchant.options.change({"price_step": "0.50", "price_seed": 7})
    moved = [prices(buyer.offers(details(ounces=8)))["UPS_PTP_GND"] for _ in range(4)]
    assert len(set(moved)) > 1
    assert all(abs(one - 7.8) <= 0.5 for one in moved)
    amazon.merchant.options.change({"price_step": 0, "prices": {"UPS_PTP_GND": "3.10"}})
    assert prices(buyer.offers(details()))["UPS_PTP_GND"] == 3.1


def test_what_is_not_offered_is_told_with_its_reason(amazon: StandInAmazon, buyer: Buyer) -> None:
    reasons = {"UPS_PTP_2ND_DAY_AIR": "CARRIER_CANNOT_SHIP_TO_POBOX"}
    change = {"unavailable_carriers": ["FedEx"], "terms_not_accepted": ["DHL"], "rejected_services": reasons}
    amazon.merchant.options.change(change)
    told = buyer.quote(details(ounces=480))
    assert [one["ShippingServiceId"] for one in told["ShippingServiceList"]] == ["UPS_PTP_GND"]
    rejected = [
        (one["ShippingServiceId"], one["RejectionReasonCode"]) for one in told["RejectedShippingServiceList"]
    ]
    heavy = ("USPS_PTP_GND_ADV", "PACKAGE_WEIGHT_EXCEEDS_LIMIT")
    assert sorted(rejected) == [*reasons.items(), heavy]
    assert told["TemporarilyUnavailableCarrierList"] == [{"CarrierName": "FedEx"}]
    assert told["TermsAndConditionsNotAcceptedCarrierList"] == [{"CarrierName": "DHL"}]


def test_benefits_dangerous_goods_sizes_and_a_date_to_arrive_by_decide_too(buyer: Buyer) -> None:
    fedex = buyer.offers(details())["FEDEX_PTP_HOME_DELIVERY"]["Benefits"]
    late = {"Benefit": "CLAIMS_PROTECTED", "ReasonCodes": ["LATE_DELIVERY_RISK"]}
    assert fedex == {"IncludedBenefits": [], "ExcludedBenefits": [late]}
    hazmat = details()
    hazmat["ItemList"][0]["IsHazmat"] = True
    sized = details(PackageDimensions={"PredefinedPackageDimensions": "UPS_Pad_Pak"})
    dates: Any = {"ShipDate": "2026-12-01T12:00:00Z", "MustArriveByDate": "2026-12-03T12:00:00Z"}
    assert set(buyer.offers(hazmat)) == {"USPS_PTP_GND_ADV"}
    assert set(buyer.offers(sized)) == {"UPS_PTP_GND", "UPS_PTP_2ND_DAY_AIR"}
    soon = buyer.offers(details(**dates))
    assert set(soon) == {"UPS_PTP_2ND_DAY_AIR", "FEDEX_PTP_PRIORITY_OVERNIGHT"}
    overnight = soon["FEDEX_PTP_PRIORITY_OVERNIGHT"]
    assert overnight["LatestEstimatedDeliveryDate"] == "2026-12-02T12:00:00.000Z"


def told(name: str, kind: str, value: object) -> dict[str, Any]:
    return {
        "AdditionalInputFieldName": name,
        "AdditionalSellerInput": {"DataType": kind, f"ValueAs{kind}": value},
    }


def test_a_label_is_sold_when_all_that_the_service_wants_to_know_is_told(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    amazon.merchant.options.change({"services": [GROUND | {"inputs": WANTED}]})
    body = {"ShippingServiceId": "GROUND", "ShipFromAddress": ADDRESS, "OrderId": ORDER}
    asked = buyer.http.post(INPUTS, json=body).raise_for_status().json()["payload"]
    reference, signer = asked["ShipmentLevelFields"]
    assert reference["SellerInputDefinition"]["Constraints"][0]["ValidationRegEx"] == "[A-Z]{3}"
    assert signer["SellerInputDefinition"]["RestrictedSetValues"] == ["A", "B"]
    assert signer["SellerInputDefinition"]["StoredValue"] == {"DataType": "String", "ValueAsString": "A"}
    amazon.merchant.options.change({"upper_case_types": True})
    shouted = buyer.http.post(INPUTS, json=body).json()["payload"]["ShipmentLevelFields"]
    assert [one["SellerInputDefinition"]["DataType"] for one in (reference, *shouted)] == [
        *("String", "STRING", "STRING")
    ]
    (items,) = asked["ItemLevelFieldsList"]
    assert [one["AdditionalInputFieldName"] for one in items["AdditionalInputs"]] == ["Pieces"]
    whole = details()
    for item in whole["ItemList"]:
        item["ItemLevelSellerInputsList"] = [told("Pieces", "Integer", ALL[item["OrderItemId"]])]

    def buy(wanted: dict[str, Any], *inputs: dict[str, Any]) -> int:
        reply = buyer.buy(wanted, "GROUND", ShipmentLevelSellerInputsList=list(inputs))
        assert reply.status_code == 200 or code(reply) == (400, "InvalidRequest")
        return reply.status_code

    good = told("Reference", "String", "ABC")
    assert buyer.offers(whole)["GROUND"]["RequiresAdditionalSellerInputs"] is True
    assert [
        buy(whole),
        buy(details(), good),
        buy(whole, told("Reference", "String", "abc")),
        buy(whole, told("Reference", "Integer", 5)),
        buy(whole, good, told("Signer", "String", "C")),
        buy(whole, good, told("Signer", "String", "B")),
    ] == [400, 400, 400, 400, 400, 200]
