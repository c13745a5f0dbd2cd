"""Amazon's business rules on events, each broken once."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from bridge.domain.values import Address, Dimensions, ItemQuantity, Weight
from bridge.programs.vendor_direct_fulfillment.events import (
    Container,
    Item,
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentSchedule,
    ShipmentStatusChanged,
)
from bridge.programs.vendor_direct_fulfillment.rules import CONDITIONS, violations

ITEM = Item(item_sequence_number=1, quantity=ItemQuantity(2, "Each"), buyer_product_identifier="A")
BOX = Container(
    container_type="carton",
    container_identifier="C1",
    packed_items=(ITEM,),
    weight=Weight("1.5", "LB"),
    ship_method="UPS",
)
SHIPPED = ShipmentConfirmed(
    purchase_order_number="PO1",
    selling_party=PartyIdentification("V"),
    ship_from_party=PartyIdentification("W"),
    shipment_status="SHIPPED",
    shipped_date="2026-03-02T09:10:00-05:00",
    items=(ITEM,),
    containers=(BOX,),
)
STATUS = ShipmentStatusChanged(
    purchase_order_number="PO1",
    selling_party=PartyIdentification("V"),
    ship_from_party=PartyIdentification("W"),
    tracking_number="T",
    status_code="D1",
    reason_code="NS",
    status_date_time="2026-03-04T14:27:00Z",
    status_location_address=Address(country_code="US"),
)
LABEL = LabelRequested(
    purchase_order_number="PO1",
    selling_party=PartyIdentification("V"),
    ship_from_party=PartyIdentification("W"),
)


def item(**changes: Any) -> Item:
    return msgspec.structs.replace(ITEM, **changes)


def box(**changes: Any) -> Container:
    return msgspec.structs.replace(BOX, **changes)


def test_events_that_keep_the_rules_may_go() -> None:
    for event in (SHIPPED, STATUS, LABEL):
        assert violations(event) == ()
    denial = msgspec.structs.replace(SHIPPED, shipment_status="FLOOR_DENIAL", containers=())
    assert violations(denial) == ()


NOBODY = PartyIdentification("")
HALF = item(quantity=ItemQuantity(1, "Each"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purchase_order_number": ""}, "MISSING_ORDER_NUMBER"),
        ({"purchase_order_number": "PO 1"}, "ORDER_NUMBER_PATTERN"),
        ({"purchase_order_number": "PO1\n"}, "ORDER_NUMBER_PATTERN"),
        ({"selling_party": NOBODY}, "MISSING_SELLING_PARTY"),
        ({"ship_from_party": NOBODY}, "MISSING_SHIP_FROM"),
        ({"shipped_date": ""}, "MISSING_SHIPPED_DATE"),
        ({"shipped_date": "2026-03-02T09:10:00"}, "DATE_TIME"),
        ({"estimated_delivery_date": "2026-03-02"}, "DATE_TIME"),
        ({"shipment_status": "SENT"}, "SHIPMENT_STATUS"),
        ({"shipment_status": "FLOOR_DENIAL"}, "CONTAINERS_OF_DENIAL"),
        ({"containers": ()}, "EMPTY_PACKAGES"),
        ({"items": (), "containers": ()}, "NO_ITEMS"),
        ({"items": (ITEM, ITEM)}, "DUPLICATE"),
        ({"items": (HALF,)}, "PACKED_QUANTITY"),
        ({"items": (ITEM, item(item_sequence_number=2))}, "PACKED_QUANTITY"),
        ({"containers": (box(packed_items=(HALF,)),)}, "PACKED_QUANTITY"),
        ({"items": (item(item_sequence_number=0),)}, "ITEM_SEQUENCE_NUMBER"),
        ({"items": (item(buyer_product_identifier=""),)}, "MISSING_PRODUCT_IDENTIFIER"),
        ({"items": (item(quantity=ItemQuantity(-1, "Each")),)}, "QUANTITY"),
        ({"items": (item(quantity=ItemQuantity(0, "Each")),)}, "ZERO_QUANTITY"),
        ({"items": (item(quantity=ItemQuantity(2**31, "Each")),)}, "QUANTITY"),
        ({"items": (item(item_sequence_number=2**31),)}, "QUANTITY"),
        ({"containers": (box(container_type="box"),)}, "CONTAINER_TYPE"),
        ({"containers": (box(container_identifier=""),)}, "MISSING_CONTAINER_IDENTIFIER"),
        ({"containers": (box(weight=None),)}, "MISSING_WEIGHT"),
        ({"containers": (box(weight=Weight("1", "G")),)}, "WEIGHT"),
        ({"containers": (box(weight=Weight("-1", "LB")),)}, "WEIGHT"),
        ({"containers": (box(weight=Weight("01", "LB")),)}, "WEIGHT"),
        ({"containers": (box(dimensions=Dimensions("1", "2", "", "IN")),)}, "DIMENSIONS"),
        ({"containers": (box(dimensions=Dimensions("1", "2", "3", "FT")),)}, "DIMENSIONS"),
        ({"containers": (box(ship_method=""),)}, "MISSING_SHIP_METHOD"),
        ({"containers": (box(packed_items=()),)}, "EMPTY_PACKAGES"),
        ({"containers": (BOX, BOX)}, "DUPLICATE"),
        ({"containers": (box(packed_items=(item(piece_number=0),)),)}, "PIECE_NUMBER"),
    ],
)
def test_a_broken_rule_of_a_confirmation_has_its_code(change: dict[str, Any], code: str) -> None:
    assert code in {error.code for error in violations(msgspec.structs.replace(SHIPPED, **change))}


@pytest.mark.parametrize(("pieces", "broken"), [((2, 1), 0), ((None, None), 0), ((1, None), 1), ((1, 1), 1)])
def test_a_split_line_tells_all_of_its_piece_numbers_or_none(
    pieces: tuple[int | None, int | None], broken: int
) -> None:
    boxes = tuple(
        box(
            container_identifier=f"C{place}",
            packed_items=(msgspec.structs.replace(HALF, piece_number=piece),),
        )
        for place, piece in enumerate(pieces)
    )
    for event in (SHIPPED, LABEL):
        found = violations(msgspec.structs.replace(event, containers=boxes))
        assert [(one.code, one.line) for one in found] == [("PIECE_NUMBER", 1)] * broken


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purchase_order_number": "PO-1"}, "ORDER_NUMBER_PATTERN"),
        ({"selling_party": NOBODY}, "MISSING_SELLING_PARTY"),
        ({"tracking_number": ""}, "MISSING_TRACKING_NUMBER"),
        ({"status_code": "X4"}, "UNSUPPORTED_STATUS"),
        ({"reason_code": "AF"}, "UNSUPPORTED_STATUS"),
        ({"status_date_time": ""}, "MISSING_STATUS_DATE"),
        ({"status_date_time": "2026-03-04 14:27"}, "DATE_TIME"),
        ({"shipment_schedule": ShipmentSchedule(estimated_delivery_date_time="soon")}, "DATE_TIME"),
        ({"status_location_address": Address()}, "MISSING_COUNTRY"),
        ({"status_location_address": Address(country_code="USA")}, "COUNTRY_CODE"),
    ],
)
def test_a_broken_rule_of_a_status_has_its_code(change: dict[str, Any], code: str) -> None:
    assert [error.code for error in violations(msgspec.structs.replace(STATUS, **change))] == [code]


def test_a_status_needs_neither_order_nor_warehouse_the_ledger_knows_them() -> None:
    assert violations(msgspec.structs.replace(STATUS, purchase_order_number="", ship_from_party=NOBODY)) == ()


@pytest.mark.parametrize("name", ["selling_party", "ship_from_party"])
def test_a_label_request_needs_its_parties(name: str) -> None:
    assert len(violations(msgspec.structs.replace(LABEL, **{name: NOBODY}))) == 1


def test_containers_may_be_left_out_where_the_vendor_says_so() -> None:
    bare = msgspec.structs.replace(SHIPPED, containers=())
    assert violations(bare, require_containers=False) == ()


@pytest.mark.parametrize("own", [{"scac_code": "UPSN"}, {"carrier": "UPS"}])
def test_a_carrier_of_ones_own_stands_for_the_ship_method(own: dict[str, Any]) -> None:
    event = msgspec.structs.replace(SHIPPED, containers=(box(ship_method="", **own),))
    assert violations(event) == ()


def test_packages_of_a_label_request_have_names_of_their_own() -> None:
    event = msgspec.structs.replace(LABEL, containers=(BOX, BOX))
    assert [error.code for error in violations(event)] == ["DUPLICATE"]


def test_a_violation_says_what_it_is_about() -> None:
    event = msgspec.structs.replace(SHIPPED, containers=(box(weight=None),))
    (found,) = violations(event)
    assert (found.code, found.container) == ("MISSING_WEIGHT", "C1")


def test_conditions_are_codes_that_every_version_of_x12_has() -> None:
    assert set(CONDITIONS.values()) <= {"006", "007", "008", "009", "010", "011", "012"}
