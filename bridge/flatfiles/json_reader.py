"""Label requests in JSON: Amazon's names (`purchaseOrderNumber`) or the same in snake case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any, TypeVar

from bridge.domain.values import Address, Dimensions, ItemQuantity, Weight
from bridge.flatfiles.draft import Draft, dimensions_of
from bridge.flatfiles.json_elements import Fraction, Members, elements
from bridge.flatfiles.ship_date import check_date, ship_date_of
from bridge.mapping.mappings import Mappings
from bridge.mapping.units import Scale, Units, scaled, whole
from bridge.outside_text import LONGEST
from bridge.programs.vendor_direct_fulfillment.events import Container, Item

_T = TypeVar("_T")
_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_REQUEST = (
    "purchase_order_number",
    "function",
    "selling_party",
    "ship_from_party",
    "ship_from",
    "ship_date",
    "containers",
)
_PARTY = ("party_id", "address")
_ADDRESS = Address.__struct_fields__
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
_WEIGHT = ("value", "unit_of_measure")
_SIDES = ("length", "width", "height")


def read_json(text: str, mappings: Mappings) -> list[Draft]:
    """Return one draft for each request, in order. Raises VendorFileError."""
    drafts = []
    for number, (start, end, value) in enumerate(elements(text), start=1):
        draft = Draft(unit="request", number=number, reference=f"request {number}", start=start, end=end)
        _Request(draft, mappings.units).read(value)
        drafts.append(draft)
    return drafts


class _Request:
    """Reads one request; every mistake goes to the draft, with the path to it."""

    def __init__(self, draft: Draft, units: Units) -> None:
        self.draft = draft
        self.units = units

    def read(self, value: object) -> None:
        request = self._object(value, "", _REQUEST)
        self.draft.order = self._text(request, "purchase_order_number", "")
        self.draft.selling_party = self._party(request, "selling_party")
        party, short = self._party(request, "ship_from_party"), self._text(request, "ship_from", "")
        if party and short and party != short:
            self._error("SHIP_FROM", f"ship_from_party is {party[:60]}, ship_from is {short[:60]}: write one")
        self.draft.ship_from = party or short
        self.draft.ship_date = self._day(request, "ship_date")
        self.draft.function = self._text(request, "function", "")
        containers = self._list(request, "containers", "")
        self.draft.containers = tuple(
            self._container(container, f"containers[{index}]") for index, container in enumerate(containers)
        )

    def _day(self, request: dict[str, Any], name: str) -> str:
        text = self._text(request, name, "")
        return (self._read("SHIP_DATE", name, lambda: ship_date_of(text)) if text else None) or ""

    def _read(self, code: str, path: str, read: Callable[[], _T]) -> _T | None:
        """Return what is read, None where it cannot be."""
        try:
            return read()
        except ValueError as error:
            self._error(code, f"{path}: {error}")
            return None

    def _party(self, request: dict[str, Any], name: str) -> str:
        value = request.get(name)
        if not isinstance(value, dict):
            return self._text(request, name, "")
        party = self._object(value, name, _PARTY)
        if party.get("address") is not None:
            path = f"{name}.address"
            address = self._object(party["address"], path, _ADDRESS)
            self.draft.addresses[name] = Address(
                **{part: text for part in address if (text := self._text(address, part, path))}
            )
        return self._text(party, "party_id", name)

    def _container(self, value: object, path: str) -> Container:
        container = self._object(value, path, _CONTAINER)
        texts = {name: text for name in _TEXTS if (text := self._text(container, name, path))}
        texts.setdefault("container_type", "carton")
        texts.setdefault("container_identifier", texts.get("tracking_number", ""))
        items = [
            self._item(item, f"{path}.packed_items[{index}]")
            for index, item in enumerate(self._list(container, "packed_items", path))
        ]
        if date := texts.get("manifest_date"):
            self._read("DATE_TIME", f"{path}.manifest_date", lambda: check_date(date))
        return Container(
            **texts,
            packed_items=tuple(item for item in items if item is not None),
            weight=self._weight(container, path),
            dimensions=self._dimensions(container, path),
            container_sequence_number=self._whole(container, "container_sequence_number", path),
        )

    def _item(self, value: object, path: str) -> Item | None:
        item = self._object(value, path, _ITEM)
        number = self._whole(item, "item_sequence_number", path, required=True)
        name = "packed_quantity" if item.get("packed_quantity") is not None else "quantity"
        told = item.get(name)
        if name == "packed_quantity" and item.get("quantity") is not None and item["quantity"] != told:
            self._error("QUANTITY", f"{path}: packed_quantity and quantity differ: write one of them")
        amount = (
            {"amount": told}
            if not isinstance(told, dict)
            else self._object(told, f"{path}.{name}", _QUANTITY)
        )
        quantity = self._whole(amount, "amount", f"{path}.{name}", required=True, code="QUANTITY")
        unit = self._quantity_unit(amount, f"{path}.{name}")
        if number is None or quantity is None:
            return None
        return Item(
            item_sequence_number=number,
            quantity=ItemQuantity(quantity, unit),
            buyer_product_identifier=self._text(item, "buyer_product_identifier", path),
            vendor_product_identifier=self._text(item, "vendor_product_identifier", path),
            piece_number=self._whole(item, "piece_number", path),
        )

    def _quantity_unit(self, quantity: dict[str, Any], path: str) -> str:
        unit = self._text(quantity, "unit_of_measure", path)
        known = self.units.quantity
        if not unit or unit in known.values():
            return unit or "Each"
        if unit.upper() not in known:
            self._error("UNIT", f"{path}.unit_of_measure: {unit!r} is not known: write Each")
        return known.get(unit.upper(), unit)

    def _weight(self, container: dict[str, Any], path: str) -> Weight | None:
        if container.get("weight") is None:
            return None
        path = f"{path}.weight"
        weight = self._object(container["weight"], path, _WEIGHT)
        scale = self._scale(weight, path, self.units.weight)
        value = self._number(weight, "value", path, scale, "WEIGHT")
        return Weight(value, scale.unit) if value and scale else None

    def _dimensions(self, container: dict[str, Any], path: str) -> Dimensions | None:
        if container.get("dimensions") is None:
            return None
        path = f"{path}.dimensions"
        sides = self._object(container["dimensions"], path, (*_SIDES, "unit_of_measure"))
        scale = self._scale(sides, path, self.units.length)
        values = [self._number(sides, side, path, scale, "DIMENSIONS") for side in _SIDES]
        return dimensions_of(values, scale.unit) if scale else None

    def _scale(self, measure: dict[str, Any], path: str, scales: dict[str, Scale]) -> Scale | None:
        unit = self._text(measure, "unit_of_measure", path)
        scale = scales.get(unit.upper())
        if scale is None:
            what = f"{unit!r} is not known" if unit else "is missing"
            known = " or ".join(sorted({one.unit for one in scales.values()}))
            self._error("UNIT", f"{path}.unit_of_measure: {what}: write {known}")
        return scale

    def _number(
        self, measure: dict[str, Any], name: str, path: str, scale: Scale | None, code: str
    ) -> str | None:
        value = measure.get(name)
        if value is None or isinstance(value, bool) or not isinstance(value, (int, str)):
            self._error(code, f"{path}.{name}: {'is missing' if value is None else 'must be a number'}")
            return None
        return self._read(code, f"{path}.{name}", lambda: scaled(str(value), scale)) if scale else None

    def _whole(
        self, values: dict[str, Any], name: str, path: str, *, required: bool = False, code: str = ""
    ) -> int | None:
        value = values.get(name)
        code = code or name.upper()
        if value is None:
            if required:
                self._error(code, f"{path}.{name} is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            self._error(code, f"{path}.{name} must be a whole number")
            return None
        return self._read(code, f"{path}.{name}", lambda: whole(str(value)))

    def _text(self, values: dict[str, Any], name: str, path: str) -> str:
        value = values.get(name)
        at = f"{path}.{name}" if path else name
        if value is None:
            return ""
        if not isinstance(value, str) or isinstance(value, Fraction):
            self._error("TYPE", f"{at} must be a text in quotes: a number would lose its leading zeros")
            return ""
        if "\ufffd" in value or any(ord(letter) < ord(" ") for letter in value):
            self._error("VALUE", f"{at} holds control characters or letters that were lost on the way")
        if len(value) > LONGEST:
            self._error("VALUE", f"{at} has {len(value)} characters, more than {LONGEST}")
            return value[:LONGEST]
        return value.strip()

    def _list(self, values: dict[str, Any], name: str, path: str) -> list[Any]:
        value = values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._error("TYPE", f"{path}.{name} must be an array".lstrip("."))
            return []
        return value

    def _object(self, value: object, path: str, known: tuple[str, ...]) -> dict[str, Any]:
        """Return an object by its keys in snake case, without those that are not known."""
        if not isinstance(value, Members):
            self._error("TYPE", f"{path or 'a request'} must be an object")
            return {}
        found: dict[str, Any] = {}
        doubled = list(value.doubled)
        for key, member in value.items():
            if self.draft.full:
                break
            name = _CAPITAL.sub(r"_\1", key).lower()
            if name in found:
                doubled.append(key)
            elif name in known:
                found[name] = member
            else:
                self._error(
                    "UNKNOWN_KEY", f"{f'{path}.' if path else ''}{key[:40]} is not known{_near(name, known)}"
                )
        for key in doubled:
            self._error("UNKNOWN_KEY", f"{f'{path}.' if path else ''}{key[:40]} stands twice")
        return found

    def _error(self, code: str, message: str) -> None:
        self.draft.error(code, message)


def _near(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f": did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
