"""Orders in JSON, by the same words as the columns of CSV; `address` and `items` are within."""

from __future__ import annotations

from typing import Any

from bridge.domain.values import Address
from bridge.flatfiles.json_values import ElementReader
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.multi_channel_fulfillment.events import Money, OrderItem
from bridge.programs.multi_channel_fulfillment.flatfiles.draft import OrderDraft
from bridge.programs.multi_channel_fulfillment.flatfiles.rows import ADDRESS
from bridge.programs.multi_channel_fulfillment.money import money_of
from bridge.programs.multi_channel_fulfillment.rules import LONGEST_COMMENT, LONGEST_GIFT_MESSAGE
from bridge.programs.multi_channel_fulfillment.stated import StatedOrder

KEYS = (
    "order_id", "function", "customer_order", "order_date", "comment", "speed", "marketplace",
    "latest_arrival", "address", "emails", "action", "policy", "features", "items",
)  # fmt: skip
_ITEM = ("line", "sku", "quantity", "gift_message", "declared_value", "currency")


def read_element(draft: OrderDraft, value: object, units: Units) -> None:
    """Read one order into its draft."""
    reader = _OrderReader(draft, units)
    order = reader.members(value, "", KEYS)
    draft.function = reader.text(order, "function", "")
    draft.order_date = reader.text(order, "order_date", "")
    draft.marketplace = reader.text(order, "marketplace", "")
    draft.latest_arrival = reader.text(order, "latest_arrival", "")
    items = reader.array(order, "items", "")
    named = any(isinstance(item, dict) and item.get("line") for item in items)
    read = [
        reader.item(item, f"items[{place}]", "" if named else str(place + 1))
        for place, item in enumerate(items)
    ]
    draft.places = [draft.number for item in read if item is not None]
    draft.stated = StatedOrder(
        order=reader.text(order, "order_id", ""),
        customer_order=reader.text(order, "customer_order", ""),
        comment=reader.text(order, "comment", "", LONGEST_COMMENT),
        speed=reader.text(order, "speed", ""),
        address=reader.destination(order.get("address")),
        emails=reader.texts(order, "emails"),
        action=reader.text(order, "action", ""),
        policy=reader.text(order, "policy", ""),
        feature_names=reader.texts(order, "features"),
        items=tuple(item for item in read if item is not None),
    )


class _OrderReader(ElementReader[OrderDraft]):
    def destination(self, value: object) -> Address:
        if value is None:
            return Address()
        address = self.members(value, "address", ADDRESS)
        return Address(**{name: text for name in ADDRESS if (text := self.text(address, name, "address"))})

    def texts(self, order: dict[str, Any], name: str) -> tuple[str, ...]:
        found = []
        for value in self.array(order, name, ""):
            if isinstance(value, str) and len(value) <= LONGEST:
                found.append(value.strip())
            else:
                self.error("TYPE", f"{name} must be an array of texts")
        return tuple(found)

    def item(self, value: object, path: str, number: str) -> OrderItem | None:
        item = self.members(value, path, _ITEM)
        quantity = self.whole(item, "quantity", path, required=True)
        if quantity is None:
            return None
        return OrderItem(
            seller_fulfillment_order_item_id=self.text(item, "line", path) or number,
            seller_sku=self.text(item, "sku", path),
            quantity=quantity,
            gift_message=self.text(item, "gift_message", path, LONGEST_GIFT_MESSAGE),
            per_unit_declared_value=self._money(item, path),
        )

    def _money(self, item: dict[str, Any], path: str) -> Money | None:
        value, currency = item.get("declared_value"), self.text(item, "currency", path)
        if value is None:
            return None
        return self.read("DECLARED_VALUE", f"{path}.declared_value", lambda: money_of(str(value), currency))
