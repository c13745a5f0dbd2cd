"""CSV and JSON as they are written for partners: harmless to spreadsheets and terminals that open them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import msgspec

from bridge.outside_text import escaped_json

# A spreadsheet runs a cell that begins with one of these, also behind blanks and in full width; order
# numbers, tracking numbers and texts come from outside.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as RFC 4180 CSV in UTF-8; a cell like a formula begins with an apostrophe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    risky = cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if risky else cell


def json_text(value: object) -> bytes:
    """Return a value as indented JSON in UTF-8; invisible characters stand as escapes."""
    return escaped_json(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()).encode()
