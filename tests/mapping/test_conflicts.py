"""Several values where one is meant are held with all of them, and never cut to the first."""

from __future__ import annotations

import pytest

from bridge.edi.model import Document
from tests.mapping.support import codes, confirmation, edifact, mapped, x12
from tests.mapping.test_hierarchy import HEAD, ITEM_1, ITEM_2, ORDER, PACK_A, SHIP, tree
from tests.mapping.test_positions_856 import notice
from tests.mapping.test_positions_desadv import advice

PACK = "MAN*GM*SSCC1"


def held(document: Document) -> str:
    """Translate to the one reason; a conflict has nothing to release."""
    (one,) = mapped(document)
    assert one.errors == ()
    assert one.hold
    return one.hold


def nothing_to_release(document: Document) -> str:
    (one,) = mapped(document)
    assert one.errors == ()
    assert one.event is None
    return one.hold


@pytest.mark.parametrize(
    ("after", "second", "field", "values"),
    [
        (PACK, "MAN*CP*1Z1\nMAN*CP*1Z2", "tracking_number", ("1Z1", "1Z2")),
        (PACK, "MAN*CP*1Z1\nREF*2I*1Z2", "tracking_number", ("1Z1", "1Z2")),
        (PACK, "REF*2I*1Z1\nREF*2I*1Z2", "tracking_number", ("1Z1", "1Z2")),
        (PACK, "REF*08*1Z1\nREF*2I*1Z2", "tracking_number", ("1Z1", "1Z2")),
        (PACK, "REF*CN*PRO1\nREF*CN*PRO2", "tracking_number", ("PRO1", "PRO2")),
        (PACK, "REF*BM*BOL1\nREF*BM*BOL2", "tracking_number", ("BOL1", "BOL2")),
        (PACK, "MAN*CP*1Z1*1Z9", "tracking_number", ("1Z1", "1Z9")),
        (PACK, "MAN*GM*SSCC2", "container_identifier", ("SSCC1", "SSCC2")),
        (PACK, "MAN*AA*SSCC2", "container_identifier", ("SSCC1", "SSCC2")),
        (PACK, "REF*MA*M1\nREF*MA*M2", "manifest_id", ("M1", "M2")),
        (PACK, "REF*SQ*1\nREF*SQ*2", "container_sequence_number", ("1", "2")),
        ("TD1*CTN25*1****G*4.5*LB", "TD1*CTN25*1****G*5*LB", "weight", ("4.5 LB", "5 LB")),
        ("PRF*PO1", "PRF*PO2", "purchase_order_number", ("PO1", "PO2")),
        ("DTM*011*20260302*0910*ET", "DTM*011*20260303*0910*ET", "shipped_date", ("20260302", "20260303")),
        ("HL*2*1*O", "N1*SF*A*92*W1\nN1*SF*B*92*W2", "ship_from_party", ("W1", "W2")),
        ("HL*2*1*O", "N1*SU*A*92*V1\nN1*SU*B*92*V2", "selling_party", ("V1", "V2")),
        ("SN1**2*EA", "SN1**3*EA", "quantity", ("2 EA", "3 EA")),
        ("SN1**2*EA", "SN1**2*EA", "quantity", ("2 EA",)),
        ("LIN*1*BP*ASIN1", "LIN*2*BP*ASIN1", "item_sequence_number", ("1", "2")),
        ("LIN*1*BP*ASIN1", "LIN*1*BP*ASIN2", "buyer_product_identifier", ("ASIN1", "ASIN2")),
    ],
)
def test_a_second_value_in_the_same_loop_is_held(
    after: str, second: str, field: str, values: tuple[str, ...]
) -> None:
    reason = nothing_to_release(x12("856", notice((after, f"{after}\n{second}"))))
    assert f"{field}: 2 values" in reason
    assert all(value in reason for value in values)


def test_two_pairs_of_one_line_with_the_same_qualifier_are_held() -> None:
    line = ("LIN*1*BP*ASIN1", "LIN*1*BP*ASIN1*VN*A*VN*B")
    assert "vendor_product_identifier: 2 values" in nothing_to_release(x12("856", notice(line)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PACK, f"{PACK}\nREF*CN*PRO\nREF*2I*1Z1"),  # another thing each, in order of preference
        (PACK, f"{PACK}\nMAN*CP*1Z1\nREF*BM*BOL"),
        (PACK, f"{PACK}\nMAN*CP*1Z1\nREF*2I*1Z1"),  # the same twice
        (PACK, "MAN*GM*00123456789012345675\nMAN*AA*123456789012345675"),
        ("LIN*1*BP*ASIN1", "LIN*1*BP*ASIN1*VN*A*SK*B*UP*1*EN*2"),
        ("HL*2*1*O", "N1*SU*V*92*V1\nN1*VN*V*92*V1\nHL*2*1*O"),
        ("TD1*CTN25*1****G*4.5*LB", "TD1*CTN25*1****N*4*LB\nTD1*CTN25*1****G*4.5*LB"),
        ("TD1*CTN25*1****G*4.5*LB", "TD1*CTN25*1****G*4.5*LB\nTD1*CTN25*1****G*4.50*LB"),
        ("DTM*011*20260302*0910*ET", "DTM*011*20260302*0910*ET\nDTM*011*20260302*1410*UT"),
    ],
)
def test_what_agrees_or_is_another_thing_is_not_held(old: str, new: str) -> None:
    event = confirmation(x12("856", notice((old, new))))
    assert event.containers[0].weight is not None
    assert event.containers[0].weight.value in {"4.5", "4.50"}


