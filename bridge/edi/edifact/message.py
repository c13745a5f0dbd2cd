"""Collects the segments of one message, from UNH to UNT, and makes the document of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bridge.edi.edifact.characters import WHITESPACE, CharsetError, Decoded
from bridge.edi.edifact.codes import Code, shown
from bridge.edi.edifact.framing import Flaw
from bridge.edi.edifact.headers import unh_errors
from bridge.edi.edifact.segment import EdifactSegment, SegmentError, SegmentParser
from bridge.edi.model import Document, EdiError, Group, Interchange, ReadOptions

MOST_ERRORS: Final = 100
"""Errors reported of one document; what is wrong hundreds of times is wrong throughout."""
_BLANKS: Final = WHITESPACE.decode()
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Errors:
    """The errors of one document: notes are reported once each, and all of them are bounded in number."""

    def __init__(self) -> None:
        self.all: list[EdiError] = []
        self._notes: set[tuple[str, ...]] = set()

    def add(self, error: EdiError) -> None:
        """Add an error; a note that says the same as an earlier one is not repeated."""
        if not error.fatal:
            key = (error.code, error.segment, str(error.element), str(error.component), error.message)
            if key in self._notes:
                return
            self._notes.add(key)
        if len(self.all) < MOST_ERRORS or (error.fatal and not any(one.fatal for one in self.all)):
            self.all.append(error)


class MessageBuilder:
    """One message while it is read."""

    def __init__(
        self,
        parser: SegmentParser,
        decode: Callable[[bytes], Decoded],
        options: ReadOptions,
    ) -> None:
        self._parser = parser
        self._decode = decode
        self._options = options
        self._size = 0
        self.refused = False
        """Set if the message is over the limit: then only its first segment is kept."""
        self.errors = Errors()
        self.segments: list[EdifactSegment] = []
        self.count = 0
        """Segments met, unreadable ones too."""
        self.offset = 0

    def add(self, raw: bytes, offset: int, flaw: Flaw | None = None) -> EdifactSegment | None:
        """Take the next segment; None if it cannot be read (the reason stands in `errors`)."""
        self.count += 1
        if self.count == 1:
            self.offset = offset
        if flaw is not None:
            self._tell_flaw(raw, flaw)
            if flaw is Flaw.OVERSIZED:
                return None
        self._size += len(raw)
        if self._size > self._options.max_document and not raw.startswith(b"UNT"):
            self._refuse_size()
            return None
        text = self._text(raw)
        try:
            tag, elements, nested = self._parser.parse(text)
        except SegmentError as error:
            self.error(Code.UNSPECIFIED, str(error), shown(text)[:3], value=shown(text))
            return None
        if nested:
            self.note(Code.NESTING_INDICATOR, "the explicit nesting indicator is not used", tag)
        segment = EdifactSegment(tag, self.count, offset, elements, text)
        self.segments.append(segment)
        return segment

    @property
    def room(self) -> int:
        """Count the bytes that may still come."""
        return self._options.max_document - self._size

    def add_plain(self, text: str, offset: int) -> int:
        """Take segments that are plain (see `Frames.plain`), as `add` would; return how many."""
        count, size, append, split = self.count, self._size, self.segments.append, self._parser.unreleased
        for number, piece in enumerate(text.split(self._parser.terminator)[:-1], count + 1):
            bare = piece.lstrip(_BLANKS)
            size += len(bare)
            append(EdifactSegment(bare[:3], number, offset + len(piece) - len(bare), split(bare[3:]), bare))
            offset += len(piece) + 1
        self.count, self._size = self.segments[-1].number, size
        return self.count - count

    def error(
        self, code: Code, message: str, segment: str = "", *, element: int = 0, value: str = ""
    ) -> None:
        """Reject the document, for a reason at the segment that is read."""
        self._tell(code, message, segment, element, value)

    def note(self, code: Code, message: str, segment: str = "") -> None:
        """Report something that is tolerated, unless the reading is strict."""
        self._tell(code, message, segment, fatal=self._options.strict)

    @property
    def header(self) -> EdifactSegment:
        """Return the UNH; without elements if it cannot be read."""
        if self.segments and self.segments[0].tag == "UNH":
            return self.segments[0]
        return EdifactSegment("UNH", 1, self.offset)

    def document(self, interchange: Interchange, group: Group | None, number: int, end: int) -> Document:
        """Make the document; `end` is the offset behind its last byte."""
        unh = self.header
        for error in unh_errors(unh):
            self.errors.add(error)
        version, release = unh.value(2, 2), unh.value(2, 3)
        return Document(
            standard="edifact",
            type=unh.value(2),
            version=version + release,
            reference=unh.value(1),
            number=number,
            offset=self.offset,
            length=end - self.offset,
            segments=self.segments,
            interchange=interchange,
            group=group,
            errors=self.errors.all,
            association=unh.value(2, 5),
            identifier=tuple(unh.components(2)),
        )

    def _text(self, raw: bytes) -> str:
        text = raw.decode("ascii") if raw.isascii() else self._decoded(raw)
        if not text.isprintable():
            bad = _CONTROL.search(self._parser.without_separators(text))
            if bad is not None:
                message = f"the segment holds the control character U+{ord(bad[0]):04X}"
                self.error(Code.INVALID_CHARACTER, message, text[:3])
        return text

    def _decoded(self, raw: bytes) -> str:
        tag = raw[:3].decode("ascii", "replace")
        try:
            text, other = self._decode(raw)
        except CharsetError as error:
            before = raw[: error.position].decode("latin-1")
            element = len(self._parser.raw_elements(before)) - 1
            self.error(Code.INVALID_CHARACTER, str(error), tag, element=element)
            return raw.decode("latin-1")
        if other:
            self.note(Code.INVALID_CHARACTER, f"the text is {other}, which UNB does not declare")
        return text

    def _tell_flaw(self, raw: bytes, flaw: Flaw) -> None:
        tag = raw[:3].decode("ascii", "replace")
        if flaw is Flaw.UNTERMINATED:
            self.note(Code.MISSING, "the segment has no terminator", tag)
        else:
            message = f"the segment has more than {self._options.max_segment} bytes, or no terminator"
            self.error(Code.TOO_LONG, message, tag)

    def _refuse_size(self) -> None:
        if not self.refused:
            self.refused = True
            self.error(Code.UNSPECIFIED, f"the message has more than {self._options.max_document} bytes")
            del self.segments[1:]

    def _tell(  # noqa: PLR0913 - the fields of an error
        self, code: Code, message: str, segment: str, element: int = 0, value: str = "", *, fatal: bool = True
    ) -> None:
        self.errors.add(
            EdiError(
                level="element" if element else "segment" if segment else "document",
                code=code,
                message=message,
                segment=segment,
                position=self.count,
                element=element,
                value=value,
                fatal=fatal,
            )
        )
