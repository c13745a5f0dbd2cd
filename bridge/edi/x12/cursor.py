"""The reading position within one interchange: what begins here, where it ends, how to get past it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bridge.edi.model import Delimiters, EdiError, Unreadable
from bridge.edi.source import ByteSource
from bridge.edi.x12.framing import FOREIGN, LINE_END, LONGEST_MATCH, patterns_for
from bridge.edi.x12.header import Separators, decode

_PIECE = 64 * 1024
_REACH = 4096
"""Bytes within which a segment of the envelope (GS, GE, SE, IEA, TA1) must end."""
_SHORTEST_HEADER = 40
"""Bytes; in fewer no other header can stand unseen."""
_BREAKS = b"\r\n"
_BLANKS = b" \t\r\n"


def skip_to(
    source: ByteSource, pattern: re.Pattern[bytes], after: int, error: EdiError
) -> Iterator[tuple[Unreadable, bytes]]:
    """Skip everything before the next match of `pattern` that begins at `after` or later.

    Yields each event with the bytes that it is about.
    """
    found = None
    while found is None and not source.at_end():
        found = source.search(pattern, after, _PIECE, overlap=LONGEST_MATCH)
        data = source.take(found[0] if found else _PIECE)
        after = 0
        if data:
            yield Unreadable(source.offset - len(data), len(data), error), data


class Cursor:
    """A position in a source, with the separators of the interchange it is in."""

    def __init__(self, source: ByteSource, separators: Separators, delimiters: Delimiters) -> None:
        self.source = source
        self.separators = separators
        self.delimiters = delimiters
        self.patterns = patterns_for(separators)

    @property
    def offset(self) -> int:
        """Return the position in the file."""
        return self.source.offset

    def tag(self) -> str:
        """Return the envelope tag that begins here; empty where there is none."""
        match = self.patterns.tag.match(self.source.peek(24))
        return match["t"].translate(None, _BREAKS).decode() if match else ""

    def find_document_end(self, limit: int) -> tuple[int, bool] | None:
        """Measure the document that begins here: its length, and whether its SE was found.

        None if it is longer than `limit`. Without an SE it ends before the next tag of the envelope.
        """
        found = self.source.search(self.patterns.next_tag, 2, limit, overlap=LONGEST_MATCH)
        if found is None:
            length = len(self.source.peek(limit + 1))
            return (length, False) if length <= limit else None
        begin, end = found
        context = self.source.peek(end + 1)[begin:]
        term = self.separators.segment
        if not context.startswith(term):
            return begin, False
        tag = self.patterns.tag.match(context.lstrip(term + b" \t\r\n"))
        if tag is None or tag["t"].translate(None, _BREAKS) != b"SE":
            return begin + len(term), False
        return end + self.rest_of_segment(end), True

    def count_segments(self, length: int) -> int:
        """Count the segments in the next bytes, empty ones too."""
        return self.source.peek(length).count(self.separators.segment)

    def take_segment(self) -> tuple[list[str], int]:
        """Take the envelope segment that begins here; return its elements (tag first) and its length."""
        raw = self.source.take(self.rest_of_segment(2) + 2)
        text = decode(raw.removesuffix(self.separators.segment)).replace("\r", "").replace("\n", "")
        return [element.strip() for element in text.split(self.delimiters.element)], len(raw)

    def rest_of_segment(self, start: int) -> int:
        """Count the bytes from `start` to the end of the segment, its terminator included.

        A segment that no terminator ends within reach ends with its line, before the next header, or
        with the input.
        """
        term = self.separators.segment
        end = self.source.find(term, start, start + _REACH)
        if end >= 0:
            size = end + len(term) - start
        else:
            rest = self.source.peek(start + _REACH)[start:]
            line = re.search(rb"(?<=[^\r\n])[\r\n]", rest)
            size = line.start() if line else len(rest)
        if size < _SHORTEST_HEADER:
            return size
        foreign = FOREIGN.search(self.source.peek(start + size + LONGEST_MATCH), start)
        return foreign.start() - start if foreign and foreign.start() < start + size else size

    def take_line_end(self) -> int:
        """Take the line break that follows a terminator, and the indent of the next line; count them."""
        size = 0
        while (head := self.source.peek(2)) and head[0] in _BLANKS:
            if len(head) == 2 and head[1] not in _BLANKS:
                return size + len(self.source.take(1))  # as nearly always
            match = LINE_END.match(self.source.peek(LONGEST_MATCH))
            size += len(self.source.take(match.end() if match else 1))
        return size

    def take_filler(self) -> int:
        """Take empty segments, blanks and padding; count them."""
        size = 0
        while match := self.patterns.filler.match(self.source.peek(_PIECE)):
            if not match.end():
                break
            size += len(self.source.take(match.end()))
        return size

    def skip(self, error: EdiError) -> Iterator[tuple[Unreadable, int]]:
        """Skip everything up to the next envelope tag or header; count the segments in each event."""
        for event, data in skip_to(self.source, self.patterns.before_tag, 1, error):
            yield event, len(self.patterns.ending.findall(data))
