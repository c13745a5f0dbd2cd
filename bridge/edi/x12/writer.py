"""Writes X12 segments: elements joined, separators kept out of the data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO

from bridge.edi.model import Delimiters

Value = str | int | tuple[str, ...]
"""An element, or the components of a composite."""
STANDARD = Delimiters("*", ":", "~")
PIECE = 64 * 1024
"""Bytes that are gathered before they are passed on."""


class SegmentWriter:
    """Writes segments under one set of delimiters, and passes on what is written in pieces.

    X12 knows no escape, so a separator or control character in the data becomes a blank, and what the
    encoding has not a question mark: a reader must be able to split what is written here.
    """

    def __init__(self, delimiters: Delimiters, *, encoding: str = "ascii") -> None:
        parts = delimiters.element + delimiters.component + delimiters.segment + delimiters.repetition
        # A separator outside of ASCII depends on an encoding that the header does not name.
        self.delimiters = delimiters if parts.isascii() else STANDARD
        parts = parts if parts.isascii() else "*:~"
        blanks = dict.fromkeys([*range(32), 127, *map(ord, parts)], " ")
        self._table = blanks
        # Given away now and then: the answer to a large interchange has a million segments.
        self._written = BytesIO()
        self._segments = 0
        self._encoding = encoding

    def __len__(self) -> int:
        return self._segments

    def segment(self, tag: str, *elements: Value) -> None:
        """Write one segment; empty elements at its end are left out."""
        values = [tag, *map(self._text, elements)]
        while not values[-1]:
            values.pop()
        self._write(values)

    def isa(self, parties: Sequence[str], now: datetime, version: str, number: str, *, test: bool) -> None:
        """Write an ISA; `parties` are ISA05 to ISA08, at their full widths."""
        blank, moment = " " * 10, (now.strftime("%y%m%d"), now.strftime("%H%M"))
        values = [
            "00",
            blank,
            "00",
            blank,
            *map(self.clean, parties),
            *moment,
            self.delimiters.repetition or "U",
        ]
        self._write(["ISA", *values, version, number, "0", "T" if test else "P", self.delimiters.component])

    def pieces(self) -> Iterator[bytes]:
        """Return what is written, where that is enough for a piece."""
        if self._written.tell() >= PIECE:
            yield self.rest()

    def rest(self) -> bytes:
        """Return what is written and was not returned yet."""
        written, self._written = self._written, BytesIO()
        return written.getvalue()

    def _write(self, values: Sequence[str]) -> None:
        text = self.delimiters.element.join(values) + self.delimiters.segment
        self._written.write(text.encode(self._encoding, "replace"))
        self._segments += 1

    def _text(self, value: Value) -> str:
        if isinstance(value, tuple):
            parts = [self.clean(part).strip() for part in value]
            while parts and not parts[-1]:
                parts.pop()
            return self.delimiters.component.join(parts)
        return self.clean(str(value)).strip()

    def clean(self, text: str) -> str:
        """Return a text as it is written: with blanks for separators and control characters."""
        return text.translate(self._table)
