"""A mapping file may produce what any program declares, with the fields of that producer."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bridge.errors import ConfigurationError
from bridge.mapping import Mappings, explain_profile, load_mappings, translate
from bridge.programs.contract import Program
from bridge.programs.registry import installed
from tests import golden
from tests.mapping.support import x12

MAPPING = """name = "parcels"
standard = "x12"
document = "945"
produces = "parcel"
[[loops]]
trigger = "LX"
level = "parcel"
[fields.parcel_number]
scope = "parcel"
at = ["MAN02"]
[fields.condition]
scope = "parcel"
at = ["W1201"]
values = { CC = "whole", DM = "broken" }
"""


def load(tmp_path: Path, text: str) -> Mappings:
    (tmp_path / "parcels.toml").write_text(text, encoding="utf-8")
    return load_mappings([golden.MAPPINGS, tmp_path])


@pytest.mark.usefixtures("parcels")
def test_a_document_becomes_what_the_producer_of_its_mapping_makes(tmp_path: Path) -> None:
    mappings = load(tmp_path, MAPPING)
    document = x12("945", "LX*1\nMAN*GM*P1\nW12*CC\nLX*2\nMAN*GM*P2\nW12*DM")
    events = [one.event for one in translate(document, explain_profile(), mappings)]
    assert [msgspec.to_builtins(event) for event in events] == [
        {"type": "ParcelSent", "parcel_number": "P1", "condition": "whole"},
        {"type": "ParcelSent", "parcel_number": "P2", "condition": "broken"},
    ]
    assert {installed().of(event).operation for event in events if event} == {"sendParcel"}


@pytest.mark.usefixtures("parcels")
@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"parcel"\n[[',
            '"box"\n[[',
            "line 4: produces: must be one of 'packages', 'package_of_order', 'fulfillment_order', 'parcel'",
        ),
        ('level = "parcel"', 'level = "line"', "line 5: loops: no loop has the level 'parcel', which a"),
        ("[fields.condition]", "[fields.colour]", "line 11: fields.colour: unknown field; a parcel has"),
        ('at = ["MAN02"]', "at = []", "line 8: fields.parcel_number: is missing"),
        ('"broken" }', '"damaged" }', "line 14: fields.condition.values.DM: 'damaged' is not one of"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in MAPPING
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, MAPPING.replace(old, new, 1))
    assert f": {problem}" in str(raised.value.problems[0])


def test_what_no_program_produces_is_no_field_of_a_mapping(tmp_path: Path) -> None:
    known = "'packages', 'package_of_order', 'fulfillment_order', 'confirmation', 'status' or 'label_request'"
    with pytest.raises(ConfigurationError, match=f"must be one of {known}"):
        load(tmp_path, MAPPING)


def test_the_installed_programs_are_the_folders(parcels: Program) -> None:
    assert parcels in installed().programs
    assert [one.name for one in installed().programs] == [
        "merchant_fulfillment",
        "multi_channel_fulfillment",
        "parcels",
        "vendor_direct_fulfillment",
    ]
