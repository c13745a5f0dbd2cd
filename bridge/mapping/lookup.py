"""References compiled to closures, and the loops (scopes) in which they look.

A `Scope` is one loop of a document: its own segments by tag, and the loops it stands in by level. A
document becomes a tree of scopes (see `hierarchy`, `consignments`), and every field of a mapping says
in which levels it is looked for, the nearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from bridge.edi.model import Segment, Standard
from bridge.mapping.references import Condition, Part, Reference

Segments = dict[str, list[Segment]]


class Place(msgspec.Struct, frozen=True):
    """Where a value stands: the segment, its element and component."""

    segment: Segment
    element: int
    component: int = 1


class Scope:
    """One loop: `segments` by tag, `scopes` by level (itself and all that it stands in).

    `packages` counts the packages at or below it, once they are known (see `contents`).
    """

    __slots__ = ("children", "first", "level", "packages", "parent", "scopes", "segments")

    def __init__(self, level: str, parent: Scope | None, first: Segment | None) -> None:
        self.level = level
        self.parent = parent
        self.first = first
        self.packages = 0
        self.segments: Segments = {}
        self.children: list[Scope] = []
        self.scopes: dict[str, Scope] = {**parent.scopes, level: self} if parent else {level: self}
        if parent is not None:
            parent.children.append(self)

    def add(self, tag: str, segment: Segment) -> None:
        """Put a segment, whose tag is given, into this loop."""
        if (known := self.segments.get(tag)) is not None:
            known.append(segment)
        else:
            self.segments[tag] = [segment]

    def walk(self) -> Iterator[Scope]:
        """Give this scope and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def below(self, *levels: str) -> list[Scope]:
        """Give the scopes of these levels at or below this one, in document order."""
        return [scope for scope in self.walk() if scope.level in levels]


Getter = Callable[[Segments], str]
Finder = Callable[[Segments], Iterator[tuple[int, Place]]]
"""From a loop's segments to the places named, best first, each with its rank (0 is the best)."""


def compile_finder(reference: Reference, standard: Standard) -> Finder:
    """Give a function from a scope's segments to the places that the reference names, best first."""
    if reference.qualifiers:
        return _pairs_x12(reference) if standard == "x12" else _pairs_edifact(reference)
    return _places(reference)


def compile_getter(reference: Reference, standard: Standard) -> Getter:
    """Give a function from a scope's segments to the value, empty if there is none."""
    simple = not (reference.qualifiers or reference.until or reference.ordinal)
    if simple and not reference.conditions:
        return _first_value(reference.tag, reference.parts[0])
    if simple and len(reference.conditions) == 1:
        condition = reference.conditions[0]
        if condition.tag == reference.tag and not condition.negated and len(condition.values) == 1:
            return _qualified_value(reference.tag, reference.parts[0], condition)
    finder = compile_finder(reference, standard)
    tag = reference.tag

    def get(segments: Segments) -> str:
        if tag in segments:
            for _, place in finder(segments):
                return place.segment.value(place.element, place.component).strip()
        return ""

    return get


def holds(conditions: tuple[Condition, ...], segments: Segments) -> bool:
    """Tell whether one segment of the first condition's tag meets all conditions."""
    return any(
        all(_meets(condition, candidate, segments) for condition in conditions)
        for candidate in segments.get(conditions[0].tag, ())
    )


def _first_value(tag: str, part: Part) -> Getter:
    element, component = part.element, part.component

    def get(segments: Segments) -> str:
        for segment in segments.get(tag, ()):
            if value := segment.value(element, component).strip():
                return value
        return ""

    return get


def _qualified_value(tag: str, part: Part, condition: Condition) -> Getter:
    element, component = part.element, part.component
    of, of_component = condition.part.element, condition.part.component
    wanted = condition.values[0]

    def get(segments: Segments) -> str:
        for segment in segments.get(tag, ()):
            if segment.value(of, of_component).strip() == wanted and (
                value := segment.value(element, component).strip()
            ):
                return value
        return ""

    return get


def _places(reference: Reference) -> Finder:
    part, tag, conditions = reference.parts[0], reference.tag, reference.conditions
    component = part.component
    elements = range(part.element, (reference.until or part.element) + 1)
    ranked = next((c for c in conditions if not c.negated and len(c.values) > 1), None)

    def find(segments: Segments) -> Iterator[tuple[int, Place]]:
        if tag not in segments:
            return
        candidates = _counted(reference, segments[tag]) if reference.ordinal else segments[tag]
        for segment in candidates:
            if conditions and not all(_meets(condition, segment, segments) for condition in conditions):
                continue
            rank = ranked.values.index(_actual(ranked, segment, segments)) if ranked else 0
            for element in elements:
                if segment.value(element, component).strip():
                    yield rank, Place(segment, element, component)

    if ranked is None:
        return find
    return lambda segments: iter(sorted(find(segments), key=lambda found: found[0]))


def _counted(reference: Reference, candidates: list[Segment]) -> list[Segment]:
    index = reference.ordinal - 1 if reference.ordinal > 0 else reference.ordinal
    return candidates[index:][:1] if -len(candidates) <= index < len(candidates) else []


def _meets(condition: Condition, segment: Segment, segments: Segments) -> bool:
    return (_actual(condition, segment, segments) in condition.values) is not condition.negated


def _actual(condition: Condition, segment: Segment, segments: Segments) -> str:
    part = condition.part
    if condition.tag == segment.tag:
        return segment.value(part.element, part.component).strip()
    before = [other for other in segments.get(condition.tag, ()) if other.number < segment.number]
    return before[-1].value(part.element, part.component).strip() if before else ""


def _pairs_x12(reference: Reference) -> Finder:
    def find(segments: Segments) -> Iterator[tuple[int, Place]]:
        for rank, qualifier in enumerate(reference.qualifiers):
            for segment in segments.get(reference.tag, ()):
                for element in range(2, len(segment), 2):
                    if segment.value(element).strip() == qualifier and segment.value(element + 1).strip():
                        yield rank, Place(segment, element + 1)

    return find


def _pairs_edifact(reference: Reference) -> Finder:
    def find(segments: Segments) -> Iterator[tuple[int, Place]]:
        for rank, qualifier in enumerate(reference.qualifiers):
            for segment in segments.get(reference.tag, ()):
                for element in range(2, len(segment) + 1):
                    if segment.value(element, 2).strip() == qualifier and segment.value(element).strip():
                        yield rank, Place(segment, element)

    return find
