"""Whether a document tells a field once: several values where one is meant are never cut to the first.

Two kinds of places are compared with where a value was found: the same candidate, in the same loop, and
loops in which the field is not looked for (a date in the loop of a pack). One value there counts; another
one than was found, or several, are a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from bridge.mapping.fields import Field, Told
from bridge.mapping.lookup import Scope

Key = Callable[[list[str]], Hashable]
"""From the parts of a value to what two of them must have in common to be the same."""

OF_THE_ORDER = frozenset(
    {
        "selling_party", "ship_from_party", "shipped_date", "estimated_delivery_date", "is_priority_shipment",
        "vendor_order_number", "purchase_order_number",
    }
)  # fmt: skip
OF_A_PACKAGE = frozenset(
    {
        "container_identifier", "tracking_number", "manifest_id", "manifest_date", "ship_method", "scac_code",
        "carrier", "container_sequence_number",
    }
)  # fmt: skip
"""Fields that are looked for in other loops, too: those of the order's items and packages, or of what
is in a package. Not the measures: the weight of one item is not that of its package."""
_ONE_EACH = frozenset({"container_identifier", "tracking_number", "container_sequence_number"})
"""What stands above several packages is of none of them."""
_LENGTHS = ("dimensions", "length", "width", "height")
TOTALS = ("line_count", "quantity_total", "package_total")
"""Fields of segments at the end of a document, which stand in whatever loop is open there."""
_MAY_DIFFER = frozenset({"estimated_delivery_date", "carrier"})
"""A package or item may have one of its own beside that of the order, and nothing is mixed up by it."""

Tags = frozenset[tuple[str, str]]
Shape = tuple[Tags, Tags, Tags]
"""Which tags stand in loops of which levels; which of them in several loops of a level; which of them
several times in one loop."""
_SMALL = 30
_MOST_VALUES = 4
_LONGEST = 60


class Watched(NamedTuple):
    """What documents of one shape may tell twice: fields at all, fields in other loops.

    `grouped`: they have groups (CPS). `numbered` are the levels above the lines that name orders. `totals`
    are the tags of segments that count what is in the document. `fields` are those of the mapping, narrowed
    to the candidates that are there; `several` those that may have more than one value. `beside_packages`:
    fields of a package may stand in other loops. `measured`: there may be lengths.
    """

    fields: dict[str, Field]
    twice: frozenset[str] = frozenset()
    scattered: frozenset[str] = frozenset()
    grouped: bool = False
    numbered: frozenset[str] = frozenset()
    totals: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()
    beside_packages: bool = False
    measured: bool = True


def outline_of(loops: list[Scope]) -> tuple[str | int, ...] | None:
    """Return what a small document has in common with others of its shape; None for a large one."""
    if len(loops) > _SMALL:
        return None
    outline: list[str | int] = []
    for scope in loops:
        outline.append(scope.level)
        outline.extend(scope.segments)
        outline.extend(map(len, scope.segments.values()))
    return tuple(outline)


def shape_of(loops: list[Scope]) -> Shape:
    """Return the shape of a document."""
    once: set[tuple[str, str]] = set()
    again: set[tuple[str, str]] = set()
    repeated: set[tuple[str, str]] = set()
    for scope in loops:
        level = scope.level
        for tag, segments in scope.segments.items():
            here = (level, tag)
            (again if here in once else once).add(here)
            if len(segments) > 1:
                repeated.add(here)
    return frozenset(once), frozenset(again), frozenset(repeated)


def watched_fields(fields: dict[str, Field], shape: Shape) -> Watched:
    """Return the fields that a document of a shape may tell twice."""
    once, again, repeated = shape
    scattered = frozenset(
        name
        for name in OF_THE_ORDER | OF_A_PACKAGE
        if (field := fields.get(name)) is not None
        and (
            any(
                tag in field.tags
                and (level not in field.levels or (level == "item" and name in OF_A_PACKAGE))
                for level, tag in once
            )
            or (
                name in OF_THE_ORDER
                and any(tag in field.tags and level in field.levels for level, tag in again)
            )
        )
    )
    twice = frozenset(
        name
        for name, field in fields.items()
        if any(
            (step.level, step.tag) in repeated
            or ((step.several or step.ranges) and (step.level, step.tag) in once)
            for step in field.steps
        )
    )
    order = fields.get("purchase_order_number")
    numbered = {level for level, tag in once if order and tag in order.tags}
    numbered &= order.levels - {"order", "item"} if order else set()
    grouped = any(level == "group" for level, _ in once)
    counting = frozenset().union(*(fields[name].tags for name in TOTALS if name in fields))
    totals = counting & {tag for _, tag in once}
    near = {name: field.narrowed(once) for name, field in fields.items()}
    several = twice | {name for name, field in near.items() if field.agree and len(field.near) > 1}
    return Watched(
        fields=near,
        twice=twice | scattered,
        scattered=scattered,
        grouped=grouped,
        numbered=frozenset(numbered),
        totals=totals,
        several=several,
        beside_packages=not scattered.isdisjoint(OF_A_PACKAGE),
        measured=any(name in near and near[name].near for name in _LENGTHS),
    )


def distinct(told: Iterable[Told], key: Key) -> list[Told]:
    """Return what is told, each value once."""
    values: dict[Hashable, Told] = {}
    for one in told:
        values.setdefault(key(one[1]), one)
    return list(values.values())


def loops_around(field: Field, scope: Scope, around: Iterable[Scope]) -> list[Scope]:
    """Return the loops of `around` in which a field is not looked for from `scope`, and may be told."""
    loops = [at for at in around if at.level not in field.levels or scope.scopes.get(at.level) is not at]
    return [at for at in loops if at.packages <= 1] if field.name in _ONE_EACH else loops


def may_differ(name: str) -> bool:
    """Check whether another value in a deeper loop is no conflict."""
    return name in _MAY_DIFFER


def conflict(name: str, told: list[Told]) -> str:
    """Return the reason to hold a document that tells several values where one is meant."""
    values = "; ".join(
        f"{place} {' '.join(filter(None, parts))[:_LONGEST]}" for place, parts in told[:_MOST_VALUES]
    )
    more = f" and {len(told) - _MOST_VALUES} more" if len(told) > _MOST_VALUES else ""
    return (
        f"{name}: {len(told)} values where one is meant: {values}{more}; none is chosen: have it sent again, "
        "corrected, or say in a mapping of your own which one counts"
    )


def same_text(parts: list[str]) -> Hashable:
    """Compare texts as they are."""
    return parts[0]


def same_container(parts: list[str]) -> Hashable:
    """Compare container identifiers: an SSCC of 18 digits is the same as with its 00 before it."""
    value = parts[0]
    return value[2:] if len(value) == 20 and value.startswith("00") and value.isdecimal() else value


def same_number(parts: list[str]) -> Hashable:
    """Compare numbers without their leading zeros."""
    return parts[0].lstrip("0") if parts[0].isdecimal() else parts[0]


TEXT_KEYS: dict[str, Key] = {
    "container_identifier": same_container,
    "item_sequence_number": same_number,
    "container_sequence_number": same_number,
    "piece_number": same_number,
}
"""Texts that are compared in another way than `same_text`."""
