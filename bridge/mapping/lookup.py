"""References compiled to closures, and the loops (scopes) in which they look.

A `Scope` is one loop of a document: its own segments by tag, and the loops it stands in by level. A
document becomes a tree of scopes (see `hierarchy`, `consignments`), and every field of a mapping says
in which levels it is looked for, the nearest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from bridge.edi.model import Segment, Standard
from bridge.mapping.conditions import Segments, compile_read, compile_tests
from bridge.mapping.references import Condition, Reference


class Place(msgspec.Struct, frozen=True):
    """Where a value stands: the segment, its element and component."""

    segment: Segment
    element: int
    component: int = 1

    def __str__(self) -> str:
        """Return the name of the place for operators: `GIN02.2 (segment 14)`."""
        component = f".{self.component}" if self.component > 1 else ""
        return f"{self.segment.tag}{self.element:02}{component} (segment {self.segment.number})"


_RANGES = {"MAN": ((2, 1), (5, 1)), "GIN": tuple((element, 1) for element in range(2, 7))}
"""Where a number may be the first of a range: MAN02 to MAN03, MAN05 to MAN06; C208 of GIN, 7402 to 7402."""


def has_ranges(reference: Reference) -> bool:
    """Check whether a reference names numbers that may be the first of a range."""
    ranges = _RANGES.get(reference.tag, ())
    return any((part.element, part.component) in ranges for part in reference.parts)


def has_range(segment: Segment) -> bool:
    """Check whether a segment may hold a range of numbers."""
    if segment.tag == "MAN":
        return len(segment) > 2 and (segment.value(3) != "" or segment.value(6) != "")
    return any(segment.value(element, 2) for element in range(2, len(segment) + 1))


def has_twins(segment: Segment, reference: Reference, standard: Standard) -> bool:
    """Check whether two pairs of one segment may have the same qualifier of a reference."""
    if standard == "x12":
        found = [segment.value(element) in reference.qualifiers for element in range(2, len(segment), 2)]
    else:
        elements = range(2, len(segment) + 1)
        found = [segment.value(element, 2) in reference.qualifiers for element in elements]
    return sum(found) > 1


def range_end(place: Place) -> Place | None:
    """Return where the range ends that begins at a place; None where there is none.

    A short end of letters, or a qualifier, is none: a MAN03 filled by mistake (MAN*GM*1*CP*2), not a range.
    """
    if (place.element, place.component) not in _RANGES.get(place.segment.tag, ()):
        return None
    end = (
        Place(place.segment, place.element + 1)
        if place.segment.tag == "MAN"
        else Place(place.segment, place.element, 2)
    )
    first = place.segment.value(place.element, place.component).strip()
    last = end.segment.value(end.element, end.component).strip()
    return end if last != first and _ends_range(first, last) else None


def _ends_range(first: str, last: str) -> bool:
    """Check whether a text may be the end of a range of numbers."""
    if len(first) == len(last) or (first.isdecimal() and last.isdecimal()):
        return last != ""
    return len(last) > 2 and any(letter.isdecimal() for letter in last)


class Scope:
    """One loop: `segments` by tag, `scopes` by level (itself and all that it stands in).

    `packages` counts the packages at or below it, once they are known (see `contents`). `takes` are
    the only segments that it takes, None means any.
    """

    __slots__ = ("children", "first", "level", "packages", "parent", "scopes", "segments", "takes")

    def __init__(self, level: str, parent: Scope | None, first: Segment | None) -> None:
        self.level = level
        self.parent = parent
        self.first = first
        self.packages = 0
        self.takes: frozenset[str] | None = None
        self.segments: Segments = {}
        self.children: list[Scope] = []
        self.scopes: dict[str, Scope] = {**parent.scopes, level: self} if parent else {level: self}
        if parent is not None:
            parent.children.append(self)

    def add(self, tag: str, segment: Segment) -> None:
        """Add a segment, whose tag is given, into this loop."""
        if (known := self.segments.get(tag)) is not None:
            known.append(segment)
        else:
            self.segments[tag] = [segment]

    def walk(self) -> list[Scope]:
        """Return this scope and all below it, in document order."""
        if not self.children:
            return [self]
        found, open_loops = [], [self]
        while open_loops:
            scope = open_loops.pop()
            found.append(scope)
            if scope.children:
                open_loops.extend(reversed(scope.children))
        return found

    def seen_from(self, other: Scope) -> Scope:
        """Return this loop as if it stood in another one: values are looked for in that one, too."""
        view = Scope(self.level, None, self.first)
        view.segments, view.scopes = self.segments, {**other.scopes, self.level: view}
        return view

    def dissolve(self) -> None:
        """Undo the tree, which nothing can use any more: its references are cycles, slow to be freed."""
        for child in self.children:
            child.dissolve()
        self.parent = None
        self.scopes = {}
        self.children = []

    def below(self, *levels: str) -> list[Scope]:
        """Return the scopes of these levels at or below this one, in document order."""
        return [scope for scope in self.walk() if scope.level in levels]


Getter = Callable[[Segments], str]
Locator = Callable[[Segments], "Place | None"]
Finder = Callable[[Segments], Iterator[tuple[int, Place]]]
"""From a loop's segments to the places named, best first, each with its rank (0 is the best)."""


def compile_finder(reference: Reference, standard: Standard) -> Finder:
    """Return a function from a scope's segments to the places that the reference names, best first."""
    if reference.qualifiers:
        return _pairs_x12(reference) if standard == "x12" else _pairs_edifact(reference)
    return _places(reference)


