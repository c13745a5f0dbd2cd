"""The shipping services that the stand-in offers: their prices, their times, and what they want to know."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, Decimal
from typing import Literal

import msgspec

Format = Literal["PDF", "PNG", "ZPL203", "ZPL300"]
DataType = Literal["String", "Boolean", "Integer", "Timestamp", "Address", "Weight", "Dimension", "Currency"]
_CENT = Decimal("0.01")
_OUNCES_IN_A_POUND = 16
_OUNCES_IN_A_GRAM = Decimal(1) / Decimal("28.349523125")


class InputField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service wants to be told before it sells a label."""

    name: str
    text: str
    """What the seller is asked."""
    data_type: DataType = "String"
    required: bool = True
    level: Literal["SHIPMENT_LEVEL", "ITEM_LEVEL"] = "SHIPMENT_LEVEL"
    pattern: str = ""
    values: tuple[str, ...] = ()
    """The only values that are allowed; none: any."""
    stored: str = ""
    """A text that Amazon has stored for the seller."""


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One shipping service; amounts in the stand-in's currency."""

    service_id: str
    name: str
    carrier: str
    base: Decimal
    per_pound: Decimal
    credit: Decimal = Decimal(0)
    """How much less `RateWithAdjustments` is than `Rate`; less is charged."""
    earliest_days: int = 2
    latest_days: int = 3
    formats: tuple[Format, ...] = ("PDF", "PNG", "ZPL203")
    packing_slips: bool = True
    max_ounces: Decimal = Decimal(1120)
    """Heavier packages are rejected."""
    hazmat: bool = False
    """Whether it carries dangerous goods; otherwise packages with them are rejected."""
    included: tuple[str, ...] = ("CLAIMS_PROTECTED",)
    excluded: Mapping[str, tuple[str, ...]] = {}
    """Benefits that are not included, with the reasons."""
    inputs: tuple[InputField, ...] = ()

    def price(self, ounces: Decimal) -> Decimal:
        """Return what is charged for a package of some weight."""
        pounds = (ounces / _OUNCES_IN_A_POUND).to_integral_value(rounding=ROUND_CEILING)
        return (self.base + self.per_pound * max(pounds, Decimal(1))).quantize(_CENT)


def ounces_of(weight: Mapping[str, object]) -> Decimal:
    """Return a `Weight` of the model in ounces."""
    value = Decimal(str(weight["Value"]))
    return value if weight["Unit"] == "oz" else value * _OUNCES_IN_A_GRAM


SERVICES = (
    Service(
        service_id="USPS_PTP_GND_ADV",
        name="USPS Ground Advantage",
        carrier="USPS",
        base=Decimal("4.10"),
        per_pound=Decimal("1.15"),
        earliest_days=3,
        latest_days=5,
        max_ounces=Decimal(320),
        hazmat=True,
    ),
    Service(
        service_id="UPS_PTP_GND",
        name="UPS Ground",
        carrier="UPS",
        base=Decimal("7.20"),
        per_pound=Decimal("0.60"),
        credit=Decimal("1.00"),
        earliest_days=2,
        latest_days=4,
        included=("CLAIMS_PROTECTED", "FBM_SHIP_PLUS"),
    ),
    Service(
        service_id="UPS_PTP_2ND_DAY_AIR",
        name="UPS 2nd Day Air",
        carrier="UPS",
        base=Decimal("19.40"),
        per_pound=Decimal("2.10"),
        earliest_days=2,
        latest_days=2,
    ),
    Service(
        service_id="FEDEX_PTP_HOME_DELIVERY",
        name="FedEx Home Delivery",
        carrier="FedEx",
        base=Decimal("6.90"),
        per_pound=Decimal("0.70"),
        earliest_days=4,
        latest_days=6,
        included=(),
        excluded={"CLAIMS_PROTECTED": ("LATE_DELIVERY_RISK",)},
    ),
    Service(
        service_id="FEDEX_PTP_PRIORITY_OVERNIGHT",
        name="FedEx Priority Overnight",
        carrier="FedEx",
        base=Decimal("41.00"),
        per_pound=Decimal("3.25"),
        earliest_days=1,
        latest_days=1,
        formats=("PDF", "PNG"),
    ),
)
