"""Reads one EDIFACT interchange, streaming: service segments, their counts and references, messages between.

Every byte belongs to the span of one event. A message is held in memory as a whole, nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from bridge.edi.counters import Counters, SeenNumbers
from bridge.edi.edifact.characters import (
    BOTH,
    CharsetError,
    ServiceCharacters,
    ServiceCharactersError,
    decoder,
    from_header,
)
from bridge.edi.edifact.codes import Code, shown
from bridge.edi.edifact.framing import Ended, Flaw, Frames
from bridge.edi.edifact.headers import group_error, group_of, interchange_of, unb_error
from bridge.edi.edifact.message import MessageBuilder
from bridge.edi.edifact.segment import EdifactSegment, SegmentError, SegmentParser
from bridge.edi.model import (
    Delimiters,
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
from bridge.edi.x12.grammar import DocumentChecker

SECURITY: Final = frozenset({b"USA", b"USC", b"USD", b"USH", b"USR", b"UST", b"USU"})
"""Security of an interchange or group, from syntax version 4 on: it is not checked."""
HEAD: Final = 64
"""Bytes in which UNA ends and UNB begins."""


def read_edifact(
    source: ByteSource, grammar: DocumentChecker, options: ReadOptions, counters: Counters | None = None
) -> Iterator[ReaderEvent]:
    """Read the interchange that begins at the source's position (UNA or UNB) up to its end.

    Its end is its UNZ, the header of another interchange, or the end of the input. A header that
    cannot be read at all is passed over as `Unreadable`.
    """
    try:
        characters, before = from_header(source.peek(HEAD))
    except ServiceCharactersError as error:
        start = source.offset
        source.take(3)
        yield Unreadable(start, 3, unb_error(Code.SERVICE_CHARACTER, str(error), fatal=True, segment="UNA"))
        return
    start = source.offset
    source.take(before)
    yield from _Interchange(
        Frames(source, characters, options.max_segment), characters, grammar, options, counters or Counters()
    ).read(start)


def _of_version(delimiters: Delimiters, version: str) -> Delimiters:
    """Return the delimiters as a syntax version has them.

    From version 4 on the decimal mark of UNA means nothing, before it the fifth character, which is reserved.
    """
    if version == "4":
        return msgspec.structs.replace(delimiters, decimal=BOTH.decode())
    return msgspec.structs.replace(delimiters, repetition="")


def _is_count(claimed: str) -> bool:
    return claimed.isascii() and claimed.isdigit() and len(claimed) <= 18


def _counts(claimed: str, actual: int) -> bool:
    """Return whether a trailer's count is right, zero-padded or not."""
    return _is_count(claimed) and int(claimed) == actual


