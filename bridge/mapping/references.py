"""The notation for places in a document, the same for X12 and EDIFACT: `MAN02[MAN01=GM]`.

    PRF01                       element 1 of PRF, in the first PRF where it is not empty
    RFF01.2[RFF01.1=ON]         component 2 of element 1, where component 1 is ON
    REF02[REF01=2I|CN|BM]       several values: the ones named first are preferred
    N401[N101=SF]               the N4 that follows an N1 with SF (nearest N1 before it)
    TD503[TD502!=2]             any value but these
    TD503[#2]  TD503[#-1]       the second, the last segment of that tag in its loop
    AT705+06+07                 several elements of one segment: date, time, zone
    MEA03.2+03.1                ... or components
    GIN02-06.1                  the first element of 2 to 6 that is not empty
    LIN[VP|VN]  PIA[SA]         pairs of qualifier and value (X12) or value and qualifier (EDIFACT)
    DTM01.2[DTM01.1=11,#1]      conditions joined by a comma all hold

Elements and components count from 1. Parsing is done once at load; `Reference` is the parsed form,
`bridge.mapping.lookup` compiles it.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

_TAG = r"[A-Z][A-Z0-9]{1,2}"
_PART = r"\d\d(?:\.\d{1,2})?"
_PLACE = re.compile(rf"({_TAG})(\d\d(?:-\d\d)?(?:\.\d{{1,2}})?(?:\+{_PART})*)(?:\[([^\[\]]*)\])?")
_PAIRS = re.compile(rf"({_TAG})\[([^\[\]=#,]+)\]")
_CONDITION = re.compile(rf"({_TAG})({_PART})(!?=)([^=]*)")
_ORDINAL = re.compile(r"#(-?[1-9]\d?)")


class Part(msgspec.Struct, frozen=True):
    """One component of one element, both counting from 1."""

    element: int
    component: int = 1


class Condition(msgspec.Struct, frozen=True):
    """A part of this segment, or of the nearest earlier segment `tag`, has one of `values` (or none)."""

    tag: str
    part: Part
    values: tuple[str, ...]
    negated: bool = False


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """A parsed reference. `parts` are read from one segment; the first decides whether it is there.

    `until` is the last element of a range, 0 where there is none. `qualifiers` are set for pairs, and
    then `parts` is empty. `ordinal` counts segments of the tag from 1, or from the end if negative.
    """

    text: str
    tag: str
    parts: tuple[Part, ...] = ()
    until: int = 0
    qualifiers: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    ordinal: int = 0


@lru_cache(maxsize=4096)
def parse_reference(text: str) -> Reference:
    """Parse one reference. Raises ValueError with what is wrong, for the author of the mapping."""
    if match := _PAIRS.fullmatch(text):
        return Reference(text=text, tag=match[1], qualifiers=_alternatives(match[2]))
    match = _PLACE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is not a reference: write a segment and a two-digit element (PRF01, RFF01.2), "
            "then conditions in brackets (REF02[REF01=CN]) or pairs (LIN[BP])"
        )
    tag, places, bracket = match.groups()
    first, *others = places.split("+")
    until = 0
    if "-" in first:
        start, _, rest = first.partition("-")
        until = int(rest[:2])
        first = start + rest[2:]
        if others or until <= int(start):
            raise ValueError(f"{text!r}: a range runs upwards and stands alone")
    conditions, ordinal = _bracket(text, bracket)
    parts = tuple(_part(piece) for piece in (first, *others))
    if any(part.element < 1 or part.component < 1 for part in parts):
        raise ValueError(f"{text!r}: elements and components count from 1")
    return Reference(text=text, tag=tag, parts=parts, until=until, conditions=conditions, ordinal=ordinal)


@lru_cache(maxsize=1024)
def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Parse `SN102=0,SN108=IR`, as `denied` has it. Raises ValueError."""
    conditions, ordinal = _bracket(text, text)
    if ordinal or not conditions:
        raise ValueError(f"{text!r} is not a condition: write SN108=IR, several joined by commas")
    return conditions


def _bracket(text: str, bracket: str | None) -> tuple[tuple[Condition, ...], int]:
    conditions: list[Condition] = []
    ordinal = 0
    for piece in bracket.split(",") if bracket is not None else ():
        if match := _ORDINAL.fullmatch(piece):
            ordinal = int(match[1])
        elif match := _CONDITION.fullmatch(piece):
            tag, part, operator, values = match.groups()
            conditions.append(Condition(tag, _part(part), _alternatives(values), operator == "!="))
        else:
            raise ValueError(f"{text!r}: {piece!r} is not a condition: write REF01=CN|BM, REF01!=CN or #1")
    return tuple(conditions), ordinal


def _part(text: str) -> Part:
    element, _, component = text.partition(".")
    return Part(int(element), int(component or 1))


def _alternatives(text: str) -> tuple[str, ...]:
    return tuple(value.strip() for value in text.split("|"))
