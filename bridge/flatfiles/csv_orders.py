"""The rows of one order in CSV to its label request: packages by their name, items by their row."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

from bridge.domain.values import Dimensions, ItemQuantity, Weight
from bridge.flatfiles.draft import Draft, dimensions_of, rounded, spoiled
from bridge.flatfiles.ship_date import ship_date_of
from bridge.mapping.columns import ITEM, ORDER, PACKAGE
from bridge.mapping.units import EITHER, POINT, Units, scaled, whole
from bridge.outside_text import LONGEST
from bridge.programs.vendor_direct_fulfillment.events import Container, Item

_NAMES = (ORDER, "ship_from", "package_id", "tracking_number", "asin", "sku")
_SIDES = ("length", "width", "height")
_INVISIBLE = str.maketrans("", "", "\ufeff\u200b\u200e\u200f")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+"), re.compile(r"\d{1,3}(?:\.\d{3})+")
"""What thousands look like, separated by commas and by points."""
_T = TypeVar("_T")


class Cells(msgspec.Struct, kw_only=True):
    """One row: its line number in the file, where it stands in the text, its cells by column.

    `at` tells the number of each column, `problem` what is wrong with the row as a whole, `mark` the
    decimal mark: "." or ",", or "" where it may be either.
    """

    number: int
    start: int
    end: int
    values: dict[str, str]
    at: dict[str, int]
    mark: str
    problem: str = ""

    def text(self, column: str) -> str:
        """Return a cell, empty if it is blank or there is no such column."""
        value = self.values.get(column, "").translate(_INVISIBLE).strip()
        # ="00123" is how spreadsheets are told to keep leading zeros.
        kept = _EXCEL_TEXT.fullmatch(value)
        return kept[1].strip() if kept else value


def read_order(rows: list[Cells], units: Units) -> Draft:
    """Return the draft of one order from all of its rows."""
    first = rows[0]
    draft = Draft(
        unit="row",
        number=first.number,
        reference=_reference([row.number for row in rows]),
        start=first.start,
        end=rows[-1].end,
        order=first.text(ORDER)[:LONGEST],
    )
    for row in rows:
        _check_cells(draft, row)
    if not draft.errors:
        draft.ship_from = _agreed(draft, rows, "ship_from", "SHIP_FROM", "the rows of one order")
        draft.ship_date = _ship_date(draft, rows)
        draft.function = _function(draft, rows)
        _OrderRows(draft, rows, units).read()
    return draft


def _reference(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"rows {numbers[0]}-{numbers[-1]}"
    return f"rows {', '.join(map(str, numbers))}"


def _check_cells(draft: Draft, row: Cells) -> None:
    if row.problem:
        draft.error("ROW", row.problem, row.number)
        return
    for column, number in row.at.items():
        text = row.text(column)
        if problem := spoiled(text):
            draft.error("VALUE", f"{column} {problem}", row.number, number)
        elif column in _NAMES and rounded(text):
            message = (
                f"{column} {text} was rounded by a spreadsheet: format the column as text, and fill it anew"
            )
            draft.error("VALUE", message, row.number, number)


def _agreed(draft: Draft, rows: list[Cells], column: str, code: str, whose: str) -> str:
    told = {row.text(column): row for row in reversed(rows) if row.text(column)}
    if len(told) > 1:
        values = ", ".join(sorted(told))
        row = rows[-1]
        draft.error(code, f"{whose} differ in {column}: {values}", row.number, row.at.get(column, 0))
    return next((row.text(column) for row in rows if row.text(column)), "")


def _function(draft: Draft, rows: list[Cells]) -> str:
    """Return what all rows of an order are for: rows after one that says it may leave it out, none before."""
    function = _agreed(draft, rows, "function", "FUNCTION", "the rows of one order")
    first, row = rows[0], next((row for row in rows if row.text("function")), rows[0])
    if row is not first and function.lower() != "original":
        message = (
            f"the rows of one order differ in function: none in row {first.number}, which is original, and "
            f"{function} in row {row.number}"
        )
        draft.error("FUNCTION", message, row.number, row.at.get("function", 0))
    return function


def _ship_date(draft: Draft, rows: list[Cells]) -> str:
    days: dict[str, Cells] = {}
    for row in rows:
        if not (text := row.text("ship_date")):
            continue
        try:
            days.setdefault(ship_date_of(text), row)
        except ValueError as error:
            draft.error("SHIP_DATE", f"ship_date: {error}", row.number, row.at["ship_date"])
    if len(days) > 1:
        last = list(days.values())[-1]
        message = f"the rows of one order differ in ship_date: {', '.join(sorted(days))}"
        draft.error("SHIP_DATE", message, last.number, last.at["ship_date"])
    return next(iter(days), "")


class _OrderRows:
    def __init__(self, draft: Draft, rows: list[Cells], units: Units) -> None:
        self.draft = draft
        self.rows = rows
        self.units = units

    def read(self) -> None:
        boxes: dict[str, list[Cells]] = {}
        loose: list[Cells] = []
        for row in self.rows:
            name = row.text("package_id") or row.text("tracking_number")
            if name:
                boxes.setdefault(name, []).append(row)
            elif any(row.text(column) for column in PACKAGE):
                self._error(
                    row, "package_id", "MISSING_CONTAINER_IDENTIFIER", "the package has no package_id"
                )
            elif any(row.text(column) for column in ITEM):
                loose.append(row)
        # An order without packages needs no items: Amazon knows them.
        for row in loose if boxes else ():
            self._error(
                row, "package_id", "ITEM_NOT_PACKED", "this item is in no package: fill in package_id"
            )
        self.draft.places = {name: rows[0].number for name, rows in boxes.items()}
        self.draft.containers = tuple(self._container(name, rows) for name, rows in boxes.items())

    def _container(self, name: str, rows: list[Cells]) -> Container:
        return Container(
            container_type=(self._same(rows, "container_type") or "carton").lower(),
            container_identifier=name,
            packed_items=tuple(
                item
                for row in rows
                if any(row.text(column) for column in ITEM) and (item := self._item(row)) is not None
            ),
            weight=self._weight(rows),
            dimensions=self._dimensions(rows),
            tracking_number=self._same(rows, "tracking_number"),
        )

    def _same(self, rows: list[Cells], column: str) -> str:
        name = rows[0].text("package_id") or rows[0].text("tracking_number")
        return _agreed(self.draft, rows, column, "CONTAINER_CONFLICT", f"the rows of package {name}")

    def _item(self, row: Cells) -> Item | None:
        number = self._whole(row, "item_sequence_number")
        quantity = self._whole(row, "quantity")
        if number is None or quantity is None:
            return None
        return Item(
            item_sequence_number=number,
            quantity=ItemQuantity(quantity, "Each"),
            buyer_product_identifier=row.text("asin"),
            vendor_product_identifier=row.text("sku"),
        )

    def _whole(self, row: Cells, column: str) -> int | None:
        code = column.upper()
        if not row.text(column):
            self._error(row, column, code, f"{column} is missing")
            return None
        return self._number(row, column, code, whole)

    def _weight(self, rows: list[Cells]) -> Weight | None:
        if not self._same(rows, "weight"):
            return None
        row = next(row for row in rows if row.text("weight"))
        unit = self._same(rows, "weight_unit").upper()
        scale = self.units.weight.get(unit)
        if scale is None:
            self._unit(row, "weight_unit", unit, "KG, G, LB or OZ")
            return None
        value = self._number(row, "weight", "WEIGHT", lambda text, mark: scaled(text, scale, mark))
        return None if value is None else Weight(value, scale.unit)

    def _dimensions(self, rows: list[Cells]) -> Dimensions | None:
        told = [column for column in _SIDES if self._same(rows, column)]
        if not told:
            return None
        row = next(row for row in rows if row.text(told[0]))
        if len(told) < len(_SIDES):
            missing = ", ".join(column for column in _SIDES if column not in told)
            self._error(
                row, told[0], "DIMENSIONS", f"{missing} is missing: all of length, width, height or none"
            )
            return None
        unit = self._same(rows, "dimension_unit").upper()
        scale = self.units.length.get(unit)
        if scale is None:
            self._unit(row, "dimension_unit", unit, "CM, MM, M, IN or FT")
            return None
        sides = [
            self._number(
                next(row for row in rows if row.text(column)),
                column,
                "DIMENSIONS",
                lambda text, mark: scaled(text, scale, mark),
            )
            for column in _SIDES
        ]
        return dimensions_of(sides, scale.unit)

    def _number(self, row: Cells, column: str, code: str, read: Callable[[str, str], _T]) -> _T | None:
        text = row.text(column)
        if _may_be_thousands(text, row.mark):
            message = f"{column}: {text!r} may be thousands or a fraction: write it without three decimals"
            self._error(row, column, code, message)
            return None
        try:
            return read(text, POINT if row.mark == POINT else EITHER)
        except ValueError as error:
            self._error(row, column, code, f"{column}: {error}")
            return None

    def _unit(self, row: Cells, column: str, unit: str, known: str) -> None:
        what = f"{column} {unit!r} is not known" if unit else f"{column} is missing"
        self._error(row, column, "UNIT", f"{what}: write {known}")

    def _error(self, row: Cells, column: str, code: str, message: str) -> None:
        self.draft.error(code, message, row.number, row.at.get(column, 0))


def _may_be_thousands(text: str, mark: str) -> bool:
    """Return whether a number may be one of thousands, in a file that may have commas for decimal marks."""
    commas, points = (pattern.fullmatch(text) is not None for pattern in _THOUSANDS)
    return (commas and not mark) or (points and mark not in ("", POINT))
