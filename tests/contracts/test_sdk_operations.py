"""Amazon's official SDK drives the stand-in: every operation answers what the SDK understands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from spapi import ApiException

from simulator.amazon import StandInAmazon
from simulator.operations import (
    CREATIONS,
    READS,
    RESTRICTED_TOKEN_OPERATION,
    STATUS_OPERATION,
    SUBMISSIONS,
)
from tests.contracts.sdk import Sdk
from tests.simulator.caller import confirmation, container_label, label_creation, label_request, status_update


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        for order in ("PO1", "PO2", "PO3"):
            standing_in.add_label(order, packages=2)
            standing_in.add("packing_slip", order)
            standing_in.add("invoice", order)
        yield standing_in


@pytest.fixture
def sdk(amazon: StandInAmazon) -> Sdk:
    return Sdk(amazon)


def newer_confirmation(order: str = "PO1", tracking: str = "1Z1") -> dict[str, Any]:
    item = confirmation(order, tracking)
    for container in item["containers"]:
        container["containerType"] = "Carton"
        container["packedItems"] = [line | {"pieceNumber": 1} for line in container["packedItems"]]
    return item


def submit(sdk: Sdk, *items: dict[str, Any]) -> str:
    reply = sdk.shipping.submit_shipment_confirmations({"shipmentConfirmations": list(items)})
    found: str = reply.transaction_id
    return found


def window() -> tuple[str, str]:
    now = datetime.now(UTC)
    return (now - timedelta(days=1)).isoformat(), (now + timedelta(days=1)).isoformat()


CALLS: dict[str, Callable[[Sdk], Any]] = {
    "submitShipmentConfirmations": lambda sdk: sdk.shipping.submit_shipment_confirmations(
        {"shipmentConfirmations": [newer_confirmation()]}
    ),
    "submitShipmentStatusUpdates": lambda sdk: sdk.shipping.submit_shipment_status_updates(
        {"shipmentStatusUpdates": [status_update()]}
    ),
    "submitShippingLabelRequest": lambda sdk: sdk.labels.submit_shipping_label_request(
        {"shippingLabelRequests": [label_request("PO9")]}
    ),
    "getShippingLabels": lambda sdk: sdk.unlock().labels.get_shipping_labels(*window(), limit=2),
    "getShippingLabel": lambda sdk: sdk.unlock().labels.get_shipping_label("PO1"),
    "getPackingSlips": lambda sdk: sdk.unlock().shipping.get_packing_slips(*window(), limit=2),
    "getPackingSlip": lambda sdk: sdk.unlock().shipping.get_packing_slip("PO1"),
    "getCustomerInvoices": lambda sdk: sdk.unlock().invoices.get_customer_invoices(*window(), limit=2),
    "getCustomerInvoice": lambda sdk: sdk.unlock().invoices.get_customer_invoice("PO1"),
    "getTransactionStatus": lambda sdk: sdk.transactions.get_transaction_status(
        submit(sdk, newer_confirmation())
    ),
    "createShippingLabels": lambda sdk: sdk.unlock().labels.create_shipping_labels(
        "PO9", label_creation("1ZA", "1ZB")
    ),
    "createContainerLabel": lambda sdk: sdk.container_labels.create_container_label(container_label()),
    "createRestrictedDataToken": lambda sdk: sdk.restricted_token(),
}


@pytest.mark.parametrize(
    "operation", [*SUBMISSIONS, *CREATIONS, *READS, STATUS_OPERATION, RESTRICTED_TOKEN_OPERATION]
)
def test_the_sdk_understands_every_reply_and_nothing_of_it_is_unknown_to_it(
    amazon: StandInAmazon, sdk: Sdk, operation: str
) -> None:
    found = CALLS[operation](sdk)
    seen = amazon.requests[-1]
    assert (seen.operation, seen.status) == (operation, 202 if operation in SUBMISSIONS else 200)
    assert sdk.written(found) == json.loads(sdk.client.last_response.data)


@pytest.mark.parametrize("operation", [name for name, read in READS.items() if not read.one])
def test_the_sdk_follows_the_pages_of_a_list(sdk: Sdk, operation: str) -> None:
    first = sdk.written(CALLS[operation](sdk))
    key = READS[operation].key
    assert [one["purchaseOrderNumber"] for one in first[key]] == ["PO1", "PO2"]
    assert first["pagination"]["nextToken"]


def test_the_sdk_reads_a_failure_with_its_errors(amazon: StandInAmazon, sdk: Sdk) -> None:
    amazon.fail_orders["PO1"] = ("EMPTY_PACKAGES", "has empty packages")
    status = sdk.transactions.get_transaction_status(submit(sdk, newer_confirmation())).transaction_status
    assert status.status == "Failure"
    [error] = status.errors.errors
    assert (error.code, "PO1" in error.message) == ("EMPTY_PACKAGES", True)


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (lambda sdk: submit(sdk, confirmation()), 400, "InvalidInput"),
        (lambda sdk: sdk.labels.get_shipping_label("PO1"), 403, "Unauthorized"),
        (lambda sdk: sdk.unlock().labels.get_shipping_label("PO9"), 404, "NotFound"),
        (lambda sdk: sdk.labels.create_shipping_labels("PO9", label_creation()), 403, "Unauthorized"),
        (lambda sdk: sdk.unlock().labels.create_shipping_labels("PO1", label_creation()), 409, "Conflict"),
        (lambda sdk: sdk.unlock().labels.create_shipping_labels("PO9", {}), 400, "InvalidInput"),
        (lambda sdk: sdk.container_labels.create_container_label({}), 400, "InvalidInput"),
        (lambda sdk: sdk.transactions.get_transaction_status("nonsense"), 400, "InvalidInput"),
    ],
)
def test_the_sdk_reads_every_refusal(sdk: Sdk, call: Callable[[Sdk], Any], status: int, code: str) -> None:
    with pytest.raises(ApiException) as refused:
        call(sdk)
    assert refused.value.status == status
    [error] = json.loads(refused.value.body)["errors"]
    assert error["code"] == code
