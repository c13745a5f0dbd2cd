"""Puts the segments of a document into the order of its map, where the partner's own order is another.

The tables of the standard disagree about the order within a loop (214: AT7 first in 004010, last in
005010), and partners follow neither. So each segment is given to the loop it belongs to, innermost
first, and each loop's children are sorted as the map has them. What had to be moved is for the caller
to note; what has no place stays behind its predecessor, for pyx12 to check. A mandatory segment is never
moved: a BSN in the middle is no matter of taste.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
from pyx12.map_if import loop_if, segment_if

IMPLIED_TAG = "LX"
"""Opens a loop and says nothing but a number, so some senders leave it out."""
IMPLIED = -1


class Arrangement(msgspec.Struct, frozen=True):
    """Indices of the segments in the order of the map; `IMPLIED` stands for an LX that is not there.

    `moved` are those that came later than the map has them, `implied` those before which an LX is missing.
    """

    order: tuple[int, ...]
    moved: tuple[int, ...] = ()
    implied: tuple[int, ...] = ()


class _Child(msgspec.Struct, frozen=True):
    """A segment or loop in a loop, `place` counting from the loop's opening segment, which is 0."""

    tag: str
    place: int
    most: int
    mandatory: bool
    loop: Loop | None = None


class Loop:
    """A loop of a map: its children by the tags that begin them."""

    def __init__(self, node: loop_if) -> None:
        self.children: dict[str, list[_Child]] = {}
        self.tag = ""
        for place, child in enumerate(node.childIterator()):
            inner = None if isinstance(child, segment_if) else Loop(child)
            tag = str(child.id) if inner is None else inner.tag
            found = _Child(tag, place, child.get_max_repeat(), child.usage == "R", inner)
            self.children.setdefault(tag, []).append(found)
            self.tag = self.tag or tag


class _Instance:
    """One occurrence of a loop in a document: its segments and loops with their places."""

    __slots__ = ("counts", "entries", "last", "loop")

    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.entries: list[tuple[int, list[int] | _Instance]] = []
        self.counts: Counter[int] = Counter()
        self.last = 0

    def flat(self) -> Iterator[int]:
        """Return the indices in it, in the order of the map."""
        for _, entry in sorted(self.entries, key=lambda entry: entry[0]):
            yield from entry.flat() if isinstance(entry, _Instance) else entry


class _Arranging:
    def __init__(self, root: Loop) -> None:
        self.stack = [_Instance(root)]
        self.entry: list[int] = []
        self.implied: list[int] = []

    def add(self, index: int, tag: str) -> None:
        """Move a segment to its loop, or leave it where it is."""
        found = self._find(tag)
        if found is None:
            found = self._find_implied(tag)
            if found is not None:
                self.implied.append(index)
        if found is None:
            self.entry.append(index)
            return
        depth, child = found
        instance = self.stack[depth]
        instance.counts[child.place] += 1
        instance.last = max(instance.last, child.place)
        self.entry = [index]
        if child.loop is None:
            instance.entries.append((child.place, self.entry))
        else:
            self._open(depth, child, self.entry)

    def _open(self, depth: int, child: _Child, entry: list[int]) -> None:
        assert child.loop is not None  # noqa: S101  # callers pass loops only
        opened = _Instance(child.loop)
        opened.entries.append((0, entry))
        self.stack[depth].entries.append((child.place, opened))
        self.stack[depth + 1 :] = [opened]

    def _find(self, tag: str) -> tuple[int, _Child] | None:
        """Find the place of a tag, innermost first; one that has room before one that is full."""
        full = None
        for depth in range(len(self.stack) - 1, -1, -1):
            instance = self.stack[depth]
            for child in instance.loop.children.get(tag, ()):
                if (child.place == 0 and depth) or self._is_late(instance, child):
                    continue
                if child.loop is not None or instance.counts[child.place] < child.most:
                    return depth, child
                full = full or (depth, child)
        return full

    def _find_implied(self, tag: str) -> tuple[int, _Child] | None:
        """Begin a loop whose LX was left out, if the tag belongs in it."""
        for depth in range(len(self.stack) - 1, -1, -1):
            for child in self.stack[depth].loop.children.get(IMPLIED_TAG, ()):
                if child.loop is not None and not child.mandatory and tag in child.loop.children:
                    self._open(depth, child, [IMPLIED])
                    return self._find(tag)
        return None

    @staticmethod
    def _is_late(instance: _Instance, child: _Child) -> bool:
        return child.mandatory and child.loop is None and child.place < instance.last


def arrange(root: Loop, tags: Sequence[str]) -> Arrangement:
    """Arrange a document, given by the tags of its segments from ST to SE (if there is one)."""
    arranging = _Arranging(root)
    for index, tag in enumerate(tags):
        arranging.add(index, tag)
    order = tuple(arranging.stack[0].flat())
    places = {index: place for place, index in enumerate(order) if index != IMPLIED}
    moved, last = [], -1
    for index in range(len(tags)):
        if places[index] < last and not (index and places[index] == places[index - 1] + 1):
            moved.append(index)  # of a loop that was moved whole, its first segment
        last = max(last, places[index])
    return Arrangement(order, tuple(moved), tuple(arranging.implied))
