"""Segments of one interchange as bytes, found by their terminators, with offsets and in bounded memory."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from bridge.edi.edifact.characters import (
    HEADER,
    HEADER_REACH,
    LINE_ENDS,
    WHITESPACE,
    ServiceCharacters,
)
from bridge.edi.source import ByteSource

WINDOW = 64 * 1024
"""Bytes looked at in one go; tests make it small, so that everything crosses its border."""

_ISA: Final = rb"ISA(?P<isa>[^0-9A-Za-z\s])[0-9A-Z ]{0,2}(?P=isa)"
_FOREIGN: Final = re.compile(rb"(?:" + HEADER.pattern + rb"|" + _ISA + rb")")
_HEADER_TAGS: Final = (b"UNA", b"UNB", b"ISA")
_FILLER: Final = WHITESPACE + b"\x1a\x00"
_LONGEST_PLAIN: Final = 4096
"""Bytes of a segment that is taken without further checks."""
_EXCERPT: Final = 64
"""Bytes kept of a segment that is over the limit."""


class Ended(Enum):
    """Why there is no further segment."""

    HEADER = auto()
    """Another interchange begins here."""
    INPUT = auto()
    """The input ends here."""


class Flaw(Enum):
    """What is wrong with the frame of a segment that is given nevertheless."""

    OVERSIZED = auto()
    """No terminator within the limit: only its beginning is given; all before the next service segment is
    passed over."""
    UNTERMINATED = auto()
    """The input, or a service segment on a line of its own, comes before the terminator."""


class Frames:
    """Reads one segment after another: `next()` returns its bytes, or why there is none.

    `start` and `end` are the span of the last segment in the file (white space before it and its
    terminator included), `offset` is where its tag stands. Empty segments are passed over and
    counted. At the end, `start` to `offset` is what was passed over since the last segment.
    """

    def __init__(self, source: ByteSource, characters: ServiceCharacters, limit: int) -> None:
        self._source = source
        self._terminator = characters.terminator
        self._release = characters.release
        self._blanks = frozenset(WHITESPACE.replace(characters.terminator, b""))
        self._wrapping = characters.terminator not in LINE_ENDS
        service = rb"UN[GEHTZ](?=" + re.escape(characters.element) + rb")"
        self._buried = re.compile(rb"(?<=[\r\n])(?:" + service + rb"|" + _FOREIGN.pattern + rb")")
        self._resume = re.compile(
            rb"(?P<end>"
            + re.escape(characters.terminator)
            + rb")\s{0,8}"
            + service
            + rb"|"
            + self._buried.pattern
        )
        self._plain = _plain_segments(characters, self._blanks, limit)
        self._limit = limit
        self._window = b""
        self._position = 0
        self.start = self.end = self.offset = source.offset
        self.flaw: Flaw | None = None
        self.empty = 0

    def next(self, *, header: bool = False) -> bytes | Ended:
        """Return the next segment without its terminator and the line ends in it.

        With `header`, that is the UNB, which otherwise ends the reading.
        """
        self.start = self.end
        self.flaw = None
        while True:
            ended = self._skip_blanks(header=header)
            if ended is not None:
                self.end = self.offset
                self.sync()
                return ended
            stop = self._terminated()
            if stop != self._position:
                break
            self.empty += 1
            self._position = stop + 1
        return self._frame(stop) if stop >= 0 else self._flawed()

    def plain(self, room: int) -> tuple[str, int] | None:
        """Return the segments that come next at once, with terminators, as far as they are plain.

        That is most of most files: printable ASCII, nothing released, no line ends within segments, no
        service segments, nothing that `next` would report. With the text comes the offset at
        which it begins. None if the next segment is for `next`, or if they are more than `room` bytes.
        """
        match = self._plain.match(self._window, self._position) if self._plain is not None else None
        if match is None or not 0 < match.end() - self._position <= room:
            return None
        begin = self._source.offset + self._position
        self._position = match.end()
        self.start, self.end, self.flaw = begin, self._source.offset + self._position, None
        return match[0].decode("ascii"), begin

    def sync(self) -> None:
        """Move the source to where the last span ended."""
        self._source.take(self.end - self._source.offset)
        self._window, self._position = b"", 0

    def _skip_blanks(self, *, header: bool) -> Ended | None:
        """Go to the next byte that is no white space; return why no segment begins there."""
        while True:
            while self._position < len(self._window) and self._window[self._position] in self._blanks:
                self._position += 1
            if len(self._window) - self._position >= HEADER_REACH or not self._more():
                break
        self.offset = self._source.offset + self._position
        head = self._window[self._position : self._position + HEADER_REACH]
        if not head.strip(_FILLER) and len(head) < HEADER_REACH:
            self.offset += len(head)
            return Ended.INPUT
        if not header and head[:3] in _HEADER_TAGS and _FOREIGN.match(head):
            return Ended.HEADER
        return None

    def _terminated(self) -> int:
        """Find the terminator of the segment at the position; -1 if there is none within the limit."""
        searched = 0
        while True:
            stop = self._window.find(self._terminator, self._position + searched)
            if stop < 0:
                searched = len(self._window) - self._position
                if searched > self._limit or not self._more():
                    return -1
            elif self._is_released(stop):
                searched = stop + 1 - self._position
            else:
                return stop if stop - self._position <= self._limit else -1

    def _is_released(self, place: int) -> bool:
        """Return whether a byte is released: an odd number of release characters stands before it."""
        if not self._release or self._window[place - 1 : place] != self._release:
            return False
        first = place
        while first > self._position and self._window[first - 1 : first] == self._release:
            first -= 1
        return (place - first) % 2 == 1

    def _more(self) -> bool:
        """Look further ahead; False at the end of the input."""
        self._source.take(self._position)
        held = len(self._window) - self._position
        self._window, self._position = self._source.peek(held + WINDOW), 0
        return len(self._window) > held

    def _frame(self, stop: int) -> bytes:
        raw = self._window[self._position : stop]
        if self._wrapping and (b"\n" in raw or b"\r" in raw):
            buried = self._buried.search(raw)
            if buried is not None:
                return self._cut(buried.start())
            raw = raw.replace(b"\r", b"").replace(b"\n", b"")
        elif not self._wrapping:
            raw = raw.strip(LINE_ENDS)
        self._position = stop + 1
        self.end = self._source.offset + self._position
        return raw

    def _cut(self, length: int) -> bytes:
        """Return a segment that lost its terminator."""
        raw = self._window[self._position : self._position + length]
        self.flaw = Flaw.UNTERMINATED
        self._position += length
        self.end = self._source.offset + self._position
        return raw.replace(b"\r", b"").replace(b"\n", b"")

    def _flawed(self) -> bytes:
        rest = len(self._window) - self._position
        if rest <= self._limit:
            buried = self._buried.search(self._window, self._position)
            return self._cut(buried.start() - self._position if buried else rest)
        excerpt = self._window[self._position : self._position + _EXCERPT]
        self.flaw = Flaw.OVERSIZED
        while True:
            found = self._resume.search(self._window, self._position)
            if found is not None:
                self._position = found.end("end") if found["end"] else found.start()
                break
            self._position = max(self._position, len(self._window) - 2 * HEADER_REACH)
            if not self._more():
                self._position = len(self._window)
                break
        self.end = self._source.offset + self._position
        return excerpt


def _plain_segments(
    characters: ServiceCharacters, blanks: frozenset[int], limit: int
) -> re.Pattern[bytes] | None:
    """Compile the pattern of a run of segments that need no further checks; None if there are none."""
    if not characters.terminator.isascii() or limit <= _LONGEST_PLAIN:
        return None
    special = {*characters.terminator, *characters.release}
    letters = ({*range(32, 127), *characters.element, *characters.component}) - special
    letter = b"[" + b"".join(re.escape(bytes([one])) for one in sorted(letters)) + b"]"
    blank = b"[" + b"".join(re.escape(bytes([one])) for one in sorted(blanks)) + b"]*+"
    tag = rb"(?!UN|ISA)[A-Z][A-Z0-9]{2}" + re.escape(characters.element)
    most = str(_LONGEST_PLAIN - 4).encode()
    segment = blank + tag + letter + b"{0," + most + b"}+" + re.escape(characters.terminator)
    return re.compile(b"(?:" + segment + b")*+")
