"""Follows the segments of a message through its structure.

From the place of the last segment, a segment is looked for forward: in its group, then as the next
repetition of the group, then behind the group, and so on outwards; the first place found is taken. Where
a place is full, the next one is tried. A segment that has no place ahead is looked for inside of groups
whose first segment is missing, then behind: so one mistake does not make mistakes of all that follows.

What is missing rejects a message. A conditional segment at another place of the groups that are open, or
more often than the table has it, does so in strict reading only: partners' order differs, and a reader
would not call it wrong.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

from bridge.edi.edifact.codes import Code
from bridge.edi.edifact.patterns import Checks
from bridge.edi.edifact.structures import MessageTable, Node
from bridge.edi.model import Delimiters


class Place(msgspec.Struct, frozen=True):
    """A place for a segment. `missing` are mandatory segments or groups that are passed over on the way.

    `counted` is what repeats there: the segment, or its group. `entered` are groups that begin there.
    """

    leaf: Node
    counted: Node
    missing: tuple[Node, ...] = ()
    entered: tuple[Node, ...] = ()


class Finding(msgspec.Struct, frozen=True):
    """Something wrong with the order or number of segments; `tag` is that of the missing or bad segment."""

    code: Code
    message: str
    tag: str
    group: str = ""
    tolerable: bool = False
    """True of what only a table calls wrong: a segment that the message does not have, or has elsewhere."""


LONGEST_SEQUENCE: Final = 2000
MOST_SEQUENCES: Final = 10_000
MOST_DELIMITERS: Final = 64
NOTHING: Final[tuple[Finding, ...]] = ()


class Plan:
    """The places of one message table; filled in as they are asked for."""

    def __init__(self, table: MessageTable) -> None:
        self.table = table
        self._ahead: dict[tuple[int, str], tuple[Place, ...]] = {}
        self._uses = Counter(leaf.tag for leaf in _leaves(table.root))
        self._right: set[str] = set()
        self._checks: dict[Delimiters, Checks] = {}

    def knows(self, tags: str) -> bool:
        """Return whether a sequence of tags was walked before and found right: partners repeat themselves."""
        return tags in self._right

    def learn(self, tags: str) -> None:
        """Remember a sequence of tags, with blanks between, as right."""
        if len(tags) < LONGEST_SEQUENCE:
            if len(self._right) >= MOST_SEQUENCES:
                self._right.clear()
            self._right.add(tags)

    def checks_for(self, delimiters: Delimiters) -> Checks:
        """Return the fast checks of segments under these delimiters."""
        checks = self._checks.get(delimiters)
        if checks is None:
            if len(self._checks) >= MOST_DELIMITERS:
                self._checks.clear()
            checks = self._checks[delimiters] = Checks(self.table.segments, delimiters)
        return checks

    def ahead(self, leaf: Node, tag: str) -> tuple[Place, ...]:
        """Return the places for a tag ahead of a segment, nearest first."""
        key = (leaf.number, tag)
        places = self._ahead.get(key)
        if places is None:
            places = self._ahead[key] = tuple(_search_ahead(leaf, tag))
        return places

    def inside(self, group: Node, tag: str) -> Place | None:
        """Find a segment in a group whose first segment is missing, or in one within; nearest level first.

        Only of a segment that stands nowhere else in the message can it be said that it belongs there.
        """
        if self._uses[tag] != 1:
            return None
        level: list[tuple[Node, tuple[Node, ...]]] = [(group, ())]
        while level:
            deeper: list[tuple[Node, tuple[Node, ...]]] = []
            for node, entered in level:
                path = (*entered, node)
                for child in node.children:
                    if child.trigger.tag == tag:
                        groups = (*path, child) if child.children else path
                        return Place(child.trigger, child, tuple(one.trigger for one in path), groups)
                    deeper.append((child, path))
            level = deeper
        return None


class Walk:
    """One message on its way through the plan, from UNH on."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._place = plan.table.root.trigger
        self._resume: Node | None = None
        self._counts = [0] * plan.table.size

    @property
    def group(self) -> str:
        """Return the group of the last segment; empty in the message itself."""
        return _group_name(self._place)

    def step(self, tag: str) -> tuple[Finding, ...]:
        """Go to the next segment; return what is wrong with its being there."""
        places = self._plan.ahead(self._place, tag)
        for place in places:
            if self._counts[place.counted.number] < place.counted.most:
                return self._enter(place)
        if places:
            return (*self._enter(places[0]), _too_many(places[0]))
        return self._recover(tag)

    def _enter(self, place: Place) -> tuple[Finding, ...]:
        self._counts[place.counted.number] += 1
        for group in place.entered:
            for child in group.children:
                self._counts[child.number] = 0
        self._place = place.leaf
        if place.missing:
            return tuple(_missing(node) for node in place.missing)
        return NOTHING

    def _recover(self, tag: str) -> tuple[Finding, ...]:
        """Find a place for a segment that has none ahead."""
        if tag not in self._plan.table.tags:
            return (
                Finding(
                    Code.NOT_SUPPORTED_HERE, f"segment {tag} is not part of the message", tag, tolerable=True
                ),
            )
        if self._resume is not None:
            self._place, self._resume = self._resume, None
            return self.step(tag)
        for node in _outwards(self._place):
            for child in node.parent.children[node.index + 1 :] if node.parent else ():
                place = self._plan.inside(child, tag)
                if place is not None:
                    return self._enter(place)
        return (self._go_back(tag),)

    def _go_back(self, tag: str) -> Finding:
        """Take a segment that comes too late, and go on from where it should not have been."""
        finding = Finding(
            Code.NOT_SUPPORTED_HERE,
            f"segment {tag} is not in its place",
            tag,
            _group_name(self._place),
            tolerable=_has_home(self._place, tag),
        )
        for node in _outwards(self._place):
            for child in node.parent.children if node.parent else ():
                if child.children and child.trigger.tag == tag:
                    self._resume = self._place
                    self._enter(Place(child.trigger, child, (), (child,)))
                    return finding
        return finding


