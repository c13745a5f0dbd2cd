"""What a document says of an order, before it is an event.

The seller's settings stand in where it is silent.
"""

from __future__ import annotations

import msgspec

from bridge.domain.values import Address
from bridge.mapping.profile import VendorProfile
from bridge.programs.multi_channel_fulfillment.events import (
    FulfillmentOrdered,
    FulfillmentUpdated,
    OrderItem,
    Original,
)
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.rules import SPEEDS


class StatedOrder(msgspec.Struct, kw_only=True):
    """An order in the words of its document; empty where it says nothing.

    `order_date` is ISO-8601 with an offset, `marketplace_id` Amazon's id; the last five are as in the event.
    """

    order: str = ""
    customer_order: str = ""
    order_date: str = ""
    order_date_assumed: bool = False
    comment: str = ""
    speed: str = ""
    marketplace_id: str = ""
    address: Address = Address()
    emails: tuple[str, ...] = ()
    action: str = ""
    policy: str = ""
    feature_names: tuple[str, ...] = ()
    items: tuple[OrderItem, ...] = ()
    original: Original = Original()
    ship_not_before: str = ""
    cancel_after: str = ""
    latest_ship: str = ""
    latest_arrival: str = ""


def ordered(stated: StatedOrder, profile: VendorProfile) -> FulfillmentOrdered:
    """Return the event of an order. What its rules want is not checked here."""
    values = values_of(profile)
    features = dict.fromkeys((*values.feature_names, *stated.feature_names))
    return FulfillmentOrdered(
        order_number=stated.order,
        seller_fulfillment_order_id=f"{values.order_prefix}{stated.order}" if stated.order else "",
        marketplace_id=stated.marketplace_id or values.marketplace_id,
        displayable_order_id=stated.customer_order or stated.order,
        displayable_order_date=stated.order_date,
        displayable_order_comment=stated.comment or values.comment,
        shipping_speed_category=_speed(stated.speed, values.speeds) or values.speed,
        fulfillment_action=stated.action or values.action,
        fulfillment_policy=stated.policy or values.policy,
        destination_address=stated.address,
        items=stated.items,
        notification_emails=stated.emails if values.notify else (),
        feature_names=tuple(features),
        order_date_assumed=stated.order_date_assumed,
        original=stated.original,
        ship_not_before=stated.ship_not_before,
        cancel_after=stated.cancel_after,
        latest_ship=stated.latest_ship,
        latest_arrival=stated.latest_arrival,
    )


def updated(stated: StatedOrder, profile: VendorProfile) -> FulfillmentUpdated:
    """Return the event of a change of an order: what its document says, and nothing else."""
    values = values_of(profile)
    return FulfillmentUpdated(
        order_number=stated.order,
        seller_fulfillment_order_id=f"{values.order_prefix}{stated.order}" if stated.order else "",
        marketplace_id=stated.marketplace_id,
        displayable_order_id=stated.customer_order,
        displayable_order_date="" if stated.order_date_assumed else stated.order_date,
        displayable_order_comment=stated.comment,
        shipping_speed_category=_speed(stated.speed, values.speeds),
        fulfillment_action=stated.action,
        fulfillment_policy=stated.policy,
        destination_address=stated.address,
        items=stated.items,
        notification_emails=stated.emails if values.notify else (),
        feature_names=stated.feature_names,
        ship_not_before=stated.ship_not_before,
        cancel_after=stated.cancel_after,
        latest_ship=stated.latest_ship,
        latest_arrival=stated.latest_arrival,
    )


def summary_of(event: FulfillmentOrdered) -> str:
    """Return an order for operators, without names or addresses."""
    units, lines = sum(item.quantity for item in event.items), len(event.items)
    country, speed = event.destination_address.country_code, event.shipping_speed_category
    return (
        f"order {event.order_number}: {units} unit{'s' * (units != 1)} in {lines} line{'s' * (lines != 1)}"
        f"{' to ' * bool(country)}{country}{', ' * bool(speed)}{speed}"
    )


def summary_of_update(event: FulfillmentUpdated) -> str:
    """Return a change of an order for operators, without names or addresses."""
    said = ["address"] if event.destination_address != Address() else []
    said += [f"action {event.fulfillment_action}"] if event.fulfillment_action else []
    said += [f"{len(event.items)} line{'s' * (len(event.items) != 1)}"] if event.items else []
    return f"change of order {event.order_number or 'without number'}: {', '.join(said) or 'other values'}"


def _speed(word: str, speeds: dict[str, str]) -> str:
    if word in speeds:
        return speeds[word]
    return next((known for known in SPEEDS if known.lower() == word.lower()), word)
