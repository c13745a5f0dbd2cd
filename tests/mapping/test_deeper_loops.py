"""A value in a deeper loop than it is looked for counts where it is one; several are held."""

from __future__ import annotations

import pytest

from bridge.programs.vendor_direct_fulfillment.events import ShipmentConfirmed
from tests.mapping.support import confirmation, edifact, mapped, x12
from tests.mapping.test_hierarchy import HEAD, ITEM_1, ITEM_2, ORDER, PACK_A, PACK_B, SHIP, tree
from tests.mapping.test_positions_856 import notice
from tests.mapping.test_positions_desadv import advice

DATE = "DTM*011*20260302*0910*ET\n"
OTHER = "DTM*011*20260303*0910*ET\n"
UNDATED = SHIP.replace(DATE, "")


def two_packs(first: str = "", second: str = "", *, ship: str = SHIP, shape: str = "S-O-P-I") -> str:
    """Write an order of two packs with these segments added to their loops."""
    levels: tuple[tuple[str, int, str], ...]
    if shape == "S-O-P-I":
        levels = (
            ("S", 0, ship), ("O", 1, ORDER), ("P", 2, PACK_A + first), ("I", 3, ITEM_1),
            ("P", 2, PACK_B + second), ("I", 5, ITEM_2),
        )  # fmt: skip
    elif shape == "S-O-I-P":
        levels = (
            ("S", 0, ship), ("O", 1, ORDER), ("I", 2, ITEM_1), ("P", 3, PACK_A + first),
            ("I", 2, ITEM_2), ("P", 5, PACK_B + second),
        )  # fmt: skip
    else:
        levels = (
            ("S", 0, ship), ("P", 1, PACK_A + first), ("O", 2, ORDER), ("I", 3, ITEM_1),
            ("P", 1, PACK_B + second), ("O", 5, ORDER), ("I", 6, ITEM_2),
        )  # fmt: skip
    return f"{HEAD}{tree(*levels)}CTT*2"


SHAPES = ["S-O-P-I", "S-O-I-P", "S-P-O-I"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("segment", "attribute", "value"),
    [
        (DATE, "shipped_date", "2026-03-02T09:10:00-05:00"),
        ("DTM*017*20260305*0910*ET\n", "estimated_delivery_date", "2026-03-05T09:10:00-05:00"),
        ("N1*SF*WAREHOUSE*92*ACM1\n", "ship_from_party", "ACM1"),
        ("N1*SU*VENDOR*92*ACMEV\n", "selling_party", "ACMEV"),
        ("REF*VN*SO1\n", "vendor_order_number", "SO1"),
        ("REF*PH*Y\n", "is_priority_shipment", True),
    ],
)
def test_one_value_in_the_packs_counts_for_the_order(
    shape: str, segment: str, attribute: str, value: object
) -> None:
    for first, second in ((segment, segment), (segment, ""), ("", segment)):
        event = confirmation(
            x12("856", two_packs(first, second, ship=UNDATED + DATE * (segment != DATE), shape=shape))
        )
        found = getattr(event, attribute)
        assert getattr(found, "party_id", found) == value


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        (DATE, OTHER, "shipped_date"),
        ("DTM*017*20260305*0910*ET\n", "DTM*017*20260306*0910*ET\n", "estimated_delivery_date"),
        ("N1*SF*W*92*ACM1\n", "N1*SF*W*92*ACM2\n", "ship_from_party"),
        ("REF*VN*SO1\n", "REF*VN*SO2\n", "vendor_order_number"),
        ("REF*PH*Y\n", "REF*PH*N\n", "is_priority_shipment"),
    ],
)
def test_several_values_in_the_packs_are_held(shape: str, first: str, second: str, field: str) -> None:
    ship = UNDATED if first == DATE else SHIP
    (one,) = mapped(x12("856", two_packs(first, second, ship=ship, shape=shape)))
    assert one.errors == ()
    assert one.event is None
    assert f"{field}: 2 values where one is meant" in one.hold


@pytest.mark.parametrize("shape", SHAPES)
def test_another_date_than_the_shipments_in_a_pack_is_held(shape: str) -> None:
    (one,) = mapped(x12("856", two_packs("", OTHER, shape=shape)))
    assert one.event is None
    assert "shipped_date: 2 values" in one.hold


def test_the_same_date_in_another_zone_is_the_same() -> None:
    assert confirmation(x12("856", two_packs("DTM*011*20260302*1410*UT\n"))).shipped_date


def test_a_value_of_an_items_loop_counts_for_its_package() -> None:
    body = two_packs().replace("MAN*CP*TA\n", "").replace(ITEM_1, f"{ITEM_1}REF*2I*TA\n")
    event = confirmation(x12("856", body))
    assert [box.tracking_number for box in event.containers] == ["TA", "TB"]


def test_another_tracking_number_of_an_item_than_its_packages_is_held() -> None:
    body = two_packs().replace(ITEM_1, f"{ITEM_1}REF*2I*1Z9\n")
    (one,) = mapped(x12("856", body))
    assert one.event is None
    assert "tracking_number: 2 values where one is meant" in one.hold
    assert "1Z9" in one.hold


