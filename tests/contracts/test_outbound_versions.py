"""What the newer version of Fulfillment Outbound lacks, as decision 25 says: against Amazon's model."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.programs.registry import installed
from tests.contracts.spapi_models import MODELS, model

NEWER = "fulfillmentOutbound_2026-07-04.json"
pytestmark = pytest.mark.skipif(not (MODELS / NEWER).is_file(), reason="Amazon's models are not here")
METHODS = {"get", "post", "put", "delete"}


def definition(name: str) -> dict[str, Any]:
    found: dict[str, Any] = model(NEWER)["definitions"][name]
    return found


def members(name: str) -> set[str]:
    return set(definition(name).get("properties", {}))


def operations() -> set[str]:
    paths = model(NEWER)["paths"].values()
    return {one["operationId"] for path in paths for method, one in path.items() if method in METHODS}


def test_it_has_the_operations_on_orders_and_no_others() -> None:
    assert operations() == {
        "createOrder", "getOrder", "listOrders", "cancelOrder", "updateOrder", "updateOrderStatus",
        "getOrderPreview", "getOffers", "updatePackage",
    }  # fmt: skip


def test_an_order_has_no_place_for_a_comment_a_gift_message_or_several_addresses_for_mail() -> None:
    assert members("CreateOrderRequest") == {
        "orderId", "channel", "fulfillmentConfiguration", "origin", "destination", "lineItems",
        "paymentInformation",
    }  # fmt: skip
    assert members("CreateOrderLineItem") == {"lineItemId", "product", "amount", "fulfillmentConfiguration"}
    assert definition("Address")["properties"]["email"]["type"] == "string"


@pytest.mark.parametrize(
    "name", ["OrderPackingSlipTemplateAttributes", "DeliveryService", "AdditionalServices", "UnitIdentifiers"]
)
def test_what_would_hold_them_names_no_members(name: str) -> None:
    assert not members(name)


def test_an_order_on_hold_can_only_be_released() -> None:
    assert members("UpdateOrderRequest") == {"fulfillmentConfiguration"}
    assert members("UpdateOrderFulfillmentConfiguration") == {"action"}


def test_nothing_tells_an_order_that_amazon_accepted_from_one_that_it_only_took() -> None:
    said = definition("OrderStatus")["description"]
    assert "`PROCESSING`, `COMPLETE`, `COMPLETE_PARTIAL`, `CANCELLED`, `UNFULFILLABLE`, `INVALID`" in said
    assert not any(word in said.upper() for word in ("NEW", "RECEIVED", "PLANNING"))


def test_orders_go_in_the_older_one() -> None:
    paths = installed().operations["createFulfillmentOrder"].paths
    assert list(paths) == ["2020-07-01"]
