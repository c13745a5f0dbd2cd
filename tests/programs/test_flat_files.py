"""A program's kind of flat files is known by its columns, its list or its keys, and read by its functions."""

from __future__ import annotations

import pytest

from bridge.errors import VendorFileError
from bridge.flatfiles.reader import Kind, Record, read_flat_file, recognise
from bridge.mapping import Mappings, explain_profile, load_mappings
from bridge.programs.contract import Program
from tests import golden


@pytest.fixture
def mappings(parcels: Program) -> Mappings:
    assert parcels.flat_files
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
    assert first.file.name == "parcel"
    assert first.result.summary.endswith(": parcel P1 of SELLINGPARTY, 1.5 KG")


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_files_of_the_other_kinds_go_where_they_went(kind: Kind, mappings: Mappings) -> None:
    sample = golden.SAMPLES / "drop" / f"label_requests.{kind}"
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
