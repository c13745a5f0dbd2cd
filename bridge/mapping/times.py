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

_EIGHT, _SIX = 8, 6
_CENTURY_PIVOT = 70
"""Two-digit years from 70 are of the 20th century."""


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
X12_ZONES: frozenset[str] = frozenset(_FIXED) | frozenset(_FOLLOWS_SAVING) | {"LT"}
"""All codes of 623. `LT` is local time: the zone of the vendor."""

# 2379 formats 301..304 end in a zone of three characters; these are the ones that occur.
_ABBREVIATIONS: dict[str, float] = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "CET": 1, "MEZ": 1,
    "CES": 2, "CEST": 2, "MES": 2, "EET": 2,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
_DTM_LENGTHS = {
    "101": (0, 6), "102": (0, 8), "201": (4, 6), "202": (6, 6), "203": (4, 8), "204": (6, 8),
    "301": (4, 6), "302": (6, 6), "303": (4, 8), "304": (6, 8), "205": (4, 8),
}  # fmt: skip
"""2379 to (digits of the time, digits of the date); 2, 3, 718 and 719 are read on their own."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?")


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """Give a zone by its IANA name. Raises ValueError if there is none."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError(f"{name!r} is not a time zone of the IANA data base") from error


def x12_time(day: str, time: str, code: str, local: str) -> str:
    """Read 373, 337 and 623: `20240131`, `0930` to `09301599`, `ET`; `local` is the vendor's zone.

    A six-digit date is year, month, day of X12 before 4010. A blank time is midnight. A value that
    is ISO-8601 already (`2024-01-31T09:30:15.993Z`) is taken as it is. Raises ValueError.
    """
    if "-" in day:
        return iso_time(day, local)
    return _text(_date(day), time, _x12_zone(code, local))


def edifact_time(value: str, code: str, local: str) -> str:
    """Read DTM 2380 by its format 2379. Raises ValueError.

    Without a format the digits decide, or the value is ISO-8601. Of a period (718, 719) the start is
    taken; `edifact_time_end` takes its end.
    """
    return _edifact(value, code, local, end=False)


def edifact_time_end(value: str, code: str, local: str) -> str:
    """Read DTM as `edifact_time` does, but of a period take the end."""
    return _edifact(value, code, local, end=True)


def iso_time(text: str, local: str) -> str:
    """Read ISO-8601, in the vendor's zone where it has no offset. Raises ValueError."""
    if not _ISO.fullmatch(text):
        raise ValueError(f"{text!r} is not a date and time")
    moment = datetime.fromisoformat(text)
    return _written(moment if moment.tzinfo else moment.replace(tzinfo=zone_of(local)))


def _edifact(value: str, code: str, local: str, *, end: bool) -> str:
    if not code:
        if "-" in value:
            return iso_time(value, local)
        code = {6: "101", 8: "102", 12: "203", 14: "204"}.get(len(value), "")
    if code in {"718", "719"}:
        half = {"718": 8, "719": 12}[code]
        digits = value.replace("-", "")
        if len(digits) != 2 * half:
            raise ValueError(f"{value!r} does not have the format {code}")
        return _edifact(
            digits[half:] if end else digits[:half], "102" if half == 8 else "203", local, end=False
        )
    if code == "2":  # DDMMYY
        return _edifact(value[4:] + value[2:4] + value[:2], "101", local, end=False)
    if code == "3":  # MMDDYY
        return _edifact(value[4:] + value[:4], "101", local, end=False)
    if code not in _DTM_LENGTHS:
        raise ValueError(f"the date format {code!r} (2379) is not known")
    time_digits, date_digits = _DTM_LENGTHS[code]
    digits, zone = value[: date_digits + time_digits], value[date_digits + time_digits :]
    with_zone = code in {"205", "301", "302", "303", "304"}
    if len(digits) != date_digits + time_digits or (zone and not with_zone):
        raise ValueError(f"{value!r} does not have the format {code} (2379)")
    return _text(
        _date(digits[:date_digits]),
        digits[date_digits:],
        _named_zone(zone) if zone.strip() else zone_of(local),
    )


@lru_cache(maxsize=4096)
def _date(day: str) -> date:
    if not day.isascii() or not day.isdigit() or len(day) not in {_SIX, _EIGHT}:
        raise ValueError(f"{day!r} is not a date")
    if len(day) == _SIX:
        day = ("19" if int(day[:2]) >= _CENTURY_PIVOT else "20") + day
    try:
        return date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError as error:
        raise ValueError(f"{day!r} is not a day of the calendar") from error


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
    match = re.fullmatch(r"([+-]?)(\d\d):?(\d\d)?", name)
    if match is None:
        raise ValueError(f"{text!r} is not a time zone")
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes >= 24 * 60:
        raise ValueError(f"{text!r} is not an offset from UTC")
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
