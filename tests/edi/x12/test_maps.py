from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bridge.edi.x12.grammar import X12Grammar
from bridge.edi.x12.patterns import SegmentRule

ROOT = Path(__file__).parents[3]


def rule(grammar: X12Grammar, version: str, kind: str, tag: str) -> SegmentRule:
    transaction, exact = grammar.maps.find(version, kind)
    assert transaction is not None
    assert exact
    found = transaction.rules[tag]
    assert found is not None
    return found


@pytest.mark.parametrize("version", ["004010", "005010"])
@pytest.mark.parametrize("kind", ["214", "856", "855", "824", "997"])
def test_each_set_has_a_map_whose_segments_have_one_rule(
    grammar: X12Grammar, version: str, kind: str
) -> None:
    transaction, exact = grammar.maps.find(version, kind)
    assert transaction is not None
    assert exact
    assert all(transaction.rules.values())


def test_later_elements_that_partners_send_are_in_004010(grammar: X12Grammar) -> None:
    counts = {tag: len(rule(grammar, "004010", "856", tag).elements) for tag in ("BSN", "TD1", "TD5", "PO4")}
    assert counts == {"BSN": 7, "TD1": 10, "TD5": 15, "PO4": 18}


def test_only_what_the_standard_demands_is_mandatory(grammar: X12Grammar) -> None:
    def mandatory(tag: str) -> list[int]:
        elements = rule(grammar, "004010", "856", tag).elements
        return [place for place, element in enumerate(elements, 1) if element.required]

    assert {tag: mandatory(tag) for tag in ("HL", "TD5", "TD1", "N1", "LIN", "SN1", "PRF")} == {
        "HL": [1, 3],
        "TD5": [],
        "TD1": [],
        "N1": [1],
        "LIN": [2, 3],
        "SN1": [2, 3],
        "PRF": [1],
    }


def test_a_time_has_four_to_eight_digits(grammar: X12Grammar) -> None:
    for version in ("004010", "005010"):
        time = rule(grammar, version, "214", "AT7").elements[5]
        assert (time.type, time.low, time.high) == ("TM", 4, 8)


def test_the_maps_are_what_the_tool_writes(tmp_path: Path) -> None:
    standards = ROOT.parent / "shared" / "standards"
    if not standards.is_dir():
        pytest.skip("the tables of the standard are not here")
    tool = [sys.executable, "-m", "tools.x12_maps", str(standards), str(tmp_path)]
    subprocess.run(tool, check=True, cwd=ROOT)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "mappings" / "x12").glob("*.xml")}
    assert written == kept
