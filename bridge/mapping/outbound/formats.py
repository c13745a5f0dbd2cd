"""Values as documents have them: dates by the codes of the standards, numbers, implied decimals."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from bridge.edi.model import Standard
from bridge.mapping.formats import EDIFACT_FORMATS, X12_FORMATS
from bridge.mapping.times import zone_of

ZONE = "623"
"""The format of X12's time code: the offset of the partner's zone at that time."""
_LETTERS = {
    "Y": "%Y",
    "y": "%y",
    "m": "%m",
    "d": "%d",
    "j": "%j",
    "H": "%H",
    "M": "%M",
    "S": "%S",
    "z": "UTC",
}
_IMPLIED = re.compile(r"N([0-9])")
_DAY_LENGTH = 10


def time_formats(standard: Standard) -> dict[str, str]:
    """Return the formats of times that can be written, as templates, by their codes (1250; 2379)."""
    codes = X12_FORMATS if standard == "x12" else EDIFACT_FORMATS
    found = {code: template for code, template in codes.items() if set(template) <= set(_LETTERS)}
    return found | ({ZONE: ZONE} if standard == "x12" else {})


def is_number_format(code: str) -> bool:
    """Return whether a format is that of a number with an implied decimal point (`N2`)."""
    return bool(_IMPLIED.fullmatch(code))


def time_text(value: str, template: str, zone: str) -> str:
    """Write a time at a zone. Raises ValueError for one that is none, or lacks what the template has."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not a date and time") from error
    if len(value) > _DAY_LENGTH:
        if moment.tzinfo is None:
            raise ValueError(f"{value!r} has no offset")
        moment = moment.astimezone(UTC if "z" in template else zone_of(zone))
    elif template == ZONE or set(template) & set("HMSz"):
        return ""  # a day without a time of the day
    if template == ZONE:
        return _zone_code(moment)
    return moment.strftime("".join(_LETTERS[letter] for letter in template))


def _zone_code(moment: datetime) -> str:
    """Return 623: 01 to 12 are east of Greenwich, 13 to 24 west of it."""
    offset = moment.utcoffset()
    hours = (offset.total_seconds() if offset is not None else 0) / 3600
    if not hours:
        return "UT"
    if hours != int(hours) or abs(hours) > 12:
        raise ValueError(f"an offset of {hours:+g} hours has no time code (623)")
    return f"{int(hours if hours > 0 else hours + 25):02}"


def number_text(value: object, code: str) -> str:
    """Write a number: plain digits, with `N2` its hundredths. Raises ValueError for what is none."""
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number")
    if implied := _IMPLIED.fullmatch(code):
        number = number.scaleb(int(implied[1]))
        if number != number.to_integral_value():
            raise ValueError(f"{value!r} has more than {implied[1]} decimals")
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
