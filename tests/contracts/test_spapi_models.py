"""Amazon's published models as a contract: what we build is valid, what they show we read.

The models are swagger 2.0; their `definitions` are JSON schema (draft 4) as they stand. They are made
stricter here: an element that a model does not know is a mistake, `Decimal` has the pattern of its
description, and a date-time must have an offset.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker

from bridge.domain.events import Event
from bridge.domain.values import Address, Dimensions, ItemQuantity, Weight
from bridge.programs.operations import Operation
from bridge.programs.registry import installed
from bridge.programs.vendor_direct_fulfillment.events import (
    Container,
    Item,
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentSchedule,
    ShipmentStatusChanged,
)
from bridge.spapi.replies import classify_reply, parse_verdict
from tests.contracts.spapi_models import SHIPPING, TRANSACTIONS, model, models_are_here, shown
from tests.operations import OPERATIONS

pytestmark = models_are_here

POSTS = [name for name, known in OPERATIONS.items() if known.method == "POST" and "v1" in known.paths]
"""Those of v1; the SDK checks what 2021-12-28 alone has."""

formats = FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_date_time_with_offset(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def definitions(*, as_published: bool) -> dict[str, Any]:
    found: dict[str, Any] = copy.deepcopy(model(SHIPPING)["definitions"])
    pattern = re.search(r"`(\^.*\$)`", found["Decimal"]["description"])
    assert pattern is not None
    found["Decimal"]["pattern"] = pattern[1].replace("\\\\", "\\")
    for definition in found.values():
        for part in (definition, *definition.get("properties", {}).values()):
            if "properties" in part:
                part["additionalProperties"] = False
    if not as_published:
        # Amazon's own examples of statusLocationAddress have neither name nor addressLine1.
        found["StatusAddress"] = {**found["Address"], "required": ["countryCode"]}
        details = found["StatusUpdateDetails"]["properties"]
        details["statusLocationAddress"] = {"$ref": "#/definitions/StatusAddress"}
    return found


def mistakes(operation: Operation, body: bytes, *, as_published: bool = False) -> list[str]:
    method = model(SHIPPING)["paths"][operation.template("v1")][operation.method.lower()]
    schema = {
        "definitions": definitions(as_published=as_published),
        "$ref": method["parameters"][0]["schema"]["$ref"],
    }
    validator = Draft4Validator(schema, format_checker=formats)
    return [f"{list(error.path)}: {error.message}" for error in validator.iter_errors(json.loads(body))]


text = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
name_ = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=12)
decimals = st.decimals(0, 9999, places=2).map(str)
times = st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
maybe_times = st.one_of(st.just(""), times)
full_addresses = st.builds(
    Address,
    name=name_,
    address_line1=name_,
    country_code=st.sampled_from(["DE", "US", "IN"]),
    **dict.fromkeys(
        ("address_line2", "address_line3", "city", "county", "district", "postal_code", "phone"), text
    ),
)
places = st.builds(
    Address,
    country_code=st.sampled_from(["DE", "US", "IN"]),
    **dict.fromkeys(("name", "address_line1", "city", "state_or_region", "postal_code"), text),
)
parties = st.builds(PartyIdentification, name_, st.none() | full_addresses)
items = st.builds(
    Item,
    item_sequence_number=st.integers(1, 999),
    quantity=st.builds(ItemQuantity, st.integers(0, 9999), st.just("Each")),
    buyer_product_identifier=text,
    vendor_product_identifier=text,
    piece_number=st.none() | st.integers(1, 9),
)
some_items = st.lists(items, max_size=3).map(tuple)
containers = st.builds(
    Container,
    container_type=st.sampled_from(["carton", "pallet"]),
    container_identifier=name_,
    packed_items=some_items,
    weight=st.builds(Weight, decimals, st.sampled_from(["KG", "LB"])),
    dimensions=st.none() | st.builds(Dimensions, decimals, decimals, decimals, st.sampled_from(["IN", "CM"])),
    container_sequence_number=st.none() | st.integers(0, 99),
    **dict.fromkeys(
        ("tracking_number", "manifest_id", "manifest_date", "ship_method", "scac_code", "carrier"), text
    ),
)
some_containers = st.lists(containers, max_size=3).map(tuple)
order = {"purchase_order_number": name_, "selling_party": parties, "ship_from_party": parties}
confirmations = st.builds(
    ShipmentConfirmed,
    **order,
    shipment_status=st.sampled_from(["SHIPPED", "FLOOR_DENIAL"]),
    shipped_date=times,
    items=some_items,
    containers=some_containers,
    is_priority_shipment=st.none() | st.booleans(),
    vendor_order_number=text,
    estimated_delivery_date=maybe_times,
)


def status_changes(place: st.SearchStrategy[Address]) -> st.SearchStrategy[ShipmentStatusChanged]:
    schedules = st.builds(
        ShipmentSchedule,
        estimated_delivery_date_time=maybe_times,
        appt_window_start_date_time=maybe_times,
        appt_window_end_date_time=maybe_times,
    )
    return st.builds(
        ShipmentStatusChanged,
        **order,
        tracking_number=name_,
        status_code=name_,
        reason_code=name_,
        status_date_time=times,
        status_location_address=place,
        shipment_schedule=st.none() | schedules,
    )


label_requests = st.builds(LabelRequested, **order, containers=some_containers)


@pytest.mark.parametrize("name", POSTS)
def test_each_post_of_the_table_is_in_the_model(name: str) -> None:
    operation = OPERATIONS[name]
    method = model(SHIPPING)["paths"][operation.template("v1")]["post"]
    request = method["parameters"][0]["schema"]["$ref"].rsplit("/", 1)[-1]
    assert method["operationId"] == name
    assert list(model(SHIPPING)["definitions"][request]["properties"]) == [operation.body_key]


def test_the_transaction_status_of_the_table_is_in_the_model() -> None:
    operation = OPERATIONS["getTransactionStatus"]
    assert model(TRANSACTIONS)["paths"][operation.template("v1")]["get"]["operationId"] == operation.name


@given(st.one_of(confirmations, status_changes(places), label_requests))
def test_every_body_is_valid_by_amazons_model(event: Event) -> None:
    operation = OPERATIONS[installed().of(event).operation]
    assert mistakes(operation, operation.body_of([installed().element_of(event)])) == []


@given(status_changes(full_addresses))
def test_a_status_update_with_a_whole_address_is_valid_as_published(event: Event) -> None:
    operation = OPERATIONS[installed().of(event).operation]
    assert mistakes(operation, operation.body_of([installed().element_of(event)]), as_published=True) == []


@pytest.mark.parametrize(
    "spoiled",
    [
        {"containers": [{"containerType": "crate"}]},
        {"purchaseOrderNumber": "PO-1"},
        {"shipmentDetails": {"shippedDate": "2026-01-02T03:04:05", "shipmentStatus": "SHIPPED"}},
        {"items": [{"itemSequenceNumber": "1", "shippedQuantity": {"amount": 1, "unitOfMeasure": "Each"}}]},
        {"trackingnumber": "x"},
    ],
)
def test_the_contract_notices_a_mistake(spoiled: dict[str, Any]) -> None:
    event = event_of(OPERATIONS["submitShipmentConfirmations"], next(confirmations_shown()))
    operation = OPERATIONS[installed().of(event).operation]
    assert mistakes(operation, operation.body_of([{**installed().element_of(event), **spoiled}])) != []


def confirmations_shown() -> Iterator[Mapping[str, Any]]:
    for status, body, _ in shown(OPERATIONS["submitShipmentConfirmations"]):
        if status == 202 and body:
            yield from body["shipmentConfirmations"]


def snake(content: Any) -> Any:
    if isinstance(content, dict):
        return {re.sub("([A-Z])", r"_\1", name).lower(): snake(value) for name, value in content.items()}
    return [snake(value) for value in content] if isinstance(content, list) else content


def event_of(operation: Operation, item: Mapping[str, Any]) -> Event:
    """Read one of Amazon's elements back into an event."""
    flat = snake(dict(item))
    flat |= flat.pop("shipment_details", {}) | flat.pop("status_update_details", {})
    boxes = flat.get("containers", [])
    for line in [*flat.get("items", []), *(line for box in boxes for line in box["packed_items"])]:
        [quantity] = [name for name in line if name.endswith("_quantity")]
        line["quantity"] = line.pop(quantity)
    kind = installed().of_operation(operation.name).event
    event: Event = msgspec.convert({"type": kind.__name__, **flat}, kind)
    return event


