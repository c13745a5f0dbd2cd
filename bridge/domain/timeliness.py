"""Whether the time that a document tells lets its event be sent now. Pure.

Amazon's model says that shippedDate "should not be in the future". A notice that was written before the
truck leaves waits for its own time; what lies farther ahead, or years back, is a mistake or a replay of an
old file, which an operator decides about.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from bridge.domain.events import Event, LabelRequested, ShipmentConfirmed
from bridge.domain.facts import occurred_at, own_time

SKEW = timedelta(minutes=15)
"""So far two clocks may be apart; a scan of a package cannot be later than now by more."""
EARLY = timedelta(hours=24)
"""So long before it ships an order may be confirmed by its warehouse."""
LABELS_EARLY = timedelta(days=90)
"""So long before its day of shipping a label may be requested; its carrier takes a label no longer."""


class Timing(NamedTuple):
    """`send` now, `wait` until a time, or `hold`; with the reason for the last two."""

    verdict: Literal["send", "wait", "hold"]
    until: datetime | None = None
    reason: str = ""


NOW = Timing("send")


def timing(event: Event, now: datetime, *, zone: str = "", oldest: timedelta | None = None) -> Timing:
    """Compare the time of an event with now.

    `zone` is the configured one in which the document's time was read since it names none; `oldest` is the
    age from which an event is held, None for no limit.
    """
    at = occurred_at(event)
    if at is None:
        return NOW if isinstance(event, LabelRequested) else Timing("hold", None, "its time cannot be read")
    told = _told(event, zone)
    if oldest is not None and now - at > oldest:
        return Timing("hold", None, f"{told} is more than {oldest.days} days ago (oldest_date_days)")
    ahead = at - now
    if isinstance(event, ShipmentConfirmed):
        if ahead > EARLY:
            why = "Amazon takes no date in the future, and a notice waits 24 hours at most"
            return Timing("hold", None, f"{told} is {_span(ahead)} ahead of now: {why}")
        if ahead > timedelta(0):
            return Timing("wait", at, f"{told} is still to come: it goes by itself at {_utc(at)}")
    elif ahead > SKEW:
        return Timing(
            "hold", None, f"{told} is {_span(ahead)} ahead of now: nothing is scanned in the future"
        )
    return NOW


def label_timing(day: datetime, now: datetime) -> Timing:
    """Compare the day of shipping for which a label is requested (its first moment) with now."""
    if day - now > LABELS_EARLY:
        reason = f"its day of shipping, {day:%Y-%m-%d}, is more than {LABELS_EARLY.days} days ahead of now"
        return Timing("hold", None, reason)
    if day > now:
        return Timing("wait", day, f"it waits for its day of shipping: it goes by itself at {_utc(day)}")
    return NOW


def _told(event: Event, zone: str) -> str:
    name = "shippedDate" if isinstance(event, ShipmentConfirmed) else "statusDateTime"
    read = f" (read in the configured time zone {zone}, since the document names none)" if zone else ""
    return f"{name} {own_time(event)}{read}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(ahead: timedelta) -> str:
    """Write a span in the largest unit of which there are two or more."""
    for unit, length in (("days", timedelta(days=1)), ("hours", timedelta(hours=1))):
        if ahead >= 2 * length:
            return f"{ahead // length} {unit}"
    return f"{ahead // timedelta(minutes=1)} minutes"
