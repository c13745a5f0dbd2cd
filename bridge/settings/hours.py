"""Hours of a day, as `06:00-20:00`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Annotated

from pydantic import BeforeValidator

_HOURS = re.compile(r"(\d\d):(\d\d) ?- ?(\d\d):(\d\d)")
_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """From one minute of the day until before another; over midnight where the end comes first."""

    begin: int
    end: int

    def cover(self, at: time) -> bool:
        """Return whether a time of the day is within the hours."""
        minute = at.hour * 60 + at.minute
        if self.begin < self.end:
            return self.begin <= minute < self.end
        return minute >= self.begin or minute < self.end

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (self.begin, self.end))


def hours_of(value: object) -> Hours | None:
    """Read `06:00-20:00`, or nothing for all day. Raises ValueError."""
    if value is None or isinstance(value, Hours):
        return value
    if value == "":
        return None
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError("must be hours such as 06:00-20:00, or empty for all day")
    first, first_minute, last, last_minute = map(int, found.groups())
    begin, end = first * 60 + first_minute, last * 60 + last_minute
    if max(first_minute, last_minute) > 59 or begin >= _DAY or end > _DAY:
        raise ValueError("must be hours from 00:00 to 24:00, such as 06:00-20:00")
    if begin == end:
        raise ValueError("must begin and end at different times; leave it empty for all day")
    return Hours(begin, end)


OpenHours = Annotated[Hours | None, BeforeValidator(hours_of)]
