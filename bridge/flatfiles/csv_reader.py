"""Label requests in CSV: the header names the columns, several rows of one order are its packages.

Separators are comma, semicolon or tab. Where it is not the comma, a comma may be a decimal mark.
"""

from __future__ import annotations

import difflib
import re

from bridge.errors import VendorFileError
from bridge.flatfiles.csv_orders import Cells, read_order
from bridge.flatfiles.csv_rows import Line, Row, lines_of, row_at, rows
from bridge.flatfiles.draft import Draft
from bridge.mapping.columns import COLUMNS, ORDER, Columns
from bridge.mapping.mappings import Mappings

_MARKS = {",": ".", ";": ",", "\t": ""}
"""The separators, each with the decimal mark that goes with it; with a tab it may be either."""
MAX_COLUMNS = 500
"""Most columns of a file; each unknown one is looked up among those that are near."""
_NAMED = 10
_SEP = re.compile(r'"?sep=([,;\t])"?')


def read_csv(text: str, mappings: Mappings) -> list[Draft]:
    """Return one draft for each order, in order of appearance. Raises VendorFileError.

    A row that names no order is a draft of its own, with its errors. A header without rows is no
    mistake: an export with nothing to tell.
    """
    lines = lines_of(text)
    separator, first = _open(lines, mappings.columns)
    header, _ = row_at(lines, first, separator, frozenset())
    if len(header.cells) > MAX_COLUMNS:
        raise VendorFileError(f"the first row has more than {MAX_COLUMNS} columns: is this the right file?")
    if header.problem:
        raise VendorFileError(f"the first row cannot be read: {header.problem}")
    columns = _columns(header, mappings.columns)
    left_aside = frozenset(index for index, column in enumerate(columns) if not column)
    orders: dict[str, list[Cells]] = {}
    for row in rows(lines, first + 1, separator, left_aside):
        if row.problem or any(cell.strip() for cell in row.cells):
            cells = _cells(row, columns, _MARKS[separator])
            orders.setdefault(cells.text(ORDER) or f"\n{row.number}", []).append(cells)
    return [read_order(cells, mappings.units) for cells in orders.values()]


def _open(lines: list[Line], columns: Columns) -> tuple[str, int]:
    """Return the separator, and the index of the line that names the columns. Raises VendorFileError."""
    first = next((index for index, (_, line) in enumerate(lines) if line.strip()), None)
    if first is None:
        raise VendorFileError("the file is empty")
    if told := _SEP.fullmatch(lines[first][1].strip("\r\n")):
        if first + 1 == len(lines):
            raise VendorFileError("the file has no row that names the columns")
        return told[1], first + 1
    return max(_MARKS, key=lambda one: _known(lines[first][1], one, columns)), first


def _known(line: str, separator: str, columns: Columns) -> int:
    cells = line.replace('"', "").split(separator, MAX_COLUMNS)[:MAX_COLUMNS]
    return sum(columns.column(cell) is not None for cell in cells)


def _columns(header: Row, columns: Columns) -> list[str]:
    """Return the column of each cell, "" for those left aside. Raises VendorFileError."""
    found: list[str] = []
    unknown: list[str] = []
    for cell in header.cells:
        column = columns.column(cell) if cell.strip() else ""
        if column is None:
            unknown.append(cell.strip())
        elif column and column in found:
            raise VendorFileError(f"two columns of the first row mean {column}: leave one out")
        found.append(column or "")
    if ORDER not in found:
        raise VendorFileError(
            f"the first row must name the columns, {ORDER} among them; it has {', '.join(header.cells)[:200]}"
        )
    if unknown:
        named = ", ".join(f"{cell[:40]!r}{_suggestion(cell[:40], columns)}" for cell in unknown[:_NAMED])
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        raise VendorFileError(
            f"unknown columns in the first row: {named}{more}; there are {', '.join(COLUMNS)} "
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
