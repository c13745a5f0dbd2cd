"""What the configuration tells this program about a seller."""

from __future__ import annotations

from typing import Literal

import msgspec

from bridge.mapping.profile import VendorProfile
from bridge.programs.merchant_fulfillment.events import Dimensions, Money, ShipFrom, Weight

NAME = "merchant_fulfillment"

Purchase = Literal["quote", "buy"]
OfferPolicy = Literal["cheapest", "fastest", "named"]
LabelFormat = Literal["PDF", "PNG", "ZPL203", "ZPL300"]
DeliveryExperience = Literal[
    "DeliveryConfirmationWithAdultSignature",
    "DeliveryConfirmationWithSignature",
    "DeliveryConfirmationWithoutSignature",
    "NoTracking",
]


class PackageType(msgspec.Struct, frozen=True, kw_only=True):
    """What a word for a package means: a size that Amazon knows by name, or one of three sides."""

    predefined: str = ""
    dimensions: Dimensions | None = None


class BuyShippingValues(msgspec.Struct, frozen=True, kw_only=True):
    """Values of a seller who buys shipping: `[sellers.S.buy_shipping]`.

    `label_formats` are wanted in this order. `warehouses` are the addresses that packages ship from, by their
    codes. `default_type` and `default_weight` are of packages whose documents have none; `package_types` are
    the words of documents. `seller_inputs` are what carriers want to know besides, by Amazon's names.
    """

    purchase: Purchase = "quote"
    max_price: Money | None = None
    daily_cap: Money | None = None
    policy: OfferPolicy = "cheapest"
    services: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    required_benefits: tuple[str, ...] = ()
    avoid_reasons: tuple[str, ...] = ()
    must_arrive: bool = False
    delivery_experience: DeliveryExperience = "DeliveryConfirmationWithoutSignature"
    carrier_will_pick_up: bool = False
    label_formats: tuple[LabelFormat, ...] = ("PDF",)
    packing_slip: bool = False
    label_text: str = ""
    warehouses: dict[str, ShipFrom] = {}
    default_type: PackageType | None = None
    default_weight: Weight | None = None
    package_types: dict[str, PackageType] = {}
    seller_inputs: dict[str, str] = {}
    use_stored: bool = False
    orders: Literal["none", "poll"] = "poll"


STAND_IN = BuyShippingValues(
    warehouses={
        "WAREHOUSE": ShipFrom(
            name="Warehouse",
            address_line1="1 Example Road",
            city="Springfield",
            state_or_province_code="IL",
            postal_code="62701",
            country_code="US",
            email="shipping@example.com",
            phone="5550100",
        )
    },
)
"""For no seller in particular."""
_DEFAULT = BuyShippingValues()


def values_of(profile: VendorProfile) -> BuyShippingValues:
    """Return this program's values of a seller; the defaults where it buys no shipping."""
    values: BuyShippingValues = profile.of_programs.get(NAME) or _DEFAULT
    return values
