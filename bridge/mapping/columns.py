"""The columns of a kind of CSV files, and the other names that they go by (`label-request-csv.toml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from bridge.domain.events import Function


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Column by plain name, and the plain names of columns that are left aside. See `plain`."""

    names: dict[str, str] = {}
    ignored: frozenset[str] = frozenset()
    functions: dict[str, Function] = {}
    """What a document is for, by the plain word in its `function`."""

    def column(self, header: str) -> str | None:
        """Return the column that a header cell names; "" for one left aside, None if unknown."""
        name = plain(header)
        return "" if name in self.ignored else self.names.get(name)


def plain(header: str) -> str:
    """Return a header cell in small letters, everything but letters and digits as one `_`."""
    return re.sub(r"[\W_]+", "_", header.casefold()).strip("_")


class ColumnsBuilder:
    """Collects the names of several files, the later ones adding."""

    def __init__(self, columns: Iterable[str]) -> None:
        self._columns = frozenset(columns)
        self._names = {name: name for name in columns}
        self._ignored: set[str] = set()
        self._functions: dict[str, Function] = {}

    def add(
        self, columns: Mapping[str, tuple[str, ...]], ignored: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """Add other names of columns; yield each mistake with its column."""
        seen: dict[str, str] = {}
        self._ignored |= set(map(plain, ignored))
        for column, aliases in columns.items():
            if column not in self._columns:
                yield column, f"unknown key; there are {', '.join(sorted(self._columns))}"
                continue
            for alias in aliases:
                name = plain(alias)
                if name in self._columns and name != column:
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