def test_items_without_packages_that_name_a_parcel_each_are_held() -> None:
    parcel = "REF*2I*1Z{}\n"
    body = tree(
        ("S", 0, f"{SHIP}TD1*CTN25*1****G*4*LB\n"), ("O", 1, ORDER),
        ("I", 2, ITEM_1 + parcel.format(1)), ("I", 2, ITEM_2 + parcel.format(2)),
    )  # fmt: skip
    (one,) = mapped(x12("856", f"{HEAD}{body}CTT*2"))
    assert one.event is None
    assert "tracking_number: 2 values" in one.hold


@pytest.mark.parametrize("level", ["P", "I"])
def test_an_order_number_of_a_pack_or_item_counts(level: str) -> None:
    body = two_packs().replace(ORDER, "")
    bare = {"P": PACK_A, "I": ITEM_1}[level], {"P": PACK_B, "I": ITEM_2}[level]
    for segment in bare:
        body = body.replace(segment, segment + ORDER)
    assert confirmation(x12("856", body)).purchase_order_number == "PO1"


def test_an_order_number_below_its_item_counts() -> None:
    body = two_packs(ORDER, ORDER, shape="S-O-I-P").replace(f"*O\n{ORDER}", "*O\n")
    assert confirmation(x12("856", body)).purchase_order_number == "PO1"


def test_packs_of_two_orders_are_two_orders() -> None:
    body = two_packs(ORDER, "PRF*PO2\n").replace(f"*O\n{ORDER}", "*O\n")
    found = mapped(x12("856", body))
    assert [(one.purchase_order_number, one.errors, one.hold) for one in found] == [
        ("PO1", (), ""),
        ("PO2", (), ""),
    ]


def test_the_date_of_another_order_in_the_same_package_is_not_this_ones() -> None:
    body = tree(
        ("S", 0, UNDATED), ("P", 1, PACK_A), ("O", 2, f"{ORDER}{DATE}"), ("I", 3, ITEM_1),
        ("O", 2, f"PRF*PO2\n{OTHER}"), ("I", 5, ITEM_2),
    )  # fmt: skip
    found = mapped(x12("856", f"{HEAD}{body}CTT*2"))
    dates = [one.event.shipped_date for one in found if isinstance(one.event, ShipmentConfirmed)]
    assert dates == ["2026-03-02T09:10:00-05:00", "2026-03-03T09:10:00-05:00"]


def test_two_loops_of_one_order_with_another_date_each_are_held() -> None:
    body = tree(
        ("S", 0, UNDATED), ("P", 1, PACK_A), ("O", 2, f"{ORDER}{DATE}"), ("I", 3, ITEM_1),
        ("P", 1, PACK_B), ("O", 5, f"{ORDER}{OTHER}"), ("I", 6, ITEM_2),
    )  # fmt: skip
    (one,) = mapped(x12("856", f"{HEAD}{body}CTT*2"))
    assert one.event is None
    assert "shipped_date: 2 values" in one.hold


@pytest.mark.parametrize("after", ["PAC+1++CT", "LIN+1++4012345000023:EN", "GIN+BJ+SSCC1"])
def test_a_date_of_a_package_or_line_counts_in_a_despatch_advice(after: str) -> None:
    body = advice(("DTM+11:202603020910:203\n", ""), (after, f"{after}\nDTM+11:202603020910:203"))
    assert confirmation(edifact("DESADV", body)).shipped_date == "2026-03-02T09:10:00Z"


def test_several_references_of_lines_of_one_order_are_held() -> None:
    second = "LIN+2++4012345000030:EN\nPIA+5+ASIN2:BP\nQTY+12:1\nRFF+VN:SO2"
    body = advice(("QTY+12:2", f"QTY+12:2\nRFF+VN:SO1\n{second}"))
    (one,) = mapped(edifact("DESADV", body))
    assert one.event is None
    assert "vendor_order_number: 2 values" in one.hold


def test_an_order_in_the_head_that_no_line_is_of_is_held() -> None:
    body = advice(("RFF+ON:PO1", "RFF+ON:PO1\nRFF+ON:PO2"), ("QTY+12:2", "QTY+12:2\nRFF+ON:PO1"))
    sent, without = mapped(edifact("DESADV", body))
    assert (sent.purchase_order_number, sent.hold, sent.errors) == ("PO1", "", ())
    assert without.event is None
    assert without.purchase_order_number == "PO2"
    assert "no line of the document is of that order" in without.hold


def test_a_tracking_number_of_the_lines_comes_before_a_number_of_another_thing() -> None:
    # An SSCC, or a bill of lading above, only stands in where there is no tracking number at all.
    line = "QTY+12:2\nRFF+CN:T1"
    (box,) = confirmation(edifact("DESADV", advice(("QTY+12:2", line)))).containers
    assert box.tracking_number == "T1"
    (one,) = mapped(edifact("DESADV", advice(("QTY+12:2", f"{line}\nLIN+2++B2:BP\nQTY+12:1\nRFF+CN:T2"))))
    assert one.event is None
    assert "T1" in one.hold
    assert "T2" in one.hold
    changes = (("MAN*GM*SSCC1", "MAN*GM*SSCC1\nREF*BM*BOL1"), ("SN1**2*EA", "SN1**2*EA\nREF*2I*T1"))
    (box,) = confirmation(x12("856", notice(*changes))).containers
    assert box.tracking_number == "T1"
