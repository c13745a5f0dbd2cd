"""Amazon's official SDK reads every reply on orders, and every body that the bridge builds of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from spapi import ApiException, FbaInventoryApi, FbaOutboundApi

from bridge.document_data import mappings_of
from bridge.flatfiles.reader import read_flat_file
from bridge.mapping.profile import explain_profile
from bridge.programs.multi_channel_fulfillment.bodies import preview
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered
from bridge.programs.registry import installed
from simulator.amazon import StandInAmazon
from simulator.inventory import summary
from simulator.operations import OUTBOUND
from tests.contracts.sdk import Sdk, read_back, rewritten
from tests.golden import SAMPLES
from tests.programs.multi_channel_fulfillment.contract_cases import package, shipment

MODELS = "spapi.models.fulfillment_outbound_v2020_07_01"
COLUMNS = (
    "order_id,order_date,name,address_line1,address_line2,city,state_or_region,postal_code,country_code,phone,"
    "speed,action,policy,features,line,sku,quantity,gift_message,declared_value,currency"
)
LINES = """\
1,2026-11-22,A,1 Road,Suite 2,T,IL,62701,US,+1 555,Priority,Hold,FillAll,BLANK_BOX,1,SKU-A,2,Enjoy!,9.5,USD
1,,,,,,,,,,,,,,2,SKU-B,1,,,
"""


def bodies() -> list[dict[str, Any]]:
    """Build the bodies of the orders of a CSV file that uses every column."""
    data = f"{COLUMNS}\n{LINES}".encode()
    records = read_flat_file(data, "csv", explain_profile(), mappings_of(None))
    events = [record.result.event for record in records]
    assert all(not record.result.errors for record in records)
    return [installed().element_of(event) for event in events if event is not None]


def preview_request() -> dict[str, Any]:
    """Build the request for a preview of that order."""
    records = read_flat_file(f"{COLUMNS}\n{LINES}".encode(), "csv", explain_profile(), mappings_of(None))
    event = next(record.result.event for record in records)
    assert isinstance(event, FulfillmentOrdered)
    return preview(event, "2020-07-01")


@pytest.fixture
def amazon() -> Iterator[StandInAmazon]:
    with StandInAmazon(rate=None) as standing_in:
        yield standing_in


@pytest.fixture
def sdk(amazon: StandInAmazon) -> Sdk:
    return Sdk(amazon)


@pytest.fixture
def api(sdk: Sdk) -> Any:
    return FbaOutboundApi(sdk.client)


PACKAGE = package("DELIVERED", ("EVENT_301", "2026-11-25T18:03:00Z"))
RETURNED = {
    "sellerReturnItemId": "1.1.1",
    "sellerFulfillmentOrderItemId": "1",
    "amazonShipmentId": "S1",
    "returnReasonCode": "AMZ-PG-UNWANTED",
    "returnComment": "Too small",
}
UNKNOWN = RETURNED | {"sellerReturnItemId": "1.1.2", "amazonShipmentId": "S2"}
CHANGES = b"""\
order_id,function,action,name,address_line1,city,state_or_region,postal_code,country_code
1,replace,,A,2 Road,T,IL,62701,US
2,replace,Ship,,,,,,
"""
CALLS: dict[str, Callable[[Any], Any]] = {
    "createFulfillmentOrder": lambda api: api.create_fulfillment_order(bodies()[0]),
    "getFulfillmentPreview": lambda api: api.get_fulfillment_preview(preview_request()),
    "getFeatures": lambda api: api.get_features("ATVPDKIKX0DER"),
    "getFeatureInventory": lambda api: api.get_feature_inventory("ATVPDKIKX0DER", "BLANK_BOX"),
    "getFeatureSKU": lambda api: api.get_feature_sku("ATVPDKIKX0DER", "OVERBOX", "SKU-A"),
    "getFulfillmentOrder": lambda api: api.get_fulfillment_order("1"),
    "listAllFulfillmentOrders": lambda api: api.list_all_fulfillment_orders(
        query_start_date="2026-01-01T00:00:00Z"
    ),
    "getPackageTrackingDetails": lambda api: api.get_package_tracking_details(1),
    "updateFulfillmentOrder": lambda api: api.update_fulfillment_order("1", changes()[0]),
    "createFulfillmentReturn": lambda api: api.create_fulfillment_return("1", {"items": [RETURNED, UNKNOWN]}),
    "listReturnReasonCodes": lambda api: api.list_return_reason_codes("SKU-A"),
    "cancelFulfillmentOrder": lambda api: api.cancel_fulfillment_order("1"),
    "submitFulfillmentOrderStatusUpdate": lambda api: api.submit_fulfillment_order_status_update(
        "1", {"fulfillmentOrderStatus": "Planning"}
    ),
}


def changes() -> list[dict[str, Any]]:
    """Build the bodies of changes of orders."""
    records = read_flat_file(CHANGES, "csv", explain_profile(), mappings_of(None))
    events = [record.result.event for record in records]
    return [installed().element_of(event) for event in events if event is not None]


def of_samples() -> list[dict[str, Any]]:
    """Return the bodies that the samples must become."""
    paths = (SAMPLES / "drop").glob("fulfillment_orders.*.expected.json")
    records = [record for path in paths for record in json.loads(path.read_text())["records"]]
    return [request["body"] for record in records for request in record["requests"]]


def test_every_body_is_read_back_whole_by_the_sdk() -> None:
    assert len(of_samples()) > 2
    for body in (*bodies(), *of_samples()):
        written = rewritten(read_back(body, "CreateFulfillmentOrderRequest", MODELS))
        # The SDK writes dates its own way.
        assert written.pop("displayableOrderDate")[:10] == body.pop("displayableOrderDate")[:10]
        assert written == body


def test_the_request_for_a_preview_is_read_back_whole_by_the_sdk() -> None:
    body = preview_request()
    assert rewritten(read_back(body, "GetFulfillmentPreviewRequest", MODELS)) == body


def test_the_bodies_of_changes_are_read_back_whole_by_the_sdk() -> None:
    moved, released = changes()
    assert (moved["fulfillmentAction"], released) == ("Hold", {"fulfillmentAction": "Ship"})
    for body in (moved, released):
        assert rewritten(read_back(body, "UpdateFulfillmentOrderRequest", MODELS)) == body


def test_the_body_of_a_return_is_read_back_whole_by_the_sdk() -> None:
    data = (
        b"return_id,order_id,line,shipment_id,sku,quantity,reason,comment\nR1,1,2,S1,SKU-A,2,CODE,Too small\n"
    )
    (record,) = read_flat_file(data, "csv", explain_profile(), mappings_of(None))
    assert record.result.event is not None
    body = installed().element_of(record.result.event)
    assert [item["sellerReturnItemId"] for item in body["items"]] == ["R1.2.1", "R1.2.2"]
    assert rewritten(read_back(body, "CreateFulfillmentReturnRequest", MODELS)) == body


@pytest.mark.parametrize("operation", list(OUTBOUND))
def test_the_sdk_understands_every_reply(amazon: StandInAmazon, sdk: Sdk, api: Any, operation: str) -> None:
    if operation != "createFulfillmentOrder":
        CALLS["createFulfillmentOrder"](api)
    amazon.packages.scan(1, PACKAGE)
    if operation == "createFulfillmentReturn":
        amazon.orders.ship("1", [shipment("S1", ("1", "SKU-A", 2, 1))])
    found = CALLS[operation](api)
    seen = amazon.requests[-1]
    assert (seen.operation, seen.status) == (operation, 200)
    reply = json.loads(sdk.client.last_response.data)
    assert sdk.written(found).keys() == reply.keys()
    if operation == "getFulfillmentOrder":
        assert found.payload.fulfillment_order.fulfillment_order_status == "Received"
        assert [one.quantity for one in found.payload.fulfillment_order_items] == [2, 1]
    if operation == "createFulfillmentReturn":
        assert [one.status for one in found.payload.return_items] == ["New"]
        (invalid,) = found.payload.invalid_return_items
        assert invalid.invalid_item_reason.invalid_item_reason_code == "NoCompletedShipItems"


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (lambda api: api.get_fulfillment_order("2"), 404),
        (lambda api: api.create_fulfillment_order(bodies()[0]), 400),
        (lambda api: api.create_fulfillment_order(bodies()[0] | {"items": []}), 400),
    ],
)
def test_the_sdk_reads_every_refusal(api: Any, call: Callable[[Any], Any], status: int) -> None:
    CALLS["createFulfillmentOrder"](api)
    with pytest.raises(ApiException) as refused:
        call(api)
    assert refused.value.status == status


def test_the_bridge_reads_a_package_as_the_sdk_does_but_what_is_personal(
    amazon: StandInAmazon, sdk: Sdk, api: Any
) -> None:
    amazon.packages.scan(1, PACKAGE)
    told = api.get_package_tracking_details(1).payload
    read = installed().operations["getPackageTrackingDetails"].read
    assert read is not None
    payload = json.loads(sdk.client.last_response.data)["payload"]
    package: Any = read(json.dumps(payload).encode())  # type: ignore[arg-type]
    assert (package.package_number, package.current_status) == ("1", told.current_status)
    assert [one.event_code for one in package.events] == [one.event_code for one in told.tracking_events]
    assert "Signer" in repr(told)
    assert "Signer" not in repr(package)


def test_the_bridge_reads_stock_as_the_sdk_does(amazon: StandInAmazon, sdk: Sdk) -> None:
    amazon.inventory.stock([summary(sku, 5) for sku in ("A+B &C", "D", "E")])
    amazon.options.change({"inventory_page": 1, "inventory_rate": None})
    asked: Any = {"details": True, "seller_skus": ["A+B &C", "E"]}
    place = ("Marketplace", "ATVPDKIKX0DER", ["ATVPDKIKX0DER"])
    first = FbaInventoryApi(sdk.client).get_inventory_summaries(*place, **asked)
    reply = json.loads(sdk.client.last_response.data)
    assert sdk.written(first).keys() == reply.keys()
    (told,) = first.payload.inventory_summaries
    read = installed().operations["getInventorySummaries"].read
    assert read is not None
    (element,) = reply["payload"]["inventorySummaries"]
    stock: Any = read(json.dumps(element).encode())  # type: ignore[arg-type]
    assert (stock.seller_sku, stock.total) == (told.seller_sku, told.total_quantity)
    details = told.inventory_details
    assert (stock.fulfillable, stock.reserved, stock.unfulfillable, stock.researching) == (
        details.fulfillable_quantity,
        details.reserved_quantity.total_reserved_quantity,
        details.unfulfillable_quantity.total_unfulfillable_quantity,
        details.researching_quantity.total_researching_quantity,
    )
    asked["next_token"] = first.pagination.next_token
    (rest,) = FbaInventoryApi(sdk.client).get_inventory_summaries(*place, **asked).payload.inventory_summaries
    assert rest.seller_sku == "E"


def test_the_bridge_reads_what_the_stand_in_says_as_the_sdk_does(sdk: Sdk, api: Any) -> None:
    CALLS["createFulfillmentOrder"](api)
    api.get_fulfillment_order("1")
    read = installed().operations["getFulfillmentOrder"].read
    assert read is not None
    payload = json.loads(sdk.client.last_response.data)["payload"]
    order: Any = read(json.dumps(payload).encode())  # type: ignore[arg-type]
    assert (order.status, [line.quantity for line in order.lines]) == ("Received", [2, 1])
