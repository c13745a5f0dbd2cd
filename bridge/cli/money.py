"""What partners' calls have cost today, beside what they may cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ledger.store import Ledger


def money_of(config: Config, ledger: Ledger, name: str, now: datetime) -> list[dict[str, Any]]:
    """Return what a partner's calls of its day have cost, by currency.

    As [{"currency", "spent", "reserved", "cap"}], amounts as decimal text: `reserved` is for calls under way
    or in doubt, `cap` the most that the day's may cost, empty where nothing may be spent.
    """
    from bridge.adapters import profile_of
    from bridge.programs.registry import installed

    partner = config.partners[name]
    profile = profile_of(name, partner)
    day = now.astimezone(ZoneInfo(profile.timezone)).date()
    caps = {
        cap.currency: str(cap.value)
        for one in installed().event_types
        if one.spending is not None and (cap := one.spending.cap(profile)) is not None
    }
    spent = {one.currency: one for one in ledger.spent(name, day)}
    return [
        {
            "currency": currency,
            "spent": str(spent[currency].spent) if currency in spent else "0",
            "reserved": str(spent[currency].reserved) if currency in spent else "0",
            "cap": caps.get(currency, ""),
        }
        for currency in sorted({*caps, *spent})
    ]


def money_words(money: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Write what was spent today, a line a currency."""
    for one in money:
        held = f", and {one['reserved']} in doubt or under way" if one["reserved"] != "0" else ""
        most = f"of {one['cap']} {one['currency']}" if one["cap"] else f"{one['currency']}, no more may be"
        yield f"{one['spent']} {most} today{held}"
