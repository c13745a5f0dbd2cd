"""Events of Merchant Fulfillment: a package that shipping is to be bought for, and what befalls its label.

Names are those of Amazon's model Merchant Fulfillment v0 in snake case. Absent values are None or empty,
never guessed. Numbers are decimal text, exactly as they are sent. Events are stored as JSON in the ledger:
fields may be added with a default, never renamed.
"""

from __future__ import annotations

import msgspec

from bridge.domain.events import Event


class Money(msgspec.Struct, frozen=True):
    """An amount, and its currency (ISO 4217)."""

    currency_code: str
    value: str


class Weight(msgspec.Struct, frozen=True):
    """A weight; unit oz or g."""

    value: str
    unit: str


class Dimensions(msgspec.Struct, frozen=True):
    """Outer dimensions, all three; unit inches or centimeters."""

    length: str
    width: str
    height: str
    unit: str


class LiquidVolume(msgspec.Struct, frozen=True):
    """A volume; unit ML, L, FL_OZ, GAL, PT, QT or C."""

    value: str
    unit: str


class DangerousGoods(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What Amazon calls `DangerousGoodsDetails`."""

    united_nations_regulatory_id: str = ""
    transportation_regulatory_class: str = ""
    packing_group: str = ""
    packing_instruction: str = ""


class ShipFrom(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a package ships from, as Amazon takes it."""

    name: str
    address_line1: str
    address_line2: str = ""
    address_line3: str = ""
    district_or_county: str = ""
    city: str
    state_or_province_code: str = ""
    postal_code: str
    country_code: str
    email: str
    phone: str


class ShipmentItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Pieces of an order item in a package; the item is known by its id, or by its SKU alone."""

    order_item_id: str = ""
    seller_sku: str = ""
    quantity: int
    transparency_codes: tuple[str, ...] = ()
    is_hazmat: bool = False
    liquid_volume: LiquidVolume | None = None
    dangerous_goods: DangerousGoods | None = None
    seller_inputs: dict[str, str] = {}
    asin: str = ""
    inputs: str = ""


class ChosenOffer(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The offer of Amazon's by which shipping is bought; its ids are exactly as Amazon wrote them.

    `asks_inputs`: Amazon has to be asked first which inputs it requires.
    """

    shipping_service_id: str
    shipping_service_offer_id: str
    carrier_name: str = ""
    shipping_service_name: str = ""
    price: Money
    asks_inputs: bool = False


class ShipmentRequested(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """Shipping is to be bought for a package of an order.

    `package` is the sender's number of it within the order; empty where that has one only. `warehouse` is the
    code of `ship_from`. `deliver_by` is a moment with an offset by which it is to arrive. `action` is what
    the document wants done, quote or buy; empty: what the settings say. `label_text` is printed on the label,
    `AmazonOrderId` prints the order's id.

    The rest is what Amazon says of it before it is bought: `latest_ship` of its order, by when that was
    `promised` to its buyer, and `ship_date` (moments with an offset), whether the package `takes_all` of its
    items that is to be shipped still, the `offer` that was chosen, the `inputs` that the service `inputs_for`
    requires besides, as JSON that Amazon takes, and what is wrong with those (`input_problems`). An item's
    `asin` and `inputs` are likewise. `refused_formats` are those in which Amazon has no label of it.
    """

    amazon_order_id: str
    package: str
    items: tuple[ShipmentItem, ...]
    package_dimensions: Dimensions | None = None
    predefined_package_dimensions: str = ""
    weight: Weight | None = None
    warehouse: str = ""
    ship_from: ShipFrom | None = None
    delivery_experience: str = ""
    carrier_will_pick_up: bool = False
    declared_value: Money | None = None
    label_format: str = ""
    label_text: str = ""
    packing_slip: bool = False
    hazmat_type: str = ""
    seller_inputs: dict[str, str] = msgspec.field(default_factory=dict)
    deliver_by: str = ""
    action: str = ""
    latest_ship: str = ""
    promised: str = ""
    ship_date: str = ""
    takes_all: bool = False
    offer: ChosenOffer | None = None
    inputs: str = ""
    inputs_for: str = ""
    input_problems: tuple[str, ...] = ()
    refused_formats: tuple[str, ...] = ()


class ShipmentCancelled(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """A label is not wanted any more: that of a package of an order, or that of a shipment of Amazon's."""

    amazon_order_id: str = ""
    package: str = ""
    shipment_id: str = ""


class LabelReprinted(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """The label of a package is wanted once more; its names are those of `ShipmentCancelled`."""

    amazon_order_id: str = ""
    package: str = ""
    shipment_id: str = ""