@pytest.mark.parametrize("name", POSTS)
def test_amazons_own_bodies_are_what_their_events_become(name: str) -> None:
    operation = OPERATIONS[name]
    bodies = [body for status, body, _ in shown(operation) if status == 202 and body]
    elements = [element for body in bodies for element in body[operation.body_key]]
    assert elements
    assert [installed().element_of(event_of(operation, element)) for element in elements] == elements


@pytest.mark.parametrize("name", POSTS)
def test_amazons_own_replies_to_a_post_are_understood(name: str) -> None:
    replies = list(shown(OPERATIONS[name]))
    assert replies
    for status, _, content in replies:
        outcome = classify_reply(status, {}, json.dumps(content).encode())
        if status == 202:
            assert outcome.amazon_transaction_id == content["payload"]["transactionId"]
        else:
            assert (outcome.kind, len(outcome.errors)) == ("refused", len(content["errors"]))


def test_amazons_own_verdicts_are_understood() -> None:
    asked = shown(OPERATIONS["getTransactionStatus"], TRANSACTIONS)
    replies = [content for status, _, content in asked if status == 200]
    verdicts = [parse_verdict(200, {}, json.dumps(content).encode()) for content in replies]
    assert {verdict.status for verdict in verdicts} == {"Processing", "Failure"}
    assert {error.code for verdict in verdicts for error in verdict.errors} == {"INVALID_ORDER_ID"}
