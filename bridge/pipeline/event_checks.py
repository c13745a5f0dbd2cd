"""What is checked of each event before it is kept: whether it can be, and when it may be sent.

The same for a run and for explain.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from bridge.domain.events import Event, MappingResult, RuleError, occurred_at
from bridge.domain.timeliness import NOW, OwnTime, Timing, day_timing, timing
from bridge.ledger.row_conversion import LONGEST_KEY, storable
from bridge.mapping.profile import VendorProfile
from bridge.pipeline.partner import Policies
from bridge.programs.event_types import Calls
from bridge.programs.registry import installed

_encode = msgspec.json.Encoder().encode
TOO_LATE = "TOO_LATE"
"""The code of what is refused since its last day is over."""
_NAMES = {"purchase_order_number": "the order number", "tracking_number": "the tracking number"}


def timing_of(
    event: Event, now: datetime, profile: VendorProfile, policies: Policies, *, zone: str = ""
) -> Timing:
    """Decide by an event's own time whether it goes; `zone` is the one that was assumed for it, if any."""
    own = _own_timing(event, now, policies, zone)
    day = day_of(event, profile, policies)
    return own if day is None or own.verdict == "hold" else day_timing(day, now)


def _own_timing(event: Event, now: datetime, policies: Policies, zone: str) -> Timing:
    kind = installed().of(event)
    if not kind.time_name:
        return NOW
    text = kind.own_time(event)
    read = f" (read in the configured time zone {zone}, since the document names none)" if zone else ""
    own = OwnTime(
        occurred_at(text), f"{kind.time_name} {text}{read}", kind.early, kind.waits_for_time, kind.too_early
    )
    return timing(own, now, oldest=policies.oldest_date)


def day_of(event: Event | None, profile: VendorProfile, policies: Policies) -> datetime | None:
    """Return the first moment of the day for which an event is meant, where such events wait for that."""
    if event is None:
        return None
    kind = installed().of(event)
    if kind.day_by_choice and not policies.labels_on_shipping_day:
        return None
    day = kind.day(event)
    return None if day is None else datetime.combine(day, time.min, ZoneInfo(profile.timezone))


def sound(result: MappingResult) -> MappingResult:
    """Return a result that can be kept: one with a value that is no text, or too long, is refused."""
    try:
        _encode(result)
    except UnicodeEncodeError:
        result = _refused(
            _storable_result(result),
            "TEXT",
            "a value holds half a character (a lone surrogate), which is no text: send it again, corrected",
        )
    for field, name in _NAMES.items():
        length = max(len(getattr(result, field)), len(getattr(result.event, field, "")))
        if length > LONGEST_KEY:
            message = f"{name} has {length} characters; {LONGEST_KEY} can be kept: is a separator missing?"
            result = _refused(result, "TOO_LONG", message)
    return result


def served(result: MappingResult, calls: Calls) -> MappingResult:
    """Return a result that Amazon's API has in the account's version; what it has not there is refused."""
    if result.event is None:
        return result
    operation = installed().chosen(installed().of(result.event), calls)
    versions = installed().served_in(operation.name, calls.version)
    if not versions:
        return result
    message = (
        f"Amazon's API has {operation.name} in version {' and '.join(versions)} only, and the account is "
        f'called in {calls.version}: set api_version = "{versions[-1]}" in the table of the account, then '
        "`edibridge rerun` the batch"
    )
    return _refused(result, "API_VERSION", message)


def in_time(result: MappingResult, now: datetime, profile: VendorProfile) -> MappingResult:
    """Return a result whose last day is not over; one that is too late is refused."""
    message = "" if result.event is None else void(result.event, now, profile)
    return _refused(result, TOO_LATE, message) if message else result


def void(event: Event, now: datetime, profile: VendorProfile) -> str:
    """Return why an event is not to be sent any more: its last day is over; empty where it is not."""
    day = installed().of(event).last_day(event)
    if day is None or now.astimezone(ZoneInfo(profile.timezone)).date() <= day:
        return ""
    return f"its document says that it is void after {day:%Y-%m-%d}, which is over: nothing is sent"


def _storable_result(result: MappingResult) -> MappingResult:
    """Return a result with the half characters of its texts replaced, those of its events too."""
    texts = _storable(msgspec.to_builtins(msgspec.structs.replace(result, event=None, about=None)))
    events = {
        name: msgspec.convert(_storable(msgspec.to_builtins(event)), type(event))
        for name, event in (("event", result.event), ("about", result.about))
        if event is not None
    }
    return msgspec.structs.replace(msgspec.convert(texts, MappingResult), **events)


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
