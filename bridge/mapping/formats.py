"""Date formats by code (X12 1250, EDIFACT 2379): those that name a day, a moment or a period of them.

A format is a template: `Y` year of four digits, `y` of two, `m` month, `b` its name, `d` day, `j` day
of the year, `w` and `u` week and day of the week (ISO 8601), `H`, `M`, `S` time, `z` zone. Two
templates joined by a hyphen are a period; senders write its hyphen or leave it out.
Sources: X12 data element 1250; EDIFACT 2379 of D96A, D99B and D01B.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

import msgspec

YEARS = range(1990, 2101)
"""Any other year is a placeholder (9999) or a slip of the keyboard, and an error of the document."""

X12_FORMATS = {
    "D8": "Ymd", "D6": "ymd", "DB": "mdY", "TT": "mdy", "KA": "ybd", "TU": "yj",
    "TR": "dmyHM", "DT": "YmdHM", "RTS": "YmdHMS", "TM": "HM", "TS": "HMS",
    "RD8": "Ymd-Ymd", "RD6": "ymd-ymd", "RD": "mdY-mdY", "RDT": "YmdHM-YmdHM", "DTS": "YmdHMS-YmdHMS",
    "DDT": "Ymd-YmdHM", "DTD": "YmdHM-Ymd", "RTM": "HM-HM",
}  # fmt: skip
EDIFACT_FORMATS = {
    "2": "dmy", "3": "mdy", "4": "dmY", "5": "dmYHM",
    "101": "ymd", "102": "Ymd", "103": "ywu", "105": "yj",
    "201": "ymdHM", "202": "ymdHMS", "203": "YmdHM", "204": "YmdHMS", "205": "YmdHMz",
    "301": "ymdHMz", "302": "ymdHMSz", "303": "YmdHMz", "304": "YmdHMSz",
    "711": "Ymd-Ymd", "713": "ymdHM-ymdHM", "717": "ymd-ymd", "718": "Ymd-Ymd", "719": "YmdHM-YmdHM",
}  # fmt: skip
WITHOUT_DAY = frozenset([
    "CC", "CD", "CM", "CQ", "CY", "DA", "DD", "EH", "MCY", "MD", "MM", "RD2", "RD4", "RD5", "RDM", "RMD",
    "RMY", "TC", "TQ", "YM", "YMM", "YY",
    "106", "107", "108", "109", "110", "305", "306", "401", "402", "404", "405", "406", "501", "502", "503",
    "600", "601", "602", "603", "604", "608", "609", "610", "613", "614", "615", "616",
    "701", "702", "703", "704", "705", "706", "707", "708", "709", "710", "715", "716", "720",
    *map(str, range(801, 815)),
])  # fmt: skip
"""Formats that name no single day: years, months, weeks, parts of dates, lengths of time."""
BY_LENGTH = {6: "ymd", 8: "Ymd", 10: "ymdHM", 12: "YmdHM", 14: "YmdHMS"}
"""What digits without a format are."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DIGITS = {"Y": 4, "y": 2, "m": 2, "d": 2, "j": 3, "w": 2, "u": 1, "H": 2, "M": 2, "S": 2}
_CENTURY_PIVOT = 70
"""Two-digit years from 70 are of the 20th century."""


class Half(msgspec.Struct, frozen=True):
    """A moment, or one end of a period. `day` is None where the format has a time only."""

    day: date | None
    time: str = ""
    zone: str = ""


def read_format(value: str, template: str) -> tuple[Half, ...]:
    """Read a value by its template: one half, or the two of a period. Raises ValueError."""
    match = _pattern(template).fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} does not have the format {_shown(template)}")
    found = match.groupdict()
    return tuple(_half(found, str(index)) for index in range(template.count("-") + 1))


def day_of(year: int, month: int, day: int, told: str) -> date:
    """Return a day of the years that are read; `told` is how it is written. Raises ValueError."""
    if year not in YEARS:
        raise ValueError(f"{told!r} is not in the years {YEARS[0]} to {YEARS[-1]}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise ValueError(f"{told!r} is not a day of the calendar") from error


def full_year(short: str) -> int:
    """Return the year that two digits are short for."""
    return (1900 if int(short) >= _CENTURY_PIVOT else 2000) + int(short)


@lru_cache(maxsize=64)
def _pattern(template: str) -> re.Pattern[str]:
    halves = template.split("-")
    return re.compile("-?".join(_half_pattern(half, str(index)) for index, half in enumerate(halves)))


def _half_pattern(template: str, index: str) -> str:
    return "".join(_letter_pattern(letter, letter + index) for letter in template)


def _letter_pattern(letter: str, group: str) -> str:
    if letter == "b":
        return f"(?P<{group}>[A-Za-z]{{3}})"
    if letter == "z":
        return f"(?P<{group}>.*)"
    return f"(?P<{group}>[0-9]{{{_DIGITS[letter]}}})"


def _half(found: dict[str, str], index: str) -> Half:
    part = {group[0]: text for group, text in found.items() if group[1:] == index}
    time = part.get("H", "") + part.get("M", "") + part.get("S", "")
    return Half(_day(part), time, part.get("z", "").strip())


def _day(part: dict[str, str]) -> date | None:
    if "Y" not in part and "y" not in part:
        return None
    year = int(part["Y"]) if "Y" in part else full_year(part["y"])
    told = "".join(text for letter, text in part.items() if letter in "Yymbdjwu")
    if "j" in part:
        return _day_of_year(year, int(part["j"]), told)
    if "w" in part:
        return _day_of_week(year, int(part["w"]), int(part["u"]), told)
    month = _month(part["b"], told) if "b" in part else int(part["m"])
    return day_of(year, month, int(part["d"]), told)


def _day_of_year(year: int, number: int, told: str) -> date:
    day = day_of(year, 1, 1, told) + timedelta(days=number - 1)
    if day.year != year:
        raise ValueError(f"{told!r} is not a day of the calendar")
    return day


def _day_of_week(year: int, week: int, weekday: int, told: str) -> date:
    day_of(year, 1, 1, told)
    try:
        return date.fromisocalendar(year, week, weekday)
    except ValueError as error:
        raise ValueError(f"{told!r} is not a day of the calendar") from error


def _month(name: str, told: str) -> int:
    if name.upper() not in _MONTHS:
        raise ValueError(f"{told!r} is not a day of the calendar")
    return _MONTHS.index(name.upper()) + 1


_SHOWN = {
    "Y": "CCYY", "y": "YY", "m": "MM", "b": "MMM", "d": "DD", "j": "DDD", "w": "WW", "u": "D",
    "H": "HH", "M": "MM", "S": "SS", "z": "ZZZ", "-": "-",
}  # fmt: skip


def _shown(template: str) -> str:
    return "".join(_SHOWN[letter] for letter in template)
