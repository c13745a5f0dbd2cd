"""Label requests in CSV: the header names the columns, several rows of one order are its packages.

Separators are comma, semicolon or tab. Where it is not the comma, a comma may be a decimal mark.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator

import msgspec

from bridge.errors import VendorFileError
from bridge.mapping.columns import COLUMNS, ORDER, Columns
from bridge.mapping.dropdraft import Draft
from bridge.mapping.droprows import Cells, read_order
from bridge.mapping.mappings import Mappings

_MARKS = {",": ".", ";": ",", "\t": ""}
"""The separators, each with the decimal mark that goes with it; with a tab it may be either."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SEP = re.compile(r'"?sep=([,;\t])"?')
_JOINED = 20
"""Most lines that one quoted value may run over."""


class Row(msgspec.Struct):
    """One row: its line number, where it stands in the text, and its cells; or what is wrong with it."""

    number: int
    start: int
    end: int
    cells: list[str]
    problem: str = ""


def read_csv(text: str, mappings: Mappings) -> list[Draft]:
    """Give one draft for each order, in order of appearance. Raises VendorFileError.

    A row that names no order is a draft of its own, with its errors. A header without rows is no
    mistake: an export with nothing to tell.
    """
    separator, rows = _open(text, mappings.columns)
    header = next(rows, None)
    if header is None:
        raise VendorFileError("the file has no row that names the columns")
    if header.problem:
        raise VendorFileError(f"the first row cannot be read: {header.problem}")
    columns = _columns(header, mappings.columns)
    orders: dict[str, list[Cells]] = {}
    for row in rows:
        if row.problem or any(cell.strip() for cell in row.cells):
            cells = _cells(row, columns, _MARKS[separator])
            orders.setdefault(cells.text(ORDER) or f"\n{row.number}", []).append(cells)
    return [read_order(cells, mappings.units) for cells in orders.values()]


def _open(text: str, columns: Columns) -> tuple[str, Iterator[Row]]:
    """Find the separator, and give the rows from the header on."""
    lines = [match for match in _LINE.finditer(text) if match[0]]
    first = next((index for index, line in enumerate(lines) if line[0].strip()), None)
    if first is None:
        raise VendorFileError("the file is empty")
    if told := _SEP.fullmatch(lines[first][0].strip("\r\n")):
        return told[1], _rows(lines, first + 1, told[1])
    separator = max(_MARKS, key=lambda one: _known(lines[first][0], one, columns))
    return separator, _rows(lines, first, separator)


def _known(line: str, separator: str, columns: Columns) -> int:
    return sum(columns.column(cell) is not None for cell in line.replace('"', "").split(separator))


def _rows(lines: list[re.Match[str]], index: int, separator: str) -> Iterator[Row]:
    while index < len(lines):
        cells, count, problem = _parsed(lines, index, separator)
        yield Row(index + 1, lines[index].start(), lines[index + count - 1].end(), cells, problem)
        index += count


def _parsed(lines: list[re.Match[str]], index: int, separator: str) -> tuple[list[str], int, str]:
    """Parse the row at a line, with the lines that a quoted value runs over.

    Where no number of lines makes a row, the first line alone is the bad one.
    """
    joined, problem = "", ""
    for count, line in enumerate(lines[index : index + _JOINED], start=1):
        joined += line[0]
        try:
            cells = next(csv.reader([joined.rstrip("\r\n")], delimiter=separator, strict=True), [])
        except csv.Error as error:
            problem = problem or f"its quotes do not match ({error})"
            if '"' not in joined:
                break
        else:
            return cells, count, ""
    return lines[index][0].rstrip("\r\n").split(separator), 1, problem


def _columns(header: Row, columns: Columns) -> list[str]:
    """Give the column of each cell, "" for those left aside. Raises VendorFileError."""
    found: list[str] = []
    unknown: list[str] = []
    for cell in header.cells:
        column = columns.column(cell) if cell.strip() else ""
        if column is None:
            unknown.append(f"{cell.strip()!r}{_suggestion(cell, columns)}")
        elif column and column in found:
            raise VendorFileError(f"two columns of the first row mean {column}: leave one out")
        found.append(column or "")
    if ORDER not in found:
        raise VendorFileError(
            f"the first row must name the columns, {ORDER} among them; it has {', '.join(header.cells)[:200]}"
        )
    if unknown:
        raise VendorFileError(
            f"unknown columns in the first row: {', '.join(unknown)[:300]}; there are {', '.join(COLUMNS)} "
            "(others are listed under ignore in mappings/label-request-csv.toml)"
        )
    return found


def _suggestion(cell: str, columns: Columns) -> str:
    near = difflib.get_close_matches(cell.strip().lower().replace(" ", "_"), columns.names, 1)
    return f" (did you mean {columns.names[near[0]]}?)" if near else ""


def _cells(row: Row, columns: list[str], mark: str) -> Cells:
    problem = row.problem
    beyond = [cell for cell in row.cells[len(columns) :] if cell.strip()]
    if not problem and (len(row.cells) < len(columns) or beyond):
        problem = (
            f"has {len(row.cells)} cells where the first row has {len(columns)}: a separator in a value?"
        )
    named = [(column, index) for index, column in enumerate(columns) if column and index < len(row.cells)]
    return Cells(
        number=row.number,
        start=row.start,
        end=row.end,
        values={column: row.cells[index] for column, index in named},
        at={column: index + 1 for column, index in named},
        mark=mark,
        problem=problem,
    )
