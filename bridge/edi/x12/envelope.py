"""Reads one X12 interchange from a source of bytes: from its ISA to its IEA, or to where it breaks off.

A document is framed from its ST to its SE in one search, so that damage inside it harms nothing else:
the search stops at any tag of the envelope (ST, SE, GS, GE, IEA) at a segment start and at the next
interchange header. Whatever belongs to no readable segment becomes an `Unreadable` event; the spans of
all events tile the bytes from the ISA on.
"""

from __future__ import annotations

from collections.abc import Iterator

from bridge.edi.counters import Counters, SeenNumbers
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    Group,
    GroupClosed,
    GroupOpened,
    Ignored,
    Interchange,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
    ReadOptions,
    Unreadable,
)
from bridge.edi.source import ByteSource
from bridge.edi.x12 import checks
from bridge.edi.x12.codes import group_error, interchange_error, set_error
from bridge.edi.x12.cursor import FOREIGN, Cursor, skip_to
from bridge.edi.x12.grammar import DocumentChecker
from bridge.edi.x12.header import ENOUGH, BadHeader, read_header
from bridge.edi.x12.segment import Transcript, X12Segment, split_document

_MOST_SEGMENTS = 1_000_000
"""Segments of one document: short ones need far more memory than their bytes tell."""


def read_x12(
    source: ByteSource, grammar: DocumentChecker, options: ReadOptions, counters: Counters | None = None
) -> Iterator[ReaderEvent]:
    """Read the interchange that begins at the source's position with an ISA.

    Ends when its IEA was taken, before the header of another interchange, or at the end of the input.
    `counters` carries the counts from one interchange of the file to the next.
    """
    start = source.offset
    header = read_header(source.peek(ENOUGH))
    if isinstance(header, BadHeader):
        error = EdiError(
            level="interchange",
            code=header.code,
            message=header.reason,
            segment="ISA",
            element=header.element,
        )
        for event, _ in skip_to(source, FOREIGN, 3, error):
            yield event
        return
    source.take(header.length)
    cursor = Cursor(source, header.separators, header.delimiters)
    length = header.length + cursor.take_line_end()
    counters = counters or Counters()
    counters.segments += 1
    interchange = checks.make_interchange(header, counters, start)
    yield InterchangeOpened(interchange, start, length)
    yield from _InterchangeReader(cursor, interchange, grammar, options, counters).read()


