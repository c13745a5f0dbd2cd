"""Regular expressions made from the tables: what matches is right for certain, the rest is for `elements`.

Nearly every segment that arrives is right. A pattern shows that in one call. It is narrower than the
standard where that keeps it simple (released characters, repetitions, padded numbers): it never rejects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from bridge.edi.edifact.segment import Components, EdifactSegment, Repeated
from bridge.edi.edifact.structures import AGENCY_ELEMENTS, UN, ElementRule
from bridge.edi.model import Delimiters

_MOST_TAGS = 1000


Coded = tuple[int, frozenset[str] | None, tuple[tuple[int, frozenset[str]], ...], tuple[int, ...]]
"""An element with code lists. Its place, counting from 0; the list of its first component, or of the element
that has none; those of all components; the components that may name another agency's list, under which any
value is right. The empty value is in each list."""


class SegmentCheck(msgspec.Struct, frozen=True):
    """The fast check of one kind of segment: a match of its text, then the values of its coded elements."""

    matches: Callable[[str], object]
    coded: tuple[Coded, ...]
    lengths: dict[int, tuple[Coded, ...]] = {}
    """The coded elements by the number of elements that are there."""

    def passes(self, segment: EdifactSegment) -> bool:
        """Return whether a segment is surely right."""
        if self.matches(segment.text) is None:
            return False
        elements = segment.elements
        coded = self.lengths.get(len(elements))
        if coded is None:
            coded = self.lengths[len(elements)] = tuple(one for one in self.coded if one[0] < len(elements))
        for place, first, components, agencies in coded:
            item = elements[place]
            if isinstance(item, str):
                if first is not None and item not in first:
                    return False
            elif isinstance(item, Repeated):
                return False
            else:
                given = len(item)
                for component, codes in components:
                    if component >= given:
                        break  # they stand in order
                    if item[component] not in codes and not _is_foreign(item, agencies):
                        return False
        return True


def _is_foreign(components: Components, agencies: tuple[int, ...]) -> bool:
    return any(components[place] not in ("", UN) for place in agencies if place < len(components))


class Checks(dict[str, SegmentCheck | None]):
    """The fast checks of a directory's segments under one set of delimiters, made when first asked for.

    None for a tag that the directory does not know.
    """

    def __init__(self, rules: dict[str, tuple[ElementRule, ...]], delimiters: Delimiters) -> None:
        super().__init__()
        self._rules = rules
        self._delimiters = delimiters

    def __missing__(self, tag: str) -> SegmentCheck | None:
        rules = self._rules.get(tag)
        check = None
        if rules is not None:
            pattern = re.compile(segment_pattern(tag, rules, self._delimiters))
            check = SegmentCheck(pattern.fullmatch, tuple(_coded(rules)))
        if len(self) < _MOST_TAGS:
            self[tag] = check
        return check


def segment_pattern(tag: str, rules: Sequence[ElementRule], delimiters: Delimiters) -> str:
    """Write the pattern of a segment's text (without terminator) under these delimiters."""
    separator = re.escape(delimiters.element)
    tail = ""
    for place in range(len(rules), 0, -1):
        rule = rules[place - 1]
        value = _composite(rule, delimiters) if rule.components else _value(rule, delimiters)
        tail = f"{separator}(?:{value}){tail}" if rule.mandatory else f"{separator}(?:{value})?+{tail}"
        if not any(later.mandatory for later in rules[place - 1 :]):
            tail = f"(?:{tail})?+"
    return re.escape(tag) + tail


def _composite(rule: ElementRule, delimiters: Delimiters) -> str:
    separator = re.escape(delimiters.component)
    parts = rule.components
    tail = ""
    for place in range(len(parts), 0, -1):
        part = parts[place - 1]
        value = _value(part, delimiters)
        tail = f"(?:{value}){tail}" if part.mandatory else f"(?:{value})?+{tail}"
        if place > 1:
            tail = separator + tail
            if not any(later.mandatory for later in parts[place - 1 :]):
                tail = f"(?:{tail})?+"
    # Separators alone are an empty composite, which may not stand where one is mandatory.
    some = rf"(?={separator}*+[^{separator}{re.escape(delimiters.element)}])" if rule.mandatory else ""
    return some + tail


def _value(rule: ElementRule, delimiters: Delimiters) -> str:
    characters = delimiters.element + delimiters.component + delimiters.release + delimiters.repetition
    most = rule.length
    if most < 1:
        return "(?!)"
    if rule.kind == "n":
        whole = rf"-?[0-9]{{1,{most}}}+"
        decimal = re.escape("".join(mark for mark in delimiters.decimal if mark not in characters))
        if not decimal:
            return whole
        mark = f"[{decimal}]"  # it does not count for the length
        digits = f"[0-9{decimal}]"
        return rf"(?:{whole}(?!{mark})|-?(?={digits}{{3,{most + 1}}}+(?!{digits}))[0-9]++{mark}[0-9]++)"
    if rule.kind == "a":
        return rf"[A-Za-z]{{1,{most}}}+"
    return rf"[^{re.escape(characters)}]{{1,{most}}}+" if rule.kind == "an" else "(?!)"


def _coded(rules: Sequence[ElementRule]) -> Iterator[Coded]:
    for place, rule in enumerate(rules):
        parts = rule.components or (rule,)
        lists = [(number, part.codes | {""}) for number, part in enumerate(parts) if part.codes is not None]
        if lists:
            agencies = (
                number for number, part in enumerate(rule.components) if part.number in AGENCY_ELEMENTS
            )
            yield place, dict(lists).get(0), tuple(lists), tuple(agencies)
