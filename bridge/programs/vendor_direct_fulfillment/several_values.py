"""What a document tells more than once: all values of a field, and where they contradict each other.

A status update names one package and one order. Where a document names several, each is an update of
its own; where it cannot be known which of them is meant, the update is held and the values are named.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from bridge.mapping.fields import Field
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.reader import Reader
from bridge.mapping.times import assumes_zone, moment

_RANGE_ENDS = {("MAN", 2): (3, 1), ("MAN", 5): (6, 1)} | {("GIN", at): (at, 2) for at in range(2, 7)}
"""Where the last number of a range stands (X12 MAN02-03, MAN05-06; EDIFACT C208), by the first."""
MOST_SHOWN = 5
_MINUTE, _UNKNOWN_ZONE = timedelta(minutes=1), timedelta(hours=26)


class Told(msgspec.Struct, frozen=True):
    """What one candidate of a field tells in one loop: each value once, with its first place."""

    index: int
    at: Scope
    values: dict[str, Place]


class Taken(msgspec.Struct, frozen=True):
    """The candidate that counts, the first that tells anything, and all others that do, too.

    `below`: it stands in loops below the one in which it is looked for.
    """

    told: Told
    others: tuple[Told, ...]
    below: bool = False

    @property
    def values(self) -> dict[str, Place]:
        """Return the values that count."""
        return self.told.values

    def inner(self) -> Iterator[Told]:
        """Return the others that stand in the same loop or in one within it."""
        level, at = self.told.at.level, self.told.at
        return (other for other in self.others if other.at.scopes.get(level) is at)

    def beside(self) -> dict[str, Place]:
        """Return the other names of what is told, in the same loop or in one within it."""
        found: dict[str, Place] = {}
        for other in self.inner():
            found.update((text, place) for text, place in other.values.items() if text not in self.values)
        return found


def told(field: Field, scope: Scope) -> Iterator[Told]:
    """Return what each candidate tells, as seen from `scope`; of alternatives only the best."""
    for index, step in field.near:
        at = scope.scopes.get(step.level)
        if at is None or step.tag not in at.segments or (step.single and at.packages > 1):
            continue
        value = step.get(at.segments)
        if not value:
            continue
        if step.simple and len(at.segments[step.tag]) == 1:
            if (text := field.translated(value)) and (place := step.locate(at.segments)) is not None:
                yield Told(index, at, {text: place})
            continue
        found = [(rank, text, place) for rank, place in step.find(at.segments) if (text := field.read(place))]
        if found:
            best: dict[str, Place] = {}
            for rank, text, place in found:
                if rank == found[0][0]:
                    best.setdefault(text, place)
            yield Told(index, at, best)


def take(field: Field, scope: Scope) -> Taken | None:
    """Return all that a field tells, as seen from `scope`; None if it tells nothing."""
    found = list(told(field, scope))
    return Taken(found[0], tuple(found[1:])) if found else None


def take_below(field: Field, scope: Scope) -> Taken | None:
    """Return what a field tells in loops below `scope` in which it is not looked for; None if nothing."""
    if not scope.children:
        return None
    loops = [loop for loop in scope.walk() if loop is not scope]
    for index, step in enumerate(field.steps):
        values: dict[str, Place] = {}
        for loop in loops:
            if step.tag in loop.segments:
                for _, place in step.find(loop.segments):
                    if text := field.read(place):
                        values.setdefault(text, place)
        if values:
            return Taken(Told(index, scope, values), (), below=True)
    return None


def doubts(field: Field, taken: Taken) -> Iterator[str]:
    """Return why it is not certain which numbers are meant: contradictions, and others told apart by more."""
    if taken.below and len(taken.values) > 1:
        yield f"{field.name} has {len(taken.values)} values in loops below the status: {shown(taken.values)}"
    if not taken.others:
        return
    pairs = _pairs(field, taken)
    for other in taken.others:
        if other.index in pairs and not other.values.keys() <= taken.values.keys():
            yield (
                f"{field.name}: {shown(taken.values)} and {shown(other.values)} are not the same, and "
                "nothing says which one Amazon knows"
            )
    for other in taken.inner():
        if other.index not in pairs and len(other.values) > len(taken.values):
            yield f"{field.name}: {shown(taken.values)} stands for several: {shown(other.values)}"


def apart(field: Field, taken: Taken | None, below: Taken | None) -> list[str]:
    """Return why loops below a status that tell something else than what counts for it hold the status."""
    if taken is None or below is None or below.values.keys() <= taken.values.keys():
        return []
    above, inner = shown(taken.values), shown(below.values)
    return [f"{field.name}: {above} and, in a loop below the status, {inner} are not the same"]


def _pairs(field: Field, taken: Taken) -> set[int]:
    """Return which candidates must agree with the one that counts."""
    return {index for pair in field.agree if taken.told.index in pair for index in pair}


def ranges(values: dict[str, Place]) -> Iterator[str]:
    """Return what is named as a range: its numbers in between are not told."""
    for first, place in values.items():
        end = _RANGE_ENDS.get((place.segment.tag, place.element)) if place.component == 1 else None
        last = place.segment.value(*end).strip() if end is not None else ""
        if last not in {"", first}:
            yield f"{place} is a range, from {first} to {last}: its numbers have to be sent one by one"


def conflict(field: Field, scope: Scope, same: Callable[[str], Hashable] = str) -> str:
    """Return why a field that takes one value has several; empty if it has not. `same` is what counts."""
    if _told_once(field, scope):
        return ""
    for one in told(field, scope):
        first = {same(text): text for text in reversed(one.values)}
        if len(first) < 2:
            return ""
        values = {text: one.values[text] for text in one.values if first[same(text)] == text}
        return f"{field.name} has {len(values)} values where one is meant: {shown(values)}"
    return ""


def sole(field: Field, scope: Scope) -> str | None:
    """Return what a field tells, where that is at most one candidate and once; None where it may be more."""
    found = ""
    for _, step in field.near:
        at = scope.scopes.get(step.level)
        if at is not None and step.tag in at.segments and (value := step.get(at.segments)):
            if found or not step.alone(at, value):
                return None
            found = value
    return field.translated(found) or field.default


def _told_once(field: Field, scope: Scope) -> bool:
    """Check quickly whether it is certain that a field has no second value, as nearly always."""
    at, step = field.find(scope)[1:]
    return at is None or step is None or step.alone(at)


def several_times(reader: Reader, field: Field, scope: Scope) -> str:
    """Return why a field of one time has several; empty if it has not.

    Candidates that must agree do so to the minute, as one may be the more exact; where only one of them
    names a zone, the day is all that can be compared.
    """
    if not field.agree and _told_once(field, scope):
        return ""
    found = list(_times(field, scope))
    if len(found) < 2:
        return ""
    first, (place, parts) = found[0]
    pairs = {index for pair in field.agree if first in pair for index in pair}
    values = {_as_sent(parts): place}
    for index, (other, told) in found[1:]:
        if (index == first or index in pairs) and not _same_time(reader, field, parts, told, index == first):
            values.setdefault(_as_sent(told), other)
    return (
        f"{field.name} has {len(values)} values where one is meant: {shown(values)}"
        if len(values) > 1
        else ""
    )


def _times(field: Field, scope: Scope) -> Iterator[tuple[int, tuple[Place, list[str]]]]:
    for one in told(field, scope):
        step = field.steps[one.index]
        found = list(step.find(one.at.segments))
        for rank, place in found:
            if rank == found[0][0]:
                others = (
                    place.segment.value(part.element, part.component) for part in step.reference.parts[1:]
                )
                yield one.index, (place, [field.read(place), *(text.strip() for text in others)])


def _same_time(reader: Reader, field: Field, one: list[str], other: list[str], alike: bool) -> bool:
    if one == other:
        return True
    standard, zone = reader.document.standard, reader.profile.timezone
    try:
        first, second = (
            datetime.fromisoformat(moment(standard, parts, zone, end=field.end)) for parts in (one, other)
        )
        unknown = assumes_zone(standard, one) != assumes_zone(standard, other)
    except ValueError:
        return False
    if alike:
        return first == second
    return abs(first - second) < (_UNKNOWN_ZONE if unknown else _MINUTE)


def _as_sent(parts: list[str]) -> str:
    return " ".join(filter(None, parts))


def shown(values: dict[str, Place]) -> str:
    """Return values with their places, the first few of many."""
    parts = [f"{text} in {place}" for text, place in list(values.items())[:MOST_SHOWN]]
    more = len(values) - len(parts)
    return ", ".join(parts) + (f" and {more} more" if more else "")


def left_over(field: Field, unseen: Iterable[Scope], taken: Iterable[Taken]) -> dict[str, Place]:
    """Return the values that are in no update: in loops that none is seen from, or around one and left out.

    Another number beside an update is another name for the same. One in a loop around it is of something
    else, unless it is a fallback (the number of the shipment) or must agree, and so is told already.
    """
    used: set[str] = set()
    beside: set[str] = set()
    around: dict[str, Place] = {}
    for one in taken:
        kind = field.steps[one.told.index]
        near = _pairs(field, one) | {other.index for other in one.inner()}
        used |= one.values.keys()
        for other in one.others:
            step = field.steps[other.index]
            if other.index in near:
                beside |= other.values.keys()
            elif not step.fallback or step.reference.text == kind.reference.text:
                around.update(other.values)
    found = {text: place for text, place in around.items() if text not in used | beside}
    for scope in unseen:
        for _, step in field.near:
            if step.level == scope.level and step.tag in scope.segments:
                for _, place in step.find(scope.segments):
                    if (text := field.read(place)) and text not in used:
                        found.setdefault(text, place)
    return found
