"""What a document says of a package, before it is an event.

The seller's settings stand in where it is silent.
"""

from __future__ import annotations

import msgspec

from bridge.mapping.profile import VendorProfile
from bridge.programs.merchant_fulfillment.events import (
    Dimensions,
    Money,
    ShipmentItem,
    ShipmentRequested,
    Weight,
)
from bridge.programs.merchant_fulfillment.profile import NAME, BuyShippingValues, PackageType, values_of


class StatedPackage(msgspec.Struct, kw_only=True):
    """A package in the words of its document; empty where it says nothing.

    `ship_from` is a warehouse's code, `deliver_by` a moment with an offset. The rest is as in the event.
    """

    order: str = ""
    package: str = ""
    items: tuple[ShipmentItem, ...] = ()
    dimensions: Dimensions | None = None
    package_type: str = ""
    weight: Weight | None = None
    ship_from: str = ""
    declared_value: Money | None = None
    label_text: str = ""
    hazmat_type: str = ""
    seller_inputs: dict[str, str] = {}
    deliver_by: str = ""
    action: str = ""


def hazmat_type_of(limited: bool | None) -> str:
    """Return Amazon's `HazmatType` of a package of which it is told whether it has a limited quantity."""
    return "" if limited is None else "LQHazmat" if limited else "None"


def requested(stated: StatedPackage, profile: VendorProfile) -> ShipmentRequested:
    """Return the event of a package. What its rules want is not checked here."""
    values = values_of(profile)
    kind = values.package_types.get(stated.package_type, PackageType(predefined=stated.package_type))
    warehouse = _warehouse(stated.ship_from, values)
    return ShipmentRequested(
        amazon_order_id=stated.order,
        package=stated.package,
        items=stated.items,
        package_dimensions=stated.dimensions or kind.dimensions,
        predefined_package_dimensions=kind.predefined,
        weight=stated.weight,
        warehouse=warehouse,
        ship_from=values.warehouses.get(warehouse),
        delivery_experience=values.delivery_experience,
        carrier_will_pick_up=values.carrier_will_pick_up,
        declared_value=stated.declared_value,
        label_format=next(iter(values.label_formats), ""),
        label_text=stated.label_text or values.label_text,
        packing_slip=values.packing_slip,
        hazmat_type=stated.hazmat_type,
        seller_inputs=stated.seller_inputs,
        deliver_by=stated.deliver_by,
        action=stated.action,
    )


def with_default(stated: StatedPackage, profile: VendorProfile) -> StatedPackage:
    """Return a package of a document that tells of none, with what the seller's default has and it lacks."""
    values = values_of(profile)
    kind = values.default_type or PackageType()
    if stated.dimensions or stated.package_type:
        kind = PackageType()
    return msgspec.structs.replace(
        stated,
        dimensions=stated.dimensions or kind.dimensions,
        package_type=stated.package_type or kind.predefined,
        weight=stated.weight or values.default_weight,
    )


def why_not_from(event: ShipmentRequested, profile: VendorProfile) -> str:
    """Return why it is not known where a package ships from, or that its seller buys no shipping."""
    table = f"[sellers.{profile.vendor or 'S'}.buy_shipping"
    if not profile.of_programs.get(NAME):
        return f"the seller buys no shipping: add {table}], then `edibridge rerun` the batch"
    if event.ship_from is not None:
        return ""
    known = ", ".join(values_of(profile).warehouses)
    if event.warehouse:
        told = f"the package ships from {event.warehouse[:40]!r}, which is no warehouse of its seller"
    elif known:
        told = f"the document does not say from which warehouse the package ships ({known})"
        return f"{told}: have it sent again with one (ship_from)"
    else:
        told = "it is not known where the package ships from"
    return f"{told}: add its address to {table}.warehouses], then `edibridge rerun` the batch"


def summary_of(event: ShipmentRequested) -> str:
    """Return a package for operators."""
    pieces = sum(item.quantity for item in event.items)
    return f"{named(event.amazon_order_id, event.package)}: {pieces} piece{'s' * (pieces != 1)}"


def named(order: str, package: str) -> str:
    """Return a package's name for operators."""
    shown = f"order {order or 'without number'}"
    return f"package {package} of {shown}" if package else shown


def _warehouse(told: str, values: BuyShippingValues) -> str:
    """Return the code of a warehouse: that of its document, or the only one."""
    if not told and len(values.warehouses) == 1:
        return next(iter(values.warehouses))
    return told
