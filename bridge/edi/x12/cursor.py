"""The reading position within one interchange: what begins here, where it ends, how to get past it.

A file may be wrapped at 80 columns, so line breaks may stand inside a tag, and lines may be indented.
Body segments are not searched for: a document is framed from its ST to its SE in one search.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from bridge.edi.model import Delimiters, EdiError, Unreadable
from bridge.edi.source import ByteSource
from bridge.edi.x12.header import Separators, decode

_PIECE = 64 * 1024
_REACH = 4096
"""Bytes within which a segment of the envelope (GS, GE, SE, IEA, TA1) must end."""
_SHORTEST_HEADER = 40
"""Bytes; in fewer no other header can stand unseen."""
_BREAKS = b"\r\n"
_BLANKS = b" \t\r\n"

_BREAK = rb"[\r\n]{0,4}+"
_MARGIN = rb"[ \t\r\n]{0,300}+"
_TAGS = ("ST", "SE", "GS", "GE", "IEA", "TA1")
_BETWEEN = ("ISB", "ISE", "TA3")
"""Segments of the interchange that say nothing to us: they never stand in a document, so none ends at one."""

# An ISA of full width is one wherever it stands, even where a cut left no terminator before it; any
# other must begin a line. Each alternative begins with a letter, so that the search skips all others.
_FULL_ISA = rb"(?P<s>[^\w\s])..(?P=s).{10}(?P=s)..(?P=s).{10}(?P=s)..(?P=s).{15}(?P=s)..(?P=s).{15}(?P=s)"
_LINE_ISA = rb"(?<=[\r\n\x1a\x00]ISA)(?P<l>[^\w\s])[0-9 ]{0,2}(?P=l)"
_UNB = rb"UN(?:B[^\w\s]U[\r\n]*N[\r\n]*O|A[^\w\s][^\r\n]{3,5}[ \r\n]*'?[ \r\n]*UNB)"
FOREIGN = re.compile(rb"(?s:ISA(?:" + _FULL_ISA + rb"|" + _LINE_ISA + rb")|" + _UNB + rb")")
"""The beginning of another interchange, of whatever separators."""
LONGEST_MATCH = 512
"""Bytes in which any match of these patterns lies, with its look-ahead."""
LINE_END = re.compile(rb"[ \t\r\n]*+")
"""What may follow a terminator and counts with its segment: the line's end, the next one's indent."""


class Patterns(msgspec.Struct, frozen=True):
    """Compiled patterns for one set of separators."""

    tag: re.Pattern[bytes]
    """At a segment start: an envelope tag, in group 1, perhaps with line breaks in it."""
    next_tag: re.Pattern[bytes]
    """The next envelope tag (group `t`) that begins a segment, or the next foreign header."""
    before_tag: re.Pattern[bytes]
    """The same, beginning after the terminator before it."""
    ending: re.Pattern[bytes]
    """The end of a segment that is not empty."""
    filler: re.Pattern[bytes]
    """Empty segments, line breaks, blanks: what may stand between segments and means nothing."""


@lru_cache(maxsize=64)
def patterns_for(separators: Separators) -> Patterns:
    """Compile the patterns for a set of separators (remembered, as most files have the same)."""
    term = re.escape(separators.segment)
    after = rb"(?=" + _BREAK + rb"(?:" + re.escape(separators.element) + rb"|" + term + rb"))"
    start, outside = (_start_of(tags, after) for tags in (_TAGS, _TAGS + _BETWEEN))
    foreign = FOREIGN.pattern[4:-1]
    return Patterns(
        tag=re.compile(outside),
        next_tag=re.compile(rb"(?s:" + term + _MARGIN + start + rb"|" + foreign + rb")"),
        before_tag=re.compile(rb"(?s:(?<=" + term + rb")" + _MARGIN + outside + rb"|" + foreign + rb")"),
        ending=re.compile(rb"(?s:(?!" + term + rb")[^\s]\s{0,8}" + term + rb")"),
        filler=re.compile(rb"(?:[\s\x00\x1a]|" + term + rb")*+"),
    )


def _start_of(tags: tuple[str, ...], after: bytes) -> bytes:
    """Return the pattern of one of the tags, perhaps with line breaks in it, or of a header."""
    letters = rb"|".join(_BREAK.join(bytes([letter]) for letter in tag.encode()) for tag in tags)
    return rb"(?P<t>(?:" + letters + rb")" + after + rb"|(?:ISA|UN[AB])(?=[^\w\s]))"


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
