"""What an order's document wants of time: when it ships at the earliest, and by when it is to arrive."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import NamedTuple

from bridge.mapping.lookup import Scope
from bridge.mapping.reader import Reader
from bridge.mapping.times import zone_of
from bridge.programs.multi_channel_fulfillment.documents.told import hold_undecided

EARLIEST = ("ship_not_before", "requested_ship_date")
LATEST_SHIP = ("latest_ship",)
LATEST_ARRIVAL = ("requested_delivery", "latest_delivery")
LAST = ("cancel_after",)
SCHEDULED = ("scheduled_delivery",)
NAMES = (*EARLIEST, *LATEST_SHIP, *LATEST_ARRIVAL, *LAST, *SCHEDULED)
"""The fields of a mapping that are dates of this kind."""
_DAY_LESS_A_SECOND = timedelta(days=1, seconds=-1)


class Wishes(NamedTuple):
    """As in `FulfillmentOrdered`: days, and moments with an offset."""

    ship_not_before: str = ""
    cancel_after: str = ""
    latest_ship: str = ""
    latest_arrival: str = ""


def wishes_of(reader: Reader, scopes: list[Scope]) -> Wishes:
    """Return what an order's lines (or, without any, its head) want of time.

    Lines that want different days are held, since Amazon ships an order as one; so is a delivery for which a
    day is set.
    """
    told = {name: _told(reader, name, scopes) for name in NAMES}
    if told["scheduled_delivery"] is not None:
        place = reader.place("scheduled_delivery", scopes[0])
        reader.findings.hold(
            f"the order is to be delivered at a set time, not before it ({place}): Amazon takes no such "
            "orders here; released, it goes without that"
        )
    earliest = [at.date() for name in EARLIEST if (at := told[name]) is not None]
    arrivals = [_end(at) for name in LATEST_ARRIVAL if (at := told[name]) is not None]
    last, shipped = told["cancel_after"], told["latest_ship"]
    if last is not None and earliest and max(earliest) > last.date():
        reason = f"the order may ship on {max(earliest)} at the earliest, and is void after {last.date()}"
        hold_undecided(reader, f"{reason}: have it sent again with days that fit")
    return Wishes(
        ship_not_before=max(earliest).isoformat() if earliest else "",
        cancel_after=last.date().isoformat() if last is not None else "",
        latest_ship=_end(shipped).isoformat() if shipped is not None else "",
        latest_arrival=min(arrivals).isoformat() if arrivals else "",
    )


def _told(reader: Reader, name: str, scopes: list[Scope]) -> datetime | None:
    """Return the moment that a field tells, in the seller's zone."""
    found: dict[datetime, Scope] = {}
    for scope in scopes:
        if text := reader.time(name, scope):
            found.setdefault(datetime.fromisoformat(text).astimezone(zone_of(reader.profile.timezone)), scope)
    if len(found) > 1:
        days = ", ".join(f"{at:%Y-%m-%d} in {reader.place(name, scope)}" for at, scope in found.items())
        hold_undecided(
            reader,
            f"{name}: the lines of the order want different days ({days}), and Amazon ships it as one: have "
            "it sent again as orders of one day each",
        )
    return next(iter(found), None)


def _end(at: datetime) -> datetime:
    """Return the end of the day where only a day is told."""
    return at + _DAY_LESS_A_SECOND if at.time() == time.min else at
