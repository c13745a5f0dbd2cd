"""Mistakes in outbound mappings are told with file and line, unknown values with those that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.data import mappings_folder
from bridge.document_data import grammar_of
from bridge.errors import ConfigurationError
from bridge.mapping.load import load_mappings
from bridge.mapping.outbound.check import check_outbound, sample_documents
from bridge.mapping.outbound.write import NotWritten
from tests.mapping.outbound.test_write import own

FOLDER = mappings_folder()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            '[segments.head]\nW0602 = "order_no"',
            7,
            "there is no value 'order_no'; there are carrier, customer",
        ),
        ('[segments.head]\nW0604 = "sku"', 7, "'sku' is a value of the level item: set level = \"item\""),
        (
            '[segments.head]\nW0603 = "shipped_at"',
            7,
            "shipped_at is a time: set format to one of 623, D6, D8",
        ),
        ('[segments.head]\nW0603 = { value = "shipped_at", format = "102" }', 7, "set format to one of"),
        (
            '[segments.item]\nW1202 = { value = "ordered", format = "D8" }',
            7,
            "ordered is a number: its format",
        ),
        (
            '[segments.item]\nW1203 = { value = "shipped", count = "LX" }',
            7,
            "one of value, constant, count and",
        ),
        ('[segments.total]\nW0301 = { sum = "W12" }', 7, "'W12' is not a reference"),
        ('[segments.new]\nwhen = "carier"\nW0601 = "=F"', 7, "there is no value 'carier'"),
        (
            '[segments.new]\nlevel = "item"\nwhen = "status=lost"\nW0601 = "=F"',
            8,
            "status is never 'lost'; it is",
        ),
        (
            '[segments.new]\nlevel = "box"\nN901 = "=CN"',
            7,
            "there is no level 'box'; there are document, pack",
        ),
        (
            '[segments.new]\nafter = "carier"\nN901 = "=CN"',
            7,
            "there is no segment 'carier'; there are first, head",
        ),
        ('[segments.new]\nlevel = "item"', 6, "names no position"),
        (
            '[segments.new]\nN901 = "=CN"\nREF02 = "carrier"',
            6,
            "a table is of one segment: N9 and REF are two",
        ),
        ('[segments.new]\nN901 = "=CN"\nN902 = { valeu = "carrier" }', 8, "unknown key; did you mean value?"),
        ('wrties = "shipment"', 6, "unknown key; did you mean writes?"),
        ('writes = "shipments"', 6, "must be one of inventory, return, shipment"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        load_mappings([FOLDER, own(tmp_path, text)])
    problems = told.value.problems
    assert [(one.line, one.file.rpartition("/")[2]) for one in problems] == [(line, "own.toml")]
    assert message in problems[0].message


def test_two_mappings_for_one_partner_are_a_mistake(tmp_path: Path) -> None:
    folder = own(tmp_path, "")
    text = (folder / "outbound" / "own.toml").read_text().replace('name = "own"', 'name = "other"')
    (folder / "outbound" / "other.toml").write_text(text)
    with pytest.raises(ConfigurationError, match="give one of them vendors, or one name to both"):
        load_mappings([FOLDER, folder])


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('[segments.head]\nW0677 = "order_number"', 7, "W0677: W06 has 12 elements"),
        ('[segments.head]\nW0602.3 = "order_number"', 7, "W0602.3: W0602 has no components"),
        ('[segments.new]\nZZZ01 = "carrier"', 7, "ZZZ01: there is no segment ZZZ"),
        ('[segments.new]\nBSN01 = "=00"', 7, "BSN01: 945 has no segment BSN"),
        ('[segments.total]\nW0301 = { sum = "W1299" }', 7, "W1299: W12 has 22 elements"),
        (
            "[segments.head]\nwrite = false",
            6,
            "the sample of shipment cannot be written in 004010: W06: the mandatory",
        ),
        (
            '[segments.item]\nW1205 = "=QQ"',
            6,
            "W1205 (segments.item): the code value is not in the code list",
        ),
        (
            '[segments.tracking_number]\nMAN01 = ""',
            6,
            "MAN01 (segments.tracking_number): a mandatory element",
        ),
    ],
)
def test_check_knows_what_the_grammar_has_not(tmp_path: Path, text: str, line: int, message: str) -> None:
    folders = [FOLDER, own(tmp_path, text)]
    found = [problem for _, problem in check_outbound(folders, load_mappings(folders), grammar_of(None))]
    assert found
    assert found[0].line == line
    assert message in found[0].message


def test_every_shipped_mapping_writes_the_sample_in_each_of_its_versions() -> None:
    mappings = load_mappings([FOLDER]).outbound
    assert {one.name for one in mappings} >= {"x12-945", "edifact-desadv", "x12-846", "edifact-invrpt"}
    for one in mappings:
        found = list(sample_documents(one, grammar_of(None)))
        assert len(found) == len(one.versions)
        assert [str(told) for told in found if isinstance(told, NotWritten)] == []
