"""What was asked of Merchant Fulfillment and what it cost: a journal of every call, and the sums over it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

Days = dict[str, dict[str, Decimal]]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One call that was admitted; `outcome` is `answered`, `bought`, `refund` or the code of the error.

    `package` names what was to be shipped: the order with its items and their quantities; `weight` tells
    those apart that have the same. `quoted` is the offer's price, None without one; `charged` is what was
    taken, or given back; `request` is the body as it came.
    """

    time: float
    account: str
    operation: str
    order: str = ""
    package: str = ""
    weight: str = ""
    service: str = ""
    offer: str = ""
    quoted: Decimal | None = None
    charged: Decimal | None = None
    currency: str = ""
    shipment: str = ""
    request: Mapping[str, Any] = {}
    outcome: str = "answered"


class Wallet:
    """The journal of one stand-in."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def record(self, entry: Entry) -> None:
        """Add a call to the journal."""
        self._entries.append(entry)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every call, in the order of arrival."""
        return tuple(self._entries)

    def purchases(self, account: str = "default") -> tuple[Entry, ...]:
        """Return every purchase of an account."""
        return tuple(one for one in self._entries if (one.account, one.outcome) == (account, "bought"))

    def times_bought(self, account: str = "default") -> Counter[str]:
        """Count how often each package was bought."""
        return Counter(one.package for one in self.purchases(account))

    def spent(self, account: str = "default") -> Decimal:
        """Return what an account has spent in all, less what was refunded."""
        signs = {"bought": 1, "refund": -1}
        return sum(
            (
                signs.get(one.outcome, 0) * (one.charged or Decimal(0))
                for one in self._entries
                if one.account == account
            ),
            Decimal(0),
        )

    def by_day(self, account: str = "default", timezone: str = "UTC") -> Days:
        """Return what was bought for by day of a time zone and currency; refunds do not lessen it."""
        zone, days = ZoneInfo(timezone), Days()
        for one in self.purchases(account):
            day = days.setdefault(datetime.fromtimestamp(one.time, zone).date().isoformat(), {})
            day[one.currency] = day.get(one.currency, Decimal(0)) + (one.charged or Decimal(0))
        return days

    def summary(self, account: str, timezone: str) -> dict[str, Any]:
        """Return what the control API shows of an account."""
        return {
            "spent": self.spent(account),
            "by_day": self.by_day(account, timezone),
            "times_bought": dict(self.times_bought(account)),
            "calls": dict(
                Counter(f"{one.operation} {one.outcome}" for one in self._entries if one.account == account)
            ),
            "journal": [one for one in self._entries if one.account == account],
        }
