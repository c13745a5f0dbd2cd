"""Interchanges for the tests, and a way to read them with any look-ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bridge.edi.counters import Counters
from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    Group,
    GroupClosed,
    Interchange,
    InterchangeClosed,
    ReaderEvent,
    ReadOptions,
    Unreadable,
)
from bridge.edi.reader import read
from bridge.edi.source import BLOCK, ByteSource
from bridge.edi.x12.envelope import read_x12
from bridge.edi.x12.grammar import DocumentChecker

BODY_214 = [
    "B10*1Z999AA10123456784*SHIP1*UPSN",
    "L11*4999001*PO",
    "N1*ST*John Doe",
    "N4*Springfield*IL*62701*US",
    "LX*1",
    "AT7*D1*NS***20240102*1430*CT",
    "MS1*Springfield*IL*US",
]
BODY_856 = [
    "BSN*00*SHIP1*20240102*1430*0001",
    "HL*1**S",
    "TD5**2*UPSN",
    "DTM*011*20240102",
    "HL*2*1*O",
    "PRF*4999001",
    "HL*3*2*P",
    "MAN*GM*00000123456789012345",
    "HL*4*3*I",
    "LIN*1*UP*012345678905",
    "SN1*1*2*EA",
    "CTT*1",
]
ISA = "ISA*00*          *00*          *02*UPSN           *ZZ*ACME           *240102*1430*U*00401*{}*0*P*>"
GROUPS = {"214": "QM", "856": "SH", "855": "PR", "997": "FA"}


class Unchecked:
    """A grammar that finds nothing."""

    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
        del document, strict
        return []


class Counting:
    """Control numbers from 1."""

    def __init__(self) -> None:
        self.numbers: Counter[str] = Counter()

    def next(self, kind: str) -> int:
        self.numbers[kind] += 1
        return self.numbers[kind]


def document(kind: str = "214", reference: str = "0001", body: Sequence[str] | None = None) -> list[str]:
    body = (BODY_856 if kind == "856" else BODY_214) if body is None else body
    return [f"ST*{kind}*{reference}", *body, f"SE*{len(body) + 2}*{reference}"]


def group(*documents: list[str], kind: str = "214", number: str = "1", version: str = "004010") -> list[str]:
    header = f"GS*{GROUPS.get(kind, 'ZZ')}*UPSN*ACME*20240102*1430*{number}*X*{version}"
    segments = [segment for one in documents for segment in one]
    return [header, *segments, f"GE*{len(documents)}*{number}"]


def interchange(*groups: list[str], number: str = "000000001") -> list[str]:
    segments = [segment for one in groups for segment in one]
    return [ISA.format(number), *segments, f"IEA*{len(groups)}*{number}"]


def text(segments: Sequence[str], end: str = "~\n") -> bytes:
    return "".join(segment + end for segment in segments).encode()


def one(
    body: Sequence[str] | None = None, *, kind: str = "214", version: str = "004010", end: str = "~\n"
) -> bytes:
    return text(interchange(group(document(kind, body=body), kind=kind, version=version)), end)


def read_all(
    data: bytes,
    grammar: DocumentChecker | None = None,
    *,
    block: int = BLOCK,
    options: ReadOptions | None = None,
) -> list[ReaderEvent]:
    """Read X12 only: bytes between interchanges are passed over."""
    chunks = [data[i : i + 1] for i in range(len(data))] if block == 1 else [data]
    source, counters, events = ByteSource(chunks, block=block), Counters(), list[ReaderEvent]()
    while not source.at_end():
        if source.peek(3) != b"ISA":
            source.take(1)
            continue
        events += read_x12(source, grammar or Unchecked(), options or ReadOptions(), counters)
    return events


def read_file(data: bytes, grammar: DocumentChecker | None = None) -> list[ReaderEvent]:
    """Read as the bridge does."""
    return list(read([data], grammar or Unchecked()))


def documents(events: Sequence[ReaderEvent]) -> list[Document]:
    return [event.document for event in events if isinstance(event, DocumentRead)]


def groups(events: Sequence[ReaderEvent]) -> list[Group]:
    return [event.group for event in events if isinstance(event, GroupClosed)]


def interchanges(events: Sequence[ReaderEvent]) -> list[Interchange]:
    return [event.interchange for event in events if isinstance(event, InterchangeClosed)]


def unreadable(events: Sequence[ReaderEvent]) -> list[Unreadable]:
    return [event for event in events if isinstance(event, Unreadable)]


def codes(errors: Sequence[EdiError], *, fatal: bool | None = None) -> list[str]:
    return [error.code for error in errors if fatal is None or error.fatal is fatal]


def places(errors: Sequence[EdiError]) -> list[tuple[str, str, int, int]]:
    return [(error.code, error.segment, error.position, error.element) for error in errors if error.fatal]
