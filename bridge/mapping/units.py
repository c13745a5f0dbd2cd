"""Numbers and units of documents to Amazon's: integers, exact decimals, LB or KG, IN or CM.

The tables are data (`mappings/units.toml`): `OZ = "0.0625 LB"`, `EA = "Each"`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

import msgspec

POINT, EITHER = ".", ".,"
"""Decimal marks in force."""
WEIGHT_UNITS = frozenset({"KG", "LB"})
LENGTH_UNITS = frozenset({"IN", "CM"})
"""The units that Amazon knows."""
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")


class Scale(msgspec.Struct, frozen=True):
    """A unit of a document in Amazon's: how many of which."""

    factor: Decimal
    unit: str


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """The tables of units, by the code that stands in documents."""

    quantity: dict[str, str] = {}
    weight: dict[str, Scale] = {}
    length: dict[str, Scale] = {}


def parse_scale(text: str, units: frozenset[str]) -> Scale:
    """Read `0.0625 LB`. Raises ValueError."""
    factor, _, unit = text.partition(" ")
    if not _NUMBER.fullmatch(factor) or Decimal(factor) <= 0 or unit not in units:
        wanted = " or ".join(sorted(units))
        raise ValueError(f"{text!r} is not a factor and {wanted}: write 0.45 {min(units)}")
    return Scale(Decimal(factor), unit)


@lru_cache(maxsize=4096)
def parse_number(text: str, mark: str = ".") -> Decimal:
    """Return the number of a text; `mark` has the decimal marks in force, of which it may hold one.

    A mark never separates thousands. Raises ValueError.
    """
    used = text.strip("+-0123456789")
    plain = text.replace(",", ".")
    if len(used) > 1 or used not in mark or not _NUMBER.fullmatch(plain):
        raise ValueError(_why(text, mark))
    return Decimal(plain)


def _why(text: str, mark: str) -> str:
    """Return why a text is no number; where only its marks are at fault, what they may be."""
    if set(text) & {".", ","} and text.isascii() and text.strip("+-.,0123456789") == "":
        wanted = " or ".join(f"'{one}'" for one in mark)
        return f"{text!r} is not a number: the decimal mark is {wanted}, and nothing separates thousands"
    return f"{text!r} is not a number"


def whole(text: str, mark: str = ".") -> int:
    """Read an integer of 0 or more; `2.000` is 2. Raises ValueError on a fraction."""
    number = parse_number(text, mark)
    if number != number.to_integral_value():
        raise ValueError(f"{text!r} is a fraction; Amazon takes whole numbers")
    if number < 0:
        raise ValueError(f"{text!r} is negative")
    return int(number)


@lru_cache(maxsize=4096)
def scaled(text: str, scale: Scale, mark: str = ".") -> str:
    """Convert a number to Amazon's unit, exactly, written as Amazon's `Decimal`. Raises ValueError."""
    number = parse_number(text, mark)
    if number < 0:
        raise ValueError(f"{text!r} is negative")
    if scale.factor == 1:
        return f"{number:f}"
    written = f"{number * scale.factor:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
