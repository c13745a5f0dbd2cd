"""What a caller may ask of the envelope readers; both standards share it."""

from __future__ import annotations

import msgspec

MEBIBYTE = 1 << 20


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Choices of one reading. The defaults suit partners as they are."""

    encoding: str = ""
    """A Python codec name; empty: the standard's own rule (X12: UTF-8, else Latin-1, per document)."""
    strict: bool = False
    """Unknown code values, unknown segments and surplus elements are errors instead of notes."""
    max_segment: int = 64 * 1024
    """Bytes of one segment, above which it is refused."""
    max_document: int = 16 * MEBIBYTE
    """Bytes of one document, above which it is refused. A document is held whole, split up, at some
    twenty times its size."""