class _Interchange:
    """The state of one interchange while it is read."""

    def __init__(
        self,
        frames: Frames,
        characters: ServiceCharacters,
        grammar: DocumentChecker,
        options: ReadOptions,
        counters: Counters,
    ) -> None:
        self._frames = frames
        self._delimiters = characters.as_text()
        self._grammar = grammar
        self._options = options
        self._counters = counters
        self._parser = SegmentParser(self._delimiters)
        self._decode = decoder("", options.encoding)
        self._interchange: Interchange
        self._group: Group | None = None
        self._message: MessageBuilder | None = None
        self._message_start = self._message_segment = 0
        self._empty = 0
        self._groups = self._messages = self._messages_in_group = 0
        self._loose_messages = 0
        self._references = SeenNumbers()
        self._group_references = SeenNumbers()
        self._stray: tuple[int, EdiError] | None = None
        self._closed = False
        self._handlers: dict[bytes, Callable[[bytes], Iterator[ReaderEvent]]] = {
            b"UNG": self._open_group,
            b"UNE": self._close_group,
            b"UNH": self._open_message,
            b"UNT": self._close_message,
            b"UNZ": self._close,
        }

    def read(self, start: int) -> Iterator[ReaderEvent]:
        """Yield all events; `start` is where UNA or UNB begins."""
        frames = self._frames
        if not self._open(frames.next(header=True)):
            frames.sync()
            error = unb_error(Code.MISSING, "the interchange header cannot be read", fatal=True)
            yield Unreadable(start, frames.end - start, error)
            return
        yield InterchangeOpened(self._interchange, start, frames.end - start)
        while not self._closed:
            if self._message is not None and (plain := frames.plain(self._message.room)) is not None:
                self._counters.segments += self._message.add_plain(*plain)
            raw = frames.next()
            if isinstance(raw, Ended):
                yield from self._break_off()
                return
            self._counters.segments += 1
            handler = self._handlers.get(raw[:3]) if raw.startswith(b"UN") else None
            if handler is not None:
                yield from self._flush_stray()
                yield from handler(raw)
            elif self._message is not None:
                self._message.add(raw, frames.offset, frames.flaw)
            elif raw[:3] in SECURITY and frames.flaw is None and self._interchange.version == "4":
                yield from self._flush_stray()
                yield Ignored(frames.start, self._span())
            else:
                self._stray = self._stray or (frames.start, self._outside(raw))
        frames.sync()

    # the interchange

    def _open(self, raw: bytes | Ended) -> bool:
        if isinstance(raw, Ended) or self._frames.flaw is Flaw.OVERSIZED:
            return False
        unb = self._service_segment(raw)
        if unb.tag != "UNB" or not unb.elements:
            return False
        header = self._parser.raw_elements(self._text(raw))
        self._counters.segments += 1
        number = self._counters.next_interchange()
        self._interchange = interchange_of(unb, header, number, self._delimiters)
        delimiters = _of_version(self._delimiters, self._interchange.version)
        if delimiters != self._delimiters:
            self._delimiters = self._interchange.delimiters = delimiters
            self._parser = SegmentParser(delimiters)
        self._decode = decoder(self._interchange.syntax, self._options.encoding)
        one = self._interchange
        parties = ("edifact", one.sender.id, one.sender.qualifier, one.receiver.id, one.receiver.qualifier)
        if not self._counters.is_new(parties, one.control_number):
            one.errors.append(unb_error(Code.DUPLICATE, "the file has this control reference twice", 5))
        return True

    def _close(self, raw: bytes) -> Iterator[ReaderEvent]:
        yield from self._end_message()
        yield from self._end_group()
        unz = self._service_segment(raw)
        instances, what = (self._groups, "groups") if self._groups else (self._messages, "messages")
        self._trailer_errors(unz, instances, what, self._interchange.control_number)
        if self._groups and self._loose_messages:
            text = "the interchange has messages outside of its groups"
            self._interchange.errors.append(unb_error(Code.GROUPS_AND_MESSAGES_MIXED, text))
        if not self._messages:
            text = "the interchange has no message"
            self._interchange.errors.append(unb_error(Code.LOWER_LEVEL_EMPTY, text))
        self._closed = True
        yield InterchangeClosed(self._interchange, self._frames.start, self._span())

    def _trailer_errors(self, unz: EdifactSegment, instances: int, what: str, reference: str) -> None:
        errors = self._interchange.errors
        if not _counts(unz.value(1), instances):
            text = f"UNZ counts {shown(unz.value(1)) or 'no'} {what}, {instances} were received"
            errors.append(unb_error(Code.COUNT_MISMATCH, text, 1, segment="UNZ"))
        if unz.value(2).strip() != reference.strip():
            text = f"UNZ refers to {shown(unz.value(2))!r}, UNB to {shown(reference)!r}"
            errors.append(unb_error(Code.REFERENCE_MISMATCH, text, 2, segment="UNZ"))

    def _break_off(self) -> Iterator[ReaderEvent]:
        """End an interchange that has no UNZ."""
        frames = self._frames
        yield from self._flush_stray()
        yield from self._end_message()
        yield from self._end_group()
        text = "the interchange ends without UNZ"
        self._interchange.errors.append(unb_error(Code.MISSING, text, segment="UNZ"))
        yield InterchangeClosed(self._interchange, frames.start, 0)
        if frames.end > frames.start:
            yield Ignored(frames.start, frames.end - frames.start)

    # groups

    def _open_group(self, raw: bytes) -> Iterator[ReaderEvent]:
        yield from self._end_message()
        yield from self._end_group()
        self._groups += 1
        self._messages_in_group = 0
        self._references = SeenNumbers()
        self._group = group_of(self._service_segment(raw), self._groups)
        if not self._group_references.add(self._group.control_number):
            text = "the interchange has this group reference twice"
            self._group.errors.append(group_error(Code.DUPLICATE, text, "UNG", 5))
        yield GroupOpened(self._group, self._interchange, self._frames.start, self._span())

    def _close_group(self, raw: bytes) -> Iterator[ReaderEvent]:
        yield from self._end_message()
        group = self._group
        if group is None:
            self._stray = (self._frames.start, self._outside(raw))
            return
        une = self._service_segment(raw)
        claimed = une.value(1)
        group.document_count_claimed = int(claimed) if _is_count(claimed) else None
        if not _counts(claimed, self._messages_in_group):
            text = f"UNE counts {shown(claimed) or 'no'} messages, {self._messages_in_group} were received"
            group.errors.append(group_error(Code.COUNT_MISMATCH, text, "UNE", 1))
        if une.value(2).strip() != group.control_number.strip():
            text = f"UNE refers to {shown(une.value(2))!r}, UNG to {shown(group.control_number)!r}"
            group.errors.append(group_error(Code.REFERENCE_MISMATCH, text, "UNE", 2))
        self._group = None
        yield GroupClosed(group, self._interchange, self._frames.start, self._span())

    def _end_group(self) -> Iterator[ReaderEvent]:
        """Close a group that has no UNE, if one is open."""
        if self._group is not None:
            group, self._group = self._group, None
            group.errors.append(group_error(Code.MISSING, "the group ends without UNE", "UNE"))
            yield GroupClosed(group, self._interchange, self._frames.start, 0)

    # messages

    def _open_message(self, raw: bytes) -> Iterator[ReaderEvent]:
        yield from self._end_message()
        self._message = MessageBuilder(self._parser, self._decode, self._options)
        self._message_start = self._frames.start
        self._message_segment = self._counters.segments
        self._empty = self._frames.empty
        self._message.add(raw, self._frames.offset, self._frames.flaw)

    def _close_message(self, raw: bytes) -> Iterator[ReaderEvent]:
        message = self._message
        if message is None:
            self._stray = (self._frames.start, self._outside(raw))
            return
        unt = message.add(raw, self._frames.offset, self._frames.flaw)
        if unt is None:
            unt = EdifactSegment("UNT", message.count, self._frames.offset)
        if not _counts(unt.value(1), message.count):
            text = f"UNT counts {shown(unt.value(1)) or 'no'} segments, {message.count} were received"
            message.error(Code.COUNT_MISMATCH, text, "UNT", element=1, value=shown(unt.value(1)))
        reference = message.header.value(1)
        if unt.value(2).strip() != reference.strip():
            text = f"UNT refers to {shown(unt.value(2))!r}, UNH to {shown(reference)!r}"
            message.error(Code.REFERENCE_MISMATCH, text, "UNT", element=2, value=shown(unt.value(2)))
        yield self._finish(message, self._frames.end)

    def _end_message(self) -> Iterator[ReaderEvent]:
        """Close a message that has no UNT, if one is open."""
        message = self._message
        if message is not None:
            message.error(Code.MISSING, "the message ends without UNT", "UNT")
            yield self._finish(message, self._frames.start)

    def _finish(self, message: MessageBuilder, end: int) -> DocumentRead:
        self._message = None
        self._messages += 1
        self._messages_in_group += 1
        self._loose_messages += self._group is None
        if self._frames.empty > self._empty:
            message.note(Code.NOT_SUPPORTED_HERE, "there are empty segments")
        for error in (*self._interchange.errors, *(self._group.errors if self._group else ())):
            if error.fatal:
                message.errors.add(error)
        document = message.document(self._interchange, self._group, self._counters.next_document(), end)
        document.segment = self._message_segment
        if not self._references.add(document.reference):
            message.error(Code.DUPLICATE, "the reference occurred before in the interchange or group")
        if not message.refused:
            self._check(document, message)
        return DocumentRead(document, self._message_start, end - self._message_start)

    def _check(self, document: Document, message: MessageBuilder) -> None:
        """Check a message by the grammar. Whatever that raises, it is this one document that is rejected."""
        try:
            for error in self._grammar.check(document, strict=self._options.strict):
                message.errors.add(error)
        except Exception as error:  # noqa: BLE001 - the boundary between one document and the rest of the file
            message.error(Code.UNSPECIFIED, f"the message cannot be checked: {type(error).__name__}")

    # strays and helpers

    def _outside(self, raw: bytes) -> EdiError:
        tag = raw[:3].decode("ascii", "replace")
        if self._frames.flaw is Flaw.OVERSIZED:
            text = f"a segment has more than {self._options.max_segment} bytes, or no terminator"
            return unb_error(Code.TOO_LONG, text, fatal=True, segment=tag)
        return unb_error(Code.OUTSIDE_MESSAGE, "a segment outside of any message", fatal=True, segment=tag)

    def _flush_stray(self) -> Iterator[ReaderEvent]:
        if self._stray is not None:
            (start, error), self._stray = self._stray, None
            told = msgspec.structs.replace(error, fatal=False)
            if told not in self._interchange.errors:
                self._interchange.errors.append(told)
            yield Unreadable(start, self._frames.start - start, error)

    def _span(self) -> int:
        return self._frames.end - self._frames.start

    def _service_segment(self, raw: bytes) -> EdifactSegment:
        """Parse UNB, UNG, UNE or UNZ; what cannot be parsed has no elements."""
        try:
            tag, elements, _ = self._parser.parse(self._text(raw))
        except SegmentError:
            tag, elements = raw[:3].decode("ascii", "replace"), ()
        return EdifactSegment(tag, 0, self._frames.offset, elements)

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode("ascii") if raw.isascii() else self._decode(raw)[0]
        except CharsetError:
            return raw.decode("latin-1")
