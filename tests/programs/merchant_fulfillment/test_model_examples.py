"""Sandbox examples of Amazon's model are read whole, and its words are those that are known here."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.merchant_fulfillment.label_files import NoLabel
from bridge.programs.merchant_fulfillment.offers import read_offers
from bridge.programs.merchant_fulfillment.profile import LabelFormat
from bridge.programs.merchant_fulfillment.refusals import refusal_of
from bridge.programs.merchant_fulfillment.seller_inputs import Sources, read_definitions, seller_inputs
from bridge.programs.merchant_fulfillment.shipments import (
    PURCHASED,
    REFUND_APPLIED,
    REFUND_PENDING,
    REFUND_REJECTED,
    read_shipment,
)
from tests.contracts.spapi_models import model, models_are_here

MODEL = "merchantFulfillmentV0.json"
pytestmark = models_are_here


def examples(path: str, method: str, status: str) -> list[Any]:
    response = model(MODEL)["paths"][path][method]["responses"][status]
    return [one["response"] for one in response["x-amzn-api-sandbox"]["static"]]


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


def test_offers() -> None:
    (example,) = examples("/mfn/v0/eligibleShippingServices", "post", "200")

    found = read_offers(raw(example["payload"]))

    assert found.unreadable == ()
    assert [str(one.price) for one in found.offers] == ["34.73 USD", "98.75 USD"]
    assert found.terms_not_accepted == ("YANWEN", "CHINA_POST")


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/mfn/v0/shipments", "post"),
        ("/mfn/v0/shipments/{shipmentId}", "get"),
        ("/mfn/v0/shipments/{shipmentId}", "delete"),
    ],
)
def test_shipments_whose_labels_do_not_decode(path: str, method: str) -> None:
    (example,) = examples(path, method, "200")

    found = read_shipment(raw(example["payload"]))

    assert found.unread == ()
    assert str(found.price) == "34.73 USD"
    assert isinstance(found.label.file(), NoLabel)


def test_inputs() -> None:
    (example,) = examples("/mfn/v0/additionalSellerInputs", "post", "200")

    assert seller_inputs(read_definitions(raw(example["payload"])), (), Sources()).problems == ()


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/mfn/v0/eligibleShippingServices", "hold_warehouse"),
        ("/mfn/v0/additionalSellerInputs", "hold_warehouse"),
        ("/mfn/v0/shipments", "hold_warehouse"),
    ],
)
def test_refusals_that_have_a_text_only(path: str, action: str) -> None:
    (example,) = examples(path, "post", "400")

    assert refusal_of(msgspec.convert(example["errors"], list[AmazonApiError]), 400).action == action


def test_words_of_the_model() -> None:
    words = {name: set(told.get("enum", ())) for name, told in model(MODEL)["definitions"].items()}

    assert words["ShipmentStatus"] == {PURCHASED, REFUND_PENDING, REFUND_APPLIED, REFUND_REJECTED}
    assert words["LabelFormat"] == {*get_args(LabelFormat), "ShippingServiceDefault"}
