"""The stand-in against Amazon's published models, where they are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import jsonschema
import pytest

from simulator.amazon import StandInAmazon
from simulator.bodies import OUTBOUND_SHAPES, SHAPES
from tests.simulator.caller import (
    CONFIRMATIONS,
    LABELS,
    SHIPPING,
    STATUS_UPDATES,
    Caller,
    confirmation,
    container_label,
    label_creation,
)
from tests.simulator.reader import EVERYTHING, PLACE, RESTRICTED_TOKEN, Reader, resources

MODELS = Path(__file__).parents[2].parent / "shared" / "spapi"
PATHS = (CONFIRMATIONS, STATUS_UPDATES, LABELS)
TRANSACTION_PATH = "/vendor/directFulfillment/transactions/v1/transactions/{transactionId}"

pytestmark = pytest.mark.skipif(not MODELS.is_dir(), reason="Amazon's API models are not at hand")


@cache
def model(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((MODELS / f"{name}.json").read_text())
    return loaded


SHIPPING_MODEL = "vendorDirectFulfillmentShippingV1"
NEWER_SHIPPING_MODEL = "vendorDirectFulfillmentShipping_2021-12-28"
TRANSACTIONS_MODEL = "vendorDirectFulfillmentTransactionsV1"


def examples(path: str, status: str) -> Iterator[Any]:
    """Yield the bodies of the sandbox's examples; those without a body stand for any request."""
    told = model(SHIPPING_MODEL)["paths"][f"{SHIPPING}/{path}"]["post"]["responses"][status]
    for example in told["x-amzn-api-sandbox"]["static"]:
        body = example["request"]["parameters"]["body"]
        if "value" in body:
            yield body["value"]


def fits(reply_model: str, operation: dict[str, Any], status: int, content: Any) -> None:
    whole = model(reply_model)
    schema = operation["responses"][str(status)]["schema"]
    jsonschema.validate(content, {**schema, "definitions": whole["definitions"]})


def has_only_the_models_fields(content: dict[str, Any]) -> bool:
    return set(content) <= {"payload", "errors"}


@pytest.mark.parametrize("path", PATHS)
def test_the_sandboxes_good_examples_are_taken_and_the_reply_fits(caller: Caller, path: str) -> None:
    operation = model(SHIPPING_MODEL)["paths"][f"{SHIPPING}/{path}"]["post"]
    bodies = list(examples(path, "202"))
    assert bodies
    for body in bodies:
        reply = caller.http.post(f"{SHIPPING}/{path}", json=body)
        assert reply.status_code == 202, reply.text
        fits(SHIPPING_MODEL, operation, 202, reply.json())
        assert has_only_the_models_fields(reply.json())


@pytest.mark.parametrize("path", PATHS)
def test_the_sandboxes_bad_examples_are_refused_and_the_errors_fit(caller: Caller, path: str) -> None:
    operation = model(SHIPPING_MODEL)["paths"][f"{SHIPPING}/{path}"]["post"]
    bodies = list(examples(path, "400"))
    assert bodies
    for body in bodies:
        reply = caller.http.post(f"{SHIPPING}/{path}", json=body)
        assert reply.status_code == 400, reply.text
        fits(SHIPPING_MODEL, operation, 400, reply.json())
        assert has_only_the_models_fields(reply.json())


def test_the_errors_of_403_413_415_and_429_fit(amazon: StandInAmazon, caller: Caller) -> None:
    operation = model(SHIPPING_MODEL)["paths"][f"{SHIPPING}/{CONFIRMATIONS}"]["post"]
    amazon.options.rate, amazon.options.burst, amazon.options.max_body = 0.001, 2, 10
    replies = [
        caller.post(CONFIRMATIONS, confirmation()),
        caller.post(CONFIRMATIONS, confirmation(), headers={"content-type": "text/plain"}),
        caller.post(CONFIRMATIONS, confirmation()),
        caller.post(CONFIRMATIONS, confirmation(), headers={"x-amz-access-token": "x"}),
    ]
    assert [reply.status_code for reply in replies] == [413, 415, 429, 403]
    for reply in replies:
        fits(SHIPPING_MODEL, operation, reply.status_code, reply.json())


