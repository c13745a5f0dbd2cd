"""Dates and times of X12 and EDIFACT to ISO-8601 text with an offset.

A local time that daylight saving makes ambiguous (the hour that comes twice) is read as the first of
the two; one that does not exist (the hour left out) keeps the offset that was in force before the
change. Fractions of a second are kept, as milliseconds, where they are sent and not zero.
Sources: X12 data elements 337, 373, 623, 1250; EDIFACT 2379.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from bridge.edi.model import Standard
from bridge.mapping.formats import (
    BY_LENGTH,
    EDIFACT_FORMATS,
    WITHOUT_DAY,
    X12_FORMATS,
    YEARS,
    Half,
    day_of,
    full_year,
    read_format,
)

_EIGHT, _SIX = 8, 6
_YEARS = range(2000, 2100)
_FARTHEST = timedelta(hours=14)
"""No place of the Earth is further from UTC."""


def _hours(offset: float) -> timezone:
    return timezone(timedelta(hours=offset))


_STANDARD_HOURS = {"E": -5, "C": -6, "M": -7, "P": -8, "A": -9, "H": -10, "T": -4, "N": -3.5}
_FOLLOWS_SAVING = {
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
    "AT": "America/Anchorage",
    "HT": "Pacific/Honolulu",
    "TT": "America/Halifax",
    "NT": "America/St_Johns",
}
# 623: 01..12 are UTC+1..UTC+12, 13..24 are UTC-12..UTC-1 (X12 data dictionary).
_FIXED: dict[str, timezone] = (
    {f"{hour:02}": _hours(hour) for hour in range(1, 13)}
    | {f"{code}": _hours(code - 25) for code in range(13, 25)}
    | {f"{letter}S": _hours(hours) for letter, hours in _STANDARD_HOURS.items()}
    | {f"{letter}D": _hours(hours + 1) for letter, hours in _STANDARD_HOURS.items()}
    | {"UT": UTC, "GM": UTC}
)

# 2379 formats 301..304 end in a zone of three characters; these are the ones that occur.
_ABBREVIATIONS: dict[str, float] = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "MEZ": 1,
    "CES": 2, "CEST": 2, "MES": 2, "EET": 2,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:T(?:[01][0-9]|2[0-3]):[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ISO_ZONE = re.compile(r"T.*(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_ZONED = frozenset(code for code, template in EDIFACT_FORMATS.items() if template.endswith("z"))


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name. Raises ValueError if there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{name!r} is not a time zone of the IANA data base") from error


def moment(
    standard: Standard, parts: list[str], local: str, *, end: bool = False, point: bool = False
) -> str:
    """Read the parts of a date as a mapping names them; `local` is the vendor's zone. Raises ValueError.

    X12: date, time, zone; or a period (1251), its format (1250) and zone, then date and time of the same
    segment. EDIFACT: value and format. Of a period the start is taken, with `end` its end; a `point`
    takes none at all unless both are one.
    """
    first, second, *others = *parts, "", ""
    if standard == "edifact":
        start, stop = _edifact(first, second, local)
    elif len(parts) > 3 or second in X12_FORMATS or second in WITHOUT_DAY or second == "UN":
        start, stop = _x12_period(first, second, others, local)
    else:
        return x12_time(first, second, others[0], local)
    if point and start != stop:
        raise ValueError(f"{first!r} is not one time but a period")
    return stop if end else start


def assumes_zone(standard: Standard, parts: list[str]) -> bool:
    """Report whether a date that can be read names no zone, so that it is read in the vendor's."""
    first, second, third, *_ = *parts, "", ""
    if _ISO_ZONE.search(first):
        return False
    if standard == "x12":
        return third in {"", "LT"}
    return second not in _ZONED or not read_format(first, EDIFACT_FORMATS[second])[0].zone


def x12_time(day: str, time: str, code: str, local: str) -> str:
    """Read 373, 337 and 623: `20240131`, `0930` to `09301599`, `ET`; `local` is the vendor's zone.

    A six-digit date is year, month, day of X12 before 4010. A blank time is midnight. A value that
    is ISO-8601 already (`2024-01-31T09:30:15.993Z`) is taken as it is. Raises ValueError.
    """
    if "-" in day:
        return iso_time(day, local)
    return _text(_date(day), time, _x12_zone(code, local))


def iso_time(text: str, local: str) -> str:
    """Read ISO-8601, in the vendor's zone where it has no offset. Raises ValueError."""
    if not _ISO.fullmatch(text):
        raise ValueError(f"{text!r} is not a date and time")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date and time: {error}") from error
    if moment.year not in YEARS:
        raise ValueError(f"{text!r} is not in the years {YEARS[0]} to {YEARS[-1]}")
    if moment.tzinfo is None:
        return _written(moment.replace(tzinfo=zone_of(local)))
    if abs(moment.utcoffset() or timedelta()) > _FARTHEST:
        raise ValueError(f"{text!r} is not within 14 hours of UTC")
    return _written(moment)


