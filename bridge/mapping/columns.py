"""The columns of label requests in CSV, and the other names that they go by (`label-request-csv.toml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bridge.domain.events import Function

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
        """Return the column that a header cell names; "" for one left aside, None if unknown."""
        name = plain(header)
        return "" if name in self.ignored else self.names.get(name)


def plain(header: str) -> str:
    """Return a header cell in small letters, everything but letters and digits as one `_`."""
    return re.sub(r"[\W_]+", "_", header.casefold()).strip("_")


class ColumnsBuilder:
    """Collects the names of several files, the later ones adding."""

    def __init__(self) -> None:
        self._names = {name: name for name in COLUMNS}
        self._ignored: set[str] = set()
        self._functions: dict[str, Function] = {}

    def add(
        self, columns: Mapping[str, tuple[str, ...]], ignored: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """Add other names of columns; yield each mistake with its column."""
        seen: dict[str, str] = {}
        self._ignored |= set(map(plain, ignored))
        for column, aliases in columns.items():
            if column not in COLUMNS:
                yield column, f"unknown key; there are {', '.join(sorted(COLUMNS))}"
                continue
            for alias in aliases:
                name = plain(alias)
                if name in COLUMNS and name != column:
                    yield column, f"{alias!r} is a column of its own"
                else:
                    self._names[name] = column
                if seen.setdefault(name, column) != column:
                    yield column, f"{alias!r} stands for {seen[name]}, too"

    def add_functions(self, functions: Mapping[str, Function]) -> None:
        """Add words of the column `function`."""
        self._functions |= {plain(word): meaning for word, meaning in functions.items()}

    def finish(self) -> Columns:
        """Return the names in force."""
        return Columns(
            names=dict(self._names), ignored=frozenset(self._ignored), functions=dict(self._functions)
        )
