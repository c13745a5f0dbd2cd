"""Events of Multi-Channel Fulfillment: a merchant's order that Amazon is to ship, and what befalls it.

Names are those of Amazon's model Fulfillment Outbound 2020-07-01 in snake case. Absent values are None or
empty, never guessed. Events are stored as JSON in the ledger: fields may be added with a default, never
renamed.
"""

from __future__ import annotations

import msgspec

from bridge.domain.events import Event
from bridge.domain.values import Address
from bridge.edi.addressing import Origin


class Money(msgspec.Struct, frozen=True):
    """An amount as Amazon's `Decimal`, and its currency (ISO 4217)."""

    currency_code: str
    value: str


class OrderItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the order; `seller_fulfillment_order_item_id` is its number in the document."""

    seller_fulfillment_order_item_id: str
    seller_sku: str
    quantity: int
    gift_message: str = ""
    per_unit_declared_value: Money | None = None


class Product(msgspec.Struct, frozen=True, array_like=True):
    """The number of a product and its qualifier, as a document has them."""

    qualifier: str
    number: str


class Original(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What answers to an order repeat as its document has it, and whom they go to.

    `products` are those of the lines, by the line's number. There is no name or address.
    """

    origin: Origin | None = None
    purchase_order_number: str = ""
    ship_to_qualifier: str = ""
    ship_to_id: str = ""
    products: dict[str, Product] = {}


class FulfillmentOrdered(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """The warehouse wants Amazon to ship an order from its stock.

    `order_number` is the document's own; Amazon knows the order by `seller_fulfillment_order_id`, which has
    the seller's prefix before it. `displayable_order_date` is ISO-8601 with an offset. `feature_names` are
    those that are required. `original` is what answers repeat of its document.

    `order_date_assumed`: its date is that of the interchange, since the document tells none.

    What the document wants of time is not sent: `ship_not_before` and `cancel_after` are days (ISO-8601) at
    the seller's, the order is sent on no day before the former and none after the latter. `latest_ship` and
    `latest_arrival` are moments with an offset, by which it is to have left and to have arrived.
    """

    order_number: str
    seller_fulfillment_order_id: str
    marketplace_id: str
    displayable_order_id: str
    displayable_order_date: str
    displayable_order_comment: str
    shipping_speed_category: str
    fulfillment_action: str
    fulfillment_policy: str
    destination_address: Address
    items: tuple[OrderItem, ...]
    notification_emails: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    order_date_assumed: bool = False
    original: Original = Original()
    ship_not_before: str = ""
    cancel_after: str = ""
    latest_ship: str = ""
    latest_arrival: str = ""


class FulfillmentUpdated(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """An order is to be changed: what its document says of it, empty where it says nothing.

    The words are those of `FulfillmentOrdered`, but no setting stands in.
    """

    order_number: str
    seller_fulfillment_order_id: str
    marketplace_id: str = ""
    displayable_order_id: str = ""
    displayable_order_date: str = ""
    displayable_order_comment: str = ""
    shipping_speed_category: str = ""
    fulfillment_action: str = ""
    fulfillment_policy: str = ""
    destination_address: Address = Address()
    items: tuple[OrderItem, ...] = ()
    notification_emails: tuple[str, ...] = ()
    feature_names: tuple[str, ...] = ()
    ship_not_before: str = ""
    cancel_after: str = ""
    latest_ship: str = ""
    latest_arrival: str = ""


class ReturnedItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Pieces of a line that come back from one shipment, for one reason of Amazon's."""

    line: str
    amazon_shipment_id: str
    quantity: int
    return_reason_code: str
    return_comment: str = ""
    seller_sku: str = ""


class FulfillmentReturned(Event, frozen=True, omit_defaults=True, kw_only=True, tag=True):
    """A buyer sends pieces of an order back to Amazon; `return_id` is the seller's number of the return."""

    return_id: str
    order_number: str
    seller_fulfillment_order_id: str
    marketplace_id: str
    items: tuple[ReturnedItem, ...]


class FulfillmentCancelled(Event, frozen=True, kw_only=True, tag=True):
    """An order that Amazon has is not wanted any more; both numbers are those of its order."""

    order_number: str
    seller_fulfillment_order_id: str