def compile_locator(reference: Reference, standard: Standard) -> Locator:
    """Return a function from a scope's segments to the best place, None if there is none."""
    if not is_simple(reference):
        finder = compile_finder(reference, standard)
        return lambda segments: next((place for _, place in finder(segments)), None)
    best, element, component = _best(reference), reference.parts[0].element, reference.parts[0].component

    def locate(segments: Segments) -> Place | None:
        segment = best(segments)
        return Place(segment, element, component) if segment is not None else None

    return locate


def compile_getter(reference: Reference, standard: Standard) -> Getter:
    """Return a function from a scope's segments to the value, empty if there is none."""
    if not is_simple(reference):
        find = compile_finder(reference, standard)

        def get_at(segments: Segments) -> str:
            for _, place in find(segments):
                return place.segment.value(place.element, place.component).strip()
            return ""

        return get_at
    if _ranked(reference) is None:
        return _first_value(reference)
    best, element, component = _best(reference), reference.parts[0].element, reference.parts[0].component

    def get(segments: Segments) -> str:
        segment = best(segments)
        return segment.value(element, component).strip() if segment is not None else ""

    return get


def is_simple(reference: Reference) -> bool:
    """Check whether a reference names one element of any segment that meets its conditions."""
    return not (reference.qualifiers or reference.until or reference.ordinal)


def _first_value(reference: Reference) -> Getter:
    tag, element, component = reference.tag, reference.parts[0].element, reference.parts[0].component
    if len(reference.conditions) == 1 and reference.conditions[0].tag == tag:
        return _first_qualified(reference)
    test = compile_tests(reference.conditions, tag)

    def get(segments: Segments) -> str:
        for segment in segments.get(tag, ()):
            if (test is None or test(segment, segments)) and (
                value := segment.value(element, component).strip()
            ):
                return value
        return ""

    return get


def _first_qualified(reference: Reference) -> Getter:
    """Return the getter for one condition on the segment itself, which most references have."""
    tag, element, component = reference.tag, reference.parts[0].element, reference.parts[0].component
    (condition,) = reference.conditions
    of, of_component = condition.part.element, condition.part.component
    values, wanted = frozenset(condition.values), not condition.negated

    def get(segments: Segments) -> str:
        for segment in segments.get(tag, ()):
            if (segment.value(of, of_component).strip() in values) is wanted and (
                value := segment.value(element, component).strip()
            ):
                return value
        return ""

    return get


def _best(reference: Reference) -> Callable[[Segments], Segment | None]:
    """Return a function to the segment of the best place; the same as the first of `_places`."""
    tag, element, component = reference.tag, reference.parts[0].element, reference.parts[0].component
    test = compile_tests(reference.conditions, tag)
    ranked = _ranked(reference)
    values = ranked.values if ranked is not None else ()
    read = compile_read(ranked, tag) if ranked is not None else None

    def best(segments: Segments) -> Segment | None:
        found, least = None, len(values)
        for segment in segments.get(tag, ()):
            if (test is None or test(segment, segments)) and segment.value(element, component).strip():
                rank = values.index(read(segment, segments)) if read is not None else 0
                if rank == 0:
                    return segment
                if rank < least:
                    found, least = segment, rank
        return found

    return best


def _ranked(reference: Reference) -> Condition | None:
    """Return the condition whose values are named in order of preference."""
    return next((c for c in reference.conditions if not c.negated and len(c.values) > 1), None)


def _places(reference: Reference) -> Finder:
    part, tag = reference.parts[0], reference.tag
    component = part.component
    elements = range(part.element, (reference.until or part.element) + 1)
    ranked = _ranked(reference)
    values = ranked.values if ranked is not None else ()
    read = compile_read(ranked, tag) if ranked is not None else None
    test = compile_tests(reference.conditions, tag)

    def find(segments: Segments) -> Iterator[tuple[int, Place]]:
        if tag not in segments:
            return
        candidates = _counted(reference, segments[tag]) if reference.ordinal else segments[tag]
        for segment in candidates:
            if test is not None and not test(segment, segments):
                continue
            rank = values.index(read(segment, segments)) if read is not None else 0
            for element in elements:
                if segment.value(element, component).strip():
                    yield rank, Place(segment, element, component)

    if ranked is None:
        return find
    return lambda segments: iter(sorted(find(segments), key=lambda found: found[0]))


def _counted(reference: Reference, candidates: list[Segment]) -> list[Segment]:
    index = reference.ordinal - 1 if reference.ordinal > 0 else reference.ordinal
    return candidates[index:][:1] if -len(candidates) <= index < len(candidates) else []


def _pairs_x12(reference: Reference) -> Finder:
    tag, ranks = reference.tag, _ranks(reference)

    def find(segments: Segments) -> Iterator[tuple[int, Place]]:
        found = [
            (rank, Place(segment, element + 1))
            for segment in segments.get(tag, ())
            for element in range(2, len(segment), 2)
            if (rank := ranks.get(segment.value(element).strip())) is not None
            and segment.value(element + 1).strip()
        ]
        return iter(found if len(found) < 2 else sorted(found, key=_by_rank))

    return find


def _pairs_edifact(reference: Reference) -> Finder:
    tag, ranks = reference.tag, _ranks(reference)

    def find(segments: Segments) -> Iterator[tuple[int, Place]]:
        found = [
            (rank, Place(segment, element))
            for segment in segments.get(tag, ())
            for element in range(2, len(segment) + 1)
            if (rank := ranks.get(segment.value(element, 2).strip())) is not None
            and segment.value(element).strip()
        ]
        return iter(found if len(found) < 2 else sorted(found, key=_by_rank))

    return find


def _ranks(reference: Reference) -> dict[str, int]:
    return {qualifier: rank for rank, qualifier in reversed(list(enumerate(reference.qualifiers)))}


def _by_rank(found: tuple[int, Place]) -> int:
    return found[0]
