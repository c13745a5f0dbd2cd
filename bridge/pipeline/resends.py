"""Resends and conflicts: an interchange whose control number its sender has used before.

| what came | told by | what happens |
|---|---|---|
| the same file again | the hash of the file | acknowledged again, nothing sent again |
| a resend | the sender's control number, the same bytes | acknowledged again, nothing sent again |
| a correction | the number, where nothing of the earlier one stands | read as if the number were new |
| the rest of a damaged one | the number, each document that stands | those are not sent again, others go |
| a conflict | the number, other content | acknowledged; what stands is not sent again, all else is held |
| the same content under a new number | the event, word for word | held or sent, as the vendor chose |

A document of an earlier interchange stands where it was accepted and not all that it told was refused or
failed.
"""

from __future__ import annotations

import hashlib
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
from bridge.edi.reader import read
from bridge.ledger.rows import EarlierInterchange, FileRow
from bridge.ledger.writer import FileWriter
from bridge.pipeline.lane import Desk

Kind = Literal["new", "resend", "correction", "conflict"]

_COUNT_WRONG = frozenset({"021", "5", "29"})
"""TA105, AK905 and DE 0085 of a trailer whose count is not that of what came."""
_COMPARED = 5
"""So many earlier interchanges of one number are compared word for word: some send all under one number."""


class Precedent(msgspec.Struct, frozen=True):
    """What earlier files say of an interchange, with the reason for people.

    `known` are hashes of those of its documents that stand already, and `known_reason` says where.
    """

    kind: Kind
    reason: str = ""
    known: frozenset[bytes] = frozenset()
    known_reason: str = ""

    def of(self, desk: Desk, file: FileRow, document: Document) -> Precedent:
        """Return what earlier files say of one document of the interchange."""
        if self.known and document_hash(desk, file.spool_name, document) in self.known:
            return Precedent("resend", self.known_reason)
        return NEW if self.kind == "correction" else self


NEW = Precedent("new")


class _Content(msgspec.Struct):
    """An interchange as its bytes have it; `documents` are hashes by the document's number in the file."""

    sha256: str = ""
    faulty: bool = False
    documents: dict[int, bytes] = {}


class Precedents:
    """Tells what earlier files say of each interchange of one file."""

    def __init__(self, desk: Desk, file: FileRow, writer: FileWriter) -> None:
        self._desk = desk
        self._file = file
        self._writer = writer
        self._contents: dict[str, dict[int, _Content]] = {}

    def of(self, interchange: Interchange) -> Precedent:
        """Look an interchange up. Its bytes are read ahead only where its number was used before."""
        sender = sender_of(interchange)
        earlier = self._writer.earlier_interchanges(sender, interchange.control_number)
        if not earlier or not interchange.control_number:
            return NEW
        ours = self._read(self._file.spool_name).get(interchange.number, _Content())
        same = next((one for one in earlier if one.sha256 == ours.sha256), None)
        if same is not None:
            return Precedent("resend", f"the same interchange came in {_told(same)}; nothing is sent again")
        # Numbers go round: after the retention time another content may have one again.
        kept = [one for one in earlier if not one.purged]
        standing = [one for one in kept if self._writer.standing(one.file_id, interchange.control_number, 1)]
        if not standing:
            return Precedent("correction") if kept else NEW
        return self._compared(interchange.control_number, ours, standing)

    def _compared(self, number: str, ours: _Content, standing: list[EarlierInterchange]) -> Precedent:
        """Compare with earlier interchanges of this number document by document."""
        reason = f"control number {number} was used for other content in {_told(standing[0])}"
        if len(standing) > _COMPARED:
            return Precedent("conflict", reason)
        have, known, faulty = frozenset(ours.documents.values()), set[bytes](), True
        for one in standing:
            content = self._read(one.spool_name).get(one.number)
            if content is None:  # its bytes are gone, or read otherwise by now
                return Precedent("conflict", reason)
            numbers = self._writer.standing(one.file_id, number)
            known |= {content.documents[each] for each in numbers if each in content.documents}
            faulty &= content.faulty
        again = f"the same document came in {_told(standing[0])}; it is not sent again"
        # Where one that stands is missing here, others may be its altered versions.
        kind: Kind = "correction" if faulty and known <= have else "conflict"
        return Precedent(kind, reason if kind == "conflict" else "", frozenset(known & have), again)

    def _read(self, spool_name: str) -> dict[int, _Content]:
        if spool_name not in self._contents:
            found = spool_name and self._desk.spool.has(spool_name)
            self._contents[spool_name] = _contents(self._desk, spool_name) if found else {}
        return self._contents[spool_name]


def _contents(desk: Desk, spool_name: str) -> dict[int, _Content]:
    """Read a file's interchanges by their numbers."""
    contents: dict[int, _Content] = {}
    begun, content = 0, _Content()
    for event in read(desk.spool.read(spool_name), desk.grammar, options=desk.read_options):
        if isinstance(event, InterchangeOpened):
            begun, content = event.offset, _Content()
        elif isinstance(event, DocumentRead):
            document = event.document
            content.documents[document.number] = document_hash(desk, spool_name, document)
            content.faulty |= not document.accepted
        elif isinstance(event, Unreadable):
            content.faulty = True
        elif isinstance(event, GroupClosed):
            content.faulty |= _is_damaged(event, event.group.errors)
        elif isinstance(event, InterchangeClosed):
            content.faulty |= _is_damaged(event, event.interchange.errors)
            content.sha256 = _span_hash(desk, spool_name, begun, event.offset + event.length)
            contents[event.interchange.number] = content
    return contents


def _is_damaged(closed: GroupClosed | InterchangeClosed, errors: list[EdiError]) -> bool:
    """Tell whether a trailer is missing, or counts more than there is."""
    return not closed.length or any(error.fatal or error.code in _COUNT_WRONG for error in errors)


def _told(one: EarlierInterchange) -> str:
    return f"batch {one.file_id} ({one.name}) of {one.received_at:%Y-%m-%d %H:%M} UTC"


def sender_of(interchange: Interchange) -> str:
    """Name who counts the control numbers: identification and qualifier."""
    return f"{interchange.sender.id}:{interchange.sender.qualifier}"


def span_hash(desk: Desk, file: FileRow, begin: int, end: int) -> str:
    """Hash a stretch of a file's bytes; line ends do not count, since transfers change them."""
    return _span_hash(desk, file.spool_name, begin, end)


def document_hash(desk: Desk, spool_name: str, document: Document) -> bytes:
    """Hash a document's bytes as `span_hash` does, in few bytes: a file may have a million documents."""
    end = document.offset + document.length
    return bytes.fromhex(_span_hash(desk, spool_name, document.offset, end))[:16]


def _span_hash(desk: Desk, spool_name: str, begin: int, end: int) -> str:
    return _hash(desk.spool.read_span(spool_name, begin, end))


def _hash(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk.translate(None, b"\r\n"))
    return digest.hexdigest()
