"""When an event of a vendor may be sent, by its own time: the same for a run and for explain."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bridge.domain.events import Event, LabelRequested
from bridge.domain.timeliness import Timing, label_timing, timing
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.partner import Policies


def timing_of(
    event: Event, now: datetime, profile: VendorProfile, policies: Policies, *, zone: str = ""
) -> Timing:
    """Decide by an event's own time whether it goes; `zone` is the one that was assumed for it, if any."""
    if (day := label_day(event, profile, policies)) is not None:
        return label_timing(day, now)
    return timing(event, now, zone=zone, oldest=policies.oldest_date)


def label_day(event: Event | None, profile: VendorProfile, policies: Policies) -> datetime | None:
    """Return the first moment of the day for which a label is requested, where requests wait for that."""
    if not isinstance(event, LabelRequested) or not event.ship_date or not policies.labels_on_shipping_day:
        return None
    return datetime.combine(date.fromisoformat(event.ship_date), time.min, ZoneInfo(profile.timezone))
