"""From the bytes of an X12 document to its segments; components and repetitions are split when asked for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bridge.edi.model import Delimiters
from bridge.edi.x12.header import Separators, decode

_MARGIN = b" \t\r\n"
COMPOSITES = frozenset(
    {
        *(("AK4", 1), ("IK4", 1), ("CTB", 7), ("CTP", 5), ("CTX", 1), ("CTX", 5), ("CTX", 6), ("INC", 2)),
        *(("MEA", 4), ("N9", 7), ("PAM", 3), ("PWK", 8), ("QTY", 3), ("REF", 4), ("SLN", 5), ("TED", 5)),
        *(("TED", 6), ("UIT", 1)),
    }
)
"""The elements of 004010 and 005010 that have components. Elsewhere the component separator is text: not
rightly so, but `DELIVER TO: DOCK 4` is read as it was meant."""


class Transcript:
    """The text of one document as segments, and its bytes, from which places are computed when asked for."""

    __slots__ = (
        "_offsets",
        "component",
        "composites",
        "data",
        "element",
        "offset",
        "pieces",
        "plain",
        "repetition",
        "separators",
    )

    def __init__(self, data: bytes, offset: int, separators: Separators, delimiters: Delimiters) -> None:
        self.data = data
        self.offset = offset
        self.separators = separators
        self.element = delimiters.element
        self.component = delimiters.component
        self.repetition = delimiters.repetition
        self.composites: frozenset[tuple[str, int]] = COMPOSITES
        """The elements that have components; those of its map are added when the document is checked."""
        self.plain = False
        """Whether the document has neither components nor repetitions, as most have not."""
        self.pieces: list[str] = []
        self._offsets: list[int] | None = None

    def split(self, pieces: list[str]) -> list[X12Segment]:
        """Make segments of their texts, which are kept for checking."""
        self.pieces = pieces
        text = "".join(pieces)
        self.plain = self.component not in text and (not self.repetition or self.repetition not in text)
        element = self.element
        split = [piece.split(element) for piece in pieces]
        return [X12Segment(parts, number, self, parts[0]) for number, parts in enumerate(split, 1)]

    def offset_of(self, number: int) -> int:
        """Return the byte offset in the file at which segment `number` (from 1) begins."""
        if self._offsets is None:
            self._offsets = self._find_offsets()
        return self._offsets[number - 1] if number <= len(self._offsets) else self.offset

    def _find_offsets(self) -> list[int]:
        offsets = []
        place = self.offset
        for piece in self.data.split(self.separators.segment):
            bare = piece.lstrip(_MARGIN)
            if bare:
                offsets.append(place + len(piece) - len(bare))
            place += len(piece) + len(self.separators.segment)
        return offsets


class X12Segment(msgspec.Struct, gc=False):
    """A segment of an X12 document; see `bridge.edi.model.Segment`.

    `elements` holds the tag and then the elements as they were sent. Trailing spaces mean nothing in
    X12, so `value` leaves them out. `tag` is the segment identifier (`ST`, `AT7`).
    """

    elements: list[str]
    number: int
    transcript: Transcript
    tag: str

    @property
    def offset(self) -> int:
        """Return the byte offset in the file."""
        return self.transcript.offset_of(self.number)

    def __len__(self) -> int:
        return len(self.elements) - 1

    def __bool__(self) -> bool:
        # A bare tag has no elements and is a segment all the same.
        return True

    def value(self, element: int, component: int = 1) -> str:
        """Return one component of one element, of its first repetition; empty if absent."""
        try:
            text = self.elements[element]
        except IndexError:
            return ""
        transcript = self.transcript
        if transcript.plain:
            return text.rstrip(" ") if component == 1 else ""
        if transcript.repetition and transcript.repetition in text:
            text = text.partition(transcript.repetition)[0]
        if transcript.component in text and (
            component != 1 or (self.elements[0], element) in transcript.composites
        ):
            parts = text.split(transcript.component)
            text = parts[component - 1] if component <= len(parts) else ""
        elif component != 1:
            return ""
        return text.rstrip(" ")

    def components(self, element: int) -> Sequence[str]:
        """Return all components of one element (its first repetition); none if it is absent or empty."""
        repetitions = self.repetitions(element)
        return repetitions[0] if repetitions else []

    def repetitions(self, element: int) -> Sequence[Sequence[str]]:
        """Return every repetition of an element, each as its components; none if absent or empty."""
        text = self.elements[element] if element < len(self.elements) else ""
        if not text:
            return []
        transcript = self.transcript
        parts = text.split(transcript.repetition) if transcript.repetition else [text]
        return [[value.rstrip(" ") for value in part.split(transcript.component)] for part in parts]


def split_document(
    data: bytes, separators: Separators, delimiters: Delimiters, encoding: str = ""
) -> list[str]:
    """Split a document into the texts of its segments, without terminators; empty ones are left out.

    Line breaks inside segments are dropped (files wrapped at 80 columns), unless they end segments.
    """
    if not separators.ascii and not encoding:
        return _split_bytes(data, separators, delimiters.element)
    text = data.decode(encoding, "replace") if encoding else decode(data)
    if separators.lines:
        text = text.replace("\r" if separators.segment == b"\n" else "\n", "")
    else:
        text = text.replace("\r", "").replace("\n", "")
    segment = delimiters.segment[-1]
    if segment + " " in text or segment + "\t" in text:
        pieces = [piece.lstrip(" \t") for piece in text.split(segment)]
    else:
        pieces = text.split(segment)
    return [piece for piece in pieces if piece]


def _split_bytes(data: bytes, separators: Separators, element: str) -> list[str]:
    """Split where separators are no ASCII, which a text of another encoding may hold as parts of letters."""
    data = data.replace(b"\r", b"").replace(b"\n", b"") if not separators.lines else data.replace(b"\r", b"")
    pieces = (piece.lstrip(b" \t") for piece in data.split(separators.segment))
    return [element.join(map(decode, piece.split(separators.element))) for piece in pieces if piece]