def test_created_labels_and_their_errors_fit(amazon: StandInAmazon) -> None:
    newer = SHIPPING.replace("v1", "2021-12-28")
    caller = Reader(amazon)
    resource = {"method": "POST", "path": f"{newer}/{LABELS}/{PLACE}"}
    token = caller.ask_restricted({"restrictedResources": [resource]}).json()["restrictedDataToken"]
    calls = [
        (f"{LABELS}/{PLACE}", label_creation("1ZA"), token, 200),
        (f"{LABELS}/{PLACE}", label_creation("1ZA"), token, 409),
        (f"{LABELS}/{PLACE}", {}, token, 400),
        (f"{LABELS}/{PLACE}", label_creation(), caller.token, 403),
        ("containerLabel", container_label(), caller.token, 200),
        ("containerLabel", {}, caller.token, 400),
    ]
    for path, body, with_token, status in calls:
        operation = model(NEWER_SHIPPING_MODEL)["paths"][f"{newer}/{path}"]["post"]
        reply = caller.http.post(
            f"{newer}/{path.replace(PLACE, 'PO1')}", json=body, headers={"x-amz-access-token": with_token}
        )
        assert reply.status_code == status
        fits(NEWER_SHIPPING_MODEL, operation, status, reply.json())


def test_every_verdict_fits(amazon: StandInAmazon, caller: Caller) -> None:
    operation = model(TRANSACTIONS_MODEL)["paths"][TRANSACTION_PATH]["get"]
    amazon.options.verdict_polls = 1
    sent = [caller.submit(CONFIRMATIONS, item) for item in (confirmation(), confirmation(containers=[]))]
    told = []
    for transaction_id in sent * 2:
        reply = caller.poll(transaction_id)
        fits(TRANSACTIONS_MODEL, operation, 200, reply.json())
        told.append(reply.json()["payload"]["transactionStatus"]["status"])
    assert told == ["Processing", "Processing", "Success", "Failure"]


def test_the_sandboxes_malformed_transaction_id_is_refused(caller: Caller) -> None:
    operation = model(TRANSACTIONS_MODEL)["paths"][TRANSACTION_PATH]["get"]
    [example] = operation["responses"]["400"]["x-amzn-api-sandbox"]["static"]
    reply = caller.poll(example["request"]["parameters"]["transactionId"]["value"])
    assert reply.status_code == 400
    assert reply.json() == example["response"]


@pytest.mark.parametrize("file", [SHIPPING_MODEL, NEWER_SHIPPING_MODEL])
def test_our_description_names_every_field_of_the_model_and_no_other(file: str) -> None:
    definitions = dict(model(file)["definitions"])
    definitions |= model("tokens_2021-03-01")["definitions"]
    definitions["StatusLocationAddress"] = definitions["Address"] | {"required": ["countryCode"]}
    details = definitions["StatusUpdateDetails"]["properties"]
    definitions.setdefault("ShipmentSchedule", details["shipmentSchedule"])
    newer = {"PackedItem": {"pieceNumber"}} if file == SHIPPING_MODEL else {}
    only_newer = {"CreateShippingLabelsRequest", "CreateContainerLabelRequest", "Package"}
    missing = only_newer if file == SHIPPING_MODEL else set()
    assert not missing & definitions.keys()
    for shape, described in SHAPES.items():
        if shape in missing:
            continue
        defined, fields = definitions[shape], described.model_fields
        assert fields.keys() - newer.get(shape, set()) == set(defined["properties"]), shape
        # A request without elements would be accepted by the model.
        arrays = set(fields) if shape.startswith("Submit") else set()
        required = {name for name, field in fields.items() if field.is_required()}
        assert required == set(defined.get("required", ())) | arrays, shape
        for name, field in fields.items():
            if get_origin(field.annotation) is Literal:
                described_as = defined["properties"][name]
                described_as = definitions.get(described_as.get("$ref", "").rpartition("/")[2], described_as)
                assert set(get_args(field.annotation)) == set(described_as["enum"]), name


