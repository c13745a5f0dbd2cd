"""A black-and-white picture: each row one integer, so that text and bars cost a few operations a row."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

from simulator.papers.font import CELL, HEIGHT, glyph

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FAST = 1  # thousands of labels are drawn while a test waits


class Canvas:
    """`width` times `height` dots, white at first; x from the left, y from the top."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._rows = [0] * height

    def box(self, x: int, y: int, width: int, height: int) -> None:
        """Blacken a rectangle."""
        self._stamp(x, y, width, [(1 << width) - 1] * height)

    def frame(self, x: int, y: int, width: int, height: int, thickness: int) -> None:
        """Draw the border of a rectangle."""
        self.box(x, y, width, thickness)
        self.box(x, y + height - thickness, width, thickness)
        self.box(x, y, thickness, height)
        self.box(x + width - thickness, y, thickness, height)

    def bars(self, x: int, y: int, height: int, modules: str, module: int) -> None:
        """Draw a barcode: each "1" of `modules` a bar and each "0" a gap, `module` dots wide."""
        row = int("".join(bit * module for bit in modules), 2)
        self._stamp(x, y, len(modules) * module, [row] * height)

    def text(self, x: int, y: int, text: str, size: int, *, inverted: bool = False) -> None:
        """Write one line, cut off at the right border; `inverted`: white on what is black there."""
        text = text[: max(0, (self.width - x) // (CELL * size))]
        if not text:
            return
        glyphs = [glyph(character, size) for character in text]
        rows = []
        for position in range(HEIGHT * size):
            row = 0
            for one in glyphs:
                row = (row << CELL * size) | (one[position] << size)
            rows.append(row)
        self._stamp(x, y, len(text) * CELL * size, rows, inverted=inverted)

    def text_width(self, text: str, size: int) -> int:
        """Tell how many dots a line takes."""
        return max(0, len(text) * CELL - 1) * size

    def _stamp(self, x: int, y: int, width: int, rows: Sequence[int], *, inverted: bool = False) -> None:
        shift = self.width - x - width
        for position, row in enumerate(rows, y):
            if inverted:
                self._rows[position] &= ~(row << shift)
            else:
                self._rows[position] |= row << shift

    def png(self, dots_per_inch: int) -> bytes:
        """Give the picture as a PNG of one bit a dot."""
        length = (self.width + 7) // 8
        white = (1 << self.width) - 1
        pad = length * 8 - self.width
        same = b"\x02" + bytes(length)  # filter "up" with no difference: the row above once more
        lines = []
        before = -1
        for row in self._rows:
            lines.append(same if row == before else b"\x00" + ((row ^ white) << pad).to_bytes(length))
            before = row
        metre = round(dots_per_inch / 0.0254)
        return b"".join(
            (
                _SIGNATURE,
                _chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 1, 0, 0, 0, 0)),
                _chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1)),
                _chunk(b"IDAT", zlib.compress(b"".join(lines), _FAST)),
                _chunk(b"IEND", b""),
            )
        )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
