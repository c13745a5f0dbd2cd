"""The day of shipping in flat files: only forms in which no two readers see different days."""

from __future__ import annotations

import re
from datetime import date

from bridge.mapping.times import iso_time, likely

_FORMS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
    # With points the day comes first wherever dates are written so; with slashes it may be the month.
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
)


def ship_date_of(text: str) -> str:
    """Read `2026-03-04`, `20260304` or `4.3.2026` to ISO-8601. Raises ValueError."""
    for form in _FORMS:
        if (found := form.fullmatch(text)) is None or not text.isascii():
            continue
        try:
            day = date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError as error:
            raise ValueError(f"{text!r} is not a day of the calendar") from error
        return likely(day)
    if re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", text):
        raise ValueError(f"{text!r} may be read as two days: write year, month, day, as in 2026-03-04")
    raise ValueError(f"{text[:40]!r} is not a day: write year, month, day, as in 2026-03-04")


def check_date(text: str) -> None:
    """Check a date that is sent as it is written: ISO-8601, with or without a time. Raises ValueError."""
    if "T" in text:
        iso_time(text, "UTC")
    else:
        ship_date_of(text)
