"""A program's kind of flat files is known by its columns, its list or its keys, and read by its functions."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bridge.domain.events import MappingResult
from bridge.domain.values import Weight
from bridge.errors import VendorFileError
from bridge.flatfiles import csv_reader, reader
from bridge.flatfiles.cells import Cells, RowReader
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.json_values import ElementReader
from bridge.flatfiles.reader import Kind, Record, read_flat_file, recognise
from bridge.mapping import Mappings, VendorProfile, explain_profile, load, load_mappings
from bridge.mapping.units import Units
from bridge.programs.contract import FlatFile, Program, Programs, installed
from tests import golden


class _Parcel(Draft, kw_only=True):
    number_of_parcel: str = ""
    weight: Weight | None = None


def _read_rows(draft: _Parcel, rows: Sequence[Cells], units: Units) -> None:
    draft.number_of_parcel = rows[0].text("parcel_number")
    cells = RowReader(draft, rows, units)
    draft.weight = cells.weight(rows, "PARCEL_CONFLICT", "the rows of one parcel")
    draft.function = cells.function("the rows of one parcel")


def _read_element(draft: _Parcel, value: object, units: Units) -> None:
    values = ElementReader(draft, units)
    parcel = values.members(value, "", _PARCELS.keys)
    draft.number_of_parcel = values.text(parcel, "parcel_number", "")
    draft.weight = values.weight(parcel, "parcel")


def _result(draft: _Parcel, profile: VendorProfile) -> MappingResult:
    weight = f"{draft.weight.value} {draft.weight.unit_of_measure}" if draft.weight else "no weight"
    summary = f"{draft.reference}: parcel {draft.number_of_parcel} of {profile.selling_party}, {weight}"
    return MappingResult(hold="not sent", errors=tuple(draft.errors), summary=summary)


_PARCELS = FlatFile(
    name="parcel",
    noun="parcel",
    about="parcel",
    produces="label_request",
    columns=("parcel_number", "weight", "weight_unit", "function"),
    lists=("parcels",),
    keys=("parcel_number", "weight"),
    draft=_Parcel,
    read_rows=_read_rows,
    read_element=_read_element,
    result=_result,
)


@pytest.fixture
def mappings(monkeypatch: pytest.MonkeyPatch) -> Mappings:
    """The shipped mappings of the installed programs, and one more with a kind of flat files."""
    other = Program(name="parcels", versions=("v1",), operations=(), event_types=(), flat_files=(_PARCELS,))
    programs = Programs([*installed().programs, other])
    for module in (reader, csv_reader, load):
        monkeypatch.setattr(module, "installed", lambda: programs)
    return load_mappings([golden.MAPPINGS])


def _read(text: str, kind: Kind, mappings: Mappings) -> list[Record]:
    return read_flat_file(text.encode(), kind, explain_profile(), mappings)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("csv", "parcel_number;weight;weight_unit\nP1;1,5;KG\nP2;2;KG\n"),
        ("json", '{"parcels": [{"parcelNumber": "P1", "weight": {"value": "1.5", "unitOfMeasure": "KG"}}]}'),
        ("json", '{"parcelNumber": "P1", "weight": {"value": "1.5", "unitOfMeasure": "KG"}}'),
    ],
)
def test_a_file_goes_to_the_kind_whose_names_it_has(kind: Kind, text: str, mappings: Mappings) -> None:
    first, *_ = _read(text, kind, mappings)
    assert first.file is _PARCELS
    assert first.result.summary.endswith(": parcel P1 of SELLINGPARTY, 1.5 KG")


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_files_of_the_other_kinds_go_where_they_went(kind: Kind, mappings: Mappings) -> None:
    sample = next(golden.SAMPLES.glob(f"drop/*[!e][!d].{kind}"))
    records = _read(sample.read_text(encoding="utf-8"), kind, mappings)
    assert {one.file.name for one in records} == {"label-request"}


@pytest.mark.usefixtures("mappings")
def test_a_file_is_recognised_by_the_first_column_of_any_kind() -> None:
    assert recognise("parcels.txt", b"weight;Parcel Number\n1;P1\n") == "csv"
    assert recognise("parcels.txt", b"weight;other\n1;P1\n") is None


def test_words_of_function_stand_in_a_file_of_the_kind(mappings: Mappings) -> None:
    (record,) = _read("parcel_number,function\nP1,forget it\n", "csv", mappings)
    assert "[functions] of a parcel-csv.toml" in record.result.hold


def test_a_column_of_another_kind_is_unknown(mappings: Mappings) -> None:
    with pytest.raises(VendorFileError, match=r"there are parcel_number, .*mappings/parcel-csv\.toml"):
        _read("parcel_number,weight,asin\nP1,1,B0\n", "csv", mappings)
