"""Settings of sellers who buy shipping: the table `[sellers.S.buy_shipping]`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from bridge.domain import values as measures
from bridge.mapping.units import parse_number
from bridge.programs.inputs import Settings
from bridge.programs.merchant_fulfillment.events import Money, ShipFrom, Weight
from bridge.programs.merchant_fulfillment.measures import money_of, weight_of
from bridge.programs.merchant_fulfillment.package_types import PREDEFINED, dimensions_of_text
from bridge.programs.merchant_fulfillment.profile import (
    STAND_IN,
    BuyShippingValues,
    DeliveryExperience,
    LabelFormat,
    OfferPolicy,
    PackageType,
    Purchase,
)
from bridge.programs.merchant_fulfillment.rules import LONGEST_TEXT, PRINTS_TEXT
from bridge.settings.kinds import Codes, Flag, Text
from bridge.settings.table import Table

_WITH_STATE = frozenset({"US", "CA", "GB", "UK"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WEIGHT = re.compile(r"(\d{1,6}(?:\.\d{1,4})?) (OZ|LB|G|KG)")
_OF_WEIGHT = {"OZ": ("0.0625", "LB"), "LB": ("1", "LB"), "G": ("0.001", "KG"), "KG": ("1", "KG")}


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _amount(value: str) -> str:
    try:
        money_of(*value.split(" ", 1)) if " " in value else money_of(value, "")
    except ValueError as error:
        raise ValueError('must be an amount and its currency, such as "25.00 USD"') from error
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("must be an e-mail address")
    return value


def _package_type(value: str) -> str:
    if value not in PREDEFINED:
        try:
            dimensions_of_text(value)
        except ValueError as error:
            raise ValueError(
                f"{error}, or a size that Amazon knows by name, such as USPS_FlatRateEnvelope"
            ) from error
    return value


def _weight(value: str) -> str:
    found = _WEIGHT.fullmatch(value)
    if found is None or not parse_number(found[1]):
        raise ValueError('must be a weight and its unit, such as "12 OZ", "2.5 LB", "400 G" or "1.2 KG"')
    return value


Amount = Annotated[Text, AfterValidator(_amount)]
PackageSize = Annotated[Text, AfterValidator(_package_type)]
PackageWeight = Annotated[Text, AfterValidator(_weight)]
Formats = Annotated[tuple[LabelFormat, ...], BeforeValidator(_listed)]


def _at_most(longest: int, *, required: bool = True) -> Any:  # noqa: ANN401 - a kind of text
    return StringConstraints(min_length=int(required), max_length=longest, strip_whitespace=True)


class Warehouse(Table):
    """An address that packages ship from, as Amazon takes it."""

    name: Annotated[str, _at_most(30)]
    """Name of the sender, 30 characters at most."""
    address_line1: Annotated[str, _at_most(180)]
    """Street and number."""
    address_line2: Annotated[str, _at_most(60, required=False)] = ""
    """More of the street address."""
    address_line3: Annotated[str, _at_most(60, required=False)] = ""
    """More of the street address."""
    district_or_county: Annotated[str, _at_most(60, required=False)] = ""
    """District or county."""
    city: Annotated[str, _at_most(30)]
    """City."""
    state_or_province_code: Annotated[str, _at_most(30, required=False)] = ""
    """State or province; the United States, Canada and the United Kingdom require it."""
    postal_code: Annotated[str, _at_most(30)]
    """Postal code."""
    country_code: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """Country, two letters (ISO 3166-1)."""
    email: Annotated[Text, AfterValidator(_email)]
    """E-mail address of the sender, which Amazon requires."""
    phone: Annotated[str, _at_most(30)]
    """Telephone number of the sender, which Amazon requires."""

    @model_validator(mode="after")
    def _has_its_state(self) -> Self:
        if self.country_code in _WITH_STATE and not self.state_or_province_code:
            raise ValueError(f"state_or_province_code is missing: Amazon requires it in {self.country_code}")
        return self


class DefaultPackage(Table):
    """The package of orders that come without any (940, ORDERS): one an order."""

    size: PackageSize
    """Its length, width, height and unit, as in "12 x 9 x 4 IN", or a size that Amazon knows by name."""
    weight: PackageWeight
    """Its weight with its unit: OZ, LB, G or KG."""


class BuyShipping(Table):
    """Shipping is bought of Amazon for the seller's own packages; without this table none is."""

    purchase: Purchase = "quote"
    """quote: offers and the choice among them are written, and nothing is bought. buy: labels are bought,
    which needs max_price and daily_cap."""
    max_price: Amount | None = None
    """The most that one label may cost, as in "12.00 USD"."""
    daily_cap: Amount | None = None
    """The most that all labels of a day in the seller's time zone may cost, as in "500.00 USD"."""
    policy: OfferPolicy = "cheapest"
    """Which offer is chosen: cheapest, fastest, or named (the first of services that is offered)."""
    services: Codes = ()
    """Shipping services (Amazon's ShippingServiceId) that may be chosen; none: all."""
    carriers: Codes = ()
    """Carriers, by Amazon's names, that may be chosen; none: all."""
    required_benefits: Codes = ()
    """Benefits that an offer must include, such as CLAIMS_PROTECTED."""
    avoid_reasons: Codes = ()
    """Reasons to exclude a benefit that an offer must not have, such as LATE_DELIVERY_RISK."""
    must_arrive: Flag = False
    """Whether an offer must arrive within the time that Amazon promised the buyer."""
    delivery_experience: DeliveryExperience = "DeliveryConfirmationWithoutSignature"
    """Whether the delivery is confirmed: DeliveryConfirmationWithAdultSignature,
    DeliveryConfirmationWithSignature, DeliveryConfirmationWithoutSignature or NoTracking."""
    carrier_will_pick_up: Flag = False
    """Whether the carrier picks packages up; else the seller drops them off."""
    label_format: Formats = Field(default=("PDF",), min_length=1)
    """Formats of labels in the order of preference: PDF, PNG, ZPL203, ZPL300."""
    label_format_option: Literal["label", "packing_slip"] = "label"
    """label: the label alone; packing_slip: the packing slip with it."""
    label_text: Annotated[str, StringConstraints(max_length=LONGEST_TEXT, strip_whitespace=True)] = ""
    """Text on labels whose documents have none, 14 characters at most; AmazonOrderId prints the order's id.
    It is printed on ZPL203 alone, and never by FedEx."""
    warehouses: dict[Text, Warehouse] = Field(default={})
    """Addresses that packages ship from, by the codes of its documents. Where there is one only, documents
    need not name it."""
    default_package: DefaultPackage | None = None
    """The package of orders that come without any (940, ORDERS); without it those are held."""
    package_types: dict[Text, PackageSize] = Field(default={})
    """What its documents call a package = length, width, height and unit, or a size that Amazon knows by
    name."""
    seller_inputs: dict[Text, Text] = Field(default={})
    """What carriers want to know besides, where its documents do not tell it: Amazon's name of it = its
    value."""
    use_stored: Flag = False
    """Whether a value that Amazon has stored for the seller stands in for such a one."""
    orders: Literal["none", "poll"] = "poll"
    """How it is learned which orders are to be shipped: poll (Amazon is asked every five minutes, and tells
    them into orders/), or none."""

    @model_validator(mode="after")
    def _buys_within_limits(self) -> Self:
        missing = [name for name in ("max_price", "daily_cap") if getattr(self, name) is None]
        if self.purchase == "buy" and missing:
            raise ValueError(f'purchase = "buy" spends money: set {" and ".join(missing)}')
        if self.max_price and self.daily_cap and self.max_price.split()[1] != self.daily_cap.split()[1]:
            raise ValueError("max_price and daily_cap must be of one currency")
        return self

    @model_validator(mode="after")
    def _names_services(self) -> Self:
        if self.policy == "named" and not self.services:
            raise ValueError('policy = "named" chooses among services: name them')
        return self

    @model_validator(mode="after")
    def _prints_text(self) -> Self:
        if self.label_text and self.label_format != (PRINTS_TEXT,):
            raise ValueError(f'label_text is printed on ZPL203 alone: set label_format = "{PRINTS_TEXT}"')
        return self


