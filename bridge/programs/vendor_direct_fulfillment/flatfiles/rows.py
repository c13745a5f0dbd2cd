"""The rows of one order in CSV to its label request: packages by their name, items by their row."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.domain.values import ItemQuantity
from bridge.flatfiles.cells import Cells, RowReader
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.vendor_direct_fulfillment.events import Container, Item
from bridge.programs.vendor_direct_fulfillment.flatfiles.draft import LabelRequestDraft

_ORDER = "purchase_order_number"
_PACKAGE = (
    "package_id", "container_type", "weight", "weight_unit", "length", "width", "height", "dimension_unit",
    "tracking_number",
)  # fmt: skip
_ITEM = ("item_sequence_number", "asin", "sku", "quantity")
COLUMNS = (_ORDER, "function", "ship_from", "ship_date", *_PACKAGE, *_ITEM)
"""All columns; only the first must be there."""
_IDENTIFIERS = (_ORDER, "ship_from", "package_id", "tracking_number", "asin", "sku")
_WHOSE = "the rows of one order"


def read_rows(draft: LabelRequestDraft, rows: Sequence[Cells], units: Units) -> None:
    """Read all rows of an order into its draft."""
    draft.order = rows[0].text(_ORDER)[:LONGEST]
    reader = _OrderRows(draft, rows, units)
    if reader.check_cells(_IDENTIFIERS):
        draft.ship_from = reader.agreed(rows, "ship_from", "SHIP_FROM", _WHOSE)
        draft.ship_date = reader.day("ship_date", _WHOSE)
        draft.function = reader.function(_WHOSE)
        reader.read_packages()


class _OrderRows(RowReader[LabelRequestDraft]):
    def read_packages(self) -> None:
        packages: dict[str, list[Cells]] = {}
        loose: list[Cells] = []
        for row in self.rows:
            name = row.text("package_id") or row.text("tracking_number")
            if name:
                packages.setdefault(name, []).append(row)
            elif any(row.text(column) for column in _PACKAGE):
                self.error(row, "package_id", "MISSING_CONTAINER_IDENTIFIER", "the package has no package_id")
            elif any(row.text(column) for column in _ITEM):
                loose.append(row)
        # An order without packages needs no items: Amazon knows them.
        for row in loose if packages else ():
            message = "this item is in no package: fill in package_id"
            self.error(row, "package_id", "ITEM_NOT_PACKED", message)
        self.draft.places = {name: rows[0].number for name, rows in packages.items()}
        self.draft.containers = tuple(self._container(name, rows) for name, rows in packages.items())

    def _container(self, name: str, rows: list[Cells]) -> Container:
        code, whose = "CONTAINER_CONFLICT", f"the rows of package {name}"
        return Container(
            container_type=(self.agreed(rows, "container_type", code, whose) or "carton").lower(),
            container_identifier=name,
            packed_items=tuple(
                item
                for row in rows
                if any(row.text(column) for column in _ITEM) and (item := self._item(row)) is not None
            ),
            weight=self.weight(rows, code, whose),
            dimensions=self.dimensions(rows, code, whose),
            tracking_number=self.agreed(rows, "tracking_number", code, whose),
        )

    def _item(self, row: Cells) -> Item | None:
        number = self.whole(row, "item_sequence_number")
        quantity = self.whole(row, "quantity")
        if number is None or quantity is None:
            return None
        return Item(
            item_sequence_number=number,
            quantity=ItemQuantity(quantity, "Each"),
            buyer_product_identifier=row.text("asin"),
            vendor_product_identifier=row.text("sku"),
        )
