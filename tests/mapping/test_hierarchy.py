"""Any order of levels gives the same order, items and cartons."""

from __future__ import annotations

import pytest

from bridge.programs.vendor_direct_fulfillment.events import ShipmentConfirmed
from tests.mapping.support import codes, confirmation, mapped, x12

HEAD = "BSN*00*S1*20260302*0915*0001\n"
SHIP = "TD5**2*UPSN*M*UPS*******CG\nDTM*011*20260302*0910*ET\n"
ORDER = "PRF*PO1\n"
PACK_A = "TD1*CTN25*1****G*4*LB\nMAN*GM*A\nMAN*CP*TA\n"
PACK_B = "TD1*CTN25*1****G*5*LB\nMAN*GM*B\nMAN*CP*TB\n"
ITEM_1 = "LIN*1*BP*ASIN1\nSN1**2*EA\n"
ITEM_2 = "LIN*2*BP*ASIN2\nSN1**3*EA\n"


def tree(*levels: tuple[str, int | None, str]) -> str:
    """Write HL loops of level, parent (0: none, None: left out) and segments, numbered from 1."""
    return "".join(
        f"HL*{number}*{parent or ''}*{level}\n{segments}"
        for number, (level, parent, segments) in enumerate(levels, start=1)
    )


S, S_O = ("S", 0, SHIP), (("S", 0, SHIP), ("O", 1, ORDER))
O_ROOT = ("O", 0, ORDER + SHIP)
SHAPES = {
    "S-O-P-I": tree(*S_O, ("P", 2, PACK_A), ("I", 3, ITEM_1), ("P", 2, PACK_B), ("I", 5, ITEM_2)),
    "S-O-I-P": tree(*S_O, ("I", 2, ITEM_1), ("P", 3, PACK_A), ("I", 2, ITEM_2), ("P", 5, PACK_B)),
    "S-T-O-P-I": tree(
        S, ("T", 1, "MAN*GM*T1\n"), ("O", 2, ORDER),
        ("P", 3, PACK_A), ("I", 4, ITEM_1), ("P", 3, PACK_B), ("I", 6, ITEM_2),
    ),
    "S-P-O-I": tree(
        S, ("P", 1, PACK_A), ("O", 2, ORDER), ("I", 3, ITEM_1),
        ("P", 1, PACK_B), ("O", 5, ORDER), ("I", 6, ITEM_2),
    ),
    "O-I-P": tree(O_ROOT, ("I", 1, ITEM_1), ("P", 2, PACK_A), ("I", 1, ITEM_2), ("P", 4, PACK_B)),
    "O-P-I": tree(O_ROOT, ("P", 1, PACK_A), ("I", 2, ITEM_1), ("P", 1, PACK_B), ("I", 4, ITEM_2)),
    "blank parents": tree(
        S, ("O", None, ORDER), ("P", None, PACK_A), ("I", None, ITEM_1),
        ("P", None, PACK_B), ("I", None, ITEM_2),
    ),
    "blank O-I-P": tree(
        O_ROOT, ("I", None, ITEM_1), ("P", None, PACK_A), ("I", None, ITEM_2), ("P", None, PACK_B)
    ),
}  # fmt: skip


def _body(text: str) -> str:
    return f"{HEAD}{text}CTT*2"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_order_of_levels_means_the_same(shape: str) -> None:
    event = confirmation(x12("856", _body(SHAPES[shape])))
    assert _facts(event) == (
        "PO1",
        [(1, 2), (2, 3)],
        [("carton", "A", "TA", "4", [(1, 2)]), ("carton", "B", "TB", "5", [(2, 3)])],
    )


def _facts(event: ShipmentConfirmed) -> object:
    return (
        event.purchase_order_number,
        [(item.item_sequence_number, item.quantity.amount) for item in event.items],
        [
            (
                box.container_type,
                box.container_identifier,
                box.tracking_number,
                box.weight.value if box.weight else "",
                [(item.item_sequence_number, item.quantity.amount) for item in box.packed_items],
            )
            for box in event.containers
        ],
    )


