"""Every default position of an 856, each in a test that fails if it is looked for elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.domain.values import Dimensions, Weight
from bridge.mapping import load_mappings, translate
from bridge.programs.vendor_direct_fulfillment.events import Container, ShipmentConfirmed
from tests.golden import MAPPINGS
from tests.mapping.support import codes, confirmation, mapped, vendor, x12

NOTICE = """BSN*00*S1*20260302*0915*0001
HL*1**S
TD5**2*UPSN*M*UPS GROUND*******CG
DTM*011*20260302*0910*ET
HL*2*1*O
PRF*PO1
HL*3*2*P
TD1*CTN25*1****G*4.5*LB
MAN*GM*SSCC1
HL*4*3*I
LIN*1*BP*ASIN1
SN1**2*EA
CTT*1"""


def notice(*changes: tuple[str, str]) -> str:
    text = NOTICE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def container(*changes: tuple[str, str]) -> Container:
    (one,) = confirmation(x12("856", notice(*changes))).containers
    return one


def test_the_plain_notice_is_mapped() -> None:
    event = confirmation(x12("856", NOTICE))
    assert (event.purchase_order_number, event.shipment_status) == ("PO1", "SHIPPED")
    assert event.shipped_date == "2026-03-02T09:10:00-05:00"
    (item,) = event.items
    assert (item.item_sequence_number, item.buyer_product_identifier) == (1, "ASIN1")
    assert (item.quantity.amount, item.quantity.unit_of_measure) == (2, "Each")
    (one,) = event.containers
    assert (one.container_type, one.container_identifier) == ("carton", "SSCC1")
    assert (one.ship_method, one.scac_code, one.carrier) == ("CG", "UPSN", "UPS GROUND")
    assert one.weight == Weight("4.5", "LB")


@pytest.mark.parametrize("code", ["SU", "VN"])
def test_selling_party_is_n1(code: str) -> None:
    changed = notice(("HL*2*1*O", f"N1*{code}*NAME*92*ACMEV\nHL*2*1*O"))
    assert confirmation(x12("856", changed)).selling_party.party_id == "ACMEV"


def test_ship_from_is_n1_with_sf() -> None:
    changed = notice(("HL*2*1*O", "N1*SF*NAME*92*ACM1\nHL*2*1*O"))
    assert confirmation(x12("856", changed)).ship_from_party.party_id == "ACM1"


@pytest.mark.parametrize(
    "segment",
    [
        "MAN*CP*1Z9", "MAN*2I*1Z9", "MAN*CN*1Z9", "MAN*SI*1Z9", "MAN*BM*1Z9", "MAN*GM*SSCC2**CP*1Z9",
        "REF*2I*1Z9", "REF*CN*1Z9", "REF*BM*1Z9", "REF*SI*1Z9", "REF*CP*1Z9",
    ],
)  # fmt: skip
def test_tracking_number_is_man_or_ref(segment: str) -> None:
    old = "MAN*GM*SSCC1" if segment.startswith("MAN") else "TD1*CTN25*1****G*4.5*LB"
    keep = f"{old}\n{segment}" if "SSCC2" not in segment else segment
    assert container((old, keep)).tracking_number == "1Z9"


def test_tracking_number_prefers_the_package_over_the_shipment() -> None:
    changes = (("HL*2*1*O", "REF*BM*BILL\nHL*2*1*O"), ("HL*4*3*I", "MAN*CP*1Z9\nHL*4*3*I"))
    assert container(*changes).tracking_number == "1Z9"
    assert container(changes[0]).tracking_number == "BILL"


def test_package_id_falls_back_to_the_tracking_number() -> None:
    assert container(("MAN*GM*SSCC1", "MAN*CP*1Z9")).container_identifier == "1Z9"


def test_ship_method_stands_in_a_first_td5_of_its_own() -> None:
    td5 = "TD5**2*UPSN*M*UPS GROUND*******CG"
    one = container((td5, "TD5**ZZ*UPS_GR_RES\nTD5**2*UPSN*M*UPS GROUND"))
    assert (one.ship_method, one.scac_code, one.carrier) == ("UPS_GR_RES", "UPSN", "UPS GROUND")
    one = container((td5, "TD5**2*UPS_GR_RES\nTD5**2*UPSN*M*UPS GROUND"))
    assert (one.ship_method, one.scac_code) == ("UPS_GR_RES", "UPSN")
    one = container((td5, "TD5**2*UPSN*M*UPS GROUND\nTD5**2*UPSN*M*UPS GROUND"))
    assert (one.ship_method, one.scac_code, one.carrier) == ("", "UPSN", "UPS GROUND")


def test_a_package_needs_a_ship_method_scac_or_carrier() -> None:
    td5 = "TD5**2*UPSN*M*UPS GROUND*******CG"
    assert codes(x12("856", notice((td5, "")))) == ["MISSING_SHIP_METHOD"]
    for one in ("TD5**2*UPSN", "TD5*****UPS GROUND", "TD5************CG"):
        assert codes(x12("856", notice((td5, one)))) == []


def test_a_missing_ship_method_is_the_vendors() -> None:
    changed = x12("856", notice(("*******CG", "")))
    event = confirmation(changed, ship_method="UPS_GR_RES", scac="UPSX", carrier="X")
    assert event.containers[0].ship_method == "UPS_GR_RES"
    assert event.containers[0].scac_code == "UPSN"


def test_estimated_delivery_is_dtm_017() -> None:
    changed = notice(("HL*2*1*O", "DTM*017*20260305*1200*CT\nHL*2*1*O"))
    assert confirmation(x12("856", changed)).estimated_delivery_date == "2026-03-05T12:00:00-06:00"


def test_a_moment_with_milliseconds_stands_in_dtm05_06() -> None:
    changed = notice(("*20260302*0910*ET", "****UN*2026-03-02T09:10:11.123Z"))
    assert confirmation(x12("856", changed)).shipped_date == "2026-03-02T09:10:11.123Z"


@pytest.mark.parametrize("value", ["Y", "1", "true", "N"])
def test_priority_is_ref_ph(value: str) -> None:
    changed = notice(("PRF*PO1", f"PRF*PO1\nREF*PH*{value}"))
    assert confirmation(x12("856", changed)).is_priority_shipment is (value != "N")


def test_priority_that_is_neither_yes_nor_no_is_an_error() -> None:
    assert codes(x12("856", notice(("PRF*PO1", "PRF*PO1\nREF*PH*HIGH")))) == ["IS_PRIORITY_SHIPMENT"]


def test_vendor_order_number_is_ref_vn() -> None:
    changed = notice(("PRF*PO1", "PRF*PO1\nREF*VN*SO-1"))
    assert confirmation(x12("856", changed)).vendor_order_number == "SO-1"


@pytest.mark.parametrize("code", ["VP", "VN", "SK", "UP", "EN"])
def test_vendors_product_is_a_pair_of_lin(code: str) -> None:
    event = confirmation(x12("856", notice(("BP*ASIN1", f"{code}*MINE"))))
    assert event.items[0].vendor_product_identifier == "MINE"
    assert event.containers[0].packed_items[0].vendor_product_identifier == "MINE"


def test_the_vendors_own_number_comes_before_the_upc_and_packed_items_carry_one() -> None:
    event = confirmation(x12("856", notice(("BP*ASIN1", "UP*812345000017*BP*ASIN1*SK*SKU"))))
    assert event.items[0].vendor_product_identifier == "SKU"
    assert event.items[0].buyer_product_identifier == "ASIN1"
    packed = event.containers[0].packed_items[0]
    assert (packed.buyer_product_identifier, packed.vendor_product_identifier) == ("ASIN1", "")


TD1 = "TD1*CTN25*1****G*4.5*LB"


@pytest.mark.parametrize(
    ("segment", "weight"),
    [
        ("TD1*CTN25*1****G*4.5*KG", Weight("4.5", "KG")),
        ("PO4**1*EA**G*4.5*KG", Weight("4.5", "KG")),
        ("MEA*PD*G*8*OZ", Weight("0.5", "LB")),
    ],
)
def test_weight_is_td1_or_po4_or_mea(segment: str, weight: Weight) -> None:
    assert container((TD1, segment)).weight == weight


def test_dimensions_are_po4_or_mea() -> None:
    assert container((TD1, "PO4**1*EA**G*4*LB***14*10*6.5*IN")).dimensions == Dimensions(
        "14", "10", "6.5", "IN"
    )
    mea = f"{TD1}\nMEA*PD*LN*14*CM\nMEA*PD*WD*10*CM\nMEA*PD*HT*65*MM"
    assert container((TD1, mea)).dimensions == Dimensions("14", "10", "6.5", "CM")


@pytest.mark.parametrize("po4", ["PO4**1*EA**G*4*LB***14*10**IN", "PO4**1*EA**G*4*LB***14***IN"])
def test_dimensions_are_all_or_none(po4: str) -> None:
    assert codes(x12("856", notice((TD1, po4)))) == ["DIMENSIONS"]


def test_pallet_manifest_and_container_sequence() -> None:
    one = container(
        (TD1, "TD1*PLT94*1****G*4.5*LB\nREF*MK*M77\nREF*SQ*2"),
        ("HL*2*1*O", "DTM*097*20260302\nHL*2*1*O"),
    )
    assert (one.container_type, one.manifest_id, one.container_sequence_number) == ("pallet", "M77", 2)
    assert one.manifest_date == "2026-03-02T00:00:00Z"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("SN1**2*EA", "SN1**1.5*EA", "QUANTITY"),
        ("SN1**2*EA", "SN1**0*EA", "ZERO_QUANTITY"),
        ("SN1**2*EA", "SN1**2*XY", "UNIT"),
        ("LIN*1*", "LIN**", "ITEM_SEQUENCE_NUMBER"),
        ("LIN*1*", "LIN*A1*", "ITEM_SEQUENCE_NUMBER"),
        ("PRF*PO1", "PRF*PO-1", "ORDER_NUMBER_PATTERN"),
        (TD1, "TD1*CTN25*1", "MISSING_WEIGHT"),
        ("*4.5*LB", "*4.5*GA", "UNIT"),
        ("MAN*GM*SSCC1", "MAN*UP*1", "MISSING_CONTAINER_IDENTIFIER"),
        ("*0910*ET", "*0910*QQ", "DATE_TIME"),
        ("DTM*011", "DTM*010", "MISSING_SHIPPED_DATE"),
        ("BP*ASIN1", "ZZ*1", "MISSING_PRODUCT_IDENTIFIER"),
    ],
)
def test_a_wrong_value_is_one_error(old: str, new: str, code: str) -> None:
    found = codes(x12("856", notice((old, new))))
    assert code in found
    assert found.count(code) == 1


def test_an_error_points_at_its_element() -> None:
    (one,) = mapped(x12("856", notice(("SN1**2*EA", "SN1**1.5*EA"))))
    (error,) = one.errors
    assert (error.code, error.segment, error.position, error.element) == ("QUANTITY", "SN1", 13, 2)


def test_floor_denial_is_bsn06_and_07() -> None:
    event = confirmation(x12("856", notice(("*0915*0001", "*0915*0001*72*REJ"))))
    assert (event.shipment_status, event.containers) == ("FLOOR_DENIAL", ())
    assert confirmation(x12("856", notice(("*0915*0001", "*0915*0001*72")))).shipment_status == "SHIPPED"


def test_a_denial_without_shipped_date_takes_the_notices_own() -> None:
    changes = (("SN1**2*EA", "SN1**0*EA*****IR"), ("DTM*011*20260302*0910*ET\n", ""))
    event = confirmation(x12("856", notice(*changes)))
    assert (event.shipment_status, event.shipped_date) == ("FLOOR_DENIAL", "2026-03-02T09:15:00Z")


def test_floor_denial_is_one_line_with_ir() -> None:
    line = "SN1**2*EA\nHL*5*3*I\nLIN*2*BP*ASIN2\nSN1**0*EA*****IR"
    event = confirmation(x12("856", notice(("SN1**2*EA", line))))
    assert (event.shipment_status, event.containers) == ("FLOOR_DENIAL", ())
    assert [item.quantity.amount for item in event.items] == [2, 0]


def test_a_shipped_order_without_packages_is_refused_unless_the_vendor_says_so() -> None:
    bare = "\n".join(line for line in NOTICE.splitlines() if not line.startswith(("MAN", "HL*3", "TD1")))
    bare = bare.replace("HL*4*3*I", "HL*4*2*I")
    assert codes(x12("856", bare)) == ["EMPTY_PACKAGES"]
    assert confirmation(x12("856", bare), require_containers=False).containers == ()


TWO_PIECES = """BSN*00*S1*20260302*0915*0004
HL*1**O
TD5**2*UPSN*M*UPS GROUND*******CG
PRF*PO1
DTM*011*20260302*0910*ET
HL*2*1*I
LIN*1*BP*ASIN1
SN1**1*EA
HL*3*2*P
TD1*CTN25*1****G*4.5*LB
REF*ZZ*2
MAN*GM*SSCC1
HL*4*1*I
LIN*1*BP*ASIN1
SN1**1*EA
HL*5*4*P
TD1*CTN25*1****G*4.5*LB
REF*ZZ*1
MAN*GM*SSCC2
CTT*2"""


def test_a_mapping_of_the_vendors_own_may_tell_piece_numbers(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'name = "own"\nextends = "x12-856"\nstandard = "x12"\ndocument = "856"\nvendors = ["acme"]\n'
        '[fields.piece_number]\nscope = ["pack", "item"]\nat = ["REF02[REF01=ZZ]"]\n'
    )
    mappings = load_mappings([MAPPINGS, tmp_path])
    (one,) = translate(x12("856", TWO_PIECES), vendor(), mappings)
    assert isinstance(one.event, ShipmentConfirmed)
    assert [box.packed_items[0].piece_number for box in one.event.containers] == [2, 1]
    (twice,) = translate(x12("856", TWO_PIECES.replace("SSCC2", "SSCC1")), vendor(), mappings)
    assert "ITEM_CONFLICT" in {error.code for error in twice.errors}
    assert {box.packed_items[0].piece_number for box in confirmation(x12("856", TWO_PIECES)).containers} == {
        None
    }
