"""Additional inputs: checked as Amazon defines them, and what is missing is told in Amazon's own words."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.programs.merchant_fulfillment.events import ShipFrom
from bridge.programs.merchant_fulfillment.patterns import LONGEST, matches
from bridge.programs.merchant_fulfillment.profile import STAND_IN
from bridge.programs.merchant_fulfillment.seller_inputs import (
    Definitions,
    InputItem,
    SellerInputs,
    Sources,
    read_definitions,
    seller_inputs,
)
from bridge.programs.operations import Operation

ITEM = InputItem(order_item_id="52986411826454", asin="B00EXAMPLE")
CALL = Operation(name="createShipment", method="POST", paths={"v0": "/mfn/v0/shipments"})


def field(data_type: str = "String", name: str = "HS_CODE", **more: Any) -> dict[str, Any]:
    told = {
        "IsRequired": True,
        "DataType": data_type,
        "Constraints": [],
        "InputDisplayText": "Harmonized code",
        "StoredValue": None,
    }
    return {"AdditionalInputFieldName": name, "SellerInputDefinition": told | more}


def defined(*of_shipment: object, **of_items: list[object]) -> Definitions:
    listed = [{"Asin": asin, "AdditionalInputs": fields} for asin, fields in of_items.items()]
    answer = {"ShipmentLevelFields": of_shipment, "ItemLevelFieldsList": listed}
    return read_definitions(msgspec.Raw(json.dumps(answer).encode()))


def answered(definition: dict[str, Any], text: str = "", **sources: Any) -> SellerInputs:
    document = {"HS_CODE": text} if text else {}
    addresses: dict[str, ShipFrom] = STAND_IN.warehouses
    return seller_inputs(defined(definition), (), Sources(document=document, addresses=addresses, **sources))


def sent(found: SellerInputs) -> Any:
    """Return the shipment's inputs as they go over the wire."""
    body = CALL.body_of([{"ShipmentLevelSellerInputsList": list(found.of_shipment)}])
    return json.loads(body)["ShipmentLevelSellerInputsList"]


@pytest.mark.parametrize(
    ("data_type", "text", "member", "value"),
    [
        ("String", "6109.10", "ValueAsString", "6109.10"),
        ("STRING", " as it is ", "ValueAsString", "as it is"),
        ("Boolean", "Yes", "ValueAsBoolean", True),
        ("boolean", "false", "ValueAsBoolean", False),
        ("Integer", "-12", "ValueAsInteger", -12),
        ("Timestamp", "2026-11-30T17:00:00-05:00", "ValueAsTimestamp", "2026-11-30T17:00:00-05:00"),
        ("date-time", "2026-11-30T17:00:00Z", "ValueAsTimestamp", "2026-11-30T17:00:00Z"),
        ("Weight", "12.5 oz", "ValueAsWeight", {"Value": 12.5, "Unit": "oz"}),
        ("Weight", "400 G", "ValueAsWeight", {"Value": 400, "Unit": "g"}),
        ("Dimension", "10 in", "ValueAsDimension", {"value": 10, "unit": "inches"}),
        ("Dimension", "25.4cm", "ValueAsDimension", {"value": 25.4, "unit": "centimeters"}),
        ("Currency", "12.50 USD", "ValueAsCurrency", {"CurrencyCode": "USD", "Amount": 12.5}),
    ],
)
def test_a_value_goes_as_the_one_of_its_type(data_type: str, text: str, member: str, value: object) -> None:
    found = answered(field(data_type), text)

    assert found.problems == ()
    assert sent(found) == [
        {
            "AdditionalInputFieldName": "HS_CODE",
            "AdditionalSellerInput": {"DataType": data_type, member: value},
        }
    ]


def test_an_address_is_that_of_a_warehouse() -> None:
    (element,) = sent(answered(field("Address"), "WAREHOUSE"))

    assert element["AdditionalSellerInput"]["ValueAsAddress"]["AddressLine1"] == "1 Example Road"


