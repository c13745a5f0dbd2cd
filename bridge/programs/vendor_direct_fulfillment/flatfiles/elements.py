"""Label requests in JSON: Amazon's names (`purchaseOrderNumber`) or the same in snake case."""

from __future__ import annotations

from typing import Any, TypeVar

from bridge.domain.values import ItemQuantity
from bridge.flatfiles.json_values import ElementReader
from bridge.flatfiles.ship_date import check_date, ship_date_of
from bridge.mapping.units import Units
from bridge.programs.vendor_direct_fulfillment.events import Container, Item
from bridge.programs.vendor_direct_fulfillment.flatfiles.draft import LabelRequestDraft, PartiesDraft

P = TypeVar("P", bound=PartiesDraft)
KEYS = (
    "purchase_order_number",
    "function",
    "selling_party",
    "ship_from_party",
    "ship_from",
    "ship_date",
    "containers",
)
_PARTY = ("party_id", "address")
_CONTAINER = Container.__struct_fields__
_TEXTS = (
    "container_type", "container_identifier", "tracking_number", "manifest_id", "manifest_date",
    "ship_method", "scac_code", "carrier",
)  # fmt: skip
_ITEM = (
    "item_sequence_number", "buyer_product_identifier", "vendor_product_identifier", "packed_quantity",
    "quantity", "piece_number",
)  # fmt: skip
_QUANTITY = ("amount", "unit_of_measure")


def read_element(draft: LabelRequestDraft, value: object, units: Units) -> None:
    """Read one request into its draft."""
    reader = _RequestReader(draft, units)
    request = reader.members(value, "", KEYS)
    draft.order = reader.text(request, "purchase_order_number", "")
    reader.read_parties(request)
    if day := reader.text(request, "ship_date", ""):
        draft.ship_date = reader.read("SHIP_DATE", "ship_date", lambda: ship_date_of(day)) or ""
    draft.function = reader.text(request, "function", "")
    draft.containers = tuple(
        reader.container(container, f"containers[{index}]")
        for index, container in enumerate(reader.array(request, "containers", ""))
    )


class PartiesReader(ElementReader[P]):
    """Reads the parties of a request."""

    def read_parties(self, request: dict[str, Any]) -> None:
        """Read selling party and warehouse into the draft."""
        self.draft.selling_party = self._party(request, "selling_party")
        party, short = self._party(request, "ship_from_party"), self.text(request, "ship_from", "")
        if party and short and party != short:
            self.error("SHIP_FROM", f"ship_from_party is {party[:60]}, ship_from is {short[:60]}: write one")
        self.draft.ship_from = party or short

    def _party(self, request: dict[str, Any], name: str) -> str:
        value = request.get(name)
        if not isinstance(value, dict):
            return self.text(request, name, "")
        party = self.members(value, name, _PARTY)
        if party.get("address") is not None:
            self.draft.addresses[name] = self.address(party["address"], f"{name}.address")
        return self.text(party, "party_id", name)


class _RequestReader(PartiesReader[LabelRequestDraft]):
    def container(self, value: object, path: str) -> Container:
        container = self.members(value, path, _CONTAINER)
        texts = {name: text for name in _TEXTS if (text := self.text(container, name, path))}
        texts.setdefault("container_type", "carton")
        texts.setdefault("container_identifier", texts.get("tracking_number", ""))
        items = [
            self._item(item, f"{path}.packed_items[{index}]")
            for index, item in enumerate(self.array(container, "packed_items", path))
        ]
        if date := texts.get("manifest_date"):
            self.read("DATE_TIME", f"{path}.manifest_date", lambda: check_date(date))
        return Container(
            **texts,
            packed_items=tuple(item for item in items if item is not None),
            weight=self.weight(container, path),
            dimensions=self.dimensions(container, path),
            container_sequence_number=self.whole(container, "container_sequence_number", path),
        )

    def _item(self, value: object, path: str) -> Item | None:
        item = self.members(value, path, _ITEM)
        number = self.whole(item, "item_sequence_number", path, required=True)
        name = "packed_quantity" if item.get("packed_quantity") is not None else "quantity"
        told = item.get(name)
        if name == "packed_quantity" and item.get("quantity") is not None and item["quantity"] != told:
            self.error("QUANTITY", f"{path}: packed_quantity and quantity differ: write one of them")
        path_of_quantity = f"{path}.{name}"
        amount = (
            self.members(told, path_of_quantity, _QUANTITY) if isinstance(told, dict) else {"amount": told}
        )
        quantity = self.whole(amount, "amount", path_of_quantity, required=True, code="QUANTITY")
        unit = self._quantity_unit(amount, path_of_quantity)
        if number is None or quantity is None:
            return None
        return Item(
            item_sequence_number=number,
            quantity=ItemQuantity(quantity, unit),
            buyer_product_identifier=self.text(item, "buyer_product_identifier", path),
            vendor_product_identifier=self.text(item, "vendor_product_identifier", path),
            piece_number=self.whole(item, "piece_number", path),
        )

    def _quantity_unit(self, quantity: dict[str, Any], path: str) -> str:
        unit = self.text(quantity, "unit_of_measure", path)
        known = self.units.quantity
        if not unit or unit in known.values():
            return unit or "Each"
        if unit.upper() not in known:
            self.error("UNIT", f"{path}.unit_of_measure: {unit!r} is not known: write Each")
        return known.get(unit.upper(), unit)
