"""When a list is due that is told once a day, and whether it may be told. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_LEAST = 2
"""A list that has lost more than one in two is held."""
_EQUAL = 20
"""Two lists that differ in one of twenty keys at most say the same."""


def last_due(at: time, zone: str, now: datetime) -> datetime:
    """Return when a time of day in a zone was last, now included."""
    local = now.astimezone(ZoneInfo(zone))
    today = local.replace(hour=at.hour, minute=at.minute, second=at.second, microsecond=0, fold=0)
    # A day before in the zone's own time: days with a change of the clock are not 24 hours long.
    return (
        today
        if today <= local
        else (today.replace(tzinfo=None) - timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    )


def may_be_told(found: AbstractSet[str], told: AbstractSet[str], held: AbstractSet[str] | None) -> bool:
    """Return whether a list with the keys `found` may be told, after one with the keys `told`.

    One that has less than half as many may not, unless the one that was held for that said the same.
    """
    if len(found) * _LEAST >= len(told):
        return True
    return held is not None and len(found ^ held) * _EQUAL <= len(held)