class _InterchangeReader:
    """The state of reading one interchange, from behind its ISA."""

    def __init__(
        self,
        cursor: Cursor,
        interchange: Interchange,
        grammar: DocumentChecker,
        options: ReadOptions,
        counters: Counters,
    ) -> None:
        self.cursor = cursor
        self.interchange = interchange
        self.grammar = grammar
        self.options = options
        self.counters = counters
        self.group: Group | None = None
        self.groups = 0
        self.documents_in_group = 0
        self.references = SeenNumbers()
        self.group_numbers = SeenNumbers()

    def read(self) -> Iterator[ReaderEvent]:
        """Read up to the IEA, or to what cuts the interchange off."""
        steps = {
            "ST": self._read_document,
            "GS": self._open_group,
            "GE": self._end_group,
            "TA1": self._read_ta1,
            **dict.fromkeys(("ISB", "ISE", "TA3"), self._pass_between),
            "SE": self._pass_trailer,
            "": self._pass_stray,
        }
        tag = ""
        while tag != "IEA" and not self.cursor.source.at_end():
            tag = self.cursor.tag()
            if tag in ("ISA", "UNA", "UNB"):
                break
            if tag != "IEA":
                yield from steps[tag]()
        yield from self._close_group("3", 0)
        start = self.cursor.offset
        if tag == "IEA":
            elements, length = self._take_service_segment()
            checks.check_interchange_end(self.interchange, elements, self.groups)
        else:
            length = 0
            self.interchange.errors.append(interchange_error("023"))
        yield InterchangeClosed(self.interchange, start, length)

    def _read_document(self) -> Iterator[ReaderEvent]:
        start = self.cursor.offset
        end = self.cursor.find_document_end(self.options.max_document)
        if end is None or (end[0] > _MOST_SEGMENTS and self.cursor.count_segments(end[0]) > _MOST_SEGMENTS):
            yield from self._refuse_long_document()
            return
        length, complete = end
        document = self._take_document(length, complete=complete)
        yield DocumentRead(document, start, length + self.cursor.take_line_end())

    def _refuse_long_document(self) -> Iterator[ReaderEvent]:
        """Abandon a document beyond the limit: its ST as a rejected document, the rest as unreadable."""
        start = self.cursor.offset
        size = self.cursor.rest_of_segment(2) + 2
        document = self._take_document(size, complete=False)
        limit = f"{self.options.max_document} bytes or {_MOST_SEGMENTS} segments"
        error = set_error("5", f"the document is longer than {limit}", at=("ST", 1, 0))
        document.errors[:] = [error]
        yield DocumentRead(document, start, size)
        yield from self._skip(error)

    def _take_document(self, length: int, *, complete: bool) -> Document:
        segments = self._take_segments(length)
        document = checks.make_document(segments, self.interchange, self.group)
        self._place(document, length)
        self.documents_in_group += 1
        if not complete:
            document.errors.append(set_error("2", at=("SE", len(segments), 0)))
        checks.check_document(document, complete=complete, references=self.references)
        if length > self.options.max_segment:
            document.errors.extend(checks.find_long_segments(segments, self.options.max_segment))
        document.errors.extend(checks.errors_above(document))
        if self.group is not None:
            document.errors.extend(self.grammar.check(document, strict=self.options.strict))
        return document

    def _take_segments(self, length: int) -> list[X12Segment]:
        cursor = self.cursor
        start = cursor.offset
        data = cursor.source.take(length)
        pieces = split_document(data, cursor.separators, cursor.delimiters, self.options.encoding)
        return Transcript(data, start, cursor.separators, cursor.delimiters).split(pieces)

    def _place(self, document: Document, length: int) -> None:
        document.number = self.counters.next_document()
        document.segment = self.counters.segments + 1
        self.counters.segments += len(document.segments)
        document.offset = self.cursor.offset - length
        document.length = length

    def _open_group(self) -> Iterator[ReaderEvent]:
        yield from self._close_group("3", 0)
        start = self.cursor.offset
        elements, length = self._take_service_segment()
        self.groups += 1
        self.documents_in_group = 0
        self.references = SeenNumbers()
        self.group = checks.make_group(elements, self.groups, start)
        if any(error.fatal for error in self.group.errors):
            self.interchange.errors.append(interchange_error("024", "a GS segment is invalid"))
        if not self.group_numbers.add(self.group.control_number):
            self.group.errors.append(group_error("19", segment="GS"))
        yield GroupOpened(self.group, self.interchange, start, length + self.cursor.take_line_end())

    def _end_group(self) -> Iterator[ReaderEvent]:
        if self.group is None:
            yield from self._pass_trailer()
            return
        elements, length = self._take_service_segment()
        checks.check_group_end(self.group, elements, self.documents_in_group)
        yield from self._close_group("", length + self.cursor.take_line_end())

    def _close_group(self, code: str, length: int) -> Iterator[ReaderEvent]:
        if self.group is not None:
            group, self.group = self.group, None
            if code:
                group.errors.append(group_error(code, segment="GE"))
            yield GroupClosed(group, self.interchange, self.cursor.offset - length, length)

    def _read_ta1(self) -> Iterator[ReaderEvent]:
        """Read a TA1 as a document of one segment: it answers an interchange of ours, outside of groups."""
        start = self.cursor.offset
        length = self.cursor.rest_of_segment(3) + 3
        document = checks.make_document(self._take_segments(length)[:1], self.interchange, None)
        self._place(document, length)
        yield DocumentRead(document, start, length + self.cursor.take_line_end())

    def _pass_between(self) -> Iterator[ReaderEvent]:
        """Skip a segment of the interchange that asks the network for something, or reports it."""
        if self.group is not None:
            yield from self._pass_stray()
            return
        start = self.cursor.offset
        _, length = self._take_service_segment()
        yield Ignored(start, length + self.cursor.take_line_end())

    def _pass_trailer(self) -> Iterator[ReaderEvent]:
        """Skip an SE or GE that ends nothing."""
        start = self.cursor.offset
        elements, length = self._take_service_segment()
        message = f"{elements[0]} without its {'ST' if elements[0] == 'SE' else 'GS'}"
        error = EdiError(level="interchange", code="024", message=message, segment=elements[0])
        yield Unreadable(start, length + self.cursor.take_line_end(), error)

    def _pass_stray(self) -> Iterator[ReaderEvent]:
        """Skip filler, or over segments outside of any document."""
        start = self.cursor.offset
        filler = self.cursor.take_filler()
        if filler:
            yield Ignored(start, filler)
            return
        message = "segments outside of any transaction set"
        yield from self._skip(EdiError(level="interchange", code="024", message=message))

    def _take_service_segment(self) -> tuple[list[str], int]:
        self.counters.segments += 1
        return self.cursor.take_segment()

    def _skip(self, error: EdiError) -> Iterator[ReaderEvent]:
        """Skip everything up to the next envelope tag or header, counting the segments in it."""
        for event, segments in self.cursor.skip(error):
            self.counters.segments += segments
            yield event
