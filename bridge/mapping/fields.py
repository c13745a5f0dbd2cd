"""One field of a mapping, compiled: where it is looked for, and how its value is read."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bridge.edi.model import Segment, Standard
from bridge.mapping.lookup import (
    Finder,
    Getter,
    Locator,
    Place,
    Scope,
    compile_finder,
    compile_getter,
    compile_locator,
    has_range,
    has_ranges,
    has_twins,
    is_simple,
    range_end,
)
from bridge.mapping.references import Part, Reference

Told = tuple[Place, list[str]]
"""Where something is told, and all parts of it as they stand there."""


class Step:
    """One candidate position in one level. `single`: only where the level holds one package.

    `mates` are the steps of its level that name the same thing and must agree with it, whatever their
    qualifiers; `several` where there are any, or where one segment may hold several values. `fallback`
    names another thing, which stands in where there is nothing better.
    """

    locate: Locator
    find: Finder
    __slots__ = (
        "fallback", "find", "get", "level", "locate", "mates", "ranges", "reference", "several",
        "simple", "single", "standard", "tag",
    )  # fmt: skip

    def __init__(
        self,
        reference: Reference,
        level: str,
        single: bool,
        standard: Standard,
        *,
        fallback: bool = False,
    ) -> None:
        self.reference = reference
        self.tag = reference.tag
        self.standard = standard
        self.level = level
        self.single = single
        self.fallback = fallback
        self.several = bool(reference.qualifiers or reference.until)
        self.ranges = has_ranges(reference)
        self.simple = is_simple(reference)
        self.mates: tuple[Step, ...] = (self,)
        self.get: Getter = compile_getter(reference, standard)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of either kind
        """Compile `find` and `locate` when they are first asked for: most steps never need them."""
        made: Locator | Finder
        if name == "locate":
            self.locate = made = compile_locator(self.reference, self.standard)
        elif name == "find":
            self.find = made = compile_finder(self.reference, self.standard)
        else:
            raise AttributeError(name)
        return made

    def take_mates(self, mates: tuple[Step, ...]) -> None:
        """Take the steps that must agree with this one, itself among them."""
        self.mates = mates
        self.several = True

    def alone(self, at: Scope, value: str | None = None) -> bool:
        """Check quickly whether a loop certainly tells nothing but the value that this step found."""
        segments = at.segments[self.tag]
        if len(segments) > 1:
            return self._sole(at)
        if self.ranges and has_range(segments[0]):
            return False
        if not self.several:
            return True
        return self._agrees(at, segments[0], self.get(at.segments) if value is None else value)

    def _sole(self, at: Scope) -> bool:
        """Check whether of several segments only one tells anything that this step looks for."""
        if len(self.mates) > 1 or self.ranges:
            return False
        places = self.find(at.segments)
        next(places, None)
        return next(places, None) is None

    def _agrees(self, at: Scope, segment: Segment, value: str) -> bool:
        reference = self.reference
        if reference.qualifiers and len(segment) > 2 and has_twins(segment, reference, self.standard):
            return False
        if reference.until and len(segment) > reference.parts[0].element:
            return False
        if len(self.mates) == 1:
            return True
        segments = at.segments
        for mate in self.mates:
            if mate is self or mate.tag not in segments:
                continue
            if len(segments[mate.tag]) > 1 or mate.get(segments) not in {"", value}:
                return False
        return True


class Field:
    """A field: its candidate positions in order; the first that is not empty gives the value.

    `values` translates what is found (`*` is any other value; an empty translation means absent),
    `match` takes the first group of a pattern, `default` stands in where nothing is found, `unit`
    where a measure has none, `end` takes the end of a period, `point` takes no period at all. `agree`
    are pairs of candidates, by index, that must tell the same where both are there. `near` are the
    candidates, by index, that a document of a shape may tell at all (see `narrowed`).
    """

    __slots__ = (
        "_distinct", "_getters", "_least", "_narrowed", "_plain", "_searches", "agree", "default", "end",
        "levels", "match", "name", "near", "point", "steps", "tags", "unit", "values",
    )  # fmt: skip

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
        agree: tuple[tuple[int, int], ...] = (),
        mates: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.name = name
        self.steps = steps
        self.values = values or {}
        self.match = match
        self.default = default
        self.unit = unit
        self.end = end
        self.point = point
        self.agree = agree
        for index, step in enumerate(steps if mates else ()):
            paired = {index}.union(*(pair for pair in mates if index in pair))
            if len(near := [steps[at] for at in sorted(paired) if steps[at].level == step.level]) > 1:
                step.take_mates(tuple(near))
        self.tags = frozenset(step.tag for step in steps)
        self.levels = frozenset(step.level for step in steps)
        self._distinct = tuple({step.reference.text: step for step in reversed(steps)}.values())[::-1]
        self._plain = not self.values and match is None
        self._narrowed: dict[tuple[int, ...], Field] = {}
        self.look_only_at(tuple(enumerate(steps)))

    def look_only_at(self, near: tuple[tuple[int, Step], ...]) -> None:
        """Choose the candidates that are asked, each with its index among all."""
        steps = [step for _, step in near]
        self.near = near
        self._least = tuple(
            (one.level, one.tag, one.reference.parts[0].element if one.reference.parts else 2)
            for one in steps
        )
        self._getters = tuple((step.level, step.tag, step.single, step.get, step) for step in steps)
        self._searches = tuple((step.level, step.tag, step.single, step) for step in steps)

    def narrowed(self, tags: frozenset[tuple[str, str]]) -> Field:
        """Return the field for documents that have only these tags in loops of these levels.

        It looks at the candidates that may be there and finds the same; one is made for each choice of them.
        """
        near = tuple((index, step) for index, step in enumerate(self.steps) if (step.level, step.tag) in tags)
        if len(near) == len(self.steps):
            return self
        key = tuple(index for index, _ in near)
        known = self._narrowed.get(key)
        if known is None:
            known = self._narrowed[key] = copy.copy(self)
            known.look_only_at(near)
        return known

    def text(self, scope: Scope) -> str:
        """Return the field's value as seen from `scope`, or the default."""
        scopes = scope.scopes
        for level, tag, single, get, _ in self._getters:
            at = scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            value = get(at.segments)
            if value and (self._plain or (value := self._read(value))):
                return value
        return self.default

    def may_tell(self, scope: Scope) -> bool:
        """Check quickly whether any segment is long enough to tell the field."""
        scopes = scope.scopes
        for level, tag, element in self._least:
            at = scopes.get(level)
            if at is not None and tag in at.segments:
                for segment in at.segments[tag]:
                    if len(segment) >= element:
                        return True
        return False

    def find(self, scope: Scope) -> tuple[str, Scope | None, Step | None]:
        """Return the value as seen from `scope`, the loop it stands in, and the step that found it."""
        scopes = scope.scopes
        for level, tag, single, get, step in self._getters:
            at = scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            value = get(at.segments)
            if value and (self._plain or (value := self._read(value))):
                return value, at, step
        return self.default, None, None

    def withheld(self, scope: Scope) -> list[tuple[Place, str, Scope]]:
        """Return the values above several packages that are taken for none of them, and where they stand.

        They are those of `single` levels, and not of a fallback, before the step that finds a value (any
        step, where that is a fallback itself).
        """
        found: list[tuple[Place, str, Scope]] = []
        end = self.find(scope)[2]
        for step in self.steps:
            if step is end and not step.fallback:
                break
            at = scope.scopes.get(step.level)
            if at is not None and step.single and not step.fallback and at.packages > 1:
                place = step.locate(at.segments)
                if place is not None and (value := self._value(place)):
                    found.append((place, value, at))
        return found

    def told(self, at: Scope, step: Step) -> list[Told]:
        """Return every place in the loop `at` that claims to be what `step` found, with its parts.

        These are the places of the same qualifier, and all places of the steps that must agree with
        it. The end of a range of numbers is a place of its own.
        """
        if len(step.mates) == 1:
            if not step.get(at.segments):
                return []
            found = list(self._told(at, step))
            return [told for rank, told in found if rank == found[0][0]]
        places: dict[tuple[int, int, int], Told] = {}
        for mate in step.mates:
            for _, told in self._told(at, mate):
                where = told[0]
                places.setdefault((where.segment.number, where.element, where.component), told)
        return list(places.values())

    def told_in(
        self, scopes: Iterable[Scope], like: Step | None = None, *, fallback: bool = True
    ) -> list[Told]:
        """Return what other loops say of the field: all that the first step with any finds there.

        With `like`, only what must agree with what that step found; without `fallback` no number of
        another thing.
        """
        loops = list(scopes)
        for step in self._distinct if like is None else (like,):
            if step.fallback and not fallback:
                continue
            tags = {mate.tag for mate in step.mates}
            found = [told for at in loops if not tags.isdisjoint(at.segments) for told in self.told(at, step)]
            if found:
                return found
        return []

    def _told(self, at: Scope, step: Step) -> Iterator[tuple[int, Told]]:
        others = step.reference.parts[1:]
        for rank, place in step.find(at.segments):
            if value := self._value(place):
                yield rank, (place, [value, *[_part(place, part) for part in others]])
                end = range_end(place)
                if end is not None:
                    yield rank, (end, [self._value(end)])

    def place(self, scope: Scope) -> Place | None:
        """Return where the value stands, None for a default or nothing."""
        for places in self._found(scope):
            for _, place in places:
                if self._value(place):
                    return place
        return None

    def every(self, scope: Scope) -> list[str]:
        """Return all the values of the first candidate that has any, each once, in document order.

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
        """Return all values with their places, of the same candidates as `every`; equal ones stay."""
        for places in self._found(scope):
            found = [(rank, value, place) for rank, place in places if (value := self._value(place))]
            if found:
                return [(value, place) for rank, value, place in found if rank == found[0][0]]
        return []

    def parts(self, scope: Scope) -> Told | None:
        """Return all parts of a reference of several (`DTM02+03+04`), read from one segment."""
        scopes = scope.scopes
        for level, tag, single, step in self._searches:
            at = scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            place = step.locate(at.segments)
            if place is not None:
                others = step.reference.parts[1:]
                return place, [self._value(place), *[_part(place, part) for part in others]]
        return None

    def look_parts(self, scope: Scope) -> tuple[Told, Scope, Step] | None:
        """Return all parts of a reference, the loop they stand in, and the step that found them."""
        scopes = scope.scopes
        for level, tag, single, step in self._searches:
            at = scopes.get(level)
            if at is None or tag not in at.segments or (single and at.packages > 1):
                continue
            place = step.locate(at.segments)
            if place is not None:
                others = step.reference.parts[1:]
                return (place, [self._value(place), *[_part(place, part) for part in others]]), at, step
        return None

    def every_parts(self, scope: Scope) -> list[Told]:
        """Return all parts of each segment that the first candidate with any finds, the best ones only."""
        for level, tag, single, step in self._searches:
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
        for level, tag, single, step in self._searches:
            at = scopes.get(level)
            if at is not None and tag in at.segments and not (single and at.packages > 1):
                places = list(step.find(at.segments))
                if places:
                    yield places

    def read(self, place: Place) -> str:
        """Return what stands at a place, translated as this field says."""
        return self._value(place)

    def translated(self, value: str) -> str:
        """Return a value that is not empty as this field reads it; of an empty one nothing."""
        return value if self._plain or not value else self._read(value)

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
