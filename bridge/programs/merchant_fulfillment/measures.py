"""Weights, sizes and amounts of documents to Amazon's."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

from bridge.domain import values
from bridge.programs.merchant_fulfillment.events import DangerousGoods, Dimensions, Money, Weight

WEIGHTS = {"LB": ("oz", 16), "KG": ("g", 1000)}
LENGTHS = {"IN": "inches", "CM": "centimeters"}
"""Amazon's units here, by those of the tables of units."""
LARGEST = 1_000_000
"""Ounces or grams, inches or centimeters: more is no package that a carrier takes."""
_FINEST = Decimal("0.01")
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,4})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def weight_of(weight: values.Weight | None) -> Weight | None:
    """Return a weight in ounces or grams, rounded up to hundredths: a label for less costs more later."""
    if weight is None:
        return None
    unit, factor = WEIGHTS[weight.unit_of_measure]
    told = Decimal(weight.value) * factor
    rounded = told if told > LARGEST else told.quantize(_FINEST, ROUND_CEILING)
    return Weight(_plain(rounded), unit)


def dimensions_of(dimensions: values.Dimensions | None) -> Dimensions | None:
    """Return dimensions in inches or centimeters."""
    if dimensions is None:
        return None
    sides = (dimensions.length, dimensions.width, dimensions.height)
    length, width, height = (_plain(Decimal(side)) for side in sides)
    return Dimensions(length, width, height, LENGTHS[dimensions.unit_of_measure])


def hazardous(told: bool | None, goods: DangerousGoods | None) -> bool:
    """Return whether an item is hazardous: as it is told, else whether it has dangerous goods."""
    return goods is not None if told is None else told


def number_of(value: str) -> str:
    """Return the text of a number of 0 or more. Raises ValueError."""
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"{value[:40]!r} is no number: write it as 12.50")
    return value


def money_of(value: str, currency: str) -> Money:
    """Read an amount and its currency. Raises ValueError."""
    if not _NUMBER.fullmatch(value):
        raise ValueError(f"{value[:40]!r} is no amount: write it as 12.50")
    if not _CURRENCY.fullmatch(currency):
        what = f"{currency[:40]!r} is no currency" if currency else "the currency is missing"
        raise ValueError(f"{what}: write its three letters, as in USD")
    return Money(currency_code=currency, value=value)


def _plain(number: Decimal) -> str:
    written = f"{number:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
