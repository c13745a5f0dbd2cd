"""How deep in its loops a segment stands, as it is shown: HL and CPS trees, and the usual loops."""

from __future__ import annotations

from types import MappingProxyType

from bridge.edi.model import Segment, Standard

# Segments that open a loop, and the depth of what stands in it.
_X12 = MappingProxyType({"LX": 1, "AT7": 2, "PO1": 1})
_EDIFACT = MappingProxyType({"CNI": 1, "STS": 2, "LIN": 1})
_TREES = MappingProxyType({"HL": (1, 2), "CPS": (1, 2)})
_ENDS = frozenset({"SE", "CTT", "UNS", "UNT"})


class Indent:
    """Follows one document's segments in order."""

    def __init__(self, standard: Standard) -> None:
        self._loops = _X12 if standard == "x12" else _EDIFACT
        self._levels: dict[str, int] = {}
        self._tree = 0
        self._depth = 0

    def of(self, segment: Segment) -> int:
        """Return how deep a segment stands; 0 outside of every loop."""
        if segment.tag in _ENDS:
            self._depth = self._tree = 0
        elif segment.tag in _TREES:
            return self._branch(segment)
        elif segment.tag in self._loops:
            self._depth = self._tree + self._loops[segment.tag]
            return self._depth - 1
        return self._depth

    def _branch(self, segment: Segment) -> int:
        own, parent = _TREES[segment.tag]
        self._tree = self._levels.get(segment.value(parent), 0) + 1
        self._levels[segment.value(own)] = self._tree
        self._depth = self._tree
        return self._depth - 1
