"""A document's segments to a tree of loops, by the `[[loops]]` of its mapping.

X12's HL and EDIFACT's CPS tell the tree by numbers (`id`, `parent`), the other loops by their place.
Where an HL leaves its parent out, the nesting order tells: a level that is open already is closed
and opened anew beside the old one, any other goes into the last loop.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bridge.domain.events import RuleError
from bridge.edi.model import Segment
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.problems import error_at
from bridge.mapping.references import Part

DOCUMENT = "document"


class LoopRule(msgspec.Struct, frozen=True, kw_only=True):
    """How one segment opens a loop.

    `level` names it, or `levels` translates the code in `code` (HL03). `within` are the levels that
    it may stand in, the innermost open one is taken. `segments` are the only other segments it takes
    (empty: any). `id` and `parent` are the numbers that tell the tree.
    """

    trigger: str
    level: str = ""
    within: tuple[str, ...] = (DOCUMENT,)
    segments: frozenset[str] = frozenset()
    id: Part | None = None
    parent: Part | None = None
    code: Part | None = None
    levels: dict[str, str] = {}


class Tree(msgspec.Struct):
    """The root of a document's loops, and what is wrong with the tree."""

    root: Scope
    errors: list[RuleError]


def build_tree(segments: Sequence[Segment], rules: dict[str, tuple[LoopRule, ...]]) -> Tree:
    """Return the tree of a document's loops; `rules` are by the tag of the opening segment."""
    builder = _Builder(rules)
    for segment in segments:
        tag = segment.tag
        if tag in rules and builder.open(tag, segment):
            continue
        scope = builder.current
        if scope.takes is not None and tag not in scope.takes:
            scope = builder.current = _taking(scope, tag)
        if tag in scope.segments:
            scope.segments[tag].append(segment)
        else:
            scope.segments[tag] = [segment]
    return Tree(builder.root, builder.errors)


def _taking(scope: Scope, tag: str) -> Scope:
    """Return the innermost open loop that takes a segment."""
    while scope.takes is not None and tag not in scope.takes and scope.parent is not None:
        scope = scope.parent
    return scope


class _Builder:
    def __init__(self, rules: dict[str, tuple[LoopRule, ...]]) -> None:
        self.root = Scope(DOCUMENT, None, None)
        self.errors: list[RuleError] = []
        self._rules = rules
        self.current = self.root
        self._numbered: dict[str, Scope] = {}

    def open(self, tag: str, segment: Segment) -> bool:
        """Open the loop that a segment begins; False if it begins none here."""
        for rule in self._rules[tag]:
            parent = self._parent(rule, segment)
            if parent is not None:
                self._open(rule, parent, segment)
                return True
        return False

    def _open(self, rule: LoopRule, parent: Scope, segment: Segment) -> None:
        scope = Scope(self._level(rule, segment), parent, segment)
        scope.add(rule.trigger, segment)
        if rule.segments:
            scope.takes = rule.segments
        if rule.id is not None and (number := segment.value(rule.id.element, rule.id.component)):
            # A number used twice means its latest loop: some senders start anew with each order.
            self._numbered[number] = scope
        self.current = scope

    def _level(self, rule: LoopRule, segment: Segment) -> str:
        if rule.code is None:
            return rule.level
        code = segment.value(rule.code.element, rule.code.component)
        return rule.levels.get(code, f"{segment.tag} {code}")

    def _parent(self, rule: LoopRule, segment: Segment) -> Scope | None:
        if rule.parent is None:
            return self._innermost(rule.within)
        number = segment.value(rule.parent.element, rule.parent.component)
        if not number:
            return self._by_nesting(self._level(rule, segment)) if rule.code else self._innermost(rule.within)
        if rule.id is not None and number == segment.value(rule.id.element, rule.id.component):
            return self.root  # some senders write the top of a CPS tree as its own parent
        parent = self._numbered.get(number)
        if parent is None:
            place = Place(segment, rule.parent.element, rule.parent.component)
            message = (
                f"{segment.tag} names {number} as its parent, but no earlier {segment.tag} has that number"
            )
            self.errors.append(error_at(place, "PARENT_UNKNOWN", message))
            return self.root
        return parent

    def _innermost(self, levels: tuple[str, ...]) -> Scope | None:
        scope: Scope | None = self.current
        while scope is not None and scope.level not in levels:
            scope = scope.parent
        return scope

    def _by_nesting(self, level: str) -> Scope:
        open_loop = self.current.scopes.get(level)
        if open_loop is not None and open_loop.parent is not None:
            return open_loop.parent
        return self.current
