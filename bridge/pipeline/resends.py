"""Resends and conflicts: an interchange whose control number its sender has used before.

| what came | told by | what happens |
|---|---|---|
| the same file again | the hash of the file | acknowledged again, nothing sent again |
| a resend | the sender's control number, the same bytes | acknowledged again, nothing sent again |
| a conflict | the sender's control number, other bytes | read and acknowledged, every event is held |
| the same content under a new number | the event, word for word | held or sent, as the vendor chose |
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Literal

import msgspec

from bridge.edi.model import Interchange, InterchangeClosed, InterchangeOpened
from bridge.edi.reader import read
from bridge.ledger.rows import FileRow
from bridge.ledger.writer import FileWriter
from bridge.pipeline.lane import Desk

Kind = Literal["new", "resend", "conflict"]


class Precedent(msgspec.Struct, frozen=True):
    """What earlier files say of an interchange, with the reason for people."""

    kind: Kind
    reason: str = ""


NEW = Precedent("new")


class Precedents:
    """Tells what earlier files say of each interchange of one file."""

    def __init__(self, desk: Desk, file: FileRow, writer: FileWriter) -> None:
        self._desk = desk
        self._file = file
        self._writer = writer
        self._hashes: dict[int, str] | None = None

    def of(self, interchange: Interchange) -> Precedent:
        """Look an interchange up. Its bytes are read ahead only where its number was used before."""
        sender = sender_of(interchange)
        earlier = self._writer.earlier_interchanges(sender, interchange.control_number)
        if not earlier or not interchange.control_number:
            return NEW
        if self._hashes is None:
            self._hashes = self._read_ahead()
        ours = self._hashes.get(interchange.number, "")
        same = [one for one in earlier if one.sha256 == ours]
        # Numbers go round: after the retention time another content may have one again.
        first = next(iter(same or [one for one in earlier if not one.purged]), None)
        if first is None:
            return NEW
        told = f"batch {first.file_id} ({first.name}) of {first.received_at:%Y-%m-%d %H:%M} UTC"
        if same:
            return Precedent("resend", f"the same interchange came in {told}; nothing is sent again")
        number = interchange.control_number
        return Precedent("conflict", f"control number {number} was used for other content in {told}")

    def _read_ahead(self) -> dict[int, str]:
        spans: dict[int, tuple[int, int]] = {}
        desk, begun = self._desk, 0
        for event in read(desk.spool.read(self._file.spool_name), desk.grammar, options=desk.read_options):
            if isinstance(event, InterchangeOpened):
                begun = event.offset
            elif isinstance(event, InterchangeClosed):
                spans[event.interchange.number] = (begun, event.offset + event.length)
        return {number: span_hash(desk, self._file, *span) for number, span in spans.items()}


def sender_of(interchange: Interchange) -> str:
    """Name who counts the control numbers: identification and qualifier."""
    return f"{interchange.sender.id}:{interchange.sender.qualifier}"


def span_hash(desk: Desk, file: FileRow, begin: int, end: int) -> str:
    """Hash a stretch of a file's bytes; line ends do not count, since transfers change them."""
    return _hash(desk.spool.read_span(file.spool_name, begin, end))


def _hash(chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in chunks:
        digest.update(chunk.translate(None, b"\r\n"))
    return digest.hexdigest()
