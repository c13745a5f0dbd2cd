"""Events to Amazon's elements: the bodies of the calls. Pure.

Names and order are those of the model Fulfillment Outbound 2020-07-01. Optional elements that are absent are
left out; required ones are always there, so that a missing one is seen by Amazon's check and by ours.
"""

from __future__ import annotations

from bridge.domain.values import Address
from bridge.programs.multi_channel_fulfillment.events import (
    FulfillmentOrdered,
    FulfillmentUpdated,
    Money,
    OrderItem,
)
from bridge.programs.multi_channel_fulfillment.rules import SPEEDS
from bridge.programs.operations import Element, present


def fulfillment_order(event: FulfillmentOrdered, version: str) -> Element:
    """Return a `CreateFulfillmentOrderRequest`."""
    del version
    return {
        "marketplaceId": event.marketplace_id,
        "sellerFulfillmentOrderId": event.seller_fulfillment_order_id,
        "displayableOrderId": event.displayable_order_id,
        "displayableOrderDate": event.displayable_order_date,
        "displayableOrderComment": event.displayable_order_comment,
        "shippingSpeedCategory": event.shipping_speed_category,
        "destinationAddress": _address(event.destination_address),
        "fulfillmentAction": event.fulfillment_action,
        "fulfillmentPolicy": event.fulfillment_policy,
        **present(
            notificationEmails=list(event.notification_emails),
            featureConstraints=_features(event),
        ),
        "items": [_item(item) for item in event.items],
    }


def preview(event: FulfillmentOrdered, version: str) -> Element:
    """Return a `GetFulfillmentPreviewRequest` for all speeds, to name another one that would do."""
    del version
    return {
        "marketplaceId": event.marketplace_id,
        "address": _address(event.destination_address),
        "items": [
            {
                "sellerSku": item.seller_sku,
                "quantity": item.quantity,
                "sellerFulfillmentOrderItemId": item.seller_fulfillment_order_item_id,
                **present(perUnitDeclaredValue=_money(item.per_unit_declared_value)),
            }
            for item in event.items
        ],
        "shippingSpeedCategories": list(SPEEDS),
        **present(featureConstraints=_features(event)),
    }


def _features(event: FulfillmentOrdered) -> list[Element]:
    return [{"featureName": name, "featureFulfillmentPolicy": "Required"} for name in event.feature_names]


def fulfillment_update(event: FulfillmentUpdated, version: str) -> Element:
    """Return an `UpdateFulfillmentOrderRequest`: the address whole, if any, and always the action."""
    del version
    where = event.destination_address
    return {
        **({"destinationAddress": _address(where)} if where != Address() else {}),
        "fulfillmentAction": event.fulfillment_action or "Hold",
    }


def _address(address: Address) -> Element:
    return {
        "name": address.name,
        "addressLine1": address.address_line1,
        **present(
            addressLine2=address.address_line2,
            addressLine3=address.address_line3,
            city=address.city,
            stateOrRegion=address.state_or_region,
        ),
        "postalCode": address.postal_code,
        "countryCode": address.country_code,
        **present(phone=address.phone),
    }


def _item(item: OrderItem) -> Element:
    return {
        "sellerSku": item.seller_sku,
        "sellerFulfillmentOrderItemId": item.seller_fulfillment_order_item_id,
        "quantity": item.quantity,
        **present(giftMessage=item.gift_message, perUnitDeclaredValue=_money(item.per_unit_declared_value)),
    }


def _money(money: Money | None) -> Element | None:
    return None if money is None else {"currencyCode": money.currency_code, "value": money.value}
