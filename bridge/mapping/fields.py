"""One field of a mapping, compiled: where it is looked for, and how its value is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge.edi.model import Standard
from bridge.mapping.lookup import (
    Finder,
    Getter,
    Locator,
    Place,
    Scope,
    compile_finder,
    compile_getter,
    compile_locator,
)
from bridge.mapping.references import Part, Reference


class Step:
    """One candidate position in one level. `single`: only where the level holds one package."""

    __slots__ = ("find", "get", "level", "locate", "reference", "single", "tag")

    def __init__(self, reference: Reference, level: str, single: bool, standard: Standard) -> None:
        self.reference = reference
        self.tag = reference.tag
        self.level = level
        self.single = single
        self.get: Getter = compile_getter(reference, standard)
        self.locate: Locator = compile_locator(reference, standard)
        self.find: Finder = compile_finder(reference, standard)


class Field:
    """A field: its candidate positions in order; the first that is not empty gives the value.

    `values` translates what is found (`*` is any other value; an empty translation means absent),
    `match` takes the first group of a pattern, `default` stands in where nothing is found, `unit`
    where a measure has none, `end` takes the end of a period, `point` takes no period at all.
    """

    __slots__ = (
        "_getters",
        "_looks",
        "_plain",
        "default",
        "end",
        "match",
        "name",
        "point",
        "steps",
        "unit",
        "values",
    )

    def __init__(  # noqa: PLR0913 -- the keys of a field in TOML
        self,
        name: str,
        steps: tuple[Step, ...],
        *,
        values: dict[str, str] | None = None,
        match: re.Pattern[str] | None = None,
        default: str = "",
        unit: str = "",
        end: bool = False,
        point: bool = False,
    ) -> None:
        self.name = name
        self.steps = steps
        self.values = values or {}
        self.match = match
        self.default = default
        self.unit = unit
        self.end = end
        self.point = point
        self._getters = tuple((step.level, step.tag, step.single, step.get) for step in steps)
        self._looks = tuple((step.level, step.tag, step.single, step) for step in steps)
        self._plain = not self.values and match is None

    def text(self, scope: Scope) -> str:
        """Give the field's value as seen from `scope`, or the default."""
        scopes = scope.scopes
        for level, tag, single, get in self._getters:
            at = scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            value = get(at.segments)
            if value and (self._plain or (value := self._read(value))):
                return value
        return self.default

    def place(self, scope: Scope) -> Place | None:
        """Tell where the value stands, None for a default or nothing."""
        for places in self._found(scope):
            for _, place in places:
                if self._value(place):
                    return place
        return None

    def every(self, scope: Scope) -> list[str]:
        """Give all the values of the first candidate that has any, each once, in document order.

        Of alternatives (`RFF01.1=CW|CU`) only the best one that is there counts.
        """
        for places in self._found(scope):
            if len(places) == 1:  # as nearly always
                if value := self._value(places[0][1]):
                    return [value]
                continue
            values = [(rank, value) for rank, place in places if (value := self._value(place))]
            if values:
                return list(dict.fromkeys(value for rank, value in values if rank == values[0][0]))
        return [self.default] if self.default else []

    def places(self, scope: Scope) -> list[tuple[str, Place]]:
        """Give all values with their places, of the same candidates as `every`; equal ones stay."""
        for places in self._found(scope):
            found = [(rank, value, place) for rank, place in places if (value := self._value(place))]
            if found:
                return [(value, place) for rank, value, place in found if rank == found[0][0]]
        return []

    def parts(self, scope: Scope) -> tuple[Place, list[str]] | None:
        """Give all parts of a reference of several (`DTM02+03+04`), read from one segment."""
        scopes = scope.scopes
        for level, tag, single, step in self._looks:
            at = scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            place = step.locate(at.segments)
            if place is not None:
                others = step.reference.parts[1:]
                return place, [self._value(place), *[_part(place, part) for part in others]]
        return None

    def every_parts(self, scope: Scope) -> list[tuple[Place, list[str]]]:
        """Give all parts of each segment that the first candidate with any finds, the best ones only."""
        for level, tag, single, step in self._looks:
            at = scope.scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            found = list(step.find(at.segments))
            others = step.reference.parts[1:]
            best = [place for rank, place in found if rank == found[0][0]]
            if best:
                return [
                    (place, [self._value(place), *(_part(place, part) for part in others)]) for place in best
                ]
        return []

    def _found(self, scope: Scope) -> Iterator[list[tuple[int, Place]]]:
        scopes = scope.scopes
        for level, tag, single, step in self._looks:
            at = scopes.get(level)
            if at is not None and tag in at.segments and not (single and at.packages > 1):
                places = list(step.find(at.segments))
                if places:
                    yield places

    def _value(self, place: Place) -> str:
        value = place.segment.value(place.element, place.component).strip()
        return value if self._plain else self._read(value)

    def _read(self, value: str) -> str:
        if self.match is not None:
            found = self.match.search(value)
            if found is None:
                return ""
            value = (found[1] if self.match.groups else found[0]) or ""
        return self.values.get(value, self.values.get("*", value)) if self.values else value


def _part(place: Place, part: Part) -> str:
    return place.segment.value(part.element, part.component).strip()