def test_an_order_without_packs_is_one_container_if_it_has_a_tracking_number() -> None:
    whole = f"{SHIP}TD1*CTN25*1****G*9*LB\nREF*CN*TRACK\n"
    body = tree(("S", 0, whole), ("O", 1, ORDER), ("I", 2, ITEM_1), ("I", 2, ITEM_2))
    (box,) = confirmation(x12("856", _body(body))).containers
    assert (box.container_identifier, box.tracking_number) == ("TRACK", "TRACK")
    assert [item.item_sequence_number for item in box.packed_items] == [1, 2]


def test_a_tracking_number_of_the_shipment_is_not_shared_by_two_orders() -> None:
    body = f"HL*1**S\n{SHIP}TD1*CTN25*1****G*9*LB\nREF*CN*TRACK\n" + "".join(
        f"HL*{2 * n}*1*O\nPRF*PO{n}\nHL*{2 * n + 1}*{2 * n}*I\n{ITEM_1}" for n in (1, 2)
    )
    assert codes(x12("856", _body(body))) == ["EMPTY_PACKAGES", "EMPTY_PACKAGES"]


def test_a_weight_of_the_shipment_is_not_shared_by_two_packs() -> None:
    bare = (
        SHAPES["S-O-P-I"]
        .replace("TD1*CTN25*1****G*4*LB\n", "")
        .replace(SHIP, f"{SHIP}TD1*CTN25*2****G*9*LB\n")
    )
    assert codes(x12("856", _body(bare))) == ["MISSING_WEIGHT"]


def test_two_orders_are_two_facts_in_order() -> None:
    body = f"HL*1**S\n{SHIP}" + "".join(
        f"HL*{n}*1*O\nPRF*PO{n}\nHL*{n}1*{n}*P\nTD1*CTN25*1****G*4*LB\nMAN*GM*A{n}\nHL*{n}2*{n}1*I\n{ITEM_1}"
        for n in (7, 3)
    )
    found = mapped(x12("856", _body(body)))
    assert [one.purchase_order_number for one in found] == ["PO7", "PO3"]
    assert all(one.event and not one.errors for one in found)


def test_one_broken_order_does_not_refuse_its_sibling() -> None:
    broken = ("I", 3, "LIN*1*BP*X\nSN1**3.5*EA\n")
    body = tree(
        *S_O, ("P", 2, PACK_A), broken, ("O", 1, "PRF*PO7\n"), ("P", 5, PACK_B), ("I", 6, ITEM_1)
    )  # fmt: skip
    bad, good = mapped(x12("856", _body(body)))
    assert [error.code for error in bad.errors] == ["QUANTITY"]
    assert (good.purchase_order_number, good.errors, good.hold) == ("PO7", (), "")


def test_one_line_in_two_cartons_adds_up() -> None:
    body = SHAPES["S-O-P-I"].replace(ITEM_2, "LIN*1*BP*ASIN1\nSN1**3*EA\n")
    event = confirmation(x12("856", _body(body)))
    assert [(item.item_sequence_number, item.quantity.amount) for item in event.items] == [(1, 5)]


def test_one_line_with_two_products_is_a_conflict() -> None:
    body = SHAPES["S-O-P-I"].replace(ITEM_2, "LIN*1*BP*OTHER\nSN1**3*EA\n")
    assert codes(x12("856", _body(body))) == ["ITEM_CONFLICT"]


def test_one_carton_told_twice_is_one_container() -> None:
    body = SHAPES["O-I-P"].replace(PACK_B, PACK_A)
    (box,) = confirmation(x12("856", _body(body))).containers
    assert [(item.item_sequence_number, item.quantity.amount) for item in box.packed_items] == [
        (1, 2),
        (2, 3),
    ]


