"""Orders as they stand at Amazon, and what that says. Pure.

Names are those of Amazon's model Fulfillment Outbound 2020-07-01 in snake case. Only what cannot be done
without is required, and what is not known is left aside: replies hold more than the model. What holds names
and addresses of customers is not shown by `repr`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta

import msgspec

from bridge.domain.outcomes import AmazonApiError, Verdict
from bridge.domain.values import Address
from bridge.programs.event_types import Contradiction, Found
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered
from bridge.programs.multi_channel_fulfillment.return_items import (
    AmazonAddress,
    ReturnAuthorization,
    ReturnItem,
)

TOLD_AFTER = timedelta(hours=24)
"""Time without a look at what is in doubt after which an operator is told: none is needed to settle it."""
LOOKS = (timedelta(seconds=5), timedelta(seconds=30), timedelta(seconds=120))
"""When Amazon is asked for what is in doubt; what it does not have by then it did not get."""
STATUSES = (
    "New",
    "Received",
    "Planning",
    "Processing",
    "Cancelled",
    "Complete",
    "CompletePartialled",
    "Unfulfillable",
    "Invalid",
)
"""Amazon's words; its own examples write them in capitals, too."""
_BY_LETTERS = {word.lower(): word for word in STATUSES}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order at Amazon."""

    seller_fulfillment_order_item_id: str
    seller_sku: str
    quantity: int
    cancelled_quantity: int = 0
    unfulfillable_quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedItem:
    """Pieces of a line in a shipment; `package_number` is None where Amazon does not say in which package."""

    line: str
    sku: str
    quantity: int
    package_number: int | None = None
    serial_number: str = ""
    lot_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of a shipment; `number` is its tracking number, the carrier's or else Amazon's own."""

    package_number: int
    carrier_code: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """A shipment of an order; times are ISO-8601 as they came."""

    amazon_shipment_id: str
    fulfillment_center_id: str
    status: str
    shipping_date: str = ""
    estimated_arrival_date: str = ""
    items: tuple[ShippedItem, ...] = ()
    packages: tuple[Package, ...] = ()

    @property
    def is_tracked(self) -> bool:
        """Return whether each of its packages has a tracking number."""
        return bool(self.packages) and all(one.number for one in self.packages)


