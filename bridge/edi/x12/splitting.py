"""From the bytes of a document to the texts of its segments."""

from __future__ import annotations

from bridge.edi.model import Delimiters
from bridge.edi.x12.header import Separators, decode

_MARGIN = " \t"


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
        pieces = [piece.lstrip(_MARGIN) for piece in text.split(segment)]
    else:
        pieces = text.split(segment)
    return [piece for piece in pieces if piece]


def _split_bytes(data: bytes, separators: Separators, element: str) -> list[str]:
    """Split where separators are no ASCII, which a text of another encoding may hold as parts of letters."""
    data = data.replace(b"\r", b"").replace(b"\n", b"") if not separators.lines else data.replace(b"\r", b"")
    pieces = (piece.lstrip(b" \t") for piece in data.split(separators.segment))
    return [element.join(map(decode, piece.split(separators.element))) for piece in pieces if piece]
