"""What a program says of operations that spend money.

The core reserves what a call may cost in the transaction that commits its intent, and never calls where that
would go beyond the partner's limit for the day. What is in doubt counts as spent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec


class Amount(msgspec.Struct, frozen=True):
    """An amount of money and its currency (ISO 4217). It is never negative."""

    currency: str
    value: Decimal

    def __str__(self) -> str:
        return f"{self.value} {self.currency}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What telling Amazon of an event costs.

    `price` returns the most that it may cost, and raises ValueError for an event whose price is not known:
    that is never sent. `cap` returns, for a partner's profile, the most that a day's may cost; None: nothing
    may be spent. `charged` returns what the answer says that it has cost; None: it does not say.
    `bought` returns from whom and which service is paid for, by their names; costs are summed by them.
    """

    price: Callable[[Any], Amount]
    cap: Callable[[Any], Amount | None]
    charged: Callable[[Any], Amount | None]
    bought: Callable[[Any], tuple[str, str]] = lambda _event: ("", "")
