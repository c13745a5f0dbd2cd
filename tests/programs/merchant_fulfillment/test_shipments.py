"""A shipment that was bought is known whatever else of Amazon's answer can be read."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.programs.merchant_fulfillment.label_files import LabelFile, NoLabel
from bridge.programs.merchant_fulfillment.shipments import ShippedItem, read_shipment

ID = "3f0c9a52-7d1e-4b8a-9c26-5e1d80b47af3"
PDF = b"%PDF-1.4"
SHIPMENT: dict[str, Any] = {
    "ShipmentId": ID,
    "AmazonOrderId": "903-5563053-5647845",
    "Insurance": {"CurrencyCode": "USD", "Amount": 0.0},
    "ItemList": [{"OrderItemId": "52986411826454", "Quantity": 2}],
    "ShipToAddress": {"Name": "Jane Roe", "AddressLine1": "2 Example Lane"},
    "ShippingService": {
        "ShippingServiceName": "UPS 2nd Day Air®",
        "CarrierName": "UPS®",
        "ShippingServiceId": "UPS_PTP_2ND_DAY_AIR",
        "ShippingServiceOfferId": "",
        "ShipDate": "2026-11-28T18:00:00Z",
        "LatestEstimatedDeliveryDate": "2026-12-01T06:00:00Z",
        "Rate": {"CurrencyCode": "USD", "Amount": 34.73},
        "RateWithAdjustments": {"CurrencyCode": "USD", "Amount": 33.73},
        "AdjustmentItemList": [
            {
                "RateItemID": "FBM_SHIP_PLUS_CREDIT",
                "RateItemCharge": {"CurrencyCode": "USD", "Amount": 1.0},
            }
        ],
    },
    "Label": {
        "LabelFormat": "PDF",
        "FileContents": {
            "Contents": base64.b64encode(gzip.compress(PDF)).decode(),
            "FileType": "application/pdf",
            "Checksum": base64.b64encode(hashlib.md5(PDF, usedforsecurity=False).digest()).decode(),
        },
    },
    "Status": "Purchased",
    "TrackingId": "1Z999AA10123456784",
    "CreatedDate": "2026-11-28T16:37:43Z",
}


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def test_a_shipment_is_read_whole() -> None:
    found = read_shipment(raw(SHIPMENT))

    assert (found.shipment_id, found.purchase_order_number) == (ID, "903-5563053-5647845")
    assert (found.status, found.tracking_id) == ("Purchased", "1Z999AA10123456784")
    assert found.items == (ShippedItem("52986411826454", 2),)
    assert (str(found.rate), str(found.rate_with_adjustments), str(found.price)) == (
        "34.73 USD", "33.73 USD", "34.73 USD",
    )  # fmt: skip
    assert [(one.rate_item_id, str(one.charge)) for one in found.adjustments] == [
        ("FBM_SHIP_PLUS_CREDIT", "1.0 USD")
    ]
    assert (found.carrier_name, found.shipping_service_id) == ("UPS®", "UPS_PTP_2ND_DAY_AIR")
    assert found.created_date is not None
    assert found.label.file() == LabelFile(PDF, "pdf")
    assert found.unread == ()


def test_no_address_of_the_customer_is_kept() -> None:
    found = read_shipment(raw(SHIPMENT))

    assert "Jane" not in repr(found)
    assert found.label.contents not in repr(found)
    assert repr(found.label.file()) == "LabelFile(pdf, 8 bytes)"
    assert "Example Lane" not in msgspec.json.encode(found).decode()


@pytest.mark.parametrize("name", [name for name in SHIPMENT if name != "ShipmentId"])
@pytest.mark.parametrize("bad", [None, 7, "x", [], {}, [{}], {"FileContents": 1}, "absent"])
def test_what_cannot_be_read_loses_no_shipment(name: str, bad: object) -> None:
    given = SHIPMENT | {name: bad}
    if bad == "absent":
        del given[name]

    found = read_shipment(raw(given))

    assert found.shipment_id == ID
    if bad == 7 and name not in {"Insurance", "ShipToAddress"}:
        assert found.unread == (name,)
    if name != "Label":
        assert found.label.file() == LabelFile(PDF, "pdf")
    if name not in {"ShippingService", "Label"}:
        assert str(found.price) == "34.73 USD"


@pytest.mark.parametrize(
    ("rates", "price", "unread"),
    [
        ({"Rate": {"CurrencyCode": "USD", "Amount": 5}}, "5 USD", ()),
        ({"Rate": {"CurrencyCode": "USD", "Amount": "x"}}, "None", ("ShippingService.Rate",)),
        (
            {
                "Rate": {"CurrencyCode": "USD", "Amount": 5},
                "RateWithAdjustments": {"CurrencyCode": "EUR", "Amount": 6},
            },
            "None",
            (),
        ),
    ],
)
def test_a_price_is_told_or_not_known(rates: dict[str, Any], price: str, unread: tuple[str, ...]) -> None:
    found = read_shipment(raw(SHIPMENT | {"ShippingService": rates}))

    assert (str(found.price), found.unread) == (price, unread)


def test_a_cancelled_shipment_has_no_label() -> None:
    empty = {"FileContents": {"Contents": "", "FileType": "", "Checksum": ""}}

    found = read_shipment(raw(SHIPMENT | {"Label": empty, "Status": "RefundPending"}))

    assert found.label.file() == NoLabel("Amazon sent no label", empty=True)
    assert found.unread == ()


@pytest.mark.parametrize("shipment_id", [None, "", 7, "x", f"{ID}/..", ID[:-1]])
def test_an_answer_without_an_id_is_none(shipment_id: object) -> None:
    with pytest.raises(ValueError, match="ShipmentId"):
        read_shipment(raw(SHIPMENT | {"ShipmentId": shipment_id}))


LEAVES: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers() | st.text() | st.just([]) | st.just({})
)
PARTS: st.SearchStrategy[Any] = st.dictionaries(
    st.sampled_from([*SHIPMENT, *SHIPMENT["ShippingService"], "FileContents"]), LEAVES
)


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(sorted(SHIPMENT)), LEAVES | PARTS | st.lists(PARTS, max_size=2)))
def test_no_answer_with_an_id_is_lost(members: dict[str, Any]) -> None:
    assert read_shipment(raw(members | {"ShipmentId": ID})).shipment_id == ID
