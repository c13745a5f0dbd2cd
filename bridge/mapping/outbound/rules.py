"""Outbound mappings, compiled: which segments a document has, in order, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import msgspec

from bridge.edi.model import Standard
from bridge.mapping.references import Reference


class Condition(msgspec.Struct, frozen=True):
    """Whether a value is there (without `words`), or is one of some words; `negated`: is not."""

    name: str
    words: tuple[str, ...] = ()
    negated: bool = False

    def holds(self, value: str) -> bool:
        """Return whether it holds for a value."""
        return (value in self.words if self.words else bool(value)) != self.negated


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in one component of one element.

    It is one of: a `constant`; the first of the values `names` that is not empty; a `count` of the segments
    of a tag so far; a `sum` of what was written to a place. `format` is a code of a date or `N2`; `match`,
    `values` and `default` are as for inbound fields.
    """

    element: int
    component: int = 1
    constant: str = ""
    names: tuple[str, ...] = ()
    count: str = ""
    sum: Reference | None = None
    format: str = ""
    match: re.Pattern[str] | None = None
    values: dict[str, str] = {}
    default: str = ""


class SegmentRule(msgspec.Struct, frozen=True, kw_only=True):
    """One segment: written for each entry of its `level` where its conditions hold.

    It is left out where it has values, and all of them are empty, and in other versions than its own, if it
    has any.
    """

    name: str
    tag: str
    level: str
    when: tuple[Condition, ...] = ()
    versions: tuple[str, ...] = ()
    positions: tuple[Position, ...] = ()


class OutboundMapping(msgspec.Struct, frozen=True, kw_only=True):
    """One outbound mapping file, compiled. `writes` is a notice of a program.

    `versions` are those that it may be written in, the first one by default. `group` is GS01, `association`
    the code in UNH that a subset of EDIFACT has (0057). `needs` has places by level: an entry that
    writes nothing to the place of its level is left out as a whole, and a document of none but such says
    nothing.
    """

    name: str
    source: str
    standard: Standard
    document: str
    writes: str
    versions: tuple[str, ...]
    vendors: frozenset[str] = frozenset()
    group: str = ""
    association: str = ""
    needs: Mapping[str, Reference] = {}
    segments: tuple[SegmentRule, ...] = ()


def is_version(version: str, patterns: Sequence[str]) -> bool:
    """Return whether a version is one of some, which may end in `*`."""
    return any(version.startswith(one[:-1]) if one.endswith("*") else version == one for one in patterns)


def outbound_ambiguities(mappings: Sequence[OutboundMapping]) -> Iterator[str]:
    """Yield a complaint of each pair of mappings that are equally for one partner and document."""
    for one, other in combinations(mappings, 2):
        same = (one.standard, one.document, one.writes) == (other.standard, other.document, other.writes)
        if same and (one.vendors & other.vendors or not (one.vendors or other.vendors)):
            yield (
                f"outbound/{one.source} ({one.name}) and outbound/{other.source} ({other.name}) both write "
                f"{one.document} of {one.writes}: give one of them vendors, or one name to both"
            )