def test_a_parcels_own_number_comes_before_a_bill_of_lading_of_its_loop() -> None:
    event = confirmation(x12("856", notice((PACK, f"MAN*BM*BOL\n{PACK}\nREF*2I*1Z1"))))
    assert event.containers[0].tracking_number == "1Z1"


TWO_PACKS = tree(
    ("S", 0, f"{SHIP}REF*2I*1Z9\n"), ("O", 1, ORDER),
    ("P", 2, PACK_A.replace("MAN*CP*TA\n", "")), ("I", 3, ITEM_1), ("P", 2, PACK_A.replace("*A\n", "*B\n")
    .replace("MAN*CP*TA\n", "")), ("I", 5, ITEM_2),
)  # fmt: skip


def test_a_tracking_number_above_two_packs_is_held() -> None:
    reason = held(x12("856", f"{HEAD}{TWO_PACKS}CTT*2"))
    assert "tracking_number 1Z9 in REF02" in reason
    assert "stands above 2 packages" in reason


def test_a_bill_of_lading_above_two_packs_is_none_of_theirs() -> None:
    event = confirmation(x12("856", f"{HEAD}{TWO_PACKS.replace('REF*2I', 'REF*BM')}CTT*2"))
    assert [box.tracking_number for box in event.containers] == ["", ""]


def test_a_tracking_number_above_packs_that_have_their_own_is_not_held() -> None:
    own = TWO_PACKS.replace("MAN*GM*A\n", "MAN*GM*A\nMAN*CP*TA\n").replace(
        "MAN*GM*B\n", "MAN*GM*B\nMAN*CP*TB\n"
    )
    event = confirmation(x12("856", f"{HEAD}{own}CTT*2"))
    assert [box.tracking_number for box in event.containers] == ["TA", "TB"]


@pytest.mark.parametrize(
    ("old", "new", "field", "values"),
    [
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1+SSCC2", "container_identifier", ("SSCC1", "SSCC2")),
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1:SSCC9", "container_identifier", ("SSCC1", "SSCC9")),
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1\nGIN+BJ+SSCC2", "container_identifier", ("SSCC1", "SSCC2")),
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1\nPCI+33E\nGIN+BJ+SSCC2", "container_identifier", ("SSCC1", "SSCC2")),
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1\nGIN+AW+SSCC2", "container_identifier", ("SSCC1", "SSCC2")),
        ("GIN+BJ+SSCC1", "RFF+CN:T1\nGIN+BJ+SSCC1\nRFF+CN:T2", "tracking_number", ("T1", "T2")),
        ("GIN+BJ+SSCC1", "GIN+BJ+SSCC1\nGIN+ML+T1+T2", "tracking_number", ("T1", "T2")),
        ("QTY+12:2", "QTY+12:2\nQTY+12:3", "quantity", ("2", "3")),
        ("RFF+ON:PO1", "RFF+ON:PO1\nRFF+ON:PO2", "purchase_order_number", ("PO1", "PO2")),
        ("RFF+ON:PO1", "RFF+ON:PO1\nNAD+SF+W1\nNAD+SF+W2", "ship_from_party", ("W1", "W2")),
        ("RFF+ON:PO1", "RFF+ON:PO1\nRFF+AFB:M1\nRFF+AFB:M2", "manifest_id", ("M1", "M2")),
    ],
)
def test_a_second_value_of_a_despatch_advice_is_held(
    old: str, new: str, field: str, values: tuple[str, ...]
) -> None:
    found = mapped(edifact("DESADV", advice((old, new))))
    assert found[0].errors == ()
    assert found[0].event is None
    assert f"{field}: 2 values" in found[0].hold
    assert all(value in found[0].hold for value in values)


def test_the_error_of_a_document_counts_before_its_conflicts() -> None:
    changes = ((PACK, f"{PACK}\nMAN*GM*SSCC2"), ("SN1**2*EA", "SN1**2.5*EA"))
    assert codes(x12("856", notice(*changes))) == ["QUANTITY"]


@pytest.mark.parametrize(
    ("routing", "sent"),
    [
        ("TD5**ZZ*UPS_GR\nTD5**2*UPSN*M*UPS", True),
        ("TD5**2*UPS_GR\nTD5**2*UPSN*M*UPS", True),  # the first one is the ship method
        ("TD5**2*UPSN*M*UPS*******CG\nTD5**2*FDEG*M*FEDEX", False),
        ("TD5**2*UPS_GR\nTD5**2*UPSN\nTD5**2*FDEG", False),
    ],
)
def test_two_carriers_of_one_shipment_are_held(routing: str, sent: bool) -> None:
    (one,) = mapped(x12("856", notice(("TD5**2*UPSN*M*UPS GROUND*******CG", routing))))
    assert one.errors == ()
    assert (one.event is not None) is sent
    assert ("scac_code: 2 values" in one.hold) is not sent


@pytest.mark.parametrize("product", ["PIA+5+B1:BP+B2:BP", "PIA+1+S1:SA+S2:SA"])
def test_two_products_in_one_segment_are_held(product: str) -> None:
    (one,) = mapped(edifact("DESADV", advice(("QTY+12:2", f"QTY+12:2\n{product}"))))
    assert one.event is None
    assert "product_identifier" in one.hold


@pytest.mark.parametrize(
    ("marks", "held"),
    [
        ("MAN*CP*T1*T10", True),
        ("MAN*CP*1*12", True),
        ("MAN*GM*SSCC1**CP*T1*T12", True),
        ("MAN*GM*SSCC1*CP*2", False),  # MAN03 filled by mistake
        ("MAN*CP*T1*T1", False),
    ],
)
def test_a_range_may_grow_longer(marks: str, held: bool) -> None:
    (one,) = mapped(x12("856", notice(("MAN*GM*SSCC1", marks))))
    assert bool(one.hold) == held
