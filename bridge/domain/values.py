"""Values that the events of all programs are made of; decimals are strings, as Amazon's `Decimal` is."""

from __future__ import annotations

import msgspec


class Address(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Postal address; `country_code` is ISO 3166-1 alpha-2."""

    name: str = ""
    address_line1: str = ""
    address_line2: str = ""
    address_line3: str = ""
    city: str = ""
    county: str = ""
    district: str = ""
    state_or_region: str = ""
    postal_code: str = ""
    country_code: str = ""
    phone: str = ""


class ItemQuantity(msgspec.Struct, frozen=True):
    """An integer amount and its unit (`Each`)."""

    amount: int
    unit_of_measure: str


class Weight(msgspec.Struct, frozen=True):
    """Gross weight; unit KG or LB."""

    value: str
    unit_of_measure: str


class Dimensions(msgspec.Struct, frozen=True):
    """Outer dimensions, all three; unit IN or CM."""

    length: str
    width: str
    height: str
    unit_of_measure: str
