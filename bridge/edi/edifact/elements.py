"""Checks the elements of one segment: presence, number, length, type, code values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from bridge.edi.edifact.codes import Code
from bridge.edi.edifact.segment import Components, EdifactSegment, Element, Repeated
from bridge.edi.edifact.structures import AGENCY_ELEMENTS, UN, ElementRule

# ISO 9735, numeric: a minus sign, digits, and a decimal mark that is a comma or a point.
_NUMBER: Final = re.compile(r"-?([0-9]*)(?:([.,])([0-9]*))?")


class Fault(msgspec.Struct, frozen=True):
    """Something wrong with an element; `tolerable` if the value can be used all the same."""

    code: Code
    message: str
    element: int
    component: int = 0
    data_element: str = ""
    value: str = ""
    tolerable: bool = False


def faults(segment: EdifactSegment, rules: Sequence[ElementRule], decimal: str) -> list[Fault]:
    """Return what is wrong with the elements of a segment; `decimal` has the marks in force."""
    found: list[Fault] = []
    items = segment.elements
    for place, (rule, item) in enumerate(zip(rules, items, strict=False), 1):
        if not item:
            if rule.mandatory:
                found.append(_missing(rule, place))
        elif isinstance(item, Repeated):
            _check_repeated(item, rule, place, decimal, found)
        elif rule.components:
            _check_composite((item,) if isinstance(item, str) else item, rule, place, decimal, found)
        elif isinstance(item, str):
            if rule.kind != "an" or len(item) > rule.length or rule.codes is not None:
                found.extend(_check_value(item, rule, place, 0, decimal))
        else:
            _check_simple(item, rule, place, decimal, found)
    _check_number(items, rules, found)
    return found


def _check_number(items: Sequence[Element], rules: Sequence[ElementRule], found: list[Fault]) -> None:
    """Check the elements that are left out at the end, or too many."""
    given, known = len(items), len(rules)
    if given < known:
        places = enumerate(rules[given:], given + 1)
        found.extend(_missing(rule, place) for place, rule in places if rule.mandatory)
    elif given > known and any(items[known:]):
        found.append(Fault(Code.TOO_MANY_ELEMENTS, f"the segment has more than {known} elements", known + 1))


def _check_repeated(item: Repeated, rule: ElementRule, place: int, decimal: str, found: list[Fault]) -> None:
    check = _check_composite if rule.components else _check_simple
    for components in item.each:
        check(components, rule, place, decimal, found)


def _check_simple(
    components: Components, rule: ElementRule, place: int, decimal: str, found: list[Fault]
) -> None:
    """Check an element that has no components by its rule, though it is sent with several."""
    if any(components[1:]):
        message = f"element {rule.number} ({rule.name}) has components"
        found.append(Fault(Code.TOO_MANY_COMPONENTS, message, place, 2, rule.number))
    if components[0]:
        found.extend(_check_value(components[0], rule, place, 0, decimal))


def _check_composite(
    components: Components, rule: ElementRule, place: int, decimal: str, found: list[Fault]
) -> None:
    parts = rule.components
    for number, (part, value) in enumerate(zip(parts, components, strict=False), 1):
        if not value:
            if part.mandatory:
                found.append(_missing(part, place, number))
        elif part.codes is not None:
            if value not in part.codes and not _is_of_other_agency(components, parts):
                found.extend(_check_value(value, part, place, number, decimal))
        elif part.kind != "an" or len(value) > part.length:
            found.extend(_check_value(value, part, place, number, decimal))
    if len(components) < len(parts):
        if any(part.mandatory for part in parts[len(components) :]):
            rest = enumerate(parts[len(components) :], len(components) + 1)
            found.extend(_missing(part, place, number) for number, part in rest if part.mandatory)
    elif len(components) > len(parts) and any(components[len(parts) :]):
        message = f"composite {rule.number} ({rule.name}) has more than {len(parts)} components"
        found.append(Fault(Code.TOO_MANY_COMPONENTS, message, place, len(parts) + 1, rule.number))


def _is_of_other_agency(components: Components, parts: Sequence[ElementRule]) -> bool:
    """Return whether a composite names a code list of its own (1131), or an agency (3055) that is not UN."""
    named = (value for part, value in zip(parts, components, strict=False) if part.number in AGENCY_ELEMENTS)
    return any(value not in ("", UN) for value in named)


def _missing(rule: ElementRule, place: int, component: int = 0) -> Fault:
    return Fault(Code.MISSING, f"{rule.number} ({rule.name}) is missing", place, component, rule.number)


def _check_value(value: str, rule: ElementRule, place: int, component: int, decimal: str) -> Iterator[Fault]:
    for code, text, tolerable in _flaws(value, rule, decimal):
        message = f"{rule.number} ({rule.name}) {text}"
        yield Fault(code, message, place, component, rule.number, value, tolerable)


def _flaws(value: str, rule: ElementRule, decimal: str) -> Iterator[tuple[Code, str, bool]]:
    """Return what is wrong with a value, and whether that is tolerable.

    What is too long for its element can still be read, a number too; one that is none cannot.
    """
    if rule.kind == "n":
        yield from _number_flaws(value.strip(), rule.length, decimal)
        return
    if rule.kind == "a" and any(character.isdigit() for character in value):
        yield Code.CHARACTER_TYPE, "holds digits", False
    if len(value) > rule.length:
        yield Code.TOO_LONG, f"has more than {rule.length} characters", True
    elif rule.codes is not None and value not in rule.codes:
        yield Code.INVALID_VALUE, f"is not in the code list: {value}", True


def _number_flaws(value: str, most: int, decimal: str) -> Iterator[tuple[Code, str, bool]]:
    """Check a number; sign and decimal mark do not count for its length."""
    number = _NUMBER.fullmatch(value)
    whole, mark, fraction = number.groups(default="") if number else ("", "", "")
    if not (whole or fraction):
        yield Code.CHARACTER_TYPE, "is no number", False
        return
    if mark and mark not in decimal:
        yield Code.DECIMAL_NOTATION, f"has the decimal mark {mark!r}, not {decimal!r}, which UNA names", False
    if mark and not (whole and fraction):
        yield Code.DIGIT_BEFORE_DECIMAL, "lacks a digit at the decimal mark", True
    if len(whole) + len(fraction) > most:
        yield Code.TOO_LONG, f"has more than {most} digits", True