def test_two_cartons_under_one_tracking_number_are_not_made_one() -> None:
    same = "TD1*CTN25*1****G*4*LB\nMAN*CP*T\n"
    both = tree(*S_O, ("P", 2, same), ("I", 3, ITEM_1), ("P", 2, same), ("I", 5, ITEM_2))
    assert codes(x12("856", _body(both))) == ["DUPLICATE"]  # they need identifiers of their own
    named = both.replace("MAN*CP*T\n", "MAN*CP*T\nMAN*GM*A\n", 1)
    boxes = confirmation(x12("856", _body(named))).containers
    assert [(box.container_identifier, box.tracking_number) for box in boxes] == [("A", "T"), ("T", "T")]


def test_one_carton_told_by_its_tracking_number_below_each_item_is_one_container() -> None:
    same = "TD1*CTN25*1****G*4*LB\nMAN*CP*T\n"
    body = tree(O_ROOT, ("I", 1, ITEM_1), ("P", 2, same), ("I", 1, ITEM_2), ("P", 4, same))
    (box,) = confirmation(x12("856", _body(body))).containers
    assert [item.item_sequence_number for item in box.packed_items] == [1, 2]


def test_one_carton_told_twice_with_another_weight_is_a_conflict() -> None:
    body = SHAPES["O-I-P"].replace(PACK_B, PACK_A.replace("*4*LB", "*6*LB"))
    assert "CONTAINER_CONFLICT" in codes(x12("856", _body(body)))


def test_an_item_in_two_packs_that_do_not_say_how_much_is_an_error() -> None:
    body = f"HL*1**O\n{ORDER}{SHIP}HL*2*1*I\n{ITEM_1}HL*3*2*P\n{PACK_A}HL*4*2*P\n{PACK_B}"
    assert codes(x12("856", _body(body))) == ["PACKED_QUANTITY"]


def test_items_beside_several_packs_are_not_guessed_into_one() -> None:
    body = f"HL*1**O\n{ORDER}{SHIP}HL*2*1*P\n{PACK_A}HL*3*1*P\n{PACK_B}HL*4*1*I\n{ITEM_1}"
    assert codes(x12("856", _body(body))) == ["ITEM_NOT_PACKED"]


def test_items_beside_one_pack_are_in_it() -> None:
    body = f"HL*1**O\n{ORDER}{SHIP}HL*2*1*P\n{PACK_A}HL*3*1*I\n{ITEM_1}HL*4*1*I\n{ITEM_2}"
    (box,) = confirmation(x12("856", _body(body))).containers
    assert [item.item_sequence_number for item in box.packed_items] == [1, 2]


def test_a_pack_with_nothing_in_it_is_an_empty_package() -> None:
    body = SHAPES["S-O-P-I"].replace(f"HL*6*5*I\n{ITEM_2}", "")
    assert codes(x12("856", _body(body))) == ["EMPTY_PACKAGES"]


def test_an_order_without_items_is_refused() -> None:
    body = SHAPES["S-O-P-I"] + "HL*7*1*O\nPRF*PO9\n"
    good, bad = mapped(x12("856", _body(body)))
    assert good.errors == ()
    assert (bad.purchase_order_number, bad.errors[0].code) == ("PO9", "NO_ITEMS")


def test_a_tare_with_items_and_no_packs_is_a_pallet() -> None:
    body = f"HL*1**S\n{SHIP}HL*2*1*O\n{ORDER}HL*3*2*T\nTD1*PLT94*1****G*40*LB\nMAN*GM*T1\nHL*4*3*I\n{ITEM_1}"
    (box,) = confirmation(x12("856", _body(body))).containers
    assert (box.container_type, box.container_identifier) == ("pallet", "T1")


def test_a_parent_that_does_not_exist_is_an_error_with_its_place() -> None:
    document = x12("856", _body(SHAPES["S-O-P-I"].replace("HL*6*5*I", "HL*6*99*I")))
    found = [error for one in mapped(document) for error in one.errors if error.code == "PARENT_UNKNOWN"]
    assert {(error.segment, error.element) for error in found} == {("HL", 2)}
