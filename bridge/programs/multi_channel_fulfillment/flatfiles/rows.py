"""The rows of one order in CSV: what is said once of the order, and a line a row."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.domain.values import Address
from bridge.flatfiles.cells import Cells, RowReader
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.multi_channel_fulfillment.events import Money, OrderItem
from bridge.programs.multi_channel_fulfillment.flatfiles.draft import OrderDraft
from bridge.programs.multi_channel_fulfillment.money import money_of
from bridge.programs.multi_channel_fulfillment.rules import LONGEST_COMMENT, LONGEST_GIFT_MESSAGE
from bridge.programs.multi_channel_fulfillment.stated import StatedOrder

_ORDER = "order_id"
ADDRESS = (
    "name", "address_line1", "address_line2", "address_line3", "city", "state_or_region", "postal_code",
    "country_code", "phone",
)  # fmt: skip
_OF_ORDER = ("customer_order", "order_date", "comment", "speed", "marketplace", "latest_arrival")
_CHOICES = ("email", "action", "policy", "features")
_ITEM = ("line", "sku", "quantity", "gift_message", "declared_value", "currency")
COLUMNS = (_ORDER, "function", *_OF_ORDER, *ADDRESS, *_CHOICES, *_ITEM)
"""All columns; only the first must be there."""
_IDENTIFIERS = (_ORDER, "customer_order", "postal_code", "phone", "line", "sku")
_TEXTS = {
    **dict.fromkeys((*ADDRESS, "customer_order", "line"), LONGEST),
    "comment": LONGEST_COMMENT,
    "gift_message": LONGEST_GIFT_MESSAGE,
}
"""Columns of free text, which may begin as a formula does ('s-Hertogenbosch, +49), and their longest."""
_WHOSE = "the rows of one order"


def read_rows(draft: OrderDraft, rows: Sequence[Cells], units: Units) -> None:
    """Read all rows of an order into its draft."""
    draft.stated.order = rows[0].text(_ORDER)[:LONGEST]
    reader = _OrderRows(draft, rows, units)
    if reader.check_cells(_IDENTIFIERS, _TEXTS):
        draft.function = reader.function(_WHOSE)
        reader.read_order()


class _OrderRows(RowReader[OrderDraft]):
    def read_order(self) -> None:
        draft = self.draft
        told = {name: self._one(name) for name in (*_OF_ORDER, *ADDRESS, *_CHOICES)}
        draft.order_date, draft.marketplace = told["order_date"], told["marketplace"]
        draft.latest_arrival = told["latest_arrival"]
        named = any(row.text("line") for row in self.rows)
        read = [(row.number, self._item(row, "" if named else str(n))) for n, row in enumerate(self.rows, 1)]
        draft.places = [number for number, item in read if item is not None]
        draft.stated = StatedOrder(
            order=draft.stated.order,
            customer_order=told["customer_order"],
            comment=told["comment"],
            speed=told["speed"],
            address=Address(**{name: told[name] for name in ADDRESS}),
            emails=tuple(told["email"].replace(";", " ").split()),
            action=told["action"],
            policy=told["policy"],
            feature_names=tuple(told["features"].replace(";", " ").replace("|", " ").split()),
            items=tuple(item for _, item in read if item is not None),
        )

    def _one(self, column: str) -> str:
        return self.agreed(self.rows, column, "ORDER_CONFLICT", _WHOSE)

    def _item(self, row: Cells, number: str) -> OrderItem | None:
        if not any(row.text(column) for column in _ITEM):
            return None  # the rules want lines of an order, a cancellation has none
        quantity = self.whole(row, "quantity")
        if quantity is None:
            return None
        return OrderItem(
            seller_fulfillment_order_item_id=row.text("line") or number,
            seller_sku=row.text("sku"),
            quantity=quantity,
            gift_message=row.text("gift_message"),
            per_unit_declared_value=self._money(row),
        )

    def _money(self, row: Cells) -> Money | None:
        value = row.text("declared_value")
        if not value:
            return None
        try:
            return money_of(value.replace(",", ".") if row.mark == "," else value, row.text("currency"))
        except ValueError as error:
            self.error(row, "declared_value", "DECLARED_VALUE", f"declared_value: {error}")
            return None
