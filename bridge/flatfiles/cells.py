"""The rows of one document of a CSV file: cells by their column, and values by the rows that tell them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Generic, TypeVar

import msgspec

from bridge.domain.values import Dimensions, Weight
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.ship_date import ship_date_of
from bridge.mapping.units import EITHER, POINT, Units, scaled, whole
from bridge.outside_text import LONGEST

SIDES = ("length", "width", "height")
_INVISIBLE = str.maketrans("", "", "\ufeff\u200b\u200e\u200f")
_EXCEL_TEXT = re.compile(r'="([^"]*)"')
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+\d+")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+"), re.compile(r"\d{1,3}(?:\.\d{3})+")
"""Numbers with thousands, separated by commas and by points."""
D = TypeVar("D", bound=Draft)
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


class RowReader(Generic[D]):
    """Reads values of the rows of one document; every mistake goes to the draft, with its row and column."""

    def __init__(self, draft: D, rows: Sequence[Cells], units: Units) -> None:
        self.draft = draft
        self.rows = rows
        self.units = units

    def check_cells(
        self, identifiers: Collection[str], texts: Mapping[str, int] = MappingProxyType({})
    ) -> bool:
        """Check that no cell is spoiled, and no identifier rounded by a spreadsheet.

        `texts` are columns of free text with their longest: they may begin as a formula does.
        """
        for row in self.rows:
            if row.problem:
                self.draft.error("ROW", row.problem, row.number)
                continue
            for column in row.at:
                text = row.text(column)
                if problem := _spoiled(text, texts.get(column)):
                    self.error(row, column, "VALUE", f"{column} {problem}")
                elif column in identifiers and _ROUNDED.fullmatch(text.upper()):
                    how = "was rounded by a spreadsheet: format the column as text, and fill it anew"
                    self.error(row, column, "VALUE", f"{column} {text} {how}")
        return not self.draft.errors

    def agreed(self, rows: Sequence[Cells], column: str, code: str, whose: str) -> str:
        """Return what rows tell in a column, empty where none tells anything."""
        told = dict.fromkeys(text for row in rows if (text := row.text(column)))
        if len(told) > 1:
            self.error(rows[-1], column, code, f"{whose} differ in {column}: {', '.join(sorted(told))}")
        return next(iter(told), "")

    def function(self, whose: str) -> str:
        """Return what all rows are for: rows after one that says it may leave it out, none before."""
        function = self.agreed(self.rows, "function", "FUNCTION", whose)
        first, row = self.rows[0], next((row for row in self.rows if row.text("function")), self.rows[0])
        if row is not first and function.lower() != "original":
            message = (
                f"{whose} differ in function: none in row {first.number}, which is original, and {function} "
                f"in row {row.number}"
            )
            self.error(row, "function", "FUNCTION", message)
        return function

    def day(self, column: str, whose: str) -> str:
        """Return the day (ISO-8601) that the rows tell in a column."""
        days: dict[str, Cells] = {}
        for row in self.rows:
            if text := row.text(column):
                try:
                    days.setdefault(ship_date_of(text), row)
                except ValueError as error:
                    self.error(row, column, column.upper(), f"{column}: {error}")
        if len(days) > 1:
            message = f"{whose} differ in {column}: {', '.join(sorted(days))}"
            self.error(list(days.values())[-1], column, column.upper(), message)
        return next(iter(days), "")

    def whole(self, row: Cells, column: str) -> int | None:
        """Return the whole number that must stand in a cell."""
        code = column.upper()
        if not row.text(column):
            self.error(row, column, code, f"{column} is missing")
            return None
        return self._number(row, column, code, whole)

    def weight(self, rows: Sequence[Cells], code: str, whose: str) -> Weight | None:
        """Return the weight of the columns `weight` and `weight_unit`; `code` is told where rows differ."""
        if not self.agreed(rows, "weight", code, whose):
            return None
        row = next(row for row in rows if row.text("weight"))
        unit = self.agreed(rows, "weight_unit", code, whose).upper()
        scale = self.units.weight.get(unit)
        if scale is None:
            self._unit(row, "weight_unit", unit, "KG, G, LB or OZ")
            return None
        value = self._number(row, "weight", "WEIGHT", lambda text, mark: scaled(text, scale, mark))
        return None if value is None else Weight(value, scale.unit)

    def dimensions(self, rows: Sequence[Cells], code: str, whose: str) -> Dimensions | None:
        """Return the dimensions of the columns `length`, `width`, `height` and `dimension_unit`."""
        told = [column for column in SIDES if self.agreed(rows, column, code, whose)]
        if not told:
            return None
        row = next(row for row in rows if row.text(told[0]))
        if len(told) < len(SIDES):
            missing = ", ".join(column for column in SIDES if column not in told)
            message = f"{missing} is missing: all of length, width, height or none"
            self.error(row, told[0], "DIMENSIONS", message)
            return None
        unit = self.agreed(rows, "dimension_unit", code, whose).upper()
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
            for column in SIDES
        ]
        return dimensions_of(sides, scale.unit)

    def error(self, row: Cells, column: str, code: str, message: str) -> None:
        """Record an error of a cell."""
        self.draft.error(code, message, row.number, row.at.get(column, 0))

    def _number(self, row: Cells, column: str, code: str, read: Callable[[str, str], _T]) -> _T | None:
        text = row.text(column)
        if _may_be_thousands(text, row.mark):
            message = f"{column}: {text!r} may be thousands or a fraction: write it without three decimals"
            self.error(row, column, code, message)
            return None
        try:
            return read(text, POINT if row.mark == POINT else EITHER)
        except ValueError as error:
            self.error(row, column, code, f"{column}: {error}")
            return None

    def _unit(self, row: Cells, column: str, unit: str, known: str) -> None:
        what = f"{column} {unit!r} is not known" if unit else f"{column} is missing"
        self.error(row, column, "UNIT", f"{what}: write {known}")


def dimensions_of(sides: Sequence[str | None], unit: str) -> Dimensions | None:
    """Return length, width and height, None where one of them could not be read."""
    length, width, height = sides
    return (
        None if length is None or width is None or height is None else Dimensions(length, width, height, unit)
    )


def _spoiled(text: str, longest: int | None) -> str:
    """Return what a spreadsheet or a wrong encoding has made of a value, "" if nothing.

    `longest` is that of free text; None for other values.
    """
    if "\ufffd" in text:
        return "has letters that were lost on the way (�): save the file as UTF-8"
    most = LONGEST if longest is None else longest
    if len(text) > most:
        return f"has {len(text)} characters, more than {most}"
    if any(ord(letter) < ord(" ") or ord(letter) == 0x7F for letter in text):
        return "holds a line end or another control character: is a quote missing?"
    if longest is not None:
        return ""
    if text[:1] in {"=", "@", "'"} or (text[:1] in {"+", "-"} and not re.fullmatch(r"[+-][\d.,]+", text)):
        return f"begins with {text[0]!r}, like a spreadsheet's formula: write the plain value"
    return ""


def _may_be_thousands(text: str, mark: str) -> bool:
    """Return whether a number may be one of thousands, in a file that may have commas for decimal marks."""
    commas, points = (pattern.fullmatch(text) is not None for pattern in _THOUSANDS)
    return (commas and not mark) or (points and mark not in ("", POINT))
