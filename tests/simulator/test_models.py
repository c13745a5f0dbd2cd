"""The stand-in against Amazon's published models, where they are at hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bridge.simulator.amazon import StandInAmazon
from bridge.simulator.validation import SHAPES
from tests.simulator.caller import CONFIRMATIONS, LABELS, SHIPPING, STATUS_UPDATES, Caller, confirmation

MODELS = Path(__file__).parents[2].parent / "shared" / "spapi"
PATHS = (CONFIRMATIONS, STATUS_UPDATES, LABELS)
TRANSACTION_PATH = "/vendor/directFulfillment/transactions/v1/transactions/{transactionId}"

pytestmark = pytest.mark.skipif(not MODELS.is_dir(), reason="Amazon's API models are not at hand")


@cache
def model(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((MODELS / f"{name}.json").read_text())
    return loaded


SHIPPING_MODEL = "vendorDirectFulfillmentShippingV1"
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


def test_our_description_names_every_field_of_the_model_and_no_other() -> None:
    names = {
        "Quantity": "ItemQuantity",
        "Party": "PartyIdentification",
        "TaxRegistration": "TaxRegistrationDetails",
    }
    names |= {"StatusLocation": "Address"}
    definitions = dict(model(SHIPPING_MODEL)["definitions"])
    definitions["ShipmentSchedule"] = definitions["StatusUpdateDetails"]["properties"]["shipmentSchedule"]
    for shape, fields in SHAPES.items():
        defined = definitions[names.get(shape, shape)]
        assert {field.removesuffix("!") for field in fields} == set(defined["properties"]), shape
        required = {field.removesuffix("!") for field in fields if field.endswith("!")}
        lenient = {"name", "addressLine1"} if shape == "StatusLocation" else set()
        assert required == set(defined.get("required", ())) - lenient, shape
        for field, kind in fields.items():
            if isinstance(kind, tuple):
                assert list(kind) == defined["properties"][field.removesuffix("!")]["enum"], field
