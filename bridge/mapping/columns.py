"""The columns of label requests in CSV, and the other names that they go by (`label-request-csv.toml`)."""

from __future__ import annotations

import re
from typing import cast

import msgspec

from bridge.domain.events import Function
from bridge.mapping.functions import MEANINGS
from bridge.mapping.tables import TomlFile

ORDER = "purchase_order_number"
PACKAGE = (
    "package_id", "container_type", "weight", "weight_unit", "length", "width", "height", "dimension_unit",
    "tracking_number",
)  # fmt: skip
ITEM = ("item_sequence_number", "asin", "sku", "quantity")
COLUMNS = (ORDER, "function", "ship_from", "ship_date", *PACKAGE, *ITEM)
"""All columns; only the first must be there."""


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Column by plain name, and the plain names of columns that are left aside. See `plain`."""

    names: dict[str, str] = {}
    ignored: frozenset[str] = frozenset()
    functions: dict[str, Function] = {}
    """What a request is for, by the plain word in its `function`."""

    def column(self, header: str) -> str | None:
        """Give the column that a header cell names; "" for one left aside, None if unknown."""
        name = plain(header)
        return "" if name in self.ignored else self.names.get(name)


def plain(header: str) -> str:
    """Give a header cell in small letters, everything but letters and digits as one `_`."""
    return re.sub(r"[\W_]+", "_", header.casefold()).strip("_")


class ColumnsBuilder:
    """Collects the files of several folders, the later ones adding."""

    def __init__(self) -> None:
        self._names = {name: name for name in COLUMNS}
        self._ignored: set[str] = set()
        self._functions: dict[str, Function] = {}

    def add(self, file: TomlFile) -> None:
        """Read one file; its mistakes are noted in it."""
        file.unknown_keys(file.content, ("ignore", "columns", "functions"))
        for word, meaning in file.text_table(file.content, "functions").items():
            if meaning in MEANINGS:
                self._functions[plain(word)] = cast("Function", meaning)
            else:
                known = ", ".join(sorted(MEANINGS))
                file.mistake(f"functions.{word}", f"{meaning!r} is not one of {known}")
        self._ignored |= {plain(name) for name in file.texts(file.content, "ignore")}
        columns = file.content.get("columns", {})
        if not isinstance(columns, dict):
            file.mistake("columns", "must be a table")
            return
        file.unknown_keys(columns, COLUMNS, "columns")
        for column in columns:
            if column not in COLUMNS:
                continue
            for alias in map(plain, file.texts(columns, column, "columns")):
                if alias in COLUMNS and alias != column:
                    file.mistake(f"columns.{column}", f"{alias!r} is a column of its own")
                else:
                    self._names[alias] = column
        self._note_doubles(file, columns)

    def finish(self) -> Columns:
        """Give the names in force."""
        return Columns(
            names=dict(self._names), ignored=frozenset(self._ignored), functions=dict(self._functions)
        )

    @staticmethod
    def _note_doubles(file: TomlFile, columns: dict[str, object]) -> None:
        seen: dict[str, str] = {}
        for column, aliases in columns.items():
            for alias in aliases if isinstance(aliases, list) else [aliases]:
                name = plain(str(alias))
                if seen.setdefault(name, column) != column:
                    file.mistake(f"columns.{column}", f"{alias!r} stands for {seen[name]}, too")
