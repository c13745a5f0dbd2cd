"""A confirmation beside its order's newest label, case by case."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from bridge.domain.labels import LabelPackage
from bridge.programs.event_types import Filled, Hold, LabelPolicy
from bridge.programs.vendor_direct_fulfillment.events import Container, PartyIdentification, ShipmentConfirmed
from bridge.programs.vendor_direct_fulfillment.label_match import match_label

GROUND, AIR = "UPS_GR_RES", "UPS_2ND_DAY"


def box(name: str = "C1", number: str = "", method: str = "", scac: str = "") -> Container:
    return Container(
        container_type="carton",
        container_identifier=name,
        tracking_number=number,
        ship_method=method,
        scac_code=scac,
    )


def package(name: str = "001", number: str = "1Z1", method: str = GROUND, spoken: str = "") -> LabelPackage:
    return LabelPackage(
        package_identifier=name, tracking_number=number, ship_method=method, ship_method_name=spoken
    )


def confirmation(*containers: Container, status: str = "SHIPPED") -> ShipmentConfirmed:
    return ShipmentConfirmed(
        purchase_order_number="D1",
        selling_party=PartyIdentification("ACME"),
        ship_from_party=PartyIdentification("ABCD"),
        shipment_status=status,
        shipped_date="2026-11-22T10:00:00Z",
        containers=containers,
    )


ONE = (package(),)
TWO = (package("001", "1Z1"), package("002", "1Z2"))


class Case(NamedTuple):
    says: str
    document: tuple[Container, ...]
    label: tuple[LabelPackage, ...]
    sent: tuple[Container, ...]


FILLED = [
    Case("both missing", (box(),), ONE, (box("C1", "1Z1", GROUND),)),
    Case("no number", (box(method=GROUND),), ONE, (box("C1", "1Z1", GROUND),)),
    Case("no method", (box(number="1Z1"),), ONE, (box("C1", "1Z1", GROUND),)),
    Case("no identifier", (box(""),), ONE, (box("001", "1Z1", GROUND),)),
    Case("an SCAC stays", (box(scac="UPSN"),), ONE, (box("C1", "1Z1", GROUND, scac="UPSN"),)),
    Case("the label's method counts", (box("C1", "1Z1", AIR),), ONE, (box("C1", "1Z1", GROUND),)),
    Case("a method by its name", (box("C1", "1Z1", "UPS Ground"),), (package(spoken="UPS ground"),),
         (box("C1", "1Z1", GROUND),)),
    Case("a method in small letters", (box("C1", "1Z1", GROUND.lower()),), ONE, (box("C1", "1Z1", GROUND),)),
    Case("a number with spaces", (box("C1", " 1z 1 ", GROUND),), ONE, (box("C1", "1Z1", GROUND),)),
    Case("by identifier", (box("002"), box("001")), TWO,
         (box("002", "1Z2", GROUND), box("001", "1Z1", GROUND))),
    Case("by number", (box("B", "1Z2"), box("A", "1Z1")), TWO,
         (box("B", "1Z2", GROUND), box("A", "1Z1", GROUND))),
    Case("the one left", (box("B", "1Z2"), box("A")), TWO,
         (box("B", "1Z2", GROUND), box("A", "1Z1", GROUND))),
    Case("by identifier, and the one left", (box("002"), box("A")), TWO,
         (box("002", "1Z2", GROUND), box("A", "1Z1", GROUND))),
    Case("labels of one number", (box("A"), box("B")), (package("001"), package("002")),
         (box("A", "1Z1", GROUND), box("B", "1Z1", GROUND))),
    Case("a label without numbers", (box("A", "X1"), box("B", "X2")), (package("1", ""), package("2", "")),
         (box("A", "X1", GROUND), box("B", "X2", GROUND))),
    Case("methods by package", (box("A", "1Z1"), box("B", "1Z2")), (package(), package("002", "1Z2", AIR)),
         (box("A", "1Z1", GROUND), box("B", "1Z2", AIR))),
]  # fmt: skip


@pytest.mark.parametrize("case", FILLED, ids=lambda case: case.says)
def test_what_is_missing_is_filled(case: Case) -> None:
    verdict = match_label(confirmation(*case.document), case.label, LabelPolicy())
    assert isinstance(verdict, Filled), verdict
    assert verdict.event.containers == case.sent
    assert verdict.event.purchase_order_number == "D1"
    assert verdict.notes


HELD = [
    ("another number", (box("C1", "1Z9", GROUND),), ONE, "tracking number 1Z9 is not that of"),
    ("a replaced label's", (box("C1", "1Z0", GROUND),), ONE, "1Z0 is of a label that a newer one replaced"),
    ("more packages", (box("A", "1Z1"), box("B", "1Z9")), ONE, "2 packages are confirmed, but"),
    ("fewer packages", (box("A", "1Z1"),), TWO, "1 package is confirmed, but the order's newest label has 2"),
    ("one number twice", (box("A", "1Z1"), box("B", "1Z1")), TWO, "stands on more packages"),
    ("which is which", (box("A"), box("B")), TWO, "nothing tells which package"),
    ("leading zeros are not guessed", (box("1"), box("2")), TWO, "nothing tells which package"),
    ("crosswise", (box("001", "1Z2"), box("002", "1Z1")), TWO, "package 001 is, by tracking numbers,"),
    ("one of two is another", (box("A", "1Z1"), box("B", "1Z9")), TWO, "tracking number 1Z9 is not that of"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "document", "label", "reason"), HELD, ids=[case[0] for case in HELD])
def test_what_contradicts_the_label_is_held_with_both_shown(
    says: str, document: tuple[Container, ...], label: tuple[LabelPackage, ...], reason: str
) -> None:
    verdict = match_label(confirmation(*document), label, LabelPolicy(), [package(number="1Z0")])
    assert isinstance(verdict, Hold), says
    assert reason in verdict.reason
    shown, _, theirs = verdict.reason.partition("the newest label has ")
    for one in document:
        assert (one.tracking_number or "no tracking number") in shown
    for its in label:
        assert its.tracking_number in theirs


UNCHANGED = [
    ("no label", (box("C1", "1Z9", AIR),), ()),
    ("the same", (box("C1", "1Z1", GROUND),), ONE),
    ("no packages named", (), ONE),
    ("a label that tells nothing", (box("C1", "1Z1", AIR),), (package("001", "", ""),)),
]


@pytest.mark.parametrize(("says", "document", "label"), UNCHANGED, ids=[case[0] for case in UNCHANGED])
def test_what_agrees_goes_as_it_is(
    says: str, document: tuple[Container, ...], label: tuple[LabelPackage, ...]
) -> None:
    assert match_label(confirmation(*document), label, LabelPolicy()) is None, says


def test_while_it_is_unclear_which_label_is_newer_nothing_is_confirmed() -> None:
    agreeing = confirmation(box("C1", "1Z1", GROUND))
    verdict = match_label(agreeing, ONE, LabelPolicy(), (), [package(number="1Z9")])
    assert isinstance(verdict, Hold)
    assert "1Z9" in verdict.reason
    assert "edibridge fetch labels D1" in verdict.reason


def test_a_floor_denial_is_no_matter_of_labels() -> None:
    assert match_label(confirmation(box(), status="FLOOR_DENIAL"), ONE, LabelPolicy()) is None


HOLDING = LabelPolicy(ship_method_mismatch="hold", default_ship_method="CONFIGURED")


def test_another_ship_method_is_held_where_the_vendor_wants_it() -> None:
    verdict = match_label(confirmation(box("C1", "1Z1", AIR)), ONE, HOLDING)
    assert isinstance(verdict, Hold)
    assert f"ship method {AIR} is not that of the order's newest label" in verdict.reason
    assert f"by {AIR}; the newest label has 001 1Z1 by {GROUND}" in verdict.reason


@pytest.mark.parametrize("said", ["", "CONFIGURED", GROUND.lower(), "Ups  Ground"])
def test_a_method_that_only_the_configuration_says_or_that_is_the_same_is_not_held(said: str) -> None:
    label = (package(spoken="UPS Ground"),)
    verdict = match_label(confirmation(box("C1", "1Z1", said)), label, HOLDING)
    assert isinstance(verdict, Filled)
    assert verdict.event.containers[0].ship_method == GROUND


def test_the_notes_say_what_was_taken_and_for_which_packages() -> None:
    verdict = match_label(confirmation(box("002", "", AIR), box("001", "", AIR)), TWO, LabelPolicy())
    assert isinstance(verdict, Filled)
    taken = f"ship method {GROUND} taken from the order's newest label"
    assert [(note.code, note.message) for note in verdict.notes] == [
        ("LABEL_TRACKING_NUMBER", "tracking number 1Z2 taken from the order's newest label (002)"),
        ("LABEL_SHIP_METHOD", f"{taken}; the document says {AIR} (002, 001)"),
        ("LABEL_TRACKING_NUMBER", "tracking number 1Z1 taken from the order's newest label (001)"),
    ]  # fmt: skip


def test_a_thousand_packages_are_paired_and_a_text_names_ten() -> None:
    label = [package(f"{number:04}", f"1Z{number}") for number in range(1000)]
    boxes = [box(f"{number:04}") for number in reversed(range(1000))]
    verdict = match_label(confirmation(*boxes), label, LabelPolicy())
    assert isinstance(verdict, Filled)
    assert [one.tracking_number for one in verdict.event.containers[:2]] == ["1Z999", "1Z998"]
    held = match_label(confirmation(*boxes[1:]), label, LabelPolicy())
    assert isinstance(held, Hold)
    assert "and 989 more" in held.reason
