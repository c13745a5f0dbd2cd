"""Values of additional inputs as Amazon takes them, by the data type that it wants. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal

from bridge.programs.merchant_fulfillment import bodies
from bridge.programs.merchant_fulfillment.events import ShipFrom
from bridge.programs.merchant_fulfillment.measures import money_of
from bridge.programs.operations import Element

Addresses = Mapping[str, ShipFrom]
_NUMBER = r"(\d{1,9}(?:\.\d{1,4})?)"
_WEIGHT = re.compile(rf"{_NUMBER} ?(oz|g)", re.IGNORECASE)
_LENGTH = re.compile(rf"{_NUMBER} ?(inches|in|centimeters|cm)", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _string(text: str, _addresses: Addresses) -> object:
    return text


def _boolean(text: str, _addresses: Addresses) -> object:
    if text.lower() not in _BOOLEANS:
        raise ValueError("must be true or false")
    return _BOOLEANS[text.lower()]


def _integer(text: str, _addresses: Addresses) -> object:
    if not _INTEGER.fullmatch(text):
        raise ValueError("must be a whole number")
    return int(text)


def _timestamp(text: str, _addresses: Addresses) -> object:
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return text
    except ValueError:
        pass
    raise ValueError("must be a moment with its offset, such as 2026-11-30T17:00:00-05:00")


def _address(text: str, addresses: Addresses) -> object:
    if text not in addresses:
        raise ValueError(f"must be the code of a warehouse of the seller ({', '.join(addresses) or 'none'})")
    return bodies.ship_from(addresses[text])


def _weight(text: str, _addresses: Addresses) -> object:
    found = _WEIGHT.fullmatch(text)
    if not found:
        raise ValueError('must be a weight in ounces or grams, such as "12.5 oz" or "400 g"')
    return {"Value": Decimal(found[1]), "Unit": found[2].lower()}


def _dimension(text: str, _addresses: Addresses) -> object:
    found = _LENGTH.fullmatch(text)
    if not found:
        raise ValueError('must be a length, such as "10 inches" or "25 centimeters"')
    unit = "inches" if found[2].lower().startswith("in") else "centimeters"
    return {"value": Decimal(found[1]), "unit": unit}  # Amazon's `Length` writes them small


def _currency(text: str, _addresses: Addresses) -> object:
    amount, _, currency = text.partition(" ")
    money = money_of(amount, currency.strip())
    return {"CurrencyCode": money.currency_code, "Amount": Decimal(money.value)}


_TYPES: dict[str, tuple[str, Callable[[str, Addresses], object]]] = {
    "string": ("ValueAsString", _string),
    "boolean": ("ValueAsBoolean", _boolean),
    "integer": ("ValueAsInteger", _integer),
    "timestamp": ("ValueAsTimestamp", _timestamp),
    "datetime": ("ValueAsTimestamp", _timestamp),
    "address": ("ValueAsAddress", _address),
    "weight": ("ValueAsWeight", _weight),
    "dimension": ("ValueAsDimension", _dimension),
    "length": ("ValueAsDimension", _dimension),
    "currency": ("ValueAsCurrency", _currency),
    "currencyamount": ("ValueAsCurrency", _currency),
}
"""By the letters of `DataType`, whose words Amazon's model does not list."""


def member_of(data_type: str) -> str:
    """Return the one ValueAs… of a data type; empty for one that is not known."""
    return _TYPES[_letters(data_type)][0] if _letters(data_type) in _TYPES else ""


def input_of(data_type: str, text: str, addresses: Addresses) -> Element:
    """Return an `AdditionalSellerInput` of a text. Raises ValueError: what the text must be."""
    member = member_of(data_type)
    if not member:
        raise ValueError(f"is of type {data_type[:40]!r}, which edibridge does not know")
    return {"DataType": data_type, member: _TYPES[_letters(data_type)][1](text, addresses)}


def _letters(data_type: str) -> str:
    return re.sub(r"[\W_]", "", data_type).lower()
