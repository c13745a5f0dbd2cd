"""Amounts of money in Amazon's answers. Pure.

They are JSON numbers, and are read from their text: 0.1 and 0.2 are 0.3.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from bridge.programs.spending import Amount

_NUMBER = re.compile(rb'"?(\d{1,12}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?)"?')
_CURRENCY = re.compile(r"[A-Z]{3}")
_TOO_MUCH = Decimal(10) ** 9


class _CurrencyAmount(msgspec.Struct, rename="pascal"):
    currency_code: str
    amount: msgspec.Raw


def amount_of(raw: bytes) -> Amount:
    """Read a `CurrencyAmount`. Raises ValueError (`msgspec.DecodeError` is one), without its content.

    What is below 0 or no amount is never taken for one: limits are held against it.
    """
    read = msgspec.json.decode(raw, type=_CurrencyAmount)
    number = _NUMBER.fullmatch(bytes(read.amount))
    if number is None or (value := Decimal(number[1].decode())) >= _TOO_MUCH:
        raise ValueError("it is no amount - at `$.Amount`")
    if not _CURRENCY.fullmatch(read.currency_code):
        raise ValueError("it is no currency - at `$.CurrencyCode`")
    return Amount(read.currency_code, Decimal(f"{value:f}"))


def larger_of(one: Amount, other: Amount) -> Amount | None:
    """Return the larger of two amounts; None where they are of two currencies."""
    if one.currency != other.currency:
        return None
    return max(one, other, key=lambda amount: amount.value)
