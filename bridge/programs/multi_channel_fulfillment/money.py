"""Amounts of money in documents."""

from __future__ import annotations

import re

from bridge.programs.multi_channel_fulfillment.events import Money

_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,4})?")


def money_of(value: str, currency: str) -> Money:
    """Read a declared value. Raises ValueError."""
    if not _AMOUNT.fullmatch(value):
        raise ValueError(f"{value[:40]!r} is no amount: write it as 12.50")
    return Money(currency_code=currency.upper(), value=value)
