"""The syntax verdicts on one interchange, collected from a reader's events for its acknowledgement.

They hold no segments. An interchange of hundreds of megabytes holds a million documents, and nearly all are
alike but for their references: accepted without a note, or with the same note. So verdicts are packed in
blocks, each kind once and all of it compressed, that a million wrong in a million ways are small, too.
"""

from __future__ import annotations

import pickle
import zlib
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol, overload

import msgspec

from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    Group,
    GroupOpened,
    Interchange,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
)

LONE_SEGMENTS = frozenset({"TA1"})
"""Documents that are a segment of the envelope: they answer ours, and nothing answers them."""
_BLOCK = 1024
_TEXT = "utf-8", "surrogatepass"
_END = "\n"
"""Stands between packed references; none holds a line end, as the readers drop these inside of segments."""


class ControlNumbers(Protocol):
    """Numbers the interchanges, groups and documents that we send to one partner."""

    def next(self, kind: str) -> int:
        """Return the next number of its kind: `interchange`, `group` or `document`."""
        ...


class DocumentVerdict(msgspec.Struct, kw_only=True, frozen=True):
    """The verdict on one document. `identifier` is UNH's S009, empty for X12."""

    type: str
    reference: str
    errors: tuple[EdiError, ...] = ()
    accepted: bool = True
    association: str = ""
    identifier: tuple[str, ...] = ()


class _Block(msgspec.Struct, frozen=True):
    """Some verdicts, compressed: their kinds, the number of the kind of each, and their references."""

    kinds: bytes
    numbers: bytes
    references: bytes

    def unpack(self) -> Iterator[DocumentVerdict]:
        # What was pickled here a moment ago; texts of vendors may hold what JSON cannot.
        kinds: list[DocumentVerdict] = pickle.loads(zlib.decompress(self.kinds))  # noqa: S301
        numbers = array("I")
        numbers.frombytes(zlib.decompress(self.numbers))
        references = zlib.decompress(self.references).decode(*_TEXT).split(_END)
        return _made(kinds, numbers, references)


class VerdictList(Sequence[DocumentVerdict]):
    """Verdicts in file order. Going through them makes each anew; an index is found by counting."""

    __slots__ = ("_blocks", "_kinds", "_last", "_length", "_numbers", "_of_kinds", "_references")

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._length = 0
        self._open()

    def _open(self) -> None:
        """Begin a block."""
        self._of_kinds: dict[DocumentVerdict, int] = {}
        self._kinds: list[DocumentVerdict] = []
        self._numbers = array("I")
        self._references: list[str] = []
        self._last = -1

    def append(self, verdict: DocumentVerdict) -> None:
        """Add a verdict at the end."""
        if self._last < 0 or not _alike(self._kinds[self._last], verdict):
            self._last = self._number(verdict)
        self._numbers.append(self._last)
        self._references.append(verdict.reference)
        self._length += 1
        if len(self._numbers) >= _BLOCK:
            self._blocks.append(self._pack())
            self._open()

    def _number(self, verdict: DocumentVerdict) -> int:
        kind = msgspec.structs.replace(verdict, reference="")
        number = self._of_kinds.setdefault(kind, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(kind)
        return number

    def _pack(self) -> _Block:
        text = _END.join(reference.replace(_END, " ") for reference in self._references)
        parts = (pickle.dumps(self._kinds), self._numbers, text.encode(*_TEXT))
        return _Block(*(zlib.compress(part, 1) for part in parts))

    def __iter__(self) -> Iterator[DocumentVerdict]:
        for block in self._blocks:
            yield from block.unpack()
        yield from _made(self._kinds, self._numbers, self._references)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> DocumentVerdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[DocumentVerdict]: ...
    def __getitem__(self, index: int | slice) -> DocumentVerdict | Sequence[DocumentVerdict]:
        """Return one verdict, or several as a list."""
        if isinstance(index, slice):
            return list(self)[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return next(islice(self, place, None))


def _made(
    kinds: Sequence[DocumentVerdict], numbers: Sequence[int], references: Sequence[str]
) -> Iterator[DocumentVerdict]:
    for number, reference in zip(numbers, references, strict=True):
        yield msgspec.structs.replace(kinds[number], reference=reference)


def _alike(one: DocumentVerdict, other: DocumentVerdict) -> bool:
    """Return whether two verdicts are the same but for the reference."""
    return (
        one.errors == other.errors
        and one.type == other.type
        and one.accepted == other.accepted
        and one.association == other.association
        and one.identifier == other.identifier
    )


class GroupResult(msgspec.Struct, kw_only=True):
    """The verdicts on one group; `group` is None for documents outside of any."""

    group: Group | None
    documents: Sequence[DocumentVerdict] = ()


class InterchangeResult(msgspec.Struct, kw_only=True):
    """The verdicts on one interchange, group by group in file order."""

    interchange: Interchange
    groups: list[GroupResult] = []
    answers: bool = False
    """Whether it holds TA1 segments, which answer an interchange of ours."""

    @property
    def accepted(self) -> bool:
        """Return whether every document was accepted."""
        return all(verdict.accepted for group in self.groups for verdict in group.documents)


class Verdicts:
    """Collects events; returns the result of an interchange when it is closed."""

    def __init__(self) -> None:
        self._result: InterchangeResult | None = None
        self._documents = VerdictList()
        """Those of the last group of the result."""

    def add(self, event: ReaderEvent) -> InterchangeResult | None:
        """Take one event in file order; the interchange's result if the event closes it, else None."""
        if isinstance(event, DocumentRead):
            self._add_document(event.document)
        elif isinstance(event, InterchangeOpened):
            self._result = InterchangeResult(interchange=event.interchange)
        elif isinstance(event, GroupOpened) and self._result is not None:
            self._open(self._result, event.group)
        elif isinstance(event, InterchangeClosed):
            result, self._result = self._result, None
            return result
        return None

    def _add_document(self, document: Document) -> None:
        if self._result is None:
            return
        if document.type in LONE_SEGMENTS:
            self._result.answers = True
            return
        groups = self._result.groups
        if not groups or groups[-1].group is not document.group:
            self._open(self._result, document.group)
        self._documents.append(
            DocumentVerdict(
                type=document.type,
                reference=document.reference,
                errors=tuple(document.errors),
                accepted=document.accepted,
                association=document.association,
                identifier=document.identifier,
            )
        )

    def _open(self, result: InterchangeResult, group: Group | None) -> None:
        self._documents = VerdictList()
        result.groups.append(GroupResult(group=group, documents=self._documents))
