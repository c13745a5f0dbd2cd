from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edi.edifact.segment import SegmentParser
from bridge.edi.edifact.writer import DEFAULT, serialize
from bridge.edi.model import Delimiters


def test_empty_elements_and_components_at_the_end_are_left_out() -> None:
    assert b"".join(serialize([("NAD", ["SU", ["A", "", ""], "", ["", ""]])])) == b"NAD+SU+A'"


def test_other_delimiters_are_told_by_una() -> None:
    other = Delimiters(element="|", component=";", segment="~", release="\\", decimal=",")
    assert b"".join(serialize([("RFF", [["ON", "A|B"]])], other)) == b"UNA;|,\\ ~RFF|ON;A\\|B~"


@pytest.mark.parametrize(
    ("syntax", "data"),
    [
        ("UNOA", b"FTX+Gr..e .'"),
        ("UNOC", "FTX+Größe .'".encode("latin-1")),
        ("UNOY", "FTX+Größe €'".encode()),
    ],
)
def test_texts_are_written_in_the_syntax_level(syntax: str, data: bytes) -> None:
    assert b"".join(serialize([("FTX", ["Größe €"])], syntax=syntax)) == data


def test_control_characters_are_replaced() -> None:
    assert b"".join(serialize([("FTX", ["a\nb\x00c"])])) == b"FTX+a.b.c'"


@given(st.lists(st.text(alphabet="AB?+:' *", max_size=10), min_size=1, max_size=5))
def test_what_is_written_is_read_back(values: list[str]) -> None:
    data = b"".join(serialize([("FTX", ["AAI", values])])).decode().removesuffix("'")
    tag, elements, _ = SegmentParser(DEFAULT).parse(data)
    assert tag == "FTX"
    read = [] if len(elements) < 2 else [elements[1]] if isinstance(elements[1], str) else list(elements[1])  # type: ignore[arg-type]
    while values and not values[-1]:
        values.pop()
    assert read == values