def _search_ahead(leaf: Node, tag: str) -> Iterator[Place]:
    missing: list[Node] = []
    for node in _outwards(leaf):
        siblings = node.parent.children[node.index :] if node.parent else []
        for child in siblings:
            if child.trigger.tag == tag and not (child is leaf and _is_trigger(leaf)):
                entered = (child,) if child.children else ()
                yield Place(child.trigger, child, tuple(missing), entered)
            if child.mandatory and child is not node:
                missing.append(child)


def _outwards(node: Node) -> Iterator[Node]:
    """Return a node and the groups round it, without the message itself."""
    while node.parent is not None:
        yield node
        node = node.parent


def _has_home(leaf: Node, tag: str) -> bool:
    """Return whether a group that is open, or one in it, has this segment as a conditional one."""
    for node in _outwards(leaf):
        for child in node.parent.children if node.parent else ():
            within = child.children if child.children and child.trigger.tag != tag else (child,)
            if any(not one.mandatory and one.trigger.tag == tag for one in within):
                return True
    return False


def _leaves(node: Node) -> Iterator[Node]:
    """Return the segments in a node, in order."""
    if not node.children:
        yield node
    for child in node.children:
        yield from _leaves(child)


def _is_trigger(leaf: Node) -> bool:
    return leaf.index == 0 and leaf.parent is not None and leaf.parent.parent is not None


def _group_name(leaf: Node) -> str:
    return leaf.parent.tag if leaf.parent is not None and leaf.parent.parent is not None else ""


def _missing(node: Node) -> Finding:
    tag = node.trigger.tag
    return Finding(
        Code.MISSING, f"segment {tag} is missing", tag, node.tag if node.children else _group_name(node)
    )


def _too_many(place: Place) -> Finding:
    counted, tag = place.counted, place.leaf.tag
    tolerable = counted.most > 1 or not counted.mandatory
    if counted.children:
        text = f"group {counted.tag} ({tag}) occurs more than {counted.most} times"
        return Finding(Code.TOO_MANY_GROUPS, text, tag, counted.tag, tolerable=tolerable)
    return Finding(
        Code.TOO_MANY_SEGMENTS,
        f"segment {tag} occurs more than {counted.most} times",
        tag,
        _group_name(counted),
        tolerable=tolerable,
    )
