from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import (
    CONFIRMATIONS,
    LABELS,
    SHIPPING,
    STATUS_UPDATES,
    Caller,
    confirmation,
    label_request,
    status_update,
)

Item = dict[str, Any]


@pytest.mark.parametrize(
    ("path", "item"),
    [(CONFIRMATIONS, confirmation()), (STATUS_UPDATES, status_update()), (LABELS, label_request())],
)
def test_a_good_batch_gets_a_transaction_and_its_headers(
    amazon: StandInAmazon, path: str, item: Item
) -> None:
    amazon.options.rate = 10.0
    reply = Caller(amazon).log_in().post(path, item)
    assert reply.status_code == 202
    assert re.fullmatch(r"\d{14}-[0-9a-f-]{36}", reply.json()["payload"]["transactionId"])
    assert reply.headers["x-amzn-RateLimit-Limit"] == "10.0"
    assert reply.headers["x-amzn-RequestId"] == amazon.requests[-1].request_id
    assert [taken.item for taken in amazon.accepted] == [item]


def test_a_reply_can_come_unwrapped(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.wrapped = False
    transaction_id = caller.post(CONFIRMATIONS, confirmation()).json()["transactionId"]
    assert caller.poll(transaction_id).json()["transactionStatus"]["status"] == "Success"


def _set(item: Item, path: str, value: object) -> Item:
    *parents, last = path.split(".")
    inner: Any = item
    for parent in parents:
        inner = inner[int(parent) if parent.isdigit() else parent]
    inner[last] = value
    return item


def _drop(item: Item, path: str) -> Item:
    parent, _, last = path.rpartition(".")
    inner: Any = item
    for step in parent.split(".") if parent else []:
        inner = inner[int(step) if step.isdigit() else step]
    del inner[last]
    return item


_REFUSED: list[tuple[str, Callable[[], Item], str]] = [
    (CONFIRMATIONS, lambda: _drop(confirmation(), "shipmentDetails"), "'shipmentDetails'"),
    (CONFIRMATIONS, lambda: _drop(confirmation(), "items"), "'items'"),
    (CONFIRMATIONS, lambda: _drop(confirmation(), "containers.0.weight"), "'weight'"),
    (CONFIRMATIONS, lambda: _drop(confirmation(), "containers.0.packedItems"), "'packedItems'"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "purchaseOrderNumber", "PO-1"), "purchaseOrderNumber"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "shipmentDetails.shipmentStatus", "GONE"), "FLOOR_DENIAL"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "shipmentDetails.shippedDate", "2026-03-02"), "offset"),
    (
        CONFIRMATIONS,
        lambda: _set(confirmation(), "shipmentDetails.shippedDate", "2026-02-30T00:00:00Z"),
        "ISO",
    ),
    (CONFIRMATIONS, lambda: _set(confirmation(), "items.0.shippedQuantity.amount", "2"), "integer"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "items.0.shippedQuantity.amount", True), "integer"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.weight.value", 1.5), "weight.value"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.weight.unitOfMeasure", "G"), "'KG' or 'LB'"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.containerType", "box"), "carton, pallet"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.dimensions", {"length": "1"}), "'width'"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.trackingNo", "1Z1"), "trackingNo"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.packedItems.0.pieceNumber", 1), "pieceNumber"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "containers.0.trackingNumber", None), "trackingNumber"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "sellingParty", "ACMEV"), "sellingParty"),
    (CONFIRMATIONS, lambda: _set(confirmation(), "sellingParty.address", {"countryCode": "US"}), "'name'"),
    (STATUS_UPDATES, lambda: status_update(statusLocationAddress={"city": "Springfield"}), "'countryCode'"),
    (STATUS_UPDATES, lambda: status_update(statusDateTime="2026-03-04T10:00:00"), "offset"),
    (STATUS_UPDATES, lambda: status_update(trackingNumber=""), "trackingNumber"),
    (LABELS, lambda: _drop(label_request(), "shipFromParty"), "'shipFromParty'"),
]


@pytest.mark.parametrize(("path", "make", "named"), _REFUSED)
def test_a_batch_with_one_bad_item_is_refused_whole_and_the_element_named(
    amazon: StandInAmazon, caller: Caller, path: str, make: Callable[[], Item], named: str
) -> None:
    good = {CONFIRMATIONS: confirmation, STATUS_UPDATES: status_update, LABELS: label_request}[path]
    reply = caller.post(path, good(), make())
    assert reply.status_code == 400
    [error] = reply.json()["errors"]
    assert error["code"] == "InvalidInput"
    assert named in error["message"]
    assert "[1]" in error["message"]
    assert amazon.accepted == ()


def test_further_mistakes_stand_in_the_details(caller: Caller) -> None:
    bad = _drop(_set(confirmation(), "purchaseOrderNumber", "!"), "items")
    [error] = caller.post(CONFIRMATIONS, bad).json()["errors"]
    assert "'items'" in error["message"]
    assert "purchaseOrderNumber" in error["details"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"shipmentConfirmations":[]}', b'{"items":[{}]}']
)
def test_a_body_without_items_is_refused(caller: Caller, body: bytes) -> None:
    json = {"content-type": "application/json"}
    reply = caller.http.post(f"{SHIPPING}/{CONFIRMATIONS}", content=body, headers=json)
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (400, "InvalidInput")


def test_another_content_type_is_refused(amazon: StandInAmazon, caller: Caller) -> None:
    reply = caller.post(CONFIRMATIONS, confirmation(), headers={"content-type": "text/xml"})
    assert reply.status_code == 415
    assert amazon.accepted_count == 0


def test_a_body_beyond_the_limit_is_refused(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.max_body = 1000
    assert caller.post(CONFIRMATIONS, confirmation()).status_code == 202
    assert caller.post(CONFIRMATIONS, confirmation(), confirmation("PO2", "1Z2")).status_code == 413
    assert amazon.accepted_count == 1


def test_what_is_no_operation_is_not_found(caller: Caller) -> None:
    reply = caller.http.get("/vendor/directFulfillment/orders/v1/purchaseOrders")
    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (404, "NotFound")
