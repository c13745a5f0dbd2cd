"""The rows of one package in CSV: what is said once of the package, and an item a row."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.flatfiles.cells import SIDES, Cells, RowReader
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.merchant_fulfillment.events import DangerousGoods, LiquidVolume, Money, ShipmentItem
from bridge.programs.merchant_fulfillment.flatfiles.draft import PackageDraft
from bridge.programs.merchant_fulfillment.measures import (
    dimensions_of,
    hazardous,
    money_of,
    number_of,
    weight_of,
)
from bridge.programs.merchant_fulfillment.stated import StatedPackage, hazmat_type_of

_ORDER = "amazon_order_id"
_OF_PACKAGE = (
    "action",
    "shipment_id",
    "package_type",
    "ship_from",
    "label_text",
    "deliver_by",
    "limited_quantity",
)
_MEASURES = (*SIDES, "dimension_unit", "weight", "weight_unit")
_MONEY = ("declared_value", "currency")
GOODS = DangerousGoods.__struct_fields__
_ITEM = (
    "order_item_id",
    "sku",
    "quantity",
    "transparency_codes",
    "is_hazmat",
    "liquid_volume",
    "liquid_volume_unit",
)
COLUMNS = (_ORDER, "package", "function", *_OF_PACKAGE, *_MEASURES, *_MONEY, *_ITEM, *GOODS)
"""All columns; only the first must be there."""
INPUT, ITEM_INPUT = "input.", "item_input."
OPEN = (INPUT, ITEM_INPUT)
"""How columns begin that have any name behind it: what a carrier wants to know of a package, or of an
item."""
_IDENTIFIERS = (_ORDER, "package", "shipment_id", "order_item_id", "sku")
_TEXTS = {"label_text": LONGEST, "package_type": LONGEST, "transparency_codes": 2000}
_WHOSE = "the rows of one package"
_CODE = "PACKAGE_CONFLICT"
_YES = {"yes": True, "true": True, "1": True, "y": True, "no": False, "false": False, "0": False, "n": False}


def read_rows(draft: PackageDraft, rows: Sequence[Cells], units: Units) -> None:
    """Read all rows of a package into its draft."""
    draft.stated.order = rows[0].text(_ORDER)[:LONGEST]
    draft.stated.package = rows[0].text("package")[:LONGEST]
    draft.at = dict(rows[0].at)
    inputs = {column: LONGEST for column in rows[0].at if column.startswith(OPEN)}
    reader = _PackageRows(draft, rows, units)
    if reader.check_cells(_IDENTIFIERS, _TEXTS | inputs):
        draft.function = reader.function(_WHOSE)
        reader.read_package()


class _PackageRows(RowReader[PackageDraft]):
    def read_package(self) -> None:
        draft, rows = self.draft, self.rows
        told = {name: self._one(name) for name in _OF_PACKAGE}
        self._check_action(told["action"])
        action = told["action"].lower()
        draft.shipment_id, draft.deliver_by = told["shipment_id"], told["deliver_by"]
        if action == "cancel" and not draft.shipment_id:
            draft.function = draft.function or action
        read = [(row.number, self._item(row)) for row in rows]
        draft.places = [number for number, item in read if item is not None]
        limited = self._flag(
            next((row for row in rows if row.text("limited_quantity")), rows[0]), "limited_quantity"
        )
        draft.stated = StatedPackage(
            order=draft.stated.order,
            package=draft.stated.package,
            items=tuple(item for _, item in read if item is not None),
            dimensions=dimensions_of(self.dimensions(rows, _CODE, _WHOSE)),
            package_type=told["package_type"],
            weight=weight_of(self.weight(rows, _CODE, _WHOSE)),
            ship_from=told["ship_from"],
            declared_value=self._money(),
            label_text=told["label_text"],
            hazmat_type=hazmat_type_of(limited),
            seller_inputs={
                name.removeprefix(INPUT): value
                for name in rows[0].at
                if name.startswith(INPUT) and (value := self._one(name))
            },
            action=action,
        )

    def _check_action(self, action: str) -> None:
        """Refuse rows that say only later what is to be done: the first one may be meant otherwise."""
        row = next((row for row in self.rows if row.text("action")), self.rows[0])
        if row is not self.rows[0]:
            message = (
                f"{_WHOSE} differ in action: none in row {self.rows[0].number}, {action} in row {row.number}"
            )
            self.error(row, "action", _CODE, message)

    def _one(self, column: str) -> str:
        return self.agreed(self.rows, column, _CODE, _WHOSE)

    def _item(self, row: Cells) -> ShipmentItem | None:
        inputs = {
            name.removeprefix(ITEM_INPUT): value
            for name in row.at
            if name.startswith(ITEM_INPUT) and (value := row.text(name))
        }
        if not inputs and not any(row.text(column) for column in (*_ITEM, *GOODS)):
            return None  # the rules want items of a package, a cancellation has none
        quantity = self.whole(row, "quantity")
        told = DangerousGoods(**{name: row.text(name) for name in GOODS})
        goods = told if told != DangerousGoods() else None
        if quantity is None:
            return None
        return ShipmentItem(
            order_item_id=row.text("order_item_id"),
            seller_sku=row.text("sku"),
            quantity=quantity,
            transparency_codes=tuple(
                row.text("transparency_codes").replace(";", " ").replace("|", " ").split()
            ),
            is_hazmat=hazardous(self._flag(row, "is_hazmat"), goods),
            liquid_volume=self._volume(row),
            dangerous_goods=goods,
            seller_inputs=inputs,
        )

    def _volume(self, row: Cells) -> LiquidVolume | None:
        value = row.text("liquid_volume")
        if not value:
            return None
        try:
            number = number_of(value.replace(",", ".") if row.mark == "," else value)
        except ValueError as error:
            self.error(row, "liquid_volume", "LIQUID_VOLUME", f"liquid_volume: {error}")
            return None
        return LiquidVolume(number, row.text("liquid_volume_unit").upper())

    def _money(self) -> Money | None:
        value, currency = self._one("declared_value"), self._one("currency").upper()
        if not value:
            return None
        row = next(row for row in self.rows if row.text("declared_value"))
        try:
            return money_of(value.replace(",", ".") if row.mark == "," else value, currency)
        except ValueError as error:
            self.error(row, "declared_value", "DECLARED_VALUE", f"declared_value: {error}")
            return None

    def _flag(self, row: Cells, column: str) -> bool | None:
        text = row.text(column)
        if not text:
            return None
        if text.lower() not in _YES:
            self.error(row, column, column.upper(), f"{column} {text[:40]!r} is neither yes nor no")
        return _YES.get(text.lower())
