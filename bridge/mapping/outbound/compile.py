"""The table of one outbound mapping file to a compiled `OutboundMapping`, with every mistake noted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.mapping.outbound.models import Around, OutboundTable, PositionTable, SegmentTable
from bridge.mapping.outbound.rules import OutboundMapping, Position, SegmentRule
from bridge.mapping.tables import Table, TomlFile
from bridge.programs.notices import DOCUMENT
from bridge.programs.registry import installed

POSITION = re.compile(r"([A-Z][A-Z0-9]{1,2})(\d\d)")
_SOURCES = frozenset({"value", "constant", "count", "sum"})
FIRST = "first"
"""`after = "first"`: before all other segments."""


def extended(base: Table, own: Table) -> Table:
    """Return what a file inherits: keys as they are, segments and their positions one by one.

    A position that says anew what stands there replaces the inherited one; one that does not adds to it.
    """
    merged = base | own
    ours, theirs = own.get("segments"), base.get("segments")
    if isinstance(ours, dict) and isinstance(theirs, dict):
        merged["segments"] = theirs | {
            name: _segment(theirs.get(name), table) for name, table in ours.items()
        }
    return merged


def _segment(base: object, own: object) -> object:
    if not isinstance(base, dict) or not isinstance(own, dict):
        return own
    merged = base | own
    for key in base.keys() & own.keys():
        if POSITION.fullmatch(key):
            merged[key] = _position(base[key], own[key])
    return merged


def _position(base: object, own: object) -> object:
    """Join what stands at a position: an element's components one by one."""
    if _has_components(base) or _has_components(own):
        theirs, ours = components_of(base), components_of(own)
        return theirs | {part: _joined(theirs.get(part), value) for part, value in ours.items()}
    return _joined(base, own)


def _joined(base: object, own: object) -> object:
    if isinstance(base, str):
        base = source_of(base)
    if not isinstance(base, dict) or not isinstance(own, dict) or _SOURCES & own.keys():
        return own
    joined = base | own
    if isinstance(base.get("values"), dict) and isinstance(own.get("values"), dict):
        joined["values"] = base["values"] | own["values"]
    return joined


def _has_components(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(str(key).isdecimal() for key in value)


def components_of(value: object) -> dict[str, Any]:
    """Return what stands at an element, by its components."""
    return value if isinstance(value, dict) and _has_components(value) else {"1": value}


def source_of(text: str) -> dict[str, Any]:
    """Return a short way to write a position in full: `=ON` is a constant, anything else a value's name."""
    if not text:
        return {}
    return {"constant": text[1:]} if text.startswith("=") else {"value": text}


def compile_outbound(file: TomlFile, table: Table) -> OutboundMapping | None:
    """Compile an outbound mapping, `table` being the file's content with what it extends filled in.

    Mistakes are noted in `file`; None where there are any.
    """
    before = len(file.problems)
    head = file.checked(OutboundTable, table)
    if head is None:
        return None
    around = Around(head.standard, installed().notices[head.writes])
    rules = tuple(
        rule
        for name, segment in _ordered(file, head.segments)
        if (rule := _rule(file, name, segment, around)) is not None
    )
    for level in head.needs.keys() - around.notice.levels.keys():
        there_are = ", ".join(around.notice.levels)
        file.mistake(f"needs.{level}", f"there is no level {level!r}; there are {there_are}")
    if len(file.problems) > before:
        return None
    return OutboundMapping(
        name=head.name,
        source=file.path.name,
        standard=head.standard,
        document=head.document,
        writes=head.writes,
        versions=head.versions,
        vendors=frozenset(head.vendors),
        group=head.group,
        association=head.association,
        needs=head.needs,
        segments=rules,
    )


def _ordered(file: TomlFile, segments: Mapping[str, Table]) -> Iterator[tuple[str, Table]]:
    """Yield the segments that are written, in order: as they stand, or each after the one that it names."""
    order: list[str] = []
    for name, table in segments.items():
        after = table.get("after", "")
        if after == FIRST:
            order.insert(0, name)
        elif after and after not in segments:
            there_are = ", ".join((FIRST, *segments))
            file.mistake(f"segments.{name}.after", f"there is no segment {after!r}; there are {there_are}")
        elif after in order:
            order.insert(order.index(after) + 1, name)
        elif after:
            file.mistake(f"segments.{name}.after", f"{after!r} stands after this one itself")
        else:
            order.append(name)
    yield from ((name, segments[name]) for name in order if segments[name].get("write", True) is not False)


def _rule(file: TomlFile, name: str, table: Table, around: Around) -> SegmentRule | None:
    place = ("segments", name)
    positions = {key: value for key, value in table.items() if POSITION.fullmatch(key)}
    own = {key: value for key, value in table.items() if key not in positions}
    if not positions:
        file.mistake(".".join(place), 'names no position: write W0602 = "order_number", or write = false')
        return None
    tags = list(dict.fromkeys(key[:-2] for key in positions))
    if len(tags) > 1:
        file.mistake(".".join(place), f"a table is of one segment: {' and '.join(tags)} are two")
    level = own.get("level", DOCUMENT)
    if level in around.notice.levels:
        around = Around(around.standard, around.notice, level)
    head = file.checked(SegmentTable, own, place, around)
    found = [
        position
        for key, value in positions.items()
        for part, source in components_of(value).items()
        if (position := _compiled(file, (*place, key), part, source, around)) is not None
    ]
    if head is None:
        return None
    return SegmentRule(
        name=name,
        tag=tags[0],
        level=level,
        when=head.when,
        versions=head.versions,
        positions=tuple(found),
    )


def _compiled(
    file: TomlFile, place: tuple[str, ...], part: str, source: object, around: Around
) -> Position | None:
    if isinstance(source, str):
        source = source_of(source)
    found = file.checked(PositionTable, source, place, around)
    if found is None or not (_SOURCES & found.model_fields_set):
        return None
    element = int(place[-1][-2:])
    if element < 1 or int(part) < 1:
        file.mistake(".".join(place), "elements and components count from 1")
    return Position(
        element=element,
        component=int(part),
        constant=found.constant,
        names=found.value,
        count=found.count,
        sum=found.sum,
        format=found.format,
        match=re.compile(found.match) if found.match else None,
        values=found.values,
        default=found.default,
    )