def test_our_description_of_outbound_orders_has_the_models_fields_and_all_that_are_required() -> None:
    definitions = model("fulfillmentOutbound_2020-07-01")["definitions"]
    for shape, described in OUTBOUND_SHAPES.items():
        fields = described.model_fields
        assert fields.keys() <= definitions[shape]["properties"].keys(), shape
        required = {name for name, field in fields.items() if field.is_required()}
        assert required == set(definitions[shape].get("required", ())), shape


@pytest.fixture
def reader(amazon: StandInAmazon) -> Reader:
    for order in ("PO1", "PO2"):
        amazon.add_label(order, packages=2)
        amazon.add("packing_slip", order)
        amazon.add("invoice", order)
    return Reader(amazon).unlock()


def read(path: str) -> dict[str, Any]:
    told: dict[str, Any] = model(SHIPPING_MODEL)["paths"][path]["get"]
    return told


def defined_fields(name: str) -> set[str]:
    return set(model(SHIPPING_MODEL)["definitions"][name]["properties"])


@pytest.mark.parametrize("path", EVERYTHING)
def test_every_read_fits_and_so_do_its_errors(amazon: StandInAmazon, reader: Reader, path: str) -> None:
    query = {} if PLACE in path else reader.window(limit="1")
    good = reader.http.get(path.replace(PLACE, "PO1"), params=query)
    bad = reader.http.get(path.replace(PLACE, "PO-1"), params={"limit": "0"})
    amazon.expire_restricted_tokens()
    denied = reader.http.get(path.replace(PLACE, "PO1"), params=query)
    assert [good.status_code, bad.status_code, denied.status_code] == [200, 400, 403]
    for reply in (good, bad, denied):
        fits(SHIPPING_MODEL, read(path), reply.status_code, reply.json())
        assert has_only_the_models_fields(reply.json())


def test_items_have_only_the_models_fields(reader: Reader) -> None:
    for name, definition in {"shippingLabels": "ShippingLabel", "packingSlips": "PackingSlip"}.items():
        for item in reader.items(name):
            assert set(item) == defined_fields(definition)
    for item in reader.items("customerInvoices"):
        assert set(item) == defined_fields("CustomerInvoice")
    for label in reader.items("shippingLabels"):
        assert all(set(one) == defined_fields("LabelData") for one in label["labelData"])


def sandbox(path: str, status: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(path)["responses"][status]["x-amzn-api-sandbox"]["static"]
    return found


@pytest.mark.parametrize("path", [path for path in EVERYTHING if PLACE in path])
def test_the_sandboxes_unknown_order_is_answered_as_there(
    amazon: StandInAmazon, reader: Reader, path: str
) -> None:
    amazon.options.unknown_order = 400
    [example] = sandbox(path, "400")
    order = example["request"]["parameters"]["purchaseOrderNumber"]["value"]
    reply = reader.http.get(path.replace(PLACE, order))
    assert (reply.status_code, reply.json()) == (400, example["response"])


@pytest.mark.parametrize(
    ("path", "status"), [(EVERYTHING[0], "400"), (EVERYTHING[2], "400"), (EVERYTHING[4], "403")]
)
def test_the_sandboxes_bad_window_is_refused_in_its_words(reader: Reader, path: str, status: str) -> None:
    [example] = sandbox(path, status)
    query = {name: given["value"] for name, given in example["request"]["parameters"].items()}
    reply = reader.http.get(path, params=query)
    assert reply.status_code == 400  # the model has a 403 for invoices: an error in it, we suppose
    [told], [error] = example["response"]["errors"], reply.json()["errors"]
    assert {**error, "details": ""} == told


def test_a_restricted_token_and_its_refusal_fit(reader: Reader) -> None:
    name = "tokens_2021-03-01"
    operation = model(name)["paths"][RESTRICTED_TOKEN]["post"]
    body = resources(*EVERYTHING)
    schema = model(name)["definitions"]["CreateRestrictedDataTokenRequest"]
    jsonschema.validate(body, {**schema, "definitions": model(name)["definitions"]})
    [example] = operation["responses"]["400"]["x-amzn-api-sandbox"]["static"]
    for asked, status in ((body, 200), (example["request"]["parameters"]["body"]["value"], 400)):
        reply = reader.ask_restricted(asked)
        assert reply.status_code == status
        fits(name, operation, status, reply.json())
    assert reply.json() == example["response"]
