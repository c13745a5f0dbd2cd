"""Values of one element of a JSON file, by their path: Amazon's names or the same in snake case."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from bridge.domain.values import Address, Dimensions, Weight
from bridge.flatfiles.cells import SIDES, D, dimensions_of
from bridge.flatfiles.json_elements import Fraction, Members
from bridge.mapping.units import Scale, Units, scaled, whole
from bridge.outside_text import LONGEST

_T = TypeVar("_T")
_CAPITAL = re.compile(r"(?<!^)([A-Z])")
_ADDRESS = Address.__struct_fields__


class ElementReader(Generic[D]):
    """Reads values of one element; every mistake goes to the draft, with the path to it."""

    def __init__(self, draft: D, units: Units) -> None:
        self.draft = draft
        self.units = units

    def members(self, value: object, path: str, known: tuple[str, ...]) -> dict[str, Any]:
        """Return an object by its keys in snake case, without those that are not known."""
        if not isinstance(value, Members):
            self.error("TYPE", f"{path or 'a request'} must be an object")
            return {}
        found: dict[str, Any] = {}
        doubled = list(value.doubled)
        for key, member in value.items():
            if self.draft.full:
                break
            name = snake_case(key)
            if name in found:
                doubled.append(key)
            elif name in known:
                found[name] = member
            else:
                self.error("UNKNOWN_KEY", f"{_at(path, key[:40])} is not known{_near(name, known)}")
        for key in doubled:
            self.error("UNKNOWN_KEY", f"{_at(path, key[:40])} stands twice")
        return found

    def array(self, values: dict[str, Any], name: str, path: str) -> list[Any]:
        """Return an array, empty where there is none."""
        value = values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.error("TYPE", f"{_at(path, name)} must be an array")
            return []
        return value

    def text(self, values: dict[str, Any], name: str, path: str, longest: int = LONGEST) -> str:
        """Return a text of at most `longest` characters, empty where there is none."""
        value = values.get(name)
        at = _at(path, name)
        if value is None:
            return ""
        if not isinstance(value, str) or isinstance(value, Fraction):
            self.error("TYPE", f"{at} must be a text in quotes: a number would lose its leading zeros")
            return ""
        if "\ufffd" in value or any(ord(letter) < ord(" ") for letter in value):
            self.error("VALUE", f"{at} holds control characters or letters that were lost on the way")
        if len(value) > longest:
            self.error("VALUE", f"{at} has {len(value)} characters, more than {longest}")
            return value[:longest]
        return value.strip()

    def whole(
        self, values: dict[str, Any], name: str, path: str, *, required: bool = False, code: str = ""
    ) -> int | None:
        """Return a whole number, None where there is none; the code is the name's where none is given."""
        value = values.get(name)
        code = code or name.upper()
        if value is None:
            if required:
                self.error(code, f"{_at(path, name)} is missing")
            return None
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            self.error(code, f"{_at(path, name)} must be a whole number")
            return None
        return self.read(code, _at(path, name), lambda: whole(str(value)))

    def address(self, value: object, path: str) -> Address:
        """Return an address by the names of `Address`."""
        address = self.members(value, path, _ADDRESS)
        return Address(**{part: text for part in address if (text := self.text(address, part, path))})

    def weight(self, values: dict[str, Any], path: str) -> Weight | None:
        """Return the key `weight`: an object of `value` and `unit_of_measure`."""
        if values.get("weight") is None:
            return None
        path = _at(path, "weight")
        weight = self.members(values["weight"], path, ("value", "unit_of_measure"))
        scale = self._scale(weight, path, self.units.weight)
        value = self._number(weight, "value", path, scale, "WEIGHT")
        return Weight(value, scale.unit) if value and scale else None

    def dimensions(self, values: dict[str, Any], path: str) -> Dimensions | None:
        """Return the key `dimensions`: an object of three sides and `unit_of_measure`."""
        if values.get("dimensions") is None:
            return None
        path = _at(path, "dimensions")
        sides = self.members(values["dimensions"], path, (*SIDES, "unit_of_measure"))
        scale = self._scale(sides, path, self.units.length)
        read = [self._number(sides, side, path, scale, "DIMENSIONS") for side in SIDES]
        return dimensions_of(read, scale.unit) if scale else None

    def read(self, code: str, path: str, read: Callable[[], _T]) -> _T | None:
        """Return what is read, None where it cannot be."""
        try:
            return read()
        except ValueError as error:
            self.error(code, f"{path}: {error}")
            return None

    def error(self, code: str, message: str) -> None:
        """Record an error; the message has the path."""
        self.draft.error(code, message)

    def _scale(self, measure: dict[str, Any], path: str, scales: dict[str, Scale]) -> Scale | None:
        unit = self.text(measure, "unit_of_measure", path)
        scale = scales.get(unit.upper())
        if scale is None:
            what = f"{unit!r} is not known" if unit else "is missing"
            known = " or ".join(sorted({one.unit for one in scales.values()}))
            self.error("UNIT", f"{path}.unit_of_measure: {what}: write {known}")
        return scale

    def _number(
        self, measure: dict[str, Any], name: str, path: str, scale: Scale | None, code: str
    ) -> str | None:
        value = measure.get(name)
        if value is None or isinstance(value, bool) or not isinstance(value, (int, str)):
            self.error(code, f"{path}.{name}: {'is missing' if value is None else 'must be a number'}")
            return None
        return self.read(code, f"{path}.{name}", lambda: scaled(str(value), scale)) if scale else None


def snake_case(key: str) -> str:
    """Return `purchaseOrderNumber` as `purchase_order_number`."""
    return _CAPITAL.sub(r"_\1", key).lower()


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _near(name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f": did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
