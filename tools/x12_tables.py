"""Reads the tables of the X12 standard: segments with their elements, structures, codes, syntax notes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.x12_facts import (
    ALSO,
    COMPOSITE_AT,
    KNOWN,
    STRUCTURE_999,
    WIDENED,
)


@dataclass
class Element:
    """One element of a segment. An empty `number` means that the table does not tell it."""

    number: str
    name: str
    required: bool
    type: str
    low: int
    high: int


@dataclass
class Loop:
    """A loop with its children in order: (tag, min, max) or loops."""

    tag: str
    low: int
    high: int
    children: list[tuple[str, int, int] | Loop] = field(default_factory=list)


Segments = dict[str, dict[int, Element]]


def rows(path: Path) -> list[list[str]]:
    """Return the rows of a table without comments and header."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.reader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE))


def read_segments(table: Sequence[Sequence[str]]) -> Segments:
    """Make elements of the rows of segments.tsv."""
    segments: Segments = {}
    for row in table:
        tag, position, number, name, req, kind, low, high = [*row, *[""] * (8 - len(row))]
        least, most = int(low or 0), int(high or 0)
        if kind == "composite":
            number = number or COMPOSITE_AT.get(tag + position, "C000")
        elif not kind or number in WIDENED:
            kind, least, most = KNOWN.get(number, ("", 0, 0))
        if kind == "TM":
            least, most = KNOWN["337"][1:]
        segments.setdefault(tag, {})[int(position)] = Element(number, name, req == "M", kind, least, most)
    return segments


def read_structure(table: list[tuple[str, ...]]) -> Loop:
    """Build the tree of loops of one transaction set."""
    loops: dict[str, Loop] = {}
    for path, tag, low, high, opens in table:
        if opens == "loop":
            loop = Loop(tag, int(low), int(high), [(tag, 1, 1)])
            loops[f"{path}/{tag}".strip("/")] = loop
            if path:
                loops[path].children.append(loop)
        else:
            loops[path].children.append((tag, int(low), int(high)))
    return loops["ST"]


def read_codes(path: Path) -> dict[str, list[str]]:
    """Read the values of each element's list, in order."""
    codes: dict[str, set[str]] = {}
    for number, value, *_ in rows(path):
        codes.setdefault(number, set(ALSO.get(number, ()))).add(value)
    return {number: sorted(values) for number, values in codes.items()}


def read_syntax(path: Path) -> dict[str, list[str]]:
    """Read the syntax notes of each segment, as pyx12 writes them: `P0203`."""
    syntax: dict[str, list[str]] = {}
    for tag, note, places in rows(path):
        text = note + "".join(f"{int(place):02}" for place in places.split(","))
        syntax.setdefault(tag, []).append(text)
    return syntax


def read_loops(path: Path, kinds: Iterable[str]) -> dict[str, Loop]:
    """Read the structures of one release, by set."""
    structures = rows(path)
    loops = {}
    for kind in kinds:
        table = [tuple(row[1:]) for row in structures if row[0] == kind] or STRUCTURE_999
        loops[kind] = read_structure([(*row, *[""] * (5 - len(row))) for row in table])
    return loops