@pytest.mark.parametrize(
    ("data_type", "text", "problem"),
    [
        ("Boolean", "maybe", "must be true or false"),
        ("Integer", "1.5", "must be a whole number"),
        ("Integer", "١٢", "must be a whole number"),
        ("Timestamp", "2026-11-30T17:00:00", "with its offset"),
        ("Timestamp", "soon", "with its offset"),
        ("Weight", "12", "must be a weight"),
        ("Weight", "1 lb", "must be a weight"),
        ("Dimension", "10 m", "must be a length"),
        ("Currency", "12.50", "the currency is missing"),
        ("Currency", "1e9 USD", "is no amount"),
        ("Address", "ELSEWHERE", "must be the code of a warehouse of the seller (WAREHOUSE)"),
        ("Blob", "x", "is of type 'Blob', which edibridge does not know"),
        ("", "x", "is of type ''"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_told_with_amazons_words(
    data_type: str, text: str, problem: str
) -> None:
    found = answered(field(data_type), text)

    assert found.of_shipment == ()
    (told,) = found.problems
    assert told.startswith('"Harmonized code" (HS_CODE) in input.HS_CODE ')
    assert problem in told


@pytest.mark.parametrize("required", [True, False])
def test_only_what_is_required_may_not_be_missing(required: bool) -> None:
    found = answered(field(IsRequired=required))

    assert bool(found.problems) == required
    if required:
        assert found.problems == (
            '"Harmonized code" (HS_CODE) is missing: give it as input.HS_CODE, or under seller_inputs',
        )


def test_what_is_wrong_is_told_with_its_place() -> None:
    definitions, item = defined(B00EXAMPLE=[field("Integer")]), ITEM
    wrong, bad = {"HS_CODE": "many"}, "must be a whole number"

    for own, document, settings, place in (
        (wrong, wrong, wrong, "item_input.HS_CODE"),
        ({}, wrong, wrong, "input.HS_CODE"),
        ({"HS_CODE": " "}, {}, wrong, "seller_inputs.HS_CODE"),
    ):
        items = (msgspec.structs.replace(item, seller_inputs=own),)
        found = seller_inputs(definitions, items, Sources(document=document, settings=settings))
        assert found.problems == (f'"Harmonized code" (HS_CODE) of item 52986411826454 in {place} {bad}',)


def test_a_stored_value_that_is_not_to_be_used_is_told() -> None:
    assert "use_stored = true" in answered(field(StoredValue=STORED)).problems[0]


def test_a_restricted_value_is_one_of_its_set() -> None:
    definition = field(RestrictedSetValues=["Gift", "Sale"])

    assert answered(definition, "Sale").problems == ()
    assert "must be one of Gift, Sale" in answered(definition, "sale").problems[0]


@pytest.mark.parametrize(
    ("pattern", "text", "problems", "unchecked"),
    [
        (r"\d{4}\.\d{2}", "6109.10", 0, ()),
        (r"^\d{4}\.\d{2}$", "6109.10", 0, ()),
        (r"\d{4}", "6109.10", 1, ()),
        (r"a|b", "ab", 1, ()),
        (r"(a+)+", "a" * 900 + "!", 1, ()),
        (r"(?=x)\d+", "6109", 0, ("HS_CODE",)),
        (r"(\d)\1", "11", 0, ("HS_CODE",)),
        (r"((a{99}){99}){99}", "6109", 0, ("HS_CODE",)),
        (r"a)|(.*", "6109", 0, ("HS_CODE",)),
        ("(" * LONGEST, "6109", 0, ("HS_CODE",)),
        ("x?" * LONGEST, "6109", 0, ("HS_CODE",)),
    ],
)
def test_patterns_are_those_of_whole_values(
    pattern: str, text: str, problems: int, unchecked: tuple[str, ...]
) -> None:
    found = answered(field(Constraints=[{"ValidationRegEx": pattern, "ValidationString": ""}]), text)

    assert (len(found.problems), found.unchecked) == (problems, unchecked)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_pattern_raises(pattern: str, value: str) -> None:
    assert matches(pattern, value) in {True, False, None}


STORED = {"DataType": "String", "ValueAsString": "6109.10"}


@pytest.mark.parametrize(
    ("stored", "use_stored", "there"),
    [
        (STORED, True, True),
        (STORED, False, False),
        (None, True, False),
        ({}, True, False),
        ({"DataType": "String", "ValueAsString": ""}, True, False),
        ({"DataType": "String", "ValueAsInteger": 1}, True, False),
        (STORED | {"ValueAsInteger": 1}, True, False),
    ],
)
def test_a_stored_value_stands_in_where_it_may(stored: object, use_stored: bool, there: bool) -> None:
    found = answered(field(StoredValue=stored), use_stored=use_stored)

    assert bool(found.problems) != there
    assert [one["AdditionalSellerInput"] for one in sent(found)] == ([stored] if there else [])


def test_the_document_counts_before_the_settings_and_these_before_what_is_stored() -> None:
    definition = field(StoredValue=STORED)

    for text, in_settings, value in (("a", "b", "a"), ("", "b", "b"), (" ", "b", "b"), ("", "", "6109.10")):
        found = answered(definition, text, settings={"HS_CODE": in_settings}, use_stored=True)
        assert sent(found)[0]["AdditionalSellerInput"]["ValueAsString"] == value


def test_inputs_of_items_go_by_their_asin() -> None:
    definitions = defined(B00EXAMPLE=[field(name="ORIGIN"), field()], B00OTHER=[field(name="OTHER")])
    other = InputItem(order_item_id="2", asin="B00NEITHER", seller_inputs={"ORIGIN": "US"})
    item = msgspec.structs.replace(ITEM, seller_inputs={"ORIGIN": "DE"})

    found = seller_inputs(
        definitions, (item, other), Sources(document={"ORIGIN": "FR", "HS_CODE": "1", "COLOUR": "red"})
    )

    assert found.problems == ()
    values = [one["AdditionalSellerInput"]["ValueAsString"] for one in found.of_items[ITEM.order_item_id]]
    assert values == ["DE", "1"]
    assert list(found.of_items) == [ITEM.order_item_id]
    assert found.unused == ("ORIGIN", "COLOUR")


def test_a_missing_input_of_an_item_is_told_with_the_item() -> None:
    found = seller_inputs(defined(B00EXAMPLE=[field()]), (ITEM,), Sources())

    assert found.problems[0].startswith('"Harmonized code" (HS_CODE) of item 52986411826454 is missing')


def test_an_item_without_its_asin_is_told_where_items_are_asked_about() -> None:
    nameless = InputItem(order_item_id="1", asin="")

    assert "its ASIN is missing" in seller_inputs(defined(B00=[field()]), (nameless,), Sources()).problems[0]
    assert seller_inputs(defined(B00=[]), (nameless,), Sources()).problems == ()


@pytest.mark.parametrize("answer", [{}, {"ShipmentLevelFields": None, "ItemLevelFieldsList": None}])
def test_nothing_may_be_asked(answer: object) -> None:
    definitions = read_definitions(msgspec.Raw(json.dumps(answer).encode()))

    assert seller_inputs(definitions, (ITEM,), Sources()) == SellerInputs()


def test_an_input_that_is_named_alone_is_not_required() -> None:
    named = {"AdditionalInputFieldName": "HS_CODE"}

    assert answered(named) == SellerInputs()
    assert "is of type ''" in answered(named, "1").problems[0]


def test_what_amazon_writes_is_made_safe_to_show() -> None:
    found = answered(field(InputDisplayText="\x1b[31mcode" + "x" * 5000))

    assert "\x1b" not in found.problems[0]
    assert len(found.problems[0]) < 500