class PurchasesInDoubt(Table):
    """Keys of `[sellers.S.in_doubt]`."""

    purchases: Literal["verify", "hold"] = "verify"
    """Labels of which it is not known whether Amazon sold them: verify (Amazon is asked in a way that buys
    none twice) or hold."""


def _profile(seller: Any) -> BuyShippingValues | None:  # noqa: ANN401 - the table, with the keys of all programs
    own: BuyShipping | None = seller.buy_shipping
    if own is None:
        return None
    default = own.default_package
    return BuyShippingValues(
        purchase=own.purchase,
        max_price=_money(own.max_price),
        daily_cap=_money(own.daily_cap),
        policy=own.policy,
        services=tuple(own.services),
        carriers=tuple(own.carriers),
        required_benefits=tuple(own.required_benefits),
        avoid_reasons=tuple(own.avoid_reasons),
        must_arrive=own.must_arrive,
        delivery_experience=own.delivery_experience,
        carrier_will_pick_up=own.carrier_will_pick_up,
        label_formats=tuple(own.label_format),
        packing_slip=own.label_format_option == "packing_slip",
        label_text=own.label_text,
        warehouses={code: ShipFrom(**one.model_dump()) for code, one in own.warehouses.items()},
        default_type=_type_of(default.size) if default else None,
        default_weight=_weight_of(default.weight) if default else None,
        package_types={word: _type_of(size) for word, size in own.package_types.items()},
        seller_inputs=dict(own.seller_inputs),
        use_stored=own.use_stored,
        orders=own.orders,
    )


def _money(amount: str | None) -> Money | None:
    return money_of(*amount.split(" ", 1)) if amount else None


def _type_of(size: str) -> PackageType:
    return (
        PackageType(predefined=size)
        if size in PREDEFINED
        else PackageType(dimensions=dimensions_of_text(size))
    )


def _weight_of(weight: str) -> Weight | None:
    value, unit = weight.split()
    factor, base = _OF_WEIGHT[unit]
    return weight_of(measures.Weight(f"{parse_number(value) * parse_number(factor):f}", base))


SETTINGS = Settings(
    partners="sellers",
    keys=BuyShipping,
    table="buy_shipping",
    tables={"in_doubt": PurchasesInDoubt},
    profile=_profile,
    stand_in=STAND_IN,
)
