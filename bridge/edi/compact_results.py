"""A growing list of verdicts that needs a few bytes for each accepted document.

An interchange of hundreds of megabytes holds a million documents, and nearly all are alike but for their
references: accepted without a note, or with the same note. A block of them keeps each kind once, and all of
it compressed, so that a million that are wrong in a million ways are small, too.
"""

from __future__ import annotations

import pickle
import zlib
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import overload

import msgspec

from bridge.edi.model import EdiError

_BLOCK = 1024
_TEXT = "utf-8", "surrogatepass"
_END = "\n"
"""Stands between packed references; none holds a line end, as the readers drop these inside of segments."""


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
