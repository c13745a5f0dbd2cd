"""Error codes of data element 0085 as this reader uses them, and errors made of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Code(StrEnum):
    """Values of 0085 (ISO 9735 service code list)."""

    SYNTAX_VERSION = "2"
    INVALID_VALUE = "12"
    MISSING = "13"
    VALUE_NOT_SUPPORTED = "14"
    NOT_SUPPORTED_HERE = "15"
    TOO_MANY_COMPONENTS = "16"
    UNSPECIFIED = "18"
    DECIMAL_NOTATION = "19"
    SERVICE_CHARACTER = "20"
    INVALID_CHARACTER = "21"
    DUPLICATE = "26"
    REFERENCE_MISMATCH = "28"
    COUNT_MISMATCH = "29"
    GROUPS_AND_MESSAGES_MIXED = "30"
    LOWER_LEVEL_EMPTY = "32"
    OUTSIDE_MESSAGE = "33"
    NESTING_INDICATOR = "34"
    TOO_MANY_SEGMENTS = "35"
    TOO_MANY_GROUPS = "36"
    CHARACTER_TYPE = "37"
    DIGIT_BEFORE_DECIMAL = "38"
    TOO_LONG = "39"
    TOO_MANY_ELEMENTS = "8"


VALUE_SHOWN: Final = 35
"""Characters of bad data kept in an error; more would only copy personal data about."""


def shown(value: str) -> str:
    """Cut bad data to the length that an error keeps."""
    return value[:VALUE_SHOWN]
