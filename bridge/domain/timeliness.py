"""Whether the time that a document tells lets its event be sent now. Pure.

Amazon's model says that a shipping date "should not be in the future". A notice that was written before the
truck leaves waits for its own time; what lies farther ahead, or years back, is a mistake or a replay of an
old file, which an operator decides about.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

DAYS_AHEAD = timedelta(days=90)
"""So long before the day for which it is meant an event may wait; a carrier takes no label for longer."""


class Timing(NamedTuple):
    """`send` now, `wait` until a time, or `hold`; with the reason for the last two."""

    verdict: Literal["send", "wait", "hold"]
    until: datetime | None = None
    reason: str = ""


class OwnTime(NamedTuple):
    """The time that a document tells of an event.

    `at` is None where it cannot be read; `told` names it for operators. Up to `early` ahead of now it is sent
    at once, or, with `waits`, at its time; one farther ahead is held, since `too_early`.
    """

    at: datetime | None
    told: str
    early: timedelta
    waits: bool
    too_early: str


NOW = Timing("send")


def timing(own: OwnTime, now: datetime, *, oldest: timedelta | None = None) -> Timing:
    """Compare the time of an event with now; `oldest` is the age from which it is held, None for no limit."""
    if own.at is None:
        return Timing("hold", None, "its time cannot be read")
    if oldest is not None and now - own.at > oldest:
        return Timing("hold", None, f"{own.told} is more than {oldest.days} days ago (oldest_date_days)")
    ahead = own.at - now
    if ahead > own.early:
        return Timing("hold", None, f"{own.told} is {_span(ahead)} ahead of now: {own.too_early}")
    if own.waits and ahead > timedelta(0):
        return Timing("wait", own.at, f"{own.told} is still to come: it goes by itself at {_utc(own.at)}")
    return NOW


def day_timing(day: datetime, now: datetime) -> Timing:
    """Compare the day of shipping for which an event is meant (its first moment) with now."""
    if day - now > DAYS_AHEAD:
        reason = f"its day of shipping, {day:%Y-%m-%d}, is more than {DAYS_AHEAD.days} days ahead of now"
        return Timing("hold", None, reason)
    if day > now:
        return Timing("wait", day, f"it waits for its day of shipping: it goes by itself at {_utc(day)}")
    return NOW


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(ahead: timedelta) -> str:
    """Write a span in the largest unit of which there are two or more."""
    for unit, length in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if ahead >= 2 * length:
            return f"{ahead // length} {unit}"
    return f"{ahead // timedelta(minutes=1)} minutes"