@dataclass(frozen=True, slots=True, kw_only=True)
class FulfillmentOrder:
    """An order at Amazon; `status` is one of `STATUSES`, or the word as it came."""

    seller_fulfillment_order_id: str
    status: str
    action: str = ""
    status_updated_date: str = ""
    lines: tuple[OrderLine, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    return_items: tuple[ReturnItem, ...] = ()
    return_authorizations: tuple[ReturnAuthorization, ...] = ()
    destination_address: Address | None = field(default=None, repr=False)

    @property
    def purchase_order_number(self) -> str:
        """The order's number, as the core calls it."""
        return self.seller_fulfillment_order_id


class _Header(msgspec.Struct, rename="camel"):
    seller_fulfillment_order_id: str
    fulfillment_order_status: str
    fulfillment_action: str | None = None
    status_updated_date: str | None = None
    destination_address: AmazonAddress | None = None


class _Line(msgspec.Struct, rename="camel"):
    seller_sku: str
    seller_fulfillment_order_item_id: str
    quantity: int
    cancelled_quantity: int | None = None
    unfulfillable_quantity: int | None = None


class _ShippedItem(msgspec.Struct, rename="camel"):
    seller_sku: str
    seller_fulfillment_order_item_id: str
    quantity: int
    package_number: int | None = None
    serial_number: str | None = None
    manufacturer_lot_codes: list[str] | None = None


class _Package(msgspec.Struct, rename="camel"):
    package_number: int
    carrier_code: str | None = None
    tracking_number: str | None = None
    amazon_fulfillment_tracking_number: str | None = None


class _Shipment(msgspec.Struct, rename="camel"):
    amazon_shipment_id: str
    fulfillment_shipment_status: str
    fulfillment_center_id: str | None = None
    shipping_date: str | None = None
    estimated_arrival_date: str | None = None
    fulfillment_shipment_item: list[_ShippedItem] | None = None
    fulfillment_shipment_package: list[_Package] | None = None


class _Order(msgspec.Struct, rename="camel"):
    fulfillment_order: _Header
    fulfillment_order_items: list[_Line] | None = None
    fulfillment_shipments: list[_Shipment] | None = None
    return_items: list[ReturnItem] | None = None
    return_authorizations: list[ReturnAuthorization] | None = None


def read_order(raw: msgspec.Raw) -> FulfillmentOrder:
    """Read the payload of getFulfillmentOrder; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Order)
    order = _order(
        read.fulfillment_order,
        tuple(map(_line, read.fulfillment_order_items or ())),
        tuple(map(_shipment, read.fulfillment_shipments or ())),
    )
    return replace(
        order,
        return_items=tuple(read.return_items or ()),
        return_authorizations=tuple(read.return_authorizations or ()),
    )


def read_listed(raw: msgspec.Raw) -> FulfillmentOrder:
    """Read an element of listAllFulfillmentOrders, which has no lines; see `Operation.read`."""
    return _order(msgspec.json.decode(raw, type=_Header))


def _order(
    header: _Header, lines: tuple[OrderLine, ...] = (), shipments: tuple[Shipment, ...] = ()
) -> FulfillmentOrder:
    if not header.seller_fulfillment_order_id.strip():
        raise ValueError("it is empty - at `$.sellerFulfillmentOrderId`")
    told = header.fulfillment_order_status
    address = header.destination_address
    return FulfillmentOrder(
        seller_fulfillment_order_id=header.seller_fulfillment_order_id,
        status=_BY_LETTERS.get(re.sub(r"[\W_]", "", told).lower(), told),
        action=header.fulfillment_action or "",
        status_updated_date=header.status_updated_date or "",
        lines=lines,
        shipments=shipments,
        destination_address=address.known() if address is not None else None,
    )


def _line(line: _Line) -> OrderLine:
    return OrderLine(
        seller_fulfillment_order_item_id=line.seller_fulfillment_order_item_id,
        seller_sku=line.seller_sku,
        quantity=line.quantity,
        cancelled_quantity=line.cancelled_quantity or 0,
        unfulfillable_quantity=line.unfulfillable_quantity or 0,
    )


def _shipment(shipment: _Shipment) -> Shipment:
    return Shipment(
        amazon_shipment_id=shipment.amazon_shipment_id,
        fulfillment_center_id=shipment.fulfillment_center_id or "",
        status=shipment.fulfillment_shipment_status.upper(),
        shipping_date=shipment.shipping_date or "",
        estimated_arrival_date=shipment.estimated_arrival_date or "",
        items=tuple(map(_shipped_item, shipment.fulfillment_shipment_item or ())),
        packages=tuple(map(_package, shipment.fulfillment_shipment_package or ())),
    )


def _shipped_item(item: _ShippedItem) -> ShippedItem:
    return ShippedItem(
        line=item.seller_fulfillment_order_item_id,
        sku=item.seller_sku,
        quantity=item.quantity,
        package_number=item.package_number,
        serial_number=item.serial_number or "",
        lot_codes=tuple(item.manufacturer_lot_codes or ()),
    )


def _package(package: _Package) -> Package:
    number = package.tracking_number or package.amazon_fulfillment_tracking_number or ""
    return Package(
        package_number=package.package_number,
        carrier_code=package.carrier_code or "",
        number=number.strip(),
    )


def verdict_of(order: FulfillmentOrder) -> Verdict:
    """Return whether Amazon accepted an order: a `New` one it has not looked at yet.

    One that was cancelled since, or that cannot be fulfilled, was accepted: how it ended is told by its
    follow-up. A status that is not known is waited for.
    """
    if order.status == "Invalid":
        message = "Amazon found the order invalid after it took it: mostly its address, or no stock"
        return Verdict(status="Failure", errors=(AmazonApiError("Invalid", message),))
    if order.status == "New" or order.status not in STATUSES:
        return Verdict(status="Processing")
    return Verdict(status="Success")


def compared(event: FulfillmentOrdered, order: FulfillmentOrder) -> Found:
    """Return whether an order at Amazon is the one that was to be sent: the same lines to the same place."""
    ours = Counter(
        {(one.seller_fulfillment_order_item_id, one.seller_sku): one.quantity for one in event.items}
    )
    theirs: Counter[tuple[str, str]] = Counter()
    for line in order.lines:  # of one line Amazon may make several
        theirs[line.seller_fulfillment_order_item_id, line.seller_sku] += line.quantity
    if ours != theirs:
        return _other(event, "lines")
    if order.destination_address is not None and not _same_place(
        event.destination_address, order.destination_address
    ):
        return _other(event, "name and address")
    return "taken"


def _other(event: FulfillmentOrdered, what: str) -> Contradiction:
    used = f"the id {event.seller_fulfillment_order_id} is used by another order at Amazon"
    return Contradiction(f"{used}: its {what} differ from those that were to be sent")


def _same_place(ours: Address, theirs: Address) -> bool:
    """Compare what both have; letters and digits alone, since Amazon writes addresses its own way."""
    pairs = ((getattr(ours, name), getattr(theirs, name)) for name in _COMPARED)
    return all(same_letters(one, other) for one, other in pairs if one and other)


_COMPARED = ("name", "address_line1", "postal_code", "country_code")


def same_letters(one: str, other: str) -> bool:
    """Compare texts by their letters and digits."""
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()
