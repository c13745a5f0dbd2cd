"""Every default position of a DESADV, each in a test that fails if it is looked for elsewhere."""

from __future__ import annotations

import pytest

from bridge.domain.values import Dimensions, Weight
from bridge.programs.vendor_direct_fulfillment.events import Container
from tests.mapping.support import codes, confirmation, edifact, mapped

ADVICE = """BGM+351+D1+9
DTM+11:202603020910:203
RFF+ON:PO1
NAD+CA+DHL::92++DHL PAKET
TDT+20++30+:DHL_PAKET
CPS+1
PAC+1++CT
MEA+PD+AAB+KGM:4.5
PCI+33E
GIN+BJ+SSCC1
LIN+1++4012345000023:EN
PIA+5+ASIN1:BP
QTY+12:2"""


def advice(*changes: tuple[str, str]) -> str:
    text = ADVICE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def container(*changes: tuple[str, str]) -> Container:
    (one,) = confirmation(edifact("DESADV", advice(*changes))).containers
    return one


@pytest.mark.parametrize("version", ["D:96A", "D:99B", "D:01B"])
def test_the_plain_advice_is_mapped(version: str) -> None:
    event = confirmation(edifact("DESADV", ADVICE, version))
    assert (event.purchase_order_number, event.shipped_date) == ("PO1", "2026-03-02T09:10:00Z")
    (item,) = event.items
    assert (item.item_sequence_number, item.buyer_product_identifier) == (1, "ASIN1")
    assert item.vendor_product_identifier == "4012345000023"
    assert (item.quantity.amount, item.quantity.unit_of_measure) == (2, "Each")
    (one,) = event.containers
    assert (one.container_type, one.container_identifier) == ("carton", "SSCC1")
    assert (one.scac_code, one.carrier, one.ship_method) == ("DHL", "DHL PAKET", "DHL_PAKET")
    assert one.weight == Weight("4.5", "KG")


def test_order_number_of_the_line_comes_before_the_headers() -> None:
    event = confirmation(edifact("DESADV", advice(("QTY+12:2", "QTY+12:2\nRFF+ON:PO2"))))
    assert event.purchase_order_number == "PO2"


def test_item_sequence_falls_back_to_the_line_of_rff_on() -> None:
    event = confirmation(
        edifact("DESADV", advice(("LIN+1+", "LIN++"), ("QTY+12:2", "QTY+12:2\nRFF+ON:PO1:7")))
    )
    assert event.items[0].item_sequence_number == 7


@pytest.mark.parametrize(("code", "field"), [("SU", "selling_party"), ("SF", "ship_from_party")])
def test_parties_are_nad(code: str, field: str) -> None:
    changed = advice(("NAD+CA", f"NAD+{code}+CODE1::92\nNAD+CA"))
    assert getattr(confirmation(edifact("DESADV", changed)), field).party_id == "CODE1"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("PCI+33E", "PCI+33E\nRFF+CN:TRACK"),
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1\nPCI+30\nGIN+ML+TRACK"),
        ("RFF+ON:PO1", "RFF+ON:PO1\nRFF+CN:TRACK"),
        ("SSCC1", "TRACK"),
    ],
)
def test_tracking_number_is_rff_cn_or_gin(old: str, new: str) -> None:
    assert container((old, new)).tracking_number == "TRACK"


def test_scac_and_carrier_stand_in_tdt_where_there_is_no_carrier_party() -> None:
    one = container(
        ("NAD+CA+DHL::92++DHL PAKET\n", ""), ("30+:DHL_PAKET", "30+:DHL_PAKET+SCAC::182:DHL PARCEL")
    )
    assert (one.scac_code, one.carrier) == ("SCAC", "DHL PARCEL")


@pytest.mark.parametrize("code", ["17", "132"])
def test_estimated_delivery_is_dtm_17_or_132(code: str) -> None:
    changed = advice(("RFF+ON:PO1", f"DTM+{code}:20260305:102\nRFF+ON:PO1"))
    assert confirmation(edifact("DESADV", changed)).estimated_delivery_date == "2026-03-05T00:00:00Z"


def test_vendors_number_is_pia_sa() -> None:
    event = confirmation(edifact("DESADV", advice(("ASIN1:BP", "ASIN1:BP+KETTLE:SA"))))
    assert event.items[0].vendor_product_identifier == "KETTLE"


def test_header_references() -> None:
    changed = advice(("RFF+ON:PO1", "RFF+ON:PO1\nRFF+VN:SO1\nRFF+AJQ:Y\nRFF+AFB:M7\nDTM+171:20260301:102"))
    event = confirmation(edifact("DESADV", changed, "D:01B"))
    assert (event.vendor_order_number, event.is_priority_shipment) == ("SO1", True)
    assert event.containers[0].manifest_id == "M7"
    assert event.containers[0].manifest_date == "2026-03-01T00:00:00Z"


def test_dimensions_are_mea_ln_wd_ht() -> None:
    mea = "MEA+PD+AAB+KGM:4.5"
    sides = f"{mea}\nMEA+PD+LN+CMT:40\nMEA+PD+WD+MTR:0.3\nMEA+PD+HT+MMT:205"
    assert container((mea, sides)).dimensions == Dimensions("40", "30", "20.5", "CM")
    mixed = sides.replace("CMT:40", "INH:40")
    assert codes(edifact("DESADV", advice((mea, mixed)))) == ["DIMENSIONS"]


