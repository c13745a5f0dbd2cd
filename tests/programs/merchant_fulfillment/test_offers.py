"""Amazon's offers as they are read: prices exactly, and no offer whose price cannot be read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from bridge.programs.merchant_fulfillment.amounts import amount_of, larger_of
from bridge.programs.merchant_fulfillment.offers import Offer, quoted_details, read_offers
from bridge.programs.operations import Operation
from bridge.programs.spending import Amount

UPS = {
    "ShippingServiceName": "UPS 2nd Day Air®",
    "CarrierName": "UPS®",
    "ShippingServiceId": "UPS_PTP_2ND_DAY_AIR",
    "ShippingServiceOfferId": "WHgx/+0=\u2028 as it is",
    "ShipDate": "2026-11-28T16:36:36Z",
    "EarliestEstimatedDeliveryDate": "2026-11-30T06:00:00Z",
    "LatestEstimatedDeliveryDate": "2026-12-01T06:00:00Z",
    "Rate": {"CurrencyCode": "USD", "Amount": 34.73},
    "RateWithAdjustments": {"CurrencyCode": "USD", "Amount": 33.73},
    "ShippingServiceOptions": {"DeliveryExperience": "NoTracking", "CarrierWillPickUp": False},
    "AvailableLabelFormats": ["ZPL203", "PDF"],
    "RequiresAdditionalSellerInputs": True,
    "Benefits": {
        "IncludedBenefits": ["FBM_SHIP_PLUS"],
        "ExcludedBenefits": [{"Benefit": "CLAIMS_PROTECTED", "ReasonCodes": ["LATE_DELIVERY_RISK"]}],
    },
}


def answer(*services: object, **more: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps({"ShippingServiceList": services} | more).encode())


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in UPS.items() if key != name}


def test_an_offer_is_read_whole() -> None:
    (offer,) = read_offers(answer(UPS)).offers

    assert offer.shipping_service_offer_id == UPS["ShippingServiceOfferId"]
    assert (offer.shipping_service_id, offer.carrier_name) == ("UPS_PTP_2ND_DAY_AIR", "UPS®")
    assert (str(offer.rate), str(offer.rate_with_adjustments)) == ("34.73 USD", "33.73 USD")
    assert offer.price == offer.rate
    assert offer.latest_estimated_delivery_date is not None
    assert offer.latest_estimated_delivery_date.isoformat() == "2026-12-01T06:00:00+00:00"
    assert offer.available_label_formats == ("ZPL203", "PDF")
    assert offer.included_benefits == ("FBM_SHIP_PLUS",)
    assert offer.excluded_benefits[0].reason_codes == ("LATE_DELIVERY_RISK",)
    assert offer.requires_additional_seller_inputs


@pytest.mark.parametrize(
    "name",
    [
        "ShippingServiceName", "CarrierName", "ShippingServiceOfferId", "ShipDate",
        "EarliestEstimatedDeliveryDate", "LatestEstimatedDeliveryDate", "ShippingServiceOptions",
        "AvailableLabelFormats", "RequiresAdditionalSellerInputs", "Benefits",
    ],
)  # fmt: skip
@pytest.mark.parametrize("absent", [True, False])
def test_what_amazon_leaves_out_costs_no_offer(name: str, absent: bool) -> None:
    given = without(name) if absent else UPS | {name: None}

    assert len(read_offers(answer(given)).offers) == 1


@pytest.mark.parametrize("name", ["Rate", "RateWithAdjustments"])
@pytest.mark.parametrize(
    "amount", [-0.01, "NaN", "Infinity", 1e30, None, True, "1_0", " 1", "", [], {"Amount": 1}]
)
def test_an_offer_without_a_readable_price_is_told_and_the_others_are_read(name: str, amount: object) -> None:
    bad = UPS | {name: {"CurrencyCode": "USD", "Amount": amount}}

    offers = read_offers(answer(bad, UPS, without(name)))

    assert len(offers.offers) == 1
    assert [one.number for one in offers.unreadable] == [1, 3]
    assert {one.shipping_service_id for one in offers.unreadable} == {"UPS_PTP_2ND_DAY_AIR"}


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0.1", "0.1"), ("3.730000000000001", "3.730000000000001"), ('"3.10"', "3.10"), ("1.2E1", "12")],
)
def test_amounts_are_read_from_their_text(text: str, amount: str) -> None:
    read = amount_of(f'{{"CurrencyCode":"USD","Amount":{text}}}'.encode())

    assert read.value == Decimal(amount)


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    tenth, fifth = (amount_of(b'{"CurrencyCode":"USD","Amount":%s}' % one) for one in (b"0.1", b"0.2"))

    assert tenth.value + fifth.value == Decimal("0.3")


@pytest.mark.parametrize("currency", ["", "US", "usd", "USDX", "U D"])
def test_an_amount_of_no_currency_is_none(currency: str) -> None:
    with pytest.raises(ValueError, match="CurrencyCode"):
        amount_of(json.dumps({"CurrencyCode": currency, "Amount": 1}).encode())


def test_amounts_of_two_currencies_have_no_larger_one() -> None:
    assert larger_of(Amount("USD", Decimal(1)), Amount("EUR", Decimal(2))) is None


def test_times_without_an_offset_are_not_told() -> None:
    (offer,) = read_offers(answer(UPS | {"LatestEstimatedDeliveryDate": "2026-12-01T06:00:00"})).offers

    assert offer.latest_estimated_delivery_date is None


def test_what_is_not_offered_is_read_too() -> None:
    rejected = {"ShippingServiceId": "FEDEX_PTP", "CarrierName": "FedEx", "RejectionReasonCode": "PO_BOX"}

    offers = read_offers(
        answer(
            RejectedShippingServiceList=[rejected, {}],
            TemporarilyUnavailableCarrierList=[{"CarrierName": "UPS®"}],
            TermsAndConditionsNotAcceptedCarrierList=[{"CarrierName": "YANWEN"}, {}],
        )
    )

    assert offers.offers == ()
    assert [one.rejection_reason_code for one in offers.rejected] == ["PO_BOX", ""]
    assert offers.temporarily_unavailable == ("UPS®",)
    assert offers.terms_not_accepted == ("YANWEN", "without name")


@pytest.mark.parametrize("raw", [b"[]", b"{", b'{"ShippingServiceList":{}}', b""])
def test_an_unreadable_answer_raises(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_offers(msgspec.Raw(raw))


def test_details_go_back_byte_for_byte() -> None:
    details = b'{"Weight":{"Unit":"oz","Value":10.250}, "AmazonOrderId" :"903-5563053-5647845"}'
    create = Operation(name="createShipment", method="POST", paths={"v0": "/mfn/v0/shipments"})

    kept = quoted_details(b'{"ShipmentRequestDetails": ' + details + b', "ShippingOfferingFilter":{}}')

    assert bytes(kept) == details
    assert details in create.body_of([{"ShipmentRequestDetails": kept, "ShippingServiceId": "X"}])


def test_an_offer_of_the_sandbox_has_the_larger_of_both_rates_as_its_price() -> None:
    dearer = UPS | {"RateWithAdjustments": {"CurrencyCode": "USD", "Amount": 40}}

    (offer,) = read_offers(answer(dearer)).offers

    assert isinstance(offer, Offer)
    assert str(offer.price) == "40 USD"
