"""CSV: the header names the columns, and thereby the kind of file; rows of one order are one document.

Separators are comma, semicolon or tab. Where it is not the comma, a comma may be a decimal mark.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import msgspec

from bridge.errors import VendorFileError
from bridge.flatfiles.cells import Cells
from bridge.flatfiles.csv_rows import Line, Row, lines_of, row_at, rows
from bridge.flatfiles.draft import Draft
from bridge.mapping.columns import Columns
from bridge.mapping.mappings import Mappings
from bridge.programs.inputs import FlatFile

_MARKS = {",": ".", ";": ",", "\t": ""}
"""The separators, each with the decimal mark that goes with it; with a tab it may be either."""
MAX_COLUMNS = 500
"""Most columns of a file; each unknown one is looked up among those that are near."""
_NAMED = 10
_SEP = re.compile(r'"?sep=([,;\t])"?')


class _Opened(msgspec.Struct, frozen=True):
    """How a file is read: its kind, its separator, and the index of the line that names the columns."""

    file: FlatFile
    separator: str
    first: int


def read_csv(text: str, mappings: Mappings, files: Sequence[FlatFile]) -> tuple[FlatFile, list[Draft]]:
    """Return which of the kinds of files it is, and one draft for each document, in order of appearance.

    A row without a value in the first column is a draft of its own, with its errors. A header without rows
    is no mistake: an export with nothing to tell. Raises VendorFileError.
    """
    lines = lines_of(text)
    opened = _open(lines, mappings, files)
    file, separator = opened.file, opened.separator
    header, _ = row_at(lines, opened.first, separator, frozenset())
    if len(header.cells) > MAX_COLUMNS:
        raise VendorFileError(f"the first row has more than {MAX_COLUMNS} columns: is this the right file?")
    if header.problem:
        raise VendorFileError(f"the first row cannot be read: {header.problem}")
    columns = _columns(header, mappings.columns[file.name], file)
    left_aside = frozenset(index for index, column in enumerate(columns) if not column)
    documents: dict[tuple[str, ...], list[Cells]] = {}
    for row in rows(lines, opened.first + 1, separator, left_aside):
        if row.problem or any(cell.strip() for cell in row.cells):
            cells = _cells(row, columns, _MARKS[separator])
            documents.setdefault(_document(file, cells), []).append(cells)
    return file, [_draft(file, cells, mappings) for cells in documents.values()]


def _document(file: FlatFile, cells: Cells) -> tuple[str, ...]:
    """Return what tells the document that a row is of; one that does not say is a document of its own."""
    if not cells.text(file.columns[0]):
        return (f"\n{cells.number}",)
    return tuple(cells.text(column) for column in file.grouped_by or file.columns[:1])


def _draft(file: FlatFile, cells: list[Cells], mappings: Mappings) -> Draft:
    draft: Draft = file.draft(
        unit="row",
        number=cells[0].number,
        reference=_reference([row.number for row in cells]),
        start=cells[0].start,
        end=cells[-1].end,
    )
    file.read_rows(draft, cells, mappings.units)
    return draft


def _reference(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"rows {numbers[0]}-{numbers[-1]}"
    return f"rows {', '.join(map(str, numbers))}"


def _open(lines: list[Line], mappings: Mappings, files: Sequence[FlatFile]) -> _Opened:
    """Find the kind of file whose first column is there and most others, and its separator.

    Raises VendorFileError.
    """
    first = next((index for index, (_, line) in enumerate(lines) if line.strip()), None)
    if first is None:
        raise VendorFileError("the file is empty")
    separators = list(_MARKS)
    if told := _SEP.fullmatch(lines[first][1].strip("\r\n")):
        first, separators = first + 1, [told[1]]
        if first == len(lines):
            raise VendorFileError("the file has no row that names the columns")
    kinds = [_Opened(file, one, first) for file in files for one in separators]
    return max(kinds, key=lambda one: _known(lines[first][1], one, mappings))


def _known(line: str, opened: _Opened, mappings: Mappings) -> tuple[bool, int, float]:
    """Return whether the first column is there, how many are known, and what part of the kind's those are."""
    columns = mappings.columns[opened.file.name]
    cells = line.replace('"', "").split(opened.separator, MAX_COLUMNS)[:MAX_COLUMNS]
    known = [column for cell in cells if (column := columns.column(cell)) is not None]
    return opened.file.columns[0] in known, len(known), len(known) / len(opened.file.columns)


def _columns(header: Row, columns: Columns, file: FlatFile) -> list[str]:
    """Return the column of each cell, "" for those left aside. Raises VendorFileError."""
    found: list[str] = []
    unknown: list[str] = []
    for cell in header.cells:
        column = _column(cell, columns, file)
        if column is None:
            unknown.append(cell.strip())
        elif column and column in found:
            raise VendorFileError(f"two columns of the first row mean {column}: leave one out")
        found.append(column or "")
    if file.columns[0] not in found:
        raise VendorFileError(
            f"the first row must name the columns, {file.columns[0]} among them; "
            f"it has {', '.join(header.cells)[:200]}"
        )
    if unknown:
        named = ", ".join(f"{cell[:40]!r}{_suggestion(cell[:40], columns)}" for cell in unknown[:_NAMED])
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        raise VendorFileError(
            f"unknown columns in the first row: {named}{more}; there are {', '.join(file.columns)} "
            f"(others are listed under ignore in mappings/{file.name}-csv.toml)"
        )
    return found


def _column(cell: str, columns: Columns, file: FlatFile) -> str | None:
    """Return the column of a cell of the first row, "" for one left aside, None for one that is not known."""
    name = cell.strip()
    prefix = next(
        (one for one in file.open_columns if name.lower().startswith(one) and len(name) > len(one)), ""
    )
    if prefix:
        return prefix + name[len(prefix) :].strip()
    return columns.column(cell) if name else ""


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