def _edifact(value: str, code: str, local: str) -> tuple[str, str]:
    """Return start and end; of a moment they are equal."""
    if not code and "-" in value:
        return (text := iso_time(value, local)), text
    template = EDIFACT_FORMATS.get(code) if code else BY_LENGTH.get(len(value))
    if template is None:
        raise ValueError(_unreadable(value, code, "2379"))
    if template == "YmdHM" and len(value) == 12 and value.isascii() and value.isdigit():
        text = _text(_date(value[:8]), value[8:], zone_of(local))  # as nearly all are
        return text, text
    halves = [_moment_of(half, local) for half in read_format(value, template)]
    return _in_order(halves, value)


def _x12_period(value: str, code: str, beside: list[str], local: str) -> tuple[str, str]:
    """Return start and end of 1251; `beside` are zone, date and time of the same segment."""
    zone, day, time, *_ = *beside, "", ""
    if code in {"", "UN"} and "-" in value:
        return (text := iso_time(value, local)), text
    template = BY_LENGTH.get(len(value)) if code in {"", "UN"} else X12_FORMATS.get(code)
    if template is None:
        raise ValueError(_unreadable(value, code, "1250"))
    own = _date(day) if day else None
    texts = []
    for half in read_format(value, template):
        if own is not None and half.day not in {None, own}:
            raise ValueError(f"the segment tells two days that are not the same: {day!r} and {value!r}")
        at = half.day or own
        if at is None:
            raise ValueError(f"{value!r} is a time without a day, not a date")
        texts.append(_text(at, half.time or time, _x12_zone(zone, local)))
    return _in_order(texts, value)


def _unreadable(value: str, code: str, element: str) -> str:
    if not code:
        return f"{value!r} is not a date"
    if code in WITHOUT_DAY:
        return f"the date format {code!r} ({element}) does not name a day: {value!r}"
    return f"the date format {code!r} ({element}) is not known"


def _in_order(texts: list[str], value: str) -> tuple[str, str]:
    start, end = texts[0], texts[-1]
    if start != end and datetime.fromisoformat(start) > datetime.fromisoformat(end):
        raise ValueError(f"{value!r} is not a period: it ends before it starts")
    return start, end


def _moment_of(half: Half, local: str) -> str:
    if half.day is None:
        raise ValueError("a time without a day is not a date")
    return _text(half.day, half.time, _named_zone(half.zone) if half.zone else zone_of(local))


@lru_cache(maxsize=4096)
def _date(day: str) -> date:
    if not day.isascii() or not day.isdigit() or len(day) not in {_SIX, _EIGHT}:
        raise ValueError(f"{day!r} is not a date")
    year = full_year(day[:2]) if len(day) == _SIX else int(day[:4])
    return day_of(year, int(day[-4:-2]), int(day[-2:]), day)


def _text(day: date, time: str, zone: tzinfo) -> str:
    if time and (not time.isascii() or not time.isdigit() or len(time) not in {4, 6, 7, 8}):
        raise ValueError(f"{time!r} is not a time: HHMM, HHMMSS, HHMMSSD or HHMMSSDD")
    digits = time if len(time) == _EIGHT else time.ljust(_EIGHT, "0")
    try:
        moment = datetime(
            day.year, day.month, day.day,
            int(digits[:2]), int(digits[2:4]), int(digits[4:6]), int(digits[6:]) * 10_000, zone,
        )  # fmt: skip
    except ValueError as error:
        raise ValueError(f"{time!r} is not a time of the day") from error
    return _written(moment)


def _written(moment: datetime) -> str:
    if moment.tzinfo is UTC and not moment.microsecond:
        return moment.isoformat()[:19] + "Z"
    text = moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
    return text[:-6] + "Z" if text.endswith("+00:00") else text


@lru_cache(maxsize=1024)
def _x12_zone(code: str, local: str) -> tzinfo:
    if code in {"", "LT"}:
        return zone_of(local)
    if (fixed := _FIXED.get(code)) is not None:
        return fixed
    if (name := _FOLLOWS_SAVING.get(code)) is not None:
        return zone_of(name)
    raise ValueError(f"{code!r} is not a time code (623)")


@lru_cache(maxsize=256)
def _named_zone(text: str) -> tzinfo:
    name = text.strip().upper()
    if name in _ABBREVIATIONS:
        return _hours(_ABBREVIATIONS[name])
    match = re.fullmatch(r"([+-]?)([0-9]{2}):?([0-5][0-9])?", name)
    if match is None:
        raise ValueError(f"{text!r} is not a time zone")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > _FARTHEST:
        raise ValueError(f"{text!r} is not an offset from UTC")
    return timezone(-offset if match[1] == "-" else offset)


def likely(day: date) -> str:
    """Return a day of this century as ISO-8601. Raises ValueError: another one is a typing mistake."""
    if day.year not in _YEARS:
        raise ValueError(f"{day.isoformat()} is no likely day")
    return day.isoformat()
