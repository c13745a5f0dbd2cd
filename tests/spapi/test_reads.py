"""Replies of the reads to values: tolerant of what may be absent, never losing what is there."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from bridge.programs.operations import Item
from bridge.programs.vendor_direct_fulfillment.documents import (
    CustomerInvoice,
    LabelData,
    PackingSlip,
    ShippingLabel,
)
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import Page, UnreadableItem
from bridge.spapi.reads import parse_one, parse_page
from tests.operations import OPERATIONS

LABELS, LABEL = OPERATIONS["getShippingLabels"], OPERATIONS["getShippingLabel"]
SLIPS, SLIP = OPERATIONS["getPackingSlips"], OPERATIONS["getPackingSlip"]
INVOICES, INVOICE = OPERATIONS["getCustomerInvoices"], OPERATIONS["getCustomerInvoice"]

LABEL_JSON: dict[str, Any] = {
    "purchaseOrderNumber": "PO1",
    "sellingParty": {"partyId": "999US"},
    "shipFromParty": {"partyId": "ABCD", "address": {"name": "x"}},
    "labelFormat": "ZPL",
    "labelData": [
        {
            "packageIdentifier": "PKG1",
            "trackingNumber": "TRACK1",
            "shipMethod": "UPS_GR",
            "shipMethodName": "UPS Ground",
            "content": "XlhB",
        },
        {"content": "XlhC"},
    ],
}
LABEL_READ = ShippingLabel(
    purchase_order_number="PO1",
    selling_party="999US",
    ship_from_party="ABCD",
    label_format="ZPL",
    labels=(
        LabelData(
            content="XlhB",
            package_identifier="PKG1",
            tracking_number="TRACK1",
            ship_method="UPS_GR",
            ship_method_name="UPS Ground",
        ),
        LabelData(content="XlhC"),
    ),
)
SLIP_JSON = {"purchaseOrderNumber": "PO1", "content": "JVBE", "contentType": "application/pdf"}
SLIP_READ = PackingSlip(purchase_order_number="PO1", content="JVBE", content_type="application/pdf")
INVOICE_JSON = {"purchaseOrderNumber": "PO1", "content": "JVBE"}
INVOICE_READ = CustomerInvoice(purchase_order_number="PO1", content="JVBE")
KINDS = [
    (LABELS, LABEL, LABEL_JSON, LABEL_READ),
    (SLIPS, SLIP, SLIP_JSON, SLIP_READ),
    (INVOICES, INVOICE, INVOICE_JSON, INVOICE_READ),
]
IDS = {"x-amzn-RequestId": "R-1"}


def body(content: object) -> bytes:
    return json.dumps(content).encode()


def slips(*elements: object, **more: object) -> Page:
    content = {"payload": {"packingSlips": list(elements), **more}}
    return parse_page(SLIPS, 200, IDS, body(content))


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(("many", "one", "element", "read"), KINDS)
def test_pages_and_orders_are_read_wrapped_and_unwrapped(
    many: Any, one: Any, element: Any, read: Item, wrapped: bool
) -> None:
    listed = {many.list_key: [element], "pagination": {"nextToken": "MDA="}}
    page = parse_page(many, 200, IDS, body({"payload": listed} if wrapped else listed))
    assert page == Page(items=(read,), next_token="MDA=", request_id="R-1")
    assert parse_one(one, 200, IDS, body({"payload": element} if wrapped else element)) == read


@pytest.mark.parametrize(
    ("content", "listed"),
    [
        ({}, False),
        ({"payload": {}}, False),
        ({"payload": None}, False),
        ({"payload": {"packingSlips": []}}, True),
        ({"payload": {"packingSlips": None, "pagination": None}}, True),
        ({"payload": {"pagination": {}}}, False),
        ({"payload": {"pagination": {"nextToken": None}}}, False),
        ({"packingSlips": []}, True),
        ({"payload": {}, "errors": []}, False),
        ({"payload": {}, "errors": None}, False),
    ],
)
def test_a_page_without_elements_is_a_page(content: object, listed: bool) -> None:
    assert parse_page(SLIPS, 200, IDS, body(content)) == Page(request_id="R-1", listed=listed)


@pytest.mark.parametrize("content", [{}, {"payload": {}}, {"payload": None}, {"payload": {}, "errors": None}])
def test_an_order_without_payload_is_not_there(content: object) -> None:
    assert parse_one(SLIP, 200, IDS, body(content)) is None


@pytest.mark.parametrize(
    "content", [b"", b"<html/>", body({"errors": [{"code": "NotFound", "message": ""}]})]
)
def test_an_order_that_amazon_does_not_know_is_not_there(content: bytes) -> None:
    assert parse_one(SLIP, 404, IDS, content) is None


@pytest.mark.parametrize("message", ["Requested order X1 not found", "The order does not exist."])
def test_what_a_400_says_is_unknown_is_not_there_where_the_operation_declares_it(message: str) -> None:
    declared = msgspec.structs.replace(SLIP, absent="not found|does not exist")
    content = body({"errors": [{"code": "InvalidInput", "message": message}]})
    assert parse_one(declared, 400, IDS, content) is None
    for operation, other in (
        (SLIP, content),
        (declared, body({"errors": [{"code": "InvalidInput", "message": "bad"}]})),
    ):
        with pytest.raises(AmazonRefused):
            parse_one(operation, 400, IDS, other)


def test_a_page_that_amazon_does_not_know_is_refused() -> None:
    with pytest.raises(AmazonRefused):
        parse_page(SLIPS, 404, IDS, b"")


UNREADABLE = [
    b"",
    b"<html/>",
    b"[]",
    b"null",
    b'"x"',
    b'{"payload": []}',
    b'{"payload": "x"}',
    b'{"payload": {"packingSlips": [',
    b"[" * 100_000,
]


@pytest.mark.parametrize("content", UNREADABLE)
def test_a_200_that_is_no_reply_is_asked_for_again_and_not_taken_for_nothing(content: bytes) -> None:
    for operation, parse in ((SLIPS, parse_page), (SLIP, parse_one)):
        with pytest.raises(AmazonUnavailable) as caught:
            parse(operation, 200, IDS, content)
        assert caught.value.request_id == "R-1"


@pytest.mark.parametrize(
    "content",
    [
        {"payload": {"packingSlips": {}}},
        {"payload": {"packingSlips": "x"}},
        {"payload": {"packingSlips": [SLIP_JSON], "pagination": {"nextToken": 7}}},
        {"payload": {"packingSlips": [SLIP_JSON], "pagination": ["x"]}},
    ],
)
def test_a_list_or_token_that_is_not_understood_is_never_taken_for_the_end(content: object) -> None:
    with pytest.raises(AmazonUnavailable):
        parse_page(SLIPS, 200, IDS, body(content))


@pytest.mark.parametrize(
    "told", [{"errors": [{"code": "InternalFailure", "message": "x"}]}, {"message": "Endpoint timed out"}]
)
def test_a_200_that_holds_only_errors_is_asked_for_again(told: dict[str, object]) -> None:
    for operation, parse in ((SLIPS, parse_page), (SLIP, parse_one)):
        with pytest.raises(AmazonUnavailable, match="HTTP 200"):
            parse(operation, 200, IDS, body(told))


def test_errors_beside_a_list_are_kept_with_it() -> None:
    told = {"payload": {"packingSlips": [SLIP_JSON]}, "errors": [{"code": "Partial", "message": "x"}]}
    page = parse_page(SLIPS, 200, IDS, body(told))
    assert page.items == (SLIP_READ,)
    assert [error.code for error in page.errors] == ["Partial"]


@pytest.mark.parametrize(
    ("bad", "number", "reason"),
    [
        ({"purchaseOrderNumber": "PO2"}, "PO2", "content"),
        ({"purchaseOrderNumber": "PO2", "content": None}, "PO2", "content"),
        ({"purchaseOrderNumber": "PO2", "content": " "}, "PO2", "empty"),
        ({"purchaseOrderNumber": "PO2", "content": 7}, "PO2", "content"),
        ({"purchaseOrderNumber": "", "content": "JVBE"}, "", "purchaseOrderNumber"),
        ({"purchaseOrderNumber": 7, "content": "JVBE"}, "", "purchaseOrderNumber"),
        ({"content": "JVBE"}, "", "purchaseOrderNumber"),
        ({}, "", "missing"),
        (None, "", "object"),
        ("x", "", "object"),
        ([SLIP_JSON], "", "object"),
    ],
)
def test_a_bad_element_is_kept_and_loses_no_other(bad: object, number: str, reason: str) -> None:
    good = {**SLIP_JSON, "purchaseOrderNumber": "PO3"}
    page = slips(SLIP_JSON, bad, good)
    assert [item.purchase_order_number for item in page.items] == ["PO1", "PO3"]
    [unreadable] = page.unreadable
    assert (unreadable.purchase_order_number, json.loads(unreadable.raw)) == (number, bad)
    assert reason in unreadable.reason


@pytest.mark.parametrize(
    "labels",
    [None, [], "x", [{"content": "XlhB"}, {"content": ""}], [{"content": "XlhB"}, {}], [None]],
)
def test_an_order_that_lacks_a_label_is_kept_whole_for_a_person(labels: object) -> None:
    found = parse_one(LABEL, 200, IDS, body({"payload": {**LABEL_JSON, "labelData": labels}}))
    assert isinstance(found, UnreadableItem)
    assert found.purchase_order_number == "PO1"
    assert json.loads(found.raw)["labelData"] == labels


def test_what_a_label_can_do_without_may_be_null_or_absent() -> None:
    bare = {"purchaseOrderNumber": "PO1", "labelData": [{"content": "XlhB"}]}
    nulls: dict[str, object] = dict.fromkeys(["sellingParty", "shipFromParty", "labelFormat"])
    names = ["packageIdentifier", "trackingNumber", "shipMethod", "shipMethodName"]
    full = {**nulls, **bare, "labelData": [{"content": "XlhB", **dict.fromkeys(names)}]}
    empty_party = {**bare, "sellingParty": {}, "shipFromParty": {"partyId": None}}
    read = ShippingLabel(purchase_order_number="PO1", labels=(LabelData(content="XlhB"),))
    for content in (bare, full, empty_party):
        assert parse_one(LABEL, 200, IDS, body(content)) == read


def test_elements_that_the_model_does_not_know_are_no_mistake() -> None:
    page = slips({**SLIP_JSON, "createdDate": "2026-01-01"}, total=1)
    assert page.items == (SLIP_READ,)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (500, AmazonUnavailable),
        (503, AmazonUnavailable),
        (429, AmazonUnavailable),
        (408, AmazonUnavailable),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (400, AmazonRefused),
        (302, AmazonRefused),
    ],
)
def test_the_status_decides_before_the_body(status: int, error: type[Exception]) -> None:
    for operation, parse in ((SLIPS, parse_page), (SLIP, parse_one)):
        with pytest.raises(error):
            parse(operation, status, IDS, body({"payload": {"packingSlips": [SLIP_JSON]}}))


def test_customers_data_is_not_shown() -> None:
    page = slips(SLIP_JSON, {"purchaseOrderNumber": "PO2", "content": 4711})
    shown = f"{page!r} {page.unreadable[0].reason} {LABEL_READ!r}"
    assert not [secret for secret in ("JVBE", "4711", "XlhB") if secret in shown]
