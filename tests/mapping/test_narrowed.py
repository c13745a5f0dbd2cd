"""Documents of one shape share what was found out about it; only candidates that may be there are asked."""

from __future__ import annotations

import pytest

from bridge.edi.model import Document
from bridge.mapping import explain_profile
from bridge.mapping.agreement import shape_of
from bridge.mapping.loops import build_tree
from bridge.mapping.mappings import Mapping
from tests.golden import shipped_mappings
from tests.mapping.support import edifact, x12
from tests.system.traffic import carrier_status, despatch_advice, ship_notice, status_report

PLAIN = {
    "214": x12("214", "\n".join(carrier_status(1))),
    "856": x12("856", "\n".join(ship_notice(1))),
    "DESADV": edifact("DESADV", "\n".join(despatch_advice(1))),
    "IFTSTA": edifact("IFTSTA", "\n".join(status_report(1))),
}


def mapping_of(document: Document) -> Mapping:
    (mapping,) = shipped_mappings().candidates(document, explain_profile())
    return mapping


@pytest.mark.parametrize("kind", PLAIN)
def test_a_narrowed_field_finds_what_the_whole_field_finds(kind: str) -> None:
    document = PLAIN[kind]
    mapping = mapping_of(document)
    loops = build_tree(document.segments, mapping.loops).root.walk()
    tags = shape_of(loops)[0]
    for field in mapping.fields.values():
        near = field.narrowed(tags)
        assert {(step.level, step.tag) for _, step in near.near} <= tags
        for scope in loops:
            assert near.find(scope) == field.find(scope)
            assert near.parts(scope) == field.parts(scope)
            assert near.places(scope) == field.places(scope)


@pytest.mark.parametrize("kind", PLAIN)
def test_a_shape_is_narrowed_once(kind: str) -> None:
    document = PLAIN[kind]
    mapping = mapping_of(document)
    one, other = (mapping.watched(build_tree(document.segments, mapping.loops).root) for _ in range(2))
    assert one is other
    assert sum(len(field.near) for field in one.fields.values()) > 0
    assert sum(len(field.near) for field in one.fields.values()) < sum(
        len(field.steps) for field in mapping.fields.values()
    )


@pytest.mark.parametrize("kind", ["214", "IFTSTA"])
def test_a_plain_status_may_tell_no_time_and_no_party_twice(kind: str) -> None:
    document = PLAIN[kind]
    mapping = mapping_of(document)
    several = mapping.watched(build_tree(document.segments, mapping.loops).root).several
    assert several.isdisjoint(
        {"estimated_delivery_date_time", "appt_window_start_date_time", "selling_party"}
    )


def test_of_several_segments_one_may_be_alone() -> None:
    """A second TD5 of another kind is no second value; one of the same kind is."""
    mapping = mapping_of(PLAIN["856"])
    scac = mapping.fields["scac_code"]
    for more, expected in (("TD5**92*UPS_GR_RES", True), ("TD5**2*FDEG", False)):
        document = x12("856", f"HL*1**S\nTD5**2*UPSN\n{more}")
        root = build_tree(document.segments, mapping.loops).root
        (shipment,) = root.below("shipment")
        step = next(step for _, step in scac.near if step.level == "shipment" and step.reference.ordinal == 0)
        assert step.alone(shipment) is expected
