"""Sellers' marketplace orders as they are seeded."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec

Status = Literal[
    "PENDING_AVAILABILITY", "PENDING", "UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", "CANCELLED",
    "UNFULFILLABLE",
]  # fmt: skip


class OrderItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of an order."""

    order_item_id: str
    sku: str
    quantity: int
    asin: str = "B00EXAMPLE"
    programs: tuple[str, ...] = ()
    cancellation_requested: bool = False
    """The buyer asks to cancel it."""


class SellerOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One order of the marketplace; times in seconds since the epoch, None: from its creation on."""

    order_id: str
    items: tuple[OrderItem, ...]
    programs: tuple[str, ...] = ()
    fulfilled_by: Literal["MERCHANT", "AMAZON"] = "MERCHANT"
    status: Status | None = None
    """None: as its shipments make it."""
    created: float | None = None
    updated: float | None = None
    latest_ship: float | None = None
    deliver_by: float | None = None
    marketplace: str = "ATVPDKIKX0DER"
    account: str = "default"

    @property
    def ordered(self) -> Counter[str]:
        """The pieces that were ordered, by item."""
        return Counter({item.order_item_id: item.quantity for item in self.items})
