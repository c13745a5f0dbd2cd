"""Marketplace orders as they stand at Amazon: answers of getOrder. Pure.

Names are those of Orders 2026-01-01 in snake case. Only what is needed is read, and nothing of the buyer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from bridge.programs.merchant_fulfillment.offers import moment_of


class OrderItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order. `quantity_unfulfilled` is None where Amazon does not tell it."""

    order_item_id: str
    seller_sku: str = ""
    asin: str = ""
    quantity_ordered: int | None = None
    quantity_unfulfilled: int | None = None
    cancellation_requested: bool = False


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order. Times are aware, None where they are not told."""

    order_id: str
    fulfillment_status: str = ""
    fulfilled_by: str = ""
    programs: tuple[str, ...] = ()
    latest_ship: datetime | None = None
    deliver_by: datetime | None = None
    items: tuple[OrderItem, ...] = ()

    @property
    def purchase_order_number(self) -> str:
        """Its number, by which the core knows it."""
        return self.order_id


class _Product(msgspec.Struct, rename="camel"):
    asin: str | None = None
    seller_sku: str | None = None


class _Quantities(msgspec.Struct, rename="camel"):
    quantity_unfulfilled: int | None = None


class _Cancellation(msgspec.Struct, rename="camel"):
    cancellation_request: dict[str, Any] | None = None


class _Item(msgspec.Struct, rename="camel"):
    order_item_id: str
    quantity_ordered: int | None = None
    product: _Product | None = None
    fulfillment: _Quantities | None = None
    cancellation: _Cancellation | None = None


class _Window(msgspec.Struct, rename="camel"):
    latest_date_time: str | None = None


class _Fulfillment(msgspec.Struct, rename="camel"):
    fulfillment_status: str | None = None
    fulfilled_by: str | None = None
    ship_by_window: _Window | None = None
    deliver_by_window: _Window | None = None


class _Order(msgspec.Struct, rename="camel"):
    order_id: str
    order_items: list[_Item]
    programs: list[str] | None = None
    fulfillment: _Fulfillment | None = None


class _Answer(msgspec.Struct):
    order: _Order


def read_order(raw: msgspec.Raw) -> Order:
    """Read the answer of getOrder; see `Operation.read`."""
    return _order(msgspec.json.decode(raw, type=_Answer).order)


def read_listed(raw: msgspec.Raw) -> Order:
    """Read one order of searchOrders; see `Operation.read`."""
    return _order(msgspec.json.decode(raw, type=_Order))


def _order(read: _Order) -> Order:
    told = read.fulfillment or _Fulfillment()
    return Order(
        order_id=read.order_id,
        fulfillment_status=told.fulfillment_status or "",
        fulfilled_by=told.fulfilled_by or "",
        programs=tuple(read.programs or ()),
        latest_ship=moment_of((told.ship_by_window or _Window()).latest_date_time),
        deliver_by=moment_of((told.deliver_by_window or _Window()).latest_date_time),
        items=tuple(map(_item, read.order_items)),
    )


def _item(read: _Item) -> OrderItem:
    product, quantities = read.product or _Product(), read.fulfillment or _Quantities()
    request = read.cancellation.cancellation_request if read.cancellation else None
    return OrderItem(
        order_item_id=read.order_item_id,
        seller_sku=product.seller_sku or "",
        asin=product.asin or "",
        quantity_ordered=read.quantity_ordered,
        quantity_unfulfilled=quantities.quantity_unfulfilled,
        cancellation_requested=request is not None,
    )
