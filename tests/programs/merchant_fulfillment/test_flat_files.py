"""Packages in CSV and JSON: what becomes of their words, and where each mistake is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.flatfiles.reader import Kind, Record, read_flat_file
from bridge.mapping import VendorProfile
from bridge.programs.merchant_fulfillment.bodies import shipment
from bridge.programs.merchant_fulfillment.events import (
    DangerousGoods,
    Dimensions,
    LiquidVolume,
    Money,
    ShipmentCancelled,
    ShipmentItem,
    ShipmentRequested,
    Weight,
)
from bridge.programs.merchant_fulfillment.flatfiles.rows import COLUMNS
from bridge.programs.merchant_fulfillment.operations import CREATE
from bridge.programs.merchant_fulfillment.profile import NAME, STAND_IN, BuyShippingValues, PackageType
from tests import golden
from tests.operations import OPERATIONS

ORDER = "903-5563053-5647845"
ROW = {
    "amazon_order_id": ORDER,
    "sku": "KETTLE-17",
    "quantity": "1",
    "length": "12",
    "width": "9",
    "height": "4",
    "dimension_unit": "IN",
    "weight": "2",
    "weight_unit": "LB",
}


def profile(**values: Any) -> VendorProfile:
    """Return a seller who buys shipping; `values` differ from those of nobody in particular."""
    known = {name: getattr(STAND_IN, name) for name in STAND_IN.__struct_fields__}
    own = BuyShippingValues(**{**known, **values})
    return VendorProfile(vendor="shop", kind="sellers", timezone="America/New_York", of_programs={NAME: own})


def records(text: str, kind: Kind = "csv", whose: VendorProfile | None = None) -> list[Record]:
    return read_flat_file(text.encode(), kind, whose or profile(), golden.shipped_mappings())


def csv(*rows: dict[str, str]) -> str:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
    return "\n".join(lines) + "\n"


def package(whose: VendorProfile | None = None, /, **cells: str) -> ShipmentRequested:
    (record,) = records(csv(ROW | cells), whose=whose)
    assert record.result.errors == ()
    assert record.result.hold == ""
    assert isinstance(record.result.event, ShipmentRequested)
    return record.result.event


def mistakes(whose: VendorProfile | None = None, /, **cells: str) -> list[tuple[str, str]]:
    """Return code and column of every error of a row."""
    (record,) = records(csv(ROW | cells), whose=whose)
    columns = list(ROW | cells)
    assert not record.result.hold
    assert {error.position for error in record.result.errors} <= {2}
    return [
        (error.code, columns[error.element - 1] if error.element else "") for error in record.result.errors
    ]


def test_rows_of_one_order_and_package_are_one_package() -> None:
    one, two = records(
        csv(
            {**ROW, "package": "1"},
            {**ROW, "package": "2", "sku": "SPOON-01"},
            {"amazon_order_id": ORDER, "package": "1", "sku": "TEAPOT-04", "quantity": "2"},
        )
    )
    assert (one.reference, two.reference) == ("rows 2, 4", "row 3")
    first = one.result.event
    assert isinstance(first, ShipmentRequested)
    assert (first.amazon_order_id, first.package) == (ORDER, "1")
    assert first.items == (
        ShipmentItem(seller_sku="KETTLE-17", quantity=1),
        ShipmentItem(seller_sku="TEAPOT-04", quantity=2),
    )
    assert one.result.summary == f"rows 2, 4, package 1 of order {ORDER}: 3 pieces"


@pytest.mark.parametrize(
    ("weight", "unit", "sent"),
    [
        ("2.5", "LB", Weight("40", "oz")),
        ("0.01", "lb", Weight("0.16", "oz")),
        ("0.0001", "LB", Weight("0.01", "oz")),  # up: a label for less would be charged for later
        ("9.5", "OZ", Weight("9.5", "oz")),
        ("1.2", "KG", Weight("1200", "g")),
        ("1.2345678", "KG", Weight("1234.57", "g")),
        ("400", "G", Weight("400", "g")),
    ],
)
def test_case_19_weights_go_in_ounces_or_grams(weight: str, unit: str, sent: Weight) -> None:
    assert package(weight=weight, weight_unit=unit).weight == sent


def test_sizes_are_three_sides_or_one_that_amazon_knows_or_the_sellers_word() -> None:
    none = dict.fromkeys(("length", "width", "height", "dimension_unit"), "")
    assert package(length="10.50", dimension_unit="CM").package_dimensions == Dimensions(
        "10.5", "9", "4", "centimeters"
    )
    known = package(**none, package_type="USPS_FlatRateEnvelope")
    assert (known.predefined_package_dimensions, known.package_dimensions) == ("USPS_FlatRateEnvelope", None)
    box = Dimensions("8", "6", "4", "inches")
    words = profile(
        package_types={"BOX S": PackageType(dimensions=box), "ENV": PackageType(predefined="UPS_Pallet")}
    )
    assert package(words, **none, package_type="BOX S").package_dimensions == box
    assert package(words, **none, package_type="ENV").predefined_package_dimensions == "UPS_Pallet"


def test_what_the_settings_say_is_of_every_package() -> None:
    whose = profile(
        label_formats=("ZPL203", "PDF"), packing_slip=True, carrier_will_pick_up=True, label_text="SHOP"
    )
    made = package(whose)
    assert (made.label_format, made.packing_slip, made.carrier_will_pick_up) == ("ZPL203", True, True)
    assert (made.label_text, package(whose, label_text="MINE").label_text) == ("SHOP", "MINE")
    assert (made.warehouse, made.ship_from) == ("WAREHOUSE", STAND_IN.warehouses["WAREHOUSE"])


def test_dangerous_goods_inputs_and_what_else_an_item_has() -> None:
    made = package(
        **{
            "limited_quantity": "yes",
            "liquid_volume": "0.25",
            "liquid_volume_unit": "l",
            "united_nations_regulatory_id": "UN1263",
            "transportation_regulatory_class": "3",
            "packing_group": "II",
            "transparency_codes": "AZ1;AZ2",
            "input.NonDeliveryInstructions": "RETURN",
            "item_input.Country Of Origin": "US",
            "declared_value": "12.50",
            "currency": "usd",
            "deliver_by": "2026-11-28",
        }
    )
    (item,) = made.items
    assert item.is_hazmat
    assert item.dangerous_goods == DangerousGoods(
        united_nations_regulatory_id="UN1263", transportation_regulatory_class="3", packing_group="II"
    )
    assert (item.liquid_volume, item.transparency_codes) == (LiquidVolume("0.25", "L"), ("AZ1", "AZ2"))
    assert item.seller_inputs == {"Country Of Origin": "US"}
    assert made.seller_inputs == {"NonDeliveryInstructions": "RETURN"}
    assert (made.hazmat_type, made.declared_value) == ("LQHazmat", Money("USD", "12.50"))
    assert made.deliver_by == "2026-11-28T23:59:59-05:00"


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"amazon_order_id": "PO-77"}, [("ORDER_ID", "amazon_order_id")]),
        ({"amazon_order_id": "903-556305-35647845"}, [("ORDER_ID", "amazon_order_id")]),
        ({"weight": ""}, [("MISSING_WEIGHT", "weight")]),
        ({"weight": "0"}, [("WEIGHT", "weight")]),
        ({"weight": "9" * 100}, [("WEIGHT", "weight")]),
        ({"length": "9" * 100}, [("DIMENSIONS", "length")]),
        ({"weight_unit": "STONE"}, [("UNIT", "weight_unit")]),
        ({"height": ""}, [("DIMENSIONS", "length")]),
        ({"height": "0"}, [("DIMENSIONS", "height")]),
        ({"dimension_unit": ""}, [("UNIT", "dimension_unit")]),
        ({"length": "", "width": "", "height": ""}, [("MISSING_DIMENSIONS", "length")]),
        ({"package_type": "USPS_Flat"}, [("PACKAGE_TYPE", "package_type")]),
        (
            {"length": "", "width": "", "height": "", "package_type": "BIG"},
            [("PACKAGE_TYPE", "package_type")],
        ),
        ({"quantity": "1.5"}, [("QUANTITY", "quantity")]),
        ({"quantity": "0"}, [("ZERO_QUANTITY", "quantity")]),
        ({"sku": ""}, [("MISSING_ITEM", "")]),
        ({"declared_value": "12.50"}, [("DECLARED_VALUE", "declared_value")]),
        ({"deliver_by": "11/28/2026"}, [("DELIVER_BY", "deliver_by")]),
        ({"action": "hurry"}, [("ACTION", "action")]),
        ({"is_hazmat": "perhaps"}, [("IS_HAZMAT", "is_hazmat")]),
        ({"united_nations_regulatory_id": "1263"}, [("DANGEROUS_GOODS", "united_nations_regulatory_id")]),
        (
            {"united_nations_regulatory_id": "UN1263", "is_hazmat": "no"},
            [("DANGEROUS_GOODS", "is_hazmat")],
        ),
        (
            {
                "united_nations_regulatory_id": "UN1263",
                "transportation_regulatory_class": "10",
                "packing_group": "IV",
                "packing_instruction": "PI1",
            },
            [
                ("DANGEROUS_GOODS", "transportation_regulatory_class"),
                ("DANGEROUS_GOODS", "packing_group"),
                ("DANGEROUS_GOODS", "packing_instruction"),
            ],
        ),
        (
            {"liquid_volume": "1", "liquid_volume_unit": "BARREL"},
            [("LIQUID_VOLUME", "liquid_volume_unit")],
        ),
        ({"label_text": "SHORT"}, [("LABEL_TEXT", "label_text")]),  # not ZPL203
    ],
)
def test_a_mistake_is_told_with_its_column(cells: dict[str, str], found: list[tuple[str, str]]) -> None:
    assert mistakes(**cells) == found


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("fourteen chars", "", 0),
        ("fifteen letters", "", 1),
        ("AmazonOrderId", "", 0),
        ("SHORT", "FedEx_Box_10kg", 1),
    ],
)
def test_a_text_on_a_label_has_14_characters_and_is_not_fedexs(text: str, kind: str, found: int) -> None:
    sides = dict.fromkeys(("length", "width", "height"), "") if kind else {}
    told = mistakes(profile(label_formats=("ZPL203",)), label_text=text, package_type=kind, **sides)
    assert told == [("LABEL_TEXT", "label_text")] * found


def test_an_item_stands_once_in_a_package_and_rows_agree() -> None:
    (twice,) = records(csv(ROW, ROW))
    assert [error.code for error in twice.result.errors] == ["ITEM_TWICE", "ITEM_TWICE"]
    (differ,) = records(csv(ROW, {**ROW, "sku": "SPOON-01", "weight": "3"}))
    assert [(error.code, error.position) for error in differ.result.errors] == [("PACKAGE_CONFLICT", 3)]
    (later,) = records(csv({**ROW, "action": ""}, {"amazon_order_id": ORDER, "action": "cancel"}))
    assert "differ in action: none in row 2, cancel in row 3" in later.result.errors[0].message


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"is_hazmat": "yes"}, "item KETTLE-17 is hazardous, and its document tells no UN number"),
        ({"packing_group": "II"}, "item KETTLE-17 is hazardous"),
        (
            {"ship_from": "ELSEWHERE"},
            "ships from 'ELSEWHERE', which is no warehouse of its seller: add its address",
        ),
    ],
)
def test_case_18_what_an_operator_must_decide_is_held(cells: dict[str, str], reason: str) -> None:
    (record,) = records(csv(ROW | cells))
    assert reason in record.result.hold
    assert record.result.errors == ()


def test_where_a_package_ships_from_is_never_guessed() -> None:
    two = dict.fromkeys(("EAST", "WEST"), STAND_IN.warehouses["WAREHOUSE"])
    (record,) = records(csv(ROW), whose=profile(warehouses=two))
    assert "does not say from which warehouse the package ships (EAST, WEST)" in record.result.hold
    (record,) = records(csv(ROW), whose=VendorProfile(vendor="shop", kind="sellers"))
    assert record.result.hold.startswith("the seller buys no shipping: add [sellers.shop.buy_shipping]")


def test_a_cancellation_needs_its_numbers_alone() -> None:
    for cells in ({"action": "cancel"}, {"function": "cancellation"}):
        (record,) = records(csv({"amazon_order_id": ORDER, "package": "2"} | cells))
        assert (record.result.function, record.result.errors) == ("cancel", ())
        about = record.result.about
        assert isinstance(about, ShipmentRequested)
        assert (about.amazon_order_id, about.package) == (ORDER, "2")


def test_a_label_that_was_bought_is_named_by_its_shipment() -> None:
    shipment = {"amazon_order_id": "", "shipment_id": "be7a0a53"}
    (record,) = records(csv({**shipment, "action": "cancel"}))
    assert record.result.event == ShipmentCancelled(shipment_id="be7a0a53")
    (reprinted,) = records(csv({**shipment, "action": "reprint"}))
    assert (reprinted.result.event, bool(reprinted.result.hold)) == (None, True)
    (unclear,) = records(csv(shipment))
    assert [error.code for error in unclear.result.errors] == ["ACTION"]


def test_json_says_the_same_as_csv() -> None:
    element = {
        "amazonOrderId": ORDER,
        "items": [{"sku": "KETTLE-17", "quantity": 1}],
        "dimensions": {"length": 12, "width": "9", "height": 4, "unit_of_measure": "IN"},
        "weight": {"value": 2, "unit_of_measure": "LB"},
    }
    for text in (json.dumps(element), json.dumps([element]), json.dumps({"shipmentRequests": [element]})):
        (record,) = records(text, "json")
        assert record.result.event == package()


cells = st.dictionaries(
    st.sampled_from([*COLUMNS, "input.A", "item_input.B"]),
    st.one_of(
        st.sampled_from(
            ["", "0", "-1", "1,5", "1.000", "yes", "KG", "IN", "cancel", "USD", "USPS_Flat", "I"]
        ),
        st.text(st.characters(codec="utf-8", exclude_characters=',"\0'), max_size=12),
        st.integers(0, 10**60).map(str),
    ),
)


@given(cells)
def test_whatever_a_row_says_it_is_read_held_or_refused(told: dict[str, str]) -> None:
    for record in records(csv({**ROW, "package": "1"} | told)):
        event = record.result.event
        if isinstance(event, ShipmentRequested) and not record.result.errors:
            assert OPERATIONS[CREATE].body_of([shipment(event, "v0")])
