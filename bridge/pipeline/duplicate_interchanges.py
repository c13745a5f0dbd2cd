"""Resends and conflicts: an interchange whose control number its sender has used before.

| what came | told by | what happens |
|---|---|---|
| the same file again | the hash of the file | acknowledged again, nothing sent again |
| a resend | the sender's control number, the same bytes | acknowledged again, nothing sent again |
| a correction | the number, where nothing of the earlier one stands | read as if the number were new |
| the rest of a damaged one | the number, each document that stands | those are not sent again, others go |
| a conflict | the number, other content | acknowledged; what stands is not sent again, all else is held |
| the rest of a drop file | a shorter file of its name, with which it begins | what stands is not sent again |
| the same content under a new number | the event, word for word | held or sent, as the vendor chose |

A document of an earlier interchange stands where it was accepted and not all that it told was refused or
failed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal

import msgspec

from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    GroupClosed,
    Interchange,
    InterchangeClosed,
    InterchangeOpened,
    Unreadable,
)
from bridge.ledger.rows import EarlierInterchange, FileRow
from bridge.ledger.writer import FileWriter
from bridge.pipeline.partner import ReadingContext

Kind = Literal["new", "resend", "correction", "conflict"]

_READ_AT_ONCE = 8
"""Earlier files whose contents are cached."""
_TWICE = frozenset({"025", "26"})
"""TA105 and DE 0085 of an interchange whose number an earlier one of the same file has."""
_COUNT_WRONG = frozenset({"021", "5", "29"})
"""TA105, AK905 and DE 0085 of a trailer whose count is not that of what came."""
_COMPARED = 5
"""Earlier interchanges of one number compared document by document, at most: some send all under one."""


class DuplicateFinding(msgspec.Struct, frozen=True):
    """What earlier files say of an interchange, with the reason in words.

    `known` are hashes of those of its documents that stand already, and `known_reason` says where.
    """

    kind: Kind
    reason: str = ""
    known: frozenset[bytes] = frozenset()
    known_reason: str = ""

    def of(self, context: ReadingContext, file: FileRow, document: Document) -> DuplicateFinding:
        """Return what earlier files say of one document of the interchange."""
        if self.known and document_hash(context, file.spool_name, document) in self.known:
            return DuplicateFinding("resend", self.known_reason)
        return NEW if self.kind == "correction" else self


NEW = DuplicateFinding("new")


class _Content(msgspec.Struct):
    """An interchange as its bytes have it; `documents` are hashes by the accepted document's number."""

    number: int = 0
    control: tuple[str, str] = ("", "")
    """Who counts it, and its control number."""
    sha256: str = ""
    faulty: bool = False
    documents: dict[int, bytes] = {}


class _Standing(msgspec.Struct):
    """An earlier interchange of which documents stand, and where it came."""

    told: str
    content: _Content
    documents: frozenset[bytes]


class DuplicateFinder:
    """Finds what earlier files say of each interchange of one file."""

    def __init__(self, context: ReadingContext, file: FileRow, writer: FileWriter) -> None:
        self._context = context
        self._file = file
        self._writer = writer
        self._contents: dict[str, dict[int, _Content]] = {}
        self._own: defaultdict[tuple[str, str], list[_Content]] = defaultdict(list)
        """Those of this file, by their numbers; made where a number comes twice in it."""

    def of(self, interchange: Interchange) -> DuplicateFinding:
        """Look an interchange up. Its bytes are read ahead only where its number was used before."""
        if not interchange.control_number:
            return NEW
        number, sender = interchange.control_number, sender_of(interchange)
        earlier = self._writer.earlier_interchanges(sender, number)
        doubled = any(error.code in _TWICE for error in interchange.errors)
        if not (earlier or doubled):
            return NEW
        ours = self._read(self._file.spool_name).get(interchange.number, _Content())
        own = self._earlier_here(ours) if doubled else []
        for sha256, told in (
            *((one.sha256, _told(one)) for one in earlier),
            *((one.content.sha256, one.told) for one in own),
        ):
            if sha256 == ours.sha256:
                return DuplicateFinding(
                    "resend", f"the same interchange came in {told}; nothing is sent again"
                )
        return self._other_content(number, ours, earlier, own)

    def _other_content(
        self, number: str, ours: _Content, earlier: list[EarlierInterchange], own: list[_Standing]
    ) -> DuplicateFinding:
        """Distinguish a correction from a conflict; `own` are the earlier interchanges of this file."""
        # Numbers go round: after the retention time another content may have one again.
        kept = [one for one in earlier if not one.purged]
        standing = [one for one in kept if self._writer.standing(one.file_id, number, 1)]
        if not (standing or own):
            return DuplicateFinding("correction") if kept else NEW
        first = _told(standing[0]) if standing else own[0].told
        reason = f"control number {number} was used for other content in {first}"
        if len(standing) + len(own) > _COMPARED:
            return DuplicateFinding("conflict", reason)
        found = [self._standing(one, number) for one in standing]
        # Where bytes are gone, or are read otherwise by now, nothing is guessed.
        known = [one for one in found if one is not None]
        if len(known) < len(found):
            return DuplicateFinding("conflict", reason)
        return _compared(ours, known + own, reason)

    def _standing(self, one: EarlierInterchange, number: str) -> _Standing | None:
        content = self._read(one.spool_name).get(one.number)
        if content is None:
            return None
        numbers = self._writer.standing(one.file_id, number)
        hashes = frozenset(content.documents[each] for each in numbers if each in content.documents)
        return _Standing(_told(one), content, hashes)

    def _earlier_here(self, ours: _Content) -> list[_Standing]:
        """List the first interchanges of the file that have the number of this one, and documents to send."""
        if not self._own:
            for content in self._read(self._file.spool_name).values():
                if content.documents:
                    self._own[content.control].append(content)
        told = f"an earlier interchange of this file ({self._file.name})"
        first = self._own[ours.control][: _COMPARED + 1]
        return [
            _Standing(told, content, frozenset(content.documents.values()))
            for content in first
            if content.number < ours.number
        ]

    def _read(self, spool_name: str) -> dict[int, _Content]:
        if spool_name not in self._contents:
            if len(self._contents) > _READ_AT_ONCE:
                own = self._file.spool_name
                self._contents = {name: read for name, read in self._contents.items() if name == own}
            found = spool_name and self._context.spool.has(spool_name)
            self._contents[spool_name] = _contents(self._context, spool_name) if found else {}
        return self._contents[spool_name]


