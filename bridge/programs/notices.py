"""What a program tells partners in documents: values by name, which outbound mappings put into positions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

ValueKind = Literal["id", "text", "number", "time"]
"""An `id` (number, code, SKU) is written as it is or not at all; a `text` may lose its accents. A `time` is
ISO-8601, with an offset where it has a time of the day."""
DOCUMENT = "document"
"""The level of what is there once."""

Values = Mapping[str, Any]
"""Values of a level by name: texts, whole numbers or decimals as texts; empty, or left out, where there is
none. Under the name of a level within it stands a list of that level's values; a plain text in such a list is
the value of the level's own name."""


def kinds_of_values(**names: str) -> dict[str, ValueKind]:
    """Return the kind of each value, from the names of those of each kind: `id="order_number sku"`."""
    return {name: kind for kind in get_args(ValueKind) for name in names.get(kind, "").split()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level of a notice, of which there are several in each of the level that it is `within`."""

    values: Mapping[str, ValueKind]
    within: str = DOCUMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One kind of news that mappings write documents from: `writes = "..."`.

    `values` are those of the whole document, `levels` what there may be several of. A mapping's segment of a
    level sees its values and those of the levels around it, so no name stands in two levels of one branch.
    `words` are all that a value may be, where that is known. `sample` is an example with everything in it:
    every mapping must be able to write it.
    """

    noun: str
    values: Mapping[str, ValueKind]
    levels: Mapping[str, Level] = field(default_factory=dict)
    words: Mapping[str, Collection[str]] = field(default_factory=dict)
    sample: Values = field(default_factory=dict)

    def path(self, level: str) -> tuple[str, ...]:
        """Return a level and those around it, the document first."""
        found = [level]
        while found[0] != DOCUMENT:
            found.insert(0, self.levels[found[0]].within)
        return tuple(found)

    def kinds(self, level: str) -> dict[str, ValueKind]:
        """Return the values that a segment of a level sees, with their kinds."""
        seen: dict[str, ValueKind] = {}
        for name in self.path(level):
            seen |= self.values if name == DOCUMENT else self.levels[name].values
        return seen
