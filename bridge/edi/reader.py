"""Reads a file of EDI: finds each interchange, X12 or EDIFACT, and hands it to its reader.

One file may hold both. What stands between interchanges is reported too, so that the events' spans tile
the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from bridge.edi.counters import Counters
from bridge.edi.edifact.characters import HEADER
from bridge.edi.edifact.envelope import read_edifact
from bridge.edi.model import EdiError, Ignored, ReaderEvent, ReadOptions, Unreadable
from bridge.edi.source import ByteSource
from bridge.edi.x12.envelope import read_x12
from bridge.edi.x12.grammar import DocumentChecker

_ISA: Final = rb"ISA(?P<isa>[^0-9A-Za-z\s])[0-9A-Z ]{0,2}(?P=isa)"
# UNA with anything odd behind is taken too: its reader says what is wrong with it.
_HEADER: Final = re.compile(
    rb"(?<![0-9A-Za-z])(?:" + _ISA + rb"|" + HEADER.pattern + rb"|UNA[^0-9A-Za-z]{4})"
)
_REACH: Final = 32
"""The greatest length of a match of `_HEADER`."""
_STRETCH: Final = 64 * 1024
"""Bytes looked through in one go."""
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_MEANINGLESS: Final = b" \t\r\n\x1a\x00'"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def read(
    chunks: Iterable[bytes], grammar: DocumentChecker, *, options: ReadOptions | None = None
) -> Iterator[ReaderEvent]:
    """Read a file, given as chunks of any size, into events in file order.

    Nothing in a file makes this raise; a document that is wrong says so in its `errors`, and bytes that
    belong to no interchange come as `Ignored` (blanks, a byte order mark) or `Unreadable`. Memory is
    bounded by the greatest document, whatever the file's size.
    """
    options = options or ReadOptions()
    source, counters = ByteSource(chunks), Counters()
    while True:
        yield from _pass_to_header(source)
        if source.at_end():
            return
        before = source.offset
        delegate = read_x12 if source.peek(3) == b"ISA" else read_edifact
        yield from delegate(source, grammar, options, counters)
        if source.offset == before:  # never so; but a reader that stands still must not hang the file
            yield _unreadable(before, source.take(3))


def _pass_to_header(source: ByteSource) -> Iterator[ReaderEvent]:
    """Take all bytes before the next header, or before the end of the input."""
    while not source.at_end():
        found = source.search(_HEADER, 0, _STRETCH, overlap=_REACH)
        if found is not None:
            yield from _between(source, found[0])
            return
        held = len(source.peek(_STRETCH + _REACH))
        yield from _between(source, held if held < _STRETCH + _REACH else _STRETCH)


def _between(source: ByteSource, length: int) -> Iterator[ReaderEvent]:
    """Take bytes that belong to no interchange."""
    if not length:
        return
    start = source.offset
    data = source.take(length)
    meaning = data.removeprefix(_BYTE_ORDER_MARK) if start == 0 else data.replace(_BYTE_ORDER_MARK, b"")
    if meaning.strip(_MEANINGLESS):
        yield _unreadable(start, data)
    else:
        yield Ignored(start, length)


def _unreadable(start: int, data: bytes) -> Unreadable:
    if start == 0 and data.startswith(_UTF16):
        reason = "the file is UTF-16; EDI is sent in single bytes or UTF-8"
    else:
        reason = "no ISA, UNA or UNB begins here"
    return Unreadable(start, len(data), EdiError(level="interchange", code="", message=reason))
