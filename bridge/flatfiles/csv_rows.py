"""The rows of a CSV text, each with its line number and its place. A bad row is bad alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import msgspec

from bridge.errors import VendorFileError

MAX_ROWS = 50_000
"""Most rows of a flat file."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_JOINED = 20
"""Most lines that one quoted value may run over."""

Line = tuple[int, str]
"""Where a line starts in the text, and the line with its end."""


class Row(msgspec.Struct):
    """One row: its line number, where it stands in the text, and its cells; or what is wrong with it."""

    number: int
    start: int
    end: int
    cells: list[str]
    problem: str = ""


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text. Raises VendorFileError where there are too many."""
    if max(text.count("\n"), text.count("\r")) > MAX_ROWS:
        raise VendorFileError(f"the file has more than {MAX_ROWS} rows: split it")
    return [(match.start(), match[0]) for match in _LINE.finditer(text) if match[0]]


def rows(lines: list[Line], index: int, separator: str, free: frozenset[int]) -> Iterator[Row]:
    """Return the rows from a line on. Only the cells `free`, counting from 0, may run over lines."""
    while index < len(lines):
        row, count = row_at(lines, index, separator, free)
        yield row
        index += count


def row_at(lines: list[Line], index: int, separator: str, free: frozenset[int]) -> tuple[Row, int]:
    """Return the row at a line, and how many lines it takes.

    Where no number of lines makes a row, a quote is missing, and the first line alone is the bad one:
    the lines after it are rows that must not be lost.
    """
    start, first = lines[index]
    joined, problem = "", ""
    for count, (at, line) in enumerate(lines[index : index + _JOINED], start=1):
        joined += line
        try:
            cells = next(csv.reader([joined.rstrip("\r\n")], delimiter=separator, strict=True), [])
        except csv.Error as error:
            problem = problem or f"its quotes do not match ({error})"
            if '"' not in joined:
                break
            continue
        if any("\n" in cell or "\r" in cell for number, cell in enumerate(cells) if number not in free):
            problem = "a value runs over the end of the line: is a quote missing?"
            break
        return Row(index + 1, start, at + len(line), cells), count
    cells = first.rstrip("\r\n").split(separator)
    return Row(index + 1, start, start + len(first), cells, problem), 1
