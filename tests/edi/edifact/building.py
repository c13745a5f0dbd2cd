"""Interchanges for the tests, in parts that a test can spoil."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from bridge.edi.edifact.grammar import EdifactGrammar
from bridge.edi.edifact.tables import load_structures
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    GroupClosed,
    InterchangeClosed,
    ReaderEvent,
    ReadOptions,
    Unreadable,
)
from bridge.edi.reader import read

ROOT = Path(__file__).parents[3]
TABLES = ROOT / "mappings" / "edifact"
SAMPLES = ROOT.parent / "shared" / "samples"

UNB = "UNB+UNOC:3+SENDER:14+RECEIVER:14+240102:0304+REF1'"
UNZ = "UNZ+1+REF1'"
DESADV_BODY = (
    "BGM+351+DES1+9'",
    "DTM+137:20240102:102'",
    "RFF+ON:PO123'",
    "NAD+SU+VENDOR::9'",
    "CPS+1'",
    "PAC+1++CT'",
    "LIN+1++4006381333931:EN'",
    "QTY+12:3:PCE'",
)
IFTSTA_BODY = (
    "BGM+77+STA1+9'",
    "DTM+137:202401020304:203'",
    "NAD+CA+SCAC::182'",
    "CNI+1+1Z999'",
    "STS+1+21'",
    "DTM+78:202401020304:203'",
)


@cache
def grammar() -> EdifactGrammar:
    return EdifactGrammar(load_structures(TABLES))


def message(
    body: Sequence[str] = DESADV_BODY,
    *,
    kind: str = "DESADV:D:96A:UN",
    reference: str = "1",
    count: str | None = None,
    closing: str | None = None,
) -> str:
    segments = len(body) + 2 if count is None else count
    unt = f"UNT+{segments}+{reference if closing is None else closing}'"
    return f"UNH+{reference}+{kind}'{''.join(body)}{unt}"


def interchange(*messages: str, unb: str = UNB, unz: str | None = None, between: str = "") -> bytes:
    messages = messages or (message(),)
    trailer = f"UNZ+{len(messages)}+REF1'" if unz is None else unz
    return between.join((unb, *messages, trailer)).encode("latin-1")


def events(data: bytes | Iterable[bytes], options: ReadOptions | None = None) -> list[ReaderEvent]:
    return list(read([data] if isinstance(data, bytes) else data, grammar(), options=options))


def documents(data: bytes | Iterable[bytes], options: ReadOptions | None = None) -> list[Document]:
    return [event.document for event in events(data, options) if isinstance(event, DocumentRead)]


def only_document(data: bytes, options: ReadOptions | None = None) -> Document:
    (document,) = documents(data, options)
    return document


def fatal(document: Document) -> list[tuple[str, str, int, int, int]]:
    return [
        (error.code, error.segment, error.position, error.element, error.component)
        for error in document.errors
        if error.fatal
    ]


def notes(document: Document) -> list[tuple[str, str, int]]:
    return [(error.code, error.segment, error.position) for error in document.errors if not error.fatal]


def envelope_errors(data: bytes) -> list[EdiError]:
    found: list[EdiError] = []
    for event in events(data):
        if isinstance(event, InterchangeClosed):
            found += event.interchange.errors
        if isinstance(event, GroupClosed):
            found += event.group.errors
    return found


def unreadable(data: bytes) -> list[tuple[int, int, str]]:
    return [
        (event.offset, event.length, event.error.code)
        for event in events(data)
        if isinstance(event, Unreadable)
    ]
