"""Everything that a document tells of a field, and what to do where it tells several values."""

from __future__ import annotations

from bridge.mapping.lookup import Place, Scope
from bridge.mapping.reader import Reader

Told = tuple[str, Place]
"""A value, and where it stands."""


def all_told(reader: Reader, name: str, scope: Scope) -> list[Told]:
    """Return the values of all candidates of a field, in the order of the document.

    They are those of the nearest level that tells any.
    """
    field = reader.fields[name]
    levels = list(dict.fromkeys(step.level for _, step in field.near))
    for level in levels:
        at = scope.scopes.get(level)
        steps = [step for _, step in field.near if step.level == level]
        places = [place for step in steps if at is not None for _, place in step.find(at.segments)]
        places.sort(key=lambda one: (one.segment.number, one.element, one.component))
        told = [(value, place) for place in places if (value := field.read(place))]
        if told:
            return told
    return []


def told_anywhere(reader: Reader, name: str, root: Scope) -> list[Told]:
    """Return all that any loop of the document tells of a field, in the order of the document."""
    places = [
        place
        for loop in root.walk()
        for _, step in reader.fields[name].near
        if step.level == loop.level
        for _, place in step.find(loop.segments)
    ]
    places.sort(key=lambda one: (one.segment.number, one.element, one.component))
    return [(value, place) for place in places if (value := reader.fields[name].read(place))]


def texts(reader: Reader, name: str, scope: Scope) -> tuple[str, ...]:
    """Return the values of a field that may have several, each once."""
    return tuple(dict.fromkeys(value for value, _ in all_told(reader, name, scope)))


def joined(reader: Reader, name: str, scope: Scope) -> str:
    """Return all parts of a free text as one."""
    return " ".join(value for value, _ in all_told(reader, name, scope))


def one_of(reader: Reader, name: str, told: list[Told]) -> str:
    """Return the value of a field that takes one; several are held, and none is chosen or shown.

    It is for what is personal: reasons to hold are kept longer than what documents contain.
    """
    places = dict(reversed(told))
    if len(places) > 1:
        where = "; ".join(str(place) for place in reversed(places.values()))
        reason = f"{name}: {len(places)} values where one is meant, in {where}; none is chosen"
        reader.findings.conflict(f"{reason}: have it sent again, corrected", places.values())
    return told[0][0] if told else reader.fields[name].default


def hold_undecided(reader: Reader, reason: str) -> None:
    """Hold a document of which no event can be made without leaving something out."""
    reader.findings.undecided = True
    reader.findings.hold(reason)
