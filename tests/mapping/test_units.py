from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping.units import EITHER, Scale, parse_number, parse_scale, scaled, whole
from tests.golden import shipped_mappings

UNITS = shipped_mappings().units


@pytest.mark.parametrize(
    ("code", "text", "value", "unit"),
    [
        ("LB", "4.5", "4.5", "LB"),
        ("LBR", "4.50", "4.50", "LB"),
        ("L", "4", "4", "LB"),
        ("KG", ".25", "0.25", "KG"),
        ("KGM", "007", "7", "KG"),
        ("OZ", "1", "0.0625", "LB"),
        ("ONZ", "16", "1", "LB"),
        ("GRM", "7250", "7.25", "KG"),
        ("GR", "1", "0.001", "KG"),
        ("01", "4", "4", "LB"),
        ("PG", "4", "4", "LB"),
        ("50", "4", "4", "KG"),
        ("GT", "4", "4", "KG"),
        ("TNE", "0.5", "500", "KG"),
    ],
)
def test_weight_becomes_amazons(code: str, text: str, value: str, unit: str) -> None:
    scale = UNITS.weight[code]
    assert (scaled(text, scale), scale.unit) == (value, unit)


@pytest.mark.parametrize(
    ("code", "text", "value", "unit"),
    [
        ("IN", "10", "10", "IN"),
        ("INH", "10.5", "10.5", "IN"),
        ("FT", "1.5", "18", "IN"),
        ("FOT", "2", "24", "IN"),
        ("CM", "30", "30", "CM"),
        ("CMT", "30", "30", "CM"),
        ("MM", "405", "40.5", "CM"),
        ("MMT", "400", "40", "CM"),
        ("MTR", "0.3", "30", "CM"),
        ("MR", "0.3", "30", "CM"),
        ("DMT", "3", "30", "CM"),
        ("E8", "10.5", "10.5", "IN"),
        ("YD", "1", "36", "IN"),
    ],
)
def test_length_becomes_amazons(code: str, text: str, value: str, unit: str) -> None:
    scale = UNITS.length[code]
    assert (scaled(text, scale), scale.unit) == (value, unit)


def test_each_is_known_by_the_names_of_both_standards() -> None:
    assert {UNITS.quantity[code] for code in ("EA", "PCE", "C62", "PC")} == {"Each"}


@given(st.decimals(min_value=0, max_value=10**6, places=3))
def test_ounces_and_grams_are_exact(number: Decimal) -> None:
    text = f"{number:f}"
    assert Decimal(scaled(text, UNITS.weight["OZ"])) == number / 16
    assert Decimal(scaled(text, UNITS.weight["GRM"])) * 1000 == number


@given(st.integers(0, 10**9))
def test_whole_numbers_are_read_with_and_without_zeros(number: int) -> None:
    assert whole(str(number)) == whole(f"{number}.000") == whole(f"{number:012}") == number


@pytest.mark.parametrize("text", ["1.5", "-1", "", "1e3", "two", "1,5", "0x2", "\u0661"])
def test_a_quantity_that_is_no_whole_number_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|fraction|negative"):
        whole(text)


def test_decimal_comma_is_read_where_it_is_the_mark() -> None:
    assert (
        parse_number("4,5", ",")
        == parse_number("4,5", EITHER)
        == parse_number("4.5", EITHER)
        == Decimal("4.5")
    )
    with pytest.raises(ValueError, match="the decimal mark is ',', and nothing separates thousands"):
        parse_number("4.5", ",")
    with pytest.raises(ValueError, match=r"the decimal mark is '\.'"):
        parse_number("4,5", ".")


@pytest.mark.parametrize("mark", [".", ",", EITHER])
@pytest.mark.parametrize(
    "text", ["1.000,5", "1,000.5", "1,2,3", "1.2.3", "1 000", "1'000", ",", ".", "5.,", "1e3"]
)
def test_no_mark_ever_separates_thousands(text: str, mark: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text, mark)


@pytest.mark.parametrize("text", ["", "LB", "1 LBS", "0 LB", "-1 LB", "a LB", "1LB"])
def test_a_scale_that_makes_no_sense_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="is not a factor"):
        parse_scale(text, frozenset({"KG", "LB"}))
    assert parse_scale("0.5 LB", frozenset({"KG", "LB"})) == Scale(Decimal("0.5"), "LB")
