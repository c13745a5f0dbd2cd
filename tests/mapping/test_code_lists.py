"""What the codes of products and packages mean, list by list."""

from __future__ import annotations

import pytest

from tests.mapping.support import confirmation, edifact, x12
from tests.mapping.test_positions_856 import notice
from tests.mapping.test_positions_desadv import advice

PALLETS_X12 = ["AAA", "DSK", "PAF", "PAT", "PLF", "PLT", "SKD", "SKE", "SLP"]
CARTONS_X12 = [
    "BAG", "BDL", "BOX", "BXT", "CAG", "CAS", "CRT", "CTN", "DRM", "ENV", "MIX", "PAL", "PCK", "PCS", "PKG",
    "PWT", "RCK", "ROL", "SRW", "TBE", "TBN", "TRY", "UNT",
]  # fmt: skip
PALLETS_EDIFACT = [
    "08", "09", "200", "201", "202", "203", "204", "205", "206", "210", "211", "212", "8A", "AF", "AG", "AH",
    "OA", "OB", "OC", "OD", "OE", "OF", "PB", "PD", "PE", "PX", "SI", "SL", "TW",
]  # fmt: skip
CARTONS_EDIFACT = ["", "BG", "BX", "CS", "CT", "EN", "PA", "PC", "PK", "PL", "RO", "SA", "SW"]


@pytest.mark.parametrize("form", PALLETS_X12)
@pytest.mark.parametrize("material", ["", "25", "90"])
def test_pallets_skids_platforms_and_slip_sheets_of_103(form: str, material: str) -> None:
    event = confirmation(x12("856", notice(("CTN25", f"{form}{material}"))))
    assert event.containers[0].container_type == "pallet"


@pytest.mark.parametrize("form", CARTONS_X12)
def test_all_other_forms_of_103_are_cartons(form: str) -> None:
    event = confirmation(x12("856", notice(("CTN25", f"{form}90"))))
    assert event.containers[0].container_type == "carton"


@pytest.mark.parametrize(
    ("code", "kind"),
    [*((code, "pallet") for code in PALLETS_EDIFACT), *((code, "carton") for code in CARTONS_EDIFACT)],
)
def test_pallets_of_7065(code: str, kind: str) -> None:
    event = confirmation(edifact("DESADV", advice(("PAC+1++CT", f"PAC+1++{code}"))))
    assert event.containers[0].container_type == kind


@pytest.mark.parametrize("qualifier", ["BP", "IN", "PI"])
def test_the_buyers_number_of_an_856(qualifier: str) -> None:
    event = confirmation(x12("856", notice(("LIN*1*BP*ASIN1", f"LIN*1*{qualifier}*ASIN1"))))
    assert event.items[0].buyer_product_identifier == "ASIN1"


@pytest.mark.parametrize(
    "qualifier", ["VP", "VN", "SK", "VC", "VA", "UP", "EN", "UK", "EO", "UI", "UA", "IB"]
)
def test_the_vendors_number_of_an_856(qualifier: str) -> None:
    event = confirmation(x12("856", notice(("LIN*1*BP*ASIN1", f"LIN*1*{qualifier}*N1"))))
    assert event.items[0].vendor_product_identifier == "N1"


@pytest.mark.parametrize("qualifier", ["BP", "IN"])
@pytest.mark.parametrize("line", ["LIN+1++A1:{}", "LIN+1\nPIA+1+A1:{}", "LIN+1++9:EN\nPIA+5+B:SA+A1:{}"])
def test_the_buyers_number_of_a_desadv(qualifier: str, line: str) -> None:
    changes = (("LIN+1++4012345000023:EN\n", line.format(qualifier) + "\n"), ("PIA+5+ASIN1:BP\n", ""))
    assert confirmation(edifact("DESADV", advice(*changes))).items[0].buyer_product_identifier == "A1"


@pytest.mark.parametrize("qualifier", ["SA", "VN", "VP", "SK", "EN", "SRV", "UP", "AH", "AI", "AL", "IB"])
@pytest.mark.parametrize("line", ["LIN+1++N1:{}", "LIN+1\nPIA+1+N1:{}"])
def test_the_vendors_number_of_a_desadv(qualifier: str, line: str) -> None:
    changes = (("LIN+1++4012345000023:EN\n", line.format(qualifier) + "\n"), ("PIA+5+ASIN1:BP\n", ""))
    assert confirmation(edifact("DESADV", advice(*changes))).items[0].vendor_product_identifier == "N1"


def test_a_gross_weight_comes_before_a_net_one() -> None:
    old = "TD1*CTN25*1****G*4.5*LB"
    both = confirmation(x12("856", notice((old, f"TD1*CTN25*1****N*4*LB\n{old}"))))
    alone = confirmation(x12("856", notice((old, "TD1*CTN25*1****N*4*LB"))))
    assert [event.containers[0].weight.value for event in (both, alone) if event.containers[0].weight] == [
        "4.5",
        "4",
    ]


def test_an_sscc_without_its_application_identifier_names_the_container() -> None:
    event = confirmation(x12("856", notice(("MAN*GM*SSCC1", "MAN*AA*SSCC1"))))
    assert event.containers[0].container_identifier == "SSCC1"
