"""What a caller may ask of the envelope readers; both standards share it."""

from __future__ import annotations

import msgspec

MEBIBYTE = 1 << 20


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Choices of one reading. The defaults suit partners as they are."""

    encoding: str = ""
    """A Python codec name; empty: the standard's own rule (X12: UTF-8, else Latin-1, per document)."""
    strict: bool = False
    """What only a table calls wrong is an error instead of a note: unknown code values and segments, surplus
    elements, optional segments in another order or more often, values longer or shorter than the table has
    them. What any reader would call wrong is an error in any case."""
    max_segment: int = 64 * 1024
    """Bytes of one segment, above which it is refused."""
    max_document: int = 16 * MEBIBYTE
    """Bytes of one document, above which it is refused. A document is held whole, split up, at some
    twenty times its size."""
