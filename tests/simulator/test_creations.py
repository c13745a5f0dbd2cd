"""createShippingLabels and createContainerLabel: what they answer, refuse and leave behind."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from simulator.amazon import StandInAmazon
from simulator.operations import restricted_resources
from tests.simulator.caller import LABELS as POST
from tests.simulator.caller import Caller, confirmation, container_label, label_creation
from tests.simulator.reader import LABELS, Reader

NEWER = "/vendor/directFulfillment/shipping/2021-12-28"


@pytest.fixture
def reader(amazon: StandInAmazon) -> Reader:
    return Reader(amazon)


def unlock(reader: Reader) -> Reader:
    resources = [{"method": method, "path": path} for method, path in restricted_resources("2021-12-28")]
    told = reader.ask_restricted({"restrictedResources": resources}).raise_for_status().json()
    reader.http.headers["x-amz-access-token"] = told["restrictedDataToken"]
    return reader


def create(caller: Caller, order: str, body: Any = None) -> httpx.Response:
    return caller.http.post(f"{NEWER}/{POST}/{order}", json=label_creation() if body is None else body)


def error(reply: httpx.Response) -> tuple[int, str]:
    [told] = reply.json()["errors"]
    return reply.status_code, told["code"]


def test_the_answer_holds_the_labels_which_can_be_read_from_then_on(
    amazon: StandInAmazon, reader: Reader
) -> None:
    reply = create(unlock(reader), "PO1", label_creation("1ZA", "1ZB"))
    assert reply.status_code == 200
    label = reply.json()
    assert [one["trackingNumber"] for one in label["labelData"]] == ["1ZA", "1ZB"]
    assert reader.http.get(f"{NEWER}/{LABELS}/PO1").json() == label
    [taken] = amazon.accepted
    assert (taken.operation, taken.transaction_id) == ("createShippingLabels", "")
    assert taken.item == {"purchaseOrderNumber": "PO1", **label_creation("1ZA", "1ZB")}
    assert amazon.delivered("createShippingLabels") == {"PO1": 1}


def test_an_access_token_or_one_for_reads_alone_creates_no_labels(reader: Reader) -> None:
    assert error(create(reader, "PO1")) == (403, "Unauthorized")
    assert error(create(reader.unlock(f"{NEWER}/{LABELS}/{{purchaseOrderNumber}}"), "PO1"))[0] == 403


def test_labels_are_created_once(amazon: StandInAmazon, reader: Reader) -> None:
    assert create(unlock(reader), "PO1").status_code == 200
    assert error(create(reader, "PO1")) == (409, "Conflict")
    assert len(amazon.accepted) == 1


def test_an_order_that_is_to_fail_gets_no_labels(amazon: StandInAmazon, reader: Reader) -> None:
    amazon.fail_orders["PO1"] = ("CANCELLED", "was cancelled")
    refused = create(unlock(reader), "PO1")
    assert error(refused) == (409, "Conflict")
    assert refused.json()["errors"][0]["details"] == "Order PO1 was cancelled."
    assert create(reader, "PO2").status_code == 200


@pytest.mark.parametrize(
    ("order", "body"),
    [
        ("PO-1", label_creation()),
        ("PO1", {}),
        ("PO1", label_creation() | {"purchaseOrderNumber": "PO1"}),
        ("PO1", label_creation() | {"containers": confirmation()["containers"]}),  # v1's word for a carton
    ],
)
def test_a_body_that_the_model_does_not_know_is_refused(
    amazon: StandInAmazon, reader: Reader, order: str, body: Any
) -> None:
    assert error(create(unlock(reader), order, body)) == (400, "InvalidInput")
    assert amazon.accepted == ()


def test_version_v1_has_neither(caller: Caller) -> None:
    v1 = NEWER.replace("2021-12-28", "v1")
    for path in (f"{LABELS}/PO1", "containerLabel"):
        # The path of one order's labels is read there, and not posted to.
        assert caller.http.post(f"{v1}/{path}", json=container_label()).status_code in {404, 405}


@pytest.mark.parametrize(("label_format", "begin"), [("PNG", b"\x89PNG"), ("ZPL", b"^XA")])
def test_a_container_gets_its_label(
    amazon: StandInAmazon, caller: Caller, label_format: str, begin: bytes
) -> None:
    amazon.label_formats["default"] = label_format  # type: ignore[assignment]
    replies = [
        caller.http.post(f"{NEWER}/containerLabel", json=container_label(identifier))
        for identifier in ("PALLET1", "PALLET1", "PALLET2")
    ]
    first, again, other = [reply.raise_for_status().json()["containerLabel"] for reply in replies]
    assert first == again
    assert first["containerTrackingNumber"] != other["containerTrackingNumber"]
    assert first["format"] == label_format
    assert base64.b64decode(first["content"]).startswith(begin)
    assert [one.item["vendorContainerId"] for one in amazon.accepted] == ["PALLET1", "PALLET1", "PALLET2"]
    assert amazon.duplicates() == 1


@pytest.mark.parametrize(
    "changes",
    [{"carrierId": "UPS"}, {"packages": []}, {"packages": [{}]}, {"vendorContainerId": ""}, {"extra": 1}],
)
def test_a_container_label_needs_all_that_the_model_says(caller: Caller, changes: dict[str, Any]) -> None:
    reply = caller.http.post(f"{NEWER}/containerLabel", json=container_label() | changes)
    assert error(reply) == (400, "InvalidInput")
