"""A document's segments as text: by their loops, in words, with what is wrong marked where it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import MappingProxyType

import msgspec

from bridge.cli.lines import Line
from bridge.domain.events import RuleError
from bridge.edi.model import Delimiters, Document, EdiError, Segment, Standard
from bridge.edi.names import Names
from bridge.outside_text import shown

Error = EdiError | RuleError
Place = tuple[int, int]

MOST_SEGMENTS = 60
"""Of a longer document only the beginning and what is wrong is shown, unless all is asked for."""
_FIRST = 30
_DEEPEST = 8
_BESIDE = 46
"""The column in which a segment's name stands."""
# Segments that open a loop, and the depth of what stands in it.
_X12 = MappingProxyType({"LX": 1, "AT7": 2, "PO1": 1})
_EDIFACT = MappingProxyType({"CNI": 1, "STS": 2, "LIN": 1})
_TREES = MappingProxyType({"HL": (1, 2), "CPS": (1, 2)})
_ENDS = frozenset({"SE", "CTT", "UNS", "UNT"})


def is_note(error: Error) -> bool:
    """Return whether something is tolerated."""
    return isinstance(error, EdiError) and not error.fatal


class Page(msgspec.Struct, frozen=True):
    """What a document is shown with."""

    document: Document
    names: Names | None
    width: int


def segment_lines(page: Page, errors: Sequence[Error], *, everything: bool) -> Iterator[Line]:
    """Yield the segments; the errors stand under the segments they are about."""
    document = page.document
    indent = Indent(document.standard)
    marked = {error.position for error in errors}
    long = len(document.segments) > MOST_SEGMENTS and not everything
    left_out = 0
    for place, segment in enumerate(document.segments, 1):
        depth = min(indent.of(segment), _DEEPEST)
        if long and _FIRST < place < len(document.segments) and segment.number not in marked:
            left_out += 1
            continue
        if left_out:
            yield Line(f"       ... {left_out} more segments; --all shows them", "words")
            left_out = 0
        here = [error for error in errors if error.position == segment.number]
        yield from _segment(page, segment, "  " * depth, here)


def _segment(page: Page, segment: Segment, indent: str, errors: list[Error]) -> Iterator[Line]:
    margin = f"{segment.number:>5}  {indent}"
    rest = " " * (len(margin) + 4)
    text, starts = written(segment, page.document.interchange.delimiters)
    pieces = list(_pieces(text, starts, page.width - len(margin)))
    name = page.names.segment(page.document.standard, segment.tag) if page.names else ""
    beside = len(pieces) == 1 and len(margin + text) <= _BESIDE - 2 and len(name) <= page.width - _BESIDE
    for number, (begin, piece) in enumerate(pieces):
        lead = margin if not number else rest
        if beside:
            yield Line(f"{lead}{piece}".ljust(_BESIDE), "segment", name)
        else:
            yield Line(lead + piece, "segment" if not number else "")
        end = pieces[number + 1][0] if number + 1 < len(pieces) else len(text) + 1
        for error in errors:
            column = starts.get((error.element, error.component), starts.get((error.element, 0), 0))
            if begin <= column < end:
                yield from _mark(page, segment, error, len(lead) + column - begin)
    yield from _words(page, segment, "" if beside else name, " " * (len(margin) + 2))


def _words(page: Page, segment: Segment, name: str, lead: str) -> Iterator[Line]:
    """Render what the segment is, and what in it matters, each part unbroken where that is possible."""
    if page.names is None:
        return
    line = ""
    for part in (name, *map(str, page.names.elements(page.document, segment))):
        joined = f"{line}; {part}" if line else part
        if line and len(lead) + len(joined) > page.width:
            yield Line(line, first=lead, rest=lead + "  ", style="words")
            joined = part
        line = joined
    if line:
        yield Line(line, first=lead, rest=lead + "  ", style="words")


def _mark(page: Page, segment: Segment, error: Error, column: int) -> Iterator[Line]:
    """Point at the element, with its name and what is wrong with it."""
    first = " " * column + "^"
    # Far to the right there is no room for words: they stand under the mark then.
    if column > page.width - 36:
        yield Line(first, "bad")
        first = " " * 8 + "^"
    text = told(error, page.document, segment, page.names)
    yield Line(text, first=first + " ", rest=" " * (len(first) + 1), style="bad")


def told(error: Error, document: Document, segment: Segment | None, names: Names | None) -> str:
    """Render an error with the name of its element, and its code."""
    where = ""
    if isinstance(error, EdiError) and error.level == "segment" and not error.element:
        # Of a segment that is missing: the one that is shown stands in its place.
        if error.segment and (segment is None or segment.tag != error.segment):
            name = names.segment(document.standard, error.segment) if names is not None else ""
            where = f"{error.segment} {name}".rstrip() + ": "
    elif error.element:
        tag = segment.tag if segment is not None else error.segment
        where = f"{tag}{error.element:02}" + (f".{error.component}" if error.component else "")
        if names is not None and segment is not None:
            name = names.element(document, segment, error.element, error.component or 1).name
            where += f" {name}" if name else ""
        where += ": "
    code = f" [{error.code}]" if error.code else ""
    return f"{where}{error.message}{code}"


def written(segment: Segment, marks: Delimiters) -> tuple[str, dict[Place, int]]:
    """Write a segment, and return at which column each (element, component) begins; (n, 0) is the element."""
    text, starts = segment.tag, {(0, 0): 0}
    for element in range(1, len(segment) + 1):
        text += marks.element
        starts[element, 0] = len(text)
        for index, components in enumerate(segment.repetitions(element)):
            text += marks.repetition if index else ""
            for number, component in enumerate(components, start=1):
                text += marks.component if number > 1 else ""
                starts.setdefault((element, number), len(text))
                text += component
    return shown(text), starts


def _pieces(text: str, starts: dict[Place, int], room: int) -> Iterator[tuple[int, str]]:
    """Cut a long segment where an element begins, else anywhere: (where it begins, the piece)."""
    begin, room = 0, max(room, 20)
    while len(text) - begin > room:
        cuts = [at for (_, component), at in starts.items() if not component and begin < at <= begin + room]
        end = max(cuts, default=begin + room)
        yield begin, text[begin:end]
        # What follows stands four columns further in.
        begin, room = end, max(room - 4 if begin == 0 else room, 20)
    yield begin, text[begin:]


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
