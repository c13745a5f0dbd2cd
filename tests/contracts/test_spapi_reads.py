"""Amazon's published models as a contract of the reads: we ask as they say, and read what they show."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from jsonschema import Draft4Validator

from bridge.programs.operations import Item, Operation
from bridge.programs.vendor_direct_fulfillment import PROGRAM
from bridge.programs.vendor_direct_fulfillment.documents import CustomerInvoice, PackingSlip, ShippingLabel
from bridge.spapi.pages import UnreadableItem
from bridge.spapi.reads import parse_one, parse_page
from bridge.spapi.restricted import RESTRICTED_DATA_TOKEN
from bridge.spapi.windows import LONGEST, Window, query_of
from tests.contracts.spapi_models import SHIPPING, TOKENS, model, models_are_here, shown
from tests.operations import OPERATIONS

pytestmark = models_are_here

READS = [one for one in PROGRAM.operations if one.restricted and one.method == "GET"]
LISTS = [operation for operation in READS if operation.limit]
ONES = [operation for operation in READS if not operation.limit]


def contents(found: Item) -> list[str]:
    if isinstance(found, ShippingLabel):
        return [data.content for data in found.labels]
    assert isinstance(found, PackingSlip | CustomerInvoice)
    return [found.content]


def files_shown() -> Iterator[tuple[Item, bytes]]:
    """What Amazon's examples hold besides `Base 64 encoded string goes here`."""
    for operation in READS:
        for status, _, content in shown(operation):
            if status == 200:
                for found in read(operation, content):
                    for text in contents(found):
                        if len(text) > 100:
                            yield found, base64.b64decode(text, validate=True)


def read(operation: Operation, content: object) -> tuple[Item, ...]:
    body = json.dumps(content).encode()
    if operation.limit:
        page = parse_page(operation, 200, {}, body)
        assert page.unreadable == ()
        return page.items
    found = parse_one(operation, 200, {}, body)
    assert found is not None
    assert not isinstance(found, UnreadableItem)
    return (found,)


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.name)
def test_each_read_of_the_table_is_in_the_model(operation: Operation) -> None:
    method = model(SHIPPING)["paths"][operation.template("v1")]["get"]
    assert method["operationId"] == operation.name
    reply = model(SHIPPING)["definitions"][method["responses"]["200"]["schema"]["$ref"].rsplit("/", 1)[-1]]
    payload = model(SHIPPING)["definitions"][reply["properties"]["payload"]["$ref"].rsplit("/", 1)[-1]]
    assert (operation.list_key in payload["properties"]) == bool(operation.limit)


@pytest.mark.parametrize("operation", LISTS, ids=lambda operation: operation.name)
def test_a_query_is_what_the_model_asks_for(operation: Operation) -> None:
    known = {
        entry["name"]: entry
        for entry in model(SHIPPING)["paths"][operation.template("v1")]["get"]["parameters"]
    }
    until = datetime(2026, 3, 1, tzinfo=UTC)
    query = query_of(operation, Window(until - LONGEST, until), ship_from_party_id="A", next_token="B")
    assert query.keys() == known.keys()
    assert {name for name, entry in known.items() if entry["required"]} <= query.keys()
    assert known["limit"]["minimum"] <= int(query["limit"]) <= known["limit"]["maximum"]
    assert query["sortOrder"] in known["sortOrder"]["enum"]
    for name in ("createdAfter", "createdBefore"):
        assert known[name]["format"] == "date-time"
        assert datetime.fromisoformat(query[name]).tzinfo is not None


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.name)
def test_amazons_own_replies_to_a_read_are_read_whole(operation: Operation) -> None:
    replies = [content["payload"] for status, _, content in shown(operation) if status == 200]
    assert replies
    for payload in replies:
        elements = payload[operation.list_key] if operation.limit else [payload]
        for element, found in zip(elements, read(operation, {"payload": payload}), strict=True):
            assert found.purchase_order_number == element["purchaseOrderNumber"]
            assert contents(found) == [part["content"] for part in element.get("labelData", [element])]
        assert read(operation, {"payload": payload}) == read(operation, payload)


def test_amazons_own_labels_keep_all_that_they_say() -> None:
    [found] = read(OPERATIONS["getShippingLabel"], next(iter(shown(OPERATIONS["getShippingLabel"])))[2])
    assert isinstance(found, ShippingLabel)
    assert (found.selling_party, found.ship_from_party, found.label_format) == ("999US", "ABCD", "PNG")
    [data] = found.labels
    assert (data.package_identifier, data.tracking_number) == ("PKG001", "1Z6A34Y60369738804")
    assert (data.ship_method, data.ship_method_name) == ("UPS_GR_RES", "UPS Ground Residential")


def test_amazons_own_page_tells_its_next_token() -> None:
    operation = OPERATIONS["getCustomerInvoices"]
    [content, *_] = [content for status, _, content in shown(operation) if status == 200]
    assert parse_page(operation, 200, {}, json.dumps(content).encode()).next_token == "MDAwMDAwMDAwMQ=="


def test_amazons_own_labels_hold_a_png_and_its_slips_a_pdf() -> None:
    files = list(files_shown())
    labels = [data for found, data in files if isinstance(found, ShippingLabel)]
    slips = [(found, data) for found, data in files if isinstance(found, PackingSlip)]
    assert len(labels) >= 2
    assert len(slips) >= 2
    for data in labels:
        assert data.startswith(b"\x89PNG\r\n\x1a\n")
        assert b"IEND" in data[-12:]
    for slip, data in slips:
        assert slip.content_type == "application/pdf"
        assert data.startswith(b"%PDF-")
        assert b"%%EOF" in data[-10:]


def test_the_restricted_data_token_is_asked_for_by_the_model() -> None:
    tokens = model(TOKENS)
    assert (
        tokens["paths"][RESTRICTED_DATA_TOKEN.template("")]["post"]["operationId"]
        == RESTRICTED_DATA_TOKEN.name
    )
    resource = tokens["definitions"]["RestrictedResource"]
    validator = Draft4Validator({**resource, "additionalProperties": False})
    for operation in READS:
        assert (
            list(validator.iter_errors({"method": operation.method, "path": operation.template("v1")})) == []
        )
