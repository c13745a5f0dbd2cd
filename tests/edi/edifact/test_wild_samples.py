"""Details of public files; the verdicts on them stand in `tests/edi/test_wild_samples.py`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.edi.model import Document
from tests.edi.edifact.building import SAMPLES, documents, envelope_errors, fatal, notes


def read_sample(name: str) -> list[Document]:
    return documents(path_of(name).read_bytes())


def path_of(name: str) -> Path:
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("the folder of public samples is not there")
    return path


def test_a_wrong_count_and_an_unknown_type_reject() -> None:
    (document,) = read_sample("EDIFACT-errors/php-edifact_edifact__example_release_character.edi")
    assert fatal(document) == [("29", "UNT", 23, 1, 0), ("14", "UNH", 1, 2, 1)]
    values = [segment.value(2) for segment in document.segments if segment.tag == "IFT"]
    assert values[2:6] == [
        "NO MORE FLIGHTS 2?",
        "NO MORE ' FLIGHTS 3",
        "NO MORE ? FLIGHTS 3",
        "NO MORE ?' FLIGHTS 3",
    ]


def test_utf8_text_with_its_encoding_undeclared_and_an_odd_version_is_noted() -> None:
    (document,) = read_sample("DESADV/php-edifact_edifact__example_utf8.edi")
    assert [code for code, *_ in notes(document)] == ["21", "14", "39"]


def test_the_facts_of_a_parcel_carriers_group_are_read() -> None:
    first, second = read_sample("IFTSTA/unidentified__ups_de_iftsta_20160122.edi")
    assert first.group is second.group
    assert first.group is not None
    assert first.group.document_count_claimed == 2
    assert [segment.value(1, 2) for segment in first.segments if segment.tag == "RFF"] == [
        "1Z3F4W576807071118"
    ]


def test_a_header_without_a_syntax_version_is_told() -> None:
    errors = envelope_errors(path_of("CONTRL/EdiFabric_EDIFACT.NET__CONTRL.edi").read_bytes())
    assert [(error.code, error.segment, error.fatal) for error in errors] == [("13", "UNB", False)]
