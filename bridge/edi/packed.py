"""A growing list of verdicts that needs a few bytes for each accepted document.

An interchange of hundreds of megabytes holds a million documents, and nearly all are alike but for their
references: accepted without a note, or with the same note. Each kind is kept once, references compressed.
"""

from __future__ import annotations

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
    """Some verdicts, compressed: the number of the kind of each, and their references."""

    kinds: bytes
    references: bytes

    def unpack(self) -> Iterator[tuple[int, str]]:
        kinds = array("I")
        kinds.frombytes(zlib.decompress(self.kinds))
        return zip(kinds, zlib.decompress(self.references).decode(*_TEXT).split(_END), strict=True)


class VerdictList(Sequence[DocumentVerdict]):
    """Verdicts in file order. Going through them makes each anew; an index is found by counting."""

    __slots__ = ("_blocks", "_kinds", "_last", "_length", "_numbers", "_open_kinds", "_open_references")

    def __init__(self) -> None:
        self._kinds: list[DocumentVerdict] = []
        self._numbers: dict[DocumentVerdict, int] = {}
        self._blocks: list[_Block] = []
        self._open_kinds = array("I")
        self._open_references: list[str] = []
        self._length = 0
        self._last = -1

    def append(self, verdict: DocumentVerdict) -> None:
        """Add a verdict at the end."""
        if self._last < 0 or not _alike(self._kinds[self._last], verdict):
            self._last = self._number(verdict)
        self._open_kinds.append(self._last)
        self._open_references.append(verdict.reference)
        self._length += 1
        if len(self._open_kinds) >= _BLOCK:
            self._blocks.append(self._pack())
            self._open_kinds = array("I")
            self._open_references.clear()

    def _number(self, verdict: DocumentVerdict) -> int:
        kind = msgspec.structs.replace(verdict, reference="")
        number = self._numbers.setdefault(kind, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(kind)
        return number

    def _pack(self) -> _Block:
        text = _END.join(reference.replace(_END, " ") for reference in self._open_references)
        return _Block(zlib.compress(self._open_kinds, 1), zlib.compress(text.encode(*_TEXT), 1))

    def __iter__(self) -> Iterator[DocumentVerdict]:
        for block in self._blocks:
            for number, reference in block.unpack():
                yield msgspec.structs.replace(self._kinds[number], reference=reference)
        for number, reference in zip(self._open_kinds, self._open_references, strict=True):
            yield msgspec.structs.replace(self._kinds[number], reference=reference)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> DocumentVerdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[DocumentVerdict]: ...
    def __getitem__(self, index: int | slice) -> DocumentVerdict | Sequence[DocumentVerdict]:
        """Give one verdict, or several as a list."""
        if isinstance(index, slice):
            return list(self)[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return next(islice(self, place, None))


def _alike(one: DocumentVerdict, other: DocumentVerdict) -> bool:
    """Tell whether two verdicts are the same but for the reference."""
    return (
        one.errors == other.errors
        and one.type == other.type
        and one.accepted == other.accepted
        and one.association == other.association
        and one.identifier == other.identifier
    )