def _compared(ours: _Content, standing: list[_Standing], reason: str) -> DuplicateFinding:
    """Compare an interchange with earlier ones of its number, document by document."""
    have = frozenset(ours.documents.values())
    known = frozenset[bytes]().union(*(one.documents for one in standing))
    again = f"the same document came in {standing[0].told}; it is not sent again"
    # Where one that stands is missing here, others may be its altered versions.
    if known <= have and all(one.content.faulty for one in standing):
        return DuplicateFinding("correction", "", known, again)
    return DuplicateFinding("conflict", reason, known & have, again)


def _contents(context: ReadingContext, spool_name: str) -> dict[int, _Content]:
    """Read a file's interchanges by their numbers."""
    contents: dict[int, _Content] = {}
    begun, content = 0, _Content()
    for event in context.read(spool_name):
        if isinstance(event, InterchangeOpened):
            begun, one = event.offset, event.interchange
            content = _Content(number=one.number, control=(sender_of(one), one.control_number))
        elif isinstance(event, DocumentRead):
            if event.document.accepted:
                content.documents[event.document.number] = document_hash(context, spool_name, event.document)
            else:
                content.faulty = True
        elif isinstance(event, Unreadable):
            content.faulty = True
        elif isinstance(event, GroupClosed):
            content.faulty |= _is_damaged(event, event.group.errors)
        elif isinstance(event, InterchangeClosed):
            content.faulty |= _is_damaged(event, event.interchange.errors)
            content.sha256 = _span_hash(context, spool_name, begun, event.offset + event.length)
            contents[event.interchange.number] = content
    return contents


def _is_damaged(closed: GroupClosed | InterchangeClosed, errors: list[EdiError]) -> bool:
    """Return whether a trailer is missing, or counts more than there is."""
    return not closed.length or any(error.fatal or error.code in _COUNT_WRONG for error in errors)


def _told(one: EarlierInterchange) -> str:
    return f"batch {one.file_id} ({one.name}) of {one.received_at:%Y-%m-%d %H:%M} UTC"


def begun_by(
    context: ReadingContext, file: FileRow, writer: FileWriter
) -> tuple[frozenset[tuple[int, int]], str]:
    """Return what stands already of a drop file that came by half: offsets and lengths, and where it came.

    The half is an earlier file of its name with which it begins byte for byte.
    """
    for file_id, size, sha256 in writer.shorter_files():
        digest = hashlib.sha256()
        for chunk in context.spool.read_span(file.spool_name, 0, size):
            digest.update(chunk)
        if digest.hexdigest() == sha256:
            told = f"it came in batch {file_id}, with which this file begins; it is not sent again"
            return writer.standing_spans(file_id), told
    return frozenset(), ""


def sender_of(interchange: Interchange) -> str:
    """Name who counts the control numbers: identification and qualifier."""
    return f"{interchange.sender.id}:{interchange.sender.qualifier}"


def span_hash(context: ReadingContext, file: FileRow, begin: int, end: int) -> str:
    """Hash a stretch of a file's bytes; line ends do not count, since transfers change them."""
    return _span_hash(context, file.spool_name, begin, end)


def document_hash(context: ReadingContext, spool_name: str, document: Document) -> bytes:
    """Hash a document's bytes as `span_hash` does, in few bytes: a file may have a million documents."""
    end = document.offset + document.length
    return bytes.fromhex(_span_hash(context, spool_name, document.offset, end))[:16]


def _span_hash(context: ReadingContext, spool_name: str, begin: int, end: int) -> str:
    return _hash(context.spool.read_span(spool_name, begin, end))


def _hash(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk.translate(None, b"\r\n"))
    return digest.hexdigest()
