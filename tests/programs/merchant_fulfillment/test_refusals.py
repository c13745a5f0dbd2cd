"""Refusals of Amazon's guide: each is known by its code, and by its text where the code says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.merchant_fulfillment.refusals import REFUSALS, refusal_of, shipment_id_of

ID = "3f0c9a52-7d1e-4b8a-9c26-5e1d80b47af3"
CELLS = [
    ("InsufficientFunds", 400, "stop_buying", "temporary", "seller"),
    ("InvalidRequest", 400, "refuse", "permanent", "sender"),
    ("InvalidInput", 400, "refuse", "permanent", "sender"),
    ("InvalidShipFromAddress", 400, "hold_warehouse", "settings", "settings"),
    ("InvalidShippingServiceOfferId", 400, "quote_again", "temporary", "nobody"),
    ("ShippingServiceOfferNotAvailable", 400, "quote_again", "temporary", "nobody"),
    ("LabelFormatNotSupported", 400, "next_label_format", "settings", "us"),
    ("ShipmentAlreadyExists", 400, "known_label", "permanent", "sender"),
    ("ShipmentRequestDetailsTooRestrictive", 400, "quote_again", "temporary", "sender"),
    ("ShippingServiceNotAvailable", 404, "quote_again", "temporary", "sender"),
    ("LabelCancelWindowExpired", 400, "refuse_cancellation", "permanent", "carrier"),
    ("InvalidState", 404, "look_up", "permanent", "nobody"),
    ("ItemsNotInOrder", 404, "refuse", "permanent", "sender"),
    ("ResourceNotFound", 404, "refuse", "permanent", "sender"),
    ("RegionNotSupported", 404, "refuse_and_alert", "permanent", "settings"),
    ("TermsAndConditionsNotAccepted", 403, "hold_for_terms", "person", "seller"),
]
TEXTS = {
    "The seller has insufficient funds for this purchase": "InsufficientFunds",
    "You do not have enough funds": "InsufficientFunds",
    "Request has missing or invalid parameters": "InvalidInput",
    "1 validation error detected: Value '0' at 'weight.value' failed to satisfy constraint": "InvalidInput",
    "Invalid Ship From Address when calling GetEligibleShippingServices": "InvalidShipFromAddress",
    "Value 'USA' at 'shipmentRequestDetails.shipFromAddress.countryCode' failed": "InvalidShipFromAddress",
    "Value at 'shipFrom' failed to satisfy constraint": "InvalidShipFromAddress",
    "Invalid shipping service offer id": "InvalidShippingServiceOfferId",
    "The offer has expired": "ShippingServiceOfferNotAvailable",
    "Shipping service offer 'X/1+=' is not available any more": "ShippingServiceOfferNotAvailable",
    "The carrier does not offer the requested label format": "LabelFormatNotSupported",
    f"Shipment {ID} already exists for the items": "ShipmentAlreadyExists",
    "The shipment request details are too restrictive": "ShipmentRequestDetailsTooRestrictive",
    "Shipping service UPS_GND is not available": "ShippingServiceNotAvailable",
    "The label cancel window has expired": "LabelCancelWindowExpired",
    "The shipment is not in a valid state": "InvalidState",
    "The items are not in the order": "ItemsNotInOrder",
    "The resource was not found": "ResourceNotFound",
    "The region is not supported": "RegionNotSupported",
    "The terms and conditions of the carrier are not accepted": "TermsAndConditionsNotAccepted",
}
TIMES = {"InvalidShippingServiceOfferId": 2, "ShippingServiceOfferNotAvailable": 2} | dict.fromkeys(
    ("ShipmentRequestDetailsTooRestrictive", "ShippingServiceNotAvailable"), 1
)


@pytest.mark.parametrize(("code", "status", "action", "kind", "whose"), CELLS)
def test_each_line_of_the_guide_by_its_code(
    code: str, status: int, action: str, kind: str, whose: str
) -> None:
    found = refusal_of([AmazonApiError(code, "Denied.")], status)

    assert (found.action, found.kind, found.whose) == (action, kind, whose)
    assert found.times == TIMES.get(code, 0)


@pytest.mark.parametrize("code", [code for code, *_ in CELLS])
def test_each_line_of_the_guide_by_its_code_within_a_text(code: str) -> None:
    found = refusal_of([AmazonApiError("InvalidInput", f"{code}: denied")], 400)

    assert found is refusal_of([AmazonApiError(code, "")], 400)


@pytest.mark.parametrize(("text", "code"), TEXTS.items())
def test_each_line_of_the_guide_by_its_text(text: str, code: str) -> None:
    found = refusal_of([AmazonApiError("InvalidInput", text)], 400)

    assert found is refusal_of([AmazonApiError(code, "")], 400)


def test_all_lines_of_the_guide_are_told_by_text_too() -> None:
    by_text = {refusal_of([AmazonApiError(code, "")], 400).name for code in TEXTS.values()}

    assert by_text == {line.name for line in REFUSALS}


@pytest.mark.parametrize(
    ("status", "errors", "action"),
    [
        (401, [], "pause"),
        (403, [AmazonApiError("Unauthorized", "Access to requested resource is denied.")], "pause"),
        (403, [AmazonApiError("Unauthorized", "Resource not found")], "pause"),
        (429, [AmazonApiError("QuotaExceeded", "You exceeded your quota.")], "try_again"),
        (503, [AmazonApiError("InsufficientFunds", "")], "try_again"),
        (500, [AmazonApiError("InsufficientFunds", "")], "in_doubt"),
        (502, [], "in_doubt"),
        (504, [], "in_doubt"),
        (400, [], "refuse"),
        (413, [AmazonApiError("RequestTooLarge", "")], "refuse"),
        (400, [AmazonApiError("SomethingNew", "Nobody knows.")], "refuse"),
        (400, [AmazonApiError("SomethingNew", "The offer has expired")], "quote_again"),
        (400, [AmazonApiError("", "", "not offer the requested label format")], "next_label_format"),
        (400, [AmazonApiError("ItemsNotInOrder", "The offer has expired")], "refuse"),
        (400, [AmazonApiError("InvalidInput", "x"), AmazonApiError("InsufficientFunds", "")], "stop_buying"),
        (
            400,
            [AmazonApiError("InvalidInput", "has expired"), AmazonApiError("ShipmentAlreadyExists", ID)],
            "known_label",
        ),
        (400, [AmazonApiError("TermsAndConditionsNotAccepted", "")], "hold_for_terms"),
    ],
)  # fmt: skip
def test_status_code_and_text_together(status: int, errors: list[AmazonApiError], action: str) -> None:
    assert refusal_of(errors, status).action == action


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (AmazonApiError("ShipmentAlreadyExists", f"Shipment {ID} exists"), ID),
        (AmazonApiError("ShipmentAlreadyExists", f"Shipment (ShipmentId={ID.upper()}) exists: {ID}."), ID),
        (AmazonApiError("InvalidInput", f"A shipment with id {ID} already exists"), ID),
        (AmazonApiError("ShipmentAlreadyExists", "exists", details=f"ShipmentId: {ID}"), ID),
        (AmazonApiError("ShipmentAlreadyExists", "exists"), ""),
        (AmazonApiError("ShipmentAlreadyExists", f"{ID} and {ID.replace('b', 'c')}"), ""),
        (AmazonApiError("InvalidInput", f"request {ID} is invalid"), ""),
    ],
)
def test_the_shipment_that_exists_is_named_by_its_message(error: AmazonApiError, found: str) -> None:
    assert shipment_id_of([AmazonApiError("InvalidInput", "x"), error]) == found


def test_each_line_has_an_advice_of_its_own() -> None:
    assert len({line.advice for line in REFUSALS}) == len(REFUSALS)
    assert len({code for line in REFUSALS for code in line.codes}) == sum(
        len(line.codes) for line in REFUSALS
    )


@given(st.lists(st.builds(AmazonApiError, st.text(), st.text(), st.text())), st.integers(400, 599))
def test_no_refusal_is_without_a_meaning(errors: list[AmazonApiError], status: int) -> None:
    assert refusal_of(errors, status).advice


def test_a_long_message_is_read_in_no_time() -> None:
    long = AmazonApiError("InvalidInput", "shipment item offer region " * 100_000)

    assert refusal_of([long], 400).action == "refuse"
