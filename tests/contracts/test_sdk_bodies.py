"""Amazon's official SDK reads back every body that the bridge builds of the samples, and sends it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bridge.programs.event_types import Calls
from simulator.amazon import StandInAmazon
from tests.contracts.sdk import Sdk, read_back, rewritten
from tests.golden import outcome, samples
from tests.operations import OPERATIONS

NUMBERS = count(1)

MODELS = {
    "submitShipmentConfirmations": "SubmitShipmentConfirmationsRequest",
    "submitShipmentStatusUpdates": "SubmitShipmentStatusUpdatesRequest",
    "submitShippingLabelRequest": "SubmitShippingLabelsRequest",
    "createShippingLabels": "CreateShippingLabelsRequest",
    "createContainerLabel": "CreateContainerLabelRequest",
}
USUAL = Calls("2021-12-28")
CREATING = Calls("2021-12-28", {"submitShippingLabelRequest": "createShippingLabels"})


@pytest.fixture(scope="module")
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None, strict_order=False) as standing_in:
        yield standing_in


@pytest.fixture(scope="module")
def sdk(amazon: StandInAmazon) -> Sdk:
    return Sdk(amazon)


@pytest.fixture(scope="module")
def unlocked(amazon: StandInAmazon) -> Sdk:
    return Sdk(amazon).unlock()


def bodies(sample: Path, calls: Calls = USUAL) -> Iterator[tuple[str, dict[str, Any]]]:
    """Build the requests of a sample, each with its operation; not the orders of sellers."""
    result = outcome(sample, calls)
    for fact in result.get("documents", []) + result.get("records", []):
        for request in fact["requests"]:
            operation = OPERATIONS[request["operation"]]
            if operation.name not in MODELS:
                continue
            item = _completed(request["body"])
            yield operation.name, {operation.body_key: [item]} if operation.body_key else item


def _completed(item: dict[str, Any]) -> dict[str, Any]:
    """Complete an item as it is before it is sent."""
    item = copy.deepcopy(item)
    if details := item.get("statusUpdateDetails"):
        # The model requires what the guide's own example leaves out; an installation's location has both.
        given = details["statusLocationAddress"]
        details["statusLocationAddress"] = {"name": "Acme", "addressLine1": "1 Example Road"} | given
        # The package's confirmation knows what an update does not say itself.
        item["purchaseOrderNumber"] = item["purchaseOrderNumber"] or "PO1"
        item["shipFromParty"]["partyId"] = item["shipFromParty"]["partyId"] or "ACM1"
    return item


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: f"{sample.parent.name}/{sample.name}")
def test_every_body_is_read_back_whole_and_taken(sdk: Sdk, sample: Path) -> None:
    for operation, body in bodies(sample):
        model = read_back(body, MODELS[operation])
        assert rewritten(model) == body
        send = {
            "submitShipmentConfirmations": sdk.shipping.submit_shipment_confirmations,
            "submitShipmentStatusUpdates": sdk.shipping.submit_shipment_status_updates,
            "submitShippingLabelRequest": sdk.labels.submit_shipping_label_request,
            "createContainerLabel": sdk.container_labels.create_container_label,
        }[operation]
        reply = send(model)
        assert reply.container_label.content if operation == "createContainerLabel" else reply.transaction_id


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: f"{sample.parent.name}/{sample.name}")
def test_every_label_request_is_read_back_as_the_call_that_creates_its_labels(
    unlocked: Sdk, sample: Path
) -> None:
    for operation, body in bodies(sample, CREATING):
        if operation == "createShippingLabels":
            model = read_back(body, MODELS[operation])
            assert rewritten(model) == body
            order = f"PO{next(NUMBERS)}"
            assert unlocked.labels.create_shipping_labels(order, model).purchase_order_number == order


def test_there_are_bodies_of_every_operation() -> None:
    found = {
        operation
        for sample in samples()
        for calls in (USUAL, CREATING)
        for operation, _ in bodies(sample, calls)
    }
    assert found == MODELS.keys()


def test_the_sdk_notices_what_is_missing_unknown_or_not_allowed() -> None:
    [(operation, body), *_] = bodies(next(one for one in samples() if one.name == "856_plain.edi"))
    [item] = body["shipmentConfirmations"]
    for name in ("shipmentDetails", "sellingParty"):
        with pytest.raises(ValueError, match="must not be `None`"):
            read_back({"shipmentConfirmations": [_without(item, name)]}, MODELS[operation])
    crate = copy.deepcopy(item)
    crate["containers"][0]["containerType"] = "crate"
    with pytest.raises(ValueError, match="must be one of"):
        read_back({"shipmentConfirmations": [crate]}, MODELS[operation])
    misspelt = {"shipmentConfirmations": [item | {"trackingnumber": "1Z"}]}
    assert rewritten(read_back(misspelt, MODELS[operation])) != misspelt


def _without(item: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in item.items() if key != name}