@pytest.mark.parametrize("code", ["AAB", "G", "AAD"])
def test_weight_is_mea(code: str) -> None:
    assert container(("AAB", code)).weight == Weight("4.5", "KG")


def test_pallets_are_told_by_pac() -> None:
    assert container(("PAC+1++CT", "PAC+1++201")).container_type == "pallet"


def test_decimal_comma_counts_where_una_says_so() -> None:
    with_comma = advice(("KGM:4.5", "KGM:4,5"))
    (one,) = confirmation(edifact("DESADV", with_comma, una="UNA:+,? '")).containers
    assert one.weight == Weight("4.5", "KG")


@pytest.mark.parametrize(
    ("una", "version", "text"),
    [
        ("", "3", "4,5"),
        ("", "3", "4.5"),
        ("", "1", "4,5"),
        ("", "4", "4,5"),
        ("UNA:+.? '", "3", "4.5"),
        ("UNA:+,? '", "3", "4,5"),
        ("UNA:+.? '", "4", "4,5"),
        ("UNA:+,? '", "4", "4.5"),
    ],
)
def test_the_decimal_marks_are_those_of_the_syntax_version_and_una(una: str, version: str, text: str) -> None:
    document = edifact("DESADV", advice(("KGM:4.5", f"KGM:{text}")), una=una, syntax=version)
    assert document.accepted
    (one,) = confirmation(document).containers
    assert one.weight == Weight("4.5", "KG")


@pytest.mark.parametrize(
    ("una", "text"),
    [
        ("UNA:+.? '", "4,5"),
        ("UNA:+,? '", "4.5"),
        ("", "1,234.5"),
        ("", "1.234,5"),
        ("", "1,234,567"),
        ("UNA:+.? '", "1,234.5"),
        ("UNA:+,? '", "1.234,5"),
    ],
)
def test_a_number_with_another_mark_is_refused_where_it_stands(una: str, text: str) -> None:
    document = edifact("DESADV", advice(("KGM:4.5", f"KGM:{text}")), una=una)
    errors = [error for result in mapped(document) for error in result.errors]
    assert [(error.code, error.segment, error.element, error.component) for error in errors] == [
        ("WEIGHT", "MEA", 3, 2)
    ]


def test_a_floor_denial_is_by_partner_and_a_zero_is_refused() -> None:
    assert codes(edifact("DESADV", advice(("QTY+12:2", "QTY+12:0")))) == ["ZERO_QUANTITY", "EMPTY_PACKAGES"]


def test_a_line_with_its_own_marks_is_in_those_packages() -> None:
    own = "QTY+12:5\nPCI+33E\nQTY+12:2\nGIN+BJ+SSCC1\nPCI+33E\nQTY+12:3\nGIN+BJ+SSCC2"
    packs = "GIN+BJ+SSCC1\nPAC+1++CT\nMEA+PD+AAB+KGM:6\nPCI+33E\nGIN+BJ+SSCC2"
    event = confirmation(edifact("DESADV", advice(("QTY+12:2", own), ("GIN+BJ+SSCC1\nLIN", f"{packs}\nLIN"))))
    found = [
        (box.container_identifier, box.weight, box.packed_items[0].quantity.amount)
        for box in event.containers
    ]
    assert found == [("SSCC1", Weight("4.5", "KG"), 2), ("SSCC2", Weight("6", "KG"), 3)]


def test_packages_stand_in_the_parent_group() -> None:
    nested = advice(("LIN+1", "CPS+2+1\nLIN+1"))
    (one,) = confirmation(edifact("DESADV", nested)).containers
    assert one.container_identifier == "SSCC1"


def test_a_top_group_that_only_counts_packages_is_no_package() -> None:
    counted = advice(("CPS+1", "CPS+1\nPAC+1++CT\nCPS+2+1"))
    (one,) = confirmation(edifact("DESADV", counted)).containers
    assert one.container_identifier == "SSCC1"


def test_a_marked_package_without_lines_is_empty() -> None:
    assert codes(edifact("DESADV", f"{ADVICE}\nCPS+2\nPAC+1++CT\nPCI+33E\nGIN+BJ+SSCC2")) == [
        "EMPTY_PACKAGES"
    ]


def test_several_packages_beside_one_line_are_not_guessed() -> None:
    two = advice(("GIN+BJ+SSCC1\nLIN", "GIN+BJ+SSCC1\nPAC+1++CT\nPCI+33E\nGIN+BJ+SSCC2\nLIN"))
    assert "ITEM_NOT_PACKED" in codes(edifact("DESADV", two))


def test_an_error_points_at_its_component() -> None:
    (one,) = mapped(edifact("DESADV", advice(("QTY+12:2", "QTY+12:2.5"))))
    (error,) = one.errors
    assert (error.code, error.segment, error.position) == ("QUANTITY", "QTY", 14)
    assert (error.element, error.component) == (1, 2)


@pytest.mark.parametrize("value", ["x:303", ":303", "\ufffd:205", "2026:203"])
def test_a_date_that_its_format_does_not_fit_is_an_error_of_the_document(value: str) -> None:
    (one,) = mapped(edifact("DESADV", advice(("202603020910:203", value))))
    assert {error.code for error in one.errors} <= {"DATE_TIME", "MISSING_SHIPPED_DATE"}
    assert one.errors
