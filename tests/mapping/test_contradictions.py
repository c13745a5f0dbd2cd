"""What a shipping document says against itself is held, with both values; an operator may release it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.mapping import explain_profile, load_mappings, translate
from bridge.programs.vendor_direct_fulfillment.events import ShipmentConfirmed
from tests.golden import MAPPINGS
from tests.mapping.support import codes, confirmation, edifact, mapped, x12
from tests.mapping.test_hierarchy import HEAD, ORDER, PACK_A, PACK_B, SHIP, tree
from tests.mapping.test_positions_856 import notice
from tests.mapping.test_positions_desadv import advice

LINE = "SN1**2*EA"
PACK = "MAN*GM*SSCC1"


def contradicted(document: Document) -> MappingResult:
    """Translate to one held event that may be released."""
    (one,) = mapped(document)
    assert one.errors == ()
    assert one.hold
    assert isinstance(one.event, ShipmentConfirmed)
    return one


def test_a_denied_line_beside_a_carton_with_tracking_is_held() -> None:
    denied = f"{LINE}\nHL*5*3*I\nLIN*2*BP*ASIN2\nSN1**0*EA*****IR"
    one = contradicted(x12("856", notice((PACK, f"{PACK}\nMAN*CP*1Z1"), (LINE, denied))))
    assert "PO1 is denied" in one.hold
    assert "1Z1 in MAN02 (segment 11)" in one.hold
    assert isinstance(one.event, ShipmentConfirmed)
    assert one.event.shipment_status == "FLOOR_DENIAL"


def test_a_denied_order_with_a_tracking_number_of_its_own_is_held() -> None:
    body = tree(("S", 0, f"{SHIP}REF*CN*PRO1\n"), ("O", 1, ORDER), ("I", 2, "LIN*1*BP*A\nSN1**0*EA*****IR\n"))
    assert "PRO1 in REF02" in contradicted(x12("856", f"{HEAD}{body}CTT*1")).hold


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("SN1**2*EA**3*EA", ("2 shipped", "3 ordered in SN105 (segment 13)")),
        ("SN1**2*EA**1*EA", ("2 shipped", "1 ordered")),
        ("SN1**2*EA**3", ("2 shipped", "3 ordered")),
        ("SN1**2*EA**1*CA", ("2 Each shipped", "1 CA ordered", "cannot be compared")),
        ("SN1**2*EA*****BP", ("BP in SN108", "not shipped as a whole")),
        ("SN1**2*EA*****IR", ("IR in SN108", "rejected")),
        ("SN1**2*EA*****R4", ("R4 in SN108", "rejected")),
        ("SN1**2*EA*****IS", ("IS in SN108", "not what was ordered")),
        ("SN1**2*EA*****IQ", ("IQ in SN108", "what was ordered is not told")),
        ("SN1**2*EA*****BO", ("BO in SN108", "is not in [fields.line_verdict]")),
    ],
)
def test_a_line_that_does_not_ship_as_ordered_is_held(line: str, told: tuple[str, ...]) -> None:
    one = contradicted(x12("856", notice((LINE, line))))
    assert all(part in one.hold for part in ("line 1", *told))


@pytest.mark.parametrize(
    "line",
    ["SN1**2*EA**2*EA", "SN1**2*EA**2", "SN1**2*EA**2*PC", "SN1**2*EA**2.0*EA**AC", "SN1**2*EA*****AC",
     "SN1**2*EA*****IP", "SN1**2*EA*****IA", "SN1**2*EA**2*EA**IQ"],
)  # fmt: skip
def test_a_line_that_ships_as_ordered_is_sent(line: str) -> None:
    assert confirmation(x12("856", notice((LINE, line)))).items[0].quantity.amount == 2


@pytest.mark.parametrize(
    ("first", "second", "sent"),
    [
        ("SN1**2*EA**5*EA", "SN1**3*EA**5*EA", True),  # the line's quantity in each of its cartons
        ("SN1**2*EA**2*EA", "SN1**3*EA**3*EA", True),  # each carton's own
        ("SN1**2*EA**5*EA", "SN1**3*EA", True),
        ("SN1**2*EA**6*EA", "SN1**3*EA**6*EA", False),
        ("SN1**2*EA**2*EA", "SN1**3*EA**4*EA", False),
    ],
)
def test_what_was_ordered_of_a_line_in_two_cartons(first: str, second: str, sent: bool) -> None:
    body = tree(
        ("S", 0, SHIP), ("O", 1, ORDER), ("P", 2, PACK_A), ("I", 3, f"LIN*1*BP*A\n{first}\n"),
        ("P", 2, PACK_B), ("I", 5, f"LIN*1*BP*A\n{second}\n"),
    )  # fmt: skip
    (one,) = mapped(x12("856", f"{HEAD}{body}CTT*2"))
    assert one.errors == ()
    assert bool(one.hold) is not sent


@pytest.mark.parametrize("code", ["BP", "PR", "SS", "CP", "CS", "IC"])
def test_a_shipment_that_is_not_whole_is_held(code: str) -> None:
    one = contradicted(x12("856", notice(("UPS GROUND", f"UPS GROUND*{code}"), ("*******CG", "******CG"))))
    assert f"{code} in TD506 (segment 4)" in one.hold


@pytest.mark.parametrize("code", ["CC", "CL", "SH", "LS"])
def test_a_shipment_that_is_whole_is_sent(code: str) -> None:
    assert (
        confirmation(
            x12("856", notice(("UPS GROUND", f"UPS GROUND*{code}"), ("*******CG", "******CG")))
        ).shipment_status
        == "SHIPPED"
    )


@pytest.mark.parametrize(
    ("total", "told"),
    [("CTT*5", "counts 5 lines, but the document has 4"), ("CTT*1*3", "says that 3 are shipped")],
)
def test_totals_that_tell_more_than_is_there_are_held(total: str, told: str) -> None:
    assert told in contradicted(x12("856", notice(("CTT*1", total)))).hold


@pytest.mark.parametrize("total", ["CTT*1", "CTT*4", "CTT*1*2", "CTT*1*0", "CTT*1*2.0"])
def test_totals_of_lines_or_loops_are_right(total: str) -> None:
    assert confirmation(x12("856", notice(("CTT*1", total)))).shipment_status == "SHIPPED"


def test_several_packages_in_the_loop_of_one_are_held() -> None:
    one = contradicted(x12("856", notice(("TD1*CTN25*1", "TD1*CTN25*3"))))
    assert "TD102 (segment 9) counts 3 packages where one is described" in one.hold


def test_a_pallet_that_counts_its_cartons_is_one_package() -> None:
    assert (
        confirmation(
            x12("856", notice((PACK, f"TD1*PLT94*1\n{PACK}"), ("CTN25*1", "CTN25*24")))
        ).shipment_status
        == "SHIPPED"
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("QTY+12:2", "QTY+12:2\nQTY+21:3", "3 ordered in QTY01.2 (segment 15)"),
        ("QTY+12:2", "QTY+12:2\nQTY+73:1", "1 in QTY01.2 (segment 15)"),
        ("QTY+12:2", "QTY+12:2\nQTY+83:1", "1 in QTY01.2 (segment 15)"),
        ("QTY+12:2", "QTY+12:2\nQVR+-1:21", "-1 in QVR01"),
        ("QTY+12:2", "QTY+12:2\nQVR+0+BP", "BP in QVR02"),
        ("LIN+1+", "LIN+1+2", "2 in LIN02"),
        ("PAC+1+", "PAC+3+", "PAC01 (segment 8) counts 3 packages where one is described"),
        ("QTY+12:2", "QTY+12:2\nCNT+2:2", "counts 2 lines, but the document has 1"),
        ("QTY+12:2", "QTY+12:2\nCNT+1:3", "says that 3 are shipped, but the lines add up to 2"),
        ("QTY+12:2", "QTY+12:2\nCNT+11:2", "counts 2 packages, but the document tells of 1"),
    ],
)
def test_a_despatch_advice_against_itself_is_held(old: str, new: str, told: str) -> None:
    assert told in contradicted(edifact("DESADV", advice((old, new)))).hold


@pytest.mark.parametrize(
    "more", ["QTY+21:2", "QTY+21:2:PCE", "QTY+73:0", "QVR+0+CC", "CNT+2:1", "CNT+1:2", "CNT+11:1"]
)
def test_a_despatch_advice_that_agrees_is_sent(more: str) -> None:
    assert (
        confirmation(edifact("DESADV", advice(("QTY+12:2", f"QTY+12:2\n{more}")))).shipment_status
        == "SHIPPED"
    )


GROUPS = """CPS+1
PAC+{}++CT
CPS+2+1
PAC+1++CT
MEA+PD+AAB+KGM:4.5
PCI+33E
GIN+BJ+SSCC1
LIN+1++4012345000023:EN
QTY+12:2
CPS+3+1
PAC+1++CT
MEA+PD+AAB+KGM:4.5
PCI+33E
GIN+BJ+SSCC2
LIN+2++4012345000030:EN
QTY+12:2"""


@pytest.mark.parametrize(("count", "sent"), [(2, True), (1, True), (3, False)])
def test_the_packages_that_a_group_counts_are_below_it(count: int, sent: bool) -> None:
    head = advice().partition("CPS+1")[0]
    (one,) = mapped(edifact("DESADV", head + GROUPS.format(count)))
    assert one.errors == ()
    assert bool(one.hold) is not sent
    assert sent or "PAC01 (segment 8) counts 3 packages, but below it are 2" in one.hold


def test_an_error_is_told_before_a_contradiction() -> None:
    assert codes(x12("856", notice((LINE, "SN1**2.5*EA**3*EA")))) == ["QUANTITY"]


def test_a_mapping_of_the_vendors_own_may_count_the_packages_of_a_shipment(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\nextends = "x12-856"\nstandard = "x12"\ndocument = "856"\nvendors = ["acme"]\n'
        '[fields.package_total]\nat = ["shipment:TD102"]\n'
    )
    vendor = msgspec.structs.replace(explain_profile(), vendor="acme")
    for count, held in (("1", False), ("2", True)):
        document = x12("856", notice(("DTM*011", f"TD1*CTN25*{count}\nDTM*011")))
        (one,) = translate(document, vendor, load_mappings([MAPPINGS, tmp_path]))
        assert bool(one.hold) is held
        assert not held or f"TD102 (segment 5) counts {count} packages" in one.hold
        assert mapped(document)[0].hold == ""


@pytest.mark.parametrize(
    ("old", "new"),
    [("LIN*1*BP*ASIN1", "LIN*1*BP*ASIN1*PO*PO9"), ("PRF*PO1", "PRF*PO1\nREF*PO*PO9")],
)
def test_an_order_that_is_named_by_another_number_too_is_held(old: str, new: str) -> None:
    one = contradicted(x12("856", notice((old, new))))
    assert "PO1 is named as PO9, too" in one.hold
    assert confirmation(x12("856", notice((old, new.replace("PO9", "PO1"))))).purchase_order_number == "PO1"
