"""Packages in JSON, by the words of the columns of CSV; `items`, `weight` and `dimensions` are within."""

from __future__ import annotations

from typing import Any

from bridge.flatfiles.json_elements import Members
from bridge.flatfiles.json_values import ElementReader
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.merchant_fulfillment.events import DangerousGoods, LiquidVolume, Money, ShipmentItem
from bridge.programs.merchant_fulfillment.flatfiles.draft import PackageDraft
from bridge.programs.merchant_fulfillment.flatfiles.rows import GOODS
from bridge.programs.merchant_fulfillment.measures import (
    dimensions_of,
    hazardous,
    money_of,
    number_of,
    weight_of,
)
from bridge.programs.merchant_fulfillment.stated import StatedPackage, hazmat_type_of

KEYS = (
    "amazon_order_id", "package", "function", "action", "shipment_id", "items", "dimensions", "package_type",
    "weight", "ship_from", "declared_value", "currency", "label_text", "deliver_by", "limited_quantity",
    "inputs",
)  # fmt: skip
_ITEM = (
    "order_item_id", "sku", "quantity", "transparency_codes", "is_hazmat", "liquid_volume", *GOODS, "inputs",
)  # fmt: skip


def read_element(draft: PackageDraft, value: object, units: Units) -> None:
    """Read one package into its draft."""
    reader = _PackageReader(draft, units)
    told = reader.members(value, "", KEYS)
    action = reader.text(told, "action", "").lower()
    draft.shipment_id = reader.text(told, "shipment_id", "")
    draft.function = reader.text(told, "function", "")
    if action == "cancel" and not draft.shipment_id:
        draft.function = draft.function or action
    draft.deliver_by = reader.text(told, "deliver_by", "")
    read = [
        reader.item(item, f"items[{place}]") for place, item in enumerate(reader.array(told, "items", ""))
    ]
    draft.places = [draft.number for item in read if item is not None]
    limited = reader.flag(told, "limited_quantity", "")
    draft.stated = StatedPackage(
        order=reader.text(told, "amazon_order_id", ""),
        package=reader.text(told, "package", ""),
        items=tuple(item for item in read if item is not None),
        dimensions=dimensions_of(reader.dimensions(told, "")),
        package_type=reader.text(told, "package_type", ""),
        weight=weight_of(reader.weight(told, "")),
        ship_from=reader.text(told, "ship_from", ""),
        declared_value=reader.money(told),
        label_text=reader.text(told, "label_text", ""),
        hazmat_type=hazmat_type_of(limited),
        seller_inputs=reader.inputs(told, ""),
        action=action,
    )


class _PackageReader(ElementReader[PackageDraft]):
    def item(self, value: object, path: str) -> ShipmentItem | None:
        item = self.members(value, path, _ITEM)
        quantity = self.whole(item, "quantity", path, required=True)
        told = DangerousGoods(**{name: self.text(item, name, path) for name in GOODS})
        goods = told if told != DangerousGoods() else None
        if quantity is None:
            return None
        return ShipmentItem(
            order_item_id=self.text(item, "order_item_id", path),
            seller_sku=self.text(item, "sku", path),
            quantity=quantity,
            transparency_codes=self._texts(item, "transparency_codes", path),
            is_hazmat=hazardous(self.flag(item, "is_hazmat", path), goods),
            liquid_volume=self._volume(item, path),
            dangerous_goods=goods,
            seller_inputs=self.inputs(item, path),
        )

    def flag(self, values: dict[str, Any], name: str, path: str) -> bool | None:
        value = values.get(name)
        if value is None or isinstance(value, bool):
            return value
        self.error(name.upper(), f"{_at(path, name)} must be true or false")
        return None

    def inputs(self, values: dict[str, Any], path: str) -> dict[str, str]:
        value = values.get("inputs")
        if value is None:
            return {}
        if not isinstance(value, Members) or not all(isinstance(one, str) for one in value.values()):
            self.error("TYPE", f"{_at(path, 'inputs')} must be an object of texts")
            return {}
        for name in value.doubled:
            self.error("UNKNOWN_KEY", f"{_at(path, 'inputs')}.{name[:40]} stands twice")
        return {name: self.text(dict(value), name, _at(path, "inputs")) for name in value}

    def money(self, values: dict[str, Any]) -> Money | None:
        value, currency = values.get("declared_value"), self.text(values, "currency", "").upper()
        if value is None:
            return None
        return self.read("DECLARED_VALUE", "declared_value", lambda: money_of(str(value), currency))

    def _texts(self, values: dict[str, Any], name: str, path: str) -> tuple[str, ...]:
        found = []
        for value in self.array(values, name, path):
            if isinstance(value, str) and 0 < len(value) <= LONGEST:
                found.append(value.strip())
            else:
                self.error("TYPE", f"{_at(path, name)} must be an array of texts")
        return tuple(found)

    def _volume(self, values: dict[str, Any], path: str) -> LiquidVolume | None:
        if values.get("liquid_volume") is None:
            return None
        path = _at(path, "liquid_volume")
        volume = self.members(values["liquid_volume"], path, ("value", "unit"))
        unit = self.text(volume, "unit", path).upper()
        value = str(volume.get("value", ""))
        number = self.read("LIQUID_VOLUME", f"{path}.value", lambda: number_of(value))
        return LiquidVolume(number, unit) if number else None


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
