"""What is checked of each event before it is kept: whether it can be, and when it may be sent.

The same for a run and for explain.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from bridge.domain.events import Event, LabelRequested, MappingResult, RuleError
from bridge.domain.timeliness import Timing, label_timing, timing
from bridge.ledger.row_conversion import LONGEST_KEY, storable
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.partner import Policies

_encode = msgspec.json.Encoder().encode
_NAMES = {"purchase_order_number": "the order number", "tracking_number": "the tracking number"}


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


def sound(result: MappingResult) -> MappingResult:
    """Return a result that can be kept: one with a value that is no text, or too long, is refused."""
    try:
        _encode(result)
    except UnicodeEncodeError:
        result = _refused(
            msgspec.convert(_storable(msgspec.to_builtins(result)), MappingResult),
            "TEXT",
            "a value holds half a character (a lone surrogate), which is no text: send it again, corrected",
        )
    for field, name in _NAMES.items():
        length = max(len(getattr(result, field)), len(getattr(result.event, field, "")))
        if length > LONGEST_KEY:
            message = f"{name} has {length} characters; {LONGEST_KEY} can be kept: is a separator missing?"
            result = _refused(result, "TOO_LONG", message)
    return result


def _refused(result: MappingResult, code: str, message: str) -> MappingResult:
    error = RuleError(code=code, message=message)
    return msgspec.structs.replace(result, hold="", errors=(*result.errors, error))


def _storable(value: Any) -> Any:  # noqa: ANN401 - anything that JSON knows
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value
