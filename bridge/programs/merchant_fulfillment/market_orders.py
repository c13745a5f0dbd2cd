"""Marketplace orders that a seller has to ship himself, told to him as they come and change. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from bridge.mapping.profile import VendorProfile
from bridge.outside_text import csv_rows, json_text
from bridge.programs.follow_ups import NewsFile
from bridge.programs.merchant_fulfillment.operations import SEARCH_ORDERS
from bridge.programs.merchant_fulfillment.order_check import OPEN
from bridge.programs.merchant_fulfillment.orders import Order
from bridge.programs.merchant_fulfillment.profile import NAME
from bridge.programs.watches import Noted, Watch

EVERY = timedelta(minutes=5)
"""Amazon allows one call in three minutes."""
PRIME = "PRIME"
_NOT_YET = frozenset({"PENDING", "PENDING_AVAILABILITY", ""})
"""States in which an order is nobody's to ship yet: it is noted, and told once it is."""


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order. There is no address: Amazon prints it on the label."""

    order_id: str
    status: str
    prime: str
    latest_ship: str
    deliver_by: str
    order_item_id: str
    sku: str
    asin: str
    quantity: str
    unfulfilled: str
    cancellation_requested: str


def note(order: Order, kept: bytes) -> Noted:
    """Return what is kept of an order, and whether it is told: what may be shipped, and each change of it."""
    now = msgspec.json.encode(_rows(order))
    if order.fulfillment_status in _NOT_YET and not kept:
        return Noted(kept=b"", told=False)
    if order.fulfillment_status not in OPEN and not kept:
        return Noted(kept=b"", told=False)  # it was over before the seller heard of it
    due = order.latest_ship if order.fulfillment_status in OPEN else None
    return Noted(kept=now, told=now != kept, due=due)


def files(orders: Sequence[Order], now: datetime, _profile: VendorProfile) -> list[NewsFile]:
    """Return orders as a CSV and a JSON file."""
    rows = [row for order in orders for row in _rows(order)]
    stem = f"orders.{now.astimezone(UTC):%Y%m%dT%H%M%S}"
    lines = [OrderRow.__struct_fields__, *(msgspec.structs.astuple(row) for row in rows)]
    return [
        NewsFile(kind="orders", folder="orders", name=f"{stem}.csv", data=csv_rows(lines)),
        NewsFile(kind="orders", folder="orders", name=f"{stem}.json", data=json_text({"orders": rows})),
    ]


def _rows(order: Order) -> list[OrderRow]:
    return [
        OrderRow(
            order_id=order.order_id,
            status=order.fulfillment_status,
            prime="yes" if PRIME in order.programs else "no",
            latest_ship=order.latest_ship.isoformat(timespec="seconds") if order.latest_ship else "",
            deliver_by=order.deliver_by.isoformat(timespec="seconds") if order.deliver_by else "",
            order_item_id=item.order_item_id,
            sku=item.seller_sku,
            asin=item.asin,
            quantity=_count(item.quantity_ordered),
            unfulfilled=_count(item.quantity_unfulfilled),
            cancellation_requested="yes" if item.cancellation_requested else "no",
        )
        for item in order.items
    ]


def _count(number: int | None) -> str:
    return "" if number is None else str(number)


def _query(since: datetime, token: str) -> Mapping[str, str]:
    query = {
        "lastUpdatedAfter": since.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z"),
        "fulfilledBy": "MERCHANT",
        "includedData": "FULFILLMENT,CANCELLATION",
        "maxResultsPerPage": "100",
    }
    return query | {"paginationToken": token} if token else query


def _every(profile: VendorProfile) -> timedelta | None:
    own = profile.of_programs.get(NAME)  # None: the seller buys no shipping
    return EVERY if own is not None and own.orders == "poll" else None


WATCH = Watch(
    name="market-orders",
    noun="orders to ship",
    to_do="have no label",
    listed=SEARCH_ORDERS,
    every=_every,
    query=_query,
    number=lambda order: order.order_id,
    note=note,
    files=files,
    first=timedelta(days=14),
)
