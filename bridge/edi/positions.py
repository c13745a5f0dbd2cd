"""The positions that documents of one type may have, as the grammars know them: for checking mappings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from pyx12.map_if import composite_if, segment_if

from bridge.edi.edifact.structures import ElementRule
from bridge.edi.grammar import Grammar
from bridge.edi.model import Standard
from bridge.edi.x12.maps import TransactionMap

Segments = dict[str, tuple[int, ...]]
"""For each tag how many components its elements have, 1 for an element that has none."""


class Positions(msgspec.Struct, frozen=True):
    """The segments of a document type, and those that only other types have."""

    document: str
    segments: Segments
    all_segments: Segments

    def mistake(self, tag: str, element: int, component: int = 1) -> str:
        """Return what is wrong with a position; empty if the segment has it.

        A segment that only other types have is no mistake, as a partner may send it; see `is_foreign`.
        """
        elements = self.segments.get(tag) or self.all_segments.get(tag)
        if elements is None:
            return f"there is no segment {tag}"
        if element > len(elements):
            return f"{tag} has {_counted(len(elements), 'element')}"
        if component > elements[element - 1]:
            known = elements[element - 1]
            return f"{tag}{element:02} has {_counted(known, 'component') if known > 1 else 'no components'}"
        return ""

    def is_foreign(self, tag: str) -> bool:
        """Return whether only documents of other types have a segment."""
        return tag not in self.segments and tag in self.all_segments


def positions_of(
    grammar: Grammar, standard: Standard, document: str, versions: Sequence[str] = ()
) -> Positions | None:
    """Return what documents of a type and of these versions (`004010*`) may hold; None without a grammar.

    Versions that no grammar has are those of the type's other versions.
    """
    own = _of(grammar, standard, document, versions) or _of(grammar, standard, document, ())
    return Positions(document, own, _all_segments(grammar, standard)) if own else None


def _of(grammar: Grammar, standard: Standard, document: str, versions: Sequence[str]) -> Segments:
    if standard == "x12":
        return _in_maps(grammar.x12.maps.of(document, versions))
    tables = grammar.edifact.structures.of(document, versions)
    found = [(tag, table.segments[tag]) for table in tables for tag in table.tags]
    return _united((tag, _in_rules(rules)) for tag, rules in found)


def _all_segments(grammar: Grammar, standard: Standard) -> Segments:
    if standard == "x12":
        return _in_maps(grammar.x12.maps)
    messages = grammar.edifact.structures.messages.values()
    tables = [table for tables in messages for table in tables.values()]
    return _united((tag, _in_rules(rules)) for table in tables for tag, rules in table.segments.items())


def _in_maps(maps: Iterable[TransactionMap]) -> Segments:
    return _united((tag, _components(node)) for one in maps for tag, node in one.nodes.items())


def _in_rules(rules: Sequence[ElementRule]) -> tuple[int, ...]:
    return tuple(len(rule.components) or 1 for rule in rules)


def _components(node: segment_if) -> tuple[int, ...]:
    return tuple(len(child.children) if isinstance(child, composite_if) else 1 for child in node.children)


def _united(found: Iterable[tuple[str, tuple[int, ...]]]) -> Segments:
    """Return of each segment the most that any version has."""
    segments: Segments = {}
    for tag, elements in found:
        known = segments.get(tag, ())
        length = max(len(known), len(elements))
        both = zip(_filled(known, length), _filled(elements, length), strict=True)
        segments[tag] = tuple(max(pair) for pair in both)
    return segments


def _filled(elements: tuple[int, ...], length: int) -> tuple[int, ...]:
    return (*elements, *[1] * (length - len(elements)))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
